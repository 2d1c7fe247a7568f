#include "verify/gradient_limits.h"

#include <algorithm>
#include <set>

#include "verify/statement_flow.h"

namespace warpsmith {

namespace {

constexpr const char* kLoop = "a value that a loop changes is needed in reverse";
constexpr const char* kOverwritten = "an array is read that the kernel writes";
constexpr const char* kNotReplayed = "the result of an operation that is not replayed is needed in reverse";
constexpr const char* kJump = "a loop is left or cut short in reverse";
constexpr const char* kWhile = "the turns of a while loop are not counted";
constexpr const char* kChanged = "a value that is changed in place is needed as it was";
constexpr const char* kKept = "a component that is overwritten keeps its gradient";
constexpr const char* kReplaced = "an atomic minimum or maximum keeps the gradient of what it replaces";
constexpr const char* kNoDerivative = "Warp has no derivative of frac, and of mod by its divisor none";
constexpr const char* kRandom = "random numbers are drawn in a loop";
constexpr const char* kDrawn = "random numbers are drawn after noise of the same state";

/// Follows values through one function's text and its adjoint's.
class Flow {
 public:
  Flow(const GeneratedText& text, const TextFunction& forward, const TextFunction& backward)
      : text_(text), forward_(forward), backward_(backward) {
    FindRoots(forward_);
    FindRoots(backward_);
    FindWrittenArrays();
    FindStale();
    FindStaleNoise();
    PropagateStale();
    FindWrongAdjoints();
    FindMissingDerivatives();
  }

  /// By the root variable, "var_x" of a parameter.
  [[nodiscard]] const std::map<std::string_view, const char*>& wrong_arrays() const { return wrong_arrays_; }
  /// The first reason why an adjoint of the function is wrong; null if none is.
  [[nodiscard]] const char* any_wrong() const { return any_wrong_; }
  [[nodiscard]] bool writes_arrays() const { return !written_.empty(); }

 private:
  /// The variable that a reference, a view or an array taken from a struct belongs to.
  std::string_view RootOf(std::string_view variable) const {
    for (int steps = 0; steps < 64; ++steps) {
      auto found = roots_.find(variable);
      if (found == roots_.end() || found->second == variable) return variable;
      variable = found->second;
    }
    return variable;
  }

  void FindRoots(const TextFunction& function) {
    for (const TextStatement& statement : function.statements) {
      if (statement.result.empty() || IsAdjointVariable(statement.result) || statement.variables.empty()) continue;
      const bool reference = statement.callee == "wp::address" || statement.callee == "wp::view" ||
                             statement.text.substr(std::min(statement.text.size(), statement.text.find(" = ") + 3)).starts_with("&(");
      const bool array = Contains(function.TypeOf(VariableOf(statement.result)), "array_t") && statement.callee == "wp::load";
      if (reference || array) roots_[VariableOf(statement.result)] = statement.variables.front();
    }
  }

  void FindWrittenArrays() {
    for (const TextStatement& statement : forward_.statements) {
      if (statement.kind != TextStatementKind::Call) continue;
      if (WritesArray(statement.callee) && !statement.arguments.empty())
        written_.insert(RootOf(VariableOf(statement.arguments[0])));
      else if (MayWriteArrays(text_, forward_, statement))
        for (std::string_view argument : statement.arguments) written_.insert(RootOf(VariableOf(argument)));
    }
  }

  void Stale(std::string_view variable, const char* reason) {
    if (!variable.empty() && !backward_.constants.contains(variable)) stale_.emplace(variable, reason);
  }

  /// Whether `inner` is `outer` or stands in it.
  [[nodiscard]] bool IsInside(int32_t inner, int32_t outer) const {
    while (inner >= 0 && inner != outer) inner = backward_.loops[static_cast<size_t>(inner)].parent;
    return inner == outer;
  }

