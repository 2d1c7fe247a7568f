// The installed Warp release whose native libraries and headers are used: where it is, and that it is the right one.
// Nothing of it is run here, and Python is not needed.
#pragma once

#include <string>

#include "base/status.h"
#include "base/warp_version.h"

namespace warpsmith {

struct WarpSearch {
  std::string folder;  // --warp: the package's folder, or one that holds it; empty: not given
  std::string python;  // the interpreter whose site-packages are searched last; empty: none
};

/// The `warp` package's folder: `folder` if given, else $WARPSMITH_WARP, else in the site-packages of `python`. Each may
/// also be the site-packages folder that holds it. An error says where was looked; nothing in the folder is checked.
Result<std::string> FindWarpPackage(const WarpSearch& search);

/// What the toolchain uses of the package.
struct WarpInstallation {
  std::string folder;
  std::string version;
  std::string headers;       // folder with builtin.h
  std::string cpu_library;   // warp-clang.so
  std::string cuda_library;  // warp.so
};

/// Checks that the package at `folder` is Warp's pinned release and that its libraries and headers are there.
Result<WarpInstallation> OpenWarp(const std::string& folder);
/// FindWarpPackage, then OpenWarp.
Result<WarpInstallation> FindWarp(const WarpSearch& search);

}  // namespace warpsmith
