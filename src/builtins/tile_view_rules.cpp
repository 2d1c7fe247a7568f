// Views of tiles (parts, other shapes, other orders of the same memory), elements, and assignment to tiles.
#include <algorithm>
#include <array>
#include <limits>

#include "base/ranges.h"
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

// A view: other extents and distances over the memory of `tile`, which must have addresses.
ResultOrError NewView(RuleContext& context, TypeId tile, std::span<const int64_t> shape,
                      std::span<const int64_t> strides, std::optional<TileLayout> layout = std::nullopt) {
  if (shape.empty()) return Reject("Empty shape specified, must have at least 1 dimension");
  context.types.MoveToShared(tile);
  const TypeInfo info = context.types[tile];
  TileTraits traits{.storage = TileStorage::Shared, .layout = layout.value_or(info.tile.layout), .owner = false};
  return Returns(context.types.NewTile(info.element, shape, traits, strides));
}

std::vector<int64_t> CopyOf(std::span<const int64_t> values) { return {values.begin(), values.end()}; }

// ---- slices

bool IsSlice(const RuleContext& context, const ArgumentValue& value) {
  return StripReference(context.types, value.type) == kSliceType;
}

struct SliceBounds {
  int64_t start = 0, stop = 0, step = 1;
  [[nodiscard]] int64_t length() const { return static_cast<int64_t>(RangeLength(start, stop, step)); }
};

// The bounds of a slice of a dimension of `length` elements, as Python reads them; nothing if they are not constant. A
// subscript says behind its bounds which of them are left open.
std::optional<SliceBounds> ResolveSlice(const RuleContext& context, const ArgumentValue& slice, int64_t length) {
  if (slice.elements.size() != 3 && slice.elements.size() != 5) return std::nullopt;
  auto is_open = [&](size_t bound) {
    return slice.elements.size() == 5 && context.Integer(slice.elements[3 + bound]).value_or(0) != 0;
  };
  std::array<int64_t, 3> given{};
  for (size_t i = 0; i < 3; ++i) {
    std::optional<int64_t> value = context.Integer(slice.elements[i]);
    if (!value) return std::nullopt;
    given[i] = *value;
  }
  auto [start, stop, step] = given;
  if (step == 0) return std::nullopt;
  int64_t lower = step > 0 ? 0 : -1, upper = step > 0 ? length : length - 1;
  auto resolve = [&](int64_t value) { return value < 0 ? std::max(value + length, lower) : std::min(value, upper); };
  return SliceBounds{.start = is_open(0) ? (step > 0 ? lower : upper) : resolve(start),
                     .stop = is_open(1) ? (step > 0 ? upper : lower) : resolve(stop),
                     .step = step};
}

BuiltinError SliceNotConstant() { return Reject("tile_view() slice bounds must be compile-time constants."); }

std::optional<BuiltinError> CheckIndex(const RuleContext& context, const ArgumentValue& index, int64_t length) {
  if (IsSlice(context, index)) return std::nullopt;
  TypeId type = StripReference(context.types, index.type);
  if (!IsInt(type)) return Reject("tile_view() offset entries must be integers or slices, got " + context.Repr(type));
  std::optional<int64_t> value = context.Integer(index);
  if (value && (*value < 0 || *value >= length))
    return Reject("tile_view() integer offset " + std::to_string(*value) + " is out of bounds for size " +
                  std::to_string(length));
  return std::nullopt;
}

ResultOrError SliceView(RuleContext& context, TypeId tile, std::span<const ArgumentValue> offset) {
  if (context.call.Find("shape")) return Reject("tile_view() does not support 'shape' together with slices");
  std::vector<int64_t> extents = CopyOf(context.types.shape(tile)), steps = CopyOf(context.types.strides(tile));
  std::vector<int64_t> shape, strides;
  for (size_t i = 0; i < extents.size(); ++i) {
    SliceBounds bounds{.stop = extents[i]};
    if (i < offset.size()) {
      if (!IsSlice(context, offset[i])) continue;  // an integer takes the dimension away
      std::optional<SliceBounds> resolved = ResolveSlice(context, offset[i], extents[i]);
      if (!resolved) return SliceNotConstant();
      bounds = *resolved;
    }
    shape.push_back(bounds.length());
    strides.push_back(WrappingProduct(steps[i], bounds.step));
  }
  if (std::ranges::count(shape, 0)) return Reject("tile_view() slice produced an empty tile");
  return NewView(context, tile, shape, strides);
}

