#include "verify/symbolic_values.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace warpsmith {

namespace {

bool IsOneOf(std::string_view operation, const std::set<std::string_view>& names) { return names.contains(operation); }

bool HasMatrix(std::string_view type) {
  return type.find("mat_t") != std::string_view::npos || type.find("quat_t") != std::string_view::npos ||
         type.find("transform_t") != std::string_view::npos;
}

/// Operations that give the same whatever the order of their two operands.
bool Commutes(std::string_view operation) {
  static const std::set<std::string_view> kCommutative = {"wp::add", "wp::min", "wp::max", "wp::dot", "wp::ddot", "wp::cw_mul",
                                                          "wp::bit_and", "wp::bit_or", "wp::bit_xor"};
  return kCommutative.contains(operation);
}

/// Conversions between scalars, by the name of their type.
bool IsCast(std::string_view operation) {
  static const std::set<std::string_view> kCasts = {"wp::int", "wp::float", "wp::int8", "wp::uint8", "wp::int16", "wp::uint16", "wp::int32",
                                                    "wp::uint32", "wp::int64", "wp::uint64", "wp::float16", "wp::float32", "wp::float64"};
  return kCasts.contains(operation);
}

/// So far apart must bounds of floats be for a comparison to be decided by them, relative to their magnitude.
constexpr double kRounding = 1e-5, kHalfRounding = 1e-2;

}  // namespace

ValueTable::ValueTable() {
  constant_ = Intern("constant", operations_, operation_ids_);
  (void)Keep("unset", "", {}, {-HUGE_VAL, HUGE_VAL});  // id 0
}

uint32_t ValueTable::Intern(std::string_view text, std::vector<std::string>& texts, std::map<std::string, uint32_t, std::less<>>& ids) {
  auto found = ids.find(text);
  if (found != ids.end()) return found->second;
  texts.emplace_back(text);
  return ids.emplace(std::string(text), static_cast<uint32_t>(texts.size() - 1)).first->second;
}

ValueId ValueTable::Keep(std::string_view operation, std::string_view type, std::vector<ValueId> arguments, NumberRange range) {
  std::vector<uint32_t> key = {Intern(operation, operations_, operation_ids_), Intern(type, types_, type_ids_)};
  key.insert(key.end(), arguments.begin(), arguments.end());
  auto [found, added] = known_.emplace(std::move(key), static_cast<ValueId>(nodes_.size()));
  if (added) nodes_.push_back({found->first[0], found->first[1], std::move(arguments), range});
  return found->second;
}

ValueId ValueTable::Constant(std::string_view type, double number) {
  const uint32_t type_id = Intern(type, types_, type_ids_);
  auto [found, added] = constants_.emplace(std::pair(type_id, number == 0 ? 0.0 : number), static_cast<ValueId>(nodes_.size()));
  if (added) nodes_.push_back({constant_, type_id, {}, {number, number}});
  return found->second;
}

ValueId ValueTable::Make(std::string_view operation, std::string_view type, std::vector<ValueId> arguments) {
  ValueId simpler = 0;
  if (IsCast(operation) && arguments.size() == 1) {
    if (TypeOf(arguments[0]) == type) return arguments[0];
    operation = "cast";
  }
  if (Simplify(operation, type, arguments, simpler)) return simpler;
  const NumberRange range = FindRange(operation, type, arguments);
  const bool numbers = IsScalarType(type) || type.starts_with("wp::vec_t") || type.starts_with("wp::mat_t") || type.starts_with("wp::quat_t") ||
                       type.starts_with("wp::transform_t");
  if (range.is_point() && (numbers || range.low == 0)) return Constant(type, range.low);
  return Keep(operation, type, std::move(arguments), range);
}

