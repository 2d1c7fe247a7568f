// Tiles read from arrays and written to them: whole blocks of an array, or rows chosen by a tile of indices.
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

// Where in the array the tile starts: as many numbers as the array has dimensions.
void AppendOffset(RuleContext& context, NativeArguments& arguments) {
  if (const ArgumentValue* offset = context.Value("offset")) {
    for (size_t i = 0; i < ElementsOf(context, *offset).size(); ++i)
      arguments.push_back(ElementArgument(context, *offset, i));
    return;
  }
  for (uint8_t i = 0; i < context.types[context.Type("a")].dimensions; ++i)
    arguments.push_back(IntegerConstant(context, 0));
}

std::optional<BuiltinError> CheckDimensions(const RuleContext& context, size_t tile_dimensions) {
  size_t dimensions = context.types[context.Type("a")].dimensions;
  const ArgumentValue* offset = context.Value("offset");
  size_t given = offset ? ElementsOf(context, *offset).size() : dimensions;
  if (tile_dimensions != dimensions)
    return Reject("a tile of " + std::to_string(tile_dimensions) + " dimensions does not fit an array of " +
                  std::to_string(dimensions));
  if (given != dimensions)
    return Reject("got " + std::to_string(given) + " offsets for an array with " + std::to_string(dimensions) +
                  " dimensions");
  return std::nullopt;
}

// The tile of indices of an access: one dimension, as long as `shape` along the axis. Its elements are addressed.
std::optional<BuiltinError> CheckIndices(RuleContext& context, std::span<const int64_t> shape) {
  TypeId indices = context.Type("indices");
  context.types.MoveToShared(indices);
  std::optional<int64_t> axis = context.Integer(*context.Value("axis"));
  if (!axis || *axis < 0) return Reject("the axis of an indexed access must be a constant that is not negative");
  if (*axis >= context.types[context.Type("a")].dimensions) return Reject("the array has no axis " + std::to_string(*axis));
  std::span<const int64_t> index_shape = context.types.shape(indices);
  if (index_shape.size() != 1) return Reject("the indices of an access must be a 1D tile");
  if (static_cast<size_t>(*axis) >= shape.size() || index_shape[0] != shape[static_cast<size_t>(*axis)])
    return Reject("The number of indices must match the tile shape along the specified axis.");
  return std::nullopt;
}

std::optional<BuiltinError> CheckElements(const RuleContext& context) {
  TypeId array = context.types[context.Type("a")].element, tile = context.types[context.Type("t")].element;
  if (TypesEqual(context.types, array, tile)) return std::nullopt;
  return Reject("'a' and 't' arguments must have the same dtype, got " + context.Repr(array) + " and " +
                context.Repr(tile));
}

ResultOrError LoadedTile(RuleContext& context, std::span<const int64_t> shape) {
  if (auto error = CheckDimensions(context, shape.size())) return *error;
  std::optional<TileStorage> storage = StorageOf(context);
  if (!storage) return Reject("Invalid value for 'storage'. Expected 'shared' or 'register'.");
  return Returns(context.types.NewTile(context.types[context.Type("a")].element, shape, {.storage = *storage}));
}

ResultOrError TileLoad(RuleContext& context) {
  std::optional<std::vector<int64_t>> shape = ConstantTuple(context, "shape");
  if (!shape) return ShapeNotConstant();
  return LoadedTile(context, *shape);
}

ResultOrError TileLoadIndexed(RuleContext& context) {
  std::optional<std::vector<int64_t>> shape = ConstantTuple(context, "shape");
  if (auto error = CheckIndices(context, shape.value_or(std::vector<int64_t>()))) return *error;
  return LoadedTile(context, *shape);
}

std::optional<BuiltinError> CheckStore(RuleContext& context, bool indexed) {
  std::span<const int64_t> shape = context.types.shape(context.Type("t"));
  if (indexed)
    if (auto error = CheckIndices(context, shape)) return error;
  if (auto error = CheckDimensions(context, shape.size())) return error;
  return CheckElements(context);
}

ResultOrError TileStore(RuleContext& context) {
  if (auto error = CheckStore(context, false)) return *error;
  return CallResult{};
}

