// What `warpsmith --version` says. Records carry the version of the program and that of the texts of kernels
// (generate/generate.h).
#pragma once

#include <string>

#include "base/warp_version.h"

namespace warpsmith {

inline constexpr char kProgramVersion[] = "0.1.0";
/// What `--version` prints.
inline std::string VersionText() { return std::string("warpsmith ") + kProgramVersion + " (Warp " + kWarpVersion + ")"; }

}  // namespace warpsmith
