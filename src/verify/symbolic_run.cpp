#include "verify/symbolic_run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/words.h"
#include "verify/statement_flow.h"
#include "verify/symbolic_context.h"
#include "verify/symbolic_state.h"

namespace warpsmith {

namespace {

/// Statements that one run may pass, counting each turn that is looked at: loops in loops are passed again and again.
constexpr size_t kMostStatements = 20000;

bool IsPlain(std::string_view argument) { return (argument.starts_with("var_") || argument.starts_with("adj_")) && VariableOf(argument) == argument; }

class SymbolicRunner : public SymbolicContext {
 public:
  SymbolicRunner(const GeneratedText& text, const ReplacedStatement* replaced, ValueTable& values)
      : SymbolicContext(values), text_(text), replaced_(replaced) {}

  std::optional<std::vector<ValueId>> Run(const TextFunction& kernel) {
    function_ = &kernel;
    (void)Memory("mem of loops");
    for (std::string_view parameter : kernel.parameters) {
      const std::string name(parameter);
      Set(parameter, values_.Make("argument " + name, kernel.TypeOf(parameter), {}));
      arrays_[name] = name;
      (void)Memory("mem " + name);
      (void)Memory("grad " + name);
    }
    RunFunction();
    if (failed_) return std::nullopt;
    std::vector<ValueId> left;
    for (const auto& [name, value] : state_.memory) {
      left.push_back(values_.Make(name, "", {}));
      left.push_back(value);
    }
    return left;
  }

 private:
  [[nodiscard]] const TextStatement& At(size_t i) const { return function_->statements[i]; }

  void RunFunction() {
    state_.path = values_.Bool(true);
    state_.ended = false;
    RunStatements(0, function_->statements.size());
    JoinWaiting("");
    if (!waiting_.empty()) failed_ = true;
  }

  void RunStatements(size_t begin, size_t end) {
    for (size_t i = begin; i < end && !failed_; ++i) {
      if (++passed_ > kMostStatements) failed_ = true;
      const TextStatement& own = At(i);
      if (own.kind == TextStatementKind::Guard) {
        i = RunGuard(i);
      } else if (own.kind == TextStatementKind::LoopBegin) {
        i = RunLoop(i);
      } else if (own.text.ends_with(":;")) {
        JoinWaiting(own.text.substr(0, own.text.size() - 2));
      } else if (!state_.ended) {
        const bool changed = replaced_ != nullptr && replaced_->line == own.line;
        if (!changed) RunStatement(own);
        else if (replaced_->by) RunStatement(*replaced_->by);
      }
    }
  }

  /// The position of the bracket that closes the guard at `i`.
  [[nodiscard]] size_t CloseOf(size_t i) const {
    size_t depth = 1;
    while (++i < function_->statements.size()) {
      if (At(i).kind == TextStatementKind::Guard) ++depth;
      if (At(i).kind == TextStatementKind::Close && --depth == 0) break;
    }
    return i;
  }

  size_t RunGuard(size_t i) {
    const size_t close = CloseOf(i);
    if (state_.ended) {
      RunStatements(i + 1, close);  // a label may stand there
      return close;
    }
    const std::string_view text = At(i).text;
    const ValueId condition = Condition(text.substr(4, text.size() - 7));
    if (values_.IsZero(condition)) return close;
    if (values_.IsTrue(condition)) {
      RunStatements(i + 1, close);
      return close;
    }
    const SymbolicState before = state_;
    const ValueId inside = values_.And(before.path, condition);
    state_.path = inside;
    // What was set where the condition holds is that here.
    for (auto& [name, value] : state_.locals) value = values_.Where(condition, value);
    RunStatements(i + 1, close);
    const ValueId outside = values_.And(before.path, values_.Not(condition));
    if (state_.ended) {
      state_ = before;
      state_.path = outside;
      return close;
    }
    state_.locals = JoinNames(values_, condition, state_.locals, before.locals);
    state_.memory = JoinNames(values_, condition, state_.memory, before.memory);
    state_.path = state_.path == inside ? before.path : values_.Or(state_.path, outside);
    return close;
  }

  void Jump(std::string_view label) {
    waiting_.push_back({std::string(label), state_});
    state_.ended = true;
  }

