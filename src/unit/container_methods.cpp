// Methods of lists, tuples and dictionaries, where files compute constants with them.
#include <algorithm>

#include "unit/reader.h"

namespace warpsmith {

Object Reader::CallListMethod(NodeId node, const py::Attribute& attribute, const Object& base) {
  const std::string method(Name(attribute.attr));
  const CallArguments arguments = EvaluateArguments(node);
  const auto& positional = arguments.positional;
  const Object none = OpaqueObject(OpaqueKind::PythonNone);
  const auto elements = [&]() -> std::vector<Object>& { return implementation_.sequences[base.detail]; };
  if (method == "append" && positional.size() == 1) {
    elements().push_back(positional[0]);
    return none;
  }
  if (method == "extend" && positional.size() == 1) {
    if (auto items = Iterate(positional[0])) {
      elements().insert(elements().end(), items->begin(), items->end());
      return none;
    }
  }
  if (method == "insert" && positional.size() == 2) {
    if (std::optional<Int128> position = IntegerOf(positional[0])) {
      const auto size = static_cast<Int128>(elements().size());
      const Int128 from_start = *position < 0 ? *position + size : *position;
      elements().insert(elements().begin() + static_cast<std::ptrdiff_t>(std::clamp<Int128>(from_start, 0, size)), positional[1]);
      return none;
    }
  }
  if (method == "pop" && positional.size() <= 1 && !elements().empty()) {
    const auto size = static_cast<Int128>(elements().size());
    std::optional<Int128> position = positional.empty() ? size - 1 : IntegerOf(positional[0]);
    if (position && *position < 0) *position += size;
    if (position && *position >= 0 && *position < size) {
      const auto place = elements().begin() + static_cast<std::ptrdiff_t>(*position);
      const Object taken = *place;
      elements().erase(place);
      return taken;
    }
  }
  if (method == "reverse" && positional.empty()) {
    std::reverse(elements().begin(), elements().end());
    return none;
  }
  if (method == "clear" && positional.empty()) {
    elements().clear();
    return none;
  }
  if (method == "copy" && positional.empty()) return MakeSequence(OpaqueKind::List, std::vector(elements()));
  if ((method == "index" || method == "count") && positional.size() == 1) {
    const std::vector<Object> items = elements();
    Int128 count = 0;
    bool is_known = true;
    for (size_t i = 0; i < items.size() && is_known; ++i) {
      const std::optional<bool> same = Equal(items[i], positional[0]);
      is_known = same.has_value();
      count += same == true;
      if (same == true && method == "index") return MakeInt(static_cast<Int128>(i));
    }
    if (is_known && method == "count") return MakeInt(count);
    return Unresolved("the position of a missing element");
  }
  for (Object& element : elements()) element = Unresolved("an element of a list that was changed");
  return Unresolved("the result of a method");
}

bool Reader::UpdateMapping(const Object& base, const CallArguments& arguments) {
  if (!arguments.complete || arguments.positional.size() > 1) return false;
  if (arguments.positional.size() == 1) {
    const Object& given = arguments.positional[0];
    if (IsOpaque(given, OpaqueKind::Mapping)) {
      for (const auto& [key, value] : std::vector(implementation_.mappings[given.detail])) StoreSubscript(base, key, value);
    } else {
      auto pairs = Iterate(given);
      if (!pairs) return false;
      for (const Object& pair : *pairs) {
        auto parts = Iterate(pair);
        if (!parts || parts->size() != 2) return false;
        StoreSubscript(base, (*parts)[0], (*parts)[1]);
      }
    }
  }
  for (const auto& [keyword, value] : arguments.keywords) StoreSubscript(base, MakeString(std::string(Name(keyword))), value);
  return true;
}

Object Reader::CallMappingMethod(NodeId node, const py::Attribute& attribute, const Object& base) {
  const std::string method(Name(attribute.attr));
  const CallArguments arguments = EvaluateArguments(node);
  const auto& positional = arguments.positional;
  const Object none = OpaqueObject(OpaqueKind::PythonNone);
  const auto items = implementation_.mappings[base.detail];
  if ((method == "keys" || method == "values" || method == "items") && positional.empty()) {
    std::vector<Object> result;
    for (const auto& [key, value] : items)
      result.push_back(method == "keys"     ? key
                       : method == "values" ? value
                                            : MakeSequence(OpaqueKind::Tuple, {key, value}));
    return MakeSequence(OpaqueKind::List, std::move(result));
  }
  if (method == "copy" && positional.empty()) return MakeMapping(items);
  if (method == "update" && UpdateMapping(base, arguments)) return none;
  if (method == "clear" && positional.empty()) {
    implementation_.mappings[base.detail].clear();
    return none;
  }
  if ((method == "get" || method == "setdefault" || method == "pop") && !positional.empty() && positional.size() <= 2) {
    const Object otherwise = positional.size() > 1 ? positional[1] : none;
    for (size_t i = 0; i < items.size(); ++i) {
      const std::optional<bool> same = Equal(items[i].first, positional[0]);
      if (!same) return Unresolved("a dictionary whose keys cannot be compared");
      if (!*same) continue;
      auto& kept = implementation_.mappings[base.detail];
      if (method == "pop") kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
      return items[i].second;
    }
    if (method == "setdefault") StoreSubscript(base, positional[0], otherwise);
    if (method == "pop" && positional.size() == 1) return Unresolved("a missing key");
    return otherwise;
  }
  for (auto& [key, value] : implementation_.mappings[base.detail]) value = Unresolved("an element of a dictionary that was changed");
  return Unresolved("the result of a method");
}

}  // namespace warpsmith
