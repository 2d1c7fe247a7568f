#include "dataset/reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "dataset/files.h"
#include "dataset/segment_codec.h"
#include "dataset/test_records.h"
#include "dataset/utf8.h"
#include "dataset/zstd_frames.h"
#include "record/json.h"

namespace warpsmith {
namespace {

namespace fs = std::filesystem;

class ReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "warpsmith-reader-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string Write(const std::string& name, std::string_view content) const {
    std::ofstream(root_ / name, std::ios::binary) << content;
    return (root_ / name).string();
  }

  /// A whole shard of one segment.
  static std::string Shard(const SegmentCodec& codec, const std::vector<Record>& records) {
    Result<EncodedSegment> segment = codec.Encode(records);
    PlacedSegment placed{codec.head().size(), segment->bytes.size(), records.size(), segment->footer};
    return std::string(codec.head()) + segment->bytes + *codec.Tail(std::vector<PlacedSegment>{placed});
  }

  /// Records read, or the error.
  static Result<size_t> CountRecords(const std::string& path) {
    Result<DatasetReader> reader = DatasetReader::Open(path);
    if (!reader.ok()) return reader.status();
    for (size_t count = 0;;) {
      Result<std::vector<Record>> records = reader->Next();
      if (!records.ok()) return records.status();
      if (records->empty()) return count;
      count += records->size();
    }
  }

  static std::vector<Record> SomeRecords() {
    std::vector<Record> records;
    for (uint64_t index = 0; index < 5; ++index) records.push_back(TestRecord(index, "cpu"));
    return records;
  }

  fs::path root_;
};

TEST_F(ReaderTest, ReadsEveryFormatByItself) {
  std::vector<Record> records = SomeRecords();
  std::string lines;
  for (const Record& record : records) {
    AppendRecordJson(record, {}, lines);
    lines += '\n';
  }
  EXPECT_EQ(*CountRecords(Write("a.jsonl", lines)), 5u);
  EXPECT_EQ(*CountRecords(Write("b.jsonl.zst", Shard(*MakeJsonLinesCodec(3, false), records))), 5u);
  EXPECT_EQ(*CountRecords(Write("c.parquet", Shard(*MakeParquetCodec(3), records))), 5u);
  EXPECT_EQ(*CountRecords(Write("d.json", lines.substr(0, lines.find('\n')))), 1u);
  Write("warpsmith.json", "{}");
  EXPECT_EQ(*CountRecords(root_.string()), 16u);
}

TEST_F(ReaderTest, SaysWhatIsWrong) {
  EXPECT_NE(CountRecords((root_ / "none").string()).message().find("no such file"), std::string::npos);
  EXPECT_NE(CountRecords(root_.string()).message().find("holds no .parquet"), std::string::npos);
  EXPECT_NE(CountRecords(Write("a.txt", "x")).message().find("is no .parquet"), std::string::npos);
  std::string path = Write("a.jsonl", "{\"id\":\"x\"}\n");
  EXPECT_EQ(CountRecords(path).message(), path + ":1: 'name' is not a string");
  path = Write("a.parquet", "PAR1");
  EXPECT_NE(CountRecords(path).message().find(path), std::string::npos);
  EXPECT_EQ(*CountRecords(Write("empty.jsonl", "")), 0u);
}

/// Damage gives an error or, where it hits nothing that matters, records; never a crash.
TEST_F(ReaderTest, SurvivesDamage) {
  std::mt19937 random(3);
  std::vector<std::pair<std::string, std::string>> originals = {
      {"d.parquet", Shard(*MakeParquetCodec(3), SomeRecords())},
      {"d.jsonl.zst", Shard(*MakeJsonLinesCodec(3, false), SomeRecords())},
  };
  int refused = 0;
  for (const auto& [name, original] : originals) {
    for (int attempt = 0; attempt < 300; ++attempt) {
      std::string damaged = original;
      if (attempt % 3 == 0) {
        damaged.resize(random() % original.size());
      } else {
        for (int hit = 0; hit < 1 + attempt % 4; ++hit) {
          // Half of the hits in the Parquet footer, where the structure is.
          size_t range = attempt % 2 ? original.size() : std::min<size_t>(original.size(), 4000);
          damaged[original.size() - 1 - random() % range] = static_cast<char>(random());
        }
      }
      if (!CountRecords(Write(name, damaged)).ok()) ++refused;
    }
  }
  EXPECT_GT(refused, 400);
}

TEST_F(ReaderTest, ReadsFramesWhoseOutputFillsTheBuffer) {
  std::string line(1 << 20, 'x');
  std::string lines;
  for (int count = 0; count < 3; ++count) lines += line + "\n";
  std::string path = Write("big.zst", *CompressFrame(lines, 3) + *CompressFrame("tail", 3));
  std::unique_ptr<LineReader> reader = std::move(*LineReader::Open(path));
  std::string read;
  for (int count = 0; count < 3; ++count) {
    ASSERT_TRUE(*reader->Next(read));
    EXPECT_TRUE(read == line);
  }
  ASSERT_TRUE(*reader->Next(read));
  EXPECT_EQ(read, "tail");
  EXPECT_FALSE(*reader->Next(read));
}

TEST(Utf8, KnowsWellFormedText) {
  for (std::string_view good : {"", "abcdefghij", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (std::string_view bad : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "12345678\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace warpsmith
