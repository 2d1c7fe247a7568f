// The types and values of a snapshot.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "unit/snapshot_decoder.h"

namespace warpsmith {
namespace {

constexpr int kMaxDepth = 32;
constexpr int64_t kMaxLength = 1 << 16;  // of a vector, a fixed array, the rows of a matrix
constexpr int64_t kMaxDimensions = 4;
constexpr int64_t kMaxTile = 1 << 24;  // elements of a tile

constexpr std::pair<std::string_view, TypeId> kSimpleTypes[] = {
#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) {python_name, k##kind##Type},
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
};

bool IsScalarPattern(TypeId type) {
  return IsScalarOrBool(type) || type == kAnyType || type == kAnyScalarType || type == kAnyFloatType ||
         type == kAnyIntType;
}

bool IsElement(const TypeTable& types, TypeId type) {
  if (IsScalarPattern(type) || IsValue(types, type) || IsStruct(types, type) || IsNative(types, type)) return true;
  if (type == kHandleType || type == kTexture1DType || type == kTexture2DType || type == kTexture3DType) return true;
  return IsComposite(types, type);
}

bool FitsInteger(const TypeTable& types, TypeId type, int64_t value) {
  if (type == kBoolType) return value == 0 || value == 1;
  uint32_t bits = 8 * SizeInBytes(types, type);
  if (bits >= 64) return true;
  if (IsUnsigned(type)) return value >= 0 && value < (int64_t{1} << bits);
  return value >= -(int64_t{1} << (bits - 1)) && value < (int64_t{1} << (bits - 1));
}

}  // namespace

void SnapshotDecoder::ReadTypes(const Node& types, const Node& structs) {
  structs_read_.assign(Size(structs), false);
  size_t count = Size(types);
  types_.reserve(count);
  for (size_t i = 0; i < count && !failed(); ++i) types_.push_back(ReadType(Element(types, i), structs));
}

TypeId SnapshotDecoder::ReadType(const Node& node, const Node& structs) {
  std::string kind = String(Field(node, "kind"));
  if (failed()) return kInt32Type;
  if (kind == "simple") {
    std::string name = String(Field(node, "name"));
    for (const auto& [simple, type] : kSimpleTypes)
      if (simple == name && type != kVoidType) return type;
    Damaged(node, "there is no type '" + name + "'");
    return kInt32Type;
  }
  if (kind == "vector" || kind == "matrix" || kind == "quaternion" || kind == "transform")
    return ReadComposite(node, kind);
  if (kind == "array" || kind == "indexed" || kind == "fabric" || kind == "indexed_fabric" ||
      kind == "fixed_array")
    return ReadArray(node, kind);
  if (kind == "tuple") return ReadTuple(node);
  if (kind == "tile") return ReadTile(node);
  if (kind == "native") return ReadNative(node);
  if (kind == "tile_stack") {
    TypeId element = TypeReference(Field(node, "element"));
    if (!failed() && !IsElement(unit_.types, element)) Damaged(node, "its element is nothing that stacks hold");
    int64_t capacity = Integer(Field(node, "capacity"), 1, std::numeric_limits<int32_t>::max());
    return failed() ? kInt32Type : unit_.types.TileStack(element, static_cast<uint32_t>(capacity));
  }
  if (kind == "repeated") return unit_.types.RepeatedTuple(TypeReference(Field(node, "element")));
  if (kind == "reference") {
    TypeId target = TypeReference(Field(node, "element"));
    if (!failed() && IsReference(unit_.types, target)) Damaged(node, "a reference to a reference");
    return failed() ? kInt32Type : unit_.types.Reference(target, Bool(Field(node, "python")));
  }
  if (kind == "struct") {
    auto index = static_cast<size_t>(
        Integer(Field(node, "struct"), 0, static_cast<int64_t>(structs_read_.size()) - 1));
    if (failed()) return kInt32Type;
    if (structs_read_[index]) Damaged(node, "a struct that is there twice");
    structs_read_[index] = true;
    return ReadStruct(Element(structs, index));
  }
  Damaged(node, "there is no kind of type '" + kind + "'");
  return kInt32Type;
}

TypeId SnapshotDecoder::ReadComposite(const Node& node, std::string_view kind) {
  TypeId element = TypeReference(Field(node, "element"));
  if (!failed() && !IsScalarPattern(element)) Damaged(node, "its element is no scalar");
  if (failed()) return kInt32Type;
  if (kind == "quaternion" || kind == "transform") {
    bool python = Bool(Field(node, "python"));
    return kind == "quaternion" ? unit_.types.Quaternion(element, python)
                                : unit_.types.Transform(element, python);
  }
  Node shape = Field(node, "shape");
  size_t expected = kind == "vector" ? 1 : 2;
  if (Size(shape) != expected) Damaged(shape, "another number of lengths");
  uint32_t lengths[2] = {kAnyLength, kAnyLength};
  for (size_t i = 0; i < expected && !failed(); ++i) {
    Node length = Element(shape, i);
    if (!length.json->is_null()) lengths[i] = static_cast<uint32_t>(Integer(length, 0, kMaxLength));
  }
  if (failed()) return kInt32Type;
  if (kind == "vector") return unit_.types.Vector(lengths[0], element);
  if (lengths[0] != kAnyLength && lengths[1] != kAnyLength &&
      static_cast<int64_t>(lengths[0]) * lengths[1] > kMaxLength)
    Damaged(shape, "too many elements");
  return unit_.types.Matrix(lengths[0], lengths[1], element);
}

TypeId SnapshotDecoder::ReadArray(const Node& node, std::string_view kind) {
  TypeId element = TypeReference(Field(node, "element"));
  if (!failed() && !IsElement(unit_.types, element)) Damaged(node, "its element is nothing that arrays hold");
  if (failed()) return kInt32Type;
  if (kind == "fixed_array") {
    Node shape = Field(node, "shape");
    std::vector<int64_t> lengths;
    int64_t total = 1;
    size_t count = Size(shape);
    if (count == 0 || count > kMaxDimensions) Damaged(shape, "another number of dimensions than 1 to 4");
    for (size_t i = 0; i < count && !failed(); ++i) {
      lengths.push_back(Integer(Element(shape, i), 1, kMaxLength));
      total *= lengths.back();
      if (total > kMaxLength) Damaged(shape, "too many elements");
    }
    return failed() ? kInt32Type : unit_.types.FixedArray(element, lengths);
  }
  ArrayFamily family = kind == "array"     ? ArrayFamily::Regular
                       : kind == "indexed" ? ArrayFamily::Indexed
                       : kind == "fabric"  ? ArrayFamily::Fabric
                                           : ArrayFamily::IndexedFabric;
  Node dimensions = Field(node, "ndim");
  if (failed()) return kInt32Type;
  uint8_t count = dimensions.json->is_null() ? kAnyDimensions
                                             : static_cast<uint8_t>(Integer(dimensions, 1, kMaxDimensions));
  return unit_.types.Array(element, count, family);
}

TypeId SnapshotDecoder::ReadNative(const Node& node) {
  constexpr int64_t kMaxSize = 1 << 20;
  StructInfo info;
  info.name = String(Field(node, "name"));
  info.native_name = String(Field(node, "native_name"));
  info.code = String(Field(node, "code"));
  info.size = static_cast<uint32_t>(Integer(Field(node, "size"), 0, kMaxSize));
  info.alignment = static_cast<uint32_t>(Integer(Field(node, "alignment"), 1, kMaxSize));
  info.is_aggregate = Bool(Field(node, "aggregate"));
  Node fields = Field(node, "fields");
  info.is_opaque = !failed() && fields.json->is_null();
  size_t count = info.is_opaque ? 0 : Size(fields);
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node field = Element(fields, i);
    info.fields.push_back({String(Field(field, "name")), TypeReference(Field(field, "type")),
                           static_cast<uint32_t>(Integer(Field(field, "offset"), 0, kMaxSize)),
                           static_cast<uint32_t>(Integer(Field(field, "size"), 0, kMaxSize))});
  }
  return failed() ? kInt32Type : unit_.types.DeclareNative(std::move(info));
}

