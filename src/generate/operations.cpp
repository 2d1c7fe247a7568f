#include "generate/operations.h"

#include <algorithm>
#include <cctype>

#include "base/check.h"

namespace warpsmith::generate {
namespace {

enum class Pattern : uint8_t {
  Scalar, Bool, AnyVec, Vec2, Vec3, Vec4, Vec6, AnyMat, Mat22, Mat33, Mat44, Quat, Transform
};

struct Row {
  Pattern pattern;
  ScalarClass scalar_class;
  uint8_t precedence;
  Group group;
  uint32_t weight;
  std::string_view text;
};

constexpr Row kRows[] = {
#define OPERATION(pattern, scalar_class, precedence, group, weight, text) \
  {Pattern::pattern, ScalarClass::scalar_class, precedence, Group::group, weight, text},
#include "generate/operations.def"
#undef OPERATION
};

struct HoleName {
  std::string_view name;
  Hole hole;
};
constexpr HoleName kHoles[] = {
    {"S", Hole::ScalarOfKind},   {"S!", Hole::ScalarValue},   {"=", Hole::SameType},        {"Vn", Hole::AnyVector},    {"V2", Hole::Vector2},
    {"V3", Hole::Vector3},       {"V4", Hole::Vector4},        {"V6", Hole::Vector6},      {"Mn", Hole::AnyMatrix},
    {"M22", Hole::Matrix22},     {"M33", Hole::Matrix33},      {"M44", Hole::Matrix44},    {"Q", Hole::Quaternion},
    {"X", Hole::Transform},      {"Mv", Hole::MatrixOfVector}, {"Vm", Hole::VectorOfMatrix}, {"B", Hole::Boolean},
    {"i", Hole::Int32},          {"f", Hole::Float32},         {"v2", Hole::FloatVector2}, {"v3", Hole::FloatVector3},
    {"v4", Hole::FloatVector4},  {"R", Hole::RandomState},     {"#", Hole::Literal},       {"#+", Hole::PositiveLiteral},
    {"#u", Hole::UnitLiteral},   {"#z", Hole::ZeroLiteral},    {"#i", Hole::PlainInteger}, {"#s", Hole::Shift},
    {"T", Hole::Constructor},    {"Ts", Hole::ScalarConstructor}, {"D", Hole::DtypeKeyword}};

Hole FindHole(std::string_view name) {
  for (const HoleName& hole : kHoles)
    if (hole.name == name) return hole.hole;
  InternalError("operations.def: unknown hole");
}

std::vector<Piece> ParseTemplate(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const size_t open = text.find('{');
    if (open != 0) pieces.push_back({Hole::Text, 0, text.substr(0, open)});
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    std::string_view name = text.substr(open + 1, close - open - 1);
    uint8_t precedence = 0;
    if (const size_t colon = name.find(':'); colon != std::string_view::npos) {
      for (char digit : name.substr(colon + 1)) precedence = static_cast<uint8_t>(precedence * 10 + (digit - '0'));
      name = name.substr(0, colon);
    }
    pieces.push_back({FindHole(name), precedence, {}});
    text.remove_prefix(close + 1);
  }
  return pieces;
}

bool Fits(Pattern pattern, ValueType type) {
  switch (pattern) {
    case Pattern::Scalar: return type.shape == Shape::Scalar && type.scalar != ScalarKind::Bool;
    case Pattern::Bool: return type.shape == Shape::Scalar && type.scalar == ScalarKind::Bool;
    case Pattern::AnyVec: return type.shape >= Shape::Vec2 && type.shape <= Shape::Vec4;
    case Pattern::AnyMat: return IsMatrix(type.shape);
    case Pattern::Vec2: return type.shape == Shape::Vec2;
    case Pattern::Vec3: return type.shape == Shape::Vec3;
    case Pattern::Vec4: return type.shape == Shape::Vec4;
    case Pattern::Vec6: return type.shape == Shape::Vec6;
    case Pattern::Mat22: return type.shape == Shape::Mat22;
    case Pattern::Mat33: return type.shape == Shape::Mat33;
    case Pattern::Mat44: return type.shape == Shape::Mat44;
    case Pattern::Quat: return type.shape == Shape::Quat;
    case Pattern::Transform: return type.shape == Shape::Transform;
  }
  return false;
}

}  // namespace

bool Fits(ScalarClass scalar_class, ScalarKind kind) {
  switch (scalar_class) {
    case ScalarClass::F: return IsFloat(kind);
    case ScalarClass::G: return !IsUnsigned(kind);
    case ScalarClass::N: return true;
    case ScalarClass::I: return IsInteger(kind);
    case ScalarClass::U: return IsUnsigned(kind);
    case ScalarClass::s: return kind == ScalarKind::Float32;
    case ScalarClass::i: return kind == ScalarKind::Int32;
    case ScalarClass::L: return false;
  }
  return false;
}

