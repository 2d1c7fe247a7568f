// The types that generated expressions have: a shape over a scalar kind. Small integers, so that tables can be indexed
// by them; spelled as people write them in Warp code.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace warpsmith::generate {

enum class ScalarKind : uint8_t {
  Float32, Float64, Float16, Int32, Int64, UInt32, UInt64, Int16, UInt16, Int8, UInt8, Bool
};
inline constexpr uint32_t kScalarKindCount = 12;

enum class Shape : uint8_t { Scalar, Vec2, Vec3, Vec4, Vec6, Mat22, Mat33, Mat44, Quat, Transform };
inline constexpr uint32_t kShapeCount = 10;
inline constexpr uint32_t kValueTypeCount = kScalarKindCount * kShapeCount;

struct ValueType {
  Shape shape = Shape::Scalar;
  ScalarKind scalar = ScalarKind::Float32;
  friend constexpr bool operator==(ValueType, ValueType) = default;
  [[nodiscard]] constexpr uint32_t index() const {
    return static_cast<uint32_t>(shape) * kScalarKindCount + static_cast<uint32_t>(scalar);
  }
  [[nodiscard]] constexpr ValueType element() const { return {Shape::Scalar, scalar}; }
};

[[nodiscard]] constexpr bool IsFloat(ScalarKind kind) { return kind <= ScalarKind::Float16; }
[[nodiscard]] constexpr bool IsUnsigned(ScalarKind kind) {
  return kind == ScalarKind::UInt32 || kind == ScalarKind::UInt64 || kind == ScalarKind::UInt16 ||
         kind == ScalarKind::UInt8;
}
[[nodiscard]] constexpr bool IsInteger(ScalarKind kind) { return !IsFloat(kind) && kind != ScalarKind::Bool; }
[[nodiscard]] constexpr bool IsVector(Shape shape) { return shape >= Shape::Vec2 && shape <= Shape::Vec6; }
[[nodiscard]] constexpr bool IsMatrix(Shape shape) { return shape >= Shape::Mat22 && shape <= Shape::Mat44; }

/// Rows of a matrix, components of a vector, quaternion or transform; 1 for scalars.
[[nodiscard]] constexpr uint32_t Length(Shape shape) {
  constexpr std::array<uint8_t, kShapeCount> kLengths{1, 2, 3, 4, 6, 2, 3, 4, 4, 7};
  return kLengths[static_cast<uint32_t>(shape)];
}

/// Whether Warp has a name for the type ("wp.mat33i" does not exist).
[[nodiscard]] constexpr bool IsNamed(ValueType type) {
  if (type.shape == Shape::Scalar) return true;
  if (type.shape <= Shape::Vec4) return type.scalar != ScalarKind::Bool;
  return IsFloat(type.scalar);
}

/// "wp.float32", "wp.vec3d", "wp.spatial_vector", ...: what constructs a value of the type.
[[nodiscard]] std::string_view Spelling(ValueType type);
/// "int", "float" and "wp.vec3f" style alternatives of the same type, or Spelling where there is none.
[[nodiscard]] std::string_view AlternativeSpelling(ValueType type);
/// How records spell the type: "float32", "vec3f".
[[nodiscard]] std::string_view RecordSpelling(ValueType type);

}  // namespace warpsmith::generate