// Each entry is a type of its own, even where two are equal (TypeTable::NewTile).
TypeId SnapshotDecoder::ReadTile(const Node& node) {
  TypeId element = TypeReference(Field(node, "element"));
  if (!failed() && !IsElement(unit_.types, element)) Damaged(node, "its element is nothing that tiles hold");
  Node shape = Field(node, "shape");
  if (failed()) return kInt32Type;
  if (shape.json->is_null()) return unit_.types.TilePattern(element);
  auto lengths = [this](const Node& list, int64_t low) {
    std::vector<int64_t> values;
    size_t count = Size(list);
    if (!failed() && (count == 0 || count > kMaxDimensions)) Damaged(list, "another number of dimensions than 1 to 4");
    for (size_t i = 0; i < count && !failed(); ++i) values.push_back(Integer(Element(list, i), low, kMaxTile));
    return values;
  };
  std::vector<int64_t> extents = lengths(shape, 1);
  Node stride_list = Field(node, "strides");
  std::vector<int64_t> strides = lengths(stride_list, 0);
  if (!failed() && strides.size() != extents.size()) Damaged(stride_list, "another number than dimensions");
  int64_t total = 1;
  for (int64_t extent : extents) {
    total *= extent;
    if (!failed() && total > kMaxTile) Damaged(shape, "too many elements");
    if (failed()) return kInt32Type;
  }
  TileTraits traits;
  if (String(Field(node, "storage")) == "shared") traits.storage = TileStorage::Shared;
  if (String(Field(node, "layout")) == "colmajor") traits.layout = TileLayout::ColumnMajor;
  traits.owner = Bool(Field(node, "owner"));
  return failed() ? kInt32Type : unit_.types.NewTile(element, extents, traits, strides);
}

