// What `warpsmith --version` says, and what records carry.
#pragma once

namespace warpsmith {

inline constexpr char kWarpVersion[] = "1.19.0";
inline constexpr char kGeneratorVersion[] = "0.1.0";
inline constexpr char kVersionText[] = "warpsmith 0.1.0 (Warp 1.19.0)";

}  // namespace warpsmith