ValueType HoleType(Hole hole, const OperationUse& use) {
  const ScalarKind kind = use.kind;
  const auto shifted = [&](Shape base) {
    return static_cast<Shape>(static_cast<uint32_t>(base) + Length(use.result.shape) - 2);
  };
  switch (hole) {
    case Hole::ScalarOfKind:
    case Hole::ScalarValue: return {Shape::Scalar, kind};
    case Hole::SameType: return use.result;
    case Hole::AnyVector: return {use.vector, kind};
    case Hole::AnyMatrix: return {use.matrix, kind};
    case Hole::Vector2: return {Shape::Vec2, kind};
    case Hole::Vector3: return {Shape::Vec3, kind};
    case Hole::Vector4: return {Shape::Vec4, kind};
    case Hole::Vector6: return {Shape::Vec6, kind};
    case Hole::Matrix22: return {Shape::Mat22, kind};
    case Hole::Matrix33: return {Shape::Mat33, kind};
    case Hole::Matrix44: return {Shape::Mat44, kind};
    case Hole::Quaternion: return {Shape::Quat, kind};
    case Hole::Transform: return {Shape::Transform, kind};
    case Hole::MatrixOfVector: return {shifted(Shape::Mat22), kind};
    case Hole::VectorOfMatrix: return {shifted(Shape::Vec2), kind};
    case Hole::Boolean: return {Shape::Scalar, ScalarKind::Bool};
    case Hole::Int32: return {Shape::Scalar, ScalarKind::Int32};
    case Hole::Float32: return {Shape::Scalar, ScalarKind::Float32};
    case Hole::FloatVector2: return {Shape::Vec2, ScalarKind::Float32};
    case Hole::FloatVector3: return {Shape::Vec3, ScalarKind::Float32};
    case Hole::FloatVector4: return {Shape::Vec4, ScalarKind::Float32};
    default: InternalError("not a hole for an expression");
  }
}

namespace {

bool Cancels(std::span<const Piece> pieces) {
  static constexpr std::string_view kBetween[] = {" - ", " ^ ", " < ", " <= ", " > ", " >= ", " == ", " != "};
  for (size_t i = 0; i + 2 < pieces.size(); ++i) {
    if (!IsExpression(pieces[i].hole) || pieces[i + 1].hole != Hole::Text || pieces[i + 2].hole != pieces[i].hole) continue;
    if (std::find(std::begin(kBetween), std::end(kBetween), pieces[i + 1].text) != std::end(kBetween)) return true;
    if (i > 0 && pieces[i - 1].text.ends_with("cross(")) return true;
  }
  return false;
}

}  // namespace

OperationTable::OperationTable(const Policy& policy) {
  for (const Row& row : kRows) {
    Operation operation{row.scalar_class, row.precedence, 0, false, false, {}, ParseTemplate(row.text), {}};
    std::vector<std::string_view> names;
    operation.cancels = Cancels(operation.pieces);
    for (const Piece& piece : operation.pieces) {
      operation.expression_holes += IsExpression(piece.hole);
      operation.needs_random_state |= piece.hole == Hole::RandomState;
      for (size_t at = 0; (at = piece.text.find("wp.", at)) != std::string_view::npos; at += 3) {
        size_t end = at + 3;
        while (end < piece.text.size() && (isalnum(static_cast<unsigned char>(piece.text[end])) || piece.text[end] == '_'))
          ++end;
        if (end == piece.text.size() || piece.text[end] != '(') continue;
        const std::string_view name = piece.text.substr(at + 3, end - at - 3);
        const auto found = std::find(builtin_names_.begin(), builtin_names_.end(), name);
        operation.builtins.push_back(static_cast<uint16_t>(found - builtin_names_.begin()));
        if (found == builtin_names_.end()) builtin_names_.push_back(name);
        names.push_back(name);
      }
    }
    operation.effect = FindEffect(operation.pieces, names);
    operations_.push_back(std::move(operation));
  }
  lists_.resize(kCategoryCount * kValueTypeCount * 2);
  for (uint32_t category = 0; category < kCategoryCount; ++category) {
    const Profile& profile = policy.profiles[category];
    for (uint32_t index = 0; index < kValueTypeCount; ++index) {
      const ValueType type{static_cast<Shape>(index / kScalarKindCount), static_cast<ScalarKind>(index % kScalarKindCount)};
      if (!IsNamed(type)) continue;
      for (bool random : {false, true}) {
        OperationList& list = lists_[(category * kValueTypeCount + index) * 2 + random];
        list.cumulative.push_back(0);
        for (size_t row = 0; row < std::size(kRows); ++row) {
          const uint32_t weight = kRows[row].weight * profile.groups[static_cast<uint32_t>(kRows[row].group)];
          if (weight == 0 || (operations_[row].needs_random_state && !random)) continue;
          // For bool the class speaks of the operands.
          const bool is_bool = type.scalar == ScalarKind::Bool;
          if (!Fits(kRows[row].pattern, type) || (!is_bool && !Fits(kRows[row].scalar_class, type.scalar))) continue;
          list.operations.push_back(static_cast<uint16_t>(row));
          list.cumulative.push_back(list.cumulative.back() + weight);
        }
      }
    }
  }
}

}  // namespace warpsmith::generate