  /// Where values first go wrong.
  void FindStale() {
    bad_loops_.assign(backward_.loops.size(), nullptr);
    for (size_t i = 0; i < backward_.loops.size(); ++i)
      if (backward_.loops[i].is_while) bad_loops_[i] = kWhile;
    std::map<std::string_view, int32_t> assigned_in;  // the loop where a variable gets its value
    std::set<std::string_view> assigned(backward_.parameters.begin(), backward_.parameters.end());
    for (size_t i = 0; i < backward_.statements.size(); ++i) {
      const TextStatement& statement = backward_.statements[i];
      const bool in_loop = statement.loop >= 0;
      if (statement.kind == TextStatementKind::Jump && in_loop && !IsLoopEdge(backward_, i))
        bad_loops_[static_cast<size_t>(statement.loop)] = kJump;
      if (IsAdjointStatement(statement)) {
        if (ChangesInPlace(statement.callee)) changed_.emplace(VariableOf(statement.arguments[0]), i);
        continue;
      }
      if (in_loop && statement.callee == "wp::assign") Stale(VariableOf(statement.arguments[0]), kLoop);
      if (in_loop && ChangesInPlace(statement.callee)) Stale(VariableOf(statement.arguments[0]), kLoop);
      if (in_loop && Contains(statement.result, ".")) Stale(VariableOf(statement.result), kLoop);
      if (in_loop && DrawsRandom(statement.callee) && !statement.arguments.empty())
        Stale(VariableOf(statement.arguments[0]), kRandom);
      if (statement.callee == "wp::load" && written_.contains(RootOf(VariableOf(statement.arguments[0]))))
        Stale(VariableOf(statement.result), kOverwritten);
      for (std::string_view variable : ResultsOf(statement)) {
        assigned.insert(variable);
        assigned_in.emplace(variable, statement.loop);
      }
    }
    for (const TextStatement& statement : backward_.statements)
      for (std::string_view variable : statement.variables) {
        if (IsAdjointVariable(variable)) continue;
        if (!assigned.contains(variable)) Stale(variable, kNotReplayed);
        auto found = assigned_in.find(variable);
        if (found != assigned_in.end() && found->second >= 0 && !IsInside(statement.loop, found->second)) {
          Stale(variable, kLoop);
          lost_.insert(AdjointName(variable));
        }
      }
  }

  /// Noise takes the state of random numbers as it is; in reverse it finds what the draws after it left.
  void FindStaleNoise() {
    std::map<std::string_view, size_t> last_draw;
    const std::vector<TextStatement>& statements = backward_.statements;
    for (size_t i = 0; i < statements.size(); ++i)
      if (DrawsRandom(statements[i].callee) && !statements[i].arguments.empty()) last_draw[VariableOf(statements[i].arguments[0])] = i;
    for (size_t i = 0; i < statements.size(); ++i) {
      const TextStatement& statement = statements[i];
      if (!TakesRandomState(statement.callee) || statement.arguments.size() < 2) continue;
      auto drawn = last_draw.find(VariableOf(statement.arguments[0]));
      if (drawn != last_draw.end() && drawn->second > i) stale_noise_.insert({drawn->first, VariableOf(statement.arguments[1])});
    }
  }

  static bool TakesRandomState(std::string_view callee) {
    return callee == "wp::noise" || callee == "wp::pnoise" || callee == "wp::curlnoise";
  }

  /// What a primal statement gives a value: its result, or of a call without one whatever it may write to.
  static std::vector<std::string_view> ResultsOf(const TextStatement& statement) {
    if (!statement.result.empty()) return {VariableOf(statement.result)};
    if (statement.kind != TextStatementKind::Call) return {};
    if (statement.callee.starts_with("wp::") && !ChangesInPlace(statement.callee) && statement.callee != "wp::assign") return {};
    return statement.variables;
  }

  [[nodiscard]] const char* ReasonOf(std::string_view variable) const {
    auto found = stale_.find(variable);
    return found == stale_.end() ? nullptr : found->second;
  }

  /// Why a statement may not run as it did forward: its guards, its loops.
  [[nodiscard]] const char* ControlReason(const TextStatement& statement) const {
    for (size_t guard : statement.guards)
      for (std::string_view variable : backward_.statements[guard].variables)
        if (const char* reason = ReasonOf(variable)) return reason;
    for (int32_t loop = statement.loop; loop >= 0; loop = backward_.loops[static_cast<size_t>(loop)].parent)
      if (const char* reason = bad_loops_[static_cast<size_t>(loop)]) return reason;
    return nullptr;
  }

  /// A stale range makes a loop with other turns.
  bool PropagateLoops() {
    bool changed = false;
    for (const TextStatement& statement : backward_.statements) {
      if (statement.kind != TextStatementKind::LoopTest || statement.loop < 0) continue;
      const char*& reason = bad_loops_[static_cast<size_t>(statement.loop)];
      for (std::string_view variable : statement.variables)
        if (reason == nullptr && ReasonOf(variable) != nullptr && !IsCounter(variable)) reason = ReasonOf(variable), changed = true;
    }
    return changed;
  }

  /// The range or counter of a loop, which the loop itself moves on, backwards too.
  [[nodiscard]] bool IsCounter(std::string_view variable) const {
    return std::any_of(backward_.statements.begin(), backward_.statements.end(), [&](const TextStatement& s) {
      return s.callee == "wp::iter_reverse" && s.result == variable;
    }) && !range_stale_.contains(variable);
  }

