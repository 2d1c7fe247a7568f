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

size_t Length(std::string_view type) { return ShapeOf(type).is_vector ? ShapeOf(type).rows : 0; }

/// Rows of a square matrix type; 0 of others.
size_t Side(std::string_view type) { return type.starts_with("wp::mat_t<") && ShapeOf(type).rows == ShapeOf(type).columns ? ShapeOf(type).rows : 0; }

/// Functions whose derivative is the same at x and at -x.
bool HasEvenDerivative(std::string_view name) {
  static const std::set<std::string_view> kEven = {"tan", "asin", "acos", "atan", "erf", "erfinv"};
  return kEven.contains(name);
}

}  // namespace

ValueId SymbolicContext::Derivative(std::string_view name, size_t k, const TextStatement& s, const std::vector<ValueId>& primals,
                                    std::string_view type, ValueId from) {
  ValueId found = 0;
  if (ScalarDerivative(name, k, primals, type, from, found) || CompositeDerivative(name, k, primals, type, from, found)) return found;
  std::vector<ValueId> read = Read(ValuesRead(*function_, s));
  AppendMemory(ValuesRead(*function_, s), read);
  const std::string operation = std::string(name) + std::to_string(k);
  if (IsScalarType(type) && values_.TypeOf(from) == type) return values_.Make("wp::mul", type, {values_.Make("slope " + operation, type, std::move(read)), from});
  read.push_back(from);
  return values_.Make("derivative " + operation, type, std::move(read));
}

