// Choices that make up a kernel, of two kinds.
//
// Structural choices are a walk: a position in [0, 2^40) narrows to the sub-interval of the symbol that it lies in, as
// an arithmetic decoder does, with the symbols' weights as probabilities. Two different positions part at some choice,
// however many choices agree before, because they cannot both end in an interval of length 1. An index that
// reaches its position by a permutation therefore never shares its structure with another index, by construction,
// provided that a kernel makes choices until `exhausted`. After that, structural choices are random.
//
// Details (names, constants, comments) are random from the start. Whatever renaming and constant-blanking would hide
// must be a detail, everything else structure.
#pragma once

#include <cstdint>
#include <span>

#include "base/random.h"

namespace warpsmith::generate {

class Chooser {
 public:
  static constexpr uint32_t kHalfBits = 20;

  /// The walk of `index`, of the run that `seed` names. Indices of a run must be below 2^40.
  Chooser(uint64_t seed, uint64_t index)
      : position_(Permute(seed, kHalfBits, index & ((uint64_t{1} << (2 * kHalfBits)) - 1))),
        random_(CounterRandom(seed, 0x57617270u), index) {}

  /// A symbol by its weight. `cumulative[k]` is the sum of weights before symbol k; one more entry holds the total,
  /// at most 2^23.
  uint32_t Weighted(std::span<const uint32_t> cumulative) {
    const uint64_t total = cumulative.back();
    uint64_t target;
    if (length_ > 1) {
      // The symbol whose interval [length * cumulative[k] / total, length * cumulative[k + 1] / total) holds position.
      uint32_t low = 0, high = static_cast<uint32_t>(cumulative.size()) - 1;
      while (high - low > 1) {
        const uint32_t middle = (low + high) / 2;
        (length_ * cumulative[middle] / total <= position_ ? low : high) = middle;
      }
      const uint64_t begin = length_ * cumulative[low] / total, end = length_ * cumulative[low + 1] / total;
      position_ -= begin;
      length_ = end - begin;
      return low;
    }
    target = random_.Below(static_cast<uint32_t>(total));
    uint32_t low = 0, high = static_cast<uint32_t>(cumulative.size()) - 1;
    while (high - low > 1) {
      const uint32_t middle = (low + high) / 2;
      (cumulative[middle] <= target ? low : high) = middle;
    }
    return low;
  }
  /// One of `count` equally likely symbols.
  uint32_t Below(uint32_t count) {
    if (length_ > 1) {
      const auto symbol = static_cast<uint32_t>(((position_ + 1) * count - 1) / length_);
      const uint64_t begin = length_ * symbol / count, end = length_ * (symbol + 1) / count;
      position_ -= begin;
      length_ = end - begin;
      return symbol;
    }
    return random_.Below(count);
  }
  bool Percent(uint32_t percent) {
    if (percent == 0) return false;
    if (percent >= 100) return true;
    const uint32_t cumulative[3] = {0, percent, 100};
    return Weighted(cumulative) == 0;
  }
  /// Whether the walk has told this index from every other.
  [[nodiscard]] bool exhausted() const { return length_ <= 1; }
  /// Random numbers for details.
  [[nodiscard]] Random& details() { return random_; }

 private:
  uint64_t position_;
  uint64_t length_ = uint64_t{1} << (2 * kHalfBits);
  Random random_;
};

}  // namespace warpsmith::generate
