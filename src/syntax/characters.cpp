#include "syntax/characters.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace warpsmith {
namespace {

struct IdentifierRange {
  uint32_t first;
  uint32_t last;
  bool may_start;
};
struct CombiningRange {
  uint32_t first;
  uint32_t last;
  uint8_t combining_class;
};
struct Decomposition {
  uint32_t code_point;
  uint16_t offset;  // into kDecompositionText
  uint16_t length;
};
struct Composition {
  uint32_t first;
  uint32_t second;
  uint32_t composed;
};

#include "syntax/unicode_tables.inc"

// Hangul syllables are composed by arithmetic: chapter 3.12 of the Unicode standard.
constexpr uint32_t kHangulBase = 0xAC00, kHangulCount = 11172;
constexpr uint32_t kLeadingBase = 0x1100, kLeadingCount = 19;
constexpr uint32_t kVowelBase = 0x1161, kVowelCount = 21;
constexpr uint32_t kTrailingBase = 0x11A7, kTrailingCount = 28;

bool IsHangul(uint32_t c) { return c - kHangulBase < kHangulCount; }

template <typename Range, size_t kCount>
const Range* FindRange(const Range (&ranges)[kCount], uint32_t code_point) {
  auto after = std::upper_bound(std::begin(ranges), std::end(ranges), code_point,
                                [](uint32_t value, const Range& range) { return value < range.first; });
  if (after == std::begin(ranges)) return nullptr;
  const Range* range = after - 1;
  return code_point <= range->last ? range : nullptr;
}

uint8_t CombiningClass(uint32_t code_point) {
  const CombiningRange* range = FindRange(kCombiningRanges, code_point);
  return range == nullptr ? 0 : range->combining_class;
}

void AppendDecomposed(uint32_t c, std::vector<uint32_t>& out) {
  if (IsHangul(c)) {
    uint32_t index = c - kHangulBase;
    out.push_back(kLeadingBase + index / (kVowelCount * kTrailingCount));
    out.push_back(kVowelBase + index / kTrailingCount % kVowelCount);
    if (index % kTrailingCount != 0) out.push_back(kTrailingBase + index % kTrailingCount);
    return;
  }
  auto found = std::lower_bound(std::begin(kDecompositions), std::end(kDecompositions), c,
                                [](const Decomposition& row, uint32_t value) { return row.code_point < value; });
  if (found == std::end(kDecompositions) || found->code_point != c) return out.push_back(c);
  out.insert(out.end(), kDecompositionText + found->offset, kDecompositionText + found->offset + found->length);
}

/// Sorts each run of combining characters by class.
void Reorder(std::vector<uint32_t>& text) {
  for (size_t begin = 0; begin < text.size();) {
    if (CombiningClass(text[begin]) == 0) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < text.size() && CombiningClass(text[end]) != 0) ++end;
    std::stable_sort(text.begin() + static_cast<ptrdiff_t>(begin), text.begin() + static_cast<ptrdiff_t>(end),
                     [](uint32_t a, uint32_t b) { return CombiningClass(a) < CombiningClass(b); });
    begin = end;
  }
}

std::optional<uint32_t> Compose(uint32_t first, uint32_t second) {
  if (first - kLeadingBase < kLeadingCount && second - kVowelBase < kVowelCount) {
    return kHangulBase + ((first - kLeadingBase) * kVowelCount + (second - kVowelBase)) * kTrailingCount;
  }
  bool has_trailing = IsHangul(first) && (first - kHangulBase) % kTrailingCount != 0;
  if (IsHangul(first) && !has_trailing && second > kTrailingBase && second < kTrailingBase + kTrailingCount) {
    return first + (second - kTrailingBase);
  }
  auto found = std::lower_bound(std::begin(kCompositions), std::end(kCompositions), std::pair(first, second),
                                [](const Composition& row, std::pair<uint32_t, uint32_t> value) {
                                  return std::pair(row.first, row.second) < value;
                                });
  if (found == std::end(kCompositions) || found->first != first || found->second != second) return std::nullopt;
  return found->composed;
}

/// Joins characters with the last starter before them, where no character between them blocks it.
std::vector<uint32_t> ComposeAll(const std::vector<uint32_t>& text) {
  std::vector<uint32_t> out;
  std::optional<size_t> starter;
  int last_class = -1;
  for (uint32_t c : text) {
    int combining_class = CombiningClass(c);
    if (starter && (last_class < combining_class || last_class == -1)) {
      if (auto composed = Compose(out[*starter], c)) {
        out[*starter] = *composed;
        continue;
      }
    }
    if (combining_class == 0) {
      starter = out.size();
      last_class = -1;
    } else {
      last_class = combining_class;
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace

DecodedCharacter DecodeCharacter(std::string_view text) {
  auto byte = [&](size_t index) { return static_cast<uint32_t>(static_cast<unsigned char>(text[index])); };
  auto continues = [&](size_t index) { return index < text.size() && (byte(index) & 0xC0) == 0x80; };
  uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xC2 && lead < 0xE0 && continues(1)) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (lead >= 0xE0 && lead < 0xF0 && continues(1) && continues(2)) {
    return {(lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  }
  if (lead >= 0xF0 && lead < 0xF5 && continues(1) && continues(2) && continues(3)) {
    return {(lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
  }
  return {0xFFFD, 1};
}

void AppendCharacter(uint32_t code_point, std::string& out) {
  auto put = [&](uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12);
    } else {
      put(0xF0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 0x3F));
    }
    put(0x80 | (code_point >> 6 & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

std::optional<InvalidCharacterAt> FindInvalidIdentifierCharacter(std::string_view identifier) {
  for (size_t at = 0; at < identifier.size();) {
    DecodedCharacter character = DecodeCharacter(identifier.substr(at));
    if (character.code_point >= 0x80) {
      const IdentifierRange* range = FindRange(kIdentifierRanges, character.code_point);
      if (range == nullptr || (at == 0 && !range->may_start)) {
        return InvalidCharacterAt{static_cast<uint32_t>(at), character.length, character.code_point};
      }
    }
    at += character.length;
  }
  return std::nullopt;
}

std::string NormalizeIdentifier(std::string_view identifier) {
  std::vector<uint32_t> decomposed;
  while (!identifier.empty()) {
    DecodedCharacter character = DecodeCharacter(identifier);
    AppendDecomposed(character.code_point, decomposed);
    identifier.remove_prefix(character.length);
  }
  Reorder(decomposed);
  std::string normal;
  for (uint32_t c : ComposeAll(decomposed)) AppendCharacter(c, normal);
  return normal;
}

}  // namespace warpsmith
