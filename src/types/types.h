// Warp's types as the generator sees them, interned: equal types of one table have equal ids.
//
// Simple kinds (scalars, opaque native handles, patterns) have fixed ids, the same in every table, so that
// code can name them without a table: kFloat32Type. Composite types live in the table that made them. What
// Warp keeps in its type objects but which is a property of a value (the elements of a tuple, the bounds of a
// slice) is not here: it travels in builtins/argument.h's ArgumentValue.
//
// Types with generic parts (Any, Scalar, a vector of unknown length) are patterns: they appear in the
// signatures of built-in functions and of generic user functions, never as the type of a variable.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/small_vector.h"

namespace warpsmith {

using TypeId = Id<struct TypeTag>;
using StructId = Id<struct StructTag>;

enum class TypeKind : uint8_t {
#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) kind,
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
  Vector,         // element scalar, rows = length (may be kAnyLength)
  Matrix,         // element scalar, rows, columns (may be kAnyLength)
  Quaternion,     // element scalar; rows = 1 if made from Python's float
  Transform,      // element scalar; likewise
  Array,          // family, element, dimensions (kAnyDimensions: any); fixed arrays also have a shape
  Tile,           // element, shape, strides, traits: see TileTraits; a pattern has an element alone
  TileStack,      // element, rows = capacity
  Struct,         // structure
  Reference,      // element
  Tuple,          // elements: a tuple value (Warp's tuple_t)
  Sequence,       // elements: a Python sequence that is not a value, e.g. the results of a multi-valued call
  RepeatedTuple,  // pattern tuple[T, ...]: element
  Pointer,        // element
  Native,         // a value type of the user's own C++: structure, with what the text asserts of it
};

/// How the elements of an array are found. The C++ class is <name>_t.
enum class ArrayFamily : uint8_t { Regular, Fixed, Indexed, Fabric, IndexedFabric };

enum class TileStorage : uint8_t { Register, Shared };
enum class TileLayout : uint8_t { RowMajor, ColumnMajor };

/// What tells tiles of one element type and shape apart. An owner allocates its memory; a view does not.
struct TileTraits {
  TileStorage storage = TileStorage::Register;
  TileLayout layout = TileLayout::RowMajor;
  bool owner = true;
};

inline constexpr uint8_t kAnyDimensions = 0xFF;
inline constexpr uint32_t kAnyLength = 0xFFFFFFFFu;

#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) \
  inline constexpr TypeId k##kind##Type{static_cast<uint32_t>(TypeKind::kind)};
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE

/// The kind of a type without parts, from its id alone; Vector (which it is not) for every other type.
[[nodiscard]] constexpr TypeKind SimpleKind(TypeId type) {
  return type.index < static_cast<uint32_t>(TypeKind::Vector) ? static_cast<TypeKind>(type.index)
                                                              : TypeKind::Vector;
}

struct TypeInfo {
  TypeKind kind = TypeKind::Void;
  ArrayFamily family = ArrayFamily::Regular;
  uint8_t dimensions = 0;  // of an array
  uint32_t rows = 0;  // vector length, matrix rows, tile stack capacity, number of elements of a fixed array;
                      // of a reference 1 if annotated with Python's int or float; of a tuple a bit for each such element
  uint32_t columns = 0;     // matrix columns
  TypeId element;           // scalar type of a composite, dtype of an array, target of a reference, ...
  StructId structure;       // of a struct
  uint32_t list_begin = 0;  // tuple elements, or a shape, in the table's side lists; a tile's strides follow its shape
  uint32_t list_count = 0;
  TileTraits tile;
};

struct StructField {
  std::string name;
  TypeId type;
  uint32_t offset = 0, size = 0;  // in bytes; of a native type alone
};

/// A @wp.struct: `native_name` carries a content hash and is set once the fields are known. Or a native type, a class of the
/// user's own C++ with those fields that kernels may use.
struct StructInfo {
  std::string name;         // Python name, e.g. "Particle"
  std::string native_name;  // C++ name, e.g. "Particle_1a2b3c4d"
  std::vector<StructField> fields;
  // Of a native type alone.
  uint32_t size = 0, alignment = 0;  // in bytes
  bool is_aggregate = false;         // kernels may make values from all fields
  bool is_opaque = false;            // no fields were declared
  std::string code;                  // in hashes

