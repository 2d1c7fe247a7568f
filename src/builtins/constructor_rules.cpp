// Return rules of the constructors of vectors, matrices, quaternions and transforms.
#include "builtins/result_rules.h"

namespace warpsmith {
namespace {

// Whether every argument that is not a constant has the scalar type `dtype`; constants are converted by
// Dispatch.
bool VariablesHaveScalar(const TypeTable& types, std::span<const ArgumentValue> arguments, TypeId dtype) {
  for (const ArgumentValue& argument : arguments) {
    if (argument.constant || argument.type_value || !argument.elements.empty()) continue;
    TypeId type = StripReference(types, argument.type);
    TypeId scalar = IsComposite(types, type) ? types[type].element : type;
    if (!TypesEqual(types, scalar, dtype)) return false;
  }
  return true;
}

BuiltinError WrongScalar(const RuleContext& context, std::string_view what, TypeId dtype) {
  return Reject("all values used to initialize this " + std::string(what) +
                " are expected to be of the type `" + context.Repr(dtype) + "`");
}

// The arguments that carry values: all but dtype, length and shape.
SmallVector<ArgumentValue, 16> ValueArguments(const RuleContext& context) {
  SmallVector<ArgumentValue, 16> values;
  for (const BoundArgument& argument : context.call.arguments)
    if (argument.present && argument.name != "dtype") values.push_back(argument.value);
  return values;
}

// The element type of a constructor given the single value that fills it: `dtype` if known, else the value's
// type.
BuiltinResult<TypeId> FillScalar(const RuleContext& context, std::string_view what,
                                 const ArgumentValue& value, TypeId dtype) {
  TypeId type = StripReference(context.types, value.type);
  if (!dtype) return type;
  if (!TypesEqual(context.types, type, dtype) && !VariablesHaveScalar(context.types, {&value, 1}, dtype))
    return Reject("the value used to fill this " + std::string(what) + " is expected to be of the type `" +
                  context.Repr(dtype) + "`");
  return dtype;
}

// The element type of a constructor given one value an element.
BuiltinResult<TypeId> ElementScalar(const RuleContext& context, std::string_view what,
                                    std::span<const ArgumentValue> values, TypeId dtype) {
  if (dtype) {
    if (!VariablesHaveScalar(context.types, values, dtype)) return WrongScalar(context, what, dtype);
    return dtype;
  }
  std::optional<TypeId> scalar = InferScalar(context.types, values);
  if (!scalar)
    return Reject("all values given when constructing a " + std::string(what) + " must have the same type");
  return *scalar;
}

// Whether `dtype` was given as Python's int or float.
bool GivenInPython(const RuleContext& context) {
  const ArgumentValue* dtype = context.Value("dtype");
  return dtype && dtype->plain_python;
}

bool IsElementType(TypeId type) { return IsScalarOrBool(type) || type == kHandleType; }

}  // namespace

ResultOrError VectorConstructorResult(RuleContext& context) {
  std::optional<int64_t> length;
  if (const ArgumentValue* given = context.Value("length")) {
    length = context.Integer(*given);
    if (!length || *length < 0) return Reject("the `length` argument must be a constant and not negative");
  }
  TypeId dtype = context.TypeValue("dtype");
  std::span<const ArgumentValue> values = context.Variadic();
  if (values.empty()) {
    if (!length) return Reject("the `length` argument must be specified when zero-initializing a vector");
    if (!dtype) dtype = kFloat32Type;
  } else if (values.size() == 1 && IsVector(context.types, StripReference(context.types, values[0].type))) {
    const TypeInfo& source = context.types[StripReference(context.types, values[0].type)];
    if (!length) length = source.rows;
    if (source.rows != *length)
      return Reject("incompatible vector of length " + std::to_string(*length) +
                    " given when copy constructing a vector of length " + std::to_string(source.rows));
    if (!dtype) dtype = source.element;
  } else if (values.size() == 1) {
    if (!length) return Reject("the `length` argument must be specified when filling a vector with a value");
    BuiltinResult<TypeId> scalar = FillScalar(context, "vector", values[0], dtype);
    if (!scalar) return scalar.error();
    dtype = *scalar;
  } else {
    if (!length) length = static_cast<int64_t>(values.size());
    if (*length != static_cast<int64_t>(values.size()))
      return Reject("incompatible number of values given (" + std::to_string(values.size()) +
                    ") when constructing a vector of length " + std::to_string(*length));
    BuiltinResult<TypeId> scalar = ElementScalar(context, "vector", values, dtype);
    if (!scalar) return scalar.error();
    dtype = *scalar;
  }
  if (!IsElementType(dtype)) return Reject("a vector of " + context.Repr(dtype) + " cannot be made");
  return Returns(context.types.Vector(static_cast<uint32_t>(*length), dtype));
}

ResultOrError MatrixConstructorResult(RuleContext& context) {
  std::optional<std::pair<int64_t, int64_t>> shape;
  if (const ArgumentValue* given = context.Value("shape")) {
    std::optional<int64_t> rows, columns;
    if (given->elements.size() == 2) {
      rows = context.Integer(given->elements[0]);
      columns = context.Integer(given->elements[1]);
    }
    if (!rows || !columns || *rows < 0 || *columns < 0)
      return Reject("the `shape` argument must be a constant pair and not negative");
    shape = {*rows, *columns};
  }
  TypeId dtype = context.TypeValue("dtype");
  std::span<const ArgumentValue> values = context.Variadic();
  auto first = [&] { return StripReference(context.types, values[0].type); };
  if (values.empty()) {
    if (!shape) return Reject("the `shape` argument must be specified when zero-initializing a matrix");
    if (!dtype) dtype = kFloat32Type;
  } else if (values.size() == 1 && IsMatrix(context.types, first())) {
    const TypeInfo& source = context.types[first()];
    if (!shape) shape = {source.rows, source.columns};
    if (*shape != std::pair<int64_t, int64_t>(source.rows, source.columns))
      return Reject("incompatible matrix of shape (" + std::to_string(shape->first) + ", " +
                    std::to_string(shape->second) + ") given when copy constructing " +
                    context.Repr(first()));
    if (!dtype) dtype = source.element;
  } else if (values.size() == 1) {
    if (!shape) return Reject("the `shape` argument must be specified when filling a matrix with a value");
    BuiltinResult<TypeId> scalar = FillScalar(context, "matrix", values[0], dtype);
    if (!scalar) return scalar.error();
    dtype = *scalar;
  } else {
    if (!shape) return Reject("the `shape` argument must be specified when initializing a matrix by value");
    bool all_vectors = true;
    for (const ArgumentValue& value : values)
      all_vectors &= IsVector(context.types, StripReference(context.types, value.type));
    if (all_vectors)
      return Reject(
          "Passing vectors to `wp.matrix()` isn't supported, use `wp.matrix_from_rows()` or "
          "`wp.matrix_from_cols()` instead.");
    if (shape->first * shape->second != static_cast<int64_t>(values.size()))
      return Reject("incompatible number of values given (" + std::to_string(values.size()) +
                    ") when constructing a matrix of shape (" + std::to_string(shape->first) + ", " +
                    std::to_string(shape->second) + ")");
    BuiltinResult<TypeId> scalar = ElementScalar(context, "matrix", values, dtype);
    if (!scalar) return scalar.error();
    dtype = *scalar;
  }
  if (!IsElementType(dtype)) return Reject("a matrix of " + context.Repr(dtype) + " cannot be made");
  return Returns(
      context.types.Matrix(static_cast<uint32_t>(shape->first), static_cast<uint32_t>(shape->second), dtype));
}

ResultOrError MatrixFromVectorsResult(RuleContext& context) {
  std::span<const ArgumentValue> values = context.Variadic();
  if (values.empty()) return Reject("at least one vector is expected");
  const TypeId first = StripReference(context.types, values[0].type);
  for (const ArgumentValue& value : values) {
    TypeId type = StripReference(context.types, value.type);
    if (!IsVector(context.types, type)) return Reject("all arguments are expected to be vectors");
    if (context.types[type].rows != context.types[first].rows)
      return Reject("all vectors are expected to have the same length");
    if (context.types[type].element != context.types[first].element)
      return Reject("all vectors are expected to have the same dtype");
  }
  const TypeInfo info = context.types[first];
  auto count = static_cast<uint32_t>(values.size());
  if (context.Text(0) == "true") return Returns(context.types.Matrix(info.rows, count, info.element));
  return Returns(context.types.Matrix(count, info.rows, info.element));
}

ResultOrError IdentityMatrixResult(RuleContext& context) {
  const ArgumentValue* n = context.Value("n");
  std::optional<int64_t> extent = n ? context.Integer(*n) : std::nullopt;
  if (!extent || *extent < 0) return Reject("'n' must be a constant when calling identity()");
  TypeId dtype = context.TypeValue("dtype");
  if (!IsElementType(dtype)) return Reject("identity() needs a scalar `dtype`");
  return Returns(context.types.Matrix(static_cast<uint32_t>(*extent), static_cast<uint32_t>(*extent), dtype));
}

ResultOrError IdentityOfResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype") ? context.TypeValue("dtype") : kFloat32Type;
  bool plain = GivenInPython(context);
  bool quaternion = IsQuaternion(context.types, context.Pattern(0));
  return Returns(quaternion ? context.types.Quaternion(dtype, plain) : context.types.Transform(dtype, plain));
}

