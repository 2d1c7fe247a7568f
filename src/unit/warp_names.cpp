#include "unit/warp_names.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/warp_version.h"

namespace warpsmith {
namespace {

// Sorted by name, as the exporter writes it.
constexpr WarpName kWarpNames[] = {
#define WARP_NAME(name, kind, value, is_builtin_key) {name, WarpNameKind::kind, value, is_builtin_key},
#define WARP_MEMBER(type, member, value, is_enum)
#define WARP_CONFIG(name)
#include "unit/warp_names.def"
#undef WARP_NAME
#undef WARP_MEMBER
#undef WARP_CONFIG
};

struct WarpMember {
  std::string_view type;
  std::string_view member;
  int64_t value;
  bool is_enum;
};
constexpr WarpMember kWarpMembers[] = {
#define WARP_NAME(name, kind, value, is_builtin_key)
#define WARP_MEMBER(type, member, value, is_enum) {type, member, value, is_enum},
#define WARP_CONFIG(name)
#include "unit/warp_names.def"
#undef WARP_NAME
#undef WARP_MEMBER
#undef WARP_CONFIG
};

// Sorted too: attributes of warp.config.
constexpr std::string_view kConfigNames[] = {
#define WARP_NAME(name, kind, value, is_builtin_key)
#define WARP_MEMBER(type, member, value, is_enum)
#define WARP_CONFIG(name) name,
#include "unit/warp_names.def"
#undef WARP_NAME
#undef WARP_MEMBER
#undef WARP_CONFIG
};

constexpr uint32_t Hash(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

// An open-addressing table over kWarpNames, made at compile time.
constexpr size_t kSlots = 2048;
struct NameIndex {
  std::array<uint16_t, kSlots> slots{};  // 1 + index
};
constexpr NameIndex MakeIndex() {
  NameIndex index;
  for (size_t i = 0; i < std::size(kWarpNames); ++i) {
    size_t slot = Hash(kWarpNames[i].name) % kSlots;
    while (index.slots[slot] != 0) slot = (slot + 1) % kSlots;
    index.slots[slot] = static_cast<uint16_t>(i + 1);
  }
  return index;
}
constexpr NameIndex kIndex = MakeIndex();

struct FunctionCount {
  std::string_view maker;
  std::string_view key;
  uint32_t count;
};
constexpr FunctionCount kFunctionCounts[] = {
#define FUNCTION_COUNT(maker, key, count) {maker, key, count},
#define IMPORTS(module, maker)
#include "unit/function_counters.def"
#undef FUNCTION_COUNT
#undef IMPORTS
};
// Which keys there may be counts for, by hash: most functions of users have none.
constexpr size_t kKeyBits = 8192;
struct KeyFilter {
  std::array<bool, kKeyBits> known{};
};
constexpr KeyFilter MakeKeyFilter() {
  KeyFilter filter;
  for (const FunctionCount& row : kFunctionCounts) filter.known[Hash(row.key) % kKeyBits] = true;
  return filter;
}
constexpr KeyFilter kKeyFilter = MakeKeyFilter();

struct ImportEdge {
  std::string_view module;
  std::string_view maker;
};
constexpr ImportEdge kImports[] = {
#define FUNCTION_COUNT(maker, key, count)
#define IMPORTS(module, maker) {module, maker},
#include "unit/function_counters.def"
#undef FUNCTION_COUNT
#undef IMPORTS
};

struct SpecialName {
  std::string_view name;
  SpecialKind special;
};
constexpr SpecialName kWarpSpecials[] = {
    {"kernel", SpecialKind::Kernel},
    {"Kernel", SpecialKind::KernelClass},
    {"func", SpecialKind::Func},
    {"func_grad", SpecialKind::FuncGrad},
    {"func_replay", SpecialKind::FuncReplay},
    {"func_native", SpecialKind::FuncNative},
    {"struct", SpecialKind::Struct},
    {"overload", SpecialKind::Overload},
    {"constant", SpecialKind::Constant},
    {"set_module_options", SpecialKind::SetModuleOptions},
    {"map", SpecialKind::Map},
    {"array", SpecialKind::Array},
    {"array1d", SpecialKind::Array1d},
    {"array2d", SpecialKind::Array2d},
    {"array3d", SpecialKind::Array3d},
    {"array4d", SpecialKind::Array4d},
    {"indexedarray", SpecialKind::IndexedArray},
    {"indexedarray1d", SpecialKind::IndexedArray1d},
    {"indexedarray2d", SpecialKind::IndexedArray2d},
    {"indexedarray3d", SpecialKind::IndexedArray3d},
    {"indexedarray4d", SpecialKind::IndexedArray4d},
    {"fabricarray", SpecialKind::FabricArray},
    {"fabricarrayarray", SpecialKind::FabricArrayArray},
    {"indexedfabricarray", SpecialKind::IndexedFabricArray},
    {"indexedfabricarrayarray", SpecialKind::IndexedFabricArrayArray},
    {"fixedarray", SpecialKind::FixedArray},
    {"ref", SpecialKind::Reference},
    {"tile", SpecialKind::Tile},
    {"tile_stack", SpecialKind::TileStack},
};

constexpr std::string_view kPythonBuiltins[] = {
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "Ellipsis",
    "Exception",
    "ImportError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "ModuleNotFoundError",
    "NameError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "RuntimeError",
    "StopIteration",
    "SystemExit",
    "TypeError",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
    "__build_class__",
    "__debug__",
    "__doc__",
    "__import__",
    "__loader__",
    "__name__",
    "__package__",
    "__spec__",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
};

constexpr std::string_view kMathFunctions[] = {
    "sqrt", "cbrt",  "exp",  "exp2",    "log",     "log2",    "log10",   "log1p",    "expm1",
    "sin",  "cos",   "tan",  "asin",    "acos",    "atan",    "arcsin",  "arccos",   "arctan",
    "sinh", "cosh",  "tanh", "radians", "degrees", "deg2rad", "rad2deg", "fabs",     "floor",
    "ceil", "trunc", "pow",  "atan2",   "arctan2", "hypot",   "fmod",    "copysign",
};

}  // namespace

std::span<const WarpName> WarpNames() { return kWarpNames; }

const WarpName* FindWarpName(std::string_view name) {
  size_t slot = Hash(name) % kSlots;
  while (uint16_t entry = kIndex.slots[slot]) {
    if (kWarpNames[entry - 1].name == name) return &kWarpNames[entry - 1];
    slot = (slot + 1) % kSlots;
  }
  return nullptr;
}

bool IsPythonBuiltin(std::string_view name) {
  return std::binary_search(std::begin(kPythonBuiltins), std::end(kPythonBuiltins), name);
}

uint32_t LibraryFunctionCount(std::string_view key, const std::vector<std::string>& imported_modules) {
  uint32_t count = 0;
  if (!kKeyFilter.known[Hash(key) % kKeyBits]) return count;
  for (const FunctionCount& row : kFunctionCounts) {
    if (row.key != key) continue;
    bool loaded = row.maker == "warp";
    for (const ImportEdge& edge : kImports) {
      if (loaded) break;
      loaded = edge.maker == row.maker && std::find(imported_modules.begin(), imported_modules.end(),
                                                    edge.module) != imported_modules.end();
    }
    if (loaded) count += row.count;
  }
  return count;
}

Object WarpClass(Unit& unit, std::string_view text) {
  Unit::Implementation& implementation = unit.implementation();
  bool found = false;
  for (const WarpMember& row : kWarpMembers) found = found || row.type == text;
  if (!found) return Object();
  std::string name = "warp." + std::string(text);
  for (size_t i = 0; i < implementation.namespaces.size(); ++i)
    if (implementation.namespaces[i].name == name)
      return NamespaceObject(NamespaceId(static_cast<uint32_t>(i)));
  NamespaceId id = implementation.AddNamespace(NamespaceKind::Class, name);
  for (const WarpMember& row : kWarpMembers) {
    if (row.type != text) continue;
    Object member = ConstantObject(unit.constants.Add(Constant::Int(row.value)), kInt32Type);
    member.enum_member = row.is_enum;
    implementation.name_space(id).names.Set(unit.symbols.Intern(row.member), member);
  }
  return NamespaceObject(id);
}

Object WarpTypeTuple(Unit& unit, std::string_view text) {
  static constexpr TypeId kTypes[] = {kInt8Type,   kUint8Type,  kInt16Type,   kUint16Type,   kInt32Type,   kUint32Type, kInt64Type,
                                      kUint64Type, kFloat16Type, kBfloat16Type, kFloat32Type, kFloat64Type, kBoolType};
  static constexpr size_t kFirstFloat = 8, kScalars = 12;
  std::span<const TypeId> types = kTypes;
  if (text == "int_types") types = types.first(kFirstFloat);
  else if (text == "float_types") types = types.subspan(kFirstFloat, kScalars - kFirstFloat);
  else if (text == "scalar_types") types = types.first(kScalars);
  else if (text != "scalar_and_bool_types") return Object();
  std::vector<Object> elements;
  for (TypeId type : types) elements.push_back(TypeObject(type));
  std::vector<std::vector<Object>>& sequences = unit.implementation().sequences;
  sequences.push_back(std::move(elements));
  return OpaqueObject(OpaqueKind::Tuple, static_cast<uint32_t>(sequences.size() - 1), unit.symbols.Intern("a tuple"));
}

Object WarpSpecial(std::string_view text, SymbolId name) {
  Object object;
  object.name = name;
  if (text == "static") {
    object.kind = ObjectKind::Static;
  } else if (text == "grad") {
    object.kind = ObjectKind::Grad;
  } else if (text == "address_of") {
    object.kind = ObjectKind::AddressOf;
  } else if (text == "Float" || text == "Int" || text == "Scalar") {
    return TypeObject(text == "Float" ? kAnyFloatType : text == "Int" ? kAnyIntType : kAnyScalarType);
  } else if (text == "Function") {
    return TypeObject(kFunctionType);
  } else {
    for (const SpecialName& row : kWarpSpecials)
      if (row.name == text) return SpecialObject(row.special, name);
    return OpaqueObject(OpaqueKind::Unresolved, 0, name);
  }
  return object;
}

Object ConfigDefault(Unit& unit, std::string_view name) {
  static constexpr std::pair<std::string_view, bool> kFlags[] = {
      {"verify_fp", false},
      {"verify_cuda", false},
      {"print_launches", false},
      {"verify_autograd_array_access", false},
      {"cache_kernels", true},
      {"enable_vector_component_overwrites", false},
      {"lineinfo", false},
      {"line_directives", true},
      {"enable_backward", true},
      {"default_grid_stride", true},
      {"enable_mathdx_gemm", true},
      {"enable_mathdx_solver", true},
      {"enable_mathdx_fft", true},
      {"llvm_cuda", false},
      {"compile_time_trace", false},
      {"use_precompiled_headers", true},
      {"enable_tiles_in_stack_memory", true},
  };
  for (const auto& [flag, value] : kFlags)
    if (flag == name) return ConstantObject(unit.constants.Add(Constant::Bool(value)), kBoolType);
  if (name == "mode" || name == "version") {
    Constant text = Constant::String(name == "mode" ? "release" : kWarpVersion, kStringType);
    return ConstantObject(unit.constants.Add(std::move(text)), kStringType);
  }
  if (name == "max_unroll") return ConstantObject(unit.constants.Add(Constant::Int(16)), kInt32Type);
  if (name == "optimization_level") return OpaqueObject(OpaqueKind::PythonNone);
  // A local variable may be called config: what the module does not have is not an attribute of it.
  if (!name.starts_with("__") && !std::binary_search(std::begin(kConfigNames), std::end(kConfigNames), name)) return Object();
  return OpaqueObject(OpaqueKind::Unresolved, 0, unit.symbols.Intern("warp.config"));
}

namespace {

Object FloatObject(Unit& unit, double value) {
  return ConstantObject(unit.constants.Add(Constant::Float(value)), kFloat32Type);
}

constexpr std::pair<std::string_view, TypeId> kNumpyScalars[] = {
    {"float16", kFloat16Type}, {"float32", kFloat32Type}, {"float64", kFloat64Type}, {"int8", kInt8Type},
    {"int16", kInt16Type},     {"int32", kInt32Type},     {"int64", kInt64Type},     {"uint8", kUint8Type},
    {"uint16", kUint16Type},   {"uint32", kUint32Type},   {"uint64", kUint64Type},
};

Object NumericModuleAttribute(Unit& unit, NamespaceKind module, SymbolId name) {
  std::string_view text = unit.symbols.Text(name);
  bool numpy = module == NamespaceKind::Numpy;
  if (text == "pi") return FloatObject(unit, 3.141592653589793);
  if (text == "e") return FloatObject(unit, 2.718281828459045);
  if (text == "inf") return FloatObject(unit, std::numeric_limits<double>::infinity());
  if (text == "nan") return FloatObject(unit, std::numeric_limits<double>::quiet_NaN());
  if (!numpy && text == "tau") return FloatObject(unit, 6.283185307179586);
  if (numpy && text == "euler_gamma") return FloatObject(unit, 0.5772156649015329);
  for (std::string_view function : kMathFunctions)
    if (function == text) return SpecialObject(SpecialKind::MathFunction, name);
  Object unresolved = OpaqueObject(OpaqueKind::Unresolved, 0, name);
  if (!numpy) return unresolved;
  if (text == "finfo" || text == "iinfo") return SpecialObject(SpecialKind::NumpyLimits, name);
  for (const auto& [scalar, type] : kNumpyScalars)
    if (scalar == text) unresolved.type = type;
  return unresolved;
}

}  // namespace

Object PythonModuleAttribute(Unit& unit, NamespaceKind module, SymbolId name) {
  std::string_view text = unit.symbols.Text(name);
  if (module == NamespaceKind::Math || module == NamespaceKind::Numpy)
    return NumericModuleAttribute(unit, module, name);
  if (module == NamespaceKind::Typing) {
    if (text == "Any") return TypeObject(kAnyType);
    if (text == "TYPE_CHECKING") return ConstantObject(unit.constants.Add(Constant::Bool(false)), kBoolType);
    if (text == "Callable") return TypeObject(kCallableType);
    if (text == "Tuple") return SpecialObject(SpecialKind::TypingTuple, name);
    if (text == "Literal") return SpecialObject(SpecialKind::TypingLiteral, name);
    return SpecialObject(SpecialKind::TypingOther, name);
  }
  if (module == NamespaceKind::Functools) {
    if (text == "wraps") return SpecialObject(SpecialKind::FunctoolsWraps, name);
    if (text == "cache" || text == "lru_cache") return SpecialObject(SpecialKind::SameFunction, name);
    return OpaqueObject(OpaqueKind::Unresolved, 0, name);
  }
  if (text == "IntEnum") return SpecialObject(SpecialKind::IntEnum, name);
  if (text == "IntFlag") return SpecialObject(SpecialKind::IntFlag, name);
  if (text == "Enum" || text == "Flag" || text == "StrEnum")
    return SpecialObject(SpecialKind::PlainEnum, name);
  if (text == "auto") return SpecialObject(SpecialKind::Auto, name);
  return OpaqueObject(OpaqueKind::Unresolved, 0, name);
}

namespace {

struct UnaryMath {
  std::string_view name;
  double (*function)(double);
};
// CPython and numpy call the C library for these.
constexpr double kRadiansPerDegree = 3.141592653589793 / 180.0;
constexpr double kDegreesPerRadian = 180.0 / 3.141592653589793;
const UnaryMath kUnaryMath[] = {
    {"sqrt", [](double x) { return std::sqrt(x); }},
    {"cbrt", [](double x) { return std::cbrt(x); }},
    {"exp", [](double x) { return std::exp(x); }},
    {"exp2", [](double x) { return std::exp2(x); }},
    {"log", [](double x) { return std::log(x); }},
    {"log2", [](double x) { return std::log2(x); }},
    {"log10", [](double x) { return std::log10(x); }},
    {"log1p", [](double x) { return std::log1p(x); }},
    {"expm1", [](double x) { return std::expm1(x); }},
    {"sin", [](double x) { return std::sin(x); }},
    {"cos", [](double x) { return std::cos(x); }},
    {"tan", [](double x) { return std::tan(x); }},
    {"asin", [](double x) { return std::asin(x); }},
    {"acos", [](double x) { return std::acos(x); }},
    {"atan", [](double x) { return std::atan(x); }},
    {"arcsin", [](double x) { return std::asin(x); }},
    {"arccos", [](double x) { return std::acos(x); }},
    {"arctan", [](double x) { return std::atan(x); }},
    {"sinh", [](double x) { return std::sinh(x); }},
    {"cosh", [](double x) { return std::cosh(x); }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"radians", [](double x) { return x * kRadiansPerDegree; }},
    {"deg2rad", [](double x) { return x * kRadiansPerDegree; }},
    {"degrees", [](double x) { return x * kDegreesPerRadian; }},
    {"rad2deg", [](double x) { return x * kDegreesPerRadian; }},
    {"fabs", [](double x) { return std::fabs(x); }},
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
    {"trunc", [](double x) { return std::trunc(x); }},
};
struct BinaryMath {
  std::string_view name;
  double (*function)(double, double);
};
const BinaryMath kBinaryMath[] = {
    {"pow", [](double x, double y) { return std::pow(x, y); }},
    {"atan2", [](double x, double y) { return std::atan2(x, y); }},
    {"arctan2", [](double x, double y) { return std::atan2(x, y); }},
    {"hypot", [](double x, double y) { return std::hypot(x, y); }},
    {"fmod", [](double x, double y) { return std::fmod(x, y); }},
    {"copysign", [](double x, double y) { return std::copysign(x, y); }},
    {"log", [](double x, double base) { return std::log(x) / std::log(base); }},
};

}  // namespace

bool EvaluateMathFunction(std::string_view name, std::span<const double> arguments, double& result) {
  if (arguments.size() == 1) {
    for (const UnaryMath& row : kUnaryMath)
      if (row.name == name) {
        result = row.function(arguments[0]);
        return std::isfinite(result);
      }
  } else if (arguments.size() == 2) {
    for (const BinaryMath& row : kBinaryMath)
      if (row.name == name) {
        result = row.function(arguments[0], arguments[1]);
        return std::isfinite(result);
      }
  }
  return false;
}

}  // namespace warpsmith
