// Interned strings. Comparing two names of one table is comparing two integers.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"

namespace warpsmith {

using SymbolId = Id<struct SymbolTag>;

/// Maps strings to dense ids and back. Returned views stay valid as long as the table.
class SymbolTable {
 public:
  SymbolId Intern(std::string_view text) {
    if (auto found = ids_.find(text); found != ids_.end()) return found->second;
    const std::string& stored = texts_.emplace_back(text);
    SymbolId id(static_cast<uint32_t>(texts_.size() - 1));
    ids_.emplace(stored, id);
    return id;
  }
  /// The id of `text` if it was interned, else an invalid id.
  [[nodiscard]] SymbolId Find(std::string_view text) const {
    auto found = ids_.find(text);
    return found == ids_.end() ? SymbolId() : found->second;
  }
  [[nodiscard]] std::string_view Text(SymbolId id) const {
    Check(id.index < texts_.size(), "symbol out of range");
    return texts_[id.index];
  }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, SymbolId> ids_;
};

}  // namespace warpsmith