  /// Takes in the states that wait for this label.
  void JoinWaiting(std::string_view label) {
    for (size_t w = waiting_.size(); w-- > 0;) {
      if (waiting_[w].label != label) continue;
      const SymbolicState waited = std::move(waiting_[w].state);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(w));
      if (state_.ended) {
        state_ = waited;
        continue;
      }
      state_.locals = JoinNames(values_, waited.path, waited.locals, state_.locals);
      state_.memory = JoinNames(values_, waited.path, waited.memory, state_.memory);
      state_.path = values_.Or(waited.path, state_.path);
    }
  }

  void RunStatement(const TextStatement& s) {
    switch (s.kind) {
      case TextStatementKind::Jump: return Jump(s.text.substr(5, s.text.size() - 6));
      case TextStatementKind::Return:
        if (!s.variables.empty()) Set("result", Argument(s.text.substr(7, s.text.size() - 8)));
        return Jump("");
      case TextStatementKind::Close:
      case TextStatementKind::LoopEnd: return;
      case TextStatementKind::LoopTest: failed_ = true; return;
      default: break;
    }
    if (IsAdjointStatement(s)) return RunAdjoint(s);
    if (s.kind == TextStatementKind::Call) RunCall(s);
    else if (s.kind == TextStatementKind::Assignment) RunAssignment(s);
    else if (!s.variables.empty()) RunUnknown(s);
  }

  void RunAssignment(const TextStatement& s) {
    const size_t equals = s.text.find(s.accumulates ? " += " : " = ");
    const std::string_view right = s.text.substr(equals + (s.accumulates ? 4 : 3), s.text.size() - equals - (s.accumulates ? 5 : 4));
    if (s.result.starts_with("ret_")) return Set(s.result, Argument(right));  // one of several results
    if (!IsPlain(s.result)) return RunUnknown(s);
    const std::string_view type = function_->TypeOf(s.result);
    if (s.accumulates) return Assign(s.result, values_.Make("wp::add", type, {Get(s.result), Argument(right)}));
    if (right.starts_with("&(")) return RunReference(s, right);
    if (IsPlain(right)) return Assign(s.result, Get(right));
    const ValueId value = type == "bool" ? Condition(right) : Argument(right, type);
    Assign(s.result, value);
  }

  /// "&(var_x.shape)", "&((var_7).v)", "&(((*wp::address(var_r, var_0))).v)", "&(wp::index(var_2, var_3))".
  void RunReference(const TextStatement& s, std::string_view right) {
    if (s.variables.empty()) return void(failed_ = true);
    const std::string_view root = s.variables.front();
    if (right.ends_with(".shape)") || right.ends_with("->shape)")) return Assign(s.result, values_.Make("shape", "", {Get(root)}));
    roots_[std::string(s.result)] = std::string(root);
    Assign(s.result, values_.Make(Skeleton(right), "", Read(s.variables)));
  }

  void RunCall(const TextStatement& s) {
    if (IsSilent(s.callee)) return;
    const std::string_view callee = s.callee;
    if (callee.starts_with("builtin_tid")) return RunThread(s);
    if (callee == "wp::assign" && s.arguments.size() == 2 && IsPlain(s.arguments[0])) return Assign(s.arguments[0], Argument(s.arguments[1]));
    if (callee == "wp::address" || callee == "wp::view" || callee == "wp::indexref") return RunAddress(s);
    if (callee == "wp::load") return Assign(s.result, Load(s));
    if (WritesArray(callee)) return RunStore(s);
    if (callee == "wp::iter_next" || DrawsRandom(callee)) {
      const std::string_view moved = VariableOf(s.arguments[0]);
      Assign(s.result, values_.Make(callee, function_->TypeOf(s.result), ReadArguments(s)));
      return Assign(moved, values_.Make("next", "", {Get(moved)}));
    }
    if (!callee.starts_with("wp::")) return RunFunctionCall(s);
    if (ChangesInPlace(callee)) return RunInPlace(s);
    if (IsPlain(s.result)) return Assign(s.result, Operation(s));
    RunUnknown(s);
  }

