// wp.grad(f)(...): the adjoint of a function, called in the forward pass with 1 for the adjoints of its results.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

Value Lowering::EvalGrad(NodeId node) {
  auto call = ast_.Get<py::Call>(node);
  Value function;
  if (ast_.List(call.args).size() == 1 && ast_.List(call.keywords).empty())
    function = ResolveArgument(ast_.List(call.args)[0]);
  if (failed()) return {};
  if (!function.is_function()) {
    Fail(DiagnosticKind::CallRejected, node, "grad() expects exactly one function");
    return {};
  }
  function.kind = Value::Kind::Grad;
  return function;
}

void Lowering::AssignText(VarId variable, std::string_view text) {
  Statement& assign = AddStatement(StatementKind::AssignText);
  assign.a = variable;
  assign.symbol = Intern(text);
}

void Lowering::AddForwardCall(std::string_view function_namespace, std::string_view name,
                              std::span<const VarId> outputs, std::span<const VarId> arguments) {
  Call call;
  call.function_namespace = function_namespace;
  call.native_name = Intern(name);
  FinishCall(std::move(call), outputs, arguments, {}, false);
}

bool Lowering::HasPythonType(const Definition& function, NodeId annotation) const {
  if (!annotation.valid()) return false;
  std::string_view text = function.ast->NameText(annotation);
  if (auto constant = function.ast->If<py::Constant>(annotation); constant && constant->value.kind == ConstantKind::String)
    text = function.ast->Text(constant->value);
  if (text.empty()) return false;
  SymbolId name = unit_.symbols.Intern(text);
  Object object = unit_.Resolve(function.scope, name);
  if (!object) object = unit_.PythonBuiltin(name);
  return object.kind == ObjectKind::Type && object.flavor == TypeFlavor::Python &&
         (object.type == kInt32Type || object.type == kFloat32Type);
}

TypeId Lowering::AnnotatedTuple(const Definition& function, const Parameter& parameter) {
  if (function.is_instance) return parameter.type;
  auto list = function.ast->Get<py::Arguments>(function.ast->Get<py::FunctionDef>(function.node).args);
  for (NodeId node : function.ast->List(list.args)) {
    auto argument = function.ast->Get<py::Arg>(node);
    if (argument.arg != parameter.name || !argument.annotation.valid()) continue;
    auto subscript = function.ast->If<py::Subscript>(argument.annotation);
    auto elements = subscript ? function.ast->If<py::Tuple>(subscript->slice) : std::nullopt;
    if (!elements) break;
    auto nodes = function.ast->List(elements->elts);
    uint32_t python_scalars = 0;
    for (size_t i = 0; i < nodes.size() && i < 32; ++i)
      if (HasPythonType(function, nodes[i])) python_scalars |= 1u << i;
    std::vector<TypeId> given(types_.elements(parameter.type).begin(), types_.elements(parameter.type).end());
    return types_.Tuple(given, python_scalars);
  }
  return parameter.type;
}

bool Lowering::FindUserGradient(FunctionSetId set, std::span<const Value> arguments,
                                std::span<const KeywordValue> keywords, NodeId node,
                                std::span<const NodeId> argument_nodes, GradientCallee& callee) {
  std::vector<TypeId> types;
  for (const Value& argument : arguments) types.push_back(ArgumentType(argument));
  std::vector<std::pair<SymbolId, TypeId>> keyword_types;
  for (const KeywordValue& keyword : keywords) keyword_types.emplace_back(keyword.name, ArgumentType(keyword.value));
  FunctionId id = unit_.ResolveCall(set, types, keyword_types);
  if (!id.valid()) {
    std::string shown;
    for (TypeId type : types) shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, type);
    Fail(DiagnosticKind::NoMatchingOverload, node, unit_.function_sets[set].key, shown);
    return false;
  }
  std::vector<BoundUserArgument> bound;
  if (!BindUserArguments(unit_.functions[id], arguments, keywords, argument_nodes, bound, node)) return false;
  id = Specialize(id, bound, node);
  if (failed()) return false;
  const FunctionResult* result = context_.BuildForGradient(id);
  if (result == nullptr) {
    failed_ = true;
    return false;
  }
  const FunctionDefinition& function = unit_.functions[id];
  auto list = function.ast->Get<py::Arguments>(function.ast->Get<py::FunctionDef>(function.node).args);
  auto nodes = function.ast->List(list.args);
  for (size_t i = 0; i < bound.size(); ++i) {
    TypeId type = bound[i].type;
    if (type == kFunctionType) continue;
    // Several gradients come as a tuple, which Warp spells with Python's own names of types where they were annotated.
    bool is_python = i < nodes.size() && !function.is_instance && HasPythonType(function, function.ast->Get<py::Arg>(nodes[i]).annotation);
    if (is_python && callee.parameters.size() < 32) callee.python_scalars |= 1u << callee.parameters.size();
    bool plain = bound[i].value.is_variable() && !bound[i].is_default && !IsReference(types_, type);
    if (!plain || function.has_custom_gradient) {
      Fail(DiagnosticKind::FeatureNotSupported, node, "wp.grad of a function with such parameters");
      return false;
    }
    callee.arguments.push_back(Load(bound[i].value.var));
    callee.parameters.push_back(type);
  }
  callee.native_name = function.native_name;
  callee.results.assign(result->types.begin(), result->types.end());
  return !failed();
}

