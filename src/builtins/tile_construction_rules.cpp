// Tiles made of nothing, of one value, of random numbers, of a range, or of one value a thread; tile stacks.
#include <cmath>
#include <limits>

#include "base/ranges.h"
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

BuiltinError WrongStorage(const RuleContext& context) {
  return Reject("Invalid value for 'storage': '" + std::string(TextOf(context, "storage")) +
                "'. Expected 'shared' or 'register'.");
}

// A tile of the shape and storage that the arguments name.
ResultOrError NewTile(RuleContext& context, TypeId dtype) {
  std::optional<std::vector<int64_t>> shape = ConstantTuple(context, "shape");
  if (!shape) return ShapeNotConstant();
  std::optional<TileStorage> storage = StorageOf(context);
  if (!storage) return WrongStorage(context);
  if (!dtype) return Reject("the `dtype` of a tile must be a type");
  return Returns(context.types.NewTile(dtype, *shape, {.storage = *storage}));
}

ResultOrError TileOfType(RuleContext& context) { return NewTile(context, context.TypeValue("dtype")); }

ResultOrError TileOnes(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  if (dtype && IsStruct(context.types, dtype))
    return Reject("tile_ones() does not support Warp struct dtypes; use tile_full() with an explicit value");
  return NewTile(context, dtype);
}

ResultOrError TileFull(RuleContext& context) {
  TypeId value = context.Type("value");
  TypeId dtype = context.call.Find("dtype") ? context.TypeValue("dtype") : value;
  if (!dtype) return Reject("tile_full() dtype must be a type");
  bool is_struct = IsStruct(context.types, value) || IsStruct(context.types, dtype);
  if ((is_struct || IsComposite(context.types, value)) && !TypesEqual(context.types, value, dtype))
    return Reject("tile_full() cannot convert a value of type " + context.Repr(value) + " to tile element type " +
                  context.Repr(dtype));
  return NewTile(context, dtype);
}

ResultOrError TileFromThread(RuleContext& context) { return NewTile(context, context.Type("value")); }
ResultOrError TileRandi(RuleContext& context) { return NewTile(context, kInt32Type); }
ResultOrError TileRandf(RuleContext& context) { return NewTile(context, kFloat32Type); }

// ---- ranges

double Represent(double value, TypeId dtype) { return dtype == kFloat64Type ? value : static_cast<float>(value); }

bool FitsInteger(const TypeTable& types, int64_t value, TypeId dtype) {
  if (dtype == kInt64Type) return true;
  if (dtype == kUint64Type) return value >= 0;
  uint32_t bits = 8 * SizeInBytes(types, dtype);
  if (IsUnsigned(dtype)) return value >= 0 && value < (int64_t{1} << bits);
  return value >= -(int64_t{1} << (bits - 1)) && value < (int64_t{1} << (bits - 1));
}

constexpr double kTwoTo63 = 9223372036854775808.0;

BuiltinError Uncountable() { return Reject("tile_arange() spans more elements than can be counted"); }

BuiltinError EmptyRange() {
  return Reject("tile_arange() requires a non-empty range; zero-length tile dimensions are not supported.");
}

ResultOrError NewRange(RuleContext& context, TypeId dtype, int64_t count) {
  std::optional<TileStorage> storage = StorageOf(context);
  if (!storage) return WrongStorage(context);
  int64_t shape[] = {std::max<int64_t>(1, count)};
  return Returns(context.types.NewTile(dtype, shape, {.storage = *storage}));
}

// start, stop and step as Python's numbers; an integer type wants whole ones.
ResultOrError IntegerRange(RuleContext& context, TypeId dtype, std::span<const Constant> bounds) {
  int64_t values[3];
  for (size_t i = 0; i < 3; ++i) {
    double real = bounds[i].real;
    if (bounds[i].form == ConstantForm::Float && real != std::floor(real))
      return Reject("tile_arange() has a bound with a fractional part, which " + context.Repr(dtype) +
                    " cannot represent");
    const bool is_real = bounds[i].form == ConstantForm::Float;
    const bool is_countable = !is_real || (real >= -kTwoTo63 && real < kTwoTo63);  // infinity is no fraction either
    values[i] = !is_countable ? 0 : is_real ? static_cast<int64_t>(real) : bounds[i].integer;
    if (!is_countable || !FitsInteger(context.types, values[i], dtype))
      return Reject("a bound of tile_arange() is out of range for the output type " + context.Repr(dtype));
  }
  auto [start, stop, step] = values;
  if (step == 0) return Reject("tile_arange() step cannot be zero");
  const uint64_t count = RangeLength(start, stop, step);
  if (count == 0) return EmptyRange();
  if (count > static_cast<uint64_t>(INT64_MAX)) return Uncountable();
  return NewRange(context, dtype, static_cast<int64_t>(count));
}

