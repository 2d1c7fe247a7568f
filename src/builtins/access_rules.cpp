// Return rules of array access, component access, atomics, volumes and textures.
#include <algorithm>

#include "builtins/result_rules.h"

namespace warpsmith {
namespace {

// Checks that the indices of an access to an array are as many as its dimensions, and integers.
std::optional<BuiltinError> CheckIndices(const RuleContext& context, const TypeInfo& array,
                                         std::string_view function, std::string_view action) {
  auto indices = context.Indices();
  if (indices.size() != array.dimensions)
    return Reject("The number of indices provided (" + std::to_string(indices.size()) +
                  ") does not match the array dimensions (" + std::to_string(array.dimensions) +
                  ") for array " + std::string(action));
  for (const ArgumentValue* index : indices) {
    TypeId type = StripReference(context.types, index->type);
    if (!IsInt(type))
      return Reject(std::string(function) + "() index arguments must be of integer type, got index of type " +
                    context.Repr(type));
  }
  return std::nullopt;
}

}  // namespace

ResultOrError ArrayElementReferenceResult(RuleContext& context) {
  TypeId type = context.Type("arr");
  if (!IsArray(context.types, type)) return Reject("address() first argument must be an array");
  const TypeInfo array = context.types[type];
  if (auto error = CheckIndices(context, array, "address", "load")) return *error;
  return Returns(context.types.Reference(array.element));
}

ResultOrError ArrayStoreResult(RuleContext& context) {
  TypeId type = context.Type("arr");
  if (!IsArray(context.types, type)) return Reject("array_store() first argument must be an array");
  const TypeInfo array = context.types[type];
  if (auto error = CheckIndices(context, array, "array_store", "store")) return *error;
  TypeId value = context.Type("value");
  if (!TypesEqual(context.types, array.element, value))
    return Reject("array_store() value argument type (" + context.Repr(value) +
                  ") must be of the same type as the array (" + context.Repr(array.element) + ")");
  return CallResult{};
}

ResultOrError ArrayViewResult(RuleContext& context) {
  TypeId type = context.Type("arr");
  if (!IsArray(context.types, type)) return Reject("view() first argument must be an array");
  const TypeInfo array = context.types[type];
  auto indices = context.Indices();
  if (indices.size() > array.dimensions)
    return Reject("Trying to create an array view with " + std::to_string(indices.size()) +
                  " indices, but the array only has " + std::to_string(array.dimensions) + " dimension(s).");
  uint8_t removed = 0;
  for (const ArgumentValue* index : indices) {
    TypeId index_type = StripReference(context.types, index->type);
    if (index_type == kSliceType) continue;
    if (!IsInt(index_type))
      return Reject("view() index arguments must be of integer or slice types, got index of type " +
                    context.Repr(index_type));
    ++removed;
  }
  if (removed == indices.size() && removed == array.dimensions)
    return Reject("Expected to call `address()` instead of `view()`");
  bool keeps_family = array.family == ArrayFamily::Regular || array.family == ArrayFamily::Indexed;
  return Returns(context.types.Array(array.element, static_cast<uint8_t>(array.dimensions - removed),
                                     keeps_family ? array.family : ArrayFamily::Regular));
}

ResultOrError ArrayFromPointerResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  const ArgumentValue* shape = context.Value("shape");
  if (!dtype || !shape) return Reject("array() needs a `dtype` and a `shape`");
  size_t dimensions = shape->elements.empty() ? 1 : shape->elements.size();
  return Returns(context.types.Array(dtype, static_cast<uint8_t>(dimensions)));
}

