// Functions that are applied to the elements of tiles: maps and reductions. What such a function returns for the
// elements is known to the caller alone, who notes it in the argument (ArgumentValue::returned).
#include <limits>

#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

TypeId ElementType(const TypeTable& types, TypeId type) {
  TypeId value = StripReference(types, type);
  return IsTile(types, value) ? types[value].element : value;
}

bool IsElement(const TypeTable& types, TypeId type) {
  return IsScalar(type) || IsVector(types, type) || IsMatrix(types, type) || IsStruct(types, type);
}

// The tile of what the function returns for each element of `a`, where all other tiles have the shape of `a`.
ResultOrError Mapped(RuleContext& context, std::span<const ArgumentValue> others) {
  TypeId first = context.Type("a");
  for (const ArgumentValue& other : others) {
    TypeId type = StripReference(context.types, other.type);
    if (!IsTile(context.types, type)) {
      if (!IsElement(context.types, type))
        return Reject("tile_map() arguments must be tiles, scalars, vectors, matrices, or Warp structs, got " + context.Repr(type));
    } else if (!SameShape(context.types, first, type)) {
      return Reject("tile_map() shapes do not match, got " + ReprOfShape(context.types.shape(first)) + " and " +
                    ReprOfShape(context.types.shape(type)));
    }
  }
  TypeId returned = context.Value("op")->returned;
  if (!returned || !IsElement(context.types, returned))
    return Reject("the function returns " + (returned ? context.Repr(returned) : "nothing or several values") +
                  ", which is no element of a tile");
  return Returns(context.types.NewTile(returned, context.types.shape(first)));
}

ResultOrError TileUnaryMap(RuleContext& context) { return Mapped(context, {}); }

ResultOrError TileNMap(RuleContext& context) {
  std::span<const ArgumentValue> others = context.Variadic();
  if (others.size() < 2)
    return Reject("tile_map() with variadic args requires at least 3 arguments, got " + std::to_string(others.size() + 1));
  return Mapped(context, others);
}

NativeOrError TileUnaryMapDispatch(RuleContext& context, const CallResult&) {
  return NativeCall{.arguments = {BoundValue(context, "op"), BoundValue(context, "a")}};
}

NativeOrError TileBinaryMapDispatch(RuleContext& context, const CallResult&) {
  return NativeCall{.arguments = {BoundValue(context, "op"), BoundValue(context, "a"), BoundValue(context, "b")}};
}

NativeOrError TileNMapDispatch(RuleContext& context, const CallResult&) {
  NativeCall call{.arguments = {BoundValue(context, "op"), BoundValue(context, "a")}};
  for (const ArgumentValue& value : context.Variadic()) call.arguments.push_back({value});
  return call;
}

ResultOrError TileReduce(RuleContext& context) {
  TypeId element = context.types[context.Type("a")].element;
  if (IsStruct(context.types, element)) {
    TypeId returned = context.Value("op")->returned;
    if (!returned || !TypesEqual(context.types, returned, element))
      return Reject("tile_reduce() operator must return the tile element type " + context.Repr(element) + ", got " +
                    (returned ? context.Repr(returned) : "nothing or several values"));
  }
  constexpr int64_t kShape[] = {1};
  return Returns(context.types.NewTile(element, kShape));
}

ResultOrError TileReduceAxis(RuleContext& context) {
  TypeId tile = context.Type("a");
  context.types.MoveToShared(tile);
  std::optional<int64_t> axis = context.Integer(*context.Value("axis"));
  if (!axis) return Reject("tile_reduce() axis must be a compile-time constant");
  std::span<const int64_t> extents = context.types.shape(tile);
  if (*axis < 0 || *axis >= static_cast<int64_t>(extents.size()))
    return Reject("tile_reduce() axis " + std::to_string(*axis) + " is out of bounds for tile with " +
                  std::to_string(extents.size()) + " dimensions");
  std::vector<int64_t> shape(extents.begin(), extents.end());
  if (shape.size() > 1) shape.erase(shape.begin() + *axis);
  else shape = {1};
  return Returns(context.types.NewTile(context.types[tile].element, shape));
}

/// The greatest or least value of a scalar type: what the smallest, or greatest, of no elements is.
Constant Extreme(const TypeTable& types, TypeId type, bool greatest) {
  if (IsFloat(type)) {
    double infinity = std::numeric_limits<double>::infinity();
    return CastConstant(Constant::Float(greatest ? infinity : -infinity), type);
  }
  uint32_t bits = 8 * SizeInBytes(types, type);
  bool is_unsigned = IsUnsigned(type);
  uint64_t ones = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  uint64_t value = is_unsigned ? (greatest ? ones : 0) : (greatest ? ones >> 1 : ~(ones >> 1));
  Constant constant = Constant::Int(static_cast<int64_t>(value));
  return CastConstant(constant, type);
}

NativeOrError TileReduceAxisDispatch(RuleContext& context, const CallResult&) {
  TypeId element = context.types[context.Type("a")].element;
  const ArgumentValue& function = *context.Value("op");
  std::string_view name = function.function.valid() ? Builtins::NativeName(function.function) : std::string_view();
  Constant identity = CastConstant(Constant::Int(name == "mul" ? 1 : 0), element);
  bool has_extreme = name == "min" || name == "max";
  if (has_extreme && element == kBoolType) return Reject("tile_reduce() of bool has no identity");
  if (has_extreme) identity = Extreme(context.types, element, name == "min");
  bool has_identity = has_extreme || name == "add" || name == "mul";
  ArgumentValue identity_value{.type = element, .constant = context.constants.Add(std::move(identity))};
  ArgumentValue is_valid{.type = kBoolType, .constant = context.constants.Add(Constant::Bool(has_identity))};
  return NativeCall{.arguments = {{function}, BoundValue(context, "a"), BoundValue(context, "axis"), {identity_value}, {is_valid}}};
}

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileUnaryMap, TileUnaryMap},
    {ResultRule::TileNMap, TileNMap},
    {ResultRule::TileReduce, TileReduce},
    {ResultRule::TileReduceAxis, TileReduceAxis},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileUnaryMap, TileUnaryMapDispatch},
    {DispatchRule::TileBinaryMap, TileBinaryMapDispatch},
    {DispatchRule::TileNMap, TileNMapDispatch},
    {DispatchRule::TileReduceAxis, TileReduceAxisDispatch},
};

}  // namespace

TileRules TileFunctionRules() { return {kResults, kDispatches}; }

ResultOrError MapPairs(RuleContext& context) { return Mapped(context, std::span(context.Value("b"), 1)); }

std::vector<TypeId> Builtins::FunctionArguments(const BoundCall& call) {
  std::vector<TypeId> elements;
  std::string_view rule = Info(call.overload).result_rule;
  const BoundArgument* tile = call.Find("a");
  if (tile == nullptr) return elements;
  if (rule == "TileReduce") {
    TypeId element = ElementType(types_, tile->value.type);
    if (IsStruct(types_, element)) elements.assign(2, element);
  }
  if (rule != "TileUnaryMap" && rule != "TileBinaryMap" && rule != "TileNMap") return elements;
  for (const BoundArgument& argument : call.arguments) {
    if (!argument.present || argument.name == "op") continue;
    std::span<const ArgumentValue> values = argument.is_variadic ? argument.values : std::span(&argument.value, 1);
    for (const ArgumentValue& value : values) elements.push_back(ElementType(types_, value.type));
  }
  return elements;
}

}  // namespace warpsmith
