// How types are written: in C++, in messages, in records and in hashes.
#include <fmt/format.h>

#include <charconv>

#include "types/types.h"

namespace warpsmith {
namespace {

constexpr std::string_view kPythonNames[] = {
#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) python_name,
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
};
constexpr std::string_view kCppNames[] = {
#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) cpp_name,
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
};
constexpr std::string_view kCodes[] = {
#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) code,
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
};
constexpr std::string_view kFamilyNames[] = {"array", "fixedarray", "indexedarray", "fabricarray",
                                             "indexedfabricarray"};

bool IsSimple(TypeKind kind) { return kind < TypeKind::Vector; }

void AppendNumber(uint32_t value, std::string& out) {
  char digits[16];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

std::string_view FamilyName(ArrayFamily family) { return kFamilyNames[static_cast<size_t>(family)]; }

void AppendTemplateArgument(const TypeTable& types, TypeId type, std::string& out);

// Types that stand inside others.
void AppendValueType(const TypeTable& types, TypeId type, std::string& out) {
  const TypeInfo& info = types[type];
  switch (info.kind) {
    case TypeKind::Vector:
      out += "wp::vec_t<";
      AppendNumber(info.rows, out);
      out += ", ";
      break;
    case TypeKind::Matrix:
      out += "wp::mat_t<";
      AppendNumber(info.rows, out);
      out += ", ";
      AppendNumber(info.columns, out);
      out += ", ";
      break;
    case TypeKind::Quaternion:
      out += "wp::quat_t<";
      break;
    case TypeKind::Transform:
      out += "wp::transform_t<";
      break;
    case TypeKind::Struct:
    case TypeKind::Native:
      out += types.structure(type).native_name;
      return;
    default:
      AppendCppType(types, type, out);
      return;
  }
  bool plain_python =
      info.rows == 1 && (info.kind == TypeKind::Quaternion || info.kind == TypeKind::Transform);
  if (plain_python)
    out += info.element == kInt32Type ? "int" : "float";
  else
    AppendTemplateArgument(types, info.element, out);
  out += '>';
}

void AppendTemplateArgument(const TypeTable& types, TypeId type, std::string& out) {
  // Warp spells what is not a number by its Python name here.
  if (type == kHandleType)
    out += "wp::handle";
  else if (IsSimple(types.kind(type)) && !IsScalarOrBool(type))
    out += kPythonNames[type.index];
  else
    AppendValueType(types, type, out);
}

std::string_view ShortName(TypeId scalar) {
  switch (SimpleKind(scalar)) {
    case TypeKind::Float16:
      return "h";
    case TypeKind::Bfloat16:
      return "bf";
    case TypeKind::Float32:
      return "f";
    case TypeKind::Float64:
      return "d";
    case TypeKind::Int8:
      return "b";
    case TypeKind::Int16:
      return "s";
    case TypeKind::Int32:
      return "i";
    case TypeKind::Int64:
      return "l";
    case TypeKind::Uint8:
      return "ub";
    case TypeKind::Uint16:
      return "us";
    case TypeKind::Uint32:
      return "ui";
    case TypeKind::Uint64:
      return "ul";
    default:
      return {};
  }
}

std::string Number(uint32_t value) { return value == kAnyLength ? "0" : std::to_string(value); }

std::string ReprOfComposite(const TypeTable& types, const TypeInfo& info) {
  std::string_view short_name = ShortName(info.element);
  std::string suffix(short_name);
  auto small = [&](uint32_t extent) { return extent <= 4 || extent == kAnyLength; };
  switch (info.kind) {
    case TypeKind::Vector:
      if (!suffix.empty() && small(info.rows)) return fmt::format("vec{}{}", Number(info.rows), suffix);
      return fmt::format("vector(length={}, dtype={})", Number(info.rows), TypeRepr(types, info.element));
    case TypeKind::Matrix:
      if (!suffix.empty() && small(info.rows) && small(info.columns))
        return fmt::format("mat{}{}{}", Number(info.rows), Number(info.columns), suffix);
      return fmt::format("matrix(shape=({}, {}), dtype={})", Number(info.rows), Number(info.columns),
                         TypeRepr(types, info.element));
    case TypeKind::Quaternion:
      return suffix.empty() ? fmt::format("quat(dtype={})", TypeRepr(types, info.element)) : "quat" + suffix;
    default:
      return suffix.empty() ? fmt::format("transform(dtype={})", TypeRepr(types, info.element))
                            : "transform" + suffix;
  }
}

std::string JoinElements(const TypeTable& types, TypeId type,
                         std::string (*spell)(const TypeTable&, TypeId)) {
  std::string out;
  for (TypeId element : types.elements(type)) {
    if (!out.empty()) out += ", ";
    out += spell(types, element);
  }
  return out;
}

}  // namespace

namespace {

void AppendExtents(std::span<const int64_t> extents, std::string& out) {
  for (size_t i = 0; i < extents.size(); ++i) fmt::format_to(std::back_inserter(out), "{}{}", i ? "," : "", extents[i]);
}

// The element type of a tile and, `between` after it, its shape, whose bracket stays open.
void AppendElementAndShape(const TypeTable& types, TypeId type, std::string_view between, std::string& out) {
  AppendValueType(types, types[type].element, out);
  out += between;
  out += "wp::tile_shape_t<";
  AppendExtents(types.shape(type), out);
}

void AppendTileType(const TypeTable& types, TypeId type, std::string& out) {
  const TypeInfo& info = types[type];
  if (info.tile.storage == TileStorage::Register) {
    out += "wp::tile_register_t<";
    AppendElementAndShape(types, type, ",wp::tile_layout_register_t<", out);
    out += ">>>";
    return;
  }
  out += "wp::tile_shared_t<";
  AppendElementAndShape(types, type, ",wp::tile_layout_strided_t<", out);
  out += ">, wp::tile_stride_t<";
  AppendExtents(types.strides(type), out);
  out += info.tile.owner ? ">>, true>" : ">>, false>";
}

}  // namespace

void AppendTileInitializer(const TypeTable& types, TypeId type, bool with_gradient, std::string& out) {
  const TypeInfo& info = types[type];
  if (info.kind == TypeKind::TileStack) {
    out += "wp::tile_stack_alloc<";
    AppendCppType(types, info.element, out);
    out += ", ";
    AppendNumber(info.rows, out);
    out += ">()";
  } else if (info.tile.storage == TileStorage::Register) {
    AppendTileType(types, type, out);
    out += "{}";
  } else if (!info.tile.owner) {
    out += "nullptr";  // a view: the call that makes it says of what
  } else {
    out += "wp::tile_alloc_empty<";
    AppendElementAndShape(types, type, ",", out);
    out += ">,wp::tile_stride_t<";
    AppendExtents(types.strides(type), out);
    out += with_gradient ? ">,true>()" : ">,false>()";
  }
}

void AppendCppType(const TypeTable& types, TypeId type, std::string& out) {
  const TypeInfo& info = types[type];
  if (IsSimple(info.kind)) {
    out += kCppNames[type.index];
    return;
  }
  switch (info.kind) {
    case TypeKind::Array:
      out += "wp::";
      out += FamilyName(info.family);
      out += "_t<";
      if (info.family == ArrayFamily::Fixed) {
        AppendNumber(info.rows, out);
        out += ", ";
      }
      AppendValueType(types, info.element, out);
      out += '>';
      return;
    case TypeKind::Reference:
      if (info.rows == 1)
        out += info.element == kInt32Type ? "int" : "float";
      else
        AppendCppType(types, info.element, out);
      out += '*';
      return;
    case TypeKind::Tuple:
    case TypeKind::Sequence: {
      out += "wp::tuple_t<";
      std::span<const TypeId> elements = types.elements(type);
      for (size_t i = 0; i < elements.size(); ++i) {
        if (i != 0) out += ", ";
        bool is_python = i < 32 && ((info.rows >> i) & 1) != 0;
        if (is_python) out += elements[i] == kInt32Type ? "int" : "float";
        else AppendValueType(types, elements[i], out);
      }
      out += '>';
      return;
    }
    case TypeKind::Tile:
      return AppendTileType(types, type, out);
    case TypeKind::TileStack:
      out += "wp::tile_stack_t<";
      AppendCppType(types, info.element, out);
      out += ", ";
      AppendNumber(info.rows, out);
      out += '>';
      return;
    case TypeKind::Vector:
    case TypeKind::Matrix:
    case TypeKind::Quaternion:
    case TypeKind::Transform:
    case TypeKind::Struct:
    case TypeKind::Native:
      AppendValueType(types, type, out);
      return;
    default:
      return;  // no variable has such a type
  }
}

std::string CppType(const TypeTable& types, TypeId type) {
  std::string out;
  AppendCppType(types, type, out);
  return out;
}

std::string CppTemplateArgument(const TypeTable& types, TypeId type) {
  std::string out;
  AppendTemplateArgument(types, type, out);
  return out;
}

std::string TypeRepr(const TypeTable& types, TypeId type) {
  const TypeInfo& info = types[type];
  if (IsSimple(info.kind)) return std::string(kPythonNames[type.index]);
  switch (info.kind) {
    case TypeKind::Array: {
      std::string element = TypeRepr(types, info.element);
      if (info.family == ArrayFamily::Fixed && info.list_count) {
        return fmt::format("fixedarray(shape=({}{}), dtype={})", fmt::join(types.shape(type), ", "),
                           info.list_count == 1 ? "," : "", element);
      }
      return fmt::format("{}(ndim={}, dtype={})", FamilyName(info.family),
                         info.dimensions == kAnyDimensions ? "Any" : std::to_string(info.dimensions),
                         element);
    }
    case TypeKind::Tuple:
    case TypeKind::Sequence:
      return "tuple(" + JoinElements(types, type, TypeRepr) + ")";
    case TypeKind::RepeatedTuple:
      return "tuple(" + TypeRepr(types, info.element) + ", ...)";
    case TypeKind::Reference:
      return "wp.ref[" + TypeRepr(types, info.element) + "]";
    case TypeKind::Struct:
    case TypeKind::Native:
      return types.structure(type).name;
    case TypeKind::Vector:
    case TypeKind::Matrix:
    case TypeKind::Quaternion:
    case TypeKind::Transform:
      return ReprOfComposite(types, info);
    case TypeKind::Tile:
      return fmt::format("tile(shape=({}{}), dtype={})", fmt::join(types.shape(type), ", "),
                         info.list_count == 1 ? "," : "", TypeRepr(types, info.element));
    case TypeKind::TileStack:
      return "tile_stack(dtype=" + TypeRepr(types, info.element) + ", capacity=" + std::to_string(info.rows) +
             ")";
    default:
      return "pointer";
  }
}

std::string RecordType(const TypeTable& types, TypeId type) {
  const TypeInfo& info = types[type];
  switch (info.kind) {
    case TypeKind::Array:
      return std::string(FamilyName(info.family)) + "(dtype=" + RecordType(types, info.element) +
             ", ndim=" + std::to_string(info.dimensions) + ")";
    case TypeKind::Tuple:
    case TypeKind::Sequence:
      return "tuple(" + JoinElements(types, type, RecordType) + ")";
    default:
      return TypeRepr(types, type);
  }
}

std::string TypeCode(const TypeTable& types, TypeId type) {
  const TypeInfo& info = types[type];
  if (IsSimple(info.kind)) return std::string(kCodes[type.index]);
  auto extent = [](uint32_t value) {
    return value == kAnyLength || value == 0 ? std::string("?") : std::to_string(value);
  };
  auto all = [&] {
    std::string out;
    for (TypeId element : types.elements(type)) out += TypeCode(types, element);
    return out;
  };
  switch (info.kind) {
    case TypeKind::Vector:
      return fmt::format("v{}{}", extent(info.rows), TypeCode(types, info.element));
    case TypeKind::Matrix:
      return fmt::format("m{}{}{}", extent(info.rows), extent(info.columns), TypeCode(types, info.element));
    case TypeKind::Quaternion:
      return "q" + TypeCode(types, info.element);
    case TypeKind::Transform:
      return "t" + TypeCode(types, info.element);
    case TypeKind::Array: {
      constexpr std::string_view kPrefixes[] = {"a", "a", "ia", "fa", "ifa"};
      return fmt::format("{}{}{}", kPrefixes[static_cast<size_t>(info.family)],
                         info.dimensions == kAnyDimensions ? "?" : std::to_string(info.dimensions),
                         TypeCode(types, info.element));
    }
    case TypeKind::Tuple:
      return fmt::format("tplt{}{}", info.list_count, all());
    case TypeKind::Sequence:
      return fmt::format("tpl{}{}", info.list_count, all());
    case TypeKind::Struct:
      return types.structure(type).native_name;
    case TypeKind::Native:
      return "nt" + types.structure(type).code;
    case TypeKind::Tile:
      return fmt::format("t{}{}{}", info.tile.storage == TileStorage::Shared ? "s" : "r",
                         info.list_count == 0 ? "?" : fmt::format("{}", fmt::join(types.shape(type), "")),
                         TypeCode(types, info.element));
    case TypeKind::TileStack:
      return fmt::format("ts{}{}", info.rows, TypeCode(types, info.element));
    case TypeKind::Reference:
      return "ref" + TypeCode(types, info.element);
    default:
      return {};
  }
}

namespace {

TypeId ScalarByName(std::string_view name) {
  if (name == "int") return kInt32Type;
  if (name == "float") return kFloat32Type;
  for (uint32_t i = kBoolType.index; i <= kMeshType.index; ++i)
    if (kPythonNames[i] == name && name.front() != '_') return TypeId(i);
  if (name == "Any") return kAnyType;
  if (name == "Scalar") return kAnyScalarType;
  if (name == "Float") return kAnyFloatType;
  if (name == "Int") return kAnyIntType;
  return TypeId();
}

TypeId ScalarBySuffix(std::string_view suffix) {
  if (suffix.empty()) return kFloat32Type;
  if (suffix == "bf") return TypeId();  // no predefined composite is made of bfloat16
  for (uint32_t i = kInt8Type.index; i <= kFloat64Type.index; ++i)
    if (ShortName(TypeId(i)) == suffix) return TypeId(i);
  return TypeId();
}

bool ConsumePrefix(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

}  // namespace

TypeId TypeByName(TypeTable& types, std::string_view name) {
  if (name.empty()) return TypeId();
  if (TypeId scalar = ScalarByName(name)) return scalar;
  auto scalar_of = [](std::string_view suffix, bool floats_only) {
    TypeId scalar = ScalarBySuffix(suffix);
    return scalar && (!floats_only || IsFloat(scalar)) ? scalar : TypeId();
  };
  std::string_view rest = name;
  if (ConsumePrefix(rest, "vec") && !rest.empty() && rest[0] >= '2' && rest[0] <= '4') {
    TypeId scalar = scalar_of(rest.substr(1), false);
    return scalar ? types.Vector(static_cast<uint32_t>(rest[0] - '0'), scalar) : TypeId();
  }
  rest = name;
  if (ConsumePrefix(rest, "mat") && rest.size() >= 2 && rest[0] == rest[1] && rest[0] >= '2' &&
      rest[0] <= '4') {
    TypeId scalar = scalar_of(rest.substr(2), true);
    uint32_t extent = static_cast<uint32_t>(rest[0] - '0');
    return scalar ? types.Matrix(extent, extent, scalar) : TypeId();
  }
  rest = name;
  if (ConsumePrefix(rest, "quat")) {
    TypeId scalar = scalar_of(rest, true);
    return scalar ? types.Quaternion(scalar) : TypeId();
  }
  if (ConsumePrefix(rest, "transform")) {
    TypeId scalar = scalar_of(rest, true);
    return scalar ? types.Transform(scalar) : TypeId();
  }
  if (ConsumePrefix(rest, "spatial_vector")) {
    TypeId scalar = scalar_of(rest, true);
    return scalar ? types.Vector(6, scalar) : TypeId();
  }
  if (ConsumePrefix(rest, "spatial_matrix")) {
    TypeId scalar = scalar_of(rest, true);
    return scalar ? types.Matrix(6, 6, scalar) : TypeId();
  }
  return TypeId();
}

}  // namespace warpsmith
