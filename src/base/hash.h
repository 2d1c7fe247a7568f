// A 64-bit hash of a stream of words, the same on every machine and compiler. Not cryptographic: for fingerprints and
// hash tables, where equal inputs must meet and others almost never do.
#pragma once

#include <cstdint>
#include <string_view>

namespace warpsmith {

class StreamHash {
 public:
  void Add(uint64_t word) {
    state_ = (state_ ^ word) * 0x9E3779B97F4A7C15ull;
    state_ ^= state_ >> 32;
    state_ *= 0xD6E8FEB86659FD93ull;
    state_ ^= state_ >> 29;
  }
  void Add(std::string_view text) {
    Add(text.size());
    uint64_t word = 0;
    unsigned filled = 0;
    for (char c : text) {
      word = (word << 8) | static_cast<unsigned char>(c);
      if (++filled == 8) {
        Add(word);
        word = 0;
        filled = 0;
      }
    }
    if (filled != 0) Add(word);
  }
  [[nodiscard]] uint64_t value() const { return state_ ^ (state_ >> 31); }

 private:
  uint64_t state_ = 0x2545F4914F6CDD1Dull;
};

}  // namespace warpsmith
