// The expressions a kernel may contain, as typed templates (operations.def), and how likely each is in a category.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "generate/flow.h"
#include "generate/policy.h"
#include "generate/value_type.h"

namespace warpsmith::generate {

/// What a hole of a template is filled with; see operations.def.
enum class Hole : uint8_t {
  Text, ScalarOfKind, ScalarValue, SameType, AnyVector, Vector2, Vector3, Vector4, Vector6, AnyMatrix, Matrix22, Matrix33, Matrix44,
  Quaternion, Transform, MatrixOfVector, VectorOfMatrix, Boolean, Int32, Float32, FloatVector2, FloatVector3,
  FloatVector4, RandomState, Literal, PositiveLiteral, UnitLiteral, ZeroLiteral, PlainInteger, Shift, Constructor,
  ScalarConstructor, DtypeKeyword
};
/// Whether the hole takes an expression, rather than text that is known at once.
[[nodiscard]] constexpr bool IsExpression(Hole hole) { return hole != Hole::Text && hole < Hole::RandomState; }

/// What a use of a template settles: its result, the kind of its operands, and what "any" vector and matrix are.
struct OperationUse {
  ValueType result;
  ScalarKind kind = ScalarKind::Float32;
  Shape vector = Shape::Vec3;
  Shape matrix = Shape::Mat33;
};
/// The type of what fills a hole that takes an expression.
[[nodiscard]] ValueType HoleType(Hole hole, const OperationUse& use);

struct Piece {
  Hole hole = Hole::Text;
  uint8_t precedence = 0;
  std::string_view text;
};

enum class ScalarClass : uint8_t { F, G, N, I, U, s, i, L };

/// How the result of a template follows from what fills it, told from its text.
struct OperationEffect {
  enum class Joining : uint8_t { Both, Sum, Product } joining = Joining::Both;
  enum class Growth : uint8_t { Plain, Bounded, Exponential, Square, Power } growth = Growth::Plain;
  bool flattens = false;  // different operands may give the same result: a clamp, a remainder, a choice

  [[nodiscard]] Flow Join(const Flow& a, const Flow& b) const;
  [[nodiscard]] Flow Apply(Flow flow) const;
};
/// Of a template's pieces and the built-ins that it calls.
[[nodiscard]] OperationEffect FindEffect(std::span<const Piece> pieces, std::span<const std::string_view> builtins);

struct Operation {
  ScalarClass scalar_class = ScalarClass::N;
  uint8_t precedence = 14;
  uint8_t expression_holes = 0;
  bool needs_random_state = false;
  bool cancels = false;  // of two equal operands: x - x, x < x, the cross product of x and x
  OperationEffect effect;
  std::vector<Piece> pieces;
  std::vector<uint16_t> builtins;  // indices into OperationTable::builtin_names, operators by their names ("add")
};

/// Whether the class holds for operands of this kind.
[[nodiscard]] bool Fits(ScalarClass scalar_class, ScalarKind kind);

/// Operations that can have some type, with cumulative weights as Chooser::Weighted takes them.
struct OperationList {
  std::vector<uint16_t> operations;
  std::vector<uint32_t> cumulative;
};

/// Immutable after construction; shared by threads.
class OperationTable {
 public:
  explicit OperationTable(const Policy& policy);

  [[nodiscard]] const Operation& operation(uint32_t index) const { return operations_[index]; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(operations_.size()); }
  /// `has_random_state`: whether operations that draw random numbers may be used.
  [[nodiscard]] const OperationList& List(Category category, ValueType result, bool has_random_state) const {
    return lists_[(static_cast<uint32_t>(category) * kValueTypeCount + result.index()) * 2 + has_random_state];
  }
  [[nodiscard]] std::span<const std::string_view> builtin_names() const { return builtin_names_; }

 private:
  std::vector<Operation> operations_;
  std::vector<OperationList> lists_;
  std::vector<std::string_view> builtin_names_;
};

}  // namespace warpsmith::generate
