#pragma once

#include <string_view>

namespace warpsmith {

/// Whether `text` is UTF-8: no overlong forms, surrogates or values past U+10FFFF. Fast where it is mostly ASCII.
bool IsUtf8(std::string_view text);

}  // namespace warpsmith
