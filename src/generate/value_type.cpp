#include "generate/value_type.h"

namespace warpsmith::generate {
namespace {

constexpr std::array<std::string_view, kScalarKindCount> kScalarNames{
    "float32", "float64", "float16", "int32", "int64", "uint32", "uint64", "int16", "uint16", "int8", "uint8", "bool"};
constexpr std::array<std::string_view, kScalarKindCount> kSuffixes{"f", "d",  "h", "i",  "l", "ui",
                                                                   "ul", "s", "us", "b", "ub", ""};
constexpr std::array<std::string_view, kShapeCount> kStems{
    "", "vec2", "vec3", "vec4", "spatial_vector", "mat22", "mat33", "mat44", "quat", "transform"};

struct Names {
  std::array<std::string, kValueTypeCount> usual, alternative, record;
  Names() {
    for (uint32_t shape = 0; shape < kShapeCount; ++shape) {
      for (uint32_t kind = 0; kind < kScalarKindCount; ++kind) {
        const uint32_t i = shape * kScalarKindCount + kind;
        const std::string stem(kStems[shape]), suffix(kSuffixes[kind]);
        const bool plain = kind == static_cast<uint32_t>(ScalarKind::Float32);
        if (shape == 0) {
          record[i] = kScalarNames[kind];
          usual[i] = alternative[i] = "wp." + record[i];
        } else {
          record[i] = stem + suffix;
          usual[i] = "wp." + stem + (plain ? "" : suffix);
          // Warp has no "spatial_vectorf" alias worth using; the others exist with the suffix.
          alternative[i] = "wp." + stem + suffix;
        }
      }
    }
    alternative[ValueType{Shape::Scalar, ScalarKind::Float32}.index()] = "float";
    alternative[ValueType{Shape::Scalar, ScalarKind::Int32}.index()] = "int";
    alternative[ValueType{Shape::Scalar, ScalarKind::Bool}.index()] = "bool";
  }
};

const Names& AllNames() {
  static const Names names;
  return names;
}

}  // namespace

std::string_view Spelling(ValueType type) { return AllNames().usual[type.index()]; }
std::string_view AlternativeSpelling(ValueType type) { return AllNames().alternative[type.index()]; }
std::string_view RecordSpelling(ValueType type) { return AllNames().record[type.index()]; }

}  // namespace warpsmith::generate