TypeId SnapshotDecoder::ReadTuple(const Node& node) {
  Node elements = Field(node, "elements");
  std::vector<TypeId> types;
  size_t count = Size(elements);
  for (size_t i = 0; i < count && !failed(); ++i) types.push_back(TypeReference(Element(elements, i)));
  return failed() ? kInt32Type : unit_.types.Tuple(types);
}

TypeId SnapshotDecoder::ReadStruct(const Node& node) {
  std::string name = String(Field(node, "name"));
  std::string native_name = String(Field(node, "native_name"));
  Digest digest = ReadDigest(Field(node, "hash"));
  Node fields = Field(node, "fields");
  std::vector<StructField> made;
  size_t count = Size(fields);
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node field = Element(fields, i);
    made.push_back({String(Field(field, "name")), TypeReference(Field(field, "type"))});
    if (!failed() && IsGeneric(unit_.types, made.back().type)) Damaged(field, "a field of a generic type");
  }
  if (failed()) return kInt32Type;
  TypeId type = unit_.types.DeclareStruct(name, std::move(made));
  unit_.types.structure(type).native_name = native_name;
  implementation_.struct_hashes.emplace_back(unit_.types[type].structure, digest);
  return type;
}

// Types refer to those before them only.
TypeId SnapshotDecoder::TypeReference(const Node& node) {
  auto index = static_cast<size_t>(Integer(node, 0, static_cast<int64_t>(types_.size()) - 1));
  return failed() ? kInt32Type : types_[index];
}

Digest SnapshotDecoder::ReadDigest(const Node& node) {
  std::string text = String(node);
  Digest digest{};
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  bool valid = text.size() == 2 * digest.size();
  for (size_t i = 0; valid && i < digest.size(); ++i) {
    int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    valid = high >= 0 && low >= 0;
    digest[i] = static_cast<unsigned char>(16 * high + low);
  }
  if (!valid && !failed()) Damaged(node, "not 64 hexadecimal digits");
  return digest;
}

// Floats are written as Python's float.hex() spells them, which loses nothing.
double SnapshotDecoder::ReadFloat(const Node& node) {
  std::string text = String(node);
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (!failed() && (text.empty() || *end != '\0')) Damaged(node, "not a floating-point number");
  return value;
}

