#include "verify/equivalence.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "verify/statement_flow.h"
#include "verify/symbolic_run.h"

namespace warpsmith {

namespace {

using Names = std::set<std::string_view>;

bool AnyOf(const std::vector<std::string_view>& variables, const Names& names) {
  return std::any_of(variables.begin(), variables.end(), [&](std::string_view v) { return names.contains(v); });
}

class Usage {
 public:
  Usage(const GeneratedText& text, const TextFunction& function, EquivalenceProver& prover)
      : text_(text), function_(function), prover_(prover) {
    FindSkipped();
    FindOverwritten();
    FindGradients();
    moves_nothing_ = used_.empty();
    FindValues();
  }
  std::set<size_t> Take() { return std::move(used_); }

 private:
  [[nodiscard]] const TextStatement& At(size_t i) const { return function_.statements[i]; }

  /// "var_0, var_1" of "array_store(var_y, var_0, var_1, var_2)", with the array.
  static std::vector<std::string_view> PlaceOf(const TextStatement& store) {
    return {store.arguments.begin(), store.arguments.end() - 1};
  }

  /// Whether the array is only ever stored to: then a store can be overwritten unseen.
  [[nodiscard]] bool IsOnlyStored(std::string_view array) const {
    return std::all_of(function_.statements.begin(), function_.statements.end(), [&](const TextStatement& s) {
      const bool store = (s.callee == "wp::array_store" || s.callee == "wp::adj_array_store") && s.arguments[0] == array;
      return store || std::find(s.variables.begin(), s.variables.end(), array) == s.variables.end();
    });
  }

  /// Stores of an element that is stored again in every case. Of the reverse, their adjoints.
  void FindOverwritten() {
    for (bool reverse : {false, true}) {
      const std::string_view callee = reverse ? "wp::adj_array_store" : "wp::array_store";
      std::vector<size_t> stores;
      for (size_t i = 0; i < function_.statements.size(); ++i)
        if (At(i).callee == callee && At(i).arguments.size() >= 3) stores.push_back(i);
      for (size_t first : stores)
        for (size_t second : stores) {
          const bool later = reverse ? second < first : second > first;
          if (later && SamePlace(At(first), At(second), reverse) && IsAlwaysWith(At(first), At(second)) &&
              IsOnlyStored(At(first).arguments[0]) && !LeavesBetween(std::min(first, second), std::max(first, second)))
            overwritten_.insert(first);
        }
    }
  }

  static bool SamePlace(const TextStatement& a, const TextStatement& b, bool reverse) {
    if (a.arguments.size() != b.arguments.size()) return false;
    const size_t end = reverse ? a.arguments.size() / 2 - 1 : a.arguments.size() - 1;
    return std::equal(a.arguments.begin(), a.arguments.begin() + static_cast<std::ptrdiff_t>(end), b.arguments.begin());
  }

  /// Whether `other` runs wherever `statement` does: in the same loop, under no further condition.
  static bool IsAlwaysWith(const TextStatement& statement, const TextStatement& other) {
    if (statement.loop != other.loop || statement.loop >= 0) return false;
    return std::includes(statement.guards.begin(), statement.guards.end(), other.guards.begin(), other.guards.end());
  }

  [[nodiscard]] bool LeavesBetween(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i)
      if (At(i).kind == TextStatementKind::Return || At(i).kind == TextStatementKind::Jump) return true;
    return false;
  }

  /// Adjoints through which gradients come and go: those of arrays, and of a function's parameters and result. What a
  /// launch is given by value has no gradient that it gives back.
  [[nodiscard]] bool IsOutside(std::string_view adjoint) const {
    if (Contains(function_.TypeOf(adjoint), "array_t")) return true;
    if (function_.kind != TextFunctionKind::FunctionAdjoint) return false;
    const std::string primal = AdjointName(adjoint);
    return adjoint.starts_with("adj_ret") || std::find(function_.parameters.begin(), function_.parameters.end(), primal) != function_.parameters.end();
  }

  /// Structs that a function of the module gets may hold arrays.
  void AddStructs(const TextStatement& statement, Names& leaving) const {
    if (statement.callee.starts_with("wp::") || !statement.callee.starts_with("adj_")) return;
    for (std::string_view variable : statement.variables) {
      const std::string_view type = function_.TypeOf(variable);
      if (IsAdjointVariable(variable) && !type.starts_with("wp::") && type != "bool") leaving.insert(variable);
    }
  }

