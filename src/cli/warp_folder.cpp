#include "cli/warp_folder.h"

#include <cstdlib>
#include <filesystem>

namespace warpsmith {

namespace fs = std::filesystem;

std::string FindWarpFolder(const GlobalOptions& global) {
  if (const char* variable = std::getenv("WARPSMITH_WARP"); variable != nullptr && *variable != '\0') return variable;
  Result<std::string> python = FindPython(global);
  if (!python.ok()) return {};
  // A virtual environment's interpreter is a link in its bin folder; the packages are beside that folder.
  std::error_code error;
  fs::path libraries = fs::path(*python).parent_path().parent_path() / "lib";
  for (const fs::directory_entry& entry : fs::directory_iterator(libraries, error)) {
    fs::path folder = entry.path() / "site-packages" / "warp";
    if (fs::is_directory(folder, error)) return folder.string();
  }
  return {};
}

}  // namespace warpsmith