  [[nodiscard]] const StructField* Find(std::string_view field_name) const {
    for (const StructField& field : fields)
      if (field.name == field_name) return &field;
    return nullptr;
  }
};

/// What tells interned types apart: all of TypeInfo but what tuples, tiles and structs have.
struct TypeKey {
  uint64_t head;  // kind, family, dimensions, element
  uint64_t tail;  // rows, columns
  bool operator==(const TypeKey&) const = default;

  explicit TypeKey(const TypeInfo& info)
      : head((static_cast<uint64_t>(info.kind) << 56) | (static_cast<uint64_t>(info.family) << 48) |
             (static_cast<uint64_t>(info.dimensions) << 40) | info.element.index),
        tail((static_cast<uint64_t>(info.rows) << 32) | info.columns) {}
};
struct TypeKeyHash {
  size_t operator()(const TypeKey& key) const noexcept {
    uint64_t mixed = (key.head ^ (key.tail * 0x9E3779B97F4A7C15ull)) * 0xBF58476D1CE4E5B9ull;
    return static_cast<size_t>(mixed ^ (mixed >> 29));
  }
};

/// Interns types. The common ones (common_types.h) have the same ids in every table. Not thread safe; one table a compilation, or one a worker.
class TypeTable {
 public:
  TypeTable();
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  [[nodiscard]] const TypeInfo& operator[](TypeId id) const {
    if (id.index < common_.size()) return common_[id.index];
    size_t own = id.index - common_.size();
    Check(own < types_.size(), "type out of range");
    return types_[own];
  }
  [[nodiscard]] TypeKind kind(TypeId id) const { return (*this)[id].kind; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(common_.size() + types_.size()); }
  /// Whether the type is the same in every table.
  [[nodiscard]] bool IsCommon(TypeId id) const { return id.index < common_.size(); }

  /// `scalar` may be a generic scalar and lengths may be kAnyLength, for patterns.
  TypeId Vector(uint32_t length, TypeId scalar);
  TypeId Matrix(uint32_t rows, uint32_t columns, TypeId scalar);
  /// `plain_python`: made from Python's float, which Warp keeps in the C++ spelling ("wp::quat_t<float>")
  /// although the type equals that of wp.float32.
  TypeId Quaternion(TypeId scalar, bool plain_python = false);
  TypeId Transform(TypeId scalar, bool plain_python = false);
  TypeId Array(TypeId dtype, uint8_t dimensions, ArrayFamily family = ArrayFamily::Regular);
  TypeId FixedArray(TypeId dtype, std::span<const int64_t> shape);
  /// `python_scalar`: annotated with Python's int or float (wp.ref[float]), which a parameter's C++ type
  /// keeps.
  TypeId Reference(TypeId target, bool python_scalar = false);
  TypeId Pointer(TypeId target);
  /// `python_scalars`: which of the first 32 elements are Python's int or float, which their C++ type keeps.
  TypeId Tuple(std::span<const TypeId> elements, uint32_t python_scalars = 0);
  TypeId Sequence(std::span<const TypeId> elements);
  TypeId RepeatedTuple(TypeId element);
  /// A pattern: a tile of any shape.
  TypeId TilePattern(TypeId dtype);
  /// A new tile type at every call, as Warp makes one for each tile value: uses of the value decide later whether it
  /// lives in registers or in shared memory, for all variables that share its type. Without `strides`, those of the
  /// layout.
  TypeId NewTile(TypeId dtype, std::span<const int64_t> shape, TileTraits traits = {},
                 std::span<const int64_t> strides = {});
  /// Whether the number of a tile's elements is one that any machine could count to.
  [[nodiscard]] bool IsCountable(TypeId tile) const;
  /// Moves the tiles of this type to shared memory, where elements can be addressed.
  void MoveToShared(TypeId tile) { types_[tile.index - common_.size()].tile.storage = TileStorage::Shared; }
  TypeId TileStack(TypeId dtype, uint32_t capacity);