/// Functions of one number, with their result where Warp's reverse reads that.
bool SymbolicContext::SlopeOf(std::string_view name, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found) {
  auto is = [&](ValueId value) { return found = value, true; };
  auto times = [&](ValueId slope) { return values_.Make("wp::mul", type, {slope, from}); };
  auto of = [&](const char* function) { return values_.Make(function, type, {primals[0]}); };
  auto negative = [&](ValueId value) { return values_.Make("wp::neg", type, {value}); };
  const ValueId result = primals.back();
  if (primals.size() == 2) {
    if (name == "exp") return is(times(result));
    if (name == "tanh") return is(times(values_.Make("wp::sub", type, {values_.Constant(type, 1), values_.Make("wp::mul", type, {result, result})})));
    if (name == "sqrt") return is(values_.Make("wp::div", type, {values_.Make("wp::mul", type, {values_.Constant(type, 0.5), from}), result}));
    return false;
  }
  if (primals.size() != 1) return false;
  if (name == "sin") return is(times(of("wp::cos")));
  if (name == "cos") return is(negative(times(of("wp::sin"))));
  if (name == "sinh") return is(times(of("wp::cosh")));
  if (name == "cosh") return is(times(of("wp::sinh")));
  if (name == "log") return is(values_.Make("wp::div", type, {from, result}));
  if (name == "abs" && values_.RangeOf(result).low >= 0) return is(from);
  ValueId at = result;
  if (HasEvenDerivative(name)) (void)values_.DropSign(at);
  return is(times(values_.Make("slope " + std::string(name), type, {at})));
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
  if (scalar && k == 0 && values_.TypeOf(primals[0]) == type && SlopeOf(name, primals, type, from, found)) return true;
  if (name == "div" && k == 0 && same && IsScalarType(values_.TypeOf(primals[1]))) return is(values_.Make("wp::div", type, {from, primals[1]}));
  if (name == "div" && primals.size() == 3 && k == 1 && values_.IsZero(primals[0])) return is(none);
  if (name == "div" && primals.size() == 3 && k == 1 && scalar)
    return is(values_.Make("wp::neg", type, {values_.Make("wp::mul", type, {from, values_.Make("wp::div", type, {primals[2], primals[1]})})}));
  if ((name == "length" || name == "length_sq" || name == "normalize") && values_.IsZero(primals[0])) return is(none);
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

template <typename NumberAt>
ValueId SymbolicContext::MakeNumbers(std::string_view type, const NumberAt& number) {
  std::vector<ValueId> numbers;
  for (size_t i = 0; i < ShapeOf(type).count(); ++i) numbers.push_back(number(i));
  return values_.FromNumbers(type, std::move(numbers));
}

bool SymbolicContext::CompositeDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from,
                                          ValueId& found) {
  auto is = [&](ValueId value) { return found = value, true; };
  const std::string from_type = values_.TypeOf(from);
  if (TransformDerivative(name, k, primals, type, from, found)) return true;
  if (IsProduct(name) && primals.size() == 2 && k < 2) return is(ProductDerivative(name, k, primals[1 - k], type, from));
  if (name == "extract" && k == 0) return PartsTaken(primals, type, from, found);
  if (name == "vec_t" || name == "mat_t" || name == "quat_t") return MadeOfParts(k, primals, type, from, found);
  const ValueShape own = ShapeOf(type), given = ShapeOf(from_type);
  if (name == "matrix_from_rows" && given.columns == own.rows && own.is_vector)
    return is(MakeNumbers(type, [&](size_t i) { return values_.PartOf(from, k, i); }));
  if (name == "matrix_from_cols" && given.rows == own.rows && own.is_vector)
    return is(MakeNumbers(type, [&](size_t i) { return values_.PartOf(from, i, k); }));
  if ((name == "spatial_top" || name == "spatial_bottom") && own.rows == 6 && given.rows == 3)
    return is(MakeNumbers(type, [&](size_t i) { return (name == "spatial_top") == (i < 3) ? values_.PartOf(from, i % 3) : values_.Zero(own.element); }));
  if (name == "skew") return (found = values_.SkewGradient(from, type)) != 0;
  if (name == "determinant" && k == 0) return (found = values_.DeterminantGradient(primals[0], from)) != 0;
  if (name == "transpose") return is(values_.Make("wp::transpose", type, {from}));
  if (name == "diag") return is(values_.Make("wp::get_diag", type, {from}));
  if (name == "get_diag") return is(values_.Make("wp::diag", type, {from}));
  if (name == "trace" && Side(type) > 0)
    return is(MakeNumbers(type, [&](size_t i) { return i % (own.columns + 1) == 0 ? from : values_.Zero(own.element); }));
  if (name == "length" && primals.size() == 2 && own.is_vector)
    return is(values_.Make("wp::mul", type, {values_.Make("wp::div", from_type, {from, primals[1]}), primals[0]}));
  if (name == "length_sq" && own.is_vector)
    return is(values_.Make("wp::mul", type, {values_.Make("wp::mul", from_type, {values_.Constant(from_type, 2), from}), primals[0]}));
  if (name == "cw_div" && primals.size() == 3 && k == 0 && from_type == type) return is(values_.Make("wp::cw_div", type, {from, primals[1]}));
  return false;
}