ResultOrError RealRange(RuleContext& context, TypeId dtype, std::span<const Constant> bounds) {
  if (dtype != kFloat32Type && dtype != kFloat64Type)
    return BuiltinError{BuiltinError::Kind::Unsupported, "tile_arange() of " + context.Repr(dtype)};
  double values[3];
  for (size_t i = 0; i < 3; ++i) {
    bool is_real = bounds[i].form == ConstantForm::Float;
    double real = is_real ? bounds[i].real : static_cast<double>(bounds[i].integer);
    // An integer is rounded to the type at once, not by way of a double.
    values[i] = !is_real && dtype == kFloat32Type ? static_cast<float>(bounds[i].integer) : Represent(real, dtype);
    if (std::isfinite(real) && !std::isfinite(values[i]))
      return Reject("a bound of tile_arange() is out of range for the output type " + context.Repr(dtype));
  }
  auto [start, stop, step] = values;
  if (step == 0.0) return Reject("tile_arange() step cannot be zero");
  if ((step > 0 && start >= stop) || (step < 0 && start <= stop)) return EmptyRange();
  double quotient = Represent((stop - start) / step, dtype);
  if (!(std::abs(quotient) < kTwoTo63)) return Uncountable();
  return NewRange(context, dtype, static_cast<int64_t>(std::ceil(quotient)));
}

ResultOrError TileArange(RuleContext& context) {
  std::span<const ArgumentValue> given = context.Variadic();
  if (given.empty() || given.size() > 3) return Reject("tile_arange() takes one to three positional arguments");
  std::vector<Constant> bounds = {Constant::Int(0), Constant::Int(0), Constant::Int(1)};
  for (size_t i = 0; i < given.size(); ++i) {
    if (!given[i].constant) return Reject("tile_arange() arguments must be compile time constants");
    bounds[given.size() == 1 ? 1 : i] = context.constants[given[i].constant];
  }
  TypeId dtype = context.call.Find("dtype") ? context.TypeValue("dtype") : kFloat32Type;
  if (!dtype || !IsScalar(dtype)) return Reject("tile_arange() requires a numeric scalar dtype");
  return IsInt(dtype) ? IntegerRange(context, dtype, bounds) : RealRange(context, dtype, bounds);
}

// ---- one value a thread

ResultOrError Tile(RuleContext& context) {
  TypeId value = context.Type("x");
  TypeKind kind = context.types.kind(value);
  bool spread = !IsTrue(context, "preserve_type") &&
                (kind == TypeKind::Vector || kind == TypeKind::Quaternion || kind == TypeKind::Matrix);
  CompositeShape shape = spread ? ShapeOf(context.types, value) : CompositeShape();
  shape.push_back(context.block_dim);
  return Returns(context.types.NewTile(spread ? context.types[value].element : value, {shape.data(), shape.size()}));
}

NativeOrError TileDispatch(RuleContext& context, const CallResult& result) {
  const ArgumentValue& value = *context.Value("x");
  if (IsReference(context.types, value.type)) return Reject("tile() cannot take a reference to a value");
  NativeCall call{.arguments = {{value}}};
  TemplateArguments arguments;
  TypeId tile = result.types[0];
  std::span<const int64_t> extents = context.types.shape(tile);
  extents = extents.first(extents.size() - 1);
  // A matrix states its extents first, a vector its length last.
  if (extents.size() == 2) arguments.Add(extents);
  arguments.Add(context.types, context.types[tile].element);
  if (extents.size() == 1) arguments.Add(extents);
  call.template_arguments = arguments.Take();
  return call;
}