  void PropagateStale() {
    for (bool changed = true; changed;) {
      changed = PropagateLoops();
      for (const TextStatement& statement : backward_.statements) {
        if (IsAdjointStatement(statement)) continue;
        const char* reason = ControlReason(statement);
        for (std::string_view variable : statement.variables)
          if (reason == nullptr && variable != statement.result) reason = ReasonOf(variable);
        if (reason == nullptr) continue;
        if (statement.callee == "wp::range") changed |= range_stale_.insert(statement.result).second;
        for (std::string_view variable : ResultsOf(statement))
          if (!IsAdjointVariable(variable) && !backward_.constants.contains(variable)) changed |= stale_.emplace(variable, reason).second;
      }
    }
  }

  /// Why this adjoint statement is wrong by what it reads of the forward.
  [[nodiscard]] const char* PrimalReason(const TextStatement& statement, size_t at) const {
    for (std::string_view variable : ValuesRead(backward_, statement)) {
      if (const char* reason = ReasonOf(variable)) return reason;
      auto changed = changed_.find(variable);
      if (changed != changed_.end() && at > changed->second) return kChanged;
    }
    if (statement.callee.starts_with("wp::adj_") && TakesRandomState("wp::" + std::string(statement.callee.substr(8))) &&
        stale_noise_.contains({VariableOf(statement.arguments[0]), VariableOf(statement.arguments[1])}))
      return kDrawn;
    if (!statement.callee.starts_with("wp::")) return FunctionReason(statement.callee);
    return nullptr;
  }

  /// Why the adjoint of a function that is called is wrong by itself.
  [[nodiscard]] const char* FunctionReason(std::string_view callee) const {
    if (!callee.starts_with("adj_")) return nullptr;
    const TextFunction* backward = text_.Find(TextFunctionKind::FunctionAdjoint, callee);
    const TextFunction* forward = text_.Find(TextFunctionKind::Function, callee.substr(4));
    if (backward == nullptr || forward == nullptr) return nullptr;
    return Flow(text_, *forward, *backward).any_wrong();
  }

  /// An adjoint as a node of the flow: of arrays the array they belong to.
  std::string_view Node(std::string_view adjoint) const {
    if (!Contains(backward_.TypeOf(adjoint), "array_t")) return adjoint;
    const std::string primal = AdjointName(adjoint);
    auto known = backward_.types.find(primal);
    if (known == backward_.types.end()) return adjoint;
    const std::string root = AdjointName(RootOf(known->first));
    auto found = backward_.types.find(root);
    return found == backward_.types.end() ? adjoint : found->first;
  }

  AdjointEffect NodesOf(AdjointEffect effect) const {
    for (std::string_view& adjoint : effect.reads) adjoint = Node(adjoint);
    for (std::string_view& adjoint : effect.writes) adjoint = Node(adjoint);
    return effect;
  }

  /// Whether the adjoint that statement `at` reads still has the gradient of a component that was overwritten later in the
  /// forward: the adjoint of such an assignment reads it and does not clear it.
  [[nodiscard]] bool IsKept(std::string_view adjoint, size_t at) const {
    auto kept = kept_.find(adjoint);
    return kept != kept_.end() && (at > kept->second || backward_.statements[kept->second].loop >= 0);
  }

  void FindWrongAdjoints() {
    for (size_t i = backward_.reverse_begin; i < backward_.statements.size(); ++i) {
      const TextStatement& statement = backward_.statements[i];
      if (statement.callee == "wp::adj_atomic_min" || statement.callee == "wp::adj_atomic_max") {
        // The gradient of what was in the array stays, also where something else took its place.
        for (std::string_view adjoint : statement.variables)
          if (IsAdjointVariable(adjoint) && Contains(backward_.TypeOf(adjoint), "array_t")) kept_.emplace(Node(adjoint), i), replaced_.insert(Node(adjoint));
      }
      if (statement.callee != "wp::adj_assign_inplace") continue;
      auto adjoint = backward_.types.find(AdjointName(VariableOf(statement.arguments[0])));
      if (adjoint != backward_.types.end()) kept_.emplace(adjoint->first, i);
    }
    std::set<std::string_view> wrong;
    std::map<std::string_view, const char*> reasons;
    auto mark = [&](std::string_view node, const char* reason) {
      if (!wrong.insert(node).second) return false;
      reasons.emplace(node, reason);
      return true;
    };
    for (const std::string& name : lost_)
      if (auto found = backward_.types.find(name); found != backward_.types.end()) mark(found->first, kLoop);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = backward_.reverse_begin; i < backward_.statements.size(); ++i) {
        const TextStatement& statement = backward_.statements[i];
        if (!IsAdjointStatement(statement) || ClearsAdjoint(statement)) continue;
        const AdjointEffect effect = NodesOf(EffectOf(backward_, statement));
        const char* reason = ControlReason(statement);
        const bool own = reason != nullptr;
        if (reason == nullptr) reason = PrimalReason(statement, i);
        const bool first = reason != nullptr;
        for (std::string_view node : effect.reads) {
          if (reason == nullptr && wrong.contains(node)) reason = reasons[node];
          if (reason == nullptr && IsKept(node, i)) reason = kKept;
        }
        if (reason == nullptr) continue;
        for (std::string_view node : effect.writes) changed |= mark(node, reason);
        // Done or not done where it should not, or at the wrong place: the gradient that it reads is left wrong, too.
        if (first && (own || IsAccessAdjoint(statement.callee)))
          for (std::string_view node : effect.reads) changed |= mark(node, reason);
      }
    }
    for (std::string_view node : replaced_) (void)mark(node, kReplaced);
    for (std::string_view node : wrong) {
      any_wrong_ = any_wrong_ == nullptr ? reasons[node] : any_wrong_;
      auto primal = backward_.types.find(AdjointName(node));
      if (primal != backward_.types.end()) wrong_arrays_.emplace(primal->first, reasons[node]);
    }
  }

