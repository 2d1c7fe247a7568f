// Links the lines of generated text to the lines of the Python source, from the comments Warp leaves in it.
#pragma once

#include <string_view>
#include <vector>

#include "record/record.h"

namespace warpsmith {

/// The ranges of `ir_forward` and `ir_backward` (empty without backward), in the order of the text. A comment that ends
/// in `<L n>` owns the lines after it, up to the next such comment, section rule, blank line or closing brace in the
/// first column; one that begins with `adj:` owns the lines before it, since the reverse runs backwards. The comment's
/// own line is part of the range.
std::vector<LineRange> BuildLineMap(std::string_view ir_forward, std::string_view ir_backward);

}  // namespace warpsmith
