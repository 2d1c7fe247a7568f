// Structural checks of a program: what `adjoint` and `emit` rely on. A violation is a bug of whoever built the program.
// Types of operands are not checked; overload resolution has seen to them.
#pragma once

#include <string>
#include <vector>

#include "program/program.h"

namespace warpsmith {

/// One sentence for each violation; empty for a sound program.
[[nodiscard]] std::vector<std::string> VerifyProgram(const Program& program);

}  // namespace warpsmith
