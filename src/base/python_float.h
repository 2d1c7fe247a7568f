// Python's spelling of floating-point numbers.
#pragma once

#include <string_view>

namespace warpsmith {

/// Where a spelling lies: the longest, "-2.2250738585072014e-308", has 24 characters.
struct FloatSpelling {
  char text[32];
  unsigned size = 0;

  [[nodiscard]] std::string_view view() const { return {text, size}; }
};

/// Python's repr of a float: shortest digits that read back; exponent form below 1e-4 and from 1e16; inf, nan.
FloatSpelling SpellPythonFloat(double value);
/// The same of a numpy.float32, which has the shortest digits that read back as one.
FloatSpelling SpellPythonFloat(float value);

}  // namespace warpsmith