// Integers outside of 64 bits are strings of digits.
void SnapshotDecoder::ReadInt(const Node& node, Constant& constant) {
  if (!node.json->is_string()) {
    constant.integer =
        Integer(node, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    return;
  }
  std::string text = String(node);
  bool negative = text.starts_with('-');
  uint64_t low = 0;
  bool valid = text.size() > static_cast<size_t>(negative);
  for (size_t i = negative ? 1 : 0; i < text.size(); ++i) {
    valid = valid && text[i] >= '0' && text[i] <= '9';
    low = low * 10 + static_cast<uint64_t>(text[i] - '0');
  }
  if (!valid) Damaged(node, "not an integer");
  constant.integer = static_cast<int64_t>(negative ? 0 - low : low);
  constant.text = std::move(text);
}

Constant SnapshotDecoder::ReadScalar(const Node& node, TypeId type) {
  Constant constant;
  constant.type = type;
  constant.typed = true;
  if (IsFloat(type) && node.json->is_string()) {
    constant.form = ConstantForm::Float;
    constant.real = ReadFloat(node);
    return constant;
  }
  if (IsFloat(type)) {  // wp.float32(3) keeps Python's int
    constant.form = ConstantForm::Int;
    ReadInt(node, constant);
    return constant;
  }
  constant.form = type == kBoolType ? ConstantForm::Bool : ConstantForm::Int;
  ReadInt(node, constant);
  if (type == kUint64Type) constant.text.clear();
  if (!failed() && (!constant.text.empty() || !FitsInteger(unit_.types, type, constant.integer)))
    Damaged(node, "out of the range of its type");
  return constant;
}

/// The digits of a float as Python spells them, which become text of the program.
void SnapshotDecoder::ReadDigits(const Node& node, Constant& constant) {
  std::string text = String(node);
  if (failed()) return;
  double value = 0.0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  // Of a half number, three digits may be all.
  const bool agrees = std::fabs(value - constant.real) <= 1e-3 * std::fabs(constant.real);
  if (constant.form != ConstantForm::Float || error != std::errc() || stop != end || !std::isfinite(value) || !agrees)
    return Damaged(node, "not the digits of its value");
  constant.text = std::move(text);
}

ConstantId SnapshotDecoder::ReadComposed(const Node& node, TypeId type) {
  Constant constant;
  constant.form = ConstantForm::Composite;
  constant.type = type;
  constant.typed = true;
  TypeId scalar = ScalarTypeOf(unit_.types, type);
  size_t expected = 1;
  for (int64_t length : ShapeOf(unit_.types, type)) expected *= static_cast<size_t>(length);
  size_t count = Size(node);
  if (!failed() && (IsGeneric(unit_.types, type) || count != expected))
    Damaged(node, "another number of elements than its type has");
  for (size_t i = 0; i < count && !failed(); ++i)
    constant.elements.push_back(unit_.constants.Add(ReadScalar(Element(node, i), scalar)));
  return unit_.constants.Add(std::move(constant));
}

ConstantId SnapshotDecoder::ReadStructInstance(const Node& node, int depth) {
  Constant constant;
  constant.form = ConstantForm::Struct;
  constant.typed = true;
  constant.type = TypeReference(Field(node, "struct"));
  Node elements = Field(node, "elements");
  size_t count = Size(elements);
  bool has_fields = !failed() && (IsStruct(unit_.types, constant.type) || IsNative(unit_.types, constant.type));
  if (!failed() && !has_fields) Damaged(node, "its type is no struct");
  if (!failed() && unit_.types.structure(constant.type).fields.size() != count)
    Damaged(elements, "another number of fields than the struct has");
  for (size_t i = 0; i < count && !failed(); ++i)
    constant.elements.push_back(ReadConstant(Element(elements, i), depth + 1));
  return unit_.constants.Add(std::move(constant));
}

ConstantId SnapshotDecoder::ReadConstant(const Node& node, int depth) {
  Constant constant;
  if (depth > kMaxDepth) Damaged(node, "nested too deeply");
  if (!IsObject(node)) return unit_.constants.Add(constant);
  if (node.json->contains("bool")) {
    constant = Constant::Bool(Bool(Field(node, "bool")));
  } else if (node.json->contains("int")) {
    constant = Constant::Int(0);
    ReadInt(Field(node, "int"), constant);
  } else if (node.json->contains("float")) {
    constant = Constant::Float(ReadFloat(Field(node, "float")));
  } else if (node.json->contains("str")) {
    constant = Constant::String(String(Field(node, "str")), kStringType);
  } else if (node.json->contains("struct")) {
    return ReadStructInstance(node, depth);
  } else {
    TypeId type = TypeReference(Field(node, "type"));
    if (failed()) return unit_.constants.Add(constant);
    if (IsComposite(unit_.types, type)) return ReadComposed(Field(node, "elements"), type);
    if (!IsScalarOrBool(type)) Damaged(node, "its type has no values");
    if (!failed()) constant = ReadScalar(Field(node, "value"), type);
    if (!failed() && node.json->contains("digits")) ReadDigits(Field(node, "digits"), constant);
  }
  return unit_.constants.Add(std::move(constant));
}

}  // namespace warpsmith