ResultOrError TileView(RuleContext& context) {
  TypeId tile = context.Type("t");
  std::vector<int64_t> extents = CopyOf(context.types.shape(tile)), steps = CopyOf(context.types.strides(tile));
  std::span<const ArgumentValue> offset = ElementsOf(context, *context.Value("offset"));
  if (offset.size() > extents.size()) return Reject("tile_view() specified too many indices");
  bool has_slice = false;
  for (size_t i = 0; i < offset.size(); ++i) {
    if (auto error = CheckIndex(context, offset[i], extents[i])) return *error;
    has_slice = has_slice || IsSlice(context, offset[i]);
  }
  if (has_slice) return SliceView(context, tile, offset);
  if (!context.call.Find("shape"))
    return NewView(context, tile, std::span(extents).subspan(offset.size()), std::span(steps).subspan(offset.size()));
  std::optional<std::vector<int64_t>> shape = ConstantTuple(context, "shape");
  if (!shape) return ShapeNotConstant();
  if (shape->size() != extents.size())
    return Reject("tile_view() if shape is specified it must have same number of dimensions as source tile");
  return NewView(context, tile, *shape, steps);
}

// The tile and where the view starts: an index for every dimension of the tile.
NativeOrError TileViewDispatch(RuleContext& context, const CallResult& result) {
  TypeId tile = context.Type("t");
  std::span<const ArgumentValue> offset = ElementsOf(context, *context.Value("offset"));
  std::vector<int64_t> extents = CopyOf(context.types.shape(tile));
  NativeCall call{.arguments = {BoundValue(context, "t")}};
  for (size_t i = 0; i < extents.size(); ++i) {
    if (i >= offset.size())
      call.arguments.push_back(IntegerConstant(context, 0));
    else if (IsSlice(context, offset[i]))
      call.arguments.push_back(IntegerConstant(context, ResolveSlice(context, offset[i], extents[i])->start));
    else
      call.arguments.push_back(ElementArgument(context, *context.Value("offset"), i));
  }
  call.template_arguments = "<" + CppType(context.types, result.types[0]) + ">";
  return call;
}

// ---- elements chosen by a tile of indices

struct GatherAxis {
  size_t axis = 0;
  ArgumentValue indices;
};

BuiltinResult<GatherAxis> FindGatherAxis(const RuleContext& context) {
  TypeId tile = context.Type("t");
  std::span<const int64_t> extents = context.types.shape(tile);
  std::span<const ArgumentValue> entries = ElementsOf(context, *context.Value("indices"));
  if (entries.size() > extents.size()) return Reject("tile indexing specified too many indices");
  std::optional<GatherAxis> found;
  for (size_t i = 0; i < entries.size(); ++i) {
    TypeId type = StripReference(context.types, entries[i].type);
    if (IsTile(context.types, type)) {
      if (found || context.types.shape(type).size() != 1 || !IsInt(context.types[type].element))
        return Reject("Tile indexing supports exactly one 1D integer index tile.");
      found = GatherAxis{i, entries[i]};
      continue;
    }
    if (!IsSlice(context, entries[i]))
      return Reject("Tile indexing entries must be a 1D integer index tile or full slices ':'.");
    std::optional<SliceBounds> bounds = ResolveSlice(context, entries[i], extents[i]);
    if (!bounds || bounds->start != 0 || bounds->step != 1 || bounds->length() != extents[i])
      return Reject("Tile indexing with an integer index tile requires ':' on all other axes");
  }
  if (!found) return Reject("Tile indexing requires an integer index tile.");
  return *found;
}

ResultOrError TileSliceIndexed(RuleContext& context) {
  BuiltinResult<GatherAxis> gather = FindGatherAxis(context);
  if (!gather) return gather.error();
  TypeId tile = context.Type("t"), indices = StripReference(context.types, gather->indices.type);
  context.types.MoveToShared(tile);
  context.types.MoveToShared(indices);
  std::vector<int64_t> shape = CopyOf(context.types.shape(tile));
  shape[gather->axis] = context.types.shape(indices)[0];
  return Returns(context.types.NewTile(context.types[tile].element, shape));
}

NativeOrError TileSliceIndexedDispatch(RuleContext& context, const CallResult& result) {
  BuiltinResult<GatherAxis> gather = FindGatherAxis(context);
  if (!gather) return gather.error();
  NativeCall call{.arguments = {BoundValue(context, "t"), {gather->indices}}};
  call.arguments.push_back(IntegerConstant(context, static_cast<int64_t>(gather->axis)));
  TemplateArguments arguments;
  arguments.Add(context.types.shape(result.types[0]));
  call.template_arguments = arguments.Take();
  return call;
}

// ---- other shapes of the same elements

