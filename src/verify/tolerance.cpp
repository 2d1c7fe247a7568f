#include "verify/tolerance.h"

#include <algorithm>
#include <cmath>

namespace warpsmith {

Tolerance ToleranceOf(NumberType type) {
  switch (type) {
    case NumberType::Float16: return {1e-2, 1e-2};
    case NumberType::Float32: return {2e-5, 2e-6};
    case NumberType::Float64: return {1e-9, 1e-10};
    default: return {};
  }
}

bool Agrees(NumberType type, const Number& reference, const Number& value, double scale) {
  if (!IsFloatNumber(type)) return reference.whole == value.whole;
  if (std::isnan(reference.real)) return std::isnan(value.real);
  if (std::isinf(reference.real)) return reference.real == value.real;
  const Tolerance tolerance = ToleranceOf(type);
  return std::fabs(reference.real - value.real) <= tolerance.relative * std::fabs(reference.real) + tolerance.absolute * scale;
}

double ScaleOf(std::span<const Number> numbers) {
  double scale = 1;
  for (const Number& number : numbers)
    if (number.is_float && std::isfinite(number.real)) scale = std::max(scale, std::fabs(number.real));
  return scale;
}

}  // namespace warpsmith
