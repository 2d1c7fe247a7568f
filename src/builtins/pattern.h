// Reads the spelling of types in data/builtins: "float32", "vec<Any,Scalar>", "array<Any,1>",
// "tuple<int32,...>".
#pragma once

#include <string_view>

#include "types/types.h"

namespace warpsmith {

/// The type that `text` spells; invalid if it is not the spelling of a type.
[[nodiscard]] TypeId ParseTypePattern(TypeTable& types, std::string_view text);

}  // namespace warpsmith
