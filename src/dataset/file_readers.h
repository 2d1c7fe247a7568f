// Readers of one file each, behind DatasetReader.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "dataset/reader.h"

namespace warpsmith {

class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Some more records; empty at the end.
  virtual Result<std::vector<Record>> Next() = 0;
};

Result<std::unique_ptr<FileReader>> OpenParquetFile(const std::string& path, const DatasetReadOptions& options);
Result<std::unique_ptr<FileReader>> OpenJsonFile(const std::string& path, const DatasetReadOptions& options);
/// Plain or zstd-compressed.
Result<std::unique_ptr<FileReader>> OpenJsonLinesFile(const std::string& path, const DatasetReadOptions& options);

}  // namespace warpsmith