ResultOrError TileStoreIndexed(RuleContext& context) {
  if (auto error = CheckStore(context, true)) return *error;
  return CallResult{};
}

// Values before the addition, in a tile like the one added.
ResultOrError AtomicAdd(RuleContext& context, bool indexed) {
  if (auto error = CheckStore(context, indexed)) return *error;
  TypeId tile = context.Type("t"), dtype = context.types[tile].element, scalar = ScalarTypeOf(context.types, dtype);
  bool is_wide = scalar && (SizeInBytes(context.types, scalar) >= 4 || IsFloat(scalar));
  if (!is_wide && !IsStruct(context.types, dtype))
    return Reject("tiles of " + context.Repr(dtype) + " cannot be added atomically");
  return Returns(
      context.types.NewTile(dtype, context.types.shape(tile), {.storage = context.types[tile].tile.storage}));
}

ResultOrError TileAtomicAdd(RuleContext& context) { return AtomicAdd(context, false); }
ResultOrError TileAtomicAddIndexed(RuleContext& context) { return AtomicAdd(context, true); }

// ---- native arguments

NativeOrError TileLoadDispatch(RuleContext& context, const CallResult& result) {
  NativeCall call{.arguments = {BoundValue(context, "a")}};
  AppendOffset(context, call.arguments);
  TypeId tile = result.types[0];
  TemplateArguments arguments;
  arguments.Add(context.types, context.types[tile].element);
  arguments.Add(IsTrue(context, "bounds_check"));
  arguments.Add(IsSharedTile(context.types, tile) && IsTrue(context, "aligned"));
  arguments.Add(context.types.shape(tile));
  call.template_arguments = arguments.Take();
  return call;
}

// array, indices, axis, offset
NativeArguments IndexedArguments(RuleContext& context) {
  NativeArguments arguments = {BoundValue(context, "a"), BoundValue(context, "indices"), BoundValue(context, "axis")};
  AppendOffset(context, arguments);
  return arguments;
}

NativeOrError TileLoadIndexedDispatch(RuleContext& context, const CallResult& result) {
  TemplateArguments arguments;
  arguments.Add(context.types.shape(result.types[0]));
  return NativeCall{.arguments = IndexedArguments(context), .template_arguments = arguments.Take()};
}

NativeOrError StoreIndexedDispatch(RuleContext& context, const CallResult&) {
  NativeCall call{.arguments = IndexedArguments(context)};
  call.arguments.push_back(BoundValue(context, "t"));
  return call;
}

NativeCall StoreCall(RuleContext& context, bool says_aligned) {
  NativeCall call{.arguments = {BoundValue(context, "a")}};
  AppendOffset(context, call.arguments);
  call.arguments.push_back(BoundValue(context, "t"));
  TemplateArguments arguments;
  arguments.Add(context.types, context.types[context.Type("a")].element);
  arguments.Add(IsTrue(context, "bounds_check"));
  if (says_aligned) arguments.Add(IsSharedTile(context.types, context.Type("t")) && IsTrue(context, "aligned"));
  call.template_arguments = arguments.Take();
  return call;
}

NativeOrError TileStoreDispatch(RuleContext& context, const CallResult&) { return StoreCall(context, true); }
NativeOrError TileAtomicAddDispatch(RuleContext& context, const CallResult&) { return StoreCall(context, false); }

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileLoadTuple, TileLoad},
    {ResultRule::TileLoadIndexedTuple, TileLoadIndexed},
    {ResultRule::TileStore, TileStore},
    {ResultRule::TileStoreIndexed, TileStoreIndexed},
    {ResultRule::TileAtomicAdd, TileAtomicAdd},
    {ResultRule::TileAtomicAddIndexed, TileAtomicAddIndexed},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileLoadTuple, TileLoadDispatch},
    {DispatchRule::TileLoadIndexedTuple, TileLoadIndexedDispatch},
    {DispatchRule::TileStore, TileStoreDispatch},
    {DispatchRule::TileStoreIndexed, StoreIndexedDispatch},
    {DispatchRule::TileAtomicAdd, TileAtomicAddDispatch},
    {DispatchRule::TileAtomicAddIndexed, StoreIndexedDispatch},
};

}  // namespace

TileRules TileMemoryRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