ResultOrError TileSqueeze(RuleContext& context) {
  TypeId tile = context.Type("t");
  std::span<const int64_t> extents = context.types.shape(tile), steps = context.types.strides(tile);
  auto dimensions = static_cast<int64_t>(extents.size());
  std::vector<bool> removed(extents.size());
  if (context.call.Find("axis")) {
    std::optional<std::vector<int64_t>> axes = ConstantTuple(context, "axis");
    if (!axes) return Reject("tile_squeeze() axis must be a compile-time constant");
    for (int64_t axis : *axes) {
      if (axis < -dimensions || axis >= dimensions) return Reject("tile_squeeze() axis is out of bounds");
      auto at = static_cast<size_t>(axis < 0 ? axis + dimensions : axis);
      if (extents[at] != 1) return Reject("Cannot select an axis to squeeze out which has size not equal to one");
      removed[at] = true;
    }
  } else {
    for (size_t i = 0; i < extents.size(); ++i) removed[i] = extents[i] == 1;
  }
  std::vector<int64_t> shape, strides;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (removed[i]) continue;
    shape.push_back(extents[i]);
    strides.push_back(steps[i]);
  }
  return NewView(context, tile, shape, strides);
}

int64_t Product(std::span<const int64_t> extents) {
  int64_t product = 1;
  for (int64_t extent : extents) product = WrappingProduct(product, extent);
  return product;
}

ResultOrError TileReshape(RuleContext& context) {
  TypeId tile = context.Type("t");
  const TypeInfo info = context.types[tile];
  std::vector<int64_t> extents = CopyOf(context.types.shape(tile));
  TypeId dense = context.types.NewTile(info.element, extents, {.layout = info.tile.layout});
  if (!std::ranges::equal(context.types.strides(tile), context.types.strides(dense)))
    return Reject("tile_reshape() requires a contiguous tile");
  std::optional<std::vector<int64_t>> shape = ConstantTuple(context, "shape");
  if (!shape) return ShapeNotConstant();
  int64_t size = Product(extents);
  auto unknown = std::ranges::count(*shape, -1);
  if (unknown > 1) return Reject("Cannot infer shape if more than one index is -1.");
  if (unknown == 1) {
    int64_t rest = -Product(*shape);
    std::ranges::replace(*shape, int64_t{-1}, rest == 0 ? 0 : size / rest);
  }
  if (Product(*shape) != size)
    return Reject("New shape " + ReprOfShape(*shape) + " does not have the size of the original " + ReprOfShape(extents));
  std::vector<int64_t> strides(shape->size(), 1);
  for (size_t i = shape->size() - 1; i-- > 0;) strides[i] = WrappingProduct(strides[i + 1], (*shape)[i + 1]);
  return NewView(context, tile, *shape, strides);
}

ResultOrError TileTranspose(RuleContext& context) {
  TypeId tile = context.Type("a");
  std::vector<int64_t> shape = CopyOf(context.types.shape(tile)), strides = CopyOf(context.types.strides(tile));
  std::ranges::reverse(shape);
  std::ranges::reverse(strides);
  bool was_row_major = context.types[tile].tile.layout == TileLayout::RowMajor;
  return NewView(context, tile, shape, strides, was_row_major ? TileLayout::ColumnMajor : TileLayout::RowMajor);
}

ResultOrError TileBroadcast(RuleContext& context) {
  TypeId tile = context.Type("a");
  std::optional<std::vector<int64_t>> shape = ConstantTuple(context, "shape");
  if (!shape) return ShapeNotConstant();
  if (shape->size() > 4) return Reject("tile_broadcast() output must have between one and four dimensions");
  std::span<const int64_t> extents = context.types.shape(tile), steps = context.types.strides(tile);
  // Dimensions are matched from the last; those that are new or of one element repeat what there is.
  std::vector<int64_t> strides(shape->size(), 0);
  size_t added = shape->size() - std::min(shape->size(), extents.size());
  size_t skipped = extents.size() - std::min(shape->size(), extents.size());
  for (size_t i = added; i < shape->size(); ++i) {
    size_t source = i - added + skipped;
    if (extents[source] == 1) continue;
    if (extents[source] != (*shape)[i])
      return Reject("tile_broadcast() cannot broadcast dimension " + std::to_string(extents[source]) + " into " +
                    std::to_string((*shape)[i]));
    strides[i] = steps[source];
  }
  return NewView(context, tile, *shape, strides, TileLayout::RowMajor);
}

