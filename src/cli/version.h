// What `warpsmith --version` says, and what records carry.
#pragma once

#include <string>

#include "base/warp_version.h"

namespace warpsmith {

inline constexpr char kGeneratorVersion[] = "0.1.0";
/// What `--version` prints.
inline std::string VersionText() { return std::string("warpsmith ") + kGeneratorVersion + " (Warp " + kWarpVersion + ")"; }

}  // namespace warpsmith