ResultOrError Untile(RuleContext& context) {
  TypeId tile = context.Type("a"), dtype = context.types[tile].element;
  std::span<const int64_t> shape = context.types.shape(tile);
  if (shape.back() != context.block_dim)
    return Reject("untile() argument last dimension " + std::to_string(shape.back()) +
                  " does not match the expected block width " + std::to_string(context.block_dim));
  auto extent = [&](size_t i) { return static_cast<uint32_t>(shape[i]); };
  switch (shape.size()) {
    case 1:
      return Returns(dtype);
    case 2:
      return Returns(context.types.Vector(extent(0), dtype));
    case 3:
      return Returns(context.types.Matrix(extent(0), extent(1), dtype));
    default:
      return Reject("untile() argument has too many dimensions");
  }
}

// The tile of indices that a query of a whole block gives: one a thread.
ResultOrError TileQueryNext(RuleContext& context) {
  int64_t shape[] = {context.block_dim};
  return Returns(context.types.NewTile(kInt32Type, shape));
}

// Old names of the queries of a whole block.
ResultOrError TileDeprecatedAlias(RuleContext& context) {
  if (context.call.Find("query")) return TileQueryNext(context);
  std::string_view native = builtin_tables::kOverloads[context.call.overload.index].native_name;
  return Returns(native.find("mesh") != std::string_view::npos ? kMeshQueryAabbTiledType : kBvhQueryTiledType);
}

NativeOrError TileQueryNextDispatch(RuleContext& context, const CallResult&) {
  return NativeCall{.arguments = {BoundValue(context, "query")}};
}

// ---- native arguments

// No arguments: the element type and shape say everything.
NativeOrError TypeAndShape(RuleContext& context, const CallResult& result) {
  TemplateArguments arguments;
  arguments.Add(SpellTypeArgument(context, *context.Value("dtype")));
  arguments.Add(context.types.shape(result.types[0]));
  return NativeCall{.arguments = {}, .template_arguments = arguments.Take()};
}

NativeCall OfElements(RuleContext& context, const CallResult& result, NativeArguments arguments) {
  TemplateArguments template_arguments;
  template_arguments.Add(context.types, context.types[result.types[0]].element);
  template_arguments.Add(context.types.shape(result.types[0]));
  return {.arguments = std::move(arguments), .template_arguments = template_arguments.Take()};
}

NativeOrError TileFullDispatch(RuleContext& context, const CallResult& result) {
  return OfElements(context, result, {BoundValue(context, "value")});
}

NativeOrError TileFromThreadDispatch(RuleContext& context, const CallResult& result) {
  return OfElements(context, result, {BoundValue(context, "value"), BoundValue(context, "thread_idx")});
}

NativeOrError TileArangeDispatch(RuleContext& context, const CallResult& result) {
  TypeId dtype = context.types[result.types[0]].element;
  std::span<const ArgumentValue> given = context.Variadic();
  NativeArguments bounds;
  if (given.size() == 1) bounds.push_back(IntegerConstant(context, 0, dtype));
  for (const ArgumentValue& value : given) bounds.push_back({value});
  if (given.size() < 3) bounds.push_back(IntegerConstant(context, 1, dtype));
  CastScalarConstants(context, dtype, bounds);
  return OfElements(context, result, std::move(bounds));
}

// The generator and, if given, both bounds as constants of their own.
NativeOrError RandomDispatch(RuleContext& context, const CallResult& result, ConstantForm form) {
  NativeCall call{.arguments = {BoundValue(context, "rng")}};
  if (context.call.Find("min")) {
    Constant bounds[2];
    for (size_t i = 0; i < 2; ++i) {
      const ArgumentValue* value = context.Value(i == 0 ? "min" : "max");
      if (value == nullptr || !value->constant) return Reject("the bounds of random numbers must be constants");
      bounds[i] = context.constants[value->constant];
      if (bounds[i].typed || bounds[i].form != form) return Reject("the bounds of random numbers have the wrong type");
      bounds[i].real = static_cast<float>(bounds[i].real);
    }
    if (bounds[1].integer <= bounds[0].integer && !(bounds[1].real > bounds[0].real))
      return Reject("max must be greater than min");
    for (Constant& bound : bounds)
      call.arguments.push_back({{.type = bound.type, .constant = context.constants.Add(bound)}});
  }
  TemplateArguments arguments;
  arguments.Add(context.types.shape(result.types[0]));
  call.template_arguments = arguments.Take();
  return call;
}

NativeOrError TileRandiDispatch(RuleContext& context, const CallResult& result) {
  return RandomDispatch(context, result, ConstantForm::Int);
}
NativeOrError TileRandfDispatch(RuleContext& context, const CallResult& result) {
  return RandomDispatch(context, result, ConstantForm::Float);
}

