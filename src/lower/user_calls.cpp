// Calls of user functions and construction of structs.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

bool Lowering::BindUserArguments(const FunctionDefinition& function, std::span<const Value> arguments,
                                 std::span<const KeywordValue> keywords, std::span<const NodeId> argument_nodes,
                                 std::vector<BoundUserArgument>& bound, NodeId node) {
  bound.resize(function.parameters.size());
  for (size_t i = 0; i < bound.size(); ++i) bound[i].type = function.parameters[i].type;
  for (size_t i = 0; i < arguments.size() && i < bound.size(); ++i) {
    bound[i].value = arguments[i];
    bound[i].present = true;
    if (i < argument_nodes.size()) bound[i].node = argument_nodes[i];
  }
  for (const KeywordValue& keyword : keywords)
    for (size_t i = 0; i < bound.size(); ++i)
      if (function.parameters[i].name == keyword.name) bound[i] = {bound[i].type, keyword.value, keyword.node, true, false};
  for (size_t i = 0; i < bound.size(); ++i) {
    if (bound[i].present) continue;
    const std::optional<Object>& value = function.parameters[i].default_value;
    bound[i].is_default = true;
    if (value) bound[i].value = Value::Of(*value);
    if (value && (value->kind == ObjectKind::Constant ||
                  (bound[i].type == kFunctionType && bound[i].value.is_function())))
      continue;
    Fail(DiagnosticKind::FeatureNotSupported, node, "a default argument that is not a constant");
    return false;
  }
  return true;
}

FunctionId Lowering::Specialize(FunctionId id, std::span<const BoundUserArgument> bound, NodeId node) {
  const FunctionDefinition& function = unit_.functions[id];
  std::vector<std::pair<SymbolId, Object>> functions;
  for (size_t i = 0; i < bound.size(); ++i) {
    if (bound[i].type != kFunctionType || !bound[i].value.is_function()) continue;
    const Object& given = bound[i].value.object;
    if (given.kind == ObjectKind::Builtin && !Builtins::IsPlainTarget(Builtins::Find(Text(given.name)))) {
      Fail(DiagnosticKind::CallRejected, node,
           "the built-in function " + std::string(Text(given.name)) + "() cannot be given as an argument");
      return FunctionId();
    }
    functions.emplace_back(function.parameters[i].name, given);
  }
  if (functions.empty()) return id;
  if (function.gradient.valid() || function.replay.valid() || function.has_custom_gradient) {
    Fail(DiagnosticKind::CallRejected, node,
         function.key + "() has a custom gradient or replay and cannot take functions as arguments");
    return FunctionId();
  }
  return unit_.Specialize(id, functions);
}

