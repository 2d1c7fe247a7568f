// Simplifications of vectors, matrices, quaternions and transforms by their parts, and of sums and products of many terms.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "verify/symbolic_values.h"

namespace warpsmith {

namespace {

/// Sums and products of more terms stay as they were written.
constexpr size_t kMostTerms = 24;

}  // namespace

ValueShape ShapeOf(std::string_view type) {
  const bool vector = type.starts_with("wp::vec_t<"), matrix = type.starts_with("wp::mat_t<"), quaternion = type.starts_with("wp::quat_t<");
  if (!(vector || matrix || quaternion) || !type.ends_with('>')) return {};
  ValueShape shape;
  shape.columns = 1;
  shape.rows = 4;
  shape.is_vector = vector;
  std::string_view rest = type.substr(type.find('<') + 1);
  for (size_t* extent : {&shape.rows, &shape.columns}) {
    if (quaternion || (vector && extent == &shape.columns)) break;
    *extent = static_cast<size_t>(std::strtoul(std::string(rest).c_str(), nullptr, 10));
    rest.remove_prefix(std::min(rest.size(), rest.find(", ") + 2));
  }
  shape.element = rest.substr(0, rest.size() - 1);
  return shape;
}

/// The signed terms of a sum, positive ones and the others.
void ValueTable::AppendTerms(ValueId value, bool negative, std::array<std::vector<ValueId>, 2>& terms) const {
  const std::string& operation = OperationOf(value);
  const std::vector<ValueId>& arguments = ArgumentsOf(value);
  if (operation == "wp::neg") return AppendTerms(arguments[0], !negative, terms);
  if (!operation.starts_with("sum ")) return terms[negative ? 1 : 0].push_back(value);
  const size_t positive = std::strtoul(operation.c_str() + 4, nullptr, 10);
  for (size_t i = 0; i < arguments.size(); ++i) terms[(i < positive) == negative ? 1 : 0].push_back(arguments[i]);
}

/// a + b, or a - b: the terms of both, but for those that cancel.
ValueId ValueTable::MakeSum(std::string_view type, ValueId a, ValueId b, bool subtract) {
  std::array<std::vector<ValueId>, 2> terms;
  AppendTerms(a, false, terms);
  AppendTerms(b, subtract, terms);
  for (std::vector<ValueId>& list : terms) std::sort(list.begin(), list.end());
  std::array<std::vector<ValueId>, 2> left;
  std::set_difference(terms[0].begin(), terms[0].end(), terms[1].begin(), terms[1].end(), std::back_inserter(left[0]));
  std::set_difference(terms[1].begin(), terms[1].end(), terms[0].begin(), terms[0].end(), std::back_inserter(left[1]));
  double constant = 0;
  for (size_t sign = 0; sign < 2; ++sign)
    std::erase_if(left[sign], [&](ValueId term) {
      if (IsConstant(term)) constant += sign == 0 ? RangeOf(term).low : -RangeOf(term).low;
      return IsConstant(term);
    });
  if (constant != 0) left[constant < 0 ? 1 : 0].push_back(Constant(type, constant < 0 ? -constant : constant));
  const size_t count = left[0].size() + left[1].size();
  if (count == 0) return Zero(type);
  if (count > kMostTerms) return Keep(subtract ? "wp::sub" : "wp::add", type, {a, b}, FindRange(subtract ? "wp::sub" : "wp::add", type, {a, b}));
  for (std::vector<ValueId>& list : left) std::sort(list.begin(), list.end());
  // Of a sum and its negative one is written as the other.
  const bool negative = left[0].size() < left[1].size() || (left[0].size() == left[1].size() && left[1] < left[0]);
  if (negative) std::swap(left[0], left[1]);
  ValueId sum = left[0][0];
  if (count > 1) {
    std::vector<ValueId> all = left[0];
    all.insert(all.end(), left[1].begin(), left[1].end());
    NumberRange range = {0, 0};
    for (size_t i = 0; i < all.size(); ++i) {
      const NumberRange& term = RangeOf(all[i]);
      range = i < left[0].size() ? NumberRange{range.low + term.low, range.high + term.high} : NumberRange{range.low - term.high, range.high - term.low};
    }
    const NumberRange own = RangeOfType(type);
    if (!HoldsFloats(type) && (range.low < own.low || range.high > own.high)) range = own;
    sum = Keep("sum " + std::to_string(left[0].size()), type, std::move(all), range);
  }
  return negative ? Negative(sum) : sum;
}

/// a * b of scalars, without signs: the factors of both.
ValueId ValueTable::MakeProduct(std::string_view type, ValueId a, ValueId b) {
  std::vector<ValueId> factors;
  for (ValueId value : {a, b}) {
    if (Is(value, "product of")) factors.insert(factors.end(), ArgumentsOf(value).begin(), ArgumentsOf(value).end());
    else factors.push_back(value);
  }
  const NumberRange range = FindRange("wp::mul", type, {a, b});
  if (range.is_point()) return Constant(type, range.low);
  if (factors.size() > kMostTerms) return Keep("wp::mul", type, {a, b}, range);
  std::sort(factors.begin(), factors.end());
  return Keep("product of", type, std::move(factors), range);
}

bool ValueTable::HasParts(ValueId value) const {
  const ValueShape shape = ShapeOf(TypeOf(value));
  if (shape.rows == 0) return false;
  if (IsConstant(value) || OperationOf(value).starts_with("wp::identity<")) return true;
  if (OperationOf(value).starts_with("wp::quat_identity<")) return true;
  const std::vector<ValueId>& arguments = ArgumentsOf(value);
  if (OperationOf(value) != TypeOf(value)) return false;
  return (arguments.size() == shape.count() || arguments.size() == 1) &&
         std::all_of(arguments.begin(), arguments.end(), [&](ValueId a) { return TypeOf(a) == shape.element; });
}

ValueId ValueTable::PartOf(ValueId value, size_t row, size_t column) {
  const ValueShape shape = ShapeOf(TypeOf(value));
  const std::string operation = OperationOf(value);
  if (IsConstant(value)) return Constant(shape.element, RangeOf(value).low);
  if (operation.starts_with("wp::identity<")) return Constant(shape.element, row == column ? 1 : 0);
  if (operation.starts_with("wp::quat_identity<")) return Constant(shape.element, row == 3 ? 1 : 0);
  if (HasParts(value)) return ArgumentsOf(value).size() == 1 ? ArgumentsOf(value)[0] : ArgumentsOf(value)[row * shape.columns + column];
  std::vector<ValueId> arguments = {value, Constant("wp::int32", static_cast<double>(row))};
  if (shape.columns > 1) arguments.push_back(Constant("wp::int32", static_cast<double>(column)));
  return Make("wp::extract", shape.element, std::move(arguments));
}

/// A composite of `type` whose parts `part(row, column)` gives.
template <typename Part>
ValueId ValueTable::FromParts(std::string_view type, const Part& part) {
  const ValueShape shape = ShapeOf(type);
  std::vector<ValueId> parts;
  for (size_t row = 0; row < shape.rows; ++row)
    for (size_t column = 0; column < shape.columns; ++column) parts.push_back(part(row, column));
  return Make(type, type, std::move(parts));
}

ValueId ValueTable::Determinant(ValueId value, std::string_view type, size_t size) {
  std::vector<size_t> order(size);
  for (size_t i = 0; i < size; ++i) order[i] = i;
  ValueId sum = Zero(type);
  do {
    ValueId product = Constant(type, 1);
    size_t inversions = 0;
    for (size_t i = 0; i < size; ++i) {
      product = Make("wp::mul", type, {product, PartOf(value, i, order[i])});
      for (size_t j = 0; j < i; ++j) inversions += order[j] > order[i];
    }
    sum = MakeSum(type, sum, product, inversions % 2 == 1);
  } while (std::next_permutation(order.begin(), order.end()));
  return sum;
}

bool ValueTable::SimplifyComposite(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  if (operation.starts_with("wp::identity<") && ShapeOf(type).count() > 1)
    return simpler = FromParts(type, [&](size_t i, size_t j) { return Constant(ShapeOf(type).element, i == j ? 1 : 0); }), true;
  if (arguments.empty()) return false;
  if (operation == type && SimplifyMade(type, arguments, simpler)) return true;
  if (operation == "wp::spatial_dot") return simpler = Make("wp::dot", type, arguments), true;
  if (SimplifyQuaternion(operation, type, arguments, simpler) || SimplifyOfOne(operation, type, arguments, simpler)) return true;
  const bool any = std::any_of(arguments.begin(), arguments.end(), [&](ValueId a) { return HasParts(a); });
  if (!any || arguments.size() > 2) return false;
  const ValueShape own = ShapeOf(type), first = ShapeOf(TypeOf(arguments[0]));
  const ValueId a = arguments[0], b = arguments.size() > 1 ? arguments[1] : 0;
  auto is = [&](ValueId value) { return simpler = value, true; };
  const bool same = TypeOf(a) == type && (b == 0 || TypeOf(b) == type);
  if (same && own.rows > 0 && (operation == "wp::add" || operation == "wp::sub" || operation == "wp::cw_mul" || operation == "wp::cw_div" || operation == "wp::neg")) {
    const std::string on_parts = operation == "wp::cw_mul" ? "wp::mul" : operation == "wp::cw_div" ? "wp::div" : std::string(operation);
    return is(FromParts(type, [&](size_t i, size_t j) {
      std::vector<ValueId> parts = {PartOf(a, i, j)};
      if (b != 0) parts.push_back(PartOf(b, i, j));
      return Make(on_parts, own.element, std::move(parts));
    }));
  }
  if (b == 0) return false;
  const std::string element = first.rows > 0 ? first.element : ShapeOf(TypeOf(b)).element;
  if ((operation == "wp::mul" || operation == "wp::div") && first.rows > 0 && TypeOf(b) == element && TypeOf(a) == type)
    return is(FromParts(type, [&](size_t i, size_t j) { return Make(operation, element, {PartOf(a, i, j), b}); }));
  if (operation == "wp::mul" && first.rows == 0 && TypeOf(a) == element && TypeOf(b) == type)
    return is(FromParts(type, [&](size_t i, size_t j) { return Make(operation, element, {a, PartOf(b, i, j)}); }));
  return SimplifyProducts(operation, type, arguments, simpler);
}

/// What is made of all its numbers, of one for all of them, or of two halves.
bool ValueTable::SimplifyMade(std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  const ValueShape own = ShapeOf(type);
  auto is = [&](ValueId value) { return simpler = value, true; };
  if (own.count() < 2) return false;
  if (arguments.size() == 1 && TypeOf(arguments[0]) == own.element) return is(FromParts(type, [&](size_t, size_t) { return arguments[0]; }));
  if (own.is_vector && own.rows == 6 && arguments.size() == 2 && ShapeOf(TypeOf(arguments[0])).rows == 3)
    return is(FromParts(type, [&](size_t i, size_t) { return PartOf(arguments[i / 3], i % 3); }));
  // All numbers of something, in order, are that.
  if (arguments.size() != own.count() || OperationOf(arguments[0]) != "wp::extract") return false;
  const ValueId whole = ArgumentsOf(arguments[0])[0];
  if (TypeOf(whole) != type) return false;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (PartOf(whole, i / own.columns, i % own.columns) != arguments[i]) return false;
  return is(whole);
}

/// Of one vector or matrix: what only moves its numbers.
bool ValueTable::SimplifyOfOne(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  if (arguments.size() != 1) return false;
  const ValueId a = arguments[0];
  const ValueShape own = ShapeOf(type), of = ShapeOf(TypeOf(a));
  if (of.rows == 0) return false;
  auto is = [&](ValueId value) { return simpler = value, true; };
  if (operation == "wp::diag" && own.rows > 0) return is(FromParts(type, [&](size_t i, size_t j) { return i == j ? PartOf(a, i) : Zero(of.element); }));
  if (operation == "wp::get_diag" && own.rows > 0) return is(FromParts(type, [&](size_t i, size_t) { return PartOf(a, i, i); }));
  if (operation == "wp::transpose" && own.rows > 0) return is(FromParts(type, [&](size_t i, size_t j) { return PartOf(a, j, i); }));
  if (operation == "wp::spatial_top" && of.rows == 6) return is(FromParts(type, [&](size_t i, size_t) { return PartOf(a, i); }));
  if (operation == "wp::spatial_bottom" && of.rows == 6) return is(FromParts(type, [&](size_t i, size_t) { return PartOf(a, i + 3); }));
  if (operation == "wp::skew" && own.rows == 3)
    return is(FromParts(type, [&](size_t i, size_t j) {
      if (i == j) return Zero(of.element);
      const ValueId value = PartOf(a, 3 - i - j);
      return (j + 3 - i) % 3 == 2 ? value : Negative(value);
    }));
  if (operation == "wp::trace" && type == of.element) {
    ValueId sum = Zero(of.element);
    for (size_t i = 0; i < of.rows; ++i) sum = MakeSum(of.element, sum, PartOf(a, i, i), false);
    return is(sum);
  }
  if (operation == "wp::determinant" && of.rows == of.columns && type == of.element && HasParts(a)) return is(Determinant(a, type, of.rows));
  return false;
}

/// Products whose numbers are sums of products.
bool ValueTable::SimplifyProducts(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  const ValueId a = arguments[0], b = arguments[1];
  const ValueShape own = ShapeOf(type), first = ShapeOf(TypeOf(a)), second = ShapeOf(TypeOf(b));
  if (first.rows == 0 || second.rows == 0) return false;
  const std::string& element = first.element;
  auto is = [&](ValueId value) { return simpler = value, true; };
  auto inner = [&](auto left, auto right, size_t count) {
    ValueId sum = Zero(element);
    for (size_t k = 0; k < count; ++k) sum = MakeSum(element, sum, Make("wp::mul", element, {left(k), right(k)}), false);
    return sum;
  };
  if ((operation == "wp::dot" || operation == "wp::ddot") && type == element && TypeOf(a) == TypeOf(b)) {
    const size_t columns = first.columns;
    return is(inner([&](size_t k) { return PartOf(a, k / columns, k % columns); }, [&](size_t k) { return PartOf(b, k / columns, k % columns); }, first.count()));
  }
  const bool affine = operation == "wp::transform_point" || operation == "wp::transform_vector";
  if (affine && first.rows == 4 && first.columns == 4 && own.rows == 3)
    return is(FromParts(type, [&](size_t i, size_t) {
      const ValueId turned = inner([&](size_t k) { return PartOf(a, i, k); }, [&](size_t k) { return PartOf(b, k); }, 3);
      return operation == "wp::transform_point" ? MakeSum(element, turned, PartOf(a, i, 3), false) : turned;
    }));
  if (operation == "wp::cross" && own.rows == 3 && first.rows == 3)
    return is(FromParts(type, [&](size_t i, size_t) {
      const size_t j = (i + 1) % 3, k = (i + 2) % 3;
      return MakeSum(element, Make("wp::mul", element, {PartOf(a, j), PartOf(b, k)}), Make("wp::mul", element, {PartOf(a, k), PartOf(b, j)}), true);
    }));
  const bool quaternions = type.starts_with("wp::quat_t") || TypeOf(a).starts_with("wp::quat_t") || TypeOf(b).starts_with("wp::quat_t");
  if (quaternions || own.rows == 0) return false;
  if (operation == "wp::mul" && !first.is_vector && first.columns == second.rows)
    return is(FromParts(type, [&](size_t i, size_t j) {
      return inner([&](size_t k) { return PartOf(a, i, k); }, [&](size_t k) { return PartOf(b, k, j); }, first.columns);
    }));
  if (operation == "wp::mul" && first.is_vector && !second.is_vector && first.rows == second.rows)
    return is(FromParts(type, [&](size_t j, size_t) {
      return inner([&](size_t k) { return PartOf(a, k); }, [&](size_t k) { return PartOf(b, k, j); }, first.rows);
    }));
  if (operation == "wp::outer") return is(FromParts(type, [&](size_t i, size_t j) { return Make("wp::mul", element, {PartOf(a, i), PartOf(b, j)}); }));
  return false;
}

ValueId ValueTable::FromNumbers(std::string_view type, std::vector<ValueId> numbers) { return Make(type, type, std::move(numbers)); }

std::vector<size_t> ValueTable::NumbersAt(const ValueShape& whole, const std::vector<ValueId>& place) const {
  auto constant = [&](ValueId value) { return IsConstant(value) ? static_cast<int64_t>(RangeOf(value).low) : INT64_MAX; };
  std::vector<size_t> numbers;
  if (place.size() == 1 && whole.columns == 1 && OperationOf(place[0]) == "wp::slice_t" && ArgumentsOf(place[0]).size() == 3) {
    const std::vector<ValueId>& slice = ArgumentsOf(place[0]);
    const int64_t begin = constant(slice[0]), end = constant(slice[1]), step = constant(slice[2]);
    const auto length = static_cast<int64_t>(whole.rows);
    if (begin < 0 || begin > length || end < -1 || end > length || step == 0 || step == INT64_MAX) return {};
    for (int64_t at = begin; step < 0 ? at > end : at < end; at += step) {
      if (at >= length) return {};
      numbers.push_back(static_cast<size_t>(at));
    }
    return numbers;
  }
  if (place.size() != (whole.columns > 1 ? 2u : 1u)) return {};
  size_t number = 0;
  for (size_t i = 0; i < place.size(); ++i) {
    const auto extent = static_cast<int64_t>(i == 0 ? whole.rows : whole.columns);
    const int64_t at = constant(place[i]);
    if (at >= extent || at < -extent) return {};
    number = number * whole.columns + static_cast<size_t>(at < 0 ? at + extent : at);
  }
  return {number};
}

/// One number of what is made of numbers, or some of them in a row.
bool ValueTable::SimplifyExtract(std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  const ValueId from = arguments[0];
  auto is = [&](ValueId value) { return simpler = value, true; };
  if (IsConstant(from)) return is(Constant(type, RangeOf(from).low));
  const std::string of = TypeOf(from);
  if (of.starts_with("wp::transform_t<") && arguments.size() == 2 && IsConstant(arguments[1]) && IsScalarType(type)) {
    const double at = RangeOf(arguments[1]).low < 0 ? RangeOf(arguments[1]).low + 7 : RangeOf(arguments[1]).low;
    if (at < 0 || at > 6) return false;
    return is(PartOf(at < 3 ? TranslationOf(from) : RotationOf(from), static_cast<size_t>(at < 3 ? at : at - 3)));
  }
  const ValueShape shape = ShapeOf(of), own = ShapeOf(type);
  const std::vector<size_t> places = shape.rows == 0 ? std::vector<size_t>() : NumbersAt(shape, {arguments.begin() + 1, arguments.end()});
  if (places.empty()) return false;
  if (own.count() == places.size() && own.is_vector)
    return is(FromParts(type, [&](size_t i, size_t) { return PartOf(from, places[i] / shape.columns, places[i] % shape.columns); }));
  if (places.size() != 1 || type != shape.element) return false;
  const size_t row = places[0] / shape.columns, column = places[0] % shape.columns;
  if (Is(from, "choose")) {
    const std::vector<ValueId> choice = ArgumentsOf(from);
    if (HasParts(choice[1]) || HasParts(choice[2])) return is(Choose(choice[0], PartOf(choice[1], row, column), PartOf(choice[2], row, column)));
  }
  if (HasParts(from)) return is(PartOf(from, row, column));
  // Places from the end are written from the begin.
  if (RangeOf(arguments[1]).low >= 0 && RangeOf(arguments.back()).low >= 0) return false;
  return is(PartOf(from, row, column));
}

/// A matrix of the vectors that are its rows or columns.
bool ValueTable::SimplifyRows(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  const bool rows = operation.starts_with("wp::matrix_from_rows");
  const ValueShape own = ShapeOf(type);
  if ((!rows && !operation.starts_with("wp::matrix_from_cols")) || own.rows == 0 || arguments.size() != (rows ? own.rows : own.columns)) return false;
  simpler = FromParts(type, [&](size_t i, size_t j) { return rows ? PartOf(arguments[i], j, 0) : PartOf(arguments[j], i, 0); });
  return true;
}

ValueId ValueTable::DeterminantGradient(ValueId matrix, ValueId from) {
  const std::string type = TypeOf(matrix);
  const ValueShape shape = ShapeOf(type);
  if (!HasParts(matrix) || shape.rows != shape.columns || shape.rows > 4) return 0;
  return FromParts(type, [&](size_t row, size_t column) {
    // The determinant where this row has 1 there and 0 elsewhere.
    const ValueId minor = FromParts(type, [&](size_t i, size_t j) {
      return i == row ? Constant(shape.element, j == column ? 1 : 0) : PartOf(matrix, i, j);
    });
    return Make("wp::mul", shape.element, {Make("wp::determinant", shape.element, {minor}), from});
  });
}

ValueId ValueTable::SkewGradient(ValueId from, std::string_view type) {
  if (ShapeOf(TypeOf(from)).rows != 3) return 0;
  return FromParts(type, [&](size_t k, size_t) {
    const size_t i = (k + 2) % 3, j = (k + 1) % 3;
    return MakeSum(ShapeOf(type).element, PartOf(from, i, j), PartOf(from, j, i), true);
  });
}

}  // namespace warpsmith
