// Functions given to built-ins, which apply them to the elements of tiles.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

bool Lowering::BindFunctionArgument(BoundCall& call, bool& has_reverse, NodeId node) {
  auto bind = [&](ArgumentValue& function, std::span<const TypeId> elements) {
    return function.function.valid() ? BindBuiltinArgument(function, elements, has_reverse, node)
                                     : BindUserArgument(function, elements, node);
  };
  for (BoundArgument& argument : call.arguments) {
    const auto is_function = [](const ArgumentValue& value) { return value.type == kFunctionType; };
    if (std::any_of(argument.values.begin(), argument.values.end(), is_function)) {
      // Among any number of arguments a function is a name like another: printf takes it.
      std::vector<ArgumentValue>& values = argument_storage_.emplace_back(argument.values.begin(), argument.values.end());
      for (ArgumentValue& value : values)
        if (is_function(value) && !bind(value, {})) return false;
      argument.values = values;
    }
    if (!argument.present || argument.is_variadic || argument.value.type != kFunctionType) continue;
    if (!bind(argument.value, context_.builtins().FunctionArguments(call))) return false;
  }
  return true;
}

bool Lowering::BindBuiltinArgument(ArgumentValue& function, std::span<const TypeId> elements, bool& has_reverse,
                                   NodeId node) {
  Builtins& builtins = context_.builtins();
  Variable variable;
  variable.kind = VariableKind::Function;
  variable.type = kFunctionType;
  OverloadId overload = Builtins::Overloads(function.function).first;
  if (!elements.empty()) {
    Arguments arguments;
    for (TypeId type : elements) arguments.push_back({.type = type});
    auto found = builtins.Resolve(function.function, arguments);
    if (!found) return FailBuiltin(found.error(), function.function, node), false;
    overload = *found;
    auto call = builtins.Bind(overload, arguments);
    if (!call) return FailBuiltin(call.error(), function.function, node), false;
    auto result = builtins.ResultOf(*call);
    if (!result) return FailBuiltin(result.error(), function.function, node), false;
    if (result->types.size() == 1) function.returned = result->types[0];
  }
  const OverloadInfo& info = builtins.Info(overload);
  variable.name = Intern(info.native_name);
  variable.function_namespace = Intern(info.native_namespace);
  has_reverse = has_reverse && info.is_differentiable;
  function.handle = AddUnnumbered(variable).index;
  return true;
}

bool Lowering::BindUserArgument(ArgumentValue& function, std::span<const TypeId> elements, NodeId node) {
  FunctionSetId set(function.user_function);
  FunctionId id = unit_.function_sets[set].top;
  if (!elements.empty()) id = unit_.ResolveCall(set, elements, {});
  if (!id.valid()) {
    std::string shown;
    for (TypeId type : elements) shown += (shown.empty() ? "" : ", ") + TypeRepr(types_, type);
    Fail(DiagnosticKind::NoMatchingOverload, node, unit_.function_sets[set].key, shown);
    return false;
  }
  context_.NoteCall(id);
  const FunctionResult* result = context_.BuildArgument(id);
  if (result == nullptr) {
    failed_ = true;  // the diagnostic names the place inside the function
    return false;
  }
  if (result->types.size() == 1) function.returned = StripReference(types_, result->types[0]);
  Variable variable;
  variable.kind = VariableKind::Function;
  variable.type = kFunctionType;
  variable.name = Intern(unit_.functions[id].native_name);
  function.handle = AddUnnumbered(variable).index;
  return true;
}

}  // namespace warpsmith