Value Lowering::AddUserCall(FunctionSetId set, std::span<const Value> arguments,
                            std::span<const KeywordValue> keywords, NodeId node,
                            std::span<const NodeId> argument_nodes) {
  std::vector<TypeId> types;
  for (const Value& argument : arguments) types.push_back(ArgumentType(argument));
  std::vector<std::pair<SymbolId, TypeId>> keyword_types;
  for (const KeywordValue& keyword : keywords) keyword_types.emplace_back(keyword.name, ArgumentType(keyword.value));
  result_used_ = true;
  FunctionId id = unit_.ResolveCall(set, types, keyword_types);
  if (!id.valid()) {
    std::string shown;
    for (TypeId type : types) shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, type);
    for (auto [name, type] : keyword_types) shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, type);
    Fail(DiagnosticKind::NoMatchingOverload, node, unit_.function_sets[set].key, shown);
    return {};
  }
  std::vector<BoundUserArgument> bound;
  if (!BindUserArguments(unit_.functions[id], arguments, keywords, argument_nodes, bound, node)) return {};
  if (unit_.functions[id].has_custom_gradient) {
    Fail(DiagnosticKind::FeatureNotSupported, node, "a function with a custom gradient or replay");
    return {};
  }
  id = Specialize(id, bound, node);
  if (failed()) return {};
  context_.NoteCall(id);
  const FunctionResult* result = context_.BuildCallee(id);
  if (result == nullptr) {
    failed_ = true;  // the diagnostic names the place inside the callee
    return {};
  }
  IncludeCallee(id, *result, bound);
  if (failed()) return {};
  Variables outputs;
  for (TypeId type : result->types) outputs.push_back(AddVar(type));

  const FunctionDefinition& function = unit_.functions[id];
  Variables registered, forwards, originals;
  const std::vector<BoundUserArgument> all_bound = deterministic_ != nullptr ? bound : std::vector<BoundUserArgument>();
  std::erase_if(bound, [](const BoundUserArgument& argument) { return argument.type == kFunctionType; });
  for (const BoundUserArgument& argument : bound) {
    if (argument.is_default) registered.push_back(AddConstant(argument.value.object.constant));
    else if (argument.value.is_variable()) registered.push_back(argument.value.var);
    else {
      Fail(DiagnosticKind::FeatureNotSupported, node, "a function or type as an argument of a function");
      return {};
    }
  }
  Call call;
  Variables prelude;
  for (size_t i = 0; i < registered.size() && !failed(); ++i) {
    if (IsReference(types_, bound[i].type)) {
      VarId reference = AddressableReference(bound[i].node, registered[i], bound[i].type, "wp.ref parameter");
      if (failed()) return {};
      forwards.push_back(reference);
      originals.push_back(AdjointPointer(reference, prelude));
    } else {
      forwards.push_back(Load(registered[i]));
      originals.push_back(registered[i]);
    }
  }
  if (failed()) return {};
  call.function_namespace = "";
  call.native_name = Intern(function.native_name);
  call.has_reverse = !registered.empty() && !result->uses_grad_call;
  call.reverse_has_outputs = outputs.size() > 1 && !function.gradient.valid();
  call.custom_replay = outputs.size() <= 1 &&
                       (function.replay.valid() || (outputs.empty() && function.replay_snippet.has_value()));
  bool has_reference_parameters =
      std::any_of(function.parameters.begin(), function.parameters.end(),
                  [&](const Parameter& parameter) { return IsReference(types_, parameter.type); });
  bool has_own_adjoint =
      function.gradient.valid() || (function.native_snippet.has_value() && function.adjoint_snippet.has_value());
  if (call.has_reverse && has_reference_parameters && !has_own_adjoint) {
    program_.missing_adjoints.push_back(
        {MissingAdjoint::Reason::ReferenceParameters, ast_.SpanOf(node), Text(Intern(function.key))});
  }
  call.reverse_prelude = program_.AddList(prelude);
  AddContextArguments(id, *result, all_bound, call);
  return FinishCall(std::move(call), outputs, forwards, originals, false);
}

TypeId Lowering::ArgumentType(const Value& value) {
  switch (value.kind) {
    case Value::Kind::Variable: return ValueType(value.var);
    case Value::Kind::Object:
      if (value.is_function()) return kFunctionType;
      // None fits any parameter; whatever else has no type, such as a module, fits none.
      return value.object.type.valid() || value.object.kind == ObjectKind::None ? value.object.type : kVoidType;
    case Value::Kind::Sequence: return ToArgument(value).type;
    default: return kVoidType;
  }
}

Value Lowering::AddStructConstruction(TypeId type, std::span<const Value> arguments,
                                      std::span<const KeywordValue> keywords, NodeId node) {
  context_.BuildStruct(type);
  const StructInfo& info = types_.structure(type);
  Variables values;
  values.resize(info.fields.size());
  bool matches = arguments.size() + keywords.size() == info.fields.size() || (arguments.empty() && keywords.empty());
  for (size_t i = 0; matches && i < arguments.size(); ++i) {
    matches = arguments[i].is_variable();
    if (matches) values[i] = arguments[i].var;
  }
  for (const KeywordValue& keyword : keywords) {
    bool found = false;
    for (size_t i = 0; matches && i < values.size(); ++i)
      if (info.fields[i].name == Text(keyword.name) && !values[i].valid() && keyword.value.is_variable()) {
        values[i] = keyword.value.var;
        found = true;
      }
    matches = matches && found;
  }
  bool is_default = arguments.empty() && keywords.empty();
  for (size_t i = 0; matches && !is_default && i < values.size(); ++i)
    matches = TypesEqualGeneric(types_, info.fields[i].type, ValueType(values[i]));
  if (!matches) {
    std::string shown;
    for (const Value& argument : arguments) shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, ArgumentType(argument));
    for (const KeywordValue& keyword : keywords)
      shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, ArgumentType(keyword.value));
    Fail(DiagnosticKind::NoMatchingOverload, node, info.native_name, shown);
    return {};
  }
  if (is_default) values.clear();
  Call call;
  call.function_namespace = "";
  call.native_name = Intern(info.native_name);
  VarId output = AddVar(type);
  Variables forwards;
  for (VarId value : values) forwards.push_back(Load(value));
  if (failed()) return {};
  call.has_reverse = !values.empty();
  VarId outputs[] = {output};
  return FinishCall(std::move(call), outputs, forwards, values, false);
}

}  // namespace warpsmith