  /// Reverse statements that a gradient can come to, and from which it can leave.
  void FindGradients() {
    Names fed, leaving;
    for (const auto& [name, type] : function_.types)
      if (IsAdjointVariable(name) && IsOutside(name)) {
        fed.insert(name);
        leaving.insert(name);
      }
    std::vector<std::pair<size_t, AdjointEffect>> effects;
    for (size_t i = function_.reverse_begin; i < function_.statements.size(); ++i)
      if (IsAdjointStatement(At(i)) && !ClearsAdjoint(At(i)) && !overwritten_.contains(i) && At(i).callee != "wp::adj_view") {
        effects.emplace_back(i, EffectOf(function_, At(i)));
        AddStructs(At(i), leaving);
      }
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& [i, effect] : effects) {
        if (AnyOf(effect.reads, fed))
          for (std::string_view adjoint : effect.writes) changed |= fed.insert(adjoint).second;
        if (AnyOf(effect.writes, leaving))
          for (std::string_view adjoint : effect.reads) changed |= leaving.insert(adjoint).second;
      }
    }
    for (const auto& [i, effect] : effects) {
      const bool clears = At(i).callee == "wp::adj_array_store";  // the array's gradient, which is given back
      if (AnyOf(effect.reads, fed) && (AnyOf(effect.writes, leaving) || clears) && !IsUnreachable(i)) used_.insert(i);
    }
  }

  /// What happens whether or not a value is used: effects outside of the function, and jumps.
  [[nodiscard]] bool IsEffect(size_t i) const {
    const TextStatement& s = At(i);
    if (IsAdjointStatement(s)) return used_.contains(i);
    if (overwritten_.contains(i)) return false;
    // Where no gradient moves at all, it does not matter where a kernel's reverse goes.
    if (function_.kind == TextFunctionKind::KernelBackward && moves_nothing_) return false;
    if (s.kind == TextStatementKind::Return || s.kind == TextStatementKind::Jump) return !IsLoopEdge(function_, i);
    if (s.result.starts_with("ret_")) return true;  // one of several results
    if (s.kind != TextStatementKind::Call) return s.kind == TextStatementKind::Other && !s.variables.empty() && s.text.find("-=") == std::string_view::npos && s.text.find("+=") == std::string_view::npos;
    return MayWriteArrays(text_, function_, s);
  }

  /// What a statement gives a value, seen from its text.
  static std::vector<std::string_view> Results(const TextStatement& s) {
    if (s.result.empty() && (WritesArray(s.callee) || IsSilent(s.callee))) return {};
    if (s.kind == TextStatementKind::Call && DrawsRandom(s.callee)) return {VariableOf(s.result), VariableOf(s.arguments[0])};
    if (!s.result.empty()) return {VariableOf(s.result)};
    if (s.kind == TextStatementKind::Call && (s.callee == "wp::assign" || ChangesInPlace(s.callee))) return {VariableOf(s.arguments[0])};
    return s.variables;  // a call with several results, a counter
  }

  void Use(size_t i) {
    const TextStatement& s = At(i);
    used_.insert(i);
    std::vector<std::string_view> values = IsAdjointStatement(s) ? ValuesRead(function_, s) : s.variables;
    if (!s.callee.empty() && !s.callee.starts_with("wp::")) RemoveUnread(s, values);
    for (std::string_view value : values)
      if (!IsAdjointVariable(value)) changed_ |= reads_[value].insert(i).second;
    for (size_t guard : s.guards) UseControl(guard);
    for (int32_t loop = s.loop; loop >= 0; loop = function_.loops[static_cast<size_t>(loop)].parent)
      for (size_t t = function_.loops[static_cast<size_t>(loop)].begin; t < function_.loops[static_cast<size_t>(loop)].end; ++t)
        if (At(t).kind == TextStatementKind::LoopTest && At(t).loop == loop) UseControl(t);
  }

  /// Takes out what a function of the module is given and does not read.
  void RemoveUnread(const TextStatement& s, std::vector<std::string_view>& values) const {
    const TextFunctionKind kind = s.callee.starts_with("adj_") ? TextFunctionKind::FunctionAdjoint : TextFunctionKind::Function;
    const TextFunction* callee = text_.Find(kind, s.callee);
    if (callee == nullptr || callee == &function_) return;
    Names read;
    for (size_t i : prover_.UsedStatements(*callee))
      for (std::string_view variable : callee->statements[i].variables) read.insert(variable);
    for (size_t p = 0; p < std::min(callee->parameters.size(), s.arguments.size()); ++p) {
      const std::string_view argument = VariableOf(s.arguments[p]);
      const bool elsewhere = std::count(s.variables.begin(), s.variables.end(), argument) > 1;
      if (!elsewhere && !read.contains(callee->parameters[p])) std::erase(values, argument);
    }
  }

  void UseControl(size_t i) {
    used_.insert(i);
    for (std::string_view value : At(i).variables) changed_ |= reads_[value].insert(i).second;
  }

  /// Whether a value that statement `at` gives a variable is read: further on, or in the next turn of a loop around it.
  [[nodiscard]] bool IsRead(std::string_view variable, size_t at) const {
    auto found = reads_.find(variable);
    if (found == reads_.end()) return false;
    if (*found->second.rbegin() > at) return true;
    int32_t outermost = At(at).loop;
    if (outermost < 0) return false;
    while (function_.loops[static_cast<size_t>(outermost)].parent >= 0) outermost = function_.loops[static_cast<size_t>(outermost)].parent;
    const TextLoop& loop = function_.loops[static_cast<size_t>(outermost)];
    auto inside = found->second.lower_bound(loop.begin);
    return inside != found->second.end() && *inside <= loop.end;
  }

  [[nodiscard]] bool GivesWhatIsRead(size_t at) const {
    const std::vector<std::string_view> results = Results(At(at));
    return std::any_of(results.begin(), results.end(), [&](std::string_view v) { return IsRead(v, at); });
  }

  /// Whether every condition that a statement stands under compares constants and holds.
  [[nodiscard]] bool IsAlwaysReached(size_t at) const {
    return At(at).loop < 0 && std::all_of(At(at).guards.begin(), At(at).guards.end(), [&](size_t guard) {
      if (At(guard).variables.size() != 1) return false;
      const std::optional<bool> holds = ConstantCondition(At(guard).variables[0]);
      return holds && *holds != At(guard).text.starts_with("if (!");
    });
  }

  /// Marks what a return that always happens leaves out: the rest, or all up to the label where the reverse goes on.
  void FindSkipped() {
    for (size_t i = 0; i < function_.statements.size(); ++i) {
      const bool returns = At(i).kind == TextStatementKind::Return, jumps = At(i).kind == TextStatementKind::Jump;
      if (!(returns || jumps) || At(i).guards.empty() || !IsAlwaysReached(i)) continue;
      size_t end = function_.statements.size();
      if (jumps) {
        const std::string label = std::string(At(i).text.substr(5, At(i).text.size() - 6)) + ":;";
        end = i + 1;
        while (end < function_.statements.size() && At(end).text != label) ++end;
        if (end == function_.statements.size()) continue;
      }
      for (size_t skipped = i + 1; skipped < end; ++skipped) skipped_.insert(skipped);
      return;
    }
  }

  /// Statements that are never reached: behind a return that always happens, or under a condition that compares constants
  /// and does not hold.
  [[nodiscard]] bool IsUnreachable(size_t at) const {
    if (skipped_.contains(at)) return true;
    return std::any_of(At(at).guards.begin(), At(at).guards.end(), [&](size_t guard) {
      if (At(guard).variables.size() != 1) return false;
      const std::optional<bool> holds = ConstantCondition(At(guard).variables[0]);
      return holds && *holds == At(guard).text.starts_with("if (!");
    });
  }

  /// The value of "var_3 = (var_1 < var_2)" where both are constant numbers and nothing else sets var_3.
  [[nodiscard]] std::optional<bool> ConstantCondition(std::string_view variable) const {
    const TextStatement* definition = nullptr;
    for (const TextStatement& s : function_.statements) {
      if (s.result != variable) continue;
      if (definition != nullptr && definition->text != s.text) return std::nullopt;
      definition = &s;
    }
    if (definition == nullptr || definition->kind != TextStatementKind::Assignment || definition->variables.size() != 2) return std::nullopt;
    double values[2];
    for (size_t i = 0; i < 2; ++i) {
      auto constant = function_.constants.find(definition->variables[i]);
      if (constant == function_.constants.end()) return std::nullopt;
      const std::string text(constant->second);
      char* end = nullptr;
      values[i] = std::strtod(text.c_str(), &end);
      if (end == text.c_str() || *end != '\0') return std::nullopt;
    }
    const std::string comparison = std::string(definition->variables[0]) + " ";
    const size_t at = definition->text.rfind(comparison) + comparison.size();
    const std::string_view sign = definition->text.substr(at, definition->text.find(' ', at) - at);
    if (sign == "<") return values[0] < values[1];
    if (sign == "<=") return values[0] <= values[1];
    if (sign == ">") return values[0] > values[1];
    if (sign == ">=") return values[0] >= values[1];
    if (sign == "==") return values[0] == values[1];
    if (sign == "!=") return values[0] != values[1];
    return std::nullopt;
  }

  void FindValues() {
    std::vector<bool> unreachable(function_.statements.size());
    for (size_t i = 0; i < unreachable.size(); ++i) unreachable[i] = IsUnreachable(i);
    // Whether a while loop ends at all matters, whatever it computes.
    for (size_t i = 0; i < unreachable.size(); ++i) {
      const bool test = At(i).kind == TextStatementKind::LoopTest && At(i).loop >= 0 && function_.loops[static_cast<size_t>(At(i).loop)].is_while;
      if (test && !unreachable[i]) UseControl(i);
    }
    do {
      changed_ = false;
      for (size_t i = 0; i < function_.statements.size(); ++i) {
        const TextStatement& s = At(i);
        const bool block = s.kind == TextStatementKind::Guard || s.kind == TextStatementKind::LoopTest ||
                           s.kind == TextStatementKind::Close || s.kind == TextStatementKind::LoopBegin || s.kind == TextStatementKind::LoopEnd;
        if (block || unreachable[i]) continue;
        if (IsEffect(i) || (!IsAdjointStatement(s) && GivesWhatIsRead(i))) Use(i);
      }
    } while (changed_);
  }

  const GeneratedText& text_;
  const TextFunction& function_;
  EquivalenceProver& prover_;
  std::set<size_t> overwritten_, skipped_, used_;
  std::map<std::string_view, std::set<size_t>> reads_;  // by variable, where used statements read it
  bool changed_ = false, moves_nothing_ = false;
};

