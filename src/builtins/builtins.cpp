#include "builtins/builtins.h"

#include <algorithm>
#include <array>

#include "builtins/dispatch_rules.h"
#include "builtins/pattern.h"
#include "builtins/result_rules.h"
#include "builtins/tables.h"

namespace warpsmith {

using builtin_tables::DefaultKind;
using builtin_tables::DefaultRow;
using builtin_tables::kOverloads;
using builtin_tables::kParameters;
using builtin_tables::OverloadRow;
using builtin_tables::ParameterRow;

namespace {

bool HasFlag(const OverloadRow& row, uint16_t flag) { return (row.flags & flag) != 0; }

std::span<const ParameterRow> ParametersOf(const OverloadRow& row) {
  return std::span(kParameters).subspan(row.first_parameter, row.parameter_count);
}

// The value of a parameter that the caller left out.
ArgumentValue MakeDefault(const DefaultRow& row, TypeId type, ConstantStore& constants) {
  if (row.kind == DefaultKind::Type)
    return {.type = kTypeValueType, .type_value = type, .plain_python = row.flag};
  Constant constant;
  constant.type = type;
  constant.typed = row.flag;
  constant.integer = row.integer;
  constant.real = row.real;
  constant.text = std::string(row.text);
  constant.form = row.kind == DefaultKind::Bool    ? ConstantForm::Bool
                  : row.kind == DefaultKind::Int   ? ConstantForm::Int
                  : row.kind == DefaultKind::Float ? ConstantForm::Float
                                                   : ConstantForm::String;
  return {.type = type, .constant = constants.Add(std::move(constant))};
}

std::string ReprOfArguments(const TypeTable& types, std::span<const ArgumentValue> positional,
                            std::span<const KeywordArgument> keywords) {
  std::string out;
  auto add = [&](const ArgumentValue& argument) {
    if (!out.empty()) out += ", ";
    TypeId type = StripReference(types, argument.type);
    out += type == kFunctionType ? "function" : TypeRepr(types, type);
  };
  for (const ArgumentValue& argument : positional) add(argument);
  for (const KeywordArgument& keyword : keywords) add(keyword.value);
  return out;
}

}  // namespace

namespace {

constexpr TypeId kUnread{TypeId::kInvalidIndex - 1};

}  // namespace

TypeId PatternCache::operator[](size_t index) {
  if (ids_.empty()) ids_.assign(std::size(builtin_tables::kPatterns), kUnread);
  if (ids_[index] == kUnread) ids_[index] = ParseTypePattern(types_, builtin_tables::kPatterns[index]);
  return ids_[index];
}

Builtins::Builtins(TypeTable& types, ConstantStore& constants)
    : types_(types), constants_(constants), patterns_(types) {}

namespace {

constexpr uint32_t NameHash(std::string_view name) {
  uint32_t hash = 2166136261u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

// An open-addressing table over kNames, made at compile time.
constexpr size_t kNameSlots = 2048;
constexpr auto kNameIndex = [] {
  std::array<uint16_t, kNameSlots> slots{};  // 1 + index
  for (size_t i = 0; i < std::size(builtin_tables::kNames); ++i) {
    size_t slot = NameHash(builtin_tables::kNames[i]) % kNameSlots;
    while (slots[slot] != 0) slot = (slot + 1) % kNameSlots;
    slots[slot] = static_cast<uint16_t>(i + 1);
  }
  return slots;
}();

}  // namespace

BuiltinId Builtins::Find(std::string_view name) {
  for (size_t slot = NameHash(name) % kNameSlots; kNameIndex[slot] != 0; slot = (slot + 1) % kNameSlots) {
    uint32_t index = kNameIndex[slot] - 1u;
    if (builtin_tables::kNames[index] == name) return BuiltinId(index);
  }
  return BuiltinId();
}

std::string_view Builtins::Name(BuiltinId builtin) { return builtin_tables::kNames[builtin.index]; }
uint32_t Builtins::builtin_count() { return static_cast<uint32_t>(std::size(builtin_tables::kNames)); }
uint32_t Builtins::overload_count() { return static_cast<uint32_t>(std::size(kOverloads)); }
std::string_view Builtins::WarpVersion() { return builtin_tables::kWarpVersion; }

bool Builtins::IsLibraryFunction(std::string_view name) {
  return std::ranges::binary_search(builtin_tables::kLibraryFunctions, name);
}

std::pair<OverloadId, OverloadId> Builtins::Overloads(BuiltinId builtin) {
  return {OverloadId(builtin_tables::kFirstOverload[builtin.index]),
          OverloadId(builtin_tables::kFirstOverload[builtin.index + 1])};
}

OverloadInfo Builtins::Info(OverloadId overload) {
  const OverloadRow& row = kOverloads[overload.index];
  return {.name = builtin_tables::kNames[row.name],
          .native_name = row.native_name,
          .native_namespace = row.native_namespace,
          .group = builtin_tables::kGroups[row.group],
          .hidden = HasFlag(row, builtin_tables::kFlagHidden),
          .exported = HasFlag(row, builtin_tables::kFlagExport),
          .variadic = HasFlag(row, builtin_tables::kFlagVariadic),
          .is_differentiable = HasFlag(row, builtin_tables::kFlagIsDifferentiable),
          .skip_replay = HasFlag(row, builtin_tables::kFlagSkipReplay),
          .require_original_output_arg = HasFlag(row, builtin_tables::kFlagRequireOriginalOutputArg),
          .adjoint_uses_template_args = HasFlag(row, builtin_tables::kFlagAdjointUsesTemplateArgs),
          .has_lto_dispatch = HasFlag(row, builtin_tables::kFlagLtoDispatch),
          .value_type = row.value_type < 0 ? TypeId() : patterns_[row.value_type],
          .result_rule = builtin_tables::kResultRuleNames[row.result.rule],
          .dispatch_rule = builtin_tables::kDispatchRuleNames[row.dispatch.rule],
          .supported = FindResultRule(static_cast<builtin_tables::ResultRule>(row.result.rule)) &&
                       FindDispatchRule(static_cast<builtin_tables::DispatchRule>(row.dispatch.rule))};
}

bool Builtins::IsPlainTarget(BuiltinId builtin) {
  auto [first, end] = Overloads(builtin);
  for (uint32_t i = first.index; i != end.index; ++i) {
    const OverloadRow& row = kOverloads[i];
    if (HasFlag(row, builtin_tables::kFlagVariadic) || HasFlag(row, builtin_tables::kFlagSkipReplay) ||
        static_cast<builtin_tables::DispatchRule>(row.dispatch.rule) != builtin_tables::DispatchRule::PassThrough)
      return false;
  }
  return true;
}

std::string_view Builtins::NativeName(BuiltinId builtin) {
  return kOverloads[Overloads(builtin).first.index].native_name;
}

BuiltinId Builtins::NameOf(OverloadId overload) { return BuiltinId(kOverloads[overload.index].name); }

std::vector<TypeId> Builtins::ParameterTypes(OverloadId overload) {
  std::vector<TypeId> types;
  for (const ParameterRow& row : ParametersOf(kOverloads[overload.index]))
    types.push_back(patterns_[row.pattern]);
  return types;
}

std::vector<std::string_view> Builtins::ParameterNames(OverloadId overload) {
  std::vector<std::string_view> names;
  for (const ParameterRow& row : ParametersOf(kOverloads[overload.index])) names.push_back(row.name);
  return names;
}

std::string Builtins::OverloadName(OverloadId overload) {
  uint16_t name = kOverloads[overload.index].name;
  return std::string(builtin_tables::kNames[name]) + "#" +
         std::to_string(overload.index - builtin_tables::kFirstOverload[name]);
}

// ---- resolution
// ------------------------------------------------------------------------------------------------

namespace {

// `has_expansions`: Warp also tries the overload with every concrete scalar type, of which uint64 takes
// handles.
bool MatchesType(const TypeTable& types, TypeId parameter, TypeId argument, bool allow_erasure,
                 bool has_expansions) {
  if (parameter == kAnyType || parameter == argument) return true;
  if (argument == kHandleType && has_expansions && (parameter == kAnyIntType || parameter == kAnyScalarType))
    return true;
  if (argument == kFunctionType) return parameter == kCallableType;
  const TypeInfo& parameter_info = types[parameter];
  const TypeInfo& argument_info = types[argument];
  if (argument_info.kind == TypeKind::Reference)
    return MatchesType(types, parameter, argument_info.element, allow_erasure, has_expansions);
  // A fixed array may stand for an array and the other way round.
  if (parameter_info.kind == TypeKind::Array && argument_info.kind == TypeKind::Array &&
      FamiliesCompatible(parameter_info.family, argument_info.family) &&
      TypesEqualGeneric(types, parameter_info.element, argument_info.element))
    return true;
  if (TypesEqualGeneric(types, parameter, argument)) return true;
  return allow_erasure && ErasedParent(argument) == parameter;
}

/// A value of which a call can know nothing but its type.
bool IsPlainValue(const TypeTable& types, TypeId type) {
  type = StripReference(types, type);
  return IsValue(types, type) || IsArray(types, type) || IsStruct(types, type) || type == kShapeType || type == kRangeType;
}

// The parameter that `name` denotes; -1 if there is none.
int FindParameter(std::span<const ParameterRow> parameters, std::string_view name) {
  for (size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].name == name && !parameters[i].variadic) return static_cast<int>(i);
  return -1;
}

}  // namespace

bool Builtins::Matches(OverloadId overload, std::span<const ArgumentValue> positional,
                       std::span<const KeywordArgument> keywords, bool allow_erasure) {
  const OverloadRow& row = kOverloads[overload.index];
  if (row.parameter_count < positional.size() + keywords.size()) return false;
  std::span<const ParameterRow> parameters = ParametersOf(row);
  bool has_expansions = HasFlag(row, builtin_tables::kFlagExport);
  auto matches = [&](const ParameterRow& parameter, TypeId argument) {
    return MatchesType(types_, patterns_[parameter.pattern], argument, allow_erasure, has_expansions);
  };
  for (size_t i = 0; i < positional.size(); ++i)
    if (!matches(parameters[i], positional[i].type)) return false;
  uint64_t bound = (uint64_t{1} << positional.size()) - 1;
  for (const KeywordArgument& keyword : keywords) {
    int index = FindParameter(parameters, keyword.name);
    if (index < 0 || (bound >> index & 1)) return false;
    if (!matches(parameters[index], keyword.value.type)) return false;
    bound |= uint64_t{1} << index;
  }
  for (size_t i = positional.size(); i < parameters.size(); ++i)
    if (!(bound >> i & 1) && !parameters[i].has_default) return false;
  return true;
}

namespace {

// Whether the native call has the arguments of the call, and nothing else, if each is a plain value.
bool PassesPlainArguments(builtin_tables::DispatchRule rule) {
  using builtin_tables::DispatchRule;
  return rule == DispatchRule::PassThrough || rule == DispatchRule::FirstByReference || rule == DispatchRule::VectorExtract ||
         rule == DispatchRule::MatrixExtract;
}

}  // namespace

std::vector<Builtins::Outcome>& Builtins::CommonOutcomes() {
  static thread_local std::vector<Outcome> outcomes(kCommonOutcomes);
  return outcomes;
}

Builtins::Outcome* Builtins::PlaceOf(BuiltinId builtin, std::span<const ArgumentValue> positional,
                                     std::span<const KeywordArgument> keywords, uint32_t min_outputs) {
  if (!keywords.empty() || positional.size() > Outcome::kMostArguments) return nullptr;
  uint32_t hash = builtin.index * 31 + min_outputs;
  bool is_common = true;
  for (const ArgumentValue& argument : positional) {
    hash = (hash ^ argument.type.index) * 0x9E3779B1u;
    is_common = is_common && types_.IsCommon(argument.type);
  }
  hash ^= hash >> 15;
  if (is_common) return &common_outcomes_[hash % kCommonOutcomes];
  if (outcomes_.empty()) outcomes_.resize(kOutcomes);
  return &outcomes_[hash % kOutcomes];
}

BuiltinResult<OverloadId> Builtins::Resolve(BuiltinId builtin, std::span<const ArgumentValue> positional,
                                            std::span<const KeywordArgument> keywords, uint32_t min_outputs) {
  // Which overload a call means follows from the types alone.
  Outcome* place = PlaceOf(builtin, positional, keywords, min_outputs);
  if (place == nullptr) return FindOverload(builtin, positional, keywords, min_outputs);
  if (builtin.valid() && place->IsOf(builtin, positional, min_outputs)) return place->overload;
  BuiltinResult<OverloadId> found = FindOverload(builtin, positional, keywords, min_outputs);
  if (!found) return found;
  *place = {.builtin = builtin, .min_outputs = min_outputs, .count = static_cast<uint32_t>(positional.size()), .overload = *found};
  for (size_t i = 0; i < positional.size(); ++i) place->types[i] = positional[i].type;
  return found;
}

const PlainCall* Builtins::FindPlain(BuiltinId builtin, std::span<const ArgumentValue> positional, uint32_t min_outputs) {
  const Outcome* place = PlaceOf(builtin, positional, {}, min_outputs);
  if (place == nullptr || !place->is_plain || !place->IsOf(builtin, positional, min_outputs)) return nullptr;
  // int(float) has the types of int(1.0).
  for (const ArgumentValue& argument : positional)
    if (argument.type_value) return nullptr;
  return &place->plain;
}

void Builtins::NotePlain(BuiltinId builtin, std::span<const ArgumentValue> positional, uint32_t min_outputs,
                         OverloadId overload, const CallResult& result) {
  Outcome* place = PlaceOf(builtin, positional, {}, min_outputs);
  // Loads of the arguments may have taken the place.
  if (place == nullptr || !place->IsOf(builtin, positional, min_outputs) || place->overload != overload) return;
  const OverloadRow& row = kOverloads[overload.index];
  auto dispatch = static_cast<builtin_tables::DispatchRule>(row.dispatch.rule);
  if (HasFlag(row, builtin_tables::kFlagVariadic)) return;  // and may have more arguments than the row has parameters
  for (const ParameterRow& absent : ParametersOf(row).subspan(positional.size()))
    if (absent.default_index >= 0) return;  // a value of its own reaches the native call
  if (result.types.size() > 1 || !PassesPlainArguments(dispatch) ||
      static_cast<builtin_tables::InitializerListRule>(row.initializer_list.rule) != builtin_tables::InitializerListRule::Never ||
      !FollowsFromTypes(static_cast<builtin_tables::ResultRule>(row.result.rule)))
    return;
  const TypeId type = result.types.empty() ? TypeId() : result.types[0];
  bool has_common_arguments = true;
  for (const ArgumentValue& argument : positional) {
    if (argument.type_value || !IsPlainValue(types_, argument.type)) return;
    has_common_arguments = has_common_arguments && types_.IsCommon(argument.type);
  }
  // What is kept of calls with common arguments holds for every table.
  if (has_common_arguments && type.valid() && !types_.IsCommon(type)) return;
  const OverloadInfo info = Info(overload);
  // Constants given to constructors of 64-bit scalars are taken as they are written.
  if (info.value_type == kFloat64Type || info.value_type == kInt64Type || info.value_type == kUint64Type) return;
  place->is_plain = true;
  place->plain = {.native_namespace = info.native_namespace,
                  .native_name = info.native_name,
                  .result = type,
                  .first_by_reference = dispatch == builtin_tables::DispatchRule::FirstByReference,
                  .is_differentiable = info.is_differentiable,
                  .skip_replay = info.skip_replay,
                  .require_original_output_arg = info.require_original_output_arg,
                  .reverse_has_template_arguments = info.adjoint_uses_template_args || info.has_lto_dispatch};
}

BuiltinResult<OverloadId> Builtins::FindOverload(BuiltinId builtin, std::span<const ArgumentValue> positional,
                                                 std::span<const KeywordArgument> keywords, uint32_t min_outputs) {
  auto [begin, end] = Overloads(builtin);
  for (bool allow_erasure : {false, true}) {
    for (uint32_t index = begin.index; index < end.index; ++index) {
      OverloadId overload(index);
      const OverloadRow& row = kOverloads[index];
      if (!HasFlag(row, builtin_tables::kFlagVariadic) &&
          !Matches(overload, positional, keywords, allow_erasure))
        continue;
      if (min_outputs) {
        if (row.outputs < 0)
          return BuiltinError{.message =
                                  "the results of " + std::string(Name(builtin)) + "() cannot be unpacked"};
        if (static_cast<uint32_t>(row.outputs) != min_outputs) continue;
      }
      return overload;
    }
  }
  return BuiltinError{.message = "Couldn't find function overload for '" + std::string(Name(builtin)) +
                                 "' that matched inputs with types: [" +
                                 ReprOfArguments(types_, positional, keywords) + "]"};
}

// ---- binding
// ---------------------------------------------------------------------------------------------------

namespace {

bool SameValue(const ConstantStore& constants, const ArgumentValue& a, const ArgumentValue& b) {
  if (a.type_value || b.type_value) return a.type_value == b.type_value && a.plain_python == b.plain_python;
  if (!a.elements.empty() || !b.elements.empty()) {
    return std::ranges::equal(a.elements, b.elements, [&](const ArgumentValue& x, const ArgumentValue& y) {
      return SameValue(constants, x, y);
    });
  }
  if (!a.constant || !b.constant) return false;
  const Constant& x = constants[a.constant];
  const Constant& y = constants[b.constant];
  return x.form == y.form && x.integer == y.integer && x.real == y.real && x.text == y.text;
}

}  // namespace

BuiltinResult<BoundCall> Builtins::Bind(OverloadId overload, std::span<const ArgumentValue> positional,
                                        std::span<const KeywordArgument> keywords,
                                        std::span<const KeywordArgument> type_arguments) {
  const OverloadRow& row = kOverloads[overload.index];
  std::span<const ParameterRow> parameters = ParametersOf(row);
  auto refuse = [&](std::string what) {
    return BuiltinError{.message = OverloadName(overload) + ": " + what};
  };
  BoundCall call;
  call.overload = overload;
  call.arguments.resize(parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i) {
    call.arguments[i].name = parameters[i].name;
    call.arguments[i].is_variadic = parameters[i].variadic;
  }
  size_t next = 0;
  for (size_t i = 0; i < positional.size(); ++i) {
    if (next == parameters.size()) return refuse("too many positional arguments");
    BoundArgument& bound = call.arguments[next];
    bound.present = true;
    if (bound.is_variadic) {
      bound.values = positional.subspan(i);
      break;
    } else {
      bound.value = positional[i];
      ++next;
    }
  }
  for (const KeywordArgument& keyword : keywords) {
    int index = FindParameter(parameters, keyword.name);
    if (index < 0) return refuse("got an unexpected keyword argument '" + std::string(keyword.name) + "'");
    BoundArgument& bound = call.arguments[index];
    if (bound.present) return refuse("multiple values for argument '" + std::string(keyword.name) + "'");
    bound.present = true;
    bound.value = keyword.value;
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!call.arguments[i].present && !parameters[i].has_default && !parameters[i].variadic)
      return refuse("missing a required argument: '" + std::string(parameters[i].name) + "'");
  }
  for (const KeywordArgument& argument : type_arguments) {
    int index = FindParameter(parameters, argument.name);
    if (index < 0) continue;
    BoundArgument& bound = call.arguments[index];
    if (bound.present) {
      if (SameValue(constants_, bound.value, argument.value)) continue;
      return BuiltinError{.message = "Remove the extraneous `" + std::string(argument.name) +
                                     "` parameter when calling the templated version of `wp." +
                                     std::string(row.native_name) + "()`"};
    }
    bound.present = true;
    bound.value = argument.value;
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (call.arguments[i].present || parameters[i].default_index < 0) continue;
    const DefaultRow& value = builtin_tables::kDefaults[parameters[i].default_index];
    call.arguments[i].present = true;
    call.arguments[i].value = MakeDefault(value, patterns_[value.pattern], constants_);
  }
  return call;
}

