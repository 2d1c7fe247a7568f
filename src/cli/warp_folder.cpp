#include "cli/warp_folder.h"

namespace warpsmith {

namespace {

WarpSearch SearchOf(const GlobalOptions& global) {
  Result<std::string> python = FindPython(global);
  return {.folder = global.warp, .python = python.ok() ? *python : ""};
}

}  // namespace

std::string FindWarpFolder(const GlobalOptions& global) {
  Result<std::string> folder = FindWarpPackage(SearchOf(global));
  return folder.ok() ? *folder : std::string();
}

Result<WarpInstallation> FindWarpInstallation(const GlobalOptions& global) { return FindWarp(SearchOf(global)); }

}  // namespace warpsmith