/// Names for values: two variables with the same name hold the same value wherever both are set.
class ValueNames {
 public:
  explicit ValueNames(const TextFunction& function) : function_(function) {
    for (size_t i = 0; i < function.statements.size(); ++i) {
      const TextStatement& s = function.statements[i];
      // Whatever a function of the module gets, it may write to.
      if (WritesArray(s.callee)) written_.insert(VariableOf(s.arguments[0]));
      else if (s.kind == TextStatementKind::Call && !s.callee.starts_with("wp::") && !IsAdjointStatement(s))
        written_.insert(s.variables.begin(), s.variables.end());
      if (!s.result.empty()) definitions_[VariableOf(s.result)].push_back(i);
      else if (s.kind == TextStatementKind::Call && !IsAdjointStatement(s))
        for (std::string_view variable : s.variables) definitions_[variable].push_back(i), definitions_[variable].push_back(i);
    }
  }

  std::string Of(std::string_view variable, int depth = 0) const {
    if (auto constant = function_.constants.find(variable); constant != function_.constants.end())
      return "(" + std::string(function_.TypeOf(variable)) + ")" + std::string(constant->second);
    auto found = definitions_.find(variable);
    // Set more than once, or by something other than one operation: it stands for itself.
    if (found == definitions_.end() || found->second.size() != 1 || depth > 24) return std::string(variable);
    const TextStatement& s = function_.statements[found->second[0]];
    const bool pure = s.kind == TextStatementKind::Call && s.callee.starts_with("wp::") && !DrawsRandom(s.callee) &&
                      !WritesArray(s.callee) && s.callee != "wp::iter_next" && s.loop < 0;
    if (!pure || (s.callee == "wp::load" && !LoadsInput(VariableOf(s.arguments[0])))) return std::string(variable);
    std::string name = std::string(s.callee) + "(";
    for (std::string_view argument : s.arguments) name += (IsVariable(argument) ? Of(argument, depth + 1) : std::string(argument)) + ",";
    return name + ")";
  }

