// Deterministic random numbers and permutations: integer arithmetic only, so the same on every compiler and machine.
// Not for cryptography. std::*_distribution is not used because its output differs between standard libraries.
#pragma once

#include <bit>
#include <cstdint>

namespace warpsmith {

/// Bijective mixing of 64 bits (the finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
[[nodiscard]] constexpr uint64_t Mix64(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ull;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBull;
  return value ^ (value >> 31);
}

/// The `counter`-th output of the stream that `key` names, without the ones before.
[[nodiscard]] constexpr uint64_t CounterRandom(uint64_t key, uint64_t counter) {
  return Mix64(Mix64(key + 0x9E3779B97F4A7C15ull) + (counter + 1) * 0x9E3779B97F4A7C15ull);
}

/// A stream of random numbers: SplitMix64 started at a mixed key. Two streams with different keys are independent
/// for every practical purpose.
class Random {
 public:
  explicit constexpr Random(uint64_t key, uint64_t stream = 0) : state_(CounterRandom(key, stream)) {}

  constexpr uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15ull;
    return Mix64(state_);
  }
  /// Uniform in [0, bound), without bias; `bound` must not be 0 (Lemire 2019, multiply and reject).
  constexpr uint32_t Below(uint32_t bound) {
    uint64_t product = (Next() >> 32) * bound;
    if (static_cast<uint32_t>(product) < bound) [[unlikely]] {
      const uint32_t threshold = (0u - bound) % bound;
      while (static_cast<uint32_t>(product) < threshold) product = (Next() >> 32) * bound;
    }
    return static_cast<uint32_t>(product >> 32);
  }
  /// Uniform in [low, high], both included.
  constexpr int32_t Between(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(Below(static_cast<uint32_t>(high - low) + 1));
  }
  /// True with probability `percent` / 100.
  constexpr bool Percent(uint32_t percent) { return Below(100) < percent; }

 private:
  uint64_t state_;
};

/// A keyed permutation of [0, 2^(2 * half_bits)): a balanced Feistel network of six rounds. `value` must lie in range.
[[nodiscard]] constexpr uint64_t Permute(uint64_t key, uint32_t half_bits, uint64_t value) {
  const uint64_t mask = (uint64_t{1} << half_bits) - 1;
  uint64_t left = value >> half_bits, right = value & mask;
  for (uint64_t round = 0; round < 6; ++round) {
    const uint64_t next = left ^ (Mix64(right ^ CounterRandom(key, round)) & mask);
    left = right;
    right = next;
  }
  return left << half_bits | right;
}

}  // namespace warpsmith