  /// What flows into an operation that has no derivative in Warp, though a true one: gradients lack that part.
  void FindMissingDerivatives() {
    std::set<std::string_view> sources;
    for (const TextStatement& statement : forward_.statements) {
      const bool frac = statement.callee == "wp::frac", mod = statement.callee == "wp::mod" && statement.arguments.size() == 2;
      if (!(frac || mod) || !HasGradient(forward_.TypeOf(VariableOf(statement.result)))) continue;
      const std::string_view operand = VariableOf(statement.arguments.back());
      if (!forward_.constants.contains(operand)) sources.insert(operand);
    }
    if (!sources.empty() && any_wrong_ == nullptr) any_wrong_ = kNoDerivative;
    for (bool changed = true; changed;) {
      changed = false;
      for (const TextStatement& statement : forward_.statements) {
        const bool assign = statement.callee == "wp::assign" || ChangesInPlace(statement.callee);
        const std::string_view result = assign ? VariableOf(statement.arguments[0]) : VariableOf(statement.result);
        const bool several = result.empty() && statement.kind == TextStatementKind::Call &&
                             std::any_of(statement.variables.begin(), statement.variables.end(), [&](std::string_view v) { return sources.contains(v); });
        if (!several && (result.empty() || !sources.contains(result))) continue;
        for (std::string_view variable : statement.variables) changed |= sources.insert(variable).second;
      }
    }
    for (std::string_view variable : sources) {
      auto known = backward_.types.find(variable);
      if (known != backward_.types.end()) wrong_arrays_.emplace(known->first, kNoDerivative);
    }
  }

  const GeneratedText& text_;
  const TextFunction& forward_;
  const TextFunction& backward_;
  std::map<std::string_view, std::string_view> roots_;
  std::set<std::string_view> written_;                   // roots of arrays
  std::map<std::string_view, const char*> stale_;        // values that may not be those of the forward
  std::map<std::string_view, size_t> changed_;           // where the reverse passes the change of a value
  std::map<std::string_view, size_t> kept_;              // adjoints whose components an assignment does not clear, and where
  std::set<std::string_view> replaced_;                  // adjoints of arrays that an atomic minimum or maximum does not clear
  std::set<std::pair<std::string_view, std::string_view>> stale_noise_;  // its state and where it is taken
  std::set<std::string_view> range_stale_;
  std::set<std::string> lost_;                           // adjoints that a loop clears before they are used
  std::vector<const char*> bad_loops_;
  std::map<std::string_view, const char*> wrong_arrays_;
  const char* any_wrong_ = nullptr;
};

}  // namespace

GradientLimits FindGradientLimits(const GeneratedText& text, std::string_view mangled_name) {
  GradientLimits limits;
  const TextFunction* forward = text.Find(TextFunctionKind::KernelForward, mangled_name);
  const TextFunction* backward = text.Find(TextFunctionKind::KernelBackward, mangled_name);
  if (forward == nullptr || backward == nullptr) return limits;
  const Flow flow(text, *forward, *backward);
  // Plain values have no gradient that a launch could give back.
  auto holds_arrays = [&](std::string_view type) { return Contains(type, "array_t") || (!type.starts_with("wp::") && type != "bool"); };
  for (const auto& [variable, reason] : flow.wrong_arrays())
    if (holds_arrays(backward->TypeOf(variable)) && std::find(backward->parameters.begin(), backward->parameters.end(), variable) != backward->parameters.end())
      limits.emplace(std::string(variable.substr(4)), reason);
  return limits;
}

}  // namespace warpsmith
