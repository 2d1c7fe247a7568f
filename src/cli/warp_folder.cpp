#include "cli/warp_folder.h"

#include "toolchain/warp_installation.h"

namespace warpsmith {

std::string FindWarpFolder(const GlobalOptions& global) {
  Result<std::string> python = FindPython(global);
  Result<std::string> folder = FindWarpPackage({.folder = global.warp, .python = python.ok() ? *python : ""});
  return folder.ok() ? *folder : std::string();
}

}  // namespace warpsmith
