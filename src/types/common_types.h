// The types that most kernels use, interned once and for all: they have the same ids in every table, so that what follows
// from them alone need not be found again for each module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "types/types.h"

namespace warpsmith {

/// Simple types; vectors, matrices, quaternions and transforms of the usual sizes; arrays of them; references to them.
class CommonTypes {
 public:
  /// Made at the first call; safe from any thread.
  static const CommonTypes& Get();

  [[nodiscard]] std::span<const TypeInfo> infos() const { return infos_; }
  /// The type of this key; invalid if it is not one of these.
  [[nodiscard]] TypeId Find(const TypeKey& key) const {
    for (size_t slot = TypeKeyHash()(key) % kSlots; slots_[slot] != 0; slot = (slot + 1) % kSlots)
      if (keys_[slots_[slot] - 1u] == key) return TypeId(slots_[slot] - 1u);
    return TypeId();
  }

 private:
  static constexpr size_t kSlots = 8192;  // a power of two, many times the number of types

  CommonTypes();
  TypeId Add(const TypeInfo& info);
  void AddValues();

  std::vector<TypeInfo> infos_;
  std::vector<TypeKey> keys_;
  std::vector<uint16_t> slots_;  // 1 + index; 0: free
};

}  // namespace warpsmith
