// Arithmetic of whole tiles, reductions, scans and sorting.
#include <algorithm>

#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

TypeId ElementOf(const RuleContext& context, std::string_view name) {
  return context.types[context.Type(name)].element;
}

ResultOrError NewTileLike(RuleContext& context, TypeId tile, TypeId dtype) {
  return Returns(context.types.NewTile(dtype, context.types.shape(tile)));
}

ResultOrError OneElement(RuleContext& context, TypeId dtype) {
  constexpr int64_t kShape[] = {1};
  return Returns(context.types.NewTile(dtype, kShape));
}

BuiltinError DifferentShapes(const RuleContext& context, TypeId a, TypeId b) {
  return Reject("the tiles must have the same shape, got " + ReprOfShape(context.types.shape(a)) + " and " +
                ReprOfShape(context.types.shape(b)));
}

BuiltinError DifferentElements(const RuleContext& context, TypeId a, TypeId b) {
  return Reject("the tiles must have the same dtype, got " + context.Repr(a) + " and " + context.Repr(b));
}

BuiltinError NoStructs() { return Reject("the operation does not support Warp struct tile elements"); }

// ---- element by element

ResultOrError TileUnary(RuleContext& context) {
  TypeId element = ElementOf(context, "x");
  if (IsStruct(context.types, element)) return NoStructs();
  return NewTileLike(context, context.Type("x"), element);
}

// Two tiles of one kind.
std::optional<BuiltinError> CheckPair(const RuleContext& context, std::string_view first = "a",
                                      std::string_view second = "b") {
  TypeId a = context.Type(first), b = context.Type(second);
  if (!SameShape(context.types, a, b)) return DifferentShapes(context, a, b);
  if (!TypesEqual(context.types, context.types[a].element, context.types[b].element))
    return DifferentElements(context, context.types[a].element, context.types[b].element);
  return std::nullopt;
}

ResultOrError TileBinaryMap(RuleContext& context) {
  if (context.call.Find("op")) return MapPairs(context);
  if (auto error = CheckPair(context)) return *error;
  return NewTileLike(context, context.Type("a"), ElementOf(context, "a"));
}

ResultOrError TileBinaryBitwise(RuleContext& context) {
  if (IsStruct(context.types, ElementOf(context, "a"))) return NoStructs();
  return TileBinaryMap(context);
}

// The type of products and quotients of elements: one of the two is a scalar.
ResultOrError ScaledTile(RuleContext& context) {
  TypeId a = context.Type("a"), b = context.Type("b");
  bool both = IsTile(context.types, a) && IsTile(context.types, b);
  TypeId tile = IsTile(context.types, a) ? a : b;
  if (both && !SameShape(context.types, a, b)) return DifferentShapes(context, a, b);
  auto element = [&](TypeId type) { return IsTile(context.types, type) ? context.types[type].element : type; };
  TypeId first = element(a), second = element(b);
  for (TypeId type : {first, second})
    if (!IsScalar(type) && !IsVector(context.types, type) && !IsMatrix(context.types, type))
      return Reject("an operand of type " + context.Repr(type) + " cannot be multiplied or divided");
  if (!IsScalar(first) && !IsScalar(second))
    return Reject("Cannot multiply or divide " + context.Repr(first) + " and " + context.Repr(second) +
                  ": at least one must be scalar");
  if (ScalarTypeOf(context.types, first) != ScalarTypeOf(context.types, second))
    return Reject("Underlying scalar types don't match: " + context.Repr(first) + " vs " + context.Repr(second));
  return NewTileLike(context, tile, IsScalar(first) ? second : first);
}

NativeOrError TileFirst(RuleContext& context, const CallResult&) {
  return NativeCall{.arguments = {BoundValue(context, "b"), BoundValue(context, "a")}};
}

ResultOrError TileInplaceTile(RuleContext& context) {
  if (auto error = CheckPair(context)) return *error;
  return CallResult{};
}

ResultOrError TileInplaceTileBitwise(RuleContext& context) {
  if (IsStruct(context.types, ElementOf(context, "a"))) return NoStructs();
  return TileInplaceTile(context);
}

NativeOrError TileInplaceDispatch(RuleContext& context, const CallResult&) {
  return NativeCall{.arguments = {BoundValue(context, "a"), BoundValue(context, "b")}};
}

ResultOrError TileDot(RuleContext& context) {
  if (auto error = CheckPair(context)) return *error;
  TypeId scalar = ScalarTypeOf(context.types, ElementOf(context, "a"));
  if (!scalar) return NoStructs();
  return OneElement(context, scalar);
}

