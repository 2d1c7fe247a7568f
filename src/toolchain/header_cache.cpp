#include "toolchain/header_cache.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "toolchain/cpu_library.h"

namespace warpsmith {

namespace fs = std::filesystem;

namespace {

constexpr auto kUnusedFor = std::chrono::hours(30 * 24);
constexpr std::string_view kPrefix = "cpu-";

fs::path FolderOf(const std::string& cache, const std::string& key) {
  StreamHash hash;
  hash.Add(key);
  return fs::path(cache) / fmt::format("{}{:016x}", kPrefix, hash.value());
}

/// The header in `folder`; empty if there is none.
fs::path HeaderIn(const fs::path& folder) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".pch") return entry.path();
  return {};
}

void RemoveUnused(const fs::path& cache) {
  std::error_code error;
  auto now = fs::file_time_type::clock::now();
  for (const fs::directory_entry& entry : fs::directory_iterator(cache, error)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    auto used = entry.last_write_time(error);
    if (!error && now - used > kUnusedFor) fs::remove_all(entry.path(), error);
  }
}

Status Failed(std::string_view action, const fs::path& path, const std::error_code& error) {
  return Status::Error(fmt::format("cannot {} {}: {}", action, path.string(), error.message()));
}

}  // namespace

std::string HeaderCacheFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/warpsmith/headers";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.cache/warpsmith/headers";
  return {};
}

Result<std::string> CachedHeader(const std::string& cache, const std::string& key,
                                 const std::function<Status(const std::string& folder)>& make) {
  fs::path folder = FolderOf(cache, key);
  std::error_code error;
  if (!HeaderIn(folder).empty()) {
    fs::last_write_time(folder, fs::file_time_type::clock::now(), error);
    return folder.string();
  }
  fs::create_directories(cache, error);
  if (error) return Failed("make the folder for precompiled headers", cache, error);
  RemoveUnused(cache);
  std::string made = folder.string() + ".XXXXXX";
  if (mkdtemp(made.data()) == nullptr) return Failed("make a folder in", cache, {errno, std::generic_category()});
  Status status = make(made);
  if (status.ok() && HeaderIn(made).empty()) status = Status::Error("the compiler wrote no precompiled header");
  if (status.ok()) {
    fs::rename(made, folder, error);
    if (error && HeaderIn(folder).empty()) status = Failed("rename", made, error);
  }
  std::error_code ignored;
  if (!status.ok() || error) fs::remove_all(made, ignored);
  if (!status.ok()) return status;
  return folder.string();
}

std::string FilesState(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unread;
    if (!entry->is_regular_file(unread)) continue;
    const auto time = entry->last_write_time(unread).time_since_epoch().count();
    files.push_back(fmt::format("{} {} {}\n", entry->path().string(), entry->file_size(unread), time));
  }
  std::sort(files.begin(), files.end());
  StreamHash hash;
  for (const std::string& file : files) hash.Add(file);
  return fmt::format("{} files {:016x}", files.size(), hash.value());
}

Result<std::string> LinkHeader(const std::string& cached, const std::string& parent) {
  fs::path folder = fs::path(parent) / "header", header = HeaderIn(cached);
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error && !header.empty()) fs::create_symlink(fs::absolute(header), folder / header.filename(), error);
  if (error) return Failed("link the precompiled header in", folder, error);
  return folder.string();
}

void ForgetHeader(const std::string& cache, const std::string& key) {
  std::error_code ignored;
  fs::remove_all(FolderOf(cache, key), ignored);
}

}  // namespace warpsmith
