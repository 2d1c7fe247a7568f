#include "unit/source_loader.h"

#include <filesystem>
#include <system_error>

namespace warpsmith {

std::optional<SourceBuffer> DiskLoader::Load(const std::string& path) const {
  Result<SourceBuffer> source = SourceBuffer::FromFile(path);
  if (!source.ok()) return std::nullopt;
  return std::move(*source);
}

bool DiskLoader::IsFile(const std::string& path) const {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool DiskLoader::IsFolder(const std::string& path) const {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

std::optional<SourceBuffer> MemoryLoader::Load(const std::string& path) const {
  auto found = texts_.find(path);
  if (found == texts_.end()) return std::nullopt;
  return SourceBuffer::FromText(path, found->second);
}

bool MemoryLoader::IsFolder(const std::string& path) const {
  auto next = texts_.lower_bound(path + "/");
  return next != texts_.end() && next->first.starts_with(path + "/");
}

}  // namespace warpsmith
