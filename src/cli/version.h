// What `warpsmith --version` says. Records carry the version of the program and that of the texts of kernels
// (generate/generate.h).
#pragma once

namespace warpsmith {

inline constexpr char kWarpVersion[] = "1.19.0";
inline constexpr char kProgramVersion[] = "0.1.0";
inline constexpr char kVersionText[] = "warpsmith 0.1.0 (Warp 1.19.0)";

}  // namespace warpsmith
