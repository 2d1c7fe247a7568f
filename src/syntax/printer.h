// Writes a tree as Python source text that parses to the same tree. Formatting is canonical: four spaces, one statement
// a line, parentheses only where needed. Comments are not in the tree and so are lost.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace warpsmith {

/// The text of a module, statement, expression or pattern. Statements end with a newline.
/// Trees made by hand must be ones that Python's grammar can produce.
[[nodiscard]] std::string PrintPython(const Ast& ast, NodeId root);

}  // namespace warpsmith
