// How values follow from the operands of each template of operations.def.
#include <array>

#include "generate/operations.h"

namespace warpsmith::generate {
namespace {

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Built-ins of which other operands give another result, but for rare ones. Not among them is what has a range of operands
// with one result (max, floor, normalize of numbers that are all the same) or terms of its own that cancel (cross, skew).
constexpr std::string_view kKeeping[] = {
    "abs", "sin", "cos", "atan", "sqrt", "log", "log2", "exp", "cbrt", "degrees", "radians", "pow", "div_approx", "length",
    "length_sq", "dot", "ddot", "cw_mul", "lerp", "transpose", "outer", "identity", "quat_identity", "transform_point",
    "transform_vector", "transform_multiply", "transform_get_translation", "spatial_top", "spatial_bottom", "spatial_dot",
    "quat_rotate", "quat_rotate_inv", "matrix_from_rows", "matrix_from_cols", "randf", "randn", "sample_unit_disk",
    "sample_unit_square", "sample_unit_sphere", "sample_unit_cube"};
constexpr std::string_view kBounded[] = {"sin",  "cos",  "atan",  "atan2", "tanh",       "normalize", "clamp",
                                         "sign", "step", "erf",   "erfc",  "smoothstep", "frac",      "nonzero"};
constexpr std::string_view kExponential[] = {"exp", "sinh", "cosh"};  // their templates limit what they are given
constexpr std::string_view kSquaring[] = {"length", "length_sq"};
constexpr std::string_view kPower[] = {"pow", "determinant", "inverse", "inverse_approx", "quat_inverse", "transform_inverse"};

bool HasAny(std::string_view text, std::span<const std::string_view> parts) {
  for (std::string_view part : parts)
    if (text.find(part) != std::string_view::npos) return true;
  return false;
}

}  // namespace

OperationEffect FindEffect(std::span<const Piece> pieces, std::span<const std::string_view> builtins) {
  static constexpr std::string_view kFlatteningText[] = {"%", "//", "&", "|", "^", "<", ">", "~", "==", "!=", " if ", "not ", " and ", " or "};
  OperationEffect effect;
  for (std::string_view name : builtins) effect.flattens |= !IsOneOf(name, kKeeping);
  bool divides_or_multiplies = false, is_power = false;
  for (const Piece& piece : pieces) {
    effect.flattens |= HasAny(piece.text, kFlatteningText);
    divides_or_multiplies |= piece.text.find(" * ") != std::string_view::npos || piece.text.find(" @ ") != std::string_view::npos ||
                             piece.text.find(" / ") != std::string_view::npos || piece.text.find("cw_mul") != std::string_view::npos;
    is_power |= piece.text.find(" ** ") != std::string_view::npos;
  }
  const bool is_sum = pieces.size() == 3 && IsExpression(pieces[0].hole) && IsExpression(pieces[2].hole) &&
                      (pieces[1].text == " + " || pieces[1].text == " - ");
  effect.joining = is_sum                  ? OperationEffect::Joining::Sum
                   : divides_or_multiplies ? OperationEffect::Joining::Product
                                           : OperationEffect::Joining::Both;
  if (is_power) effect.growth = OperationEffect::Growth::Power;
  if (builtins.empty()) return effect;
  const std::string_view outermost = builtins.front();
  if (IsOneOf(outermost, kExponential)) effect.growth = OperationEffect::Growth::Exponential;
  else if (IsOneOf(outermost, kPower)) effect.growth = OperationEffect::Growth::Power;
  else if (IsOneOf(outermost, kSquaring) && !divides_or_multiplies) effect.growth = OperationEffect::Growth::Square;
  else if (IsOneOf(outermost, kBounded) && !divides_or_multiplies) effect.growth = OperationEffect::Growth::Bounded;
  return effect;
}

Flow OperationEffect::Join(const Flow& a, const Flow& b) const {
  switch (joining) {
    case Joining::Sum: return Sum(a, b);
    case Joining::Product: return Product(a, b);
    default: return Both(a, b);
  }
}

Flow OperationEffect::Apply(Flow flow) const {
  flow.reaches = flow.reaches && !flattens;
  flow.is_number = false;
  if (flow.degree >= kUnboundedDegree) return flow;  // may be infinite, and then the sine of it is not a number
  switch (growth) {
    case Growth::Bounded: flow.degree = 1; break;
    case Growth::Exponential: flow.degree = 8; break;
    case Growth::Square: flow.degree *= 2; break;
    case Growth::Power: flow.degree *= 10; break;
    case Growth::Plain: break;
  }
  flow.degree = std::min(flow.degree + 1, kUnboundedDegree);
  return flow;
}

}  // namespace warpsmith::generate
