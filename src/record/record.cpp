#include "record/record.h"

#include <xxhash.h>

#include <array>
#include <charconv>

namespace warpsmith {

std::string_view RecordPartName(RecordPart part) {
  return part == RecordPart::Forward ? "forward" : "backward";
}

std::string HexDigits(uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (int position = 15; position >= 0; --position, value >>= 4) text[position] = kDigits[value & 15];
  return text;
}

std::optional<uint64_t> ParseHexDigits(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string MakeRecordId(std::string_view python_source, std::string_view device, std::string_view options) {
  // Each part is preceded by its length, so that no two different triples give the same bytes.
  std::string input;
  input.reserve(python_source.size() + device.size() + options.size() + 24);
  for (std::string_view part : {python_source, device, options}) {
    uint64_t size = part.size();
    for (int byte = 0; byte < 8; ++byte) input.push_back(static_cast<char>(size >> (8 * byte)));
    input.append(part);
  }
  XXH128_hash_t hash = XXH3_128bits(input.data(), input.size());
  return HexDigits(hash.high64) + HexDigits(hash.low64);
}

size_t TextBytes(const Record& record) {
  auto size = [](const std::optional<std::string>& text) { return text ? text->size() : size_t{0}; };
  return record.python_source.size() + record.ir_forward.size() + size(record.ir_backward) + size(record.llvm_ir) +
         size(record.assembly) + size(record.ptx) + size(record.check) +
         record.metadata.line_map.size() * sizeof(LineRange);
}

}  // namespace warpsmith
