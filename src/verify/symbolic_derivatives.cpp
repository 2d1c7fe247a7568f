// The derivatives that Warp's reverse gives of its built-in functions, on symbols: those that follow from rules of
// arithmetic. Of all others a derivative is an operation of its own, linear in the gradient that it passes on.
#include <algorithm>
#include <cstdlib>
#include <set>

#include "verify/statement_flow.h"
#include "verify/symbolic_context.h"

namespace warpsmith {

namespace {

/// Reverses that pass the gradient on as it is.
bool PassesOn(std::string_view name) {
  static const std::set<std::string_view> kPassing = {"add", "sub", "neg", "pos", "float", "float32", "float64", "float16"};
  return kPassing.contains(name);
}

/// Products of two: the derivative by one is a product with the other.
bool IsProduct(std::string_view name) {
  static const std::set<std::string_view> kProducts = {"mul", "cw_mul", "dot", "ddot", "cross", "outer", "spatial_dot"};
  return kProducts.contains(name);
}

/// Of a vector type; 0 of others.
size_t Length(std::string_view type) {
  constexpr std::string_view kVector = "wp::vec_t<";
  return type.starts_with(kVector) ? std::strtoul(std::string(type.substr(kVector.size())).c_str(), nullptr, 10) : 0;
}

/// Rows of a square matrix type; 0 of others.
size_t Side(std::string_view type) {
  constexpr std::string_view kMatrix = "wp::mat_t<";
  if (!type.starts_with(kMatrix)) return 0;
  const std::string rest(type.substr(kMatrix.size()));
  char* end = nullptr;
  const size_t rows = std::strtoul(rest.c_str(), &end, 10), columns = std::strtoul(end + 2, nullptr, 10);
  return rows == columns ? rows : 0;
}

}  // namespace

ValueId SymbolicContext::Derivative(std::string_view name, size_t k, const TextStatement& s, const std::vector<ValueId>& primals,
                                    std::string_view type, ValueId from) {
  ValueId found = 0;
  if (ScalarDerivative(name, k, primals, type, from, found) || CompositeDerivative(name, k, primals, type, from, found)) return found;
  std::vector<ValueId> read = Read(ValuesRead(*function_, s));
  AppendMemory(ValuesRead(*function_, s), read);
  read.push_back(from);
  return values_.Make("derivative " + std::string(name) + std::to_string(k), type, std::move(read));
}

bool SymbolicContext::ScalarDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from,
                                       ValueId& found) {
  auto is = [&](ValueId value) { return found = value, true; };
  const ValueId none = values_.Zero(type);
  const bool same = values_.TypeOf(from) == type, scalar = IsScalarType(type) && same;
  if (PassesOn(name)) {
    const ValueId passed = same ? from : values_.Make("passed on " + std::string(name), type, {from});
    return is(name == "neg" || (name == "sub" && k == 1) ? values_.Make("wp::neg", type, {passed}) : passed);
  }
  if (name == "mod" && primals.size() == 2) return is(k == 0 && same ? from : none);
  if (name == "div" && primals.size() == 3 && k == 0 && scalar) return is(values_.Make("wp::div", type, {from, primals[1]}));
  if (name == "div" && primals.size() == 3 && k == 1 && values_.IsZero(primals[0])) return is(none);
  if ((name == "length" || name == "length_sq") && values_.IsZero(primals[0])) return is(none);
  if (name == "where" && primals.size() == 3 && values_.TypeOf(primals[0]) == "bool" && k > 0)
    return is(k == 1 ? values_.Choose(primals[0], from, none) : values_.Choose(primals[0], none, from));
  if (scalar && (name == "min" || name == "max") && primals.size() == 2) {
    const ValueId first = values_.Compare(name == "min" ? "<" : ">", primals[0], primals[1]);
    return is(k == 0 ? values_.Choose(first, from, none) : values_.Choose(first, none, from));
  }
  if (scalar && name == "clamp" && primals.size() == 3) {
    const ValueId inner = values_.Make("wp::max", type, {primals[1], primals[0]});
    const ValueId below = values_.Compare("<", inner, primals[2]), low = values_.Compare(">", primals[1], primals[0]);
    if (k == 2) return is(values_.Choose(below, none, from));
    return is(values_.Choose(below, k == 1 ? values_.Choose(low, from, none) : values_.Choose(low, none, from), none));
  }
  if (name == "lerp" && primals.size() == 3 && k < 2 && same) {
    const std::string by = values_.TypeOf(primals[2]);
    const ValueId part = k == 1 ? primals[2] : values_.Make("wp::sub", by, {values_.Constant(by, 1), primals[2]});
    return is(values_.Make("wp::mul", type, {from, part}));
  }
  return false;
}

