#include "source/source_buffer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace warpsmith {
namespace {

TEST(SourceBuffer, FindsLinesOfEveryLineEnd) {
  SourceBuffer source = SourceBuffer::FromText("a.py", "one\ntwo\r\nthree\rfour");
  EXPECT_EQ(source.line_count(), 4u);
  EXPECT_EQ(source.LineText(1), "one");
  EXPECT_EQ(source.LineText(2), "two");
  EXPECT_EQ(source.LineText(3), "three");
  EXPECT_EQ(source.LineText(4), "four");
  EXPECT_EQ(source.LineText(5), "");
  EXPECT_EQ(source.Locate(0), (LineColumn{1, 0}));
  EXPECT_EQ(source.Locate(6), (LineColumn{2, 2}));
  EXPECT_EQ(source.Locate(16), (LineColumn{4, 1}));
  EXPECT_EQ(source.LineAt(1000), 4u);
}

TEST(SourceBuffer, DropsTheByteOrderMark) {
  SourceBuffer source = SourceBuffer::FromText("a.py", "\xEF\xBB\xBFx = 1\n");
  EXPECT_EQ(source.text(), "x = 1\n");
  EXPECT_TRUE(source.had_byte_order_mark());
  EXPECT_FALSE(SourceBuffer::FromText("a.py", "x").had_byte_order_mark());
}

TEST(SourceBuffer, FindsTheFirstByteThatIsNotUtf8) {
  auto offset = [](std::string text) { return SourceBuffer::FromText("a.py", std::move(text)).FindInvalidUtf8(); };
  EXPECT_EQ(offset("plain text of more than eight bytes"), std::nullopt);
  EXPECT_EQ(offset("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9D\x94\x98"), std::nullopt);
  EXPECT_EQ(offset("abc\xFF"), 3u);
  EXPECT_EQ(offset("\xC0\x80"), 0u);          // overlong
  EXPECT_EQ(offset("x\xED\xA0\x80"), 1u);     // surrogate
  EXPECT_EQ(offset("\xF4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(offset("12345678\xE2\x82"), 8u);  // cut off
}

TEST(SourceBuffer, NamesTheFileThatCannotBeRead) {
  Result<SourceBuffer> missing = SourceBuffer::FromFile("/nowhere/missing.py");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.message().find("/nowhere/missing.py"), std::string::npos);
  EXPECT_NE(missing.message().find("No such file"), std::string::npos);
  EXPECT_FALSE(SourceBuffer::FromFile("/tmp").ok());
}

TEST(SourceBuffer, ReadsFilesWhole) {
  std::string path = testing::TempDir() + "/source_buffer_test.py";
  std::ofstream(path, std::ios::binary) << "x = 1\n" << std::string(200000, '#') << "\n";
  Result<SourceBuffer> source = SourceBuffer::FromFile(path, "shown.py");
  std::remove(path.c_str());
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->path(), "shown.py");
  EXPECT_EQ(source->size(), 200007u);
}

}  // namespace
}  // namespace warpsmith
