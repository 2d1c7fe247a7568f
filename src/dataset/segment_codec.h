// Turns records into the bytes of a shard. A shard is a head, segments one after another, and a tail; each segment
// (a Parquet row group, a zstd frame of JSON lines) is encoded by itself, so that several can be encoded at a time and
// an interrupted shard can be continued after its last whole segment.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

/// A record that becomes a file of its own.
struct RecordFile {
  std::string name;
  std::string id;
  std::string text;
};

/// A segment ready to be appended to a shard. `footer` is what the shard's tail needs to know of it.
struct EncodedSegment {
  std::string bytes;
  std::string footer;
  /// Instead of bytes, where each record is a file.
  std::vector<RecordFile> files;
};

/// A segment that stands in a shard at `offset`.
struct PlacedSegment {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t rows = 0;
  std::string footer;
  /// Of its bytes, by which a run that continues knows whether they are still what it wrote.
  uint64_t hash = 0;
};

/// Immutable, and so for use by several threads.
class SegmentCodec {
 public:
  virtual ~SegmentCodec() = default;
  /// With a dot: `.parquet`.
  [[nodiscard]] virtual std::string_view extension() const = 0;
  /// Each record is a file; there are no shards.
  [[nodiscard]] virtual bool makes_files() const { return false; }
  [[nodiscard]] virtual std::string_view head() const = 0;
  /// Fails on text that is not UTF-8, naming the record.
  [[nodiscard]] virtual Result<EncodedSegment> Encode(std::span<const Record> records) const = 0;
  [[nodiscard]] virtual Result<std::string> Tail(std::span<const PlacedSegment> segments) const = 0;
};

std::unique_ptr<SegmentCodec> MakeParquetCodec(int zstd_level);
std::unique_ptr<SegmentCodec> MakeJsonLinesCodec(int zstd_level, bool ir_lines);
std::unique_ptr<SegmentCodec> MakeJsonFilesCodec(bool ir_lines);

}  // namespace warpsmith
