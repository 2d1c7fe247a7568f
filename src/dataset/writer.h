// Writes a dataset directory that survives being killed at any instant.
//
// Promises: the files depend on the records and the options alone, not on the number of jobs or on interruption; what
// was appended is durable within a second; nothing half-written is ever visible; memory does not grow with the number of
// records; an interrupted directory continues where it stopped, and a finished one can be made longer.
//
// Layout: DIR/DEVICE/train-00000-of-000NN.parquet (or .jsonl.zst; or DEVICE/NAME-ID8.json), DIR/README.md and
// DIR/warpsmith.json. While a run is unfinished its state is in DIR/.warpsmith and finished shards lack `-of-000NN`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

enum class DatasetFormat : uint8_t { Parquet, JsonLines, JsonFiles };

/// `parquet`, `jsonl`, `json`; nothing for any other name.
std::string_view DatasetFormatName(DatasetFormat format);
std::optional<DatasetFormat> ParseDatasetFormat(std::string_view name);

/// Where row groups and shards end. A function of the records alone; smaller values are for tests.
struct DatasetLimits {
  /// A row group (in JSONL: a zstd frame) ends once it holds this much text or so many rows.
  size_t segment_bytes = size_t{8} << 20;
  size_t segment_rows = 8192;
  /// A shard ends after so many row groups: some 2 GB of text, 100 to 200 MB on disk.
  size_t segments_per_shard = 256;
};

struct DatasetOptions {
  std::string directory;
  DatasetFormat format = DatasetFormat::Parquet;
  std::vector<std::string> devices = {"cpu"};
  /// Whatever else decides the records (seed, categories, policy, versions, ...), by the name that a person gave it.
  /// Recorded in the directory and compared when a run continues.
  std::map<std::string, std::string> parameters;
  uint64_t start = 0;
  uint64_t count = 0;
  /// Deletes the dataset found in the directory first (only files that a dataset consists of).
  bool fresh = false;
  int jobs = 1;
  int zstd_level = 3;
  /// JSON formats only: adds `ir`.
  bool ir_lines = false;
  DatasetLimits limits;
};

/// Not for concurrent use by its caller, though it works with threads of its own.
class DatasetWriter {
 public:
  /// Creates the directory or continues the run found there. Refuses, naming the difference, where the parameters
  /// differ or `count` is smaller than what was asked for before; refuses a directory another process writes to.
  static Result<DatasetWriter> Open(DatasetOptions options);

  DatasetWriter(DatasetWriter&&) noexcept;
  DatasetWriter& operator=(DatasetWriter&&) noexcept;
  /// Without `Finish`, leaves a directory that continues, as `Suspend` does.
  ~DatasetWriter();

  /// The first kernel index that some device still lacks: `start + count` when there is nothing left to do.
  [[nodiscard]] uint64_t next_index() const;

  /// Takes the records of a range of indices: for each device in ascending order of `metadata.index`; devices may
  /// alternate. Indices may be missing (a kernel that gave no record). Records that are on disk already are dropped.
  /// Blocks while too much is under way. Once it fails it keeps failing, and the directory continues from what was
  /// durable.
  Status Append(std::vector<Record> records);

  /// Makes everything appended durable and stops; the directory stays one to continue.
  Status Suspend();

  /// Completes the dataset: last shards, final names, card, manifest; removes the working state.
  Status Finish();

  /// Text taken and bytes written by this run so far, for progress.
  [[nodiscard]] uint64_t text_bytes() const;
  [[nodiscard]] uint64_t disk_bytes() const;

 private:
  class Run;
  explicit DatasetWriter(std::unique_ptr<Run> run);
  std::unique_ptr<Run> run_;
};

}  // namespace warpsmith
