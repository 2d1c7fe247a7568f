// Python's range(start, stop, step) of constants, and products of numbers that a program may write at will. They may be the
// ends of the range of numbers: nothing overflows in a way that C++ does not define.
#pragma once

#include <cstdint>

namespace warpsmith {

/// The number of values; `step` is not 0.
[[nodiscard]] inline uint64_t RangeLength(int64_t start, int64_t stop, int64_t step) {
  if (step > 0 ? start >= stop : start <= stop) return 0;
  auto from = static_cast<uint64_t>(start), to = static_cast<uint64_t>(stop), by = static_cast<uint64_t>(step);
  return step > 0 ? (to - from - 1) / by + 1 : (from - to - 1) / (0 - by) + 1;
}

/// The value at `index`, which is less than the length.
[[nodiscard]] inline int64_t RangeValue(int64_t start, int64_t step, uint64_t index) {
  return static_cast<int64_t>(static_cast<uint64_t>(start) + index * static_cast<uint64_t>(step));
}

/// The product modulo 2^64.
[[nodiscard]] inline int64_t WrappingProduct(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

}  // namespace warpsmith
