// Prints programs as text for people: debugging and goldens. The format is not read back and may change.
#pragma once

#include <string>

#include "program/program.h"

namespace warpsmith {

/// Parameters, locals and the tree of statements, one a line; statements of a loop are indented under it.
[[nodiscard]] std::string PrintProgram(const Program& program);

/// A variable as statements show it: %3, x, %3.field, &path.
[[nodiscard]] std::string PrintVariable(const Program& program, VarId id);

}  // namespace warpsmith
