// Typed 32-bit ids: indices into vectors that cannot be mixed up. An id is meaningful only together with the store
// that handed it out.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/check.h"

namespace warpsmith {

/// An index into a store of things tagged `Tag`. Default-constructed ids are invalid.
template <typename Tag>
struct Id {
  static constexpr uint32_t kInvalidIndex = 0xFFFFFFFFu;
  uint32_t index = kInvalidIndex;

  constexpr Id() = default;
  constexpr explicit Id(uint32_t value) : index(value) {}
  [[nodiscard]] constexpr bool valid() const { return index != kInvalidIndex; }
  constexpr explicit operator bool() const { return valid(); }
  friend constexpr auto operator<=>(Id, Id) = default;
};

/// Accumulates values and hands out ids to retrieve them later. Does not deduplicate.
template <typename IdType, typename Value>
class Store {
 public:
  IdType Add(Value value) {
    IdType id(static_cast<uint32_t>(values_.size()));
    values_.push_back(std::move(value));
    return id;
  }
  [[nodiscard]] const Value& operator[](IdType id) const {
    Check(id.index < values_.size(), "id out of range");
    return values_[id.index];
  }
  [[nodiscard]] Value& operator[](IdType id) {
    Check(id.index < values_.size(), "id out of range");
    return values_[id.index];
  }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(values_.size()); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  void clear() { values_.clear(); }
  void reserve(uint32_t count) { values_.reserve(count); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  std::vector<Value> values_;
};

}  // namespace warpsmith

template <typename Tag>
struct std::hash<warpsmith::Id<Tag>> {
  size_t operator()(warpsmith::Id<Tag> id) const noexcept { return std::hash<uint32_t>()(id.index); }
};
