// A 64-bit hash of a stream of words, the same on every machine and compiler. Not cryptographic: for fingerprints and
// hash tables, where equal inputs must meet and others almost never do.
#pragma once

#include <cstddef>
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
  /// The bytes as big-endian words, the last of them what is left, after their number.
  void Add(std::string_view text) {
    Add(text.size());
    size_t at = 0;
    for (; text.size() - at >= sizeof(uint64_t); at += sizeof(uint64_t)) Add(BigEndianWord(text.data() + at));
    if (at == text.size()) return;
    uint64_t word = 0;
    for (; at < text.size(); ++at) word = (word << 8) | static_cast<unsigned char>(text[at]);
    Add(word);
  }
  [[nodiscard]] uint64_t value() const { return state_ ^ (state_ >> 31); }

 private:
  /// Written out, since compilers make one load of the expression and not of a loop.
  static uint64_t BigEndianWord(const char* bytes) {
    auto byte = [bytes](size_t at, unsigned shift) { return uint64_t{static_cast<unsigned char>(bytes[at])} << shift; };
    return byte(0, 56) | byte(1, 48) | byte(2, 40) | byte(3, 32) | byte(4, 24) | byte(5, 16) | byte(6, 8) | byte(7, 0);
  }

  uint64_t state_ = 0x2545F4914F6CDD1Dull;
};

}  // namespace warpsmith
