#include "syntax/character_names.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace warpsmith {
namespace {

struct IdeographRange {
  uint32_t first;
  uint32_t last;
};

#include "syntax/unicode_names.inc"

constexpr int kCodePointBits = 21;
constexpr uint32_t kHangulBase = 0xAC00;

constexpr std::string_view kLeading[] = {"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S",
                                         "SS", "", "J", "JJ", "C", "K", "T", "P", "H"};
constexpr std::string_view kVowels[] = {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
                                        "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
constexpr std::string_view kTrailing[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
                                          "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};

uint64_t HashName(std::string_view name) {
  uint64_t value = 0xCBF29CE484222325u;
  for (char c : name) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return value;
}

/// The index of the longest entry with which `text` starts; consumes it.
template <size_t kCount>
std::optional<uint32_t> TakeLongest(const std::string_view (&entries)[kCount], std::string_view& text) {
  std::optional<uint32_t> best;
  for (uint32_t i = 0; i < kCount; ++i) {
    if (text.starts_with(entries[i]) && (!best || entries[i].size() > entries[*best].size())) best = i;
  }
  if (best) text.remove_prefix(entries[*best].size());
  return best;
}

std::optional<uint32_t> FindHangul(std::string_view syllable) {
  auto leading = TakeLongest(kLeading, syllable);
  auto vowel = TakeLongest(kVowels, syllable);
  auto trailing = TakeLongest(kTrailing, syllable);
  if (!leading || !vowel || !trailing || !syllable.empty()) return std::nullopt;
  return kHangulBase + (*leading * 21 + *vowel) * 28 + *trailing;
}

std::optional<uint32_t> FindIdeograph(std::string_view digits) {
  if (digits.size() != 4 && digits.size() != 5) return std::nullopt;
  uint32_t value = 0;
  for (char c : digits) {
    bool decimal = c >= '0' && c <= '9';
    if (!decimal && (c < 'A' || c > 'F')) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(decimal ? c - '0' : c - 'A' + 10);
  }
  for (const IdeographRange& range : kIdeographRanges) {
    if (value >= range.first && value <= range.last) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint32_t> FindCharacterByName(std::string_view name) {
  constexpr std::string_view kHangul = "HANGUL SYLLABLE ";
  constexpr std::string_view kIdeograph = "CJK UNIFIED IDEOGRAPH-";
  if (name.starts_with(kHangul)) return FindHangul(name.substr(kHangul.size()));
  if (name.starts_with(kIdeograph)) return FindIdeograph(name.substr(kIdeograph.size()));
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  uint64_t key = HashName(upper) >> kCodePointBits << kCodePointBits;
  const uint64_t* found = std::lower_bound(std::begin(kNames), std::end(kNames), key);
  if (found == std::end(kNames) || *found >> kCodePointBits != key >> kCodePointBits) return std::nullopt;
  return static_cast<uint32_t>(*found & ((1u << kCodePointBits) - 1));
}

}  // namespace warpsmith
