// Parses Python 3.11. No code is executed; the whole language is accepted. Recursion is limited by a diagnostic, so no
// input can overflow the stack; chains such as `a + b + c` are parsed iteratively. Long chains make high trees: trees are at
// most about 1,000 nodes high, so that code which walks them may recurse.
#pragma once

#include "diagnostics/sink.h"
#include "source/source_buffer.h"
#include "syntax/ast.h"

namespace warpsmith {

/// Parses a whole file. On a syntax error emits one diagnostic at the place, and the result has no root.
/// Also refuses text that is not UTF-8, or declares another encoding.
[[nodiscard]] Ast Parse(const SourceBuffer& source, SymbolTable& symbols, DiagnosticSink& sink);

}  // namespace warpsmith