  ValueId Operation(const TextStatement& s) {
    const std::string_view type = function_->TypeOf(s.result);
    std::vector<ValueId> arguments = ReadArguments(s);
    AppendMemory(s.variables, arguments);
    if (s.callee == "wp::extract" && arguments.size() == 2 && values_.OperationOf(arguments[0]) == "wp::load" &&
        values_.OperationOf(values_.ArgumentsOf(arguments[0])[0]) == "shape")
      return values_.Make("extent", type, std::move(arguments));
    return values_.Make(s.callee, type, std::move(arguments));
  }

  void RunThread(const TextStatement& s) {
    if (!s.result.empty()) return Assign(s.result, values_.Make("builtin_tid", "wp::int32", {}));
    for (size_t i = 0; i < s.arguments.size(); ++i)
      Assign(s.arguments[i], values_.Make("builtin_tid", "wp::int32", {values_.Constant("wp::int32", static_cast<double>(i))}));
  }

  void RunAddress(const TextStatement& s) {
    roots_[std::string(s.result)] = std::string(VariableOf(s.arguments[0]));
    Assign(s.result, values_.Make(s.callee, "", ReadArguments(s)));
  }

  void RunFunctionCall(const TextStatement& s) {
    const TextFunction* callee = text_.Find(TextFunctionKind::Function, s.callee);
    const size_t count = callee == nullptr ? 0 : callee->parameters.size(), results = s.arguments.size() - count;
    if (callee == nullptr || s.arguments.size() < count || (results == 0) == s.result.empty() || depth_ > 8) {
      if (MayWriteArrays(text_, *function_, s)) failed_ = true;
      return RunUnknown(s);
    }
    std::vector<ValueId> given(results);
    auto local = [&](const std::string& name) {
      auto found = state_.locals.find(name);
      return found == state_.locals.end() ? ValueId{0} : found->second;
    };
    const ValueId result = Inside(*callee, s, results, [&] {
      for (size_t r = 0; r < results; ++r) given[r] = local("ret_" + std::to_string(r));
      return local("result");
    });
    if (results == 0) return Assign(s.result, result);
    for (size_t r = 0; r < results; ++r) {
      if (!IsPlain(s.arguments[count + r])) return void(failed_ = true);
      Assign(s.arguments[count + r], given[r]);
    }
  }

  void RunAdjointCall(const TextStatement& s) override {
    const TextFunction* callee = text_.Find(TextFunctionKind::FunctionAdjoint, s.callee);
    const size_t count = callee == nullptr ? 0 : callee->parameters.size();
    // "adj_split_0(var_0, var_1, var_2, adj_0, adj_1, adj_2)": several results stand behind the parameters.
    const size_t results = s.arguments.size() < 2 * count ? 0 : (s.arguments.size() - 2 * count) / 2;
    if (callee == nullptr || (s.arguments.size() != 2 * count + 1 && s.arguments.size() != 2 * (count + results)) || depth_ > 8) return void(failed_ = true);
    std::vector<ValueId> after(count);
    (void)Inside(*callee, s, results, [&] {
      for (size_t p = 0; p < count; ++p) after[p] = Get(AdjointName(callee->parameters[p]));
      return ValueId{0};
    });
    for (size_t p = 0; p < count; ++p)
      if (IsPlain(s.arguments[count + results + p])) Assign(s.arguments[count + results + p], after[p]);
  }

  /// Runs a function of the module on the arguments of a call; `take` reads what it leaves.
  template <typename TakeResult>
  ValueId Inside(const TextFunction& callee, const TextStatement& s, size_t results, const TakeResult& take) {
    SymbolicNames locals;
    std::map<std::string, std::string> arrays;
    const size_t count = callee.parameters.size();
    for (size_t a = 0; a < s.arguments.size(); ++a) {
      const bool reverse = a >= count + results;
      const size_t i = reverse ? a - count - results : a;  // among the parameters and results of its lane
      const std::string name = i < count    ? (reverse ? AdjointName(callee.parameters[i]) : std::string(callee.parameters[i]))
                               : !reverse   ? "ret_" + std::to_string(i - count)
                               : results > 0 ? "adj_ret_" + std::to_string(i - count)
                                             : "adj_ret";
      locals[name] = Argument(s.arguments[a]);
      if (a < count) arrays[name] = ArrayOf(RootOf(VariableOf(s.arguments[a])));
    }
    auto outer_roots = std::exchange(roots_, {});
    auto outer_arrays = std::exchange(arrays_, std::move(arrays));
    auto outer_waiting = std::exchange(waiting_, {});
    auto outer_locals = std::exchange(state_.locals, std::move(locals));
    const TextFunction* outer_function = std::exchange(function_, &callee);
    const std::string outer_place = std::exchange(place_, place_ + "/" + std::to_string(s.line));
    const ValueId outer_path = state_.path;
    ++depth_;
    RunFunction();
    const ValueId taken = failed_ ? 0 : take();
    --depth_;
    roots_ = std::move(outer_roots);
    arrays_ = std::move(outer_arrays);
    waiting_ = std::move(outer_waiting);
    state_.locals = std::move(outer_locals);
    state_.path = outer_path;
    state_.ended = false;
    function_ = outer_function;
    place_ = outer_place;
    return taken;
  }