// ---- results and native calls
// ----------------------------------------------------------------------------------

namespace {

// Overloads with *args are chosen without a look at their arguments; Warp's callbacks then insist on tiles themselves.
std::optional<BuiltinError> FindNoTile(const BoundCall& call, const TypeTable& types, PatternCache& patterns) {
  const OverloadRow& row = kOverloads[call.overload.index];
  std::span<const ParameterRow> parameters = ParametersOf(row);
  for (size_t i = 0; i < parameters.size() && HasFlag(row, builtin_tables::kFlagVariadic); ++i) {
    const BoundArgument& argument = call.arguments[i];
    if (!IsTile(types, patterns[parameters[i].pattern]) || !argument.present || argument.is_variadic) continue;
    TypeId type = argument.value.type;
    if (type.valid() && IsTile(types, StripReference(types, type))) continue;
    return BuiltinError{.message = std::string(builtin_tables::kNames[row.name]) + "() argument must be a tile, got " +
                                   (type.valid() ? TypeRepr(types, type) : "no value")};
  }
  return std::nullopt;
}

}  // namespace

BuiltinResult<CallResult> Builtins::ResultOf(const BoundCall& call) {
  if (rule_log_ != nullptr) rule_log_->results.insert(call.overload);
  if (std::optional<BuiltinError> error = FindNoTile(call, types_, patterns_)) return std::move(*error);
  const builtin_tables::RuleUse& use = kOverloads[call.overload.index].result;
  RuleContext context(types_, constants_, call, use, patterns_, block_dim_);
  BuiltinResult<CallResult> result = ApplyResultRule(static_cast<builtin_tables::ResultRule>(use.rule), context);
  if (result)
    for (TypeId type : result->types)
      if (type.valid() && types_.kind(type) == TypeKind::Tile && !types_.IsCountable(type))
        return BuiltinError{BuiltinError::Kind::Unsupported, "a tile of more elements than can be counted"};
  return result;
}