  /// Declares a struct: a new type at every call, even for an equal name.
  TypeId DeclareStruct(std::string name, std::vector<StructField> fields = {});
  /// Declares a native type: a new type at every call.
  TypeId DeclareNative(StructInfo info);
  [[nodiscard]] StructInfo& structure(TypeId id);
  [[nodiscard]] const StructInfo& structure(TypeId id) const;

  /// The element types of a tuple or sequence.
  [[nodiscard]] std::span<const TypeId> elements(TypeId id) const;
  /// The shape of a fixed array or tile; empty for a tile pattern.
  [[nodiscard]] std::span<const int64_t> shape(TypeId id) const;
  /// The distances between successive elements of a tile, by dimension.
  [[nodiscard]] std::span<const int64_t> strides(TypeId tile) const;

 private:
  TypeId Intern(const TypeInfo& info);
  TypeId InternList(TypeKind kind, std::span<const TypeId> elements, uint32_t flags = 0);

  TypeId Add(TypeInfo info);

  std::span<const TypeInfo> common_;  // the first types
  std::vector<TypeInfo> types_;       // the others
  std::unordered_map<TypeKey, TypeId, TypeKeyHash> ids_;  // of the others
  std::unordered_map<std::string, TypeId> list_ids_;  // tuples, sequences and fixed arrays, by content
  std::vector<TypeId> element_lists_;
  std::vector<int64_t> shape_lists_;
  Store<StructId, StructInfo> structs_;
};

// ---- classification
// ------------------------------------------------------------------------------------------

[[nodiscard]] constexpr bool IsIntKind(TypeKind kind) {
  return kind >= TypeKind::Int8 && kind <= TypeKind::Uint64;
}
[[nodiscard]] constexpr bool IsFloatKind(TypeKind kind) {
  return kind >= TypeKind::Float16 && kind <= TypeKind::Float64;
}
[[nodiscard]] constexpr bool IsInt(TypeId type) {
  return type.index >= kInt8Type.index && type.index <= kUint64Type.index;
}
[[nodiscard]] constexpr bool IsFloat(TypeId type) {
  return type.index >= kFloat16Type.index && type.index <= kFloat64Type.index;
}
/// An integer or floating-point type; not bool.
[[nodiscard]] constexpr bool IsScalar(TypeId type) {
  return type.index >= kInt8Type.index && type.index <= kFloat64Type.index;
}
[[nodiscard]] constexpr bool IsScalarOrBool(TypeId type) { return IsScalar(type) || type == kBoolType; }
[[nodiscard]] bool IsUnsigned(TypeId type);

[[nodiscard]] inline bool IsVector(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Vector;
}
[[nodiscard]] inline bool IsMatrix(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Matrix;
}
[[nodiscard]] inline bool IsQuaternion(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Quaternion;
}
[[nodiscard]] inline bool IsTransform(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Transform;
}
/// A vector, matrix, quaternion or transform.
[[nodiscard]] inline bool IsComposite(const TypeTable& types, TypeId type) {
  TypeKind kind = types.kind(type);
  return kind >= TypeKind::Vector && kind <= TypeKind::Transform;
}
/// A scalar, bool or composite.
[[nodiscard]] inline bool IsValue(const TypeTable& types, TypeId type) {
  return IsScalarOrBool(type) || IsComposite(types, type);
}
[[nodiscard]] inline bool IsArray(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Array;
}
[[nodiscard]] inline bool IsStruct(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Struct;
}
[[nodiscard]] inline bool IsNative(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Native;
}
[[nodiscard]] inline bool IsReference(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Reference;
}
[[nodiscard]] inline bool IsTuple(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Tuple;
}
[[nodiscard]] inline bool IsTile(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::Tile;
}
[[nodiscard]] inline bool IsTileStack(const TypeTable& types, TypeId type) {
  return types.kind(type) == TypeKind::TileStack;
}
[[nodiscard]] inline bool IsSharedTile(const TypeTable& types, TypeId type) {
  return IsTile(types, type) && types[type].tile.storage == TileStorage::Shared;
}
/// Bytes of shared memory that a variable of this type takes: of tiles and tile stacks; 0 for anything else.
[[nodiscard]] uint32_t SharedMemoryOf(const TypeTable& types, TypeId type);
/// True if the type contains something generic, so that it is a pattern and not the type of a value.
[[nodiscard]] bool IsGeneric(const TypeTable& types, TypeId type);

/// `type` without an outer reference.
[[nodiscard]] inline TypeId StripReference(const TypeTable& types, TypeId type) {
  return IsReference(types, type) ? types[type].element : type;
}
/// The scalar type of a composite, or of a scalar itself; invalid for anything else.
[[nodiscard]] TypeId ScalarTypeOf(const TypeTable& types, TypeId type);
/// The type of a row of a matrix.
[[nodiscard]] TypeId RowTypeOf(TypeTable& types, TypeId matrix);
using CompositeShape = SmallVector<int64_t, 2>;
/// The shape of a composite: {n}, {rows, columns}; quaternion {4}, transform {7}; empty for anything else.
[[nodiscard]] CompositeShape ShapeOf(const TypeTable& types, TypeId type);
/// Size of a scalar, bool or composite in bytes as Warp stores it; 0 for anything else.
[[nodiscard]] uint32_t SizeInBytes(const TypeTable& types, TypeId type);
/// The attributes that Warp's own types offer to kernels: a mesh query's result, a texture's width, an
/// array's shape and ptr. `cpp_member` is how the field is spelled in C++. Empty if there is no such
/// attribute.
struct NativeField {
  std::string_view cpp_member;
  TypeId type;
};
[[nodiscard]] std::optional<NativeField> FindNativeField(TypeTable& types, TypeId type,
                                                         std::string_view name);

// ---- comparison
// ----------------------------------------------------------------------------------------------

/// Warp's types_equal: equal, with handle and uint64 interchangeable and the dimensions of arrays not
/// compared.
[[nodiscard]] bool TypesEqual(const TypeTable& types, TypeId a, TypeId b);
/// Warp's types_equal_generic: as above, where generic parts of either side match what they stand for.
[[nodiscard]] bool TypesEqualGeneric(const TypeTable& types, TypeId a, TypeId b);
/// Warp's type_matches_template: whether the concrete `argument` is an instance of `pattern`.
[[nodiscard]] bool TypeMatchesTemplate(const TypeTable& types, TypeId argument, TypeId pattern);
/// The public type that a query of a known kind (a mesh query by box, ...) decays to; invalid if there is
/// none.
[[nodiscard]] TypeId ErasedParent(TypeId type);
/// Whether an array of one family may be bound to a parameter of the other.
[[nodiscard]] bool FamiliesCompatible(ArrayFamily a, ArrayFamily b);

// ---- spelling
// ------------------------------------------------------------------------------------------------

/// Appends the C++ type of a variable, e.g. "wp::array_t<wp::vec_t<3,wp::float32>>", "wp::float32*" for a
/// reference.
void AppendCppType(const TypeTable& types, TypeId type, std::string& out);
[[nodiscard]] std::string CppType(const TypeTable& types, TypeId type);
/// Appends what a tile or tile stack variable is initialised with. `with_gradient`: a tile that owns shared memory gets
/// room for its gradient.
void AppendTileInitializer(const TypeTable& types, TypeId type, bool with_gradient, std::string& out);
/// As a template argument of a native call: "wp::float32", "bool", "wp::vec_t<3,wp::float32>", "3".
[[nodiscard]] std::string CppTemplateArgument(const TypeTable& types, TypeId type);
/// Warp's type_repr, as its messages spell types: "vec3f", "array(ndim=2, dtype=float32)".
[[nodiscard]] std::string TypeRepr(const TypeTable& types, TypeId type);
/// As records spell types: "float32", "vec3f", "array(dtype=float32, ndim=2)", struct names.
[[nodiscard]] std::string RecordType(const TypeTable& types, TypeId type);
/// Warp's get_type_code, the text that hashes and signatures use: "f4", "v3f4", "a2f4". Empty if it has none.
[[nodiscard]] std::string TypeCode(const TypeTable& types, TypeId type);

/// Scalars, vec3, vec3f, mat44d, quat, transformh, spatial_vector...: a type by its name in the warp
/// namespace. Python's int, float and bool too. Invalid if the name is not that of a type.
[[nodiscard]] TypeId TypeByName(TypeTable& types, std::string_view name);

}  // namespace warpsmith
