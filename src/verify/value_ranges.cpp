// Bounds of what operations give, from those of what they get.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "verify/symbolic_values.h"

namespace warpsmith {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr NumberRange kAll = {-kInfinity, kInfinity};

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Zero times anything finite is zero, and numbers are finite.
double Times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

NumberRange Hull(NumberRange a, NumberRange b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

NumberRange Product(NumberRange a, NumberRange b) {
  const double ends[] = {Times(a.low, b.low), Times(a.low, b.high), Times(a.high, b.low), Times(a.high, b.high)};
  return {*std::min_element(ends, ends + 4), *std::max_element(ends, ends + 4)};
}

NumberRange Quotient(NumberRange a, NumberRange b) {
  if (b.low <= 0 && b.high >= 0) return kAll;
  auto inverse = [](double x) { return std::isinf(x) ? 0 : 1 / x; };
  return Product(a, {inverse(b.high), inverse(b.low)});
}

NumberRange Remainder(NumberRange a, NumberRange b) {
  const double most = std::max(std::fabs(b.low), std::fabs(b.high));
  return {a.low >= 0 ? 0 : std::max(-most, a.low), a.high <= 0 ? 0 : std::min(most, a.high)};
}

NumberRange Magnitude(NumberRange a) {
  const double most = std::max(std::fabs(a.low), std::fabs(a.high));
  return {a.low <= 0 && a.high >= 0 ? 0 : std::min(std::fabs(a.low), std::fabs(a.high)), most};
}

/// Operations that give zero where one argument is zero.
bool IsProductLike(std::string_view operation) {
  static const std::set<std::string_view> kProducts = {"wp::mul", "wp::dot", "wp::ddot", "wp::cross", "wp::outer", "wp::cw_mul",
                                                       "wp::spatial_dot", "wp::spatial_cross", "wp::spatial_cross_dual", "product"};
  return kProducts.contains(operation);
}

/// Operations that give zero where their last argument is zero: linear in it.
bool IsLinearInLast(std::string_view operation) {
  static const std::set<std::string_view> kLinear = {"wp::quat_rotate", "wp::quat_rotate_inv", "wp::transform_vector", "wp::skew",
                                                     "wp::transpose", "wp::diag", "wp::get_diag", "wp::trace", "wp::neg", "wp::pos", "wp::copy",
                                                     "wp::spatial_top", "wp::spatial_bottom"};
  return kLinear.contains(operation) || operation.starts_with("derivative ") || operation.starts_with("part ");
}

/// Functions of any number that lie between bounds.
bool BoundsOf(std::string_view operation, NumberRange& range) {
  if (operation == "wp::sin" || operation == "wp::cos" || operation == "wp::tanh" || operation == "wp::erf" || operation == "wp::sign")
    return range = {-1, 1}, true;
  if (operation == "wp::asin" || operation == "wp::atan") return range = {-1.6, 1.6}, true;
  if (operation == "wp::acos") return range = {0, 3.2}, true;
  if (operation == "wp::atan2") return range = {-3.2, 3.2}, true;
  if (operation == "wp::normalize") return range = {-1.001, 1.001}, true;
  if (operation == "wp::erfc") return range = {0, 2}, true;
  if (operation == "wp::step" || operation == "wp::nonzero" || operation.starts_with("wp::identity") ||
      operation.starts_with("wp::quat_identity") || operation.starts_with("wp::transform_identity"))
    return range = {0, 1}, true;
  if (operation == "wp::exp" || operation == "wp::sqrt" || operation == "wp::length_sq" || operation == "builtin_tid")
    return range = {0, kInfinity}, true;
  if (operation == "extent") return range = {1, kInfinity}, true;  // no array is empty
  return false;
}

/// Of functions that never fall where they are defined, or never rise; of numbers outside of there nothing is known.
bool RangeOfMonotone(std::string_view operation, NumberRange a, NumberRange& range) {
  struct Function {
    double (*at)(double);
    double low, high;  // where it is defined
    bool falls = false;
  };
  static const std::map<std::string_view, Function> kFunctions = {
      {"wp::asin", {std::asin, -1, 1}},          {"wp::acos", {std::acos, -1, 1, true}},       {"wp::atan", {std::atan, -kInfinity, kInfinity}},
      {"wp::sinh", {std::sinh, -700, 700}},      {"wp::tanh", {std::tanh, -kInfinity, kInfinity}}, {"wp::exp", {std::exp, -kInfinity, 700}},
      {"wp::log", {std::log, 0, kInfinity}},     {"wp::log2", {std::log2, 0, kInfinity}},      {"wp::log10", {std::log10, 0, kInfinity}},
      {"wp::sqrt", {std::sqrt, 0, kInfinity}},   {"wp::cbrt", {std::cbrt, -kInfinity, kInfinity}}, {"wp::erf", {std::erf, -kInfinity, kInfinity}},
      {"wp::erfc", {std::erfc, -kInfinity, kInfinity, true}},
      {"wp::sin", {std::sin, -1.57, 1.57}},      {"wp::cos", {std::cos, 0, 3.14, true}},       {"wp::cosh", {std::cosh, 0, 700}}};
  auto found = kFunctions.find(operation);
  if (found == kFunctions.end() || a.low < found->second.low || a.high > found->second.high) return false;
  const Function& function = found->second;
  range = {function.at(function.falls ? a.high : a.low), function.at(function.falls ? a.low : a.high)};
  // Single precision, and the functions that Warp calls, are not as exact.
  range.low -= range.low == 0 ? 0 : 1e-3 * std::fabs(range.low) + 1e-6;
  range.high += range.high == 0 ? 0 : 1e-3 * std::fabs(range.high) + 1e-6;
  return !std::isnan(range.low) && !std::isnan(range.high);
}

NumberRange WholeRange(NumberRange a) { return {std::trunc(a.low), std::trunc(a.high)}; }

}  // namespace

bool HoldsFloats(std::string_view type) { return Contains(type, "float"); }

bool IsScalarType(std::string_view type) {
  return type == "bool" || ((type.starts_with("wp::int") || type.starts_with("wp::uint") || type.starts_with("wp::float")) && !Contains(type, "<") &&
                            !Contains(type, "*"));
}

NumberRange RangeOfType(std::string_view type) {
  if (type == "bool") return {0, 1};
  if (HoldsFloats(type) || !Contains(type, "int") || Contains(type, "*") || Contains(type, "int64") || Contains(type, "array_t")) {
    return Contains(type, "uint64") && IsScalarType(type) ? NumberRange{0, kInfinity} : kAll;
  }
  for (int bits : {8, 16, 32}) {
    if (!Contains(type, "int" + std::to_string(bits))) continue;
    if (Contains(type, "uint")) return {0, std::ldexp(1.0, bits) - 1};
    return {-std::ldexp(1.0, bits - 1), std::ldexp(1.0, bits - 1) - 1};
  }
  return kAll;
}

/// Of what is neither bounded by itself nor arithmetic of two numbers.
NumberRange ValueTable::RangeOfFunction(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments) const {
  auto at = [&](size_t i) { return nodes_[arguments[i]].range; };
  const bool scalars = std::all_of(arguments.begin(), arguments.end(), [&](ValueId a) { return IsScalarType(TypeOf(a)); });
  const size_t count = arguments.size();
  NumberRange range = RangeOfType(type);
  if (operation == "iter_cmp" && count == 1) {
    // Whether a range has a turn to come; of one whose turns have begun nothing is known.
    ValueId from = arguments[0];
    if (Is(from, "wp::iter_reverse")) from = ArgumentsOf(from)[0];
    const std::vector<ValueId>& bounds = ArgumentsOf(from);
    const bool up = bounds.size() < 3 || nodes_[bounds.back()].range.low > 0;
    if (!Is(from, "wp::range") || bounds.empty() || !up) return {0, 1};
    const NumberRange first = bounds.size() > 1 ? nodes_[bounds[0]].range : NumberRange{0, 0};
    const NumberRange last = nodes_[bounds[bounds.size() > 1 ? 1 : 0]].range;
    if (first.high < last.low) return {1, 1};
    return first.low >= last.high ? NumberRange{0, 0} : NumberRange{0, 1};
  } else if (operation == "wp::abs" && count == 1) {
    range = Magnitude(at(0));
  } else if (operation == "wp::min" && count == 2) {
    range = {std::min(at(0).low, at(1).low), std::min(at(0).high, at(1).high)};
  } else if (operation == "wp::max" && count == 2) {
    range = {std::max(at(0).low, at(1).low), std::max(at(0).high, at(1).high)};
  } else if (operation == "choose") {
    range = Hull(at(1), at(2));
  } else if (operation == "wp::bit_and" && count == 2 && at(0).low >= 0 && at(1).low >= 0) {
    range = {0, std::min(at(0).high, at(1).high)};
    if (at(0).is_point() && at(1).is_point()) {
      const auto both = static_cast<double>(static_cast<int64_t>(at(0).low) & static_cast<int64_t>(at(1).low));
      range = {both, both};
    }
  } else if ((operation == "wp::floor" || operation == "wp::ceil") && count == 1) {
    range = operation == "wp::floor" ? NumberRange{std::floor(at(0).low), std::floor(at(0).high)}
                                     : NumberRange{std::ceil(at(0).low), std::ceil(at(0).high)};
  } else if (operation == "cast" && count == 1 && scalars) {
    range = HoldsFloats(type) ? at(0) : WholeRange(at(0));
  } else if (operation == "wp::pos" || operation == "wp::copy" || operation == "wp::transpose" || operation == "wp::extract") {
    range = at(0);
  } else if (operation == "wp::diag") {
    range = Hull(at(0), {0, 0});
  } else if (operation == "wp::iter_next" && count == 1) {
    // Of a range, whose turns have been passed on.
    ValueId from = arguments[0];
    while (!ArgumentsOf(from).empty() && !Is(from, "wp::range")) from = ArgumentsOf(from)[0];
    const std::vector<ValueId>& bounds = ArgumentsOf(from);
    if (bounds.size() == 1) range = {0, std::max(0.0, nodes_[bounds[0]].range.high - 1)};
    if (bounds.size() == 2 || (bounds.size() == 3 && nodes_[bounds[2]].range.low > 0)) range = {nodes_[bounds[0]].range.low, std::max(nodes_[bounds[0]].range.low, nodes_[bounds[1]].range.high - 1)};
  } else if (operation.starts_with("wp::vec_t<") || operation.starts_with("wp::quat_t<") || operation.starts_with("wp::mat_t<") ||
             operation.starts_with("wp::matrix_from_")) {
    if (count == 0) return {0, 0};
    range = at(0);
    for (size_t i = 1; i < count; ++i) range = Hull(range, at(i));
  }
  return range;
}

NumberRange ValueTable::FindRange(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments) const {
  auto at = [&](size_t i) { return nodes_[arguments[i]].range; };
  auto zero = [&](size_t i) { return IsZero(arguments[i]); };
  const NumberRange own = RangeOfType(type);
  NumberRange range = own;
  const bool scalars = std::all_of(arguments.begin(), arguments.end(), [&](ValueId a) { return IsScalarType(TypeOf(a)); });
  const size_t count = arguments.size();
  if (IsProductLike(operation) && count == 2 && (zero(0) || zero(1))) return {0, 0};
  if (IsLinearInLast(operation) && count > 0 && zero(count - 1)) return {0, 0};
  if (operation == "wp::normalize" && count == 1 && zero(0) && Contains(type, "vec_t")) return {0, 0};
  NumberRange monotone;
  if (count == 1 && scalars && RangeOfMonotone(operation, at(0), monotone)) {
    if (BoundsOf(operation, range)) monotone = {std::max(monotone.low, range.low), std::min(monotone.high, range.high)};
    range = monotone;
  } else if (BoundsOf(operation, range)) {
    range.high = std::min(range.high, own.high);
    if (operation == "wp::step" && (at(0).high < 0 || at(0).low >= 0)) range = at(0).high < 0 ? NumberRange{1, 1} : NumberRange{0, 0};
    if (operation == "wp::sign" && (at(0).high < 0 || at(0).low > 0)) range = at(0).high < 0 ? NumberRange{-1, -1} : NumberRange{1, 1};
    if (operation == "wp::nonzero" && (zero(0) || at(0).low > 0 || at(0).high < 0)) range = zero(0) ? NumberRange{0, 0} : NumberRange{1, 1};
    if (operation == "wp::sqrt") range = {std::sqrt(std::max(0.0, at(0).low)), std::sqrt(std::max(0.0, at(0).high))};
  } else if (operation == "wp::quat_from_axis_angle" && count == 2) {
    const double most = std::max(1.0, Magnitude(at(0)).high);
    range = {-most, most};
  } else if (operation == "wp::quat_inverse" && count == 1) {
    range = {-Magnitude(at(0)).high, Magnitude(at(0)).high};
  } else if (operation == "wp::pow" && count == 2 && at(0).low >= 0) {
    range = {0, kInfinity};
  } else if (operation == "wp::length" && count == 1) {
    range = {Magnitude(at(0)).low, zero(0) ? 0 : kInfinity};
  } else if (operation == "wp::add" && count == 2) {
    range = {at(0).low + at(1).low, at(0).high + at(1).high};
  } else if (operation == "wp::sub" && count == 2) {
    range = {at(0).low - at(1).high, at(0).high - at(1).low};
  } else if (operation == "wp::neg" && count == 1) {
    range = {-at(0).high, -at(0).low};
  } else if (operation == "wp::mul" && count == 2 && scalars) {
    range = Product(at(0), at(1));
  } else if ((operation == "wp::div" || operation == "wp::approx_div" || operation == "wp::floordiv") && count == 2 && scalars) {
    range = Quotient(at(0), at(1));
    if (operation == "wp::floordiv") range = {std::floor(range.low), std::floor(range.high)};
    else if (!HoldsFloats(type)) range = WholeRange(range);
  } else if (operation == "wp::mod" && count == 2 && scalars) {
    if (at(0).is_point() && at(1).is_point() && at(1).low != 0) range = {std::fmod(at(0).low, at(1).low), std::fmod(at(0).low, at(1).low)};
    else range = Remainder(at(0), at(1));
  } else {
    range = RangeOfFunction(operation, type, arguments);
  }
  // What does not fit wraps around.
  if (std::isnan(range.low) || std::isnan(range.high)) return own;
  if (!HoldsFloats(type) && (range.low < own.low || range.high > own.high)) {
    const double turns = own.high + 1;
    if (!range.is_point() || own.low != 0 || !std::isfinite(turns)) return own;
    range.low = range.high = range.low - turns * std::floor(range.low / turns);
  }
  return range;
}

}  // namespace warpsmith