  /// What one look at a loop's turn finds.
  struct Turn {
    ValueId test = 0;
    SymbolicState end;
    std::vector<WaitingState> breaks;
  };

  /// Runs the body once, from `state_`.
  Turn RunTurn(const TextLoop& loop, const std::string& begin_label, const std::string& end_label) {
    Turn turn;
    auto outer = std::exchange(waiting_, {});
    state_.path = values_.Bool(true);
    size_t test = loop.begin + 1;
    while (test < loop.end && At(test).kind != TextStatementKind::LoopTest) ++test;
    RunStatements(loop.begin + 1, test);
    const std::string_view text = test < loop.end ? At(test).text : std::string_view();
    const size_t then = text.find(") goto ");
    if (then == std::string_view::npos) failed_ = true;
    else turn.test = Condition(text.substr(4, then - 4));
    if (!failed_) RunStatements(test + 1, loop.end - 1);
    JoinWaiting(begin_label);
    if (state_.ended) failed_ = true;  // no turn comes to its end
    turn.end = state_;
    for (WaitingState& waiting : waiting_) {
      if (waiting.label == end_label) turn.breaks.push_back(std::move(waiting));
      else failed_ = true;  // out of more than this loop
    }
    waiting_ = std::move(outer);
    return turn;
  }

  /// What a turn changes is in the midst of the loop, and for each of its numbers, or for it as a whole, what stands for what
  /// turns change; 0 for numbers that stay as they are.
  struct Changed {
    ValueId value = 0;
    std::vector<ValueId> phis;
  };
  using Changing = std::map<std::string, Changed>;

  static ValueId& In(SymbolicState& state, const std::string& name) {
    return name.starts_with("mem ") || name.starts_with("grad ") ? state.memory[name] : state.locals[name];
  }

  size_t RunLoop(size_t begin) {
    const auto found = std::find_if(function_->loops.begin(), function_->loops.end(), [&](const TextLoop& l) { return l.begin == begin; });
    if (found != function_->loops.end() && state_.ended) return found->end;  // its labels are jumped to from inside alone
    if (found == function_->loops.end() || !At(found->end - 1).text.starts_with("goto ")) {
      failed_ = true;
      return begin;
    }
    const TextLoop& loop = *found;
    const std::string begin_label(At(begin).text.substr(0, At(begin).text.size() - 2)), end_label(At(loop.end).text.substr(0, At(loop.end).text.size() - 2));
    const SymbolicState entry = state_;
    const std::string id = place_ + ":" + begin_label + ":" + std::to_string(At(begin).line);
    Changing changing;
    Turn turn;
    bool runs = false;  // at least once
    for (bool found_more = true; found_more && !failed_;) {
      state_ = entry;
      for (const auto& [name, changed] : changing) In(state_, name) = changed.value;
      turn = RunTurn(loop, begin_label, end_label);
      if (changing.empty() && !failed_) {
        if (values_.IsTrue(turn.test)) {  // it has no turn
          state_ = entry;
          return loop.end;
        }
        runs = values_.IsZero(turn.test) && turn.breaks.empty();
      }
      found_more = FindChanging(id, entry, turn.end, changing);
      for (const WaitingState& left : turn.breaks) found_more |= FindChanging(id, entry, left.state, changing);
    }
    state_ = entry;
    if (!failed_) LeaveLoop(id, loop, entry, turn, changing, runs);
    return loop.end;
  }