ResultOrError FixedArrayConstructorResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  const ArgumentValue* given = context.Value("shape");
  if (!dtype || !given) return Reject("zeros() needs a `dtype` and a `shape`");
  bool texture = dtype == kTexture1DType || dtype == kTexture2DType || dtype == kTexture3DType;
  if (!IsValue(context.types, dtype) && !IsStruct(context.types, dtype) && dtype != kHandleType && !texture)
    return Reject("an array of " + context.Repr(dtype) + " cannot be made");
  std::span<const ArgumentValue> extents = given->elements.empty() ? std::span(given, 1) : given->elements;
  std::vector<int64_t> shape;
  for (const ArgumentValue& extent : extents) {
    std::optional<int64_t> value = context.Integer(extent);
    if (!value)
      return Reject("the `shape` argument must be specified as a constant when zero-initializing an array");
    if (*value < 0 || *value >= (int64_t{1} << 31))
      return Reject("Array shapes must be non-negative 32-bit integers, got " + std::to_string(*value));
    shape.push_back(*value);
  }
  return Returns(context.types.FixedArray(dtype, shape));
}

namespace {

bool SupportsAtomic(std::string_view operation, TypeId scalar) {
  if (scalar == kHandleType) scalar = kUint64Type;
  bool wide_int =
      scalar == kInt32Type || scalar == kInt64Type || scalar == kUint32Type || scalar == kUint64Type;
  if (operation == "and" || operation == "or" || operation == "xor") return wide_int;
  if (wide_int || scalar == kFloat32Type || scalar == kFloat64Type) return true;
  if (operation == "add" || operation == "sub") return scalar == kFloat16Type || scalar == kBfloat16Type;
  if (operation == "min" || operation == "max") return scalar == kBfloat16Type;
  return false;
}

}  // namespace

ResultOrError AtomicResult(RuleContext& context) {
  std::string function = "atomic_" + std::string(context.Text(0));
  TypeId type = context.Type("arr");
  if (!IsArray(context.types, type)) return Reject(function + "() first argument must be an array");
  const TypeInfo array = context.types[type];
  if (auto error = CheckIndices(context, array, function, "atomic")) return *error;
  TypeId value = context.Type("value");
  if (!TypesEqual(context.types, array.element, value))
    return Reject(function + "() value argument type (" + context.Repr(value) +
                  ") must be of the same type as the array (" + context.Repr(array.element) + ")");
  TypeId scalar = ScalarTypeOf(context.types, array.element);
  if (!scalar || !SupportsAtomic(context.Text(0), scalar))
    return Reject(function + "() does not support arrays of " + context.Repr(array.element));
  return Returns(array.element);
}

// ---- components
// --------------------------------------------------------------------------------------------------

ResultOrError VectorExtractResult(RuleContext& context) {
  TypeId type = context.Type("a");
  const ArgumentValue* index = context.Value("i");
  TypeId scalar = context.types[type].element;
  if (StripReference(context.types, index->type) != kSliceType) return Returns(scalar);
  std::optional<int64_t> length = context.SliceLength(*index, ShapeOf(context.types, type)[0]);
  if (!length) return Reject("Vector slice indices must be constant values.");
  return Returns(context.types.Vector(static_cast<uint32_t>(*length), scalar));
}

std::optional<std::vector<int64_t>> MatrixSliceShape(const RuleContext& context, TypeId matrix,
                                                     std::span<const ArgumentValue* const> indices) {
  CompositeShape extents = ShapeOf(context.types, matrix);
  std::vector<int64_t> shape;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (StripReference(context.types, indices[i]->type) != kSliceType) {
      shape.push_back(-1);
      continue;
    }
    std::optional<int64_t> length = context.SliceLength(*indices[i], extents[i]);
    if (!length) return std::nullopt;
    shape.push_back(*length);
  }
  for (size_t i = indices.size(); i < extents.size(); ++i) shape.push_back(extents[i]);
  return shape;
}

ResultOrError MatrixExtractResult(RuleContext& context) {
  TypeId type = context.Type("a");
  TypeId scalar = context.types[type].element;
  std::optional<std::vector<int64_t>> shape = MatrixSliceShape(context, type, context.Indices("ij"));
  if (!shape) return Reject("Vector slice indices must be constant values.");
  auto count = std::ranges::count_if(*shape, [](int64_t extent) { return extent >= 0; });
  if (count == 0) return Returns(scalar);
  if (count == 1) {
    int64_t length = (*shape)[0] != -1 ? (*shape)[0] : (*shape)[1];
    return Returns(context.types.Vector(static_cast<uint32_t>(length), scalar));
  }
  if ((*shape)[0] == 0 || (*shape)[1] == 0) *shape = {0, 0};
  return Returns(
      context.types.Matrix(static_cast<uint32_t>((*shape)[0]), static_cast<uint32_t>((*shape)[1]), scalar));
}