NativeOrError TileBroadcastDispatch(RuleContext& context, const CallResult& result) {
  TemplateArguments arguments;
  arguments.Add(context.types.shape(result.types[0]));
  arguments.Add(context.types.strides(result.types[0]));
  return NativeCall{.arguments = {BoundValue(context, "a")}, .template_arguments = arguments.Take()};
}

ResultOrError TileAstype(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  if (!dtype) return Reject("tile_astype() dtype must be a type");
  return Returns(context.types.NewTile(dtype, context.types.shape(context.Type("t"))));
}

NativeOrError ResultTypeDispatch(RuleContext& context, const CallResult& result) {
  return NativeCall{.arguments = {BoundValue(context, "t")},
                    .template_arguments = "<" + CppType(context.types, result.types[0]) + ">"};
}

// ---- assignment and elements

std::optional<BuiltinError> CheckAssignedTile(const RuleContext& context, TypeId target, TypeId source) {
  std::span<const int64_t> wanted = context.types.shape(target), given = context.types.shape(source);
  if (wanted.size() != given.size()) return Reject("tile_assign() destination and source tiles must have the same rank");
  for (size_t i = 0; !context.call.Find("offset") && i < given.size(); ++i)
    if (given[i] > wanted[i])
      return Reject("tile_assign() source tile of shape " + ReprOfShape(given) +
                    " does not fit within destination tile of shape " + ReprOfShape(wanted));
  return std::nullopt;
}

// A tile into a part of a tile, or a value into an element or a row of one.
ResultOrError TileAssign(RuleContext& context) {
  TypeId target = context.Type("dst"), source = context.Type("src"), element = context.types[target].element;
  if (IsTile(context.types, source)) {
    if (auto error = CheckAssignedTile(context, target, source)) return *error;
  } else if (IsMatrix(context.types, element) &&
             context.call.present_count() == context.types.shape(target).size() + 3) {
    TypeId row = RowTypeOf(context.types, element);
    if (!TypesEqual(context.types, source, row))
      return Reject("tile row-assign: expected a vector of type " + context.Repr(row) + ", got " + context.Repr(source));
  }
  context.types.MoveToShared(target);
  return CallResult{};
}

NativeOrError TileAssignDispatch(RuleContext& context, const CallResult&) {
  NativeCall call{.arguments = {BoundValue(context, "dst"), BoundValue(context, "src")}};
  if (const ArgumentValue* offset = context.Value("offset")) {
    for (size_t i = 0; i < ElementsOf(context, *offset).size(); ++i)
      call.arguments.push_back(ElementArgument(context, *offset, i));
    return call;
  }
  size_t dimensions = context.types.shape(context.Type("dst")).size();
  for (size_t i = 0; i < dimensions; ++i) call.arguments.push_back(IntegerConstant(context, 0));
  return call;
}

// Indices beyond those of the tile select within its element: a component, or a row of a matrix.
ResultOrError TileExtract(RuleContext& context) {
  TypeId tile = context.Type("a");
  context.types.MoveToShared(tile);
  const TypeId element = context.types[tile].element;
  size_t indices = context.call.present_count() - 1, dimensions = context.types.shape(tile).size();
  if (indices == dimensions) return Returns(element);
  bool is_matrix = IsMatrix(context.types, element);
  if (is_matrix && indices == dimensions + 1) return Returns(RowTypeOf(context.types, element));
  if ((is_matrix && indices == dimensions + 2) || (IsVector(context.types, element) && indices == dimensions + 1))
    return Returns(context.types[element].element);
  return Reject("tile_extract: incorrect number of indices (" + std::to_string(indices) + ") for tile shape " +
                ReprOfShape(context.types.shape(tile)));
}

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileView, TileView},           {ResultRule::TileSliceIndexed, TileSliceIndexed},
    {ResultRule::TileSqueeze, TileSqueeze},     {ResultRule::TileReshape, TileReshape},
    {ResultRule::TileTranspose, TileTranspose}, {ResultRule::TileBroadcast, TileBroadcast},
    {ResultRule::TileAstype, TileAstype},       {ResultRule::TileAssign, TileAssign},
    {ResultRule::TileExtract, TileExtract},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileView, TileViewDispatch},
    {DispatchRule::TileSliceIndexed, TileSliceIndexedDispatch},
    {DispatchRule::TileSqueeze, ResultTypeDispatch},
    {DispatchRule::TileReshape, ResultTypeDispatch},
    {DispatchRule::TileAstype, ResultTypeDispatch},
    {DispatchRule::TileBroadcast, TileBroadcastDispatch},
    {DispatchRule::TileAssign, TileAssignDispatch},
};

}  // namespace

TileRules TileViewRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
