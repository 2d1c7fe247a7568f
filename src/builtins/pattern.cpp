#include "builtins/pattern.h"

#include <charconv>
#include <optional>
#include <vector>

namespace warpsmith {
namespace {

constexpr std::string_view kSimpleNames[] = {
#define WARPSMITH_SIMPLE_TYPE(kind, python_name, cpp_name, code) python_name,
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
};

// Splits at the commas that are not inside angle brackets.
std::vector<std::string_view> SplitParameters(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t depth = 0, begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') ++depth;
    if (text[i] == '>') --depth;
    if (text[i] == ',' && depth == 0) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::optional<uint32_t> ParseExtent(std::string_view text) {
  if (text == "Any") return kAnyLength;
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

TypeId ParseTuple(TypeTable& types, const std::vector<std::string_view>& parts) {
  if (parts.size() == 2 && parts[1] == "...") {
    TypeId element = ParseTypePattern(types, parts[0]);
    return element ? types.RepeatedTuple(element) : TypeId();
  }
  std::vector<TypeId> elements;
  for (std::string_view part : parts) {
    elements.push_back(ParseTypePattern(types, part));
    if (!elements.back()) return TypeId();
  }
  return types.Tuple(elements);
}

TypeId ParseArray(TypeTable& types, std::string_view family, const std::vector<std::string_view>& parts) {
  constexpr std::pair<std::string_view, ArrayFamily> kFamilies[] = {
      {"array", ArrayFamily::Regular},
      {"fixedarray", ArrayFamily::Fixed},
      {"indexedarray", ArrayFamily::Indexed},
      {"fabricarray", ArrayFamily::Fabric},
      {"indexedfabricarray", ArrayFamily::IndexedFabric}};
  for (auto [name, kind] : kFamilies) {
    if (name != family || parts.size() != 2) continue;
    TypeId dtype = ParseTypePattern(types, parts[0]);
    std::optional<uint32_t> dimensions = ParseExtent(parts[1]);
    if (!dtype || !dimensions) return TypeId();
    return types.Array(dtype, *dimensions == kAnyLength ? kAnyDimensions : static_cast<uint8_t>(*dimensions),
                       kind);
  }
  return TypeId();
}

}  // namespace

TypeId ParseTypePattern(TypeTable& types, std::string_view text) {
  size_t open = text.find('<');
  if (open == std::string_view::npos || text.back() != '>') {
    for (uint32_t i = 0; i < std::size(kSimpleNames); ++i)
      if (kSimpleNames[i] == text) return TypeId(i);
    return TypeId();
  }
  std::string_view head = text.substr(0, open);
  std::vector<std::string_view> parts = SplitParameters(text.substr(open + 1, text.size() - open - 2));
  if (head == "tuple") return ParseTuple(types, parts);
  if (head == "tile")
    return types.TilePattern(ParseTypePattern(types, parts[0]));  // shapes are not part of matching
  TypeId last = ParseTypePattern(types, parts.back());
  std::optional<uint32_t> first = ParseExtent(parts[0]);
  if (head == "vec" && parts.size() == 2 && first && last) return types.Vector(*first, last);
  if (head == "mat" && parts.size() == 3 && first && last) {
    std::optional<uint32_t> second = ParseExtent(parts[1]);
    return second ? types.Matrix(*first, *second, last) : TypeId();
  }
  if (head == "quat" && last) return types.Quaternion(last);
  if (head == "transform" && last) return types.Transform(last);
  return ParseArray(types, head, parts);
}

}  // namespace warpsmith
