#include "types/types.h"

#include <algorithm>
#include <cstring>

#include "base/ranges.h"
#include "types/common_types.h"

namespace warpsmith {

TypeTable::TypeTable() : common_(CommonTypes::Get().infos()) {}

TypeId TypeTable::Add(TypeInfo info) {
  types_.push_back(info);
  return TypeId(size() - 1);
}

TypeId TypeTable::Intern(const TypeInfo& info) {
  TypeKey key(info);
  if (TypeId common = CommonTypes::Get().Find(key)) return common;
  auto [position, inserted] = ids_.try_emplace(key, TypeId());
  if (inserted) position->second = Add(info);
  return position->second;
}

TypeId TypeTable::Vector(uint32_t length, TypeId scalar) {
  return Intern({.kind = TypeKind::Vector, .rows = length, .element = scalar});
}
TypeId TypeTable::Matrix(uint32_t rows, uint32_t columns, TypeId scalar) {
  return Intern({.kind = TypeKind::Matrix, .rows = rows, .columns = columns, .element = scalar});
}
TypeId TypeTable::Quaternion(TypeId scalar, bool plain_python) {
  return Intern({.kind = TypeKind::Quaternion, .rows = plain_python, .element = scalar});
}
TypeId TypeTable::Transform(TypeId scalar, bool plain_python) {
  return Intern({.kind = TypeKind::Transform, .rows = plain_python, .element = scalar});
}

TypeId TypeTable::Array(TypeId dtype, uint8_t dimensions, ArrayFamily family) {
  return Intern({.kind = TypeKind::Array, .family = family, .dimensions = dimensions, .element = dtype});
}

TypeId TypeTable::FixedArray(TypeId dtype, std::span<const int64_t> shape) {
  std::string key(1, 'F');
  key.append(reinterpret_cast<const char*>(&dtype.index), sizeof dtype.index);
  key.append(reinterpret_cast<const char*>(shape.data()), shape.size_bytes());
  auto [position, inserted] = list_ids_.try_emplace(std::move(key), TypeId());
  if (!inserted) return position->second;
  int64_t size = 1;
  for (int64_t extent : shape) size *= extent;
  TypeInfo info{.kind = TypeKind::Array,
                .family = ArrayFamily::Fixed,
                .dimensions = static_cast<uint8_t>(shape.size()),
                .rows = static_cast<uint32_t>(size),
                .element = dtype,
                .list_begin = static_cast<uint32_t>(shape_lists_.size()),
                .list_count = static_cast<uint32_t>(shape.size())};
  shape_lists_.insert(shape_lists_.end(), shape.begin(), shape.end());
  return position->second = Add(info);
}

TypeId TypeTable::Reference(TypeId target, bool python_scalar) {
  bool is_plain = python_scalar && (target == kInt32Type || target == kFloat32Type);
  return Intern({.kind = TypeKind::Reference, .rows = is_plain ? 1u : 0u, .element = target});
}
TypeId TypeTable::Pointer(TypeId target) { return Intern({.kind = TypeKind::Pointer, .element = target}); }
TypeId TypeTable::RepeatedTuple(TypeId element) {
  return Intern({.kind = TypeKind::RepeatedTuple, .element = element});
}
TypeId TypeTable::TilePattern(TypeId dtype) { return Intern({.kind = TypeKind::Tile, .element = dtype}); }

TypeId TypeTable::NewTile(TypeId dtype, std::span<const int64_t> shape, TileTraits traits,
                          std::span<const int64_t> strides) {
  std::vector<int64_t> dense(shape.size(), 1);
  if (strides.empty()) {
    bool row_major = traits.layout == TileLayout::RowMajor;
    for (size_t i = 1; i < shape.size(); ++i) {
      size_t at = row_major ? shape.size() - 1 - i : i;
      size_t inner = row_major ? at + 1 : at - 1;
      // Any number may be written as an extent: what is past all counting is refused by whoever asks (IsCountable).
      dense[at] = WrappingProduct(dense[inner], shape[inner]);
    }
  }
  std::vector<int64_t> lists(shape.begin(), shape.end());
  std::span<const int64_t> steps = strides.empty() ? std::span<const int64_t>(dense) : strides;
  lists.insert(lists.end(), steps.begin(), steps.end());
  TypeInfo info{.kind = TypeKind::Tile,
                .element = dtype,
                .list_begin = static_cast<uint32_t>(shape_lists_.size()),
                .list_count = static_cast<uint32_t>(shape.size()),
                .tile = traits};
  shape_lists_.insert(shape_lists_.end(), lists.begin(), lists.end());
  return Add(info);
}

bool TypeTable::IsCountable(TypeId tile) const {
  constexpr int64_t kMost = int64_t{1} << 53;
  int64_t count = 1;
  for (int64_t extent : shape(tile)) {
    // Warp takes extents below zero as they are.
    if (extent > kMost || extent < -kMost || __builtin_mul_overflow(count, std::max<int64_t>(extent < 0 ? -extent : extent, 1), &count) ||
        count > kMost)
      return false;
  }
  return true;
}

TypeId TypeTable::TileStack(TypeId dtype, uint32_t capacity) {
  return Intern({.kind = TypeKind::TileStack, .rows = capacity, .element = dtype});
}

TypeId TypeTable::InternList(TypeKind kind, std::span<const TypeId> elements, uint32_t flags) {
  std::string key(1, kind == TypeKind::Tuple ? 'T' : 'S');
  key.append(reinterpret_cast<const char*>(&flags), sizeof flags);
  key.append(reinterpret_cast<const char*>(elements.data()), elements.size_bytes());
  auto [position, inserted] = list_ids_.try_emplace(std::move(key), TypeId());
  if (!inserted) return position->second;
  TypeInfo info{.kind = kind,
                .rows = flags,
                .list_begin = static_cast<uint32_t>(element_lists_.size()),
                .list_count = static_cast<uint32_t>(elements.size())};
  element_lists_.insert(element_lists_.end(), elements.begin(), elements.end());
  return position->second = Add(info);
}

TypeId TypeTable::Tuple(std::span<const TypeId> elements, uint32_t python_scalars) {
  return InternList(TypeKind::Tuple, elements, python_scalars);
}
TypeId TypeTable::Sequence(std::span<const TypeId> elements) {
  return InternList(TypeKind::Sequence, elements);
}

TypeId TypeTable::DeclareStruct(std::string name, std::vector<StructField> fields) {
  StructId structure =
      structs_.Add({.name = std::move(name), .native_name = {}, .fields = std::move(fields)});
  return Add({.kind = TypeKind::Struct, .structure = structure});
}
TypeId TypeTable::DeclareNative(StructInfo info) {
  return Add({.kind = TypeKind::Native, .structure = structs_.Add(std::move(info))});
}
StructInfo& TypeTable::structure(TypeId id) { return structs_[(*this)[id].structure]; }
const StructInfo& TypeTable::structure(TypeId id) const { return structs_[(*this)[id].structure]; }

std::span<const TypeId> TypeTable::elements(TypeId id) const {
  const TypeInfo& info = (*this)[id];
  if (info.kind != TypeKind::Tuple && info.kind != TypeKind::Sequence) return {};
  return std::span(element_lists_).subspan(info.list_begin, info.list_count);
}

std::span<const int64_t> TypeTable::shape(TypeId id) const {
  const TypeInfo& info = (*this)[id];
  if (info.kind != TypeKind::Array && info.kind != TypeKind::Tile) return {};
  return std::span(shape_lists_).subspan(info.list_begin, info.list_count);
}

std::span<const int64_t> TypeTable::strides(TypeId tile) const {
  const TypeInfo& info = (*this)[tile];
  if (info.kind != TypeKind::Tile) return {};
  return std::span(shape_lists_).subspan(info.list_begin + info.list_count, info.list_count);
}

uint32_t SharedMemoryOf(const TypeTable& types, TypeId type) {
  constexpr uint32_t kAlignment = 16;
  auto align = [](uint32_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; };
  const TypeInfo& info = types[type];
  // A stack also keeps how many elements it holds.
  if (info.kind == TypeKind::TileStack) return align(SizeInBytes(types, info.element) * info.rows) + kAlignment;
  if (!IsSharedTile(types, type) || !info.tile.owner) return 0;
  uint32_t size = SizeInBytes(types, info.element);
  for (int64_t extent : types.shape(type)) size *= static_cast<uint32_t>(extent);
  return align(size);
}

bool IsUnsigned(TypeId type) {
  return type == kUint8Type || type == kUint16Type || type == kUint32Type || type == kUint64Type;
}

bool IsGeneric(const TypeTable& types, TypeId type) {
  const TypeInfo& info = types[type];
  switch (info.kind) {
    case TypeKind::Any:
    case TypeKind::AnyScalar:
    case TypeKind::AnyFloat:
    case TypeKind::AnyInt:
    case TypeKind::AnyTuple:
    case TypeKind::RepeatedTuple:
      return true;
    case TypeKind::Vector:
    case TypeKind::Matrix:
      // Warp marks an unknown length by 0, so that a vector of length 0 counts as generic too.
      if (info.rows == kAnyLength || info.rows == 0 || info.columns == kAnyLength) return true;
      return IsGeneric(types, info.element);
    case TypeKind::Quaternion:
    case TypeKind::Transform:
    case TypeKind::Array:
      return IsGeneric(types, info.element);
    default:
      return false;
  }
}

TypeId ScalarTypeOf(const TypeTable& types, TypeId type) {
  if (IsScalarOrBool(type) || type == kHandleType) return type;
  return IsComposite(types, type) ? types[type].element : TypeId();
}

TypeId RowTypeOf(TypeTable& types, TypeId matrix) {
  const TypeInfo info = types[matrix];
  return types.Vector(info.columns, info.element);
}

CompositeShape ShapeOf(const TypeTable& types, TypeId type) {
  const TypeInfo& info = types[type];
  switch (info.kind) {
    case TypeKind::Vector:
      return {info.rows};
    case TypeKind::Matrix:
      return {info.rows, info.columns};
    case TypeKind::Quaternion:
      return {4};
    case TypeKind::Transform:
      return {7};
    default:
      return {};
  }
}

uint32_t SizeInBytes(const TypeTable& types, TypeId type) {
  switch (types.kind(type)) {
    case TypeKind::Bool:
    case TypeKind::Int8:
    case TypeKind::Uint8:
      return 1;
    case TypeKind::Int16:
    case TypeKind::Uint16:
    case TypeKind::Float16:
    case TypeKind::Bfloat16:
      return 2;
    case TypeKind::Int32:
    case TypeKind::Uint32:
    case TypeKind::Float32:
      return 4;
    case TypeKind::Int64:
    case TypeKind::Uint64:
    case TypeKind::Float64:
    case TypeKind::Handle:
      return 8;
    default:
      break;
  }
  if (!IsComposite(types, type)) return 0;
  uint32_t count = 1;
  for (int64_t extent : ShapeOf(types, type)) count *= static_cast<uint32_t>(extent);
  return count * SizeInBytes(types, types[type].element);
}

namespace {

struct FieldRow {
  TypeKind owner;
  std::string_view name;
  TypeId type;  // invalid: a three-dimensional float vector
};

constexpr FieldRow kFields[] = {
    {TypeKind::MeshQueryPoint, "result", kBoolType}, {TypeKind::MeshQueryPoint, "sign", kFloat32Type},
    {TypeKind::MeshQueryPoint, "face", kInt32Type},  {TypeKind::MeshQueryPoint, "u", kFloat32Type},
    {TypeKind::MeshQueryPoint, "v", kFloat32Type},   {TypeKind::MeshQueryRay, "result", kBoolType},
    {TypeKind::MeshQueryRay, "sign", kFloat32Type},  {TypeKind::MeshQueryRay, "face", kInt32Type},
    {TypeKind::MeshQueryRay, "t", kFloat32Type},     {TypeKind::MeshQueryRay, "u", kFloat32Type},
    {TypeKind::MeshQueryRay, "v", kFloat32Type},     {TypeKind::MeshQueryRay, "normal", TypeId()},
    {TypeKind::Texture1D, "width", kInt32Type},      {TypeKind::Texture2D, "width", kInt32Type},
    {TypeKind::Texture2D, "height", kInt32Type},     {TypeKind::Texture3D, "width", kInt32Type},
    {TypeKind::Texture3D, "height", kInt32Type},     {TypeKind::Texture3D, "depth", kInt32Type},
};

std::optional<NativeField> ArrayField(TypeTable& types, const TypeInfo& info, std::string_view name) {
  switch (info.family) {
    case ArrayFamily::Regular:
    case ArrayFamily::Fixed:
      if (name == "ptr") return NativeField{"data", types.Pointer(info.element)};
      [[fallthrough]];
    case ArrayFamily::Indexed:
      if (name == "shape") return NativeField{"shape", kShapeType};
      return std::nullopt;
    case ArrayFamily::Fabric:
    case ArrayFamily::IndexedFabric:
      if (name == "size") return NativeField{"size", kUint64Type};
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<NativeField> FindNativeField(TypeTable& types, TypeId type, std::string_view name) {
  const TypeInfo info = types[type];
  if (info.kind == TypeKind::Array) return ArrayField(types, info, name);
  for (const FieldRow& row : kFields) {
    if (row.owner != info.kind || row.name != name) continue;
    return NativeField{row.name, row.type ? row.type : types.Vector(3, kFloat32Type)};
  }
  if (info.kind == TypeKind::Mesh) {
    TypeId vec3 = types.Vector(3, kFloat32Type);
    if (name == "points") return NativeField{"points", types.Array(vec3, 1)};
    if (name == "velocities") return NativeField{"velocities", types.Array(vec3, 1)};
    if (name == "indices") return NativeField{"indices", types.Array(kInt32Type, 1)};
  }
  return std::nullopt;
}

}  // namespace warpsmith
