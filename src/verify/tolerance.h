// When two results count as the same: what a stored check accepts from other code for its kernel.
//
// Other code may add in another order or fuse a multiplication, so floats may differ by some rounding errors; integers may
// not differ. |a - b| <= relative * |b| + absolute * s, where s is the largest magnitude of the finite numbers of the array
// of results (at least 1): sums that nearly cancel keep the error of their terms.
#pragma once

#include <span>
#include <string>

#include "verify/layout.h"

namespace warpsmith {

struct Tolerance {
  double relative = 0, absolute = 0;
};

/// Of results of float16: 1e-2; float32: 2e-5 and 2e-6; float64: 1e-9 and 1e-10.
[[nodiscard]] Tolerance ToleranceOf(NumberType type);

/// Whether `value` is `reference`. NaN is NaN, an infinity itself.
[[nodiscard]] bool Agrees(NumberType type, const Number& reference, const Number& value, double scale);

/// The s of an array: places and bytes as in LaunchMemory.
[[nodiscard]] double ScaleOf(std::span<const Number> numbers);

}  // namespace warpsmith
