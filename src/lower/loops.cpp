// Loops: unrolling, counted and range loops, while loops, break and continue, loop-carried variables.
#include <algorithm>
#include <utility>

#include "base/ranges.h"
#include "lower/lowering.h"

namespace warpsmith {

namespace {

/// Whether a statement that leaves or repeats this loop (not a nested one) is among `nodes`.
bool ContainsLoopControl(const Ast& ast, std::span<const NodeId> nodes, bool with_break, bool with_continue) {
  for (NodeId node : nodes) {
    if (with_break && ast.Is(node, NodeKind::Break)) return true;
    if (with_continue && ast.Is(node, NodeKind::Continue)) return true;
    if (auto conditional = ast.If<py::If>(node))
      if (ContainsLoopControl(ast, ast.List(conditional->body), with_break, with_continue) ||
          ContainsLoopControl(ast, ast.List(conditional->orelse), with_break, with_continue))
        return true;
  }
  return false;
}

bool MentionsName(const Ast& ast, NodeId node, SymbolId symbol) {
  if (auto name = ast.If<py::Name>(node)) return name->id == symbol;
  std::vector<NodeId> children;
  AppendChildren(ast, node, children);
  return std::any_of(children.begin(), children.end(), [&](NodeId child) { return MentionsName(ast, child, symbol); });
}

void CollectStoredNames(const Ast& ast, NodeId node, std::vector<SymbolId>& names) {
  if (auto name = ast.If<py::Name>(node)) {
    bool known = std::find(names.begin(), names.end(), name->id) != names.end();
    if (name->ctx == ExpressionContext::Store && !known) names.push_back(name->id);
    return;
  }
  std::vector<NodeId> children;
  AppendChildren(ast, node, children);
  for (NodeId child : children) CollectStoredNames(ast, child, names);
}

}  // namespace

void Lowering::MaterializeRedefinitions(const SymbolMap& before) {
  for (const auto& [name, outer] : before.entries()) {
    if (failed()) return;
    const Value* inner = symbols_.Find(name);
    if (inner == nullptr || !outer.is_variable() || !inner->is_variable() || inner->var == outer.var) continue;
    bool outer_constant = HasConstant(outer.var);
    bool is_iterator =
        std::find(constant_iterators_.begin(), constant_iterators_.end(), name) != constant_iterators_.end();
    // A name left over from an unrolled loop may be bound anew by the next one.
    if (is_iterator && outer_constant) continue;
    if (outer_constant) {
      // Where Warp notices: at the last thing evaluated in the body.
      Fail(DiagnosticKind::ConstantMutatedInLoop, NodeId(), Text(name));
      return;
    }
    AddBuiltin("assign", {outer.var, inner->var});
    symbols_.Set(name, outer);
  }
}

// Warp's order is that of a Python set: known from a snapshot; from source, that of the assignments is one of those possible.
void Lowering::PromoteMutatedIterators(NodeId loop, std::span<const NodeId> body) {
  if (constant_iterators_.empty()) return;
  std::vector<SymbolId> names;
  auto known = std::ranges::find(definition_->loop_names, loop, [](const auto& entry) { return entry.first; });
  if (known != definition_->loop_names.end()) names = known->second;
  for (NodeId node : body) CollectStoredNames(ast_, node, names);
  for (SymbolId name : names) {
    const Value* value = symbols_.Find(name);
    bool is_iterator =
        std::find(constant_iterators_.begin(), constant_iterators_.end(), name) != constant_iterators_.end();
    if (is_iterator && value != nullptr && value->is_variable() && HasConstant(value->var))
      symbols_.Set(name, AddBuiltin("copy", {value->var}));
  }
}

void Lowering::EvalWhile(NodeId node) {
  auto loop = ast_.Get<py::While>(node);
  Nodes body(ast_.List(loop.body));
  PromoteMutatedIterators(node, body);
  BlockId condition_block = BeginBlock(BlockKind::WhileCondition);
  uint32_t label = program_.blocks[condition_block].label;
  loops_.push_back({condition_block, true, {}});
  Statement& start = AddStatement(StatementKind::LoopStart);
  start.flag = 1;
  start.label = label;
  VarId condition = Load(EvalVar(loop.test));
  if (failed()) return;
  Statement& test = AddStatement(StatementKind::WhileTest);
  test.a = condition;
  test.label = label;
  BlockId body_block = BeginBlock(BlockKind::Body);
  Indent();
  loops_.back().symbols = symbols_;
  EvalStatements(body);
  MaterializeRedefinitions(loops_.back().symbols);
  if (failed()) return;
  Dedent();
  EndBlock();
  EndBlock();
  loops_.pop_back();
  Statement& statement = AddStatement(StatementKind::WhileLoop);
  statement.label = label;
  statement.condition = condition_block;
  statement.body = body_block;
}

Lowering::RangeArgument Lowering::EvalRangeArgument(NodeId node) {
  RangeArgument argument;
  // Warp has put the results of wp.static() known at declaration into the tree: they make no variables.
  if (const Object* known = StaticResult(node); known != nullptr && known->kind == ObjectKind::Constant) {
    const Constant& value = unit_.constants[known->constant];
    bool integer = value.form == ConstantForm::Int || value.form == ConstantForm::Bool;
    if (integer && !value.typed) argument.constant = value.integer;
    else Fail(DiagnosticKind::RangeArgument, node);
    return argument;
  }
  auto constant = ast_.If<py::Constant>(node);
  bool negative = false;
  if (auto unary = ast_.If<py::UnaryOp>(node); unary && unary->op == UnaryOperator::USub) {
    constant = ast_.If<py::Constant>(unary->operand);
    negative = true;
  }
  if (constant) {
    if (constant->value.kind != ConstantKind::Int) {
      Fail(DiagnosticKind::RangeArgument, node);
      return argument;
    }
    argument.constant = negative ? -constant->value.int_value() : constant->value.int_value();
    return argument;
  }
  StaticPath resolved = ResolveStatic(node);
  if (failed()) return argument;
  if (resolved.object.kind == ObjectKind::Constant) {
    const Constant& value = unit_.constants[resolved.object.constant];
    if (value.form == ConstantForm::Int || value.form == ConstantForm::Bool) {
      argument.constant = value.integer;
      return argument;
    }
    Fail(DiagnosticKind::RangeArgument, node);
    return argument;
  }
  Value value = Eval(node);
  if (failed()) return argument;
  if (value.is_object() && value.object.kind == ObjectKind::Constant) {
    // A number that is no variable, such as a vector's length.
    argument.constant = unit_.constants[value.object.constant].integer;
  } else if (!value.is_variable()) {
    Fail(DiagnosticKind::ExpectedValue, node);
  } else if (std::optional<int64_t> known = IntegerConstant(value.var)) {
    argument.constant = *known;
  } else {
    argument.variable = value.var;
  }
  return argument;
}

bool Lowering::PlanLoop(NodeId node, LoopPlan& plan) {
  auto loop = ast_.Get<py::For>(node);
  auto call = ast_.If<py::Call>(loop.iter);
  if (!call || ast_.NameText(call->func) != "range") return true;
  Nodes nodes(ast_.List(call->args));
  if (nodes.empty() || nodes.size() > 3) return true;
  std::vector<RangeArgument> arguments;
  for (NodeId argument : nodes) {
    arguments.push_back(EvalRangeArgument(argument));
    if (failed()) return false;
  }
  bool all_constant = std::all_of(arguments.begin(), arguments.end(), [](const RangeArgument& a) { return a.constant.has_value(); });
  if (all_constant) {
    plan.start = nodes.size() > 1 ? *arguments[0].constant : 0;
    plan.stop = nodes.size() > 1 ? *arguments[1].constant : *arguments[0].constant;
    plan.step = nodes.size() > 2 ? *arguments[2].constant : 1;
    if (plan.step == 0) {
      Fail(DiagnosticKind::RangeStepZero, loop.iter);
      return false;
    }
    auto body = ast_.List(loop.body);
    if (definition_->has_unresolved_statics && ContainsDeferredStatic(node)) {
      plan.kind = LoopPlan::Kind::Unrolled;
      return true;
    }
    bool too_long = std::cmp_greater(RangeLength(plan.start, plan.stop, plan.step), options_.max_unroll);
    if (too_long) program_.has_non_unrolled_constant_loop = true;
    if (!too_long && !ContainsLoopControl(ast_, body, true, false)) {
      plan.kind = LoopPlan::Kind::Unrolled;
      return true;
    }
    if (!ContainsLoopControl(ast_, body, true, true)) {
      plan.kind = LoopPlan::Kind::Counted;
      return true;
    }
  }
  Variables values;
  for (const RangeArgument& argument : arguments)
    values.push_back(argument.constant ? AddIntConstant(*argument.constant) : argument.variable);
  plan.kind = LoopPlan::Kind::Range;
  plan.iterable = AddBuiltin("range", values);
  return !failed();
}

void Lowering::EvalFor(NodeId node) {
  auto loop = ast_.Get<py::For>(node);
  LoopPlan plan;
  if (!PlanLoop(node, plan)) return;
  auto target = ast_.If<py::Name>(loop.target);
  if (!target) {
    Fail(DiagnosticKind::LoopTarget, loop.target);
    return;
  }
  Nodes body(ast_.List(loop.body));
  if (plan.kind == LoopPlan::Kind::Unrolled) UnrollLoop(plan, target->id, body, node);
  else EmitLoop(plan, target->id, body, node);
}

void Lowering::UnrollLoop(const LoopPlan& plan, SymbolId target, std::span<const NodeId> body, NodeId node) {
  uint64_t length = RangeLength(plan.start, plan.stop, plan.step);
  if (length > 0 && std::find(constant_iterators_.begin(), constant_iterators_.end(), target) == constant_iterators_.end())
    constant_iterators_.push_back(target);
  SymbolId active;
  bool continues = length > 0 && ContainsLoopControl(ast_, body, false, true);
  if (continues) {
    // A name that neither the loop nor the function so far has; each one tried takes a label's number.
    do active = Intern("_wp_continue_" + std::to_string(program_.label_count++));
    while (symbols_.Find(active) != nullptr || MentionsName(ast_, node, active));
  }
  for (uint64_t i = 0; i < length && !failed(); ++i) {
    symbols_.Set(target, AddIntConstant(RangeValue(plan.start, plan.step, i)));
    if (!continues) {
      EvalStatements(body);
      continue;
    }
    symbols_.Set(active, AddConstant(Constant::Bool(true)));
    EvalGuardedStatements(body, active);
  }
  if (continues) symbols_.Erase(active);
}

void Lowering::EvalGuardedStatements(std::span<const NodeId> body, SymbolId active) {
  // After a statement that may `continue`, the rest of the iteration is guarded by a flag.
  for (size_t i = 0; i < body.size() && !failed(); ++i) {
    NodeId node = body[i];
    if (ast_.Is(node, NodeKind::Continue)) {
      SetLine(node);
      symbols_.Set(active, AddConstant(Constant::Bool(false)));
      return;
    }
    if (!ContainsLoopControl(ast_, std::span(&node, 1), false, true)) {
      EvalStatement(node);
      continue;
    }
    EvalGuardedIf(node, active);
    std::span<const NodeId> rest = body.subspan(i + 1);
    if (rest.empty() || failed()) return;
    SetLine(rest[0]);
    EvalBranches(symbols_.Find(active)->var, [&] { EvalGuardedStatements(rest, active); }, nullptr);
    return;
  }
}

void Lowering::EvalGuardedIf(NodeId node, SymbolId active) {
  SetLine(node);
  auto conditional = ast_.Get<py::If>(node);
  VarId condition = EvalVar(conditional.test);
  if (failed()) return;
  Nodes body(ast_.List(conditional.body));
  Nodes orelse(ast_.List(conditional.orelse));
  std::function<void()> otherwise;
  if (!orelse.empty()) otherwise = [&] { EvalGuardedStatements(orelse, active); };
  EvalBranches(condition, [&] { EvalGuardedStatements(body, active); }, otherwise);
}

void Lowering::EmitLoop(LoopPlan plan, SymbolId target, std::span<const NodeId> body, NodeId loop) {
  bool counted = plan.kind == LoopPlan::Kind::Counted;
  if (counted) plan.iterable = AddVar(kInt32Type);
  else if (plan.kind == LoopPlan::Kind::Other) plan.iterable = EvalVar(ast_.Get<py::For>(loop).iter);
  if (failed()) return;
  PromoteMutatedIterators(loop, body);
  if (counted) {
    Statement& start = AddStatement(StatementKind::CountedStart);
    start.a = plan.iterable;
    start.start = plan.start;
  }
  BlockId condition_block = BeginBlock(BlockKind::ForCondition);
  uint32_t label = program_.blocks[condition_block].label;
  loops_.push_back({condition_block, false, {}});
  AddStatement(StatementKind::LoopStart).label = label;
  Indent();
  Statement& test = AddStatement(counted ? StatementKind::CountedTest : StatementKind::RangeTest);
  test.a = plan.iterable;
  test.label = label;
  test.stop = plan.stop;
  test.step = plan.step;
  VarId value;
  if (counted) {
    value = AddVar(kInt32Type);
    Statement& copy = AddStatement(StatementKind::Copy);
    copy.a = value;
    copy.b = plan.iterable;
    Statement& step = AddStatement(StatementKind::CountedStep);
    step.a = plan.iterable;
    step.step = plan.step;
  } else {
    value = AddBuiltin("iter_next", {plan.iterable});
  }
  if (failed()) return;
  BlockId body_block = BeginBlock(BlockKind::Body);
  symbols_.Set(target, value);
  loops_.back().symbols = symbols_;
  EvalStatements(body);
  MaterializeRedefinitions(loops_.back().symbols);
  if (counted && RangeLength(plan.start, plan.stop, plan.step) == 0) Fail(DiagnosticKind::RangeWithoutLast, body.back());
  if (failed()) return;
  EndBlock();
  EndBlock();
  loops_.pop_back();
  Dedent();
  Statement& statement = AddStatement(counted ? StatementKind::CountedLoop : StatementKind::RangeLoop);
  statement.a = plan.iterable;
  statement.b = value;
  statement.label = label;
  statement.condition = condition_block;
  statement.body = body_block;
  statement.start = plan.start;
  statement.stop = plan.stop;
  statement.step = plan.step;
  // An enclosing loop zeroes the adjoints of this loop's variables too.
  for (BlockId inner : {condition_block, body_block}) {
    const std::vector<VarId>& variables = program_.blocks[inner].variables;
    current_block().variables.insert(current_block().variables.end(), variables.begin(), variables.end());
  }
}

void Lowering::EvalBreak(NodeId node) {
  if (loops_.empty()) {
    Fail(DiagnosticKind::OutsideLoop, node, "break");
    return;
  }
  MaterializeRedefinitions(loops_.back().symbols);
  if (failed()) return;
  Statement& statement = AddStatement(StatementKind::Break);
  statement.flag = loops_.back().is_while;
  statement.label = program_.blocks[loops_.back().condition].label;
}

void Lowering::EvalContinue(NodeId node) {
  if (loops_.empty()) {
    Fail(DiagnosticKind::OutsideLoop, node, "continue");
    return;
  }
  MaterializeRedefinitions(loops_.back().symbols);
  if (failed()) return;
  Statement& statement = AddStatement(StatementKind::Continue);
  statement.flag = loops_.back().is_while;
  statement.label = program_.blocks[loops_.back().condition].label;
}

}  // namespace warpsmith
