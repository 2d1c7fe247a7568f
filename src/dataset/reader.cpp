#include "dataset/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dataset/file_readers.h"
#include "dataset/files.h"

namespace warpsmith {
namespace {

namespace fs = std::filesystem;

struct FormatRow {
  std::string_view extension;
  Result<std::unique_ptr<FileReader>> (*open)(const std::string& path, const DatasetReadOptions& options);
};

constexpr FormatRow kFormats[] = {
    {".parquet", OpenParquetFile},
    {".jsonl", OpenJsonLinesFile},
    {".jsonl.zst", OpenJsonLinesFile},
    {".json", OpenJsonFile},
};

const FormatRow* FormatOf(std::string_view path) {
  for (const FormatRow& row : kFormats) {
    if (path.ends_with(row.extension)) return &row;
  }
  return nullptr;
}

}  // namespace

DatasetReader::DatasetReader(std::vector<std::string> files, DatasetReadOptions options)
    : files_(std::move(files)), options_(options) {}
DatasetReader::DatasetReader(DatasetReader&&) noexcept = default;
DatasetReader& DatasetReader::operator=(DatasetReader&&) noexcept = default;
DatasetReader::~DatasetReader() = default;

Result<DatasetReader> DatasetReader::Open(const std::string& path, DatasetReadOptions options) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Status::Error(fmt::format("cannot open {}: no such file or directory", path));
  std::vector<std::string> files;
  if (!fs::is_directory(status)) {
    if (FormatOf(path) == nullptr) {
      return Status::Error(fmt::format("{} is no .parquet, .jsonl, .jsonl.zst or .json file", path));
    }
    files.push_back(path);
    return DatasetReader(std::move(files), options);
  }
  fs::recursive_directory_iterator entries(path, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::string name = entries->path().filename().string();
    bool is_directory = entries->is_directory(error);
    if (is_directory && name.starts_with('.')) entries.disable_recursion_pending();
    if (is_directory || name.starts_with('.') || name == "warpsmith.json" || FormatOf(name) == nullptr) continue;
    files.push_back(entries->path().string());
  }
  if (error) return Status::Error(fmt::format("cannot list {}: {}", path, error.message()));
  if (files.empty()) return Status::Error(fmt::format("{} holds no .parquet, .jsonl, .jsonl.zst or .json file", path));
  std::sort(files.begin(), files.end());
  return DatasetReader(std::move(files), options);
}

Result<std::vector<Record>> DatasetReader::Next() {
  while (current_ || next_file_ < files_.size()) {
    if (!current_) {
      const std::string& path = files_[next_file_++];
      Result<std::unique_ptr<FileReader>> file = FormatOf(path)->open(path, options_);
      if (!file.ok()) return file.status();
      current_ = std::move(*file);
    }
    Result<std::vector<Record>> records = current_->Next();
    if (!records.ok() || !records->empty()) return records;
    current_.reset();
  }
  return std::vector<Record>();
}

}  // namespace warpsmith
