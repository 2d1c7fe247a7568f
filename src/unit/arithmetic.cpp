// Python's arithmetic on the numbers that a file's constants are made of.
#include <algorithm>
#include <cmath>
#include <limits>

#include "unit/reader.h"
#include "unit/work_limit.h"

namespace warpsmith {
namespace {

constexpr Int128 kLimit = static_cast<Int128>(1) << 100;

std::string Decimal(Int128 value) {
  bool negative = value < 0;
  unsigned __int128 rest =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Int128 FloorDivide(Int128 a, Int128 b) {
  Int128 quotient = a / b;
  if (a % b != 0 && (a < 0) != (b < 0)) --quotient;
  return quotient;
}

std::optional<Int128> Power(Int128 base, Int128 exponent) {
  Int128 result = 1;
  for (Int128 i = 0; i < exponent; ++i) {
    if (__builtin_mul_overflow(result, base, &result) || result > kLimit || result < -kLimit) return std::nullopt;
    if (base == 0 || base == 1) return result;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
  }
  return result;
}

double PythonModulo(double a, double b) {
  double remainder = std::fmod(a, b);
  if (remainder != 0.0) {
    if ((b < 0) != (remainder < 0)) remainder += b;
  } else {
    remainder = std::copysign(0.0, b);
  }
  return remainder;
}

double PythonFloorDivide(double a, double b) {
  double remainder = std::fmod(a, b);
  double quotient = (a - remainder) / b;
  if (remainder != 0.0 && (b < 0) != (remainder < 0)) quotient -= 1.0;
  if (quotient == 0.0) return std::copysign(0.0, a / b);
  double floored = std::floor(quotient);
  return quotient - floored > 0.5 ? floored + 1.0 : floored;
}

std::optional<Int128> IntegerBinary(BinaryOperator op, Int128 a, Int128 b) {
  switch (op) {
    case BinaryOperator::Add:
      return a + b;
    case BinaryOperator::Sub:
      return a - b;
    case BinaryOperator::Mult: {
      Int128 result;
      if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
      return result;
    }
    case BinaryOperator::Mod:
      if (b == 0) return std::nullopt;
      return a - FloorDivide(a, b) * b;
    case BinaryOperator::FloorDiv:
      if (b == 0) return std::nullopt;
      return FloorDivide(a, b);
    case BinaryOperator::Pow:
      return b < 0 ? std::nullopt : Power(a, b);
    case BinaryOperator::LShift:
      if (b < 0 || b > 100 || a > (kLimit >> static_cast<int>(b)) || a < -(kLimit >> static_cast<int>(b)))
        return std::nullopt;
      return a * (static_cast<Int128>(1) << static_cast<int>(b));
    case BinaryOperator::RShift:
      if (b < 0) return std::nullopt;
      return a >> static_cast<int>(std::min<Int128>(b, 126));
    case BinaryOperator::BitOr:
      return a | b;
    case BinaryOperator::BitXor:
      return a ^ b;
    case BinaryOperator::BitAnd:
      return a & b;
    default:
      return std::nullopt;
  }
}

std::optional<double> RealBinary(BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::Add:
      return a + b;
    case BinaryOperator::Sub:
      return a - b;
    case BinaryOperator::Mult:
      return a * b;
    case BinaryOperator::Div:
      return b == 0.0 ? std::nullopt : std::optional(a / b);
    case BinaryOperator::Mod:
      return b == 0.0 ? std::nullopt : std::optional(PythonModulo(a, b));
    case BinaryOperator::FloorDiv:
      return b == 0.0 ? std::nullopt : std::optional(PythonFloorDivide(a, b));
    case BinaryOperator::Pow: {
      if (a == 0.0 && b < 0.0) return std::nullopt;
      if (a < 0.0 && b != std::floor(b)) return std::nullopt;
      double result = std::pow(a, b);
      if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) return std::nullopt;
      return result;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Object Reader::MakeInt(Int128 value) {
  Constant constant = Constant::Int(static_cast<int64_t>(value));
  if (value > std::numeric_limits<int64_t>::max() || value < std::numeric_limits<int64_t>::min())
    constant.text = Decimal(value);
  return ConstantObject(unit_.constants.Add(std::move(constant)), kInt32Type);
}
Object Reader::MakeFloat(double value) {
  return ConstantObject(unit_.constants.Add(Constant::Float(value)), kFloat32Type);
}
Object Reader::MakeBool(bool value) {
  return ConstantObject(unit_.constants.Add(Constant::Bool(value)), kBoolType);
}
Object Reader::MakeString(std::string value) {
  return ConstantObject(unit_.constants.Add(Constant::String(std::move(value), kStringType)), kStringType);
}

bool Reader::IsPlainNumber(const Object& object) const {
  if (object.kind != ObjectKind::Constant) return false;
  const Constant& constant = ConstantOf(object);
  return !constant.typed && constant.form <= ConstantForm::Float;
}

std::optional<Int128> Reader::IntegerOf(const Object& object) const {
  if (object.kind != ObjectKind::Constant) return std::nullopt;
  const Constant& constant = ConstantOf(object);
  if (constant.form != ConstantForm::Int && constant.form != ConstantForm::Bool) return std::nullopt;
  if (constant.text.empty()) return constant.integer;
  Int128 value = 0;
  for (char digit : constant.text)
    if (digit != '-') value = value * 10 + (digit - '0');
  return constant.text[0] == '-' ? -value : value;
}

std::optional<double> Reader::RealOf(const Object& object) const {
  if (object.kind != ObjectKind::Constant) return std::nullopt;
  const Constant& constant = ConstantOf(object);
  if (constant.form == ConstantForm::Float) return constant.real;
  if (auto integer = IntegerOf(object)) return static_cast<double>(*integer);
  return std::nullopt;
}

Object Reader::Binary(BinaryOperator op, const Object& left, const Object& right) {
  if (IsSequence(left) && IsSequence(right) && op == BinaryOperator::Add && left.opaque == right.opaque) {
    if (!Spend(steps_, implementation_.sequences[left.detail].size() + implementation_.sequences[right.detail].size()))
      return Unresolved("a computation that takes too long");
    std::vector<Object> joined = implementation_.sequences[left.detail];
    for (const Object& element : implementation_.sequences[right.detail]) joined.push_back(element);
    return MakeSequence(left.opaque, std::move(joined));
  }
  if (IsSequence(left) && op == BinaryOperator::Mult) {
    auto count = IntegerOf(right);
    if (!count || *count > 10000) return Unresolved("a repeated sequence");
    if (*count > 0 && !Spend(steps_, static_cast<size_t>(*count) * implementation_.sequences[left.detail].size()))
      return Unresolved("a computation that takes too long");
    std::vector<Object> repeated;
    for (Int128 i = 0; i < *count; ++i)
      for (const Object& element : implementation_.sequences[left.detail]) repeated.push_back(element);
    return MakeSequence(left.opaque, std::move(repeated));
  }
  if (left.kind == ObjectKind::Constant && right.kind == ObjectKind::Constant && op == BinaryOperator::Add &&
      ConstantOf(left).form == ConstantForm::String && ConstantOf(right).form == ConstantForm::String) {
    constexpr size_t kBytesAStep = 1 << 10;
    if (!Spend(steps_, (ConstantOf(left).text.size() + ConstantOf(right).text.size()) / kBytesAStep))
      return Unresolved("a computation that takes too long");
    return MakeString(ConstantOf(left).text + ConstantOf(right).text);
  }
  if (!IsPlainNumber(left) || !IsPlainNumber(right)) {
    if (op == BinaryOperator::BitOr) return Unresolved("a union of types");
    return Unresolved("arithmetic on something other than Python numbers");
  }
  bool both_bool =
      ConstantOf(left).form == ConstantForm::Bool && ConstantOf(right).form == ConstantForm::Bool;
  std::optional<Int128> a = IntegerOf(left), b = IntegerOf(right);
  if (a && b && op != BinaryOperator::Div && !(op == BinaryOperator::Pow && *b < 0)) {
    if (*b == 0 && (op == BinaryOperator::Mod || op == BinaryOperator::FloorDiv)) return Raised("a division by zero");
    std::optional<Int128> result = IntegerBinary(op, *a, *b);
    if (!result || *result > kLimit || *result < -kLimit)
      return Unresolved("integer arithmetic out of range");
    bool logical =
        op == BinaryOperator::BitAnd || op == BinaryOperator::BitOr || op == BinaryOperator::BitXor;
    if (both_bool && logical) return MakeBool(*result != 0);
    Object object = MakeInt(*result);
    // Flags of an IntFlag combine to a member of it.
    object.enum_member = logical && left.enum_member && right.enum_member;
    return object;
  }
  bool divides = op == BinaryOperator::Div || op == BinaryOperator::Mod || op == BinaryOperator::FloorDiv;
  if (divides && *RealOf(right) == 0.0) return Raised("a division by zero");
  std::optional<double> result = RealBinary(op, *RealOf(left), *RealOf(right));
  return result ? MakeFloat(*result) : Unresolved("floating-point arithmetic that raises");
}

Object Reader::Unary(UnaryOperator op, const Object& operand) {
  if (op == UnaryOperator::Not) {
    std::optional<bool> truth = Truth(operand);
    return truth ? MakeBool(!*truth) : Unresolved("a condition that only running the code evaluates");
  }
  if (!IsPlainNumber(operand)) return Unresolved("arithmetic on something other than Python numbers");
  if (auto integer = IntegerOf(operand)) {
    if (op == UnaryOperator::USub) return MakeInt(-*integer);
    return MakeInt(op == UnaryOperator::Invert ? ~*integer : *integer);
  }
  double real = ConstantOf(operand).real;
  if (op == UnaryOperator::USub) return MakeFloat(-real);
  return op == UnaryOperator::UAdd ? MakeFloat(real) : Unresolved("~ of a float");
}

std::optional<bool> Reader::Equal(const Object& left, const Object& right) {
  if (left.kind == ObjectKind::Constant && right.kind == ObjectKind::Constant) {
    const Constant& a = ConstantOf(left);
    const Constant& b = ConstantOf(right);
    if (a.form == ConstantForm::String || b.form == ConstantForm::String)
      return a.form == b.form && a.text == b.text;
    if (a.form > ConstantForm::Float || b.form > ConstantForm::Float) return std::nullopt;
    if (auto x = IntegerOf(left))
      if (auto y = IntegerOf(right)) return *x == *y;
    return *RealOf(left) == *RealOf(right);
  }
  if (left.kind == ObjectKind::Type && right.kind == ObjectKind::Type)
    return left.type == right.type && left.flavor == right.flavor;
  if (IsSequence(left) && IsSequence(right) && left.opaque == right.opaque) {
    const auto& a = implementation_.sequences[left.detail];
    const auto& b = implementation_.sequences[right.detail];
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      std::optional<bool> same = Equal(a[i], b[i]);
      if (!same || !*same) return same;
    }
    return true;
  }
  bool left_none = IsOpaque(left, OpaqueKind::PythonNone),
       right_none = IsOpaque(right, OpaqueKind::PythonNone);
  if (left_none && right_none) return true;
  auto known = [](const Object& object) {
    return object.kind != ObjectKind::Unknown || object.opaque == OpaqueKind::PythonNone ||
           object.opaque == OpaqueKind::Kernel || object.opaque == OpaqueKind::Tuple ||
           object.opaque == OpaqueKind::List;
  };
  if ((left_none || right_none) && known(left) && known(right)) return false;
  return std::nullopt;
}

std::optional<bool> Reader::Compare(CompareOperator op, const Object& left, const Object& right) {
  auto negate = [](std::optional<bool> value) { return value ? std::optional(!*value) : std::nullopt; };
  switch (op) {
    case CompareOperator::Eq:
    case CompareOperator::Is:
      return Equal(left, right);
    case CompareOperator::NotEq:
    case CompareOperator::IsNot:
      return negate(Equal(left, right));
    case CompareOperator::In:
    case CompareOperator::NotIn: {
      std::optional<std::vector<Object>> items = Iterate(right);
      if (!items) return std::nullopt;
      bool found = false;
      for (const Object& item : *items) {
        std::optional<bool> same = Equal(left, item);
        if (!same) return std::nullopt;
        found = found || *same;
      }
      return found == (op == CompareOperator::In);
    }
    default:
      break;
  }
  std::optional<double> a = RealOf(left), b = RealOf(right);
  if (!a || !b) return std::nullopt;
  int order = *a < *b ? -1 : *a > *b ? 1 : 0;
  if (std::isnan(*a) || std::isnan(*b)) return false;
  if (auto x = IntegerOf(left))
    if (auto y = IntegerOf(right)) order = *x < *y ? -1 : *x > *y ? 1 : 0;
  switch (op) {
    case CompareOperator::Lt:
      return order < 0;
    case CompareOperator::LtE:
      return order <= 0;
    case CompareOperator::Gt:
      return order > 0;
    default:
      return order >= 0;
  }
}

}  // namespace warpsmith