ValueId ValueTable::Compare(std::string_view sign, ValueId left, ValueId right) {
  if (sign == ">") return Compare("<", right, left);
  if (sign == ">=") return Compare("<=", right, left);
  if (sign == "!=") return Not(Compare("==", left, right));
  const bool scalars = IsScalarType(TypeOf(left)) && IsScalarType(TypeOf(right));
  if (left == right) return Bool(sign != "<");
  const NumberRange a = RangeOf(left), b = RangeOf(right);
  const bool floats = HoldsFloats(TypeOf(left)) || HoldsFloats(TypeOf(right));
  const double rounding = TypeOf(left) == "wp::float16" ? kHalfRounding : kRounding;
  auto below = [&](double x, double y) {
    return x < y - (floats && std::isfinite(x) && std::isfinite(y) ? rounding * (std::fabs(x) + std::fabs(y)) : 0);
  };
  if (scalars && sign == "==") {
    if (below(a.high, b.low) || below(b.high, a.low)) return Bool(false);
    if (left > right) std::swap(left, right);
  } else if (scalars) {
    if (below(a.high, b.low)) return Bool(true);
    if (below(b.high, a.low)) return Bool(false);
    if (!floats && sign == "<=" && a.high <= b.low) return Bool(true);
    if (!floats && sign == "<" && a.low >= b.high) return Bool(false);
  }
  return Keep(sign, "bool", {left, right}, {0, 1});
}

ValueId ValueTable::Not(ValueId condition) {
  if (IsConstant(condition)) return Bool(IsZero(condition));
  if (Is(condition, "not")) return ArgumentsOf(condition)[0];
  return Keep("not", "bool", {condition}, {0, 1});
}

ValueId ValueTable::And(ValueId left, ValueId right) {
  if (IsZero(left) || IsZero(right)) return Bool(false);
  if (IsConstant(left) || left == right) return right;
  if (IsConstant(right)) return left;
  if (Not(left) == right) return Bool(false);
  if (left > right) std::swap(left, right);
  return Keep("and", "bool", {left, right}, {0, 1});
}

ValueId ValueTable::Or(ValueId left, ValueId right) { return Not(And(Not(left), Not(right))); }

ValueId ValueTable::Where(ValueId condition, ValueId value) const {
  if (!Is(value, "choose")) return value;
  const std::vector<ValueId>& choice = ArgumentsOf(value);
  if (choice[0] == condition) return choice[1];
  return Is(condition, "not") && ArgumentsOf(condition)[0] == choice[0] ? choice[2] : value;
}

ValueId ValueTable::Choose(ValueId condition, ValueId then, ValueId otherwise) {
  if (then == otherwise) return then;
  if (IsConstant(condition)) return IsZero(condition) ? otherwise : then;
  if (Is(condition, "not")) return Choose(ArgumentsOf(condition)[0], otherwise, then);
  if (Is(then, "choose") && ArgumentsOf(then)[0] == condition) return Choose(condition, ArgumentsOf(then)[1], otherwise);
  if (Is(otherwise, "choose") && ArgumentsOf(otherwise)[0] == condition) return Choose(condition, then, ArgumentsOf(otherwise)[2]);
  const std::string type = TypeOf(then == 0 ? otherwise : then);
  if (Is(then, "wp::neg") && Is(otherwise, "wp::neg")) return Negative(Choose(condition, ArgumentsOf(then)[0], ArgumentsOf(otherwise)[0]));
  if (type == "bool" && IsTrue(then) && IsZero(otherwise)) return condition;
  if (type == "bool" && otherwise == condition) return And(condition, then);
  if (type == "bool" && then == condition) return Or(condition, otherwise);
  if (type == "bool" && IsZero(otherwise)) return And(condition, then);
  if (type == "bool" && IsTrue(then)) return Or(condition, otherwise);
  const NumberRange a = RangeOf(then), b = RangeOf(otherwise);
  return Keep("choose", type, {condition, then, otherwise}, {std::min(a.low, b.low), std::max(a.high, b.high)});
}

bool ValueTable::DropSign(ValueId& value) {
  if (IsConstant(value) && RangeOf(value).low < 0 && HoldsFloats(TypeOf(value))) return value = Constant(std::string(TypeOf(value)), -RangeOf(value).low), true;
  if (!Is(value, "wp::neg")) return false;
  value = ArgumentsOf(value)[0];
  return true;
}

ValueId ValueTable::Negative(ValueId value) { return Make("wp::neg", TypeOf(value), {value}); }

bool ValueTable::Simplify(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler) {
  if (Commutes(operation) && arguments.size() == 2 && arguments[0] > arguments[1]) std::swap(arguments[0], arguments[1]);
  return SimplifyRows(operation, type, arguments, simpler) || SimplifyTransform(operation, type, arguments, simpler) || SimplifyComposite(operation, type, arguments, simpler) ||
         SimplifyArithmetic(operation, type, arguments, simpler) || SimplifyChoice(operation, type, arguments, simpler) ||
         SimplifyFunction(operation, type, arguments, simpler);
}

