// Characters of identifiers, in Python and in C++, for what reads generated text.
#pragma once

namespace warpsmith {

/// ASCII alone, whatever the locale.
[[nodiscard]] constexpr bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace warpsmith
