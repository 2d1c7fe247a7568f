#include "builtins/dispatch_rules.h"

#include <algorithm>
#include <charconv>

#include "builtins/tile_rules.h"

namespace warpsmith {

void CastScalarConstants(RuleContext& context, TypeId scalar, NativeArguments& arguments) {
  for (NativeArgument& argument : arguments) {
    ArgumentValue& value = argument.value;
    if (!value.constant || value.type == scalar || !IsScalarOrBool(value.type)) continue;
    Constant cast = CastConstant(context.constants[value.constant], scalar);
    value = {.type = scalar, .constant = context.constants.Add(std::move(cast))};
  }
}

std::string SpellTypeArgument(const RuleContext& context, const ArgumentValue& value) {
  // Python's own types are spelled by their Python names in template arguments.
  if (value.plain_python && value.type_value == kInt32Type) return "int";
  if (value.plain_python && value.type_value == kFloat32Type) return "float";
  return CppTemplateArgument(context.types, value.type_value);
}

namespace {

using builtin_tables::DispatchRule;
using builtin_tables::InitializerListRule;
using NativeOrError = BuiltinResult<NativeCall>;

// All arguments but those named, in order, *args spread out.
NativeArguments Spread(const RuleContext& context, std::string_view without = {}) {
  NativeArguments arguments;
  for (const BoundArgument& argument : context.call.arguments) {
    if (!argument.present || argument.name == without) continue;
    if (!argument.is_variadic) {
      arguments.push_back({argument.value});
      continue;
    }
    for (const ArgumentValue& value : argument.values) arguments.push_back({value});
  }
  return arguments;
}

TypeId ResultScalar(const RuleContext& context, const CallResult& result) {
  return context.types[result.types[0]].element;
}

NativeOrError PassThrough(RuleContext& context, const CallResult&) {
  return NativeCall{.arguments = Spread(context)};
}

NativeOrError FirstByReference(RuleContext& context, const CallResult&) {
  NativeCall call{.arguments = Spread(context)};
  call.arguments[0].by_reference = true;
  return call;
}

NativeOrError ScalarOnly(RuleContext& context, const CallResult& result) {
  TemplateArguments arguments;
  arguments.Add(context.types, ResultScalar(context, result));
  return NativeCall{.arguments = {}, .template_arguments = arguments.Take()};
}

// Arguments of a constructor; with_shape: the extents of the result are template arguments before its scalar
// type.
NativeOrError Construct(RuleContext& context, const CallResult& result, bool with_shape, bool cast) {
  TypeId scalar = ResultScalar(context, result);
  NativeCall call;
  for (const BoundArgument& argument : context.call.arguments) {
    if (!argument.present || argument.name == "dtype" || argument.name == "length" ||
        argument.name == "shape")
      continue;
    if (argument.is_variadic) {
      for (const ArgumentValue& value : argument.values) call.arguments.push_back({value});
    } else {
      call.arguments.push_back({argument.value});
    }
  }
  if (cast) CastScalarConstants(context, scalar, call.arguments);
  TemplateArguments arguments;
  if (with_shape)
    for (int64_t extent : ShapeOf(context.types, result.types[0])) arguments.Add(extent);
  arguments.Add(context.types, scalar);
  call.template_arguments = arguments.Take();
  return call;
}

NativeOrError ConstructWithShape(RuleContext& context, const CallResult& result) {
  return Construct(context, result, true, true);
}
NativeOrError SpatialVectorConstructor(RuleContext& context, const CallResult& result) {
  return Construct(context, result, true, false);
}
NativeOrError QuaternionConstructor(RuleContext& context, const CallResult& result) {
  return Construct(context, result, false, true);
}

NativeOrError MatrixFromVectors(RuleContext& context, const CallResult& result) {
  const TypeInfo& info = context.types[result.types[0]];
  bool specialised = info.rows == info.columns && info.rows >= 2 && info.rows <= 4;
  return Construct(context, result, !specialised, false);
}

NativeOrError IdentityMatrix(RuleContext& context, const CallResult& result) {
  TemplateArguments arguments;
  arguments.Add(static_cast<int64_t>(context.types[result.types[0]].rows));
  arguments.Add(context.types, ResultScalar(context, result));
  return NativeCall{.arguments = {}, .template_arguments = arguments.Take()};
}

NativeOrError TransformConstructor(RuleContext& context, const CallResult& result) {
  TypeId scalar = ResultScalar(context, result);
  bool from_parts = context.call.Find("p") && !context.call.Find("q");
  bool by_value = std::ranges::any_of(context.call.arguments, [](const BoundArgument& argument) {
    return argument.present && argument.is_variadic;
  });
  NativeOrError call = Construct(context, result, false, by_value);
  if (!call || !from_parts) return call;
  // The rotation that was left out: the identity.
  Constant identity;
  identity.form = ConstantForm::Composite;
  identity.typed = true;
  identity.type = context.types.Quaternion(scalar);
  for (double component : {0.0, 0.0, 0.0, 1.0})
    identity.elements.push_back(context.constants.Add(CastConstant(Constant::Float(component), scalar)));
  TypeId type = identity.type;
  call->arguments.push_back({{.type = type, .constant = context.constants.Add(std::move(identity))}});
  return call;
}

// Types that Warp cannot write as a template argument.
std::optional<BuiltinError> CheckTemplateType(const RuleContext& context, TypeId type) {
  TypeKind kind = context.types.kind(type);
  if (kind != TypeKind::Array && kind != TypeKind::Tuple && kind != TypeKind::Reference) return std::nullopt;
  return Reject(context.Repr(type) + " cannot be a template argument");
}

NativeOrError TypeArgument(RuleContext& context, const CallResult&) {
  if (auto error = CheckTemplateType(context, context.TypeValue("dtype"))) return *error;
  TemplateArguments arguments;
  arguments.Add(SpellTypeArgument(context, *context.Value("dtype")));
  return NativeCall{.arguments = Spread(context, "dtype"), .template_arguments = arguments.Take()};
}

// The elements of a shape argument as native arguments: constants become new variables.
NativeArguments ShapeArguments(const ArgumentValue& shape) {
  if (shape.elements.empty()) return {{shape}};
  NativeArguments arguments;
  for (const ArgumentValue& element : shape.elements) {
    ArgumentValue value = element;
    if (value.constant) value.handle = ArgumentValue::kNoHandle;
    arguments.push_back({value});
  }
  return arguments;
}

NativeOrError ArrayFromPointer(RuleContext& context, const CallResult& result) {
  if (auto error = CheckTemplateType(context, ResultScalar(context, result))) return *error;
  NativeCall call{.arguments = {{*context.Value("ptr")}}};
  for (NativeArgument& argument : ShapeArguments(*context.Value("shape"))) call.arguments.push_back(argument);
  TemplateArguments arguments;
  arguments.Add(context.types, ResultScalar(context, result));
  call.template_arguments = arguments.Take();
  return call;
}

NativeOrError FixedArrayConstructor(RuleContext& context, const CallResult& result) {
  const TypeId type = result.types[0];
  if (auto error = CheckTemplateType(context, context.types[type].element)) return *error;
  NativeCall call;
  for (int64_t extent : context.types.shape(type)) {
    ConstantId constant = context.constants.Add(Constant::Int(extent));
    call.arguments.push_back({{.type = kInt32Type, .constant = constant}});
  }
  TemplateArguments arguments;
  arguments.Add(static_cast<int64_t>(context.types[type].rows));
  arguments.Add(context.types, context.types[type].element);
  call.template_arguments = arguments.Take();
  return call;
}

NativeOrError VectorExtract(RuleContext& context, const CallResult& result) {
  NativeCall call{.arguments = Spread(context)};
  TemplateArguments arguments;
  for (int64_t extent : ShapeOf(context.types, result.types[0])) arguments.Add(extent);
  call.template_arguments = arguments.Take();
  return call;
}

bool HasSlice(const RuleContext& context, std::span<const ArgumentValue* const> indices) {
  return std::ranges::any_of(indices, [&](const ArgumentValue* index) {
    return StripReference(context.types, index->type) == kSliceType;
  });
}

NativeOrError MatrixExtract(RuleContext& context, const CallResult& result) {
  if (HasSlice(context, context.Indices("ij"))) return VectorExtract(context, result);
  return PassThrough(context, result);
}

NativeOrError TupleExtract(RuleContext& context, const CallResult&) {
  TemplateArguments arguments;
  arguments.Add(*context.Integer(*context.Value("i")));
  return NativeCall{.arguments = {{*context.Value("a")}}, .template_arguments = arguments.Take()};
}

BuiltinError WrongComponent(const RuleContext& context, const std::string& expected, TypeId scalar) {
  return Reject("The provided value is expected to be " + expected + " with dtype " + context.Repr(scalar) +
                ".");
}

// Whether `value` is a vector of this length and scalar type.
bool IsVectorOf(const RuleContext& context, TypeId value, int64_t length, TypeId scalar) {
  const TypeInfo& info = context.types[value];
  return info.kind == TypeKind::Vector && TypesEqual(context.types, info.element, scalar) &&
         info.rows == length;
}

// Components are assigned in variables, not through references.
std::optional<BuiltinError> CheckAssignable(const RuleContext& context) {
  if (!IsReference(context.types, context.Value("a")->type)) return std::nullopt;
  return Reject("a component of a reference cannot be assigned in place");
}

NativeOrError VectorAssign(RuleContext& context, const CallResult&) {
  if (auto error = CheckAssignable(context)) return *error;
  TypeId vector = context.Type("a"), value = context.Type("value");
  TypeId scalar = context.types[vector].element;
  const ArgumentValue& index = *context.Value("i");
  NativeCall call{.arguments = Spread(context)};
  if (StripReference(context.types, index.type) != kSliceType) {
    if (!TypesEqual(context.types, value, scalar)) return WrongComponent(context, "a scalar", scalar);
    return call;
  }
  std::optional<int64_t> length = context.SliceLength(index, ShapeOf(context.types, vector)[0]);
  if (!length) return Reject("Vector slice indices must be constant values.");
  if (!IsVectorOf(context, value, *length, scalar))
    return WrongComponent(context, "a vector of length " + std::to_string(*length), scalar);
  TemplateArguments arguments;
  arguments.Add(*length);
  call.template_arguments = arguments.Take();
  return call;
}

NativeOrError MatrixAssign(RuleContext& context, const CallResult&) {
  if (auto error = CheckAssignable(context)) return *error;
  TypeId matrix = context.Type("a"), value = context.Type("value");
  const TypeInfo info = context.types[matrix];
  auto indices = context.Indices("ij");
  NativeCall call{.arguments = Spread(context)};
  if (!HasSlice(context, indices)) {
    bool row = indices.size() == 1;
    if (row && !IsVectorOf(context, value, info.columns, info.element))
      return WrongComponent(context, "a vector of length " + std::to_string(info.columns), info.element);
    if (!row && !TypesEqual(context.types, value, info.element))
      return WrongComponent(context, "a scalar", info.element);
    return call;
  }
  std::optional<std::vector<int64_t>> shape = MatrixSliceShape(context, matrix, indices);
  if (!shape) return Reject("Vector slice indices must be constant values.");
  TemplateArguments arguments;
  if (std::ranges::count(*shape, -1) == 1) {
    int64_t length = (*shape)[0] != -1 ? (*shape)[0] : (*shape)[1];
    if (!IsVectorOf(context, value, length, info.element))
      return WrongComponent(context, "a vector of length " + std::to_string(length), info.element);
    arguments.Add(length);
  } else {
    if ((*shape)[0] == 0 || (*shape)[1] == 0) *shape = {0, 0};
    const TypeInfo& value_info = context.types[value];
    if (value_info.kind != TypeKind::Matrix || value_info.element != info.element ||
        value_info.rows != (*shape)[0] || value_info.columns != (*shape)[1])
      return WrongComponent(
          context,
          "a matrix of shape (" + std::to_string((*shape)[0]) + ", " + std::to_string((*shape)[1]) + ")",
          info.element);
    arguments.Add((*shape)[0]);
    arguments.Add((*shape)[1]);
  }
  call.template_arguments = arguments.Take();
  return call;
}

}  // namespace

DispatchRuleFunction FindDispatchRule(DispatchRule rule) {
  switch (rule) {
    case DispatchRule::PassThrough:
    case DispatchRule::Flatten:
      return PassThrough;
    case DispatchRule::FirstByReference:
      return FirstByReference;
    case DispatchRule::ScalarOnly:
      return ScalarOnly;
    case DispatchRule::VectorConstructor:
    case DispatchRule::MatrixConstructor:
      return ConstructWithShape;
    case DispatchRule::SpatialVectorConstructor:
      return SpatialVectorConstructor;
    case DispatchRule::QuaternionConstructor:
      return QuaternionConstructor;
    case DispatchRule::TransformConstructor:
      return TransformConstructor;
    case DispatchRule::MatrixFromVectors:
      return MatrixFromVectors;
    case DispatchRule::IdentityMatrix:
      return IdentityMatrix;
    case DispatchRule::TypeArgument:
    case DispatchRule::Cast:
      return TypeArgument;
    case DispatchRule::ArrayFromPointer:
      return ArrayFromPointer;
    case DispatchRule::FixedArrayConstructor:
      return FixedArrayConstructor;
    case DispatchRule::VectorExtract:
      return VectorExtract;
    case DispatchRule::MatrixExtract:
      return MatrixExtract;
    case DispatchRule::TupleExtract:
      return TupleExtract;
    case DispatchRule::VectorAssign:
      return VectorAssign;
    case DispatchRule::MatrixAssign:
      return MatrixAssign;
    default:
      return FindTileDispatchRule(rule);
  }
}

NativeOrError ApplyDispatchRule(DispatchRule rule, RuleContext& context, const CallResult& result) {
  if (DispatchRuleFunction function = FindDispatchRule(rule)) return function(context, result);
  return BuiltinError{
      BuiltinError::Kind::Unsupported,
      "dispatch rule " + std::string(builtin_tables::kDispatchRuleNames[static_cast<size_t>(rule)])};
}

bool UsesInitializerList(InitializerListRule rule, const RuleContext& context, const CallResult& result) {
  size_t count = context.Variadic().size();
  switch (rule) {
    case InitializerListRule::Always:
      return true;
    case InitializerListRule::MoreThan: {
      size_t limit = 0;
      std::string_view text = context.Text(0);
      std::from_chars(text.data(), text.data() + text.size(), limit);
      return count > limit;
    }
    case InitializerListRule::MatrixConstructor: {
      const TypeInfo& info = context.types[result.types[0]];
      return count > 1 && !(info.rows == info.columns && info.columns < 5);
    }
    case InitializerListRule::MatrixFromVectors: {
      const TypeInfo& info = context.types[result.types[0]];
      return info.rows != info.columns || info.rows > 4;
    }
    default:
      return false;
  }
}

}  // namespace warpsmith
