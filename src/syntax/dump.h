// The tree as text in the format of Python's ast.dump(tree, include_attributes=True), for comparison and for tests.
// Constants are written as Python's ascii() does, not repr(): every character outside ASCII is escaped.
#pragma once

#include <string>

#include "source/source_buffer.h"
#include "syntax/ast.h"

namespace warpsmith {

struct DumpOptions {
  bool include_attributes = true;  // lineno, col_offset, end_lineno, end_col_offset
};

/// Appends the dump of the tree at `root`, made from `source`.
void DumpAst(const Ast& ast, NodeId root, const SourceBuffer& source, std::string& out, DumpOptions options = {});

/// Appends a constant as Python's ascii() writes it, e.g. 'it\'s', b'\x00', 1e-05, 2j, None.
void AppendConstant(const Ast& ast, const ConstantValue& value, std::string& out);

/// Appends a float as Python's repr writes it: the shortest digits that read back the same.
void AppendFloat(double value, std::string& out);

}  // namespace warpsmith
