// Calls of Warp's types and of the functions that make types, options and overloads.
#include <cmath>
#include <tuple>
#include <utility>

#include "base/python_float.h"
#include "unit/half.h"
#include "unit/hashes.h"
#include "unit/reader.h"

namespace warpsmith {
namespace {

const Object* Keyword(const CallArguments& arguments, const SymbolTable& symbols, std::string_view name) {
  for (const auto& [keyword, value] : arguments.keywords)
    if (symbols.Text(keyword) == name) return &value;
  return nullptr;
}

/// A positional argument or the keyword of that name.
const Object* Argument(const CallArguments& arguments, const SymbolTable& symbols, size_t index,
                       std::string_view name) {
  if (index < arguments.positional.size()) return &arguments.positional[index];
  return Keyword(arguments, symbols, name);
}

double RoundTo(TypeId scalar, double value) {
  if (scalar == kFloat32Type) return static_cast<float>(value);
  if (scalar == kFloat16Type) return HalfValue(HalfBits(static_cast<float>(value)));
  if (scalar == kBfloat16Type) return BrainValue(BrainBits(static_cast<float>(value)));
  return value;
}

int64_t WrapTo(const TypeTable& types, TypeId scalar, int64_t value) {
  switch (SizeInBytes(types, scalar)) {
    case 1:
      return IsUnsigned(scalar) ? static_cast<int64_t>(static_cast<uint8_t>(value))
                                : static_cast<int8_t>(value);
    case 2:
      return IsUnsigned(scalar) ? static_cast<int64_t>(static_cast<uint16_t>(value))
                                : static_cast<int16_t>(value);
    case 4:
      return IsUnsigned(scalar) ? static_cast<int64_t>(static_cast<uint32_t>(value))
                                : static_cast<int32_t>(value);
    default:
      return value;
  }
}

bool IsUntypedInt(const Unit& unit, const Object& value) {
  if (value.kind != ObjectKind::Constant) return false;
  const Constant& constant = unit.constants[value.constant];
  return constant.form == ConstantForm::Int && !constant.typed && constant.text.empty();
}

}  // namespace

// wp.float32(1.5), wp.int64(3): the object keeps the value it was given.
Object Reader::ConstructScalar(TypeId type, const CallArguments& arguments) {
  Object zero = MakeInt(0);
  const Object* value = Argument(arguments, unit_.symbols, 0, "x");
  if (value == nullptr) value = &zero;
  const Object number = NumberOf(*value);
  value = &number;
  std::optional<double> real = RealOf(*value);
  if (!real) return Unresolved("a scalar made of something unknown");
  Constant constant;
  constant.type = type;
  constant.typed = true;
  if (type == kBoolType) {
    constant.form = ConstantForm::Bool;
    constant.integer = *real != 0.0;
  } else if (IsFloat(type) && IsUntypedInt(unit_, *value)) {
    constant.integer = unit_.constants[value->constant].integer;  // kept, and spelled, as an int
  } else if (IsFloat(type)) {
    constant.form = ConstantForm::Float;
    constant.real = *real;
    constant.text = unit_.constants[value->constant].text;
  } else {
    std::optional<Int128> integer = IntegerOf(*value);
    if (!integer) return Unresolved("an integer made of a float");
    constant.form = ConstantForm::Int;
    constant.integer = static_cast<int64_t>(*integer);
  }
  return ConstantObject(unit_.constants.Add(std::move(constant)), type);
}

std::optional<Constant> Reader::ScalarElement(TypeId scalar, const Object& value) {
  Constant constant;
  constant.type = scalar;
  constant.typed = true;
  if (IsFloat(scalar)) {
    std::optional<double> real = RealOf(value);
    if (!real) return std::nullopt;
    constant.form = ConstantForm::Float;
    constant.real = RoundTo(scalar, *real);
  } else {
    std::optional<Int128> integer = IntegerOf(value);
    if (!integer) return std::nullopt;
    constant.form = scalar == kBoolType ? ConstantForm::Bool : ConstantForm::Int;
    constant.integer = WrapTo(unit_.types, scalar, static_cast<int64_t>(*integer));
  }
  return constant;
}

Object Reader::ConstructComposite(TypeId type, const CallArguments& arguments) {
  const TypeInfo info = unit_.types[type];
  TypeId scalar = ScalarTypeOf(unit_.types, type);
  size_t count = info.kind == TypeKind::Vector       ? info.rows
                 : info.kind == TypeKind::Matrix     ? static_cast<size_t>(info.rows) * info.columns
                 : info.kind == TypeKind::Quaternion ? 4
                                                     : 7;
  if (count == 0 || !IsScalarOrBool(scalar)) return Unresolved("an instance of a generic type");
  std::vector<Object> values = arguments.positional;
  // transform(p=..., q=...)
  for (std::string_view part : {"p", "q"})
    if (const Object* value = Keyword(arguments, unit_.symbols, part)) values.push_back(*value);
  if (!arguments.keywords.empty() && (info.kind != TypeKind::Transform || values.size() > 2))
    return Unresolved("a value made from keyword arguments");
  // Sequences give their elements: a vector of a vector, a matrix of its rows, a transform of its parts.
  for (int level = 0; level < 2; ++level) {
    std::vector<Object> flat;
    for (const Object& value : values) {
      if (auto items = Iterate(value))
        flat.insert(flat.end(), items->begin(), items->end());
      else
        flat.push_back(value);
    }
    values = std::move(flat);
  }
  if (values.empty()) {
    values.assign(count, MakeInt(0));
    if (info.kind == TypeKind::Transform) values[6] = MakeInt(1);
  } else if (values.size() == 1 && count > 1) {
    values.assign(count, Object(values[0]));
  }
  if (values.size() != count) return Unresolved("a value made from the wrong number of elements");
  Constant constant;
  constant.form = ConstantForm::Composite;
  constant.type = type;
  constant.typed = true;
  for (const Object& value : values) {
    std::optional<Constant> element = ScalarElement(scalar, value);
    if (!element) return Unresolved("a value with unknown elements");
    constant.elements.push_back(unit_.constants.Add(std::move(*element)));
  }
  return ConstantObject(unit_.constants.Add(std::move(constant)), type);
}

// wp.types.vector(length=3, dtype=wp.float32), matrix(shape=(3, 3), dtype=...), quaternion(dtype),
// transformation(dtype).
Object Reader::CallTypeMaker(SpecialKind special, const CallArguments& arguments) {
  bool has_extent = special == SpecialKind::TypesVector || special == SpecialKind::TypesMatrix;
  const Object* dtype = Argument(arguments, unit_.symbols, has_extent ? 1 : 0, "dtype");
  TypeId scalar = dtype != nullptr ? TypeOf(*dtype) : TypeId();
  if (!scalar.valid()) return Unresolved("a type of unknown element type");
  if (special == SpecialKind::TypesQuaternion)
    return TypeObject(unit_.types.Quaternion(scalar), TypeFlavor::Made);
  if (special == SpecialKind::TypesTransformation)
    return TypeObject(unit_.types.Transform(scalar), TypeFlavor::Made);
  const Object* extent =
      Argument(arguments, unit_.symbols, 0, special == SpecialKind::TypesVector ? "length" : "shape");
  if (extent == nullptr) return Unresolved("a type of unknown size");
  auto size = [this](const Object& object) -> std::optional<uint32_t> {
    if (object.kind == ObjectKind::Type && object.type == kAnyType) return kAnyLength;
    std::optional<Int128> value = IntegerOf(object);
    if (!value || *value < 0 || *value > 1'000'000) return std::nullopt;
    return static_cast<uint32_t>(*value);
  };
  if (special == SpecialKind::TypesVector) {
    std::optional<uint32_t> length = size(*extent);
    if (!length) return Unresolved("a vector type of unknown length");
    return TypeObject(unit_.types.Vector(*length, scalar), TypeFlavor::Made);
  }
  std::optional<std::vector<Object>> shape = Iterate(*extent);
  if (!shape || shape->size() != 2) return Unresolved("a matrix type of unknown shape");
  std::optional<uint32_t> rows = size((*shape)[0]), columns = size((*shape)[1]);
  if (!rows || !columns) return Unresolved("a matrix type of unknown shape");
  return TypeObject(unit_.types.Matrix(*rows, *columns, scalar), TypeFlavor::Made);
}

Object Reader::ArrayOf(SpecialKind special, const Object& dtype, std::optional<int64_t> dimensions) {
  TypeId element = TypeOf(dtype);
  if (!element.valid()) return Unresolved("an array of unknown element type");
  ArrayFamily family = ArrayFamily::Regular;
  int64_t count = dimensions.value_or(1);
  if (special >= SpecialKind::Array1d && special <= SpecialKind::Array4d)
    count = 1 + static_cast<int64_t>(special) - static_cast<int64_t>(SpecialKind::Array1d);
  if (special >= SpecialKind::IndexedArray && special <= SpecialKind::IndexedArray4d) {
    family = ArrayFamily::Indexed;
    if (special != SpecialKind::IndexedArray)
      count = 1 + static_cast<int64_t>(special) - static_cast<int64_t>(SpecialKind::IndexedArray1d);
  }
  if (special == SpecialKind::FabricArray) family = ArrayFamily::Fabric;
  if (special == SpecialKind::IndexedFabricArray) family = ArrayFamily::IndexedFabric;
  return TypeObject(unit_.types.Array(element, static_cast<uint8_t>(count), family), TypeFlavor::Made);
}

Object Reader::CallArrayType(SpecialKind special, const CallArguments& arguments) {
  Object any = TypeObject(kAnyType);
  const Object* dtype = Keyword(arguments, unit_.symbols, "dtype");
  if (dtype == nullptr) dtype = &any;
  if (special == SpecialKind::FixedArray) {
    const Object* shape = Keyword(arguments, unit_.symbols, "shape");
    TypeId element = TypeOf(*dtype);
    if (shape == nullptr || !element.valid()) return Unresolved("a fixed array of unknown shape");
    std::vector<int64_t> extents;
    std::optional<std::vector<Object>> items = Iterate(*shape);
    for (const Object& item : items ? *items : std::vector<Object>{*shape}) {
      std::optional<Int128> extent = IntegerOf(item);
      if (!extent) return Unresolved("a fixed array of unknown shape");
      extents.push_back(static_cast<int64_t>(*extent));
    }
    return TypeObject(unit_.types.FixedArray(element, extents), TypeFlavor::Made);
  }
  if (!arguments.positional.empty()) return Unresolved("an array with data");
  for (const auto& [keyword, value] : arguments.keywords) {
    std::string_view name = Name(keyword);
    if (name != "dtype" && name != "ndim" && name != "device" && name != "requires_grad")
      return Unresolved("an array with data");
  }
  // Functions of Warp that make arrays of two dimensions, whatever they are told.
  if (special == SpecialKind::FabricArrayArray) return ArrayOf(SpecialKind::FabricArray, *dtype, 2);
  if (special == SpecialKind::IndexedFabricArrayArray) return ArrayOf(SpecialKind::IndexedFabricArray, *dtype, 2);
  const Object* ndim = Keyword(arguments, unit_.symbols, "ndim");
  if (ndim == nullptr || IsOpaque(*ndim, OpaqueKind::PythonNone))
    return ArrayOf(special, *dtype, std::nullopt);
  if (ndim->kind == ObjectKind::Type && ndim->type == kAnyType)
    return ArrayOf(special, *dtype, kAnyDimensions);
  std::optional<Int128> dimensions = IntegerOf(*ndim);
  if (!dimensions || *dimensions < 1 || *dimensions > 4) return Unresolved("an array of unknown dimensions");
  return ArrayOf(special, *dtype, static_cast<int64_t>(*dimensions));
}

Object Reader::TileOf(const Object& dtype, const std::vector<Object>& shape, TileTraits traits) {
  TypeId element = TypeOf(dtype);
  if (!element.valid()) return Unresolved("a tile of unknown element type");
  if (shape.empty()) return TypeObject(unit_.types.TilePattern(element), TypeFlavor::Made);
  std::vector<int64_t> extents;
  for (const Object& item : shape) {
    std::optional<Int128> extent = IntegerOf(item);
    if (!extent || *extent < 1 || *extent > 1'000'000) return Unresolved("a tile of unknown shape");
    extents.push_back(static_cast<int64_t>(*extent));
  }
  return TypeObject(unit_.types.NewTile(element, extents, traits), TypeFlavor::Made);
}

// wp.tile(dtype, shape, storage, layout), wp.tile_stack(dtype, capacity).
Object Reader::CallTileType(SpecialKind special, const CallArguments& arguments) {
  const Object* dtype = Argument(arguments, unit_.symbols, 0, "dtype");
  const Object* extent = Argument(arguments, unit_.symbols, 1, special == SpecialKind::Tile ? "shape" : "capacity");
  if (dtype == nullptr || extent == nullptr || arguments.positional.size() > 4 || !arguments.complete)
    return Unresolved("a tile of unknown shape");
  if (special == SpecialKind::TileStack) {
    std::optional<Int128> capacity = IntegerOf(*extent);
    TypeId element = TypeOf(*dtype);
    if (!capacity || *capacity < 1 || *capacity > 1'000'000 || !element.valid())
      return Unresolved("a stack of unknown capacity");
    return TypeObject(unit_.types.TileStack(element, static_cast<uint32_t>(*capacity)), TypeFlavor::Made);
  }
  TileTraits traits;
  auto is = [this](const Object* value, std::string_view text) { return value != nullptr && Text(*value) == text; };
  if (is(Argument(arguments, unit_.symbols, 2, "storage"), "shared")) traits.storage = TileStorage::Shared;
  if (is(Argument(arguments, unit_.symbols, 3, "layout"), "colmajor")) traits.layout = TileLayout::ColumnMajor;
  if (Keyword(arguments, unit_.symbols, "strides") != nullptr || Keyword(arguments, unit_.symbols, "owner") != nullptr)
    return Unresolved("a tile type with strides");
  if (extent->kind == ObjectKind::Type && extent->type == kAnyType) return TileOf(*dtype, {}, traits);
  std::optional<std::vector<Object>> shape = Iterate(*extent);
  if (!shape || shape->empty()) return Unresolved("a tile of unknown shape");
  return TileOf(*dtype, *shape, traits);
}

// A number of numpy's as Python's, for a conversion.
Object Reader::NumberOf(const Object& value) const {
  if (!IsOpaque(value, OpaqueKind::Unresolved) || !value.constant.valid()) return value;
  return ConstantObject(value.constant, unit_.constants[value.constant].type);
}

// A number that numpy.float32 or numpy.float64 gives. How Python spells half-precision numbers is not known here.
Object Reader::MakeNumpyFloat(TypeId type, double value) {
  Object number = Unresolved("a number of numpy");
  if ((type != kFloat32Type && type != kFloat64Type) || !std::isfinite(value)) return number;
  Constant constant = Constant::Float(type == kFloat32Type ? static_cast<float>(value) : value);
  if (type == kFloat32Type) constant.text = SpellPythonFloat(static_cast<float>(value)).view();
  number.constant = unit_.constants.Add(std::move(constant));
  return number;
}

std::pair<Int128, Int128> Reader::IntegerLimits(TypeId type) const {
  const int bits = 8 * static_cast<int>(SizeInBytes(unit_.types, type));
  if (IsUnsigned(type)) return {0, (Int128{1} << bits) - 1};
  return {-(Int128{1} << (bits - 1)), (Int128{1} << (bits - 1)) - 1};
}

// numpy.float32(x), numpy.int64(n)
Object Reader::CallNumpyType(TypeId type, const Object& value) {
  if (IsFloat(type)) {
    std::optional<double> real = RealOf(value);
    return real ? MakeNumpyFloat(type, *real) : Unresolved("a number of numpy");
  }
  Object number = Unresolved("a number of numpy");
  const auto [least, most] = IntegerLimits(type);
  if (std::optional<Int128> integer = IntegerOf(value); integer && *integer >= least && *integer <= most)
    number.constant = MakeInt(*integer).constant;
  return number;
}

// numpy.finfo(type), numpy.iinfo(type): an object with the limits of a type. Those of an integer are Python's int, the
// others are numpy's numbers, which kernels cannot use before they are converted.
Object Reader::CallNumpyLimits(const CallArguments& arguments) {
  if (arguments.positional.size() != 1 || !arguments.keywords.empty()) return Unresolved("the limits of a type");
  const Object& given = arguments.positional[0];
  TypeId type;
  if (IsOpaque(given, OpaqueKind::Unresolved)) type = given.type;
  if (given.kind == ObjectKind::Type && given.flavor == TypeFlavor::Python && given.type == kFloat32Type) type = kFloat64Type;
  if (given.kind == ObjectKind::Type && given.flavor == TypeFlavor::Python && given.type == kInt32Type) type = kInt64Type;
  if (!type.valid()) return Unresolved("the limits of a type");
  NamespaceId limits = implementation_.AddNamespace(NamespaceKind::Class, "numpy limits");
  auto set = [&](std::string_view name, const Object& value) {
    implementation_.name_space(limits).names.Set(unit_.symbols.Intern(name), value);
  };
  set("bits", MakeInt(8 * static_cast<int>(SizeInBytes(unit_.types, type))));
  if (!IsFloat(type)) {
    const auto [least, most] = IntegerLimits(type);
    set("max", MakeInt(most));
    set("min", MakeInt(least));
    return NamespaceObject(limits);
  }
  // Binary digits of the fraction, and the exponents of the largest and the smallest normal number.
  const auto [digits, largest, smallest] = type == kFloat64Type   ? std::tuple(52, 1023, -1022)
                                           : type == kFloat32Type ? std::tuple(23, 127, -126)
                                                                  : std::tuple(10, 15, -14);
  auto real = [&](double value) { return MakeNumpyFloat(type, value); };
  const double eps = std::ldexp(1.0, -digits), most = std::ldexp(2.0 - eps, largest), least = std::ldexp(1.0, smallest);
  set("eps", real(eps));
  set("max", real(most));
  set("min", real(-most));
  set("tiny", real(least));
  set("smallest_normal", real(least));
  set("smallest_subnormal", real(std::ldexp(1.0, smallest - digits)));
  return NamespaceObject(limits);
}

Object Reader::CallSpecial(SpecialKind special, const CallArguments& arguments, NodeId node) {
  switch (special) {
    case SpecialKind::Constant:
      return arguments.positional.size() == 1 ? arguments.positional[0] : Unresolved("a constant");
    case SpecialKind::Kernel:
    case SpecialKind::Func:
    case SpecialKind::Struct:
    case SpecialKind::FuncGrad:
    case SpecialKind::FuncReplay:
    case SpecialKind::FuncNative: {
      if (arguments.positional.size() == 1 && special <= SpecialKind::Func) {
        CallArguments options = arguments;
        options.positional.clear();
        return ApplySpecial(special, options, arguments.positional[0]);
      }
      decorators_.push_back(arguments);
      decorator_kinds_.push_back(special);
      return OpaqueObject(OpaqueKind::Decorator, static_cast<uint32_t>(decorators_.size() - 1));
    }
    case SpecialKind::NumpyLimits:
      return CallNumpyLimits(arguments);
    case SpecialKind::FunctoolsWraps:
      return SpecialObject(SpecialKind::SameFunction, unit_.symbols.Intern("wraps"));
    case SpecialKind::SameFunction:
      // As a call it takes the function, or options of a decorator that is still to be applied.
      if (arguments.positional.size() == 1 && IsOpaque(arguments.positional[0], OpaqueKind::PythonFunction))
        return arguments.positional[0];
      return SpecialObject(SpecialKind::SameFunction, unit_.symbols.Intern("lru_cache"));
    case SpecialKind::KernelClass:
      return CallKernelClass(arguments, node);
    case SpecialKind::SetModuleOptions:
      SetModuleOptions(arguments, node);
      return OpaqueObject(OpaqueKind::PythonNone);
    case SpecialKind::Overload:
      return OverloadKernel(arguments, node);
    case SpecialKind::TypesVector:
    case SpecialKind::TypesMatrix:
    case SpecialKind::TypesQuaternion:
    case SpecialKind::TypesTransformation:
      return CallTypeMaker(special, arguments);
    case SpecialKind::Array:
    case SpecialKind::Array1d:
    case SpecialKind::Array2d:
    case SpecialKind::Array3d:
    case SpecialKind::Array4d:
    case SpecialKind::IndexedArray:
    case SpecialKind::IndexedArray1d:
    case SpecialKind::IndexedArray2d:
    case SpecialKind::IndexedArray3d:
    case SpecialKind::IndexedArray4d:
    case SpecialKind::FabricArray:
    case SpecialKind::FabricArrayArray:
    case SpecialKind::IndexedFabricArray:
    case SpecialKind::IndexedFabricArrayArray:
    case SpecialKind::FixedArray:
      return CallArrayType(special, arguments);
    case SpecialKind::Tile:
    case SpecialKind::TileStack:
      return CallTileType(special, arguments);
    case SpecialKind::Auto:
      return SpecialObject(SpecialKind::Auto, unit_.symbols.Intern("auto"));
    default:
      return Unresolved("the result of a call");
  }
}

// wp.overload(kernel, types), with types in a list or by name.
Object Reader::OverloadKernel(const CallArguments& arguments, NodeId node) {
  const Object* kernel = Argument(arguments, unit_.symbols, 0, "kernel");
  const Object* types = Argument(arguments, unit_.symbols, 1, "arg_types");
  if (kernel == nullptr || !IsOpaque(*kernel, OpaqueKind::Kernel)) return Unresolved("an overload of a kernel");
  const KernelDefinition& generic = unit_.kernels[kernel->detail];
  std::vector<Annotation> annotations;
  bool known = arguments.complete;
  if (types != nullptr && IsOpaque(*types, OpaqueKind::List)) {
    for (const Object& type : implementation_.sequences[types->detail]) annotations.push_back(AnnotationOf(type));
  } else if (types != nullptr && IsOpaque(*types, OpaqueKind::Mapping)) {
    for (const Parameter& parameter : generic.parameters) annotations.push_back({parameter.type});
    for (const auto& [key, type] : implementation_.mappings[types->detail]) {
      size_t index = 0;
      std::string name = Text(key).value_or("");
      while (index < annotations.size() && Name(generic.parameters[index].name) != name) ++index;
      if (index == annotations.size()) {
        Emit(DiagnosticKind::InvalidOverload, node, "kernel " + generic.key + " has no parameter " + name);
        return Unresolved("an overload that Warp rejects");
      }
      annotations[index] = AnnotationOf(type);
    }
  } else {
    known = known && types == nullptr;
  }
  if (!known) {
    Emit(DiagnosticKind::UnresolvedDefinition, node, "an overload of " + generic.key, "its types are computed");
    return Unresolved("an overload of a kernel");
  }
  return AddKernelOverload(kernel->detail, annotations, node);
}

Object Reader::AddKernelOverload(uint32_t index, std::span<const Annotation> annotations, NodeId node) {
  std::string key = unit_.kernels[index].key;
  if (!unit_.kernels[index].generic || annotations.size() != unit_.kernels[index].parameters.size()) {
    Emit(DiagnosticKind::InvalidOverload, node,
         unit_.kernels[index].generic ? "the overload of kernel " + key + " has another number of parameters"
                                      : "kernel " + key + " is not generic");
    return Unresolved("an overload that Warp rejects");
  }
  KernelDefinition instance = unit_.kernels[index];
  for (size_t i = 0; i < annotations.size(); ++i) {
    std::string name(Name(instance.parameters[i].name));
    if (annotations[i].unresolved) {
      Emit(DiagnosticKind::UnresolvedDefinition, node, "an overload of " + key,
           "the type of parameter " + name + " needs " + annotations[i].reason);
      return Unresolved("an overload of a kernel");
    }
    if (!annotations[i].type.valid() ||
        !TypeMatchesTemplate(unit_.types, annotations[i].type, instance.parameters[i].type)) {
      Emit(DiagnosticKind::InvalidOverload, node, "parameter " + name + " of kernel " + key + " cannot have this type");
      return Unresolved("an overload that Warp rejects");
    }
    instance.parameters[i].type = annotations[i].type;
  }
  auto same = [&](const KernelDefinition& other) {
    if (other.template_index != index) return false;
    for (size_t i = 0; i < instance.parameters.size(); ++i)
      if (AnnotationCode(unit_.types, other.parameters[i].type) !=
          AnnotationCode(unit_.types, instance.parameters[i].type))
        return false;
    return true;
  };
  auto known = std::find_if(unit_.kernels.begin(), unit_.kernels.end(), same);
  auto position = static_cast<uint32_t>(known - unit_.kernels.begin());
  if (known == unit_.kernels.end()) {
    instance.generic = false;
    instance.is_instance = true;
    instance.first_line = 0;
    instance.template_index = index;
    RefillStatics(instance);
    unit_.kernels.push_back(std::move(instance));
  }
  return OpaqueObject(OpaqueKind::Kernel, position, unit_.symbols.Intern("a kernel"));
}

void Reader::SetModuleOptions(const CallArguments& arguments, NodeId node) {
  const Object* module = Argument(arguments, unit_.symbols, 1, "module");
  if (module != nullptr && !IsOpaque(*module, OpaqueKind::PythonNone)) return;
  if (!in_main()) return;
  EnsureModule();
  const Object* options = Argument(arguments, unit_.symbols, 0, "options");
  if (options == nullptr || !IsOpaque(*options, OpaqueKind::Mapping)) {
    Emit(DiagnosticKind::UnresolvedDefinition, node, "the options of the module", "they are computed");
    return;
  }
  for (const auto& [key, value] : implementation_.mappings[options->detail]) {
    if (key.kind != ObjectKind::Constant || ConstantOf(key).form != ConstantForm::String) continue;
    module_options_[ConstantOf(key).text] = value;
  }
}

}  // namespace warpsmith
