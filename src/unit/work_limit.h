// The work that a file's top level may make before what follows is not known: reading a file must end, whatever is in it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpsmith {

/// Statements, expressions, and elements of what they make.
inline constexpr size_t kMaxSteps = 200'000;

/// Counts work; false, and nothing is counted, where that would pass the limit.
[[nodiscard]] inline bool Spend(uint32_t& steps, size_t work) {
  if (work > kMaxSteps - steps) return false;
  steps += static_cast<uint32_t>(work);
  return true;
}

}  // namespace warpsmith