ResultOrError QuaternionConstructorResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  auto values = ValueArguments(context);
  if (values.empty()) {
    if (!dtype) dtype = kFloat32Type;
    if (!IsFloat(dtype) || GivenInPython(context))
      return Reject("a float type is expected when zero-initializing a quaternion");
  } else if (values.size() == 1) {
    TypeId type = StripReference(context.types, values[0].type);
    if (IsQuaternion(context.types, type) && !dtype) dtype = context.types[type].element;
  } else {
    BuiltinResult<TypeId> scalar = ElementScalar(context, "quaternion", values, dtype);
    if (!scalar) return scalar.error();
    dtype = *scalar;
  }
  if (!dtype)
    return Reject("could not infer the `dtype` argument when calling the `wp.types.quaternion()` function");
  return Returns(context.types.Quaternion(dtype, GivenInPython(context)));
}

ResultOrError TransformFromPartsResult(RuleContext& context) {
  SmallVector<ArgumentValue, 8> arguments;
  for (const BoundArgument& argument : context.call.arguments)
    if (argument.present) arguments.push_back(argument.value);
  std::optional<TypeId> value_type = InferScalar(context.types, arguments);
  if (!value_type)
    return Reject("all values given when constructing a transformation matrix must have the same type");
  TypeId dtype = context.TypeValue("dtype");
  if (!dtype) dtype = *value_type;
  if (!TypesEqual(context.types, *value_type, dtype))
    return WrongScalar(context, "transformation matrix", dtype);
  return Returns(context.types.Transform(dtype, GivenInPython(context)));
}

