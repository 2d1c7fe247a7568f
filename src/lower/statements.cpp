// Statements other than loops and assignments, and the function body as a whole.
#include "lower/lowering.h"

namespace warpsmith {

bool Lowering::ConstantIsTrue(VarId id) const {
  const Constant& constant = ConstantOf(id);
  switch (constant.form) {
    case ConstantForm::Float: return constant.real != 0.0;
    case ConstantForm::String: return !constant.text.empty();
    case ConstantForm::Bool:
    case ConstantForm::Int: return constant.integer != 0 || !constant.text.empty();
    default: return true;
  }
}

const Object* Lowering::StaticResult(NodeId call) const {
  for (const auto& [node, object] : definition_->static_calls)
    if (node == call) return &object;
  return nullptr;
}

void Lowering::EvalStatement(NodeId node) {
  if (failed()) return;
  SetLine(node);
  switch (ast_.Kind(node)) {
    case NodeKind::Assign: EvalAssign(node); return;
    case NodeKind::AugAssign: EvalAugAssign(node); return;
    case NodeKind::If: EvalIf(node); return;
    case NodeKind::For: EvalFor(node); return;
    case NodeKind::While: EvalWhile(node); return;
    case NodeKind::Return: EvalReturn(node); return;
    case NodeKind::Break: EvalBreak(node); return;
    case NodeKind::Continue: EvalContinue(node); return;
    case NodeKind::Expr: EvalExpressionStatement(node); return;
    case NodeKind::Assert: EvalAssert(node); return;
    case NodeKind::Pass: return;
    default: Fail(DiagnosticKind::ConstructNotSupported, node, PythonName(ast_.Kind(node)));
  }
}

void Lowering::EvalStatements(std::span<const NodeId> nodes) {
  for (NodeId node : nodes) {
    EvalStatement(node);
    if (failed()) return;
  }
}

void Lowering::EvalFunctionBody() {
  auto function = ast_.Get<py::FunctionDef>(definition_->node);
  SetLine(definition_->node);
  program_.definition_line = line_ + 1;
  Nodes body(ast_.List(function.body));
  for (NodeId node : body) {
    // Docstrings and other stray constants make no variables.
    auto expression = ast_.If<py::Expr>(node);
    if (expression && ast_.Is(expression->value, NodeKind::Constant)) continue;
    if (const Object* known = expression ? StaticResult(expression->value) : nullptr)
      if (known->kind == ObjectKind::Constant) continue;
    EvalStatement(node);
    if (failed()) return;
  }
  if (deferred_statics_met_ != definition_->deferred_statics.size())
    return Fail(DiagnosticKind::StaticNotKnown, definition_->node);  // they are not in the order expected
  if (program_.return_variables.size() == 1 && !ast_.Is(body.back(), NodeKind::Return))
    AddStatement(StatementKind::ReturnDefault).replay = ReplayMode::None;
  if (HasNativeDecorator(function) && definition_->return_type.valid()) {
    TypeId type = definition_->return_type;
    if (!IsValue(types_, type) && !IsArray(types_, type))
      return Fail(DiagnosticKind::CallRejected, definition_->node,
                  "a native function cannot return " + TypeRepr(types_, type));
    Variable result;
    result.type = type;
    program_.return_variables = {AddUnnumbered(result)};
  }
}

// Warp tells native functions by the spelling of their decorator: only @<module>.func_native(...) has a result.
bool Lowering::HasNativeDecorator(const py::FunctionDef& function) const {
  auto decorators = ast_.List(function.decorator_list);
  auto call = decorators.size() == 1 ? ast_.If<py::Call>(decorators[0]) : std::nullopt;
  auto attribute = call ? ast_.If<py::Attribute>(call->func) : std::nullopt;
  return attribute && Text(attribute->attr) == "func_native";
}

void Lowering::EvalExpressionStatement(NodeId node) {
  NodeId value = ast_.Get<py::Expr>(node).value;
  if (ast_.Is(value, NodeKind::Call)) EvalCall(value, /*result_used=*/false);
  else Eval(value);
}

void Lowering::EvalIf(NodeId node) {
  auto conditional = ast_.Get<py::If>(node);
  VarId condition = EvalVar(conditional.test);
  if (failed()) return;
  Nodes body(ast_.List(conditional.body));
  Nodes orelse(ast_.List(conditional.orelse));
  std::function<void()> otherwise;
  if (!orelse.empty()) otherwise = [&] { EvalStatements(orelse); };
  EvalBranches(condition, [&] { EvalStatements(body); }, otherwise);
}

void Lowering::EvalBranches(VarId condition, const std::function<void()>& body,
                            const std::function<void()>& otherwise) {
  if (HasConstant(condition)) {
    if (ConstantIsTrue(condition)) body();
    else if (otherwise) otherwise();
    return;
  }
  SymbolMap before = symbols_;
  BeginGuard(condition, false);
  if (failed()) return;
  body();
  EndGuard(condition, false);
  if (failed()) return;
  SymbolMap after_body = std::move(symbols_);
  symbols_ = before;
  if (otherwise) {
    BeginGuard(condition, true);
    if (failed()) return;
    otherwise();
    EndGuard(condition, true);
  }
  if (!failed()) MergeBranches(condition, before, after_body);
}

namespace {

bool SameValue(const Value* a, const Value* b) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->kind != b->kind) return false;
  if (a->is_variable()) return a->var == b->var;
  return a->object.kind == b->object.kind && a->object.function_set == b->object.function_set &&
         a->object.name == b->object.name && a->object.type == b->object.type && a->sequence == b->sequence;
}

}  // namespace

