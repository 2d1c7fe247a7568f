// Types and functions of the user's own C++ (warp.build_experimental): they have no adjoints.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

bool Lowering::ContainsNative(TypeId type) const {
  if (types_.IsCommon(type)) return false;
  TypeId value = StripReference(types_, type);
  while (IsArray(types_, value)) value = types_[value].element;
  return IsNative(types_, value);
}

Value Lowering::AddExternalCall(const Object& callee, std::span<const Value> arguments,
                                std::span<const KeywordValue> keywords, NodeId node) {
  const ExternalFunction& function = unit_.external_functions[callee.detail];
  Variables given;
  auto fits = [&](const ExternalFunction::Overload& overload) {
    given.clear();
    given.resize(overload.parameters.size());
    if (arguments.size() + keywords.size() != overload.parameters.size()) return false;
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].is_variable()) return false;
      given[i] = arguments[i].var;
    }
    for (const KeywordValue& keyword : keywords)
      for (size_t i = 0; i < given.size(); ++i)
        if (overload.parameters[i].first == keyword.name && keyword.value.is_variable()) given[i] = keyword.value.var;
    for (size_t i = 0; i < given.size(); ++i)
      if (!given[i].valid() || !TypesEqualGeneric(types_, overload.parameters[i].second, ValueType(given[i]))) return false;
    return true;
  };
  auto overload = std::find_if(function.overloads.begin(), function.overloads.end(), fits);
  if (overload == function.overloads.end()) {
    std::string shown;
    for (const Value& argument : arguments) shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, ArgumentType(argument));
    Fail(DiagnosticKind::NoMatchingOverload, node, function.key, shown);
    return {};
  }
  Variables outputs, forwards;
  if (overload->result.valid()) outputs.push_back(AddVar(overload->result));
  for (VarId value : given) forwards.push_back(Load(value));
  if (failed()) return {};
  Call call;
  call.function_namespace = Text(overload->function_namespace);
  call.native_name = overload->native_name;
  return FinishCall(std::move(call), outputs, forwards, given, false);
}

Value Lowering::EvalNativeConstructor(NodeId node, TypeId type) {
  auto call = ast_.Get<py::Call>(node);
  const StructInfo& info = types_.structure(type);
  Nodes positional(ast_.List(call.args)), named(ast_.List(call.keywords));
  if (positional.empty() && named.empty()) {
    VarId out = AddVar(type);
    AssignText(out, info.native_name + "()");
    return out;
  }
  Variables values;
  values.resize(info.fields.size());
  bool fits = info.is_aggregate && positional.size() + named.size() == info.fields.size();
  auto take = [&](size_t index, NodeId argument) {
    Value value = ResolveArgument(argument);
    fits = !failed() && value.is_variable() && !values[index].valid();
    if (fits) values[index] = value.var;
  };
  for (size_t i = 0; fits && i < positional.size(); ++i) take(i, positional[i]);
  for (size_t i = 0; fits && i < named.size(); ++i) {
    auto keyword = ast_.Get<py::Keyword>(named[i]);
    size_t index = 0;
    while (index < info.fields.size() && info.fields[index].name != Text(keyword.arg)) ++index;
    fits = index < info.fields.size();
    if (fits) take(index, keyword.value);
  }
  std::string text = info.native_name + "{";
  for (size_t i = 0; fits && i < values.size(); ++i) {
    VarId value = Load(values[i]);
    fits = !failed() && TypesEqual(types_, info.fields[i].type, TypeOf(value));
    const Variable& variable = var(value);
    bool has_name = variable.kind == VariableKind::Local || variable.kind == VariableKind::Parameter;
    if (fits && !has_name) Fail(DiagnosticKind::FeatureNotSupported, node, "a native value made of such a field");
    if (i != 0) text += ", ";
    text += "var_" + (variable.kind == VariableKind::Local ? std::to_string(variable.number) : std::string(Text(variable.name)));
  }
  if (!failed() && !fits) Fail(DiagnosticKind::CallRejected, node, "the arguments are not the fields of " + info.native_name);
  if (failed()) return {};
  VarId out = AddVar(type);
  AssignText(out, text + "}");
  return out;
}

}  // namespace warpsmith
