// What the generated comments need of Unicode: code points, their count, and Python's notion of white space.
#pragma once

#include <cstdint>
#include <string_view>

namespace warpsmith {

/// Reads the code point at `position` of valid UTF-8 and moves past it.
[[nodiscard]] inline uint32_t NextCodePoint(std::string_view text, size_t& position) {
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  uint32_t lead = byte(position);
  if (lead < 0x80) return ++position, lead;
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (position + length > text.size()) return position = text.size(), 0xFFFDu;
  uint32_t code = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) code = (code << 6) | (byte(position + i) & 0x3Fu);
  position += length;
  return code;
}

[[nodiscard]] inline size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// What str.strip() removes.
[[nodiscard]] inline bool IsPythonSpace(uint32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

/// str.strip().
[[nodiscard]] inline std::string_view StripPython(std::string_view text) {
  while (!text.empty()) {
    size_t next = 0;
    if (!IsPythonSpace(NextCodePoint(text, next))) break;
    text.remove_prefix(next);
  }
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    size_t next = last;
    if (!IsPythonSpace(NextCodePoint(text, next))) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

}  // namespace warpsmith