void Lowering::MergeBranches(VarId condition, const SymbolMap& before, const SymbolMap& after_body) {
  // `symbols_` holds what the else branch made; both started from `before`. Names are merged in the order in which
  // the if branch, then the else branch, has them.
  SymbolMap after_else = std::move(symbols_);
  SymbolMap merged = before;
  symbols_ = after_else;  // calls made for merging see the else branch's names, as in Warp
  auto merge = [&](SymbolId name) {
    const Value* previous = before.Find(name);
    const Value* if_value = after_body.Find(name);
    const Value* else_value = after_else.Find(name);
    if (if_value == nullptr) if_value = previous;
    if (else_value == nullptr) else_value = previous;
    if (SameValue(if_value, else_value)) {
      if (if_value != nullptr) merged.Set(name, *if_value);
    } else if (if_value == nullptr) {
      merged.Set(name, *else_value);
    } else if (else_value == nullptr) {
      merged.Set(name, *if_value);
    } else {
      Values arguments = {Value(condition), *if_value, *else_value};
      merged.Set(name, AddBuiltinCall("where", arguments));
    }
  };
  for (const auto& [name, value] : after_body.entries()) merge(name);
  for (const auto& [name, value] : after_else.entries())
    if (after_body.Find(name) == nullptr) merge(name);
  symbols_ = std::move(merged);
}

void Lowering::EvalReturn(NodeId node) {
  NodeId value_node = ast_.Get<py::Return>(node).value;
  Variables values;
  bool has_value = value_node.valid();
  if (is_kernel_ && has_value) {
    Fail(DiagnosticKind::KernelReturnsValue, node);
    return;
  }
  if (has_value && ast_.Is(value_node, NodeKind::Tuple)) {
    Nodes elements(ast_.List(ast_.Get<py::Tuple>(value_node).elts));
    for (NodeId element : elements) {
      values.push_back(EvalVar(element));
      if (failed()) return;
    }
  } else if (has_value) {
    Value value = Eval(value_node);
    if (failed()) return;
    if (value.kind == Value::Kind::Sequence) values = Variables(program_.List(value.sequence));
    else if (value.is_variable()) values = {value.var};
    else {
      Fail(DiagnosticKind::ExpectedValue, value_node);
      return;
    }
  }
  if (!CheckReturnTypes(values, has_value, node)) return;
  if (has_value) {
    program_.has_return_value = true;
    Variables returned;
    for (VarId value : values) {
      returned.push_back(IsReferenceVar(value) ? AddBuiltin("copy", {value}) : value);
      if (failed()) return;
    }
    program_.return_variables.assign(returned.begin(), returned.end());
  }
  // A bare `return` repeats the values of the return before it, as Warp has it.
  ListId list = program_.AddList(program_.return_variables);
  Statement& statement = AddStatement(StatementKind::Return);
  statement.list = list;
  statement.label = program_.label_count++;
}

bool Lowering::CheckReturnTypes(std::span<const VarId> values, bool has_value, NodeId node) {
  if (!program_.has_return_value) return true;
  const std::vector<VarId>& previous = program_.return_variables;
  bool same = has_value && previous.size() == values.size();
  for (size_t i = 0; same && i < values.size(); ++i)
    same = CppType(types_, ValueType(previous[i])) == CppType(types_, ValueType(values[i]));
  if (same) return true;
  auto spell = [&](std::span<const VarId> list) {
    std::string text;
    for (VarId value : list) text += (text.empty() ? "" : ", ") + CppType(types_, ValueType(value));
    return text;
  };
  Fail(DiagnosticKind::ReturnTypesDiffer, node, spell(previous), spell(values));
  return false;
}

// Told where the walk ended, which is where Warp finds it.
bool Lowering::ValidateReturnType() {
  if (!program_.has_return_value || !definition_->return_type.valid()) return true;
  TypeId annotated = definition_->return_type;
  const std::vector<VarId>& returned = program_.return_variables;
  auto text = [&](TypeId type) { return TypeRepr(types_, type); };
  bool is_tuple = types_.kind(annotated) == TypeKind::Tuple || types_.kind(annotated) == TypeKind::Sequence;
  if (is_tuple) {
    auto elements = types_.elements(annotated);
    bool matches = elements.size() == returned.size();
    for (size_t i = 0; matches && i < elements.size(); ++i)
      matches = TypesEqualGeneric(types_, elements[i], TypeOf(returned[i]));
    if (matches) return true;
    Fail(DiagnosticKind::ReturnAnnotationDiffers, current_node_, text(annotated), returned.size());
    return false;
  }
  if (returned.size() > 1) {
    Fail(DiagnosticKind::ReturnAnnotationDiffers, current_node_, text(annotated), returned.size());
    return false;
  }
  TypeId type = TypeOf(returned[0]);
  bool fixed_for_array = IsArray(types_, type) && types_[type].family == ArrayFamily::Fixed &&
                         IsArray(types_, annotated) && types_[annotated].family == ArrayFamily::Regular;
  if (fixed_for_array || (!TypesEqual(types_, annotated, type) && ErasedParent(type) != annotated)) {
    Fail(DiagnosticKind::ReturnTypeDiffers, current_node_, text(annotated), text(type));
    return false;
  }
  return true;
}

std::string_view Lowering::SourceSegment(NodeId node) const {
  return definition_->buffer == nullptr ? std::string_view() : definition_->buffer->Text(ast_.SpanOf(node));
}

void Lowering::EvalAssert(NodeId node) {
  VarId condition = Load(EvalVar(ast_.Get<py::Assert>(node).test));
  if (failed()) return;
  std::string escaped;
  for (char c : SourceSegment(node)) {
    if (c == '"') escaped += '\\';
    escaped += c;
  }
  SymbolId symbol = Intern(escaped);
  Statement& statement = AddStatement(StatementKind::Assert);
  statement.a = condition;
  statement.symbol = symbol;
}

}  // namespace warpsmith