/// Of what is computed with transforms: the vector and the quaternion each have their own gradient.
bool SymbolicContext::TransformDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from,
                                          ValueId& found) {
  auto is = [&](ValueId value) { return found = value, true; };
  auto is_transform = [&](std::string_view of) { return of.starts_with("wp::transform_t<"); };
  const bool made = name == "transform_t" && primals.size() == 2;
  if (made) return is(k == 0 ? values_.TranslationOf(from) : values_.RotationOf(from));
  if (primals.empty()) return false;
  const std::string first_type = values_.TypeOf(primals[0]);
  if ((name == "quat_rotate" || name == "quat_rotate_inv") && primals.size() == 2) return is(RotatedDerivative(name, k, primals[0], primals[1], from));
  if (!is_transform(first_type)) return AffineDerivative(name, k, primals, type, from, found);
  const ValueId first = values_.RotationOf(primals[0]), place = values_.TranslationOf(primals[0]);
  const std::string vector = values_.TypeOf(place), quaternion = values_.TypeOf(first);
  if (name == "transform_get_translation") return is(values_.Transform(from, values_.Zero(quaternion)));
  if (name == "transform_get_rotation") return is(values_.Transform(values_.Zero(vector), from));
  const bool point = name == "transform_point";
  if ((point || name == "transform_vector") && primals.size() == 2) {
    const ValueId turned = RotatedDerivative("quat_rotate", k, first, primals[1], from);
    return is(k == 1 ? turned : values_.Transform(point ? from : values_.Zero(vector), turned));
  }
  const bool product = (name == "transform_multiply" || name == "mul") && primals.size() == 2 && is_transform(values_.TypeOf(primals[1]));
  if (!product) return false;
  const ValueId second = values_.RotationOf(primals[1]), moved = values_.TranslationOf(from), turned = values_.RotationOf(from);
  const ValueId by_place = RotatedDerivative("quat_rotate", k, first, values_.TranslationOf(primals[1]), moved);
  const ValueId by_rotation = ProductDerivative("mul", k, k == 0 ? second : first, quaternion, turned);
  if (k == 1) return is(values_.Transform(by_place, by_rotation));
  return is(values_.Transform(moved, values_.Make("wp::add", quaternion, {by_place, by_rotation})));
}

/// The gradient that a vector, or the quaternion that turned it, gets.
ValueId SymbolicContext::RotatedDerivative(std::string_view name, size_t k, ValueId rotation, ValueId vector, ValueId from) {
  if (k == 1 && values_.OperationOf(rotation).starts_with("wp::quat_identity<")) return from;
  if (k == 0 && values_.IsZero(vector)) return values_.Zero(values_.TypeOf(rotation));
  return values_.Make("derivative " + std::string(name) + std::to_string(k), values_.TypeOf(k == 0 ? rotation : vector), {rotation, vector, from});
}

/// Of a matrix that moves points or directions; its last row is not looked at.
bool SymbolicContext::AffineDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from,
                                       ValueId& found) {
  const bool point = name == "transform_point";
  if ((!point && name != "transform_vector") || primals.size() != 2 || Side(values_.TypeOf(primals[0])) != 4) return false;
  const std::string element = ShapeOf(type).element;
  auto times = [&](ValueId a, ValueId b) { return values_.Make("wp::mul", element, {a, b}); };
  if (k == 0) {
    found = MakeNumbers(type, [&](size_t i) {
      if (i >= 12 || (i % 4 == 3 && !point)) return values_.Zero(element);
      return i % 4 == 3 ? values_.PartOf(from, i / 4) : times(values_.PartOf(from, i / 4), values_.PartOf(primals[1], i % 4));
    });
    return true;
  }
  found = MakeNumbers(type, [&](size_t j) {
    ValueId sum = values_.Zero(element);
    for (size_t i = 0; i < 3; ++i) sum = values_.Make("wp::add", element, {sum, times(values_.PartOf(primals[0], i, j), values_.PartOf(from, i))});
    return sum;
  });
  return true;
}

/// The gradient of number `k` that a composite is made of, of the one that all its numbers are, or of one of two halves.
bool SymbolicContext::MadeOfParts(size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found) {
  const ValueShape given = ShapeOf(values_.TypeOf(from));
  if (given.rows == 0) return false;
  const bool halves = given.is_vector && given.rows == 6 && primals.size() == 2 && Length(type) == 3;
  if (halves) return found = MakeNumbers(type, [&](size_t i) { return values_.PartOf(from, 3 * k + i); }), true;
  if (type != given.element) return false;
  if (primals.size() == given.count()) return found = values_.PartOf(from, k / given.columns, k % given.columns), true;
  if (primals.size() != 1) return false;
  found = values_.Zero(type);
  for (size_t i = 0; i < given.count(); ++i) found = values_.Make("wp::add", type, {found, values_.PartOf(from, i / given.columns, i % given.columns)});
  return true;
}

