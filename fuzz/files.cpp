#include "files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace warpsmith::fuzz {

std::vector<std::string> FilesBelow(const std::string& folder, std::string_view extension) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().string().ends_with(extension)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

}  // namespace warpsmith::fuzz