 private:
  /// Whether a pointer is to an element of an array that the function leaves as it is.
  [[nodiscard]] bool LoadsInput(std::string_view pointer) const {
    auto found = definitions_.find(pointer);
    if (found == definitions_.end() || found->second.size() != 1) return false;
    const TextStatement& s = function_.statements[found->second[0]];
    if (s.callee != "wp::address") return false;
    const std::string_view array = VariableOf(s.arguments[0]);
    const bool parameter = std::find(function_.parameters.begin(), function_.parameters.end(), array) != function_.parameters.end();
    return parameter && !written_.contains(array);
  }

  static bool IsVariable(std::string_view argument) { return argument.starts_with("var_") && VariableOf(argument) == argument; }

  const TextFunction& function_;
  std::map<std::string_view, std::vector<size_t>> definitions_;
  Names written_;
};

/// Operands that are swapped but hold the same value.
bool SwapsEqualValues(const TextFunction& function, const TextStatement& statement) {
  const size_t first = statement.callee == "wp::where" ? 1 : 0;
  if (statement.arguments.size() < first + 2) return false;
  const ValueNames names(function);
  return names.Of(statement.arguments[first]) == names.Of(statement.arguments[first + 1]);
}

}  // namespace

const std::set<size_t>& EquivalenceProver::UsedStatements(const TextFunction& function) {
  auto found = used_.find(&function);
  if (found == used_.end()) found = used_.emplace(&function, Usage(text_, function, *this).Take()).first;
  return found->second;
}

