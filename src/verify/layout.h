// Where the numbers of a kernel's arguments lie: in the struct of the arguments, and in the elements of its arrays, down
// to single scalars. Inputs, results and gradients are then lists of numbers in one order, whatever they are packed into.
//
// A layout can be widened: the same arguments with float64 in place of every smaller float, as the widened text of the
// kernel (widen.h) takes them. Both have the same numbers in the same order, at other offsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "unit/unit.h"

namespace warpsmith {

/// A scalar of Warp's.
enum class NumberType : uint8_t { Bool, Int8, Uint8, Int16, Uint16, Int32, Uint32, Int64, Uint64, Float16, Float32, Float64 };

[[nodiscard]] size_t SizeOf(NumberType type);
[[nodiscard]] constexpr bool IsFloatNumber(NumberType type) { return type >= NumberType::Float16; }
[[nodiscard]] constexpr bool IsUnsignedNumber(NumberType type) {
  return type == NumberType::Uint8 || type == NumberType::Uint16 || type == NumberType::Uint32 || type == NumberType::Uint64;
}
/// "float32", as in Warp.
[[nodiscard]] std::string_view NumberTypeName(NumberType type);

/// One number inside a value.
struct NumberPlace {
  size_t offset = 0;
  NumberType type = NumberType::Float32;
};

struct ArrayPlace {
  std::string name;             // "x"; in a struct "settings.table"
  size_t offset = 0;            // of the descriptor, in the struct of the arguments
  uint8_t dimensions = 1;
  size_t element_size = 0;
  std::vector<NumberPlace> numbers;  // of one element; arrays inside elements are left out and stay null
  [[nodiscard]] bool has_floats() const;
  /// How many numbers so many bytes of elements hold, and where number `i` of an array lies from its begin.
  [[nodiscard]] size_t NumberCount(size_t bytes) const { return element_size == 0 ? 0 : bytes / element_size * numbers.size(); }
  [[nodiscard]] NumberPlace PlaceOf(size_t number) const;
};

struct ArgumentLayout {
  size_t size = 0;                   // of the struct of the arguments
  std::vector<ArrayPlace> arrays;
  std::vector<NumberPlace> numbers;  // outside of arrays
  std::vector<std::string> number_names;  // beside `numbers`: the argument or field that each is part of
  size_t end = 0;                    // of the last argument, without padding
  /// Where an int32 lies that follows the last argument, and the size of the struct with it.
  [[nodiscard]] size_t FaultOffset() const { return (end + 3) / 4 * 4; }
  [[nodiscard]] size_t SizeWithFault() const { return (FaultOffset() + 4 + 7) / 8 * 8; }
};

/// The layout of the kernel's arguments. An error for what cannot be launched with made-up inputs: handles, textures,
/// indexed and fabric arrays, bfloat16.
Result<ArgumentLayout> LayoutOf(const Unit& unit, const KernelDefinition& kernel, bool widened);

/// Numbers as they travel between layouts: floats as doubles, integers in 64 bits (unsigned ones by their bits).
struct Number {
  bool is_float = false;
  double real = 0;
  int64_t whole = 0;
};
[[nodiscard]] Number ReadNumber(const std::byte* value, const NumberPlace& place);
/// Rounds a float to the place's type.
void WriteNumber(std::byte* value, const NumberPlace& place, const Number& number);
/// `value` rounded to `type`, a float type.
[[nodiscard]] double RoundTo(NumberType type, double value);

}  // namespace warpsmith