bool SymbolicContext::CompositeDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from,
                                          ValueId& found) {
  auto is = [&](ValueId value) { return found = value, true; };
  const std::string from_type = values_.TypeOf(from);
  if (IsProduct(name) && primals.size() == 2 && k < 2) return is(ProductDerivative(name, k, primals[1 - k], type, from));
  if (name == "extract" && k == 0 && IsScalarType(from_type)) return OnePart(primals, type, from, found);
  if (name == "vec_t" && primals.size() == Length(from_type) && primals.size() > 1 && IsScalarType(type))
    return is(values_.Make("wp::extract", type, {from, values_.Constant("wp::int32", static_cast<double>(k))}));
  if (name == "transform_t" && primals.size() == 2)
    return is(values_.Make(k == 0 ? "wp::transform_get_translation" : "wp::transform_get_rotation", type, {from}));
  if (name == "transform_get_translation" || name == "transform_get_rotation") {
    const std::string scalar(type.substr(type.find('<') + 1, type.size() - type.find('<') - 2));
    const std::string vector = "wp::vec_t<3, " + scalar + ">", quaternion = "wp::quat_t<" + scalar + ">";
    const bool translation = name == "transform_get_translation";
    return is(values_.Make(type, type, {translation ? from : values_.Zero(vector), translation ? values_.Zero(quaternion) : from}));
  }
  if (name == "skew") return (found = values_.SkewGradient(from, type)) != 0;
  if (name == "determinant" && k == 0) return (found = values_.DeterminantGradient(primals[0], from)) != 0;
  if (name == "transpose") return is(values_.Make("wp::transpose", type, {from}));
  if (name == "diag") return is(values_.Make("wp::get_diag", type, {from}));
  if (name == "get_diag") return is(values_.Make("wp::diag", type, {from}));
  const bool turned = name == "transform_vector" || name == "transform_point" || name == "quat_rotate" || name == "quat_rotate_inv";
  if (turned && k == 1 && primals.size() == 2 && from_type == type) {
    // What does not turn passes the gradient on.
    const std::string& operation = values_.OperationOf(primals[0]);
    const bool moved = operation.starts_with("wp::transform_t<") && values_.ArgumentsOf(primals[0]).size() == 2;
    const std::string& rotation = moved ? values_.OperationOf(values_.ArgumentsOf(primals[0])[1]) : operation;
    if (rotation.starts_with("wp::quat_identity<") || rotation.starts_with("wp::transform_identity<")) return is(from);
  }
  return false;
}

/// The gradient of a composite of which one number was taken.
bool SymbolicContext::OnePart(const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found) {
  const size_t side = Side(type), length = type.starts_with("wp::quat_t<") ? 4 : Length(type);
  if (primals.size() != (side > 0 ? 3u : 2u) || side + length == 0) return false;
  double at = 0;
  for (size_t i = 1; i < primals.size(); ++i) {
    const double most = static_cast<double>(side > 0 ? side : length);
    if (!values_.IsConstant(primals[i]) || values_.RangeOf(primals[i]).low < 0 || values_.RangeOf(primals[i]).low >= most) return false;
    at = at * static_cast<double>(side) + values_.RangeOf(primals[i]).low;
  }
  std::vector<ValueId> parts(side > 0 ? side * side : length, values_.Zero(values_.TypeOf(from)));
  parts[static_cast<size_t>(at)] = from;
  found = values_.Make(type, type, std::move(parts));
  return true;
}

ValueId SymbolicContext::ProductDerivative(std::string_view name, size_t k, ValueId other, std::string_view type, ValueId from) {
  const std::string from_type = values_.TypeOf(from), other_type = values_.TypeOf(other);
  if (values_.IsZero(other)) return values_.Zero(type);
  const bool scalar_from = IsScalarType(from_type), scalar_other = IsScalarType(other_type), same = from_type == type;
  if (name == "mul" && ((scalar_other && same) || scalar_from)) return values_.Make("wp::mul", type, {other, from});
  if (name == "mul" && IsScalarType(type) && Length(other_type) > 0 && other_type == from_type) return values_.Make("wp::dot", type, {other, from});
  if (name == "cw_mul") return values_.Make("wp::cw_mul", type, {other, from});
  if (name == "dot") return values_.Make("wp::mul", type, {other, from});
  // Of square matrices with matrices and vectors.
  if (name == "mul" && k == 1 && Side(other_type) > 0 && same) return values_.Make("wp::mul", type, {values_.Make("wp::transpose", other_type, {other}), from});
  if (name == "mul" && k == 0 && Side(type) > 0 && Side(other_type) > 0 && same)
    return values_.Make("wp::mul", type, {from, values_.Make("wp::transpose", other_type, {other})});
  if (name == "mul" && k == 0 && Side(type) > 0 && Length(other_type) == Side(type)) return values_.Make("wp::outer", type, {from, other});
  if (name == "outer" && Side(from_type) > 0)
    return values_.Make("wp::mul", type, {k == 0 ? from : values_.Make("wp::transpose", from_type, {from}), other});
  return values_.Make("derivative " + std::string(name) + std::to_string(k), type, {other, from});
}

}  // namespace warpsmith
