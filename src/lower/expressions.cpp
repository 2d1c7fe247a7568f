// Expressions: names, constants, operators, comparisons, boolean logic, conditional expressions, tuples.
#include "lower/lowering.h"

namespace warpsmith {

namespace {

Constant ConstantFromSyntax(const Ast& ast, const ConstantValue& value) {
  switch (value.kind) {
    case ConstantKind::True:
    case ConstantKind::False: return Constant::Bool(value.kind == ConstantKind::True);
    case ConstantKind::Int: return Constant::Int(value.int_value());
    case ConstantKind::BigInt: {
      Constant constant = Constant::Int(0);
      constant.text = ast.Text(value);
      // The low 64 bits, which is what a hash or a 64-bit variable takes.
      uint64_t bits = 0;
      for (char digit : constant.text) bits = bits * 10 + static_cast<uint64_t>(digit - '0');
      constant.integer = static_cast<int64_t>(bits);
      return constant;
    }
    case ConstantKind::Float: return Constant::Float(value.float_value());
    default: return Constant::String(std::string(ast.Text(value)), kStringType);
  }
}

}  // namespace

Value Lowering::Eval(NodeId node) {
  if (failed()) return {};
  SetLine(node);
  switch (ast_.Kind(node)) {
    case NodeKind::Name: return EvalName(node);
    case NodeKind::Constant: return EvalConstant(node);
    case NodeKind::Attribute: return EvalAttribute(node);
    case NodeKind::BinOp: return EvalBinOp(node);
    case NodeKind::UnaryOp: return EvalUnaryOp(node);
    case NodeKind::BoolOp: return EvalBoolOp(node);
    case NodeKind::Compare: return EvalCompare(node);
    case NodeKind::IfExp: return EvalIfExp(node);
    case NodeKind::Call: return EvalCall(node);
    case NodeKind::Subscript: return EvalSubscript(node);
    case NodeKind::Slice: return EvalSlice(node);
    case NodeKind::Tuple: return EvalTuple(node);
    default: Fail(DiagnosticKind::ConstructNotSupported, node, PythonName(ast_.Kind(node))); return {};
  }
}

VarId Lowering::EvalVar(NodeId node) {
  Value value = Eval(node);
  if (failed()) return VarId();
  if (!value.is_variable()) {
    Fail(DiagnosticKind::ExpectedValue, node);
    return VarId();
  }
  return value.var;
}

Value Lowering::EvalName(NodeId node) {
  SymbolId name = ast_.Get<py::Name>(node).id;
  if (const Value* local = symbols_.Find(name)) return *local;
  Object object = unit_.Resolve(definition_->scope, name);
  if (!object) {
    Fail(DiagnosticKind::UndefinedSymbol, node, Text(name));
    return {};
  }
  if (object.is_foreign()) {
    Fail(DiagnosticKind::ForeignObject, node, Text(name));
    return {};
  }
  Value value = ValueOfObject(object, node);
  // A constant becomes a local of the function at its first use.
  if (!failed() && value.is_variable()) symbols_.Set(name, value);
  return value;
}

void Lowering::FailUnresolved(const Object& object, NodeId node) {
  // What an expression at the top level gave, say a field of something unknown, may have no name.
  Fail(DiagnosticKind::UnresolvedObject, node, object.name.valid() ? std::string(Text(object.name)) : "this object");
}

Value Lowering::ValueOfObject(const Object& object, NodeId node) {
  switch (object.kind) {
    case ObjectKind::Constant: return AddConstant(object.constant);
    case ObjectKind::Struct: context_.BuildStruct(object.type); return Value::Of(object);
    case ObjectKind::Unknown:
      if (object.is_foreign()) Fail(DiagnosticKind::ForeignObject, node, Text(object.name));
      else FailUnresolved(object, node);
      return {};
    default: return Value::Of(object);
  }
}

Value Lowering::EvalConstant(NodeId node) {
  ConstantValue value = ast_.Get<py::Constant>(node).value;
  if (value.kind == ConstantKind::None || value.kind == ConstantKind::Ellipsis ||
      value.kind == ConstantKind::Complex || value.kind == ConstantKind::Bytes) {
    Fail(DiagnosticKind::ConstantNotSupported, node);
    return {};
  }
  return AddConstant(ConstantFromSyntax(ast_, value));
}

std::string_view Lowering::OperatorName(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::Add: return "add";
    case BinaryOperator::Sub: return "sub";
    case BinaryOperator::Mult:
    case BinaryOperator::MatMult: return "mul";
    case BinaryOperator::Div: return "div";
    case BinaryOperator::Mod: return "mod";
    case BinaryOperator::Pow: return "pow";
    case BinaryOperator::LShift: return "lshift";
    case BinaryOperator::RShift: return "rshift";
    case BinaryOperator::BitOr: return "bit_or";
    case BinaryOperator::BitXor: return "bit_xor";
    case BinaryOperator::BitAnd: return "bit_and";
    case BinaryOperator::FloorDiv: return "floordiv";
  }
  InternalError("unknown binary operator");
}

