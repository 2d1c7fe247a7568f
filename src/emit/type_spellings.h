// The C++ spellings of types, each computed once. Bound to one type table at a time; `Bind` forgets all but the
// common types, since the other ids of another table mean other types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "types/types.h"

namespace warpsmith {

class TypeSpellings {
 public:
  void Bind(const TypeTable& types);
  [[nodiscard]] const TypeTable& types() const { return *types_; }

  /// The type of a variable. The view stays valid until the next Bind, provided that the table does not grow.
  [[nodiscard]] std::string_view Cpp(TypeId type) {
    if (type.index < texts_.size() && !texts_[type.index].empty()) [[likely]] return texts_[type.index];
    return Spell(type);
  }
  /// The type of the adjoint of a variable: references hold their target's value.
  [[nodiscard]] std::string_view CppValue(TypeId type) { return Cpp(StripReference(*types_, type)); }

 private:
  std::string_view Spell(TypeId type);

  const TypeTable* types_ = nullptr;
  std::vector<std::string> texts_;
  std::vector<uint32_t> filled_;
};

}  // namespace warpsmith
