// Which overload of a user function a call means: Warp's Function.get_overload.
#include <algorithm>

#include "unit/implementation.h"
#include "unit/reader.h"
#include "unit/unit.h"

namespace warpsmith {
namespace {

/// The type of a default value as an argument; invalid for None, which matches any parameter.
TypeId DefaultType(const Object& object) {
  switch (object.kind) {
    case ObjectKind::Constant:
    case ObjectKind::Type:
    case ObjectKind::Struct:
      return object.type;
    case ObjectKind::Function:
    case ObjectKind::Builtin:
      return kFunctionType;
    default:
      return TypeId();
  }
}

/// One type a parameter, as Python binds the arguments; false if they do not fit the signature.
bool Bind(const FunctionDefinition& function, std::span<const TypeId> positional,
          std::span<const std::pair<SymbolId, TypeId>> keywords, std::vector<TypeId>& bound) {
  size_t count = function.parameters.size();
  if (positional.size() > count) return false;
  bound.assign(count, TypeId());
  std::vector<bool> given(count, false);
  for (size_t i = 0; i < positional.size(); ++i) {
    bound[i] = positional[i];
    given[i] = true;
  }
  for (const auto& [name, type] : keywords) {
    size_t index = 0;
    while (index < count && function.parameters[index].name != name) ++index;
    if (index == count || given[index]) return false;
    bound[index] = type;
    given[index] = true;
  }
  for (size_t i = 0; i < count; ++i) {
    if (given[i]) continue;
    if (!function.parameters[i].default_value) return false;
    bound[i] = DefaultType(*function.parameters[i].default_value);
  }
  return true;
}

bool Matches(const TypeTable& types, TypeId parameter, TypeId argument, bool allow_erasure) {
  if (!argument.valid() || parameter == kAnyType) return true;
  if (argument == kFunctionType) return parameter == kFunctionType || parameter == kCallableType;
  argument = StripReference(types, argument);
  parameter = StripReference(types, parameter);
  if (IsArray(types, parameter) && IsArray(types, argument) &&
      FamiliesCompatible(types[parameter].family, types[argument].family) &&
      TypesEqualGeneric(types, types[parameter].element, types[argument].element))
    return true;
  if (TypesEqualGeneric(types, parameter, argument)) return true;
  return allow_erasure && ErasedParent(argument) == parameter;
}

}  // namespace

FunctionId Unit::ResolveOverload(FunctionSetId set, std::span<const TypeId> positional,
                                 std::span<const std::pair<SymbolId, TypeId>> keywords) const {
  std::vector<TypeId> bound;
  auto fits = [&](const FunctionDefinition& function, bool allow_erasure) {
    if (!Bind(function, positional, keywords, bound)) return false;
    for (size_t i = 0; i < bound.size(); ++i)
      if (!Matches(types, function.parameters[i].type, bound[i], allow_erasure)) return false;
    return true;
  };
  const std::vector<FunctionId>& overloads = function_sets[set].overloads;
  const std::vector<FunctionId>& instances = function_sets[set].instances;
  for (bool allow_erasure : {false, true}) {
    for (FunctionId id : overloads)
      if (!functions[id].generic && fits(functions[id], allow_erasure)) return id;
    for (FunctionId id : instances)
      if (fits(functions[id], allow_erasure)) return id;
  }
  for (FunctionId id : overloads) {
    const FunctionDefinition& function = functions[id];
    if (!function.generic || !fits(function, false)) continue;
    auto optional = static_cast<size_t>(
        std::count_if(function.parameters.begin(), function.parameters.end(),
                      [](const Parameter& parameter) { return parameter.default_value.has_value(); }));
    if (positional.size() + optional < function.parameters.size()) continue;  // keywords do not count
    bool matched = true;
    for (size_t i = 0; i < positional.size(); ++i)
      matched = matched && positional[i].valid() &&
                (positional[i] == kFunctionType
                                ? function.parameters[i].type == kFunctionType  // instances know no types of functions
                                : TypeMatchesTemplate(types, positional[i], function.parameters[i].type));
    if (matched) return id;
  }
  return FunctionId();
}

FunctionId Unit::ResolveCall(FunctionSetId set, std::span<const TypeId> positional,
                             std::span<const std::pair<SymbolId, TypeId>> keywords) {
  FunctionId id = ResolveOverload(set, positional, keywords);
  if (!id.valid() || !functions[id].generic) return id;
  FunctionDefinition instance = functions[id];
  instance.generic = false;
  instance.is_instance = true;
  instance.first_line = 0;
  instance.return_type = TypeId();
  for (size_t i = 0; i < instance.parameters.size(); ++i) {
    Parameter& parameter = instance.parameters[i];
    TypeId type = i < positional.size() ? positional[i] : DefaultType(*parameter.default_value);
    if (type.valid() && type != kFunctionType) parameter.type = StripReference(types, type);
  }
  if (Reader* reader = implementation_->reader.get()) reader->RefillStatics(instance);
  FunctionId made = functions.Add(std::move(instance));
  function_sets[set].instances.push_back(made);
  return made;
}

}  // namespace warpsmith