BuiltinResult<NativeCall> Builtins::Dispatch(const BoundCall& call, const CallResult& result) {
  if (rule_log_ != nullptr) rule_log_->dispatches.insert(call.overload);
  const OverloadRow& row = kOverloads[call.overload.index];
  RuleContext context(types_, constants_, call, row.dispatch, patterns_, block_dim_, link_target_);
  BuiltinResult<NativeCall> native =
      ApplyDispatchRule(static_cast<builtin_tables::DispatchRule>(row.dispatch.rule), context, result);
  if (!native) return native;
  for (const NativeArgument& argument : native->arguments) {
    if (argument.value.type_value && argument.value.type != kTypeValueType)
      return BuiltinError{.message = OverloadName(call.overload) + ": a type is not a value"};
    // A name that means neither a value nor a type nor a function: wp.static itself, a module.
    if (argument.value.type == kVoidType && argument.value.handle == ArgumentValue::kNoHandle && !argument.value.constant)
      return BuiltinError{.message = OverloadName(call.overload) + ": not a value"};
  }
  RuleContext list_context(types_, constants_, call, row.initializer_list, patterns_);
  native->initializer_list = UsesInitializerList(
      static_cast<builtin_tables::InitializerListRule>(row.initializer_list.rule), list_context, result);
  return native;
}