bool Lowering::FindBuiltinGradient(const Object& function, std::span<const Value> arguments,
                                   std::span<const KeywordValue> keywords, NodeId node, GradientCallee& callee) {
  std::vector<ArgumentValue> positional;
  for (const Value& argument : arguments) positional.push_back(ToArgument(argument));
  std::vector<KeywordArgument> named;
  for (const KeywordValue& keyword : keywords) named.push_back({Text(keyword.name), ToArgument(keyword.value)});
  Builtins& builtins = context_.builtins();
  BuiltinId builtin = Builtins::Find(Text(function.name));
  auto overload = builtins.Resolve(builtin, positional, named, 0);
  if (!overload) return FailBuiltin(overload.error(), builtin, node), false;
  auto bound = builtins.Bind(*overload, positional, named, {});
  if (!bound) return FailBuiltin(bound.error(), builtin, node), false;
  auto result = builtins.ResultOf(*bound);
  if (!result) return FailBuiltin(result.error(), builtin, node), false;
  const OverloadInfo& info = builtins.Info(*overload);
  if (!info.is_differentiable) {
    Fail(DiagnosticKind::CallRejected, node, "the gradient of " + std::string(Text(function.name)) + "() does not exist");
    return false;
  }
  for (const BoundArgument& argument : bound->arguments) {
    if (!argument.present || argument.is_variadic || argument.value.handle == ArgumentValue::kNoHandle) {
      Fail(DiagnosticKind::FeatureNotSupported, node, "wp.grad of a built-in function with such parameters");
      return false;
    }
    callee.arguments.push_back(Load(VarId(argument.value.handle)));
    callee.parameters.push_back(ValueType(VarId(argument.value.handle)));
  }
  callee.function_namespace = info.native_namespace;
  callee.native_name = info.native_name;
  callee.results.assign(result->types.begin(), result->types.end());
  callee.takes_results = info.require_original_output_arg;
  return !failed();
}

Value Lowering::AddGradientCall(const Object& function, std::span<const Value> arguments,
                                std::span<const KeywordValue> keywords, NodeId node,
                                std::span<const NodeId> argument_nodes) {
  // The gradient of a function may use gradients itself: it is an adjoint and needs none.
  bool in_gradient = !is_kernel_ && static_cast<const FunctionDefinition*>(definition_)->is_gradient;
  GradientCallee callee;
  bool found = function.kind == ObjectKind::Function
                   ? FindUserGradient(function.function_set, arguments, keywords, node, argument_nodes, callee)
                   : FindBuiltinGradient(function, arguments, keywords, node, callee);
  if (!found) return {};
  if (!in_gradient) program_.uses_grad_call = true;
  if (callee.results.empty()) {
    Fail(DiagnosticKind::CallRejected, node, "the gradient of a function without a result does not exist");
    return {};
  }
  std::vector<VarId> all(callee.arguments.begin(), callee.arguments.end());
  if (callee.takes_results || callee.results.size() > 1) {
    Variables outputs;
    for (TypeId type : callee.results) outputs.push_back(AddVar(type));
    AddForwardCall(callee.function_namespace, callee.native_name, outputs, callee.arguments);
    for (VarId output : outputs) all.push_back(output);
  }
  Variables gradients;
  for (TypeId type : callee.parameters) {
    gradients.push_back(AddVar(type));
    AssignText(gradients.back(), "{}");
    all.push_back(gradients.back());
  }
  for (TypeId type : callee.results) {
    VarId seed = AddVar(type);
    AssignText(seed, CppType(types_, type) + "(1)");
    all.push_back(seed);
  }
  AddForwardCall(callee.function_namespace, "adj_" + std::string(callee.native_name), {}, all);
  if (gradients.size() == 1) return gradients[0];
  VarId result = AddVar(types_.Tuple(callee.parameters, callee.python_scalars));
  std::string names;
  for (VarId gradient : gradients)
    names += (names.empty() ? "var_" : ", var_") + std::to_string(var(gradient).number);
  AssignText(result, CppType(types_, TypeOf(result)) + "(" + names + ")");
  return result;
}

}  // namespace warpsmith