ResultOrError TileAxpy(RuleContext& context) {
  if (auto error = CheckPair(context, "dest", "src")) return *error;
  TypeId scalar = ScalarTypeOf(context.types, ElementOf(context, "dest")), alpha = context.Type("alpha");
  if (!scalar) return NoStructs();
  if (!IsScalar(alpha) || !TypesEqual(context.types, scalar, alpha))
    return Reject("tile_axpy() 'alpha' must match the tile's scalar type, got " + context.Repr(alpha));
  return CallResult{};
}

// ---- reductions

ResultOrError TileSum(RuleContext& context) { return OneElement(context, ElementOf(context, "a")); }

ResultOrError TileMin(RuleContext& context) {
  if (IsStruct(context.types, ElementOf(context, "a"))) return NoStructs();
  return TileSum(context);
}

ResultOrError TileArgmin(RuleContext& context) {
  if (IsStruct(context.types, ElementOf(context, "a"))) return NoStructs();
  return OneElement(context, kInt32Type);
}

ResultOrError TileSumAxis(RuleContext& context) {
  TypeId tile = context.Type("a");
  context.types.MoveToShared(tile);
  std::optional<int64_t> axis = context.Integer(*context.Value("axis"));
  std::span<const int64_t> extents = context.types.shape(tile);
  if (!axis) return Reject("tile_sum() axis must be a compile-time constant");
  if (*axis < 0 || *axis >= static_cast<int64_t>(extents.size()))
    return Reject("tile_sum() axis " + std::to_string(*axis) + " is out of bounds for tile with " +
                  std::to_string(extents.size()) + " dimensions");
  std::vector<int64_t> shape(extents.begin(), extents.end());
  shape.erase(shape.begin() + *axis);
  if (shape.empty()) shape.push_back(1);
  return Returns(context.types.NewTile(context.types[tile].element, shape));
}

NativeOrError TileSumAxisDispatch(RuleContext& context, const CallResult&) {
  TemplateArguments arguments;
  arguments.Add(*context.Integer(*context.Value("axis")));
  return NativeCall{.arguments = {BoundValue(context, "a")}, .template_arguments = arguments.Take()};
}

ResultOrError TileScan(RuleContext& context) {
  TypeId element = ElementOf(context, "a");
  if (element != kFloat32Type && element != kInt32Type && element != kUint32Type)
    return Reject("a scan needs a tile of type float32, int32, or uint32, got " + context.Repr(element));
  return NewTileLike(context, context.Type("a"), element);
}

ResultOrError TileSort(RuleContext& context) {
  TypeId keys = context.Type("keys"), values = context.Type("values"), element = context.types[keys].element;
  constexpr TypeId kKeys[] = {kFloat32Type, kInt32Type, kUint32Type, kInt64Type, kUint64Type};
  if (std::ranges::find(kKeys, element) == std::end(kKeys))
    return Reject("First tile_sort() argument must be a tile of type float32, int32, uint32, int64, or uint64, got " +
                  context.Repr(element));
  context.types.MoveToShared(keys);
  context.types.MoveToShared(values);
  if (!SameShape(context.types, keys, values)) return DifferentShapes(context, keys, values);
  return CallResult{};
}

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileUnary, TileUnary},
    {ResultRule::TileBinaryMap, TileBinaryMap},
    {ResultRule::TileBinaryBitwise, TileBinaryBitwise},
    {ResultRule::TileMul, ScaledTile},
    {ResultRule::TileDiv, ScaledTile},
    {ResultRule::TileInplaceTile, TileInplaceTile},
    {ResultRule::TileInplaceTileBitwise, TileInplaceTileBitwise},
    {ResultRule::TileDot, TileDot},
    {ResultRule::TileAxpy, TileAxpy},
    {ResultRule::TileSum, TileSum},
    {ResultRule::TileMax, TileSum},
    {ResultRule::TileMin, TileMin},
    {ResultRule::TileArgmin, TileArgmin},
    {ResultRule::TileArgmax, TileArgmin},
    {ResultRule::TileSumAxis, TileSumAxis},
    {ResultRule::TileScanInclusive, TileScan},
    {ResultRule::TileScanExclusive, TileScan},
    {ResultRule::TileScanMaxInclusive, TileScan},
    {ResultRule::TileScanMinInclusive, TileScan},
    {ResultRule::TileSort, TileSort},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileMulConstFirst, TileFirst},
    {DispatchRule::TileInplace, TileInplaceDispatch},
    {DispatchRule::TileSumAxis, TileSumAxisDispatch},
};

}  // namespace

TileRules TileArithmeticRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
