// Values of a generated text as expressions of what a launch is given, each kept once: two with the same id are equal
// whatever the inputs, but for rounding.
//
// Expressions are simplified as they are made, by rules that hold for finite numbers: constants and ranges of numbers
// decide comparisons, choices between equals are none, operands of what commutes are sorted, signs are drawn out of sums,
// products and odd functions and lost in even ones. Whatever no rule knows is an operation of its own.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace warpsmith {

using ValueId = uint32_t;

/// Bounds of a number, or of all numbers of a composite.
struct NumberRange {
  double low = 0, high = 0;
  [[nodiscard]] bool is_point() const { return low == high; }
};

/// Rows and columns of a vector, matrix or quaternion type; no rows for anything else. `element` is the type of its numbers.
struct ValueShape {
  size_t rows = 0, columns = 0;
  std::string element;
  bool is_vector = false;
  [[nodiscard]] size_t count() const { return rows * columns; }
};
[[nodiscard]] ValueShape ShapeOf(std::string_view type);

class ValueTable {
 public:
  ValueTable();

  /// The value of `operation` (a callee such as "wp::mul", or any other name) on `arguments`; of the C++ type `type`.
  ValueId Make(std::string_view operation, std::string_view type, std::vector<ValueId> arguments);
  ValueId Constant(std::string_view type, double number);
  ValueId Zero(std::string_view type) { return Constant(type, 0); }
  ValueId Bool(bool value) { return Constant("bool", value ? 1 : 0); }
  /// "<", "<=", ">", ">=", "==", "!=".
  ValueId Compare(std::string_view sign, ValueId left, ValueId right);
  ValueId Not(ValueId condition);
  ValueId And(ValueId left, ValueId right);
  ValueId Or(ValueId left, ValueId right);
  /// The value where the condition holds.
  [[nodiscard]] ValueId Where(ValueId condition, ValueId value) const;
  /// `then` where the condition holds.
  ValueId Choose(ValueId condition, ValueId then, ValueId otherwise);

  /// The value without its sign; true if that was taken away.
  bool DropSign(ValueId& value);
  /// One number of a vector, matrix or quaternion.
  ValueId PartOf(ValueId value, size_t row, size_t column = 0);
  /// A vector, matrix or quaternion of all its numbers, row by row.
  ValueId FromNumbers(std::string_view type, std::vector<ValueId> numbers);
  /// The vector of a transform, and its quaternion.
  ValueId TranslationOf(ValueId transform);
  ValueId RotationOf(ValueId transform);
  ValueId Transform(ValueId translation, ValueId rotation);
  /// Which numbers of `whole`, counted row by row, a place in it names: an index for each dimension, negative ones from the
  /// end, or a slice of a vector. Empty where the place is not constant.
  [[nodiscard]] std::vector<size_t> NumbersAt(const ValueShape& whole, const std::vector<ValueId>& place) const;

  /// The gradients of a matrix and a vector, given that of the determinant and of the skew matrix; 0 where the parts are not
  /// known.
  ValueId DeterminantGradient(ValueId matrix, ValueId from);
  ValueId SkewGradient(ValueId from, std::string_view type);

  [[nodiscard]] bool IsConstant(ValueId value) const { return nodes_[value].operation == constant_; }
  [[nodiscard]] bool IsTrue(ValueId value) const { return IsConstant(value) && nodes_[value].range.low != 0; }
  [[nodiscard]] bool IsZero(ValueId value) const { return IsConstant(value) && nodes_[value].range.low == 0; }
  [[nodiscard]] const std::string& TypeOf(ValueId value) const { return types_[nodes_[value].type]; }
  [[nodiscard]] const NumberRange& RangeOf(ValueId value) const { return nodes_[value].range; }
  [[nodiscard]] const std::string& OperationOf(ValueId value) const { return operations_[nodes_[value].operation]; }
  [[nodiscard]] const std::vector<ValueId>& ArgumentsOf(ValueId value) const { return nodes_[value].arguments; }

 private:
  struct Node {
    uint32_t operation = 0, type = 0;
    std::vector<ValueId> arguments;
    NumberRange range;
  };

  [[nodiscard]] bool Is(ValueId value, std::string_view operation) const { return OperationOf(value) == operation; }
  [[nodiscard]] bool IsNumber(ValueId value, double number) const { return IsConstant(value) && nodes_[value].range.low == number; }
  static uint32_t Intern(std::string_view text, std::vector<std::string>& texts, std::map<std::string, uint32_t, std::less<>>& ids);
  /// As it is, without rules.
  ValueId Keep(std::string_view operation, std::string_view type, std::vector<ValueId> arguments, NumberRange range);
  /// The rules for one operation; true where one applies.
  bool Simplify(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyArithmetic(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyChoice(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyFunction(std::string_view operation, std::string_view type, std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifySlice(std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyExtract(std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyMade(std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyOfOne(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyProducts(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyComposite(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyRows(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyTransform(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyMoved(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  bool SimplifyQuaternion(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments, ValueId& simpler);
  void AppendTerms(ValueId value, bool negative, std::array<std::vector<ValueId>, 2>& terms) const;
  ValueId MakeSum(std::string_view type, ValueId a, ValueId b, bool subtract);
  ValueId MakeProduct(std::string_view type, ValueId a, ValueId b);
  /// Whether a vector, matrix or quaternion is made of numbers that are known by themselves.
  [[nodiscard]] bool HasParts(ValueId value) const;
  template <typename Part>
  ValueId FromParts(std::string_view type, const Part& part);
  [[nodiscard]] bool IsUnit(ValueId value);
  bool DropParts(ValueId& value);
  ValueId Determinant(ValueId value, std::string_view type, size_t size);
  ValueId Negative(ValueId value);
  [[nodiscard]] NumberRange RangeOfFunction(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments) const;
  [[nodiscard]] NumberRange FindRange(std::string_view operation, std::string_view type, const std::vector<ValueId>& arguments) const;

  std::vector<Node> nodes_;
  std::vector<std::string> operations_, types_;
  std::map<std::string, uint32_t, std::less<>> operation_ids_, type_ids_;
  std::map<std::vector<uint32_t>, ValueId> known_;
  std::map<std::pair<uint32_t, double>, ValueId> constants_;
  uint32_t constant_ = 0;
};

/// Of numbers of a C++ type as Warp writes it; without bounds for what holds no numbers.
[[nodiscard]] NumberRange RangeOfType(std::string_view type);
[[nodiscard]] bool IsScalarType(std::string_view type);
[[nodiscard]] bool HoldsFloats(std::string_view type);

}  // namespace warpsmith