bool ValueTable::SimplifyArithmetic(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler) {
  if (arguments.empty()) return false;
  ValueId& a = arguments[0];
  auto is = [&](ValueId& to, ValueId value) { return to = value, true; };
  if (operation == "wp::pos" || operation == "wp::copy") return is(simpler, a);
  if (operation == "wp::neg") {
    return DropSign(a) && is(simpler, a);
  }
  if (arguments.size() != 2) return false;
  ValueId& b = arguments[1];
  const bool same = TypeOf(a) == type && TypeOf(b) == type;
  if ((operation == "wp::add" || operation == "wp::sub") && same) return is(simpler, MakeSum(type, a, b, operation == "wp::sub"));
  if (operation == "wp::mul" || operation == "product" || operation == "wp::cw_mul" || operation == "wp::div" || operation == "wp::dot" ||
      operation == "wp::cross" || operation == "wp::outer") {
    const bool scales = IsScalarType(TypeOf(a)) != IsScalarType(TypeOf(b)), matrices = HasMatrix(TypeOf(a)) || HasMatrix(TypeOf(b));
    if (operation == "wp::mul" && (scales ? IsScalarType(TypeOf(b)) : !matrices && a > b)) std::swap(a, b);
    if (!HoldsFloats(type)) return false;
    const bool negative_a = DropSign(a), negative_b = DropSign(b);
    if (Commutes(operation) && a > b) std::swap(a, b);
    if (negative_a != negative_b) return is(simpler, Negative(Make(operation, type, {a, b})));
    const bool scalar_b = IsScalarType(TypeOf(b)), scalar_a = IsScalarType(TypeOf(a));
    if ((operation == "wp::mul" || operation == "wp::div") && scalar_b && IsNumber(b, 1) && TypeOf(a) == type) return is(simpler, a);
    if (operation == "wp::mul" && scalar_a && IsNumber(a, 1) && TypeOf(b) == type) return is(simpler, b);
    if (operation == "wp::div" && IsZero(a)) return is(simpler, Zero(type));
    if (operation == "wp::mul" && same && IsScalarType(type)) return is(simpler, MakeProduct(type, a, b));
  }
  return false;
}

bool ValueTable::SimplifyChoice(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler) {
  auto is = [&](ValueId& to, ValueId value) { return to = value, true; };
  if (operation == "wp::where" && arguments.size() == 3 && TypeOf(arguments[0]) == "bool")
    return is(simpler, Choose(arguments[0], arguments[1], arguments[2]));
  if (operation == "wp::unot" && arguments.size() == 1 && TypeOf(arguments[0]) == "bool") return is(simpler, Not(arguments[0]));
  if (operation == "wp::clamp" && arguments.size() == 3)
    return is(simpler, Make("wp::min", type, {Make("wp::max", type, {arguments[0], arguments[1]}), arguments[2]}));
  if ((operation == "wp::min" || operation == "wp::max") && arguments.size() == 2) {
    if (arguments[0] == arguments[1]) return is(simpler, arguments[0]);
    const NumberRange a = RangeOf(arguments[0]), b = RangeOf(arguments[1]);
    const bool least = operation == "wp::min";
    if (a.high <= b.low) return is(simpler, arguments[least ? 0 : 1]);
    if (b.high <= a.low) return is(simpler, arguments[least ? 1 : 0]);
  }
  if (operation == "wp::lerp" && arguments.size() == 3) {
    const std::string by = TypeOf(arguments[2]);
    const ValueId rest = Make("wp::sub", by, {Constant(by, 1), arguments[2]});
    return is(simpler, Make("wp::add", type, {Make("wp::mul", type, {rest, arguments[0]}), Make("wp::mul", type, {arguments[2], arguments[1]})}));
  }
  return false;
}

/// Ends of a slice, forward, that lie beyond any array are those that Warp writes for an end that is left out.
bool ValueTable::SimplifySlice(std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  constexpr double kFar = 2147483647, kBegin = kFar, kEnd = -kFar - 1;
  if (!IsConstant(arguments[0]) || !IsConstant(arguments[1]) || !(RangeOf(arguments[2]).low > 0)) return false;
  const bool begins = RangeOf(arguments[0]).low == kEnd, ends = RangeOf(arguments[1]).low == kFar;
  if (!begins && !ends) return false;
  simpler = Make("wp::slice_t", type, {begins ? Constant("wp::int32", kBegin) : arguments[0], ends ? Constant("wp::int32", kEnd) : arguments[1], arguments[2]});
  return true;
}

