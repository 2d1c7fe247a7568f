// Well-formed UTF-8, for text that comes from outside.
#pragma once

#include <cstddef>
#include <string_view>

namespace warpsmith {

/// The length of the well-formed UTF-8 sequence (no overlong forms, no surrogates) at `text[offset]`; 0 if there is none.
[[nodiscard]] size_t Utf8SequenceLength(std::string_view text, size_t offset);

}  // namespace warpsmith