std::optional<FunctionSetId> Lowering::UserOperator(std::string_view operator_name) {
  Object object = unit_.Resolve(definition_->scope, Intern(operator_name));
  if (object.kind == ObjectKind::Function) return object.function_set;
  return std::nullopt;
}

Value Lowering::EvalBinOp(NodeId node) {
  auto binary = ast_.Get<py::BinOp>(node);
  Value left = Eval(binary.left);
  if (failed()) return {};
  Value right = Eval(binary.right);
  if (failed()) return {};
  std::string_view name = OperatorName(binary.op);
  Values arguments = {left, right};
  if (std::optional<FunctionSetId> set = UserOperator(name)) {
    Object callee;
    callee.kind = ObjectKind::Function;
    callee.function_set = *set;
    // A user overload that does not match leaves the operator to Warp.
    auto result = Try([&] { return AddCall(callee, arguments, {}, TypeId(), 0, node); });
    if (result) return *result;
  }
  return AddBuiltinCall(name, arguments);
}

Value Lowering::EvalUnaryOp(NodeId node) {
  auto unary = ast_.Get<py::UnaryOp>(node);
  VarId argument = EvalVar(unary.operand);
  if (failed()) return {};
  if (unary.op == UnaryOperator::USub && HasConstant(argument)) {
    const Constant& constant = ConstantOf(argument);
    bool plain = !constant.typed && (constant.form == ConstantForm::Int || constant.form == ConstantForm::Float ||
                                     constant.form == ConstantForm::Bool);
    if (plain) {
      Constant negated = constant;
      if (constant.form == ConstantForm::Float) negated.real = -constant.real;
      else negated = constant.text.empty() ? Constant::Int(static_cast<int64_t>(-static_cast<uint64_t>(constant.integer)))
                                           : constant;
      if (!negated.text.empty()) {
        negated.integer = static_cast<int64_t>(-static_cast<uint64_t>(constant.integer));
        negated.text = constant.text.front() == '-' ? constant.text.substr(1) : "-" + constant.text;
      } else if (constant.form == ConstantForm::Int && constant.integer == INT64_MIN) {
        negated.text = "9223372036854775808";
      }
      if (ast_.Is(unary.operand, NodeKind::Constant) || StaticResult(unary.operand) != nullptr) {
        // The literal's variable was made just now and nothing else knows it: it takes the value.
        var(argument).constant = unit_.constants.Add(std::move(negated));
        return argument;
      }
      return AddConstant(std::move(negated));
    }
  }
  static constexpr std::string_view kNames[] = {"invert", "unot", "pos", "neg"};
  Values arguments = {argument};
  return AddBuiltinCall(kNames[static_cast<size_t>(unary.op)], arguments);
}

