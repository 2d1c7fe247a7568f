// Interned strings. Comparing two names of one table is comparing two integers.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace warpsmith {

using SymbolId = Id<struct SymbolTag>;

/// Maps strings to dense ids and back. Returned views stay valid as long as the table.
class SymbolTable {
 public:
  SymbolTable() : slots_(kFirstSlots) { texts_.reserve(kFirstSlots / 2); }

  SymbolId Intern(std::string_view text) {
    uint32_t hash = Hash(text);
    Slot* slot = Probe(text, hash);
    if (slot->position != 0) return SymbolId(slot->position - 1);
    texts_.push_back(Store(text));
    *slot = {hash, static_cast<uint32_t>(texts_.size())};
    if (texts_.size() * 2 > slots_.size()) Rehash();
    return SymbolId(static_cast<uint32_t>(texts_.size() - 1));
  }
  /// The id of `text` if it was interned, else an invalid id.
  [[nodiscard]] SymbolId Find(std::string_view text) const {
    const Slot* slot = const_cast<SymbolTable*>(this)->Probe(text, Hash(text));
    return slot->position == 0 ? SymbolId() : SymbolId(slot->position - 1);
  }
  [[nodiscard]] std::string_view Text(SymbolId id) const {
    Check(id.index < texts_.size(), "symbol out of range");
    return texts_[id.index];
  }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }

 private:
  static constexpr size_t kFirstSlots = 512;  // a power of two
  static constexpr size_t kChunk = 4096;

  struct Slot {
    uint32_t hash = 0;
    uint32_t position = 0;  // of the text, from 1; 0: free
  };

  static uint32_t Hash(std::string_view text) {
    uint64_t state = text.size() * 0x9E3779B97F4A7C15ull;
    const char* data = text.data();
    size_t left = text.size();
    for (; left >= 8; data += 8, left -= 8) {
      uint64_t word;
      std::memcpy(&word, data, 8);
      state = (state ^ word) * 0xD6E8FEB86659FD93ull;
      state ^= state >> 32;
    }
    uint64_t word = 0;
    if (left != 0) std::memcpy(&word, data, left);
    state = (state ^ word) * 0xD6E8FEB86659FD93ull;
    return static_cast<uint32_t>(state >> 32);
  }
  /// The slot of `text`, or the free one where it belongs.
  Slot* Probe(std::string_view text, uint32_t hash) {
    size_t mask = slots_.size() - 1;
    for (size_t index = hash & mask;; index = (index + 1) & mask) {
      Slot& slot = slots_[index];
      if (slot.position == 0 || (slot.hash == hash && texts_[slot.position - 1] == text)) return &slot;
    }
  }
  std::string_view Store(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > left_) {
      left_ = text.size() > kChunk ? text.size() : kChunk;
      next_ = chunks_.emplace_back(std::make_unique_for_overwrite<char[]>(left_)).get();
    }
    std::memcpy(next_, text.data(), text.size());
    std::string_view stored(next_, text.size());
    next_ += text.size();
    left_ -= text.size();
    return stored;
  }
  void Rehash() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.position == 0) continue;
      size_t index = slot.hash & mask;
      while (slots_[index].position != 0) index = (index + 1) & mask;
      slots_[index] = slot;
    }
  }

  std::vector<std::string_view> texts_;
  std::vector<Slot> slots_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace warpsmith
