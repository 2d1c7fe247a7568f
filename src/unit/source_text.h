// The text of a function as Warp hashes and prints it. Private to unit/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/source_buffer.h"

namespace warpsmith {

/// The lines of a function that starts (with its decorators) in line `first_line` and whose code ends in line
/// `last_line`, with comments below it that are indented deeper, dedented as textwrap.dedent does.
[[nodiscard]] std::string ExtractSource(const SourceBuffer& source, uint32_t first_line, uint32_t last_line);

/// Python's textwrap.dedent.
[[nodiscard]] std::string Dedent(std::string_view text);

/// Python's str.splitlines. The views point into `text`.
[[nodiscard]] std::vector<std::string_view> SplitLines(std::string_view text);

}  // namespace warpsmith