// ---- stacks

ResultOrError TileStack(RuleContext& context) {
  const ArgumentValue& capacity = *context.Value("capacity");
  std::optional<int64_t> count = context.Integer(capacity);
  if (!count || context.constants[capacity.constant].form != ConstantForm::Int || *count <= 0)
    return Reject("tile_stack() requires capacity to be a positive integer that is a compile-time constant");
  TypeId dtype = context.TypeValue("dtype");
  if (!dtype) return Reject("tile_stack() dtype must be a type");
  return Returns(context.types.TileStack(dtype, static_cast<uint32_t>(*count)));
}

NativeOrError TileStackDispatch(RuleContext& context, const CallResult& result) {
  TemplateArguments arguments;
  arguments.Add(SpellTypeArgument(context, *context.Value("dtype")));
  arguments.Add(static_cast<int64_t>(context.types[result.types[0]].rows));
  return NativeCall{.arguments = {}, .template_arguments = arguments.Take()};
}

std::optional<BuiltinError> CheckStack(const RuleContext& context) {
  TypeId stack = context.Type("s");
  if (IsTileStack(context.types, stack)) return std::nullopt;
  return Reject("the first argument must be a tile_stack, got " + context.Repr(stack));
}

ResultOrError TileStackPush(RuleContext& context) {
  if (auto error = CheckStack(context)) return *error;
  if (!TypesEqual(context.types, context.Type("value"), context.types[context.Type("s")].element))
    return Reject("tile_stack_push() value type " + context.Repr(context.Type("value")) +
                  " does not match that of the stack");
  return Returns(kInt32Type);
}

ResultOrError TileStackPop(RuleContext& context) {
  if (auto error = CheckStack(context)) return *error;
  CallResult result;
  result.types = {context.types[context.Type("s")].element, kInt32Type};
  return result;
}

ResultOrError TileStackClear(RuleContext& context) {
  if (auto error = CheckStack(context)) return *error;
  return CallResult{};
}

ResultOrError TileStackCount(RuleContext& context) {
  if (auto error = CheckStack(context)) return *error;
  return Returns(kInt32Type);
}

NativeOrError AllArguments(RuleContext& context, const CallResult&) {
  NativeCall call;
  for (const BoundArgument& argument : context.call.arguments)
    if (argument.present) call.arguments.push_back({argument.value});
  return call;
}

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileZeros, TileOfType},
    {ResultRule::TileEmpty, TileOfType},
    {ResultRule::TileOnes, TileOnes},
    {ResultRule::TileFull, TileFull},
    {ResultRule::TileFromThread, TileFromThread},
    {ResultRule::TileRandi, TileRandi},
    {ResultRule::TileRandf, TileRandf},
    {ResultRule::TileArange, TileArange},
    {ResultRule::Tile, Tile},
    {ResultRule::Untile, Untile},
    {ResultRule::TileQueryNext, TileQueryNext},
    {ResultRule::TileDeprecatedAlias, TileDeprecatedAlias},
    {ResultRule::TileStack, TileStack},
    {ResultRule::TileStackPush, TileStackPush},
    {ResultRule::TileStackPop, TileStackPop},
    {ResultRule::TileStackClear, TileStackClear},
    {ResultRule::TileStackCount, TileStackCount},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileZeros, TypeAndShape},
    {DispatchRule::TileEmpty, TypeAndShape},
    {DispatchRule::TileOnes, TypeAndShape},
    {DispatchRule::TileFull, TileFullDispatch},
    {DispatchRule::TileFromThread, TileFromThreadDispatch},
    {DispatchRule::TileRandi, TileRandiDispatch},
    {DispatchRule::TileRandf, TileRandfDispatch},
    {DispatchRule::TileArange, TileArangeDispatch},
    {DispatchRule::Tile, TileDispatch},
    {DispatchRule::TileQueryNext, TileQueryNextDispatch},
    {DispatchRule::TileStack, TileStackDispatch},
    {DispatchRule::TileStackPush, AllArguments},
    {DispatchRule::TileStackPop, AllArguments},
    {DispatchRule::TileStackClear, AllArguments},
    {DispatchRule::TileStackCount, AllArguments},
};

}  // namespace

TileRules TileConstructionRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
