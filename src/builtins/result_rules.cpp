#include "builtins/result_rules.h"

#include <algorithm>
#include <limits>

#include "builtins/tile_rules.h"

namespace warpsmith {

// ---- what rules look at
// ------------------------------------------------------------------------------------------

std::span<const ArgumentValue> RuleContext::Variadic() const {
  for (const BoundArgument& argument : call.arguments)
    if (argument.is_variadic) return argument.values;
  return {};
}

std::optional<int64_t> RuleContext::Integer(const ArgumentValue& value) const {
  if (!value.constant) return std::nullopt;
  const Constant& constant = constants[value.constant];
  if (constant.form != ConstantForm::Int && constant.form != ConstantForm::Bool) return std::nullopt;
  return constant.integer;
}

SmallVector<const ArgumentValue*, 4> RuleContext::Indices(std::string_view names) const {
  SmallVector<const ArgumentValue*, 4> indices;
  for (char name : names)
    if (const ArgumentValue* value = Value(std::string_view(&name, 1))) indices.push_back(value);
  return indices;
}

std::optional<int64_t> RuleContext::SliceLength(const ArgumentValue& slice, int64_t length) const {
  // Omitted bounds are spelled by the extreme values of a C int.
  constexpr int64_t kBegin = std::numeric_limits<int32_t>::max();
  constexpr int64_t kEnd = std::numeric_limits<int32_t>::min();
  if (slice.elements.size() != 3) return std::nullopt;
  std::optional<int64_t> start = Integer(slice.elements[0]), stop = Integer(slice.elements[1]),
                         step = Integer(slice.elements[2]);
  if (!start || !stop || !step || *step == 0) return std::nullopt;
  int64_t first = *start == kBegin ? (*step < 0 ? length - 1 : 0) : std::clamp(*start, -length, length);
  int64_t last = *stop == kEnd ? (*step < 0 ? -1 : length) : std::clamp(*stop, -length, length);
  if (*step > 0 && first < last) return 1 + (last - first - 1) / *step;
  if (*step < 0 && first > last) return 1 + (first - last - 1) / -*step;
  return 0;
}

std::optional<TypeId> InferScalar(const TypeTable& types, std::span<const ArgumentValue> arguments) {
  TypeId found;
  for (const ArgumentValue& argument : arguments) {
    TypeId type = StripReference(types, argument.type);
    if (argument.plain_python) continue;
    TypeId scalar = IsComposite(types, type) ? types[type].element : IsScalarOrBool(type) ? type : TypeId();
    if (!scalar) continue;
    if (found && found != scalar) return std::nullopt;
    found = scalar;
  }
  if (!found) return std::nullopt;
  return found;
}

// ---- rules
// -------------------------------------------------------------------------------------------------------

namespace {

using builtin_tables::ResultRule;

SmallVector<ArgumentValue, 6> PresentArguments(const RuleContext& context) {
  SmallVector<ArgumentValue, 6> arguments;
  for (const BoundArgument& argument : context.call.arguments)
    if (argument.present) arguments.push_back(argument.value);
  return arguments;
}

// True if all arguments have one type, which is then the first one's.
bool HaveSameType(const RuleContext& context) {
  TypeId first;
  for (const BoundArgument& argument : context.call.arguments) {
    if (!argument.present) continue;
    TypeId type = StripReference(context.types, argument.value.type);
    if (first && !TypesEqual(context.types, first, type)) return false;
    if (!first) first = type;
  }
  return true;
}

TypeId FirstType(const RuleContext& context) {
  for (const BoundArgument& argument : context.call.arguments)
    if (argument.present) return StripReference(context.types, argument.value.type);
  return TypeId();
}

std::string ReprOfTypes(const RuleContext& context) {
  std::string out;
  for (const ArgumentValue& argument : PresentArguments(context)) {
    if (!out.empty()) out += ", ";
    out += "'" + context.Repr(StripReference(context.types, argument.type)) + "'";
  }
  return "[" + out + "]";
}

ResultOrError Fixed(RuleContext& context) {
  CallResult result;
  for (size_t i = 0; i < context.argument_count(); ++i) result.types.push_back(context.Pattern(i));
  return result;
}

ResultOrError SameTypes(RuleContext& context) {
  if (!HaveSameType(context)) return Reject("Input types must be the same, got " + ReprOfTypes(context));
  TypeId type = FirstType(context);
  if (!type) return Reject("an argument is required");
  return Returns(type == kHandleType ? kUint64Type : type);
}

ResultOrError ScalarOfSameTypes(RuleContext& context) {
  if (!HaveSameType(context))
    return Reject("Input types must be exactly the same, got " + ReprOfTypes(context));
  std::optional<TypeId> scalar = InferScalar(context.types, PresentArguments(context));
  if (!scalar) return Reject("the arguments have no scalar type");
  return Returns(*scalar);
}

// Puts `scalar` in place of the generic scalar type of a pattern.
TypeId InstantiateScalar(TypeTable& types, TypeId pattern, TypeId scalar) {
  const TypeInfo info = types[pattern];
  switch (info.kind) {
    case TypeKind::AnyScalar:
    case TypeKind::AnyFloat:
    case TypeKind::AnyInt:
      return scalar;
    case TypeKind::Vector:
      return types.Vector(info.rows, scalar);
    case TypeKind::Matrix:
      return types.Matrix(info.rows, info.columns, scalar);
    case TypeKind::Quaternion:
      return types.Quaternion(scalar);
    case TypeKind::Transform:
      return types.Transform(scalar);
    default:
      return pattern;
  }
}

ResultOrError Instantiate(RuleContext& context) {
  TypeId scalar = ScalarTypeOf(context.types, context.Type(context.Text(0)));
  if (!scalar) return Reject("the argument has no scalar type");
  CallResult result;
  for (size_t i = 1; i < context.argument_count(); ++i)
    result.types.push_back(InstantiateScalar(context.types, context.Pattern(i), scalar));
  return result;
}

ResultOrError InstantiateInferred(RuleContext& context) {
  std::optional<TypeId> scalar = InferScalar(context.types, PresentArguments(context));
  if (!scalar) return Reject("Couldn't figure out return type as arguments have multiple precisions");
  return Returns(InstantiateScalar(context.types, context.Pattern(0), *scalar));
}

ResultOrError TypeOf(RuleContext& context) { return Returns(context.Type(context.Text(0))); }

ResultOrError OuterProduct(RuleContext& context) {
  auto arguments = PresentArguments(context);
  std::optional<TypeId> scalar = InferScalar(context.types, arguments);
  if (!scalar) return Reject("Couldn't figure out return type as arguments have multiple precisions");
  const TypeInfo a = context.types[context.Type("a")], b = context.types[context.Type("b")];
  return Returns(context.types.Matrix(a.rows, b.rows, *scalar));
}

ResultOrError Transpose(RuleContext& context) {
  const TypeInfo info = context.types[context.Type("a")];
  return Returns(context.types.Matrix(info.columns, info.rows, info.element));
}

ResultOrError Trace(RuleContext& context) {
  const TypeInfo info = context.types[context.Type("a")];
  if (info.rows != info.columns)
    return Reject("Matrix shape is (" + std::to_string(info.rows) + ", " + std::to_string(info.columns) +
                  "). Cannot find the trace of non square matrices");
  return Returns(info.element);
}

ResultOrError Diagonal(RuleContext& context) {
  const TypeInfo info = context.types[context.Type("vec")];
  return Returns(context.types.Matrix(info.rows, info.rows, info.element));
}

ResultOrError DiagonalOf(RuleContext& context) {
  const TypeInfo info = context.types[context.Type("mat")];
  if (info.rows != info.columns)
    return Reject("Matrix shape is (" + std::to_string(info.rows) + ", " + std::to_string(info.columns) +
                  "); get_diag is only available for square matrices.");
  return Returns(context.types.Vector(info.rows, info.element));
}

ResultOrError ScalarTimesCompound(RuleContext& context) {
  TypeId scalar, compound;
  for (const ArgumentValue& argument : PresentArguments(context)) {
    TypeId type = StripReference(context.types, argument.type);
    TypeId& slot = IsScalar(type) ? scalar : compound;
    if (!slot) slot = type;
  }
  if (!scalar || !compound || context.types[compound].element != scalar)
    return Reject("Object and coefficient must have the same scalar type when multiplying by scalar");
  return Returns(compound);
}

ResultOrError Product(RuleContext& context, bool matrix_first, bool matrix_second) {
  const TypeInfo a = context.types[context.Type("a")], b = context.types[context.Type("b")];
  auto names = [&] { return context.Repr(context.Type("a")) + " and " + context.Repr(context.Type("b")); };
  if (a.element != b.element) return Reject("Can't multiply " + names() + " with different types");
  uint32_t inner = matrix_first ? a.columns : a.rows;
  if (inner != b.rows) return Reject("Can't multiply " + names() + ": their shapes do not fit");
  if (matrix_first && matrix_second) return Returns(context.types.Matrix(a.rows, b.columns, a.element));
  return Returns(context.types.Vector(matrix_first ? a.rows : b.columns, a.element));
}

ResultOrError MatrixTimesVector(RuleContext& context) { return Product(context, true, false); }
ResultOrError VectorTimesMatrix(RuleContext& context) { return Product(context, false, true); }
ResultOrError MatrixTimesMatrix(RuleContext& context) { return Product(context, true, true); }

ResultOrError Lerp(RuleContext& context) {
  TypeId a = context.Type("a");
  if (!TypesEqual(context.types, a, context.Type("b")))
    return Reject("Can't lerp between objects with different types");
  if (context.types[a].element != context.Type("t"))
    return Reject("'t' parameter must have the same scalar type as objects you're lerping between");
  return Returns(a);
}

ResultOrError ExpectEqual(RuleContext& context) {
  if (!TypesEqual(context.types, context.Type("a"), context.Type("b")))
    return Reject("Can't test equality for objects with different types");
  return CallResult{};
}

ResultOrError Where(RuleContext& context) {
  TypeId a = context.Type("value_if_true"), b = context.Type("value_if_false");
  if (!TypesEqual(context.types, a, b)) {
    TypeId a_parent = ErasedParent(a) ? ErasedParent(a) : a;
    TypeId b_parent = ErasedParent(b) ? ErasedParent(b) : b;
    if (a_parent == b_parent) return Returns(a_parent);
    return Reject("where() true value type (" + context.Repr(a) +
                  ") must be of the same type as the false type (" + context.Repr(b) + ")");
  }
  if (IsTile(context.types, a)) {
    // One of two tiles in shared memory is a new tile; one in registers needs no memory.
    if (!IsSharedTile(context.types, a)) return Returns(a);
    if (!IsSharedTile(context.types, b)) return Returns(b);
    return Returns(CopyOfSharedTile(context.types, a));
  }
  return Returns(a);
}

ResultOrError Copy(RuleContext& context) {
  TypeId type = context.Type("a");
  if (IsSharedTile(context.types, type)) return Returns(CopyOfSharedTile(context.types, type));
  return Returns(type);
}

ResultOrError StoreValue(RuleContext& context) {
  if (!TypesEqual(context.types, context.Type("address"), context.Type("value")))
    return Reject("store() value argument type (" + context.Repr(context.Type("value")) +
                  ") must be of the same type as the reference");
  return CallResult{};
}

ResultOrError ScalarReference(RuleContext& context) {
  TypeId scalar = ScalarTypeOf(context.types, context.Type("a"));
  return Returns(context.types.Reference(scalar));
}

ResultOrError RowReference(RuleContext& context) {
  return Returns(context.types.Reference(RowTypeOf(context.types, context.Type("a"))));
}

ResultOrError TypeArgument(RuleContext& context) {
  TypeId type = context.TypeValue(context.Text(0));
  if (!type) return Reject("the `" + std::string(context.Text(0)) + "` argument must be a type");
  return Returns(type);
}

ResultOrError StaticLength(RuleContext& context) {
  TypeId type = context.Type("a");
  int64_t length = 0;
  if (IsTile(context.types, type))
    length = context.types.shape(type)[0];
  else if (IsComposite(context.types, type))
    length = ShapeOf(context.types, type)[0];
  else
    length = static_cast<int64_t>(context.types.elements(type).size());
  return CallResult{.types = {}, .constant = context.constants.Add(Constant::Int(length)), .elements = {}};
}

ResultOrError Tuple(RuleContext& context) {
  std::vector<TypeId> types;
  CallResult result;
  for (const ArgumentValue& argument : context.Variadic()) {
    if (argument.handle == ArgumentValue::kNoHandle || !argument.type.valid())
      return Reject("modules, functions, types and calls without a result cannot be elements of a tuple");
    types.push_back(StripReference(context.types, argument.type));
    TypeKind kind = context.types.kind(types.back());
    if (kind == TypeKind::Array || kind == TypeKind::Tuple)
      return Reject("a variable cannot hold a tuple with an element of type " + context.Repr(types.back()));
    result.elements.push_back(argument);
  }
  if (types.empty()) return Reject("an empty tuple cannot be made");
  result.types.push_back(context.types.Tuple(types));
  return result;
}

ResultOrError Slice(RuleContext& context) {
  auto bounds = PresentArguments(context);
  return CallResult{.types = {kSliceType}, .constant = {}, .elements = {bounds.begin(), bounds.end()}};
}

ResultOrError Printf(RuleContext& context) {
  if (context.Variadic().size() > 32)
    return Reject("the maximum number of variadic arguments that can be passed to `printf` is 32");
  return CallResult{};
}

ResultOrError Removed(RuleContext& context) {
  return Reject("the built-in has been removed in favor of `wp." + std::string(context.Text(0)) + "`");
}

}  // namespace

bool FollowsFromTypes(ResultRule rule) {
  switch (rule) {
    case ResultRule::Fixed:
    case ResultRule::SameTypes:
    case ResultRule::ScalarOfSameTypes:
    case ResultRule::Instantiate:
    case ResultRule::InstantiateInferred:
    case ResultRule::TypeOf:
    case ResultRule::ScalarTimesCompound:
    case ResultRule::MatrixTimesVector:
    case ResultRule::VectorTimesMatrix:
    case ResultRule::MatrixTimesMatrix:
    case ResultRule::OuterProduct:
    case ResultRule::Transpose:
    case ResultRule::Diagonal:
    case ResultRule::DiagonalOf:
    case ResultRule::Lerp:
    case ResultRule::Where:
    case ResultRule::Store:
    case ResultRule::ScalarReference:
    case ResultRule::ArrayElementReference:
    case ResultRule::ArrayStore:
    case ResultRule::Atomic:
    case ResultRule::VectorExtract:
    case ResultRule::MatrixExtract:
      return true;
    default:
      return false;
  }
}

ResultRuleFunction FindResultRule(ResultRule rule) {
  switch (rule) {
    case ResultRule::Fixed:
      return Fixed;
    case ResultRule::SameTypes:
      return SameTypes;
    case ResultRule::ScalarOfSameTypes:
      return ScalarOfSameTypes;
    case ResultRule::Instantiate:
      return Instantiate;
    case ResultRule::InstantiateInferred:
      return InstantiateInferred;
    case ResultRule::TypeOf:
      return TypeOf;
    case ResultRule::OuterProduct:
      return OuterProduct;
    case ResultRule::Transpose:
      return Transpose;
    case ResultRule::Trace:
      return Trace;
    case ResultRule::Diagonal:
      return Diagonal;
    case ResultRule::DiagonalOf:
      return DiagonalOf;
    case ResultRule::ScalarTimesCompound:
      return ScalarTimesCompound;
    case ResultRule::MatrixTimesVector:
      return MatrixTimesVector;
    case ResultRule::VectorTimesMatrix:
      return VectorTimesMatrix;
    case ResultRule::MatrixTimesMatrix:
      return MatrixTimesMatrix;
    case ResultRule::Lerp:
      return Lerp;
    case ResultRule::ExpectEqual:
      return ExpectEqual;
    case ResultRule::Where:
      return Where;
    case ResultRule::Copy:
      return Copy;
    case ResultRule::Store:
      return StoreValue;
    case ResultRule::ScalarReference:
      return ScalarReference;
    case ResultRule::RowReference:
      return RowReference;
    case ResultRule::TypeArgument:
      return TypeArgument;
    case ResultRule::StaticLength:
      return StaticLength;
    case ResultRule::Tuple:
      return Tuple;
    case ResultRule::TupleExtract:
      return TupleExtractResult;
    case ResultRule::Slice:
      return Slice;
    case ResultRule::Printf:
      return Printf;
    case ResultRule::Removed:
      return Removed;
    case ResultRule::VectorConstructor:
      return VectorConstructorResult;
    case ResultRule::MatrixConstructor:
      return MatrixConstructorResult;
    case ResultRule::MatrixFromVectors:
      return MatrixFromVectorsResult;
    case ResultRule::IdentityMatrix:
      return IdentityMatrixResult;
    case ResultRule::IdentityOf:
      return IdentityOfResult;
    case ResultRule::QuaternionConstructor:
      return QuaternionConstructorResult;
    case ResultRule::TransformConstructor:
      return TransformConstructorResult;
    case ResultRule::TransformFromParts:
      return TransformFromPartsResult;
    case ResultRule::SpatialVectorConstructor:
      return SpatialVectorConstructorResult;
    case ResultRule::ArrayElementReference:
      return ArrayElementReferenceResult;
    case ResultRule::ArrayView:
      return ArrayViewResult;
    case ResultRule::ArrayStore:
      return ArrayStoreResult;
    case ResultRule::ArrayFromPointer:
      return ArrayFromPointerResult;
    case ResultRule::FixedArrayConstructor:
      return FixedArrayConstructorResult;
    case ResultRule::Atomic:
      return AtomicResult;
    case ResultRule::VectorExtract:
      return VectorExtractResult;
    case ResultRule::MatrixExtract:
      return MatrixExtractResult;
    case ResultRule::TextureSample:
      return TextureSampleResult;
    case ResultRule::VolumeValue:
      return VolumeValueResult;
    case ResultRule::VolumeValueAndGradient:
      return VolumeValueAndGradientResult;
    case ResultRule::VolumeStore:
      return VolumeStoreResult;
    case ResultRule::VolumeIndexedValue:
      return VolumeIndexedValueResult;
    case ResultRule::VolumeIndexedValueAndGradient:
      return VolumeIndexedValueAndGradientResult;
    default:
      return FindTileResultRule(rule);
  }
}

ResultOrError ApplyResultRule(ResultRule rule, RuleContext& context) {
  if (ResultRuleFunction function = FindResultRule(rule)) return function(context);
  return BuiltinError{
      BuiltinError::Kind::Unsupported,
      "return rule " + std::string(builtin_tables::kResultRuleNames[static_cast<size_t>(rule)])};
}

}  // namespace warpsmith
