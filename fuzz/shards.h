// Shards as seeds for the readers of datasets.
#pragma once

#include <string>
#include <vector>

#include "dataset/file_readers.h"
#include "dataset/segment_codec.h"
#include "dataset/test_records.h"

namespace warpsmith::fuzz {

/// A shard of two segments, of `rows` records each.
inline std::string MakeShard(const SegmentCodec& codec, uint64_t rows) {
  std::string shard(codec.head());
  std::vector<PlacedSegment> placed;
  for (uint64_t first : {uint64_t{0}, rows}) {
    std::vector<Record> records;
    for (uint64_t index = first; index < first + rows; ++index) records.push_back(TestRecord(index, "cpu"));
    EncodedSegment segment = *codec.Encode(records);
    placed.push_back({shard.size(), segment.bytes.size(), rows, segment.footer});
    shard += segment.bytes;
  }
  return shard + *codec.Tail(placed);
}

/// Reads all records, or up to the first error.
inline void ReadAll(Result<std::unique_ptr<FileReader>> reader) {
  if (!reader.ok()) return Check(!reader.message().empty(), "a file that cannot be read has a reason");
  while (true) {
    Result<std::vector<Record>> records = (*reader)->Next();
    if (!records.ok()) return Check(!records.message().empty(), "records that cannot be read have a reason");
    if (records->empty()) return;
  }
}

}  // namespace warpsmith::fuzz
