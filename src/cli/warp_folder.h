// Where the pinned Warp release is installed. Its Python files are read, never run: a few functions of its library are
// written in Python, and kernels that call them need their source.
#pragma once

#include <string>

#include "cli/command.h"
#include "toolchain/warp_installation.h"

namespace warpsmith {

/// The `warp` package's folder: --warp, $WARPSMITH_WARP, else in the site-packages of the interpreter; empty if there is
/// none.
[[nodiscard]] std::string FindWarpFolder(const GlobalOptions& global);
/// The same with its native libraries, checked: see toolchain/warp_installation.h.
Result<WarpInstallation> FindWarpInstallation(const GlobalOptions& global);

}  // namespace warpsmith
