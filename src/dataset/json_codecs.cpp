#include <fmt/format.h>

#include "dataset/segment_codec.h"
#include "dataset/zstd_frames.h"
#include "dataset/utf8.h"
#include "record/json.h"

namespace warpsmith {
namespace {

Status NotUtf8(const Record& record) {
  return Status::Error(fmt::format("record {} ({}) holds text that is not UTF-8", record.metadata.index, record.device));
}

class JsonLinesCodec final : public SegmentCodec {
 public:
  JsonLinesCodec(int zstd_level, bool ir_lines) : zstd_level_(zstd_level), json_options_{ir_lines} {}

  std::string_view extension() const override { return ".jsonl.zst"; }
  std::string_view head() const override { return ""; }

  Result<EncodedSegment> Encode(std::span<const Record> records) const override {
    size_t size = 0;
    for (const Record& record : records) size += TextBytes(record) + 2048;
    std::string lines;
    lines.reserve(size + size / 8);
    for (const Record& record : records) {
      size_t begin = lines.size();
      AppendRecordJson(record, json_options_, lines);
      lines += '\n';
      if (!IsUtf8(std::string_view(lines).substr(begin))) return NotUtf8(record);
    }
    Result<std::string> frame = CompressFrame(lines, zstd_level_);
    if (!frame.ok()) return frame.status();
    return EncodedSegment{std::move(*frame), "", {}};
  }

  // A shard without records still is a valid zstd file: one empty frame.
  Result<std::string> Tail(std::span<const PlacedSegment> segments) const override {
    return segments.empty() ? CompressFrame("", zstd_level_) : Result<std::string>(std::string());
  }

 private:
  int zstd_level_;
  RecordJsonOptions json_options_;
};

class JsonFilesCodec final : public SegmentCodec {
 public:
  explicit JsonFilesCodec(bool ir_lines) : json_options_{ir_lines} {}

  std::string_view extension() const override { return ".json"; }
  bool makes_files() const override { return true; }
  std::string_view head() const override { return ""; }

  Result<EncodedSegment> Encode(std::span<const Record> records) const override {
    EncodedSegment segment;
    for (const Record& record : records) {
      RecordFile& file = segment.files.emplace_back(RecordFile{record.name, record.id, ""});
      AppendRecordJson(record, json_options_, file.text);
      file.text += '\n';
      if (!IsUtf8(file.text)) return NotUtf8(record);
    }
    return segment;
  }

  Result<std::string> Tail(std::span<const PlacedSegment>) const override { return std::string(); }

 private:
  RecordJsonOptions json_options_;
};

}  // namespace

std::unique_ptr<SegmentCodec> MakeJsonFilesCodec(bool ir_lines) { return std::make_unique<JsonFilesCodec>(ir_lines); }

std::unique_ptr<SegmentCodec> MakeJsonLinesCodec(int zstd_level, bool ir_lines) {
  return std::make_unique<JsonLinesCodec>(zstd_level, ir_lines);
}

}  // namespace warpsmith
