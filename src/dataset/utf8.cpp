#include "dataset/utf8.h"

#include <cstdint>
#include <cstring>

namespace warpsmith {
namespace {

/// Length of the well-formed multi-byte sequence that `text` begins with, 0 if it begins with none (Unicode, table 3-7).
size_t SequenceLength(std::string_view text) {
  auto byte = [&](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
  auto continues = [&](size_t at) { return (byte(at) & 0xc0u) == 0x80u; };
  unsigned lead = byte(0);
  unsigned second = byte(1);
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  size_t at = 0;
  // Generated text is nearly always ASCII: whole blocks at once, in a form that compilers turn into vector code.
  constexpr size_t kBlock = 128;
  for (; text.size() - at >= kBlock; at += kBlock) {
    unsigned char bits = 0;
    for (size_t i = 0; i < kBlock; ++i) bits |= static_cast<unsigned char>(text[at + i]);
    if ((bits & 0x80) != 0) break;
  }
  while (at < text.size()) {
    uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        at += sizeof word;
        continue;
      }
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    size_t length = SequenceLength(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace warpsmith