// ---- constructors
// ----------------------------------------------------------------------------------------------

ArgumentValue Builtins::TypeArgument(TypeId type) { return {.type = kTypeValueType, .type_value = type}; }

ArgumentValue Builtins::IntArgument(int64_t value) {
  return {.type = kInt32Type, .constant = constants_.Add(Constant::Int(value))};
}

const TypeConstructor& Builtins::ConstructorOf(TypeId composite) {
  auto [position, inserted] = constructors_.try_emplace(composite);
  Constructor& constructor = position->second;
  if (!inserted) return constructor.call;
  const TypeInfo info = types_[composite];
  KeywordArgument dtype{"dtype", TypeArgument(info.element)};
  switch (info.kind) {
    case TypeKind::Vector:
      constructor.call = {Find("vector"), {{"length", IntArgument(info.rows)}, dtype}};
      break;
    case TypeKind::Matrix: {
      constructor.shape = {IntArgument(info.rows), IntArgument(info.columns)};
      TypeId pair[] = {kInt32Type, kInt32Type};
      ArgumentValue shape{.type = types_.Sequence(pair), .elements = constructor.shape};
      constructor.call = {Find("matrix"), {{"shape", shape}, dtype}};
      break;
    }
    case TypeKind::Quaternion:
      constructor.call = {Find("quaternion"), {dtype}};
      break;
    case TypeKind::Transform:
      constructor.call = {Find("transformation"), {dtype}};
      break;
    default:
      break;
  }
  return constructor.call;
}

Constant CastConstant(const Constant& constant, TypeId scalar) {
  Constant cast = constant;
  cast.type = scalar;
  cast.typed = true;
  // Warp keeps the Python value inside a typed scalar: wp.float64(3) is spelled 3.
  if (scalar == kBoolType) {
    bool value = constant.form == ConstantForm::Float ? constant.real != 0.0 : constant.integer != 0;
    cast.form = ConstantForm::Bool;
    cast.integer = value;
    cast.real = 0.0;
  }
  return cast;
}

}  // namespace warpsmith