  /// Adds what is not as before the loop.
  bool FindChanging(const std::string& id, const SymbolicState& entry, const SymbolicState& end, Changing& changing) {
    bool found = false;
    auto look = [&](const SymbolicNames& before, const SymbolicNames& after) {
      for (const auto& [name, value] : after) {
        auto known = before.find(name);
        const ValueId first = known == before.end() ? NotSet(values_, name, value) : known->second;
        if (value != first) found |= Change("phi " + id + " " + name, first, value, changing[name]);
      }
    };
    look(entry.locals, end.locals);
    look(entry.memory, end.memory);
    return found;
  }

  [[nodiscard]] size_t CountOf(ValueId value) const { return std::max<size_t>(ShapeOf(values_.TypeOf(value)).count(), 1); }
  ValueId NumberOf(ValueId value, size_t i) {
    const size_t columns = ShapeOf(values_.TypeOf(value)).columns;
    return columns == 0 ? value : values_.PartOf(value, i / columns, i % columns);
  }

  /// Of what is `first` before a loop and `value` after a turn: true if more of it changes than was known.
  bool Change(const std::string& phi, ValueId first, ValueId value, Changed& changed) {
    const std::string type = values_.TypeOf(value);
    const bool numbers = ShapeOf(type).count() > 1 && values_.TypeOf(first) == type;
    if (changed.phis.empty()) changed.phis.assign(numbers ? CountOf(value) : 1, 0);
    std::vector<ValueId> made;
    bool more = false;
    for (size_t i = 0; i < changed.phis.size(); ++i) {
      const ValueId before = numbers ? NumberOf(first, i) : first, after = numbers ? NumberOf(value, i) : value;
      if (changed.phis[i] == 0 && after != before) {
        changed.phis[i] = values_.Make(numbers ? phi + " " + std::to_string(i) : phi, values_.TypeOf(after), {before});
        more = true;
      }
      made.push_back(changed.phis[i] == 0 ? before : changed.phis[i]);
    }
    changed.value = made.size() == 1 ? made[0] : values_.FromNumbers(type, std::move(made));
    return more;
  }

  /// Sets what changes to what it is after the loop: an expression of all that a turn does to it.
  void LeaveLoop(const std::string& id, const TextLoop& loop, const SymbolicState& entry, Turn& turn, const Changing& changing, bool runs) {
    std::map<ValueId, std::string> names;
    for (const auto& [name, changed] : changing)
      for (ValueId phi : changed.phis)
        if (phi != 0) names[phi] = name;
    std::vector<ValueId> always = {turn.test};
    for (const WaitingState& left : turn.breaks) always.push_back(left.state.path);
    auto describe = [&](std::vector<ValueId> roots) {
      std::vector<ValueId> described = roots;
      std::set<ValueId> seen;
      while (!roots.empty()) {
        const ValueId value = roots.back();
        roots.pop_back();
        if (!seen.insert(value).second) continue;
        for (ValueId argument : values_.ArgumentsOf(value)) roots.push_back(argument);
        auto phi = names.find(value);
        if (phi == names.end()) continue;
        roots.push_back(In(turn.end, phi->second));
        for (WaitingState& left : turn.breaks) roots.push_back(In(left.state, phi->second));
      }
      for (const auto& [phi, name] : names) {
        if (!seen.contains(phi)) continue;
        described.push_back(phi);
        described.push_back(In(turn.end, name));
        for (WaitingState& left : turn.breaks) described.push_back(In(left.state, name));
      }
      return described;
    };
    SymbolicState after = entry;
    for (const auto& [name, changed] : changing) {
      std::vector<ValueId> numbers;
      const std::string type = values_.TypeOf(changed.value);
      const bool whole = changed.phis.size() == 1;
      for (size_t i = 0; i < changed.phis.size(); ++i) {
        auto number = [&](ValueId value) { return whole ? value : NumberOf(value, i); };
        const ValueId phi = changed.phis[i], end = number(In(turn.end, name));
        ValueId known = phi == 0 ? number(changed.value) : In(after, name);
        const bool set = phi == 0 || (turn.breaks.empty() && SetEachTurn(runs, end, phi, names, known, [&](std::vector<ValueId> made_of) {
          const std::string stored = values_.TypeOf(made_of[0]);
          made_of.push_back(turn.test);
          return values_.Make("after " + id + " stored", stored, describe(std::move(made_of)));
        }));
        if (!set) {
          std::vector<ValueId> roots = always;
          roots.push_back(end);
          for (WaitingState& left : turn.breaks) roots.push_back(number(In(left.state, name)));
          roots.push_back(phi);
          known = values_.Make("after " + id + " " + name + (whole ? "" : " " + std::to_string(i)), values_.TypeOf(phi), describe(roots));
        }
        numbers.push_back(known);
      }
      In(after, name) = whole ? numbers[0] : values_.FromNumbers(type, std::move(numbers));
    }
    state_ = std::move(after);
    // Whether it ends at all.
    if (loop.is_while && !Counts(turn, names)) {
      std::vector<ValueId> whole = describe(always);
      whole.push_back(Memory("mem of loops"));
      SetMemory("mem of loops", values_.Make("ran " + id, "memory", std::move(whole)));
    }
  }