/// Called by statements with an effect, directly or not, beginning with the kernels.
bool EquivalenceProver::IsCalled(const TextFunction& function) {
  if (!called_) {
    called_.emplace();
    std::vector<const TextFunction*> waiting;
    for (const TextFunction& kernel : text_.functions)
      if (kernel.is_kernel()) waiting.push_back(&kernel);
    while (!waiting.empty()) {
      const TextFunction& caller = *waiting.back();
      waiting.pop_back();
      std::set<std::string_view> callees;
      for (size_t i : UsedStatements(caller)) callees.insert(caller.statements[i].callee);
      for (const TextFunction& callee : text_.functions)
        if (!callee.is_kernel() && callees.contains(callee.name) && called_->insert(&callee).second) waiting.push_back(&callee);
    }
  }
  return function.is_kernel() || called_->contains(&function);
}

bool EquivalenceProver::LeavesTheSame(const Fault& fault) {
  ReplacedStatement replaced{fault.line, std::nullopt};
  if (!fault.to.empty()) replaced.by = ReadTextStatement(fault.to, fault.line);
  for (const TextFunction& kernel : text_.functions) {
    if (!kernel.is_kernel()) continue;
    auto known = left_.find(&kernel);
    if (known == left_.end()) known = left_.emplace(&kernel, RunOnSymbols(text_, kernel, nullptr, values_)).first;
    if (!known->second || RunOnSymbols(text_, kernel, &replaced, values_) != known->second) return false;
  }
  return true;
}

std::string EquivalenceProver::Prove(const Fault& fault) {
  for (const TextFunction& function : text_.functions)
    for (size_t i = 0; i < function.statements.size(); ++i) {
      if (function.statements[i].line != fault.line) continue;
      if (fault.kind == FaultKind::SwappedOperands && SwapsEqualValues(function, function.statements[i]))
        return "the operands hold the same value";
      if (!IsCalled(function)) return "the function is called for nothing that is used";
      // A store that is never read can be left out, and not moved to another place.
      const bool moved = fault.kind == FaultKind::IndexOffByOne && Contains(function.statements[i].callee, "array_store");
      if (moved || UsedStatements(function).contains(i))
        return LeavesTheSame(fault) ? "what reaches the arrays is the same, up to rounding, by the rules of arithmetic" : "";
      return IsAdjointStatement(function.statements[i]) ? "the gradient that it moves is zero or reaches no array"
                                                        : "nothing that it computes reaches an array";
    }
  return {};
}

}  // namespace warpsmith
