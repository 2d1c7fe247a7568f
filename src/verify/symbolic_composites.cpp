// Simplifications of vectors, matrices, quaternions and transforms by their parts, and of sums and products of many terms.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "verify/symbolic_values.h"

namespace warpsmith {

namespace {

/// Sums and products of more terms stay as they were written.
constexpr size_t kMostTerms = 24;

/// Rows and columns of a vector or matrix; no rows for anything else. `element` is the type of its numbers.
struct Shape {
  size_t rows = 0, columns = 0;
  std::string element;
  bool is_vector = false;
  [[nodiscard]] size_t count() const { return rows * columns; }
};

Shape ShapeOf(std::string_view type) {
  const bool vector = type.starts_with("wp::vec_t<"), matrix = type.starts_with("wp::mat_t<"), quaternion = type.starts_with("wp::quat_t<");
  if (!(vector || matrix || quaternion) || !type.ends_with('>')) return {};
  Shape shape;
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

}  // namespace

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
  const Shape shape = ShapeOf(TypeOf(value));
  if (shape.rows == 0) return false;
  if (IsConstant(value) || OperationOf(value).starts_with("wp::identity<")) return true;
  if (OperationOf(value).starts_with("wp::quat_identity<")) return true;
  const std::vector<ValueId>& arguments = ArgumentsOf(value);
  if (OperationOf(value) != TypeOf(value)) return false;
  return (arguments.size() == shape.count() || arguments.size() == 1) &&
         std::all_of(arguments.begin(), arguments.end(), [&](ValueId a) { return TypeOf(a) == shape.element; });
}

ValueId ValueTable::PartOf(ValueId value, size_t row, size_t column) {
  const Shape shape = ShapeOf(TypeOf(value));
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
  const Shape shape = ShapeOf(type);
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
  if (arguments.empty() || arguments.size() > 4) return false;
  const bool any = std::any_of(arguments.begin(), arguments.end(), [&](ValueId a) { return HasParts(a); });
  if (!any) return false;
  const Shape own = ShapeOf(type), first = ShapeOf(TypeOf(arguments[0]));
  const ValueId a = arguments[0], b = arguments.size() > 1 ? arguments[1] : 0;
  const Shape second = b == 0 ? Shape{} : ShapeOf(TypeOf(b));
  auto is = [&](ValueId value) { return simpler = value, true; };
  auto part = [&](ValueId value, size_t i, size_t j) { return PartOf(value, i, j); };
  const bool quaternions = type.starts_with("wp::quat_t") || TypeOf(a).starts_with("wp::quat_t") || (b != 0 && TypeOf(b).starts_with("wp::quat_t"));
  const bool same = TypeOf(a) == type && (b == 0 || TypeOf(b) == type);
  const std::string element = first.rows > 0 ? first.element : second.element;
  if (same && own.rows > 0 && (operation == "wp::add" || operation == "wp::sub" || operation == "wp::cw_mul" || operation == "wp::cw_div" || operation == "wp::neg")) {
    const std::string on_parts = operation == "wp::cw_mul" ? "wp::mul" : operation == "wp::cw_div" ? "wp::div" : std::string(operation);
    return is(FromParts(type, [&](size_t i, size_t j) {
      std::vector<ValueId> parts = {part(a, i, j)};
      if (b != 0) parts.push_back(part(b, i, j));
      return Make(on_parts, element, std::move(parts));
    }));
  }
  if ((operation == "wp::mul" || operation == "wp::div") && first.rows > 0 && second.rows == 0 && TypeOf(b) == element && TypeOf(a) == type)
    return is(FromParts(type, [&](size_t i, size_t j) { return Make(operation, element, {part(a, i, j), b}); }));
  if (operation == "wp::mul" && second.rows > 0 && first.rows == 0 && TypeOf(a) == element && TypeOf(b) == type)
    return is(FromParts(type, [&](size_t i, size_t j) { return Make(operation, element, {a, part(b, i, j)}); }));
  auto inner = [&](auto left, auto right, size_t count) {
    ValueId sum = Zero(element);
    for (size_t k = 0; k < count; ++k) sum = MakeSum(element, sum, Make("wp::mul", element, {left(k), right(k)}), false);
    return sum;
  };
  if (operation == "wp::dot" && first.rows > 0 && first.columns == 1 && type == element)
    return is(inner([&](size_t k) { return part(a, k, 0); }, [&](size_t k) { return part(b, k, 0); }, first.rows));
  if (quaternions) return false;
  if (operation == "wp::mul" && own.rows > 0 && first.columns == second.rows && !first.is_vector)
    return is(FromParts(type, [&](size_t i, size_t j) {
      return inner([&](size_t k) { return part(a, i, k); }, [&](size_t k) { return part(b, k, j); }, first.columns);
    }));
  if (operation == "wp::outer" && own.rows > 0)
    return is(FromParts(type, [&](size_t i, size_t j) { return Make("wp::mul", element, {part(a, i, 0), part(b, j, 0)}); }));
  if (operation == "wp::diag" && own.rows > 0) return is(FromParts(type, [&](size_t i, size_t j) { return i == j ? part(a, i, 0) : Zero(element); }));
  if (operation == "wp::get_diag" && own.rows > 0) return is(FromParts(type, [&](size_t i, size_t) { return part(a, i, i); }));
  if (operation == "wp::transpose" && own.rows > 0) return is(FromParts(type, [&](size_t i, size_t j) { return part(a, j, i); }));
  if (operation == "wp::skew" && own.rows == 3)
    return is(FromParts(type, [&](size_t i, size_t j) {
      if (i == j) return Zero(element);
      const ValueId value = part(a, 3 - i - j, 0);
      return (j + 3 - i) % 3 == 2 ? value : Negative(value);
    }));
  if (operation == "wp::determinant" && first.rows == first.columns && type == element) return is(Determinant(a, type, first.rows));
  if (operation == "wp::trace" && type == element) {
    ValueId sum = Zero(element);
    for (size_t i = 0; i < first.rows; ++i) sum = MakeSum(element, sum, part(a, i, i), false);
    return is(sum);
  }
  return false;
}

/// A matrix of the vectors that are its rows or columns.
bool ValueTable::SimplifyRows(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  const bool rows = operation.starts_with("wp::matrix_from_rows");
  const Shape own = ShapeOf(type);
  if ((!rows && !operation.starts_with("wp::matrix_from_cols")) || own.rows == 0 || arguments.size() != (rows ? own.rows : own.columns)) return false;
  simpler = FromParts(type, [&](size_t i, size_t j) { return rows ? PartOf(arguments[i], j, 0) : PartOf(arguments[j], i, 0); });
  return true;
}

ValueId ValueTable::DeterminantGradient(ValueId matrix, ValueId from) {
  const std::string type = TypeOf(matrix);
  const Shape shape = ShapeOf(type);
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

/// Vectors in others, quaternions and transforms that do not turn.
bool ValueTable::SimplifyTransform(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  if (arguments.empty()) return false;
  auto is = [&](ValueId value) { return simpler = value, true; };
  auto still = [&](ValueId value) { return OperationOf(value).starts_with("wp::quat_identity<"); };
  auto made = [&](ValueId value) { return OperationOf(value).starts_with("wp::transform_t<") && ArgumentsOf(value).size() == 2; };
  const ValueId a = arguments[0];
  if (operation == "wp::transform_get_translation" && made(a)) return is(ArgumentsOf(a)[0]);
  if (operation == "wp::transform_get_rotation" && made(a)) return is(ArgumentsOf(a)[1]);
  if ((operation == "wp::spatial_top" || operation == "wp::spatial_bottom") && OperationOf(a).starts_with("wp::vec_t<6") && ArgumentsOf(a).size() == 2)
    return is(ArgumentsOf(a)[operation == "wp::spatial_top" ? 0 : 1]);
  if (operation == "wp::quat_inverse" && still(a)) return is(a);
  if (arguments.size() != 2) return false;
  const ValueId b = arguments[1];
  if ((operation == "wp::quat_rotate" || operation == "wp::quat_rotate_inv") && still(a)) return is(b);
  if (operation == "wp::mul" && type.starts_with("wp::quat_t") && still(a)) return is(b);
  if (operation == "wp::mul" && type.starts_with("wp::quat_t") && still(b)) return is(a);
  if (operation == "wp::add" && made(a) && made(b)) {
    const std::vector<ValueId> left = ArgumentsOf(a), right = ArgumentsOf(b);
    return is(Make(OperationOf(a), type, {Make("wp::add", TypeOf(left[0]), {left[0], right[0]}), Make("wp::add", TypeOf(left[1]), {left[1], right[1]})}));
  }
  const bool identity = OperationOf(a).starts_with("wp::transform_identity");
  if ((operation == "wp::transform_point" || operation == "wp::transform_vector") && identity) return is(b);
  if (operation == "wp::transform_vector" && made(a) && still(ArgumentsOf(a)[1])) return is(b);
  if (operation == "wp::transform_point" && made(a) && still(ArgumentsOf(a)[1])) return is(Make("wp::add", type, {b, ArgumentsOf(a)[0]}));
  if (operation == "wp::transform_multiply" && made(a) && made(b) && still(ArgumentsOf(a)[1])) {
    const ValueId moved = Make("wp::add", TypeOf(ArgumentsOf(b)[0]), {ArgumentsOf(b)[0], ArgumentsOf(a)[0]});
    return is(Make(OperationOf(b), type, {moved, ArgumentsOf(b)[1]}));
  }
  return false;
}

}  // namespace warpsmith
