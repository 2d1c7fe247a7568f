// Simplifications of quaternions and transforms: a transform is its vector and its quaternion, and what Warp computes with it
// is what it computes with those.
#include <algorithm>

#include "verify/symbolic_values.h"

namespace warpsmith {

namespace {

bool IsTransform(std::string_view type) { return type.starts_with("wp::transform_t<"); }

/// "wp::float32" of "wp::transform_t<wp::float32>".
std::string NumberOf(std::string_view type) { return std::string(type.substr(type.find('<') + 1, type.size() - type.find('<') - 2)); }

}  // namespace

ValueId ValueTable::TranslationOf(ValueId transform) {
  return Make("wp::transform_get_translation", "wp::vec_t<3, " + NumberOf(TypeOf(transform)) + ">", {transform});
}

ValueId ValueTable::RotationOf(ValueId transform) {
  return Make("wp::transform_get_rotation", "wp::quat_t<" + NumberOf(TypeOf(transform)) + ">", {transform});
}

ValueId ValueTable::Transform(ValueId translation, ValueId rotation) {
  const std::string type = "wp::transform_t<" + NumberOf(TypeOf(rotation)) + ">";
  return Make(type, type, {translation, rotation});
}

bool ValueTable::SimplifyTransform(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  auto is = [&](ValueId value) { return simpler = value, true; };
  if (operation.starts_with("wp::transform_identity") && IsTransform(type)) {
    const std::string number = NumberOf(type);
    return is(Transform(Zero("wp::vec_t<3, " + number + ">"), Make("wp::quat_identity<" + number + ">", "wp::quat_t<" + number + ">", {})));
  }
  if (arguments.empty()) return false;
  const ValueId a = arguments[0];
  if (operation == type && IsTransform(type) && arguments.size() == 2) {
    if (IsZero(a) && IsZero(arguments[1])) return is(Zero(type));
    const bool halves = Is(a, "wp::transform_get_translation") && Is(arguments[1], "wp::transform_get_rotation");
    return halves && ArgumentsOf(a) == ArgumentsOf(arguments[1]) && TypeOf(ArgumentsOf(a)[0]) == type && is(ArgumentsOf(a)[0]);
  }
  const bool translation = operation == "wp::transform_get_translation";
  if (translation || operation == "wp::transform_get_rotation") {
    if (IsZero(a)) return is(Zero(type));
    const bool made = OperationOf(a) == TypeOf(a) && ArgumentsOf(a).size() == 2;
    if (made) return is(ArgumentsOf(a)[translation ? 0 : 1]);
    if (!Is(a, "choose")) return false;
    const std::vector<ValueId> choice = ArgumentsOf(a);
    return is(Choose(choice[0], translation ? TranslationOf(choice[1]) : RotationOf(choice[1]), translation ? TranslationOf(choice[2]) : RotationOf(choice[2])));
  }
  return SimplifyMoved(operation, type, arguments, simpler);
}

/// What is computed with transforms.
bool ValueTable::SimplifyMoved(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  auto is = [&](ValueId value) { return simpler = value, true; };
  const ValueId a = arguments[0];
  const bool transforms = IsTransform(TypeOf(a));
  if (operation == "wp::transform_inverse" && transforms) {
    const ValueId back = Make("wp::quat_inverse", TypeOf(RotationOf(a)), {RotationOf(a)});
    return is(Transform(Negative(Make("wp::quat_rotate", TypeOf(TranslationOf(a)), {back, TranslationOf(a)})), back));
  }
  if (arguments.size() != 2) return false;
  const ValueId b = arguments[1];
  auto rotated = [&](ValueId vector) { return Make("wp::quat_rotate", TypeOf(vector), {RotationOf(a), vector}); };
  if (operation == "wp::transform_vector" && transforms) return is(rotated(b));
  if (operation == "wp::transform_point" && transforms) return is(Make("wp::add", type, {rotated(b), TranslationOf(a)}));
  if (!IsTransform(type)) return false;
  const bool both = transforms && IsTransform(TypeOf(b));
  if (both && (operation == "wp::transform_multiply" || operation == "wp::mul")) {
    const ValueId vector = TranslationOf(b);
    return is(Transform(Make("wp::add", TypeOf(vector), {rotated(vector), TranslationOf(a)}), Make("wp::mul", TypeOf(RotationOf(a)), {RotationOf(a), RotationOf(b)})));
  }
  auto by_halves = [&](ValueId like) {
    auto half = [&](ValueId of, bool rotation) { return !IsTransform(TypeOf(of)) ? of : rotation ? RotationOf(of) : TranslationOf(of); };
    return Transform(Make(operation, TypeOf(TranslationOf(like)), {half(a, false), half(b, false)}), Make(operation, TypeOf(RotationOf(like)), {half(a, true), half(b, true)}));
  };
  if (both && (operation == "wp::add" || operation == "wp::sub")) return is(by_halves(a));
  if (operation == "wp::mul" && IsScalarType(TypeOf(transforms ? b : a))) return is(by_halves(transforms ? a : b));
  return false;
}

/// Whether a square matrix is 1 on its diagonal and 0 elsewhere.
bool ValueTable::IsUnit(ValueId value) {
  const ValueShape shape = ShapeOf(TypeOf(value));
  if (!HasParts(value) || shape.rows != shape.columns) return false;
  for (size_t i = 0; i < shape.count(); ++i)
    if (!IsNumber(PartOf(value, i / shape.columns, i % shape.columns), i % (shape.columns + 1) == 0 ? 1 : 0)) return false;
  return true;
}

/// Takes the sign of a composite away, by its first number that is not zero.
bool ValueTable::DropParts(ValueId& value) {
  if (DropSign(value)) return true;
  if (!HasParts(value) || IsConstant(value)) return false;
  const std::string type = TypeOf(value);
  const ValueShape shape = ShapeOf(type);
  std::vector<ValueId> numbers;
  for (size_t i = 0; i < shape.count(); ++i) numbers.push_back(PartOf(value, i / shape.columns, i % shape.columns));
  auto first = std::find_if(numbers.begin(), numbers.end(), [&](ValueId n) { return !IsZero(n); });
  ValueId tried = first == numbers.end() ? 0 : *first;
  if (first == numbers.end() || !DropSign(tried)) return false;
  for (ValueId& number : numbers) number = Negative(number);
  return value = FromNumbers(type, std::move(numbers)), true;
}

/// Quaternions that do not turn, and inverses.
bool ValueTable::SimplifyQuaternion(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler) {
  auto is = [&](ValueId value) { return simpler = value, true; };
  auto still = [&](ValueId value) { return OperationOf(value).starts_with("wp::quat_identity<"); };
  const ValueId a = arguments[0];
  if (operation == "wp::quat_from_matrix" && IsUnit(a)) return is(Make("wp::quat_identity<" + NumberOf(type) + ">", type, {}));
  // A rotation is the same by q and by -q.
  const bool rotates = operation == "wp::quat_rotate" || operation == "wp::quat_rotate_inv" || operation == "wp::quat_to_matrix";
  if (rotates && TypeOf(a).starts_with("wp::quat_t<")) {
    ValueId turn = a;
    const bool negative = DropParts(turn);
    std::vector<ValueId> changed = arguments;
    changed[0] = turn;
    if (negative) return is(Make(operation, type, std::move(changed)));
  }
  if (operation == "wp::normalize" && still(a)) return is(a);
  if (operation == "wp::quat_inverse") {
    if (still(a)) return is(a);
    if (Is(a, "wp::quat_inverse")) return is(ArgumentsOf(a)[0]);
    return HasParts(a) && is(FromNumbers(type, {Negative(PartOf(a, 0)), Negative(PartOf(a, 1)), Negative(PartOf(a, 2)), PartOf(a, 3)}));
  }
  if (arguments.size() != 2) return false;
  const ValueId b = arguments[1];
  if ((operation == "wp::quat_rotate" || operation == "wp::quat_rotate_inv") && still(a)) return is(b);
  const bool product = operation == "wp::mul" && TypeOf(a) == type && TypeOf(b) == type;
  if (product && type.starts_with("wp::quat_t") && still(a)) return is(b);
  if (product && type.starts_with("wp::quat_t") && still(b)) return is(a);
  // What Warp computes for a quaternion of zeros.
  if (operation == "wp::quat_rotate" && IsZero(a)) return is(Negative(b));
  return false;
}

}  // namespace warpsmith