ResultOrError TupleExtractResult(RuleContext& context) {
  const ArgumentValue* index = context.Value("i");
  std::optional<int64_t> position = index ? context.Integer(*index) : std::nullopt;
  if (!position) return Reject("Tuple index must be a compile time expression.");
  std::span<const TypeId> elements = context.types.elements(context.Type("a"));
  auto length = static_cast<int64_t>(elements.size());
  if (*position >= length || *position < -length)
    return Reject("Tuple index out of bounds, " + std::to_string(*position) +
                  " >= " + std::to_string(length));
  return Returns(elements[static_cast<size_t>(*position < 0 ? *position + length : *position)]);
}

// ---- textures and volumes
// ----------------------------------------------------------------------------------------

ResultOrError TextureSampleResult(RuleContext& context) {
  const ArgumentValue* dtype = context.Value("dtype");
  TypeId type = dtype ? dtype->type_value : TypeId();
  // Warp lists Python's float here, not wp.float32.
  bool supported = type && ((type == kFloat32Type && dtype->plain_python) ||
                            type == context.types.Vector(2, kFloat32Type) ||
                            type == context.types.Vector(4, kFloat32Type));
  if (!supported) return Reject("unsupported texture type. Supported types: float, vec2f, vec4f");
  return Returns(type);
}

namespace {

bool IsVolumeType(TypeTable& types, TypeId type) {
  if (type == kInt32Type || type == kInt64Type || type == kUint32Type || type == kFloat32Type ||
      type == kFloat64Type)
    return true;
  for (uint32_t length : {3u, 4u})
    for (TypeId scalar : {kFloat32Type, kFloat64Type})
      if (type == types.Vector(length, scalar)) return true;
  return false;
}

std::optional<BuiltinError> CheckVolumeType(RuleContext& context, TypeId type) {
  if (type && IsVolumeType(context.types, type)) return std::nullopt;
  return Reject("unsupported volume type" + (type ? " `" + context.Repr(type) + "`" : std::string()));
}

std::optional<BuiltinError> CheckGradientType(RuleContext& context, TypeId dtype) {
  const TypeInfo info = context.types[dtype];
  TypeId expected = info.kind == TypeKind::Vector ? context.types.Matrix(info.rows, 3, info.element)
                                                  : context.types.Vector(3, dtype);
  TypeId gradient = context.Type("grad");
  if (TypesEqual(context.types, gradient, expected)) return std::nullopt;
  return Reject("Incompatible gradient type, expected " + context.Repr(expected) + ", got " +
                context.Repr(gradient));
}

}  // namespace

ResultOrError VolumeValueResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  if (auto error = CheckVolumeType(context, dtype)) return *error;
  return Returns(dtype);
}

ResultOrError VolumeValueAndGradientResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  if (auto error = CheckVolumeType(context, dtype)) return *error;
  if (auto error = CheckGradientType(context, dtype)) return *error;
  return Returns(dtype);
}

ResultOrError VolumeStoreResult(RuleContext& context) {
  if (auto error = CheckVolumeType(context, context.Type("value"))) return *error;
  return CallResult{};
}

ResultOrError VolumeIndexedValueResult(RuleContext& context) {
  TypeId array = context.Type("voxel_data");
  TypeId dtype = IsArray(context.types, array) ? context.types[array].element : TypeId();
  if (auto error = CheckVolumeType(context, dtype)) return *error;
  if (!TypesEqual(context.types, dtype, context.Type("background")))
    return Reject("the `voxel_data` array and the `background` value must have the same dtype");
  return Returns(dtype);
}

ResultOrError VolumeIndexedValueAndGradientResult(RuleContext& context) {
  ResultOrError result = VolumeIndexedValueResult(context);
  if (!result) return result;
  if (auto error = CheckGradientType(context, result->types[0])) return *error;
  return result;
}

}  // namespace warpsmith