  /// Whether a value is made of what a loop changes.
  [[nodiscard]] bool DependsOn(ValueId value, const std::map<ValueId, std::string>& phis) const {
    std::set<ValueId> seen;
    std::vector<ValueId> waiting = {value};
    while (!waiting.empty()) {
      const ValueId next = waiting.back();
      waiting.pop_back();
      if (phis.contains(next)) return true;
      for (ValueId argument : values_.ArgumentsOf(next))
        if (seen.insert(argument).second) waiting.push_back(argument);
    }
    return false;
  }

  /// What each turn of a loop that runs sets anew is known after it, and an array in which its turns store at one place alone
  /// is changed there alone. `after` is what it was before.
  template <typename AfterLoop>
  bool SetEachTurn(bool runs, ValueId end, ValueId phi, const std::map<ValueId, std::string>& phis, ValueId& after, const AfterLoop& after_loop) {
    if (runs && !DependsOn(end, phis)) return after = end, true;
    std::vector<ValueId> stored = values_.ArgumentsOf(end);
    if (values_.OperationOf(end) != "wp::array_store" || stored[0] != phi) return false;
    if (std::any_of(stored.begin() + 1, stored.end() - 1, [&](ValueId v) { return DependsOn(v, phis); })) return false;
    if (!runs || DependsOn(stored.back(), {{phi, ""}})) stored.back() = after_loop({stored.back(), phi});
    else if (DependsOn(stored.back(), phis)) stored.back() = after_loop({stored.back()});
    after = StoreOver(after, {stored.begin() + 1, stored.end()});
    return true;
  }

  /// Whether a while loop counts up to something that it does not change.
  bool Counts(Turn& turn, const std::map<ValueId, std::string>& phis) {
    return values_.OperationOf(turn.test) == "not" && CountsIn(values_.ArgumentsOf(turn.test)[0], turn, phis);
  }

  bool CountsIn(ValueId below, Turn& turn, const std::map<ValueId, std::string>& phis) {
    if (values_.OperationOf(below) == "and") {
      const std::vector<ValueId> both = values_.ArgumentsOf(below);
      return CountsIn(both[0], turn, phis) || CountsIn(both[1], turn, phis);
    }
    if (values_.OperationOf(below) != "<") return false;
    const ValueId counter = values_.ArgumentsOf(below)[0], bound = values_.ArgumentsOf(below)[1];
    auto phi = phis.find(counter);
    if (phi == phis.end() || DependsOn(bound, phis) || values_.TypeOf(counter) != "wp::int32") return false;
    return In(turn.end, phi->second) == values_.Make("wp::add", "wp::int32", {counter, values_.Constant("wp::int32", 1)});
  }

  const GeneratedText& text_;
  const ReplacedStatement* replaced_;
  std::vector<WaitingState> waiting_;
  std::string place_;  // calls that lead here
  size_t passed_ = 0;
  int depth_ = 0;
};

}  // namespace

std::optional<std::vector<ValueId>> RunOnSymbols(const GeneratedText& text, const TextFunction& kernel, const ReplacedStatement* replaced,
                                                 ValueTable& values) {
  return SymbolicRunner(text, replaced, values).Run(kernel);
}

}  // namespace warpsmith