ResultOrError TransformConstructorResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  std::span<const ArgumentValue> values = context.Variadic();
  if (values.empty()) {
    if (!dtype) dtype = kFloat32Type;
  } else if (values.size() == 1) {
    TypeId type = StripReference(context.types, values[0].type);
    if (IsTransform(context.types, type)) {
      TypeId source = context.types[type].element;
      if (!dtype) dtype = source;
      if (!TypesEqual(context.types, source, dtype))
        return Reject("copy constructing a transform requires matching source and target dtypes, got `" +
                      context.Repr(source) + "` and `" + context.Repr(dtype) + "`");
    } else {
      BuiltinResult<TypeId> scalar = FillScalar(context, "transform", values[0], dtype);
      if (!scalar) return scalar.error();
      dtype = *scalar;
    }
  } else if (values.size() == 7) {
    BuiltinResult<TypeId> scalar = ElementScalar(context, "transform", values, dtype);
    if (!scalar) return scalar.error();
    dtype = *scalar;
  } else {
    return Reject("incompatible number of values given (" + std::to_string(values.size()) +
                  ") when constructing a transform; expected 0, 1, or 7");
  }
  if (!IsElementType(dtype)) return Reject("a transform of " + context.Repr(dtype) + " cannot be made");
  return Returns(context.types.Transform(dtype, GivenInPython(context)));
}

ResultOrError SpatialVectorConstructorResult(RuleContext& context) {
  TypeId dtype = context.TypeValue("dtype");
  auto values = ValueArguments(context);
  if (values.empty() && !dtype) dtype = kFloat32Type;
  if (values.size() == 2) {
    for (const ArgumentValue& value : values) {
      TypeId type = StripReference(context.types, value.type);
      if (!IsVector(context.types, type) || context.types[type].rows != 3)
        return Reject("arguments `w` and `v` are expected to be vectors of length 3");
    }
  } else if (!values.empty() && values.size() != 6) {
    return Reject("2 vectors or 6 scalar values are expected when constructing a spatial vector");
  }
  if (!values.empty()) {
    std::optional<TypeId> value_type = InferScalar(context.types, values);
    if (!value_type)
      return Reject("all values given when constructing a spatial vector must have the same type");
    if (!dtype) dtype = *value_type;
    if (!TypesEqual(context.types, *value_type, dtype)) return WrongScalar(context, "spatial vector", dtype);
  }
  return Returns(context.types.Vector(6, dtype));
}

}  // namespace warpsmith