VarId Lowering::AddCompare(std::span<const CompareOperator> operators, VarId left,
                           std::span<const VarId> comparators, NodeId node) {
  VarId output = AddVar(kBoolType);
  Variables operands = {Load(left)};
  std::string spelled;
  VarId previous;
  for (size_t i = 0; i < comparators.size() && !failed(); ++i) {
    if (static_cast<size_t>(operators[i]) > static_cast<size_t>(CompareOperator::GtE)) {
      Fail(DiagnosticKind::OperatorNotSupported, node, Spelling(operators[i]));
      return output;
    }
    // Reference types are never the same object in Warp, so references cannot be chained.
    bool same_type =
        !previous.valid() || (TypeOf(previous) == TypeOf(comparators[i]) && !IsReferenceVar(previous));
    if (!same_type) {
      Fail(DiagnosticKind::ChainedComparison, node, TypeRepr(types_, TypeOf(previous)), Spelling(operators[i]),
           TypeRepr(types_, TypeOf(comparators[i])));
      return output;
    }
    VarId comparator = Load(comparators[i]);
    operands.push_back(comparator);
    if (!spelled.empty()) spelled += ' ';
    spelled += Spelling(operators[i]);
    // Warp compares types of what was evaluated, not of what was loaded.
    previous = comparators[i];
  }
  if (failed()) return output;
  SymbolId symbol = Intern(spelled);
  ListId list = program_.AddList(operands);
  Statement& compare = AddStatement(StatementKind::Compare);
  compare.a = output;
  compare.list = list;
  compare.symbol = symbol;
  return output;
}

Value Lowering::EvalCompare(NodeId node) {
  auto compare = ast_.Get<py::Compare>(node);
  VarId left = EvalVar(compare.left);
  Nodes nodes(ast_.List(compare.comparators));
  Variables comparators;
  for (NodeId comparator : nodes) {
    if (failed()) return {};
    comparators.push_back(EvalVar(comparator));
  }
  if (failed()) return {};
  auto operators = ast_.Operators(compare.ops);
  return AddCompare(operators, left, comparators, node);
}

Value Lowering::EvalBoolOp(NodeId node) {
  auto boolean = ast_.Get<py::BoolOp>(node);
  bool is_or = boolean.op == BooleanOperator::Or;
  Nodes values(ast_.List(boolean.values));
  VarId output = AddVar(kBoolType);
  VarId first = Load(EvalVar(values[0]));
  if (failed()) return {};
  Statement& copy = AddStatement(StatementKind::Copy);
  copy.a = output;
  copy.b = first;
  for (size_t i = 1; i < values.size(); ++i) {
    // The next operand is evaluated only where it still decides the result.
    Statement& guard = AddStatement(StatementKind::GuardBegin);
    guard.a = output;
    guard.flag = is_or;
    Indent();
    VarId operand = Load(EvalVar(values[i]));
    if (failed()) return {};
    Statement& combine = AddStatement(StatementKind::Combine);
    combine.a = output;
    combine.b = operand;
    combine.flag = is_or;
    Dedent();
    AddStatement(StatementKind::GuardEnd);
    Statement& reverse = AddStatement(StatementKind::GuardReverse);
    reverse.a = output;
    reverse.flag = is_or;
  }
  return output;
}

void Lowering::BeginGuard(VarId condition, bool negated) {
  condition = Load(condition);
  if (failed()) return;
  Statement& guard = AddStatement(StatementKind::GuardBegin);
  guard.a = condition;
  guard.flag = negated;
  Indent();
}

void Lowering::EndGuard(VarId condition, bool negated) {
  if (failed()) return;
  Dedent();
  AddStatement(StatementKind::GuardEnd);
  condition = Load(condition);
  Statement& reverse = AddStatement(StatementKind::GuardReverse);
  reverse.a = condition;
  reverse.flag = negated;
}

Value Lowering::EvalIfExp(NodeId node) {
  auto conditional = ast_.Get<py::IfExp>(node);
  VarId condition = EvalVar(conditional.test);
  if (failed()) return {};
  if (HasConstant(condition)) return Eval(ConstantIsTrue(condition) ? conditional.body : conditional.orelse);
  auto branch = [&](NodeId branch_node, bool negated) {
    BeginGuard(condition, negated);
    VarId value = EvalVar(branch_node);
    if (!failed() && IsReferenceVar(value)) value = AddBuiltin("copy", {value});
    EndGuard(condition, negated);
    return value;
  };
  VarId body = branch(conditional.body, false);
  VarId otherwise = branch(conditional.orelse, true);
  if (failed()) return {};
  return AddBuiltin("where", {condition, body, otherwise});
}

Value Lowering::EvalTuple(NodeId node) {
  Nodes nodes(ast_.List(ast_.Get<py::Tuple>(node).elts));
  Values elements;
  for (NodeId element : nodes) {
    elements.push_back(Eval(element));
    if (failed()) return {};
  }
  return AddBuiltinCall("tuple", elements);
}

}  // namespace warpsmith
