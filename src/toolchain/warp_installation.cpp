#include "toolchain/warp_installation.h"

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "toolchain/files.h"

namespace warpsmith {

namespace fs = std::filesystem;

namespace {

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// `path` if it is the package, or the package in it.
std::optional<std::string> PackageAt(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path / "config.py", error)) return path.string();
  if (fs::exists(path / "warp" / "config.py", error)) return (path / "warp").string();
  return std::nullopt;
}

/// The value of `version` in the package's config.py; empty if there is none.
std::string VersionOf(const std::string& config) {
  for (size_t line = 0; line < config.size();) {
    size_t end = std::min(config.find('\n', line), config.size());
    std::string_view text(config.data() + line, end - line);
    size_t equals = text.find('=');
    if (text.starts_with("version") && equals != std::string_view::npos) {
      size_t open = text.find('"', equals), close = text.find('"', open + 1);
      if (close != std::string_view::npos) return std::string(text.substr(open + 1, close - open - 1));
    }
    line = end + 1;
  }
  return {};
}

}  // namespace

Result<std::string> FindWarpPackage(const WarpSearch& search) {
  const char* variable = std::getenv("WARPSMITH_WARP");
  const bool has_variable = variable != nullptr && *variable != '\0';
  if (!search.folder.empty() || has_variable) {
    const std::string given = search.folder.empty() ? variable : search.folder;
    if (auto found = PackageAt(given)) return *found;
    return Status::Error(fmt::format("{} ({}) is not the folder of a warp package", given,
                                     search.folder.empty() ? "$WARPSMITH_WARP" : "--warp"));
  }
  if (search.python.empty())
    return Status::Error("no Warp: give --warp FOLDER or set WARPSMITH_WARP to the folder of the warp package");
  // A virtual environment's interpreter is a link in its bin folder; the packages are beside that folder.
  fs::path libraries = fs::path(search.python).parent_path().parent_path() / "lib";
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(libraries, error))
    for (const char* packages : {"site-packages", "dist-packages"})
      if (auto found = PackageAt(entry.path() / packages / "warp")) return *found;
  return Status::Error(fmt::format("no Warp in the site-packages of {}: install warp-lang=={}, give --warp FOLDER or set "
                                   "WARPSMITH_WARP", search.python, kWarpVersion));
}

Result<WarpInstallation> OpenWarp(const std::string& folder) {
  WarpInstallation warp{folder, {}, folder + "/native", folder + "/bin/warp-clang.so", folder + "/bin/warp.so"};
  Result<std::string> config = ReadBytes(folder + "/config.py");
  if (!config.ok()) return config.status();
  warp.version = VersionOf(*config);
  if (warp.version != kWarpVersion)
    return Status::Error(fmt::format("{} is Warp {}, and this program is made for {}: pip install warp-lang=={}", folder,
                                     warp.version.empty() ? "of an unknown version" : warp.version, kWarpVersion,
                                     kWarpVersion));
  std::error_code error;
  if (!IsFolder(warp.headers) || !fs::exists(warp.headers + "/builtin.h", error))
    return Status::Error(fmt::format("{} is missing: Warp's headers are not installed", warp.headers + "/builtin.h"));
  return warp;
}

Result<WarpInstallation> FindWarp(const WarpSearch& search) {
  Result<std::string> folder = FindWarpPackage(search);
  if (!folder.ok()) return folder.status();
  return OpenWarp(*folder);
}

}  // namespace warpsmith
