#include <fmt/format.h>

#include "dataset/file_readers.h"
#include "dataset/files.h"
#include "dataset/zstd_frames.h"
#include "record/json.h"

namespace warpsmith {
namespace {

constexpr size_t kBatchBytes = size_t{4} << 20;

void DropLowerLevels(Record& record) {
  record.llvm_ir.reset();
  record.assembly.reset();
  record.ptx.reset();
  record.check.reset();
}

class JsonFileReader final : public FileReader {
 public:
  JsonFileReader(std::string path, DatasetReadOptions options) : path_(std::move(path)), options_(options) {}

  Result<std::vector<Record>> Next() override {
    std::vector<Record> records;
    if (is_read_) return records;
    is_read_ = true;
    Result<std::string> text = ReadWholeFile(path_);
    if (!text.ok()) return text.status();
    Result<Record> record = ParseRecordJson(*text);
    if (!record.ok()) return Status::Error(fmt::format("{}: {}", path_, record.message()));
    if (options_.skip_lower_levels) DropLowerLevels(*record);
    records.push_back(std::move(*record));
    return records;
  }

 private:
  std::string path_;
  DatasetReadOptions options_;
  bool is_read_ = false;
};

class JsonLinesReader final : public FileReader {
 public:
  JsonLinesReader(std::string path, DatasetReadOptions options, std::unique_ptr<LineReader> lines)
      : path_(std::move(path)), options_(options), lines_(std::move(lines)) {}

  Result<std::vector<Record>> Next() override {
    std::vector<Record> records;
    size_t bytes = 0;
    std::string line;
    while (bytes < kBatchBytes) {
      Result<bool> got = lines_->Next(line);
      if (!got.ok()) return got.status();
      if (!*got) break;
      ++line_number_;
      if (line.empty()) continue;
      Result<Record> record = ParseRecordJson(line);
      if (!record.ok()) return Status::Error(fmt::format("{}:{}: {}", path_, line_number_, record.message()));
      if (options_.skip_lower_levels) DropLowerLevels(*record);
      records.push_back(std::move(*record));
      bytes += line.size();
    }
    return records;
  }

 private:
  std::string path_;
  DatasetReadOptions options_;
  std::unique_ptr<LineReader> lines_;
  size_t line_number_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileReader>> OpenJsonFile(const std::string& path, const DatasetReadOptions& options) {
  return std::unique_ptr<FileReader>(std::make_unique<JsonFileReader>(path, options));
}

Result<std::unique_ptr<FileReader>> OpenJsonLinesFile(const std::string& path, const DatasetReadOptions& options) {
  Result<std::unique_ptr<LineReader>> lines = LineReader::Open(path);
  if (!lines.ok()) return lines.status();
  return std::unique_ptr<FileReader>(std::make_unique<JsonLinesReader>(path, options, std::move(*lines)));
}

}  // namespace warpsmith
