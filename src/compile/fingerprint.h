// The structure of a Python file, ignoring what it calls things and which numbers it uses.
#pragma once

#include <cstdint>

#include "syntax/ast.h"

namespace warpsmith {

/// Two files have equal fingerprints if they are the same after identifiers are renamed in order of appearance and
/// constants are blanked (up to collisions of 64 bits). Names of attributes are kept, except those of the fields that
/// the file's own classes declare; so are `wp`, `range`, `int`, `float` and `bool`. Comments do not count.
[[nodiscard]] uint64_t StructuralFingerprint(const Ast& ast);

}  // namespace warpsmith
