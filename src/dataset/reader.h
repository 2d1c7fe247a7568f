// Reads the records of a dataset directory, or of one file, in any of the formats, in the order of the files' names.
// The content is never trusted: what is damaged or does not follow the schema is an error that names the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

class FileReader;  // one open file; in file_readers.h

struct DatasetReadOptions {
  /// Leaves `llvm_ir`, `asm`, `ptx` and `check` empty, which is faster where a format stores columns apart.
  bool skip_lower_levels = false;
};

class DatasetReader {
 public:
  /// `path` is a directory, or a .parquet, .jsonl, .jsonl.zst or .json file. A directory without any such file is an
  /// error; hidden directories and a dataset's manifest are passed over.
  static Result<DatasetReader> Open(const std::string& path, DatasetReadOptions options = {});
  DatasetReader(DatasetReader&&) noexcept;
  DatasetReader& operator=(DatasetReader&&) noexcept;
  ~DatasetReader();

  /// Some more records, a few megabytes of them; empty at the end.
  Result<std::vector<Record>> Next();

  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  DatasetReader(std::vector<std::string> files, DatasetReadOptions options);
  std::vector<std::string> files_;
  DatasetReadOptions options_;
  size_t next_file_ = 0;
  std::unique_ptr<FileReader> current_;
};

}  // namespace warpsmith