/// The gradient of a composite of which some numbers were taken.
bool SymbolicContext::PartsTaken(const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found) {
  const ValueShape shape = ShapeOf(type), given = ShapeOf(values_.TypeOf(from));
  if (type.starts_with("wp::transform_t<") && primals.size() == 2 && values_.IsConstant(primals[1])) {
    const double end = values_.RangeOf(primals[1]).low, at = end < 0 ? end + 7 : end;
    const ValueId place = values_.Zero(values_.TypeOf(values_.TranslationOf(primals[0]))), turn = values_.Zero(values_.TypeOf(values_.RotationOf(primals[0])));
    auto only = [&](ValueId zero, double one) {
      return MakeNumbers(values_.TypeOf(zero), [&](size_t i) { return static_cast<double>(i) == one ? from : values_.Zero(values_.TypeOf(from)); });
    };
    return found = at < 3 ? values_.Transform(only(place, at), turn) : values_.Transform(place, only(turn, at - 3)), true;
  }
  if (shape.rows == 0) return false;
  const std::vector<size_t> places = values_.NumbersAt(shape, {primals.begin() + 1, primals.end()});
  if (places.empty() || places.size() != std::max<size_t>(given.count(), 1)) return false;
  std::vector<ValueId> numbers(shape.count(), values_.Zero(shape.element));
  for (size_t i = 0; i < places.size(); ++i) numbers[places[i]] = given.rows == 0 ? from : values_.PartOf(from, i);
  found = values_.FromNumbers(type, std::move(numbers));
  return true;
}

ValueId SymbolicContext::ProductDerivative(std::string_view name, size_t k, ValueId other, std::string_view type, ValueId from) {
  const std::string from_type = values_.TypeOf(from), other_type = values_.TypeOf(other);
  if (values_.IsZero(other)) return values_.Zero(type);
  const bool scalar_from = IsScalarType(from_type), scalar_other = IsScalarType(other_type), same = from_type == type;
  if (name == "mul" && ((scalar_other && same) || scalar_from)) return values_.Make("wp::mul", type, {other, from});
  if (name == "mul" && IsScalarType(type) && Length(other_type) > 0 && other_type == from_type) return values_.Make("wp::dot", type, {other, from});
  if (name == "mul" && IsScalarType(type) && other_type.starts_with("wp::mat_t<") && other_type == from_type) return values_.Make("wp::ddot", type, {other, from});
  if (name == "cw_mul") return values_.Make("wp::cw_mul", type, {other, from});
  if (name == "dot" || name == "ddot" || name == "spatial_dot") return values_.Make("wp::mul", type, {other, from});
  // Of square matrices with matrices and vectors.
  if (name == "mul" && k == 1 && Side(other_type) > 0 && same) return values_.Make("wp::mul", type, {values_.Make("wp::transpose", other_type, {other}), from});
  if (name == "mul" && k == 0 && Side(type) > 0 && Side(other_type) > 0 && same)
    return values_.Make("wp::mul", type, {from, values_.Make("wp::transpose", other_type, {other})});
  if (name == "mul" && k == 0 && Side(type) > 0 && Length(other_type) == Side(type)) return values_.Make("wp::outer", type, {from, other});
  if (name == "mul" && k == 1 && Side(type) > 0 && Length(other_type) == Side(type) && Length(from_type) == Side(type))
    return values_.Make("wp::outer", type, {other, from});
  if (name == "mul" && k == 0 && Side(other_type) > 0 && Length(type) == Side(other_type)) return values_.Make("wp::mul", type, {other, from});
  if (name == "cross") return values_.Make("wp::cross", type, {k == 0 ? other : from, k == 0 ? from : other});
  if (name == "outer" && Side(from_type) > 0)
    return values_.Make("wp::mul", type, {k == 0 ? from : values_.Make("wp::transpose", from_type, {from}), other});
  return values_.Make("derivative " + std::string(name) + std::to_string(k), type, {other, from});
}

}  // namespace warpsmith