bool ValueTable::SimplifyFunction(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler) {
  static const std::set<std::string_view> kEven = {"wp::cos", "wp::cosh", "wp::abs", "wp::length", "wp::length_sq"};
  static const std::set<std::string_view> kOdd = {"wp::sin", "wp::tan", "wp::sinh", "wp::tanh", "wp::asin", "wp::atan", "wp::cbrt", "wp::transpose",
                                                  "wp::degrees", "wp::radians", "wp::erf", "wp::skew", "wp::diag", "wp::get_diag", "wp::trace",
                                                  "wp::spatial_top", "wp::spatial_bottom", "slope abs"};
  auto is = [&](ValueId& to, ValueId value) { return to = value, true; };
  if (operation == "wp::cross" && arguments.size() == 2 && arguments[0] == arguments[1]) return is(simpler, Zero(type));
  if (operation == "wp::slice_t" && arguments.size() == 3) return SimplifySlice(type, arguments, simpler);
  if (operation == "wp::mod" && arguments.size() == 2 && IsScalarType(TypeOf(arguments[0])) && IsScalarType(TypeOf(arguments[1]))) {
    // Of what is nearer to zero than the divisor nothing is left over but itself.
    const NumberRange a = RangeOf(arguments[0]), b = RangeOf(arguments[1]);
    if (std::max(std::fabs(a.low), std::fabs(a.high)) < b.low) return is(simpler, arguments[0]);
  }
  if (operation == "wp::isnan" || operation == "wp::isinf") return is(simpler, Bool(false));
  if (operation == "wp::isfinite") return is(simpler, Bool(true));
  if (operation == "wp::extract" || operation.starts_with("wp::extract<")) return SimplifyExtract(type, arguments, simpler);
  // By q and by -q vectors are rotated alike.
  if (operation.starts_with("derivative quat_rotate") && arguments.size() == 3 && DropParts(arguments[0])) {
    const ValueId by_positive = Make(operation, type, arguments);
    return is(simpler, operation.ends_with('0') ? Negative(by_positive) : by_positive);
  }
  // Derivatives are linear in the gradient that they pass on.
  if (operation.starts_with("derivative ") && DropSign(arguments.back())) return is(simpler, Negative(Make(operation, type, arguments)));
  if (arguments.size() != 1) return false;
  // A direction does not depend on the length.
  const bool times = Is(arguments[0], "wp::mul"), divided = Is(arguments[0], "wp::div");
  if (operation == "wp::normalize" && (times || divided)) {
    const ValueId scale = ArgumentsOf(arguments[0])[times ? 0 : 1], scaled = ArgumentsOf(arguments[0])[times ? 1 : 0];
    if (IsScalarType(TypeOf(scale)) && RangeOf(scale).low > 0) return is(simpler, Make(operation, type, {scaled}));
  }
  if (IsOneOf(operation, kEven)) (void)DropSign(arguments[0]);
  if (IsOneOf(operation, kOdd) && DropSign(arguments[0])) return is(simpler, Negative(Make(operation, type, {arguments[0]})));
  // The order of components does not matter to these.
  const bool symmetric = operation == "wp::length" || operation == "wp::length_sq" || ((operation == "wp::min" || operation == "wp::max"));
  if (symmetric && (OperationOf(arguments[0]).starts_with("wp::vec_t<") || OperationOf(arguments[0]).starts_with("wp::quat_t<"))) {
    std::vector<ValueId> parts = ArgumentsOf(arguments[0]);
    const bool scalars = std::all_of(parts.begin(), parts.end(), [&](ValueId p) { return IsScalarType(TypeOf(p)); });
    bool changes = false;
    // Nor are their signs to a length.
    for (ValueId& part : parts) changes |= scalars && operation.starts_with("wp::length") && DropSign(part);
    if (!scalars || (!changes && std::is_sorted(parts.begin(), parts.end()))) return false;
    std::sort(parts.begin(), parts.end());
    const std::string maker = OperationOf(arguments[0]), of = TypeOf(arguments[0]);
    return is(simpler, Make(operation, type, {Make(maker, of, parts)}));
  }
  return false;
}

}  // namespace warpsmith
