#include "unit/source_text.h"

#include <gtest/gtest.h>

namespace warpsmith {
namespace {

TEST(Dedent, RemovesTheCommonMarginAndBlanksWhiteLines) {
  EXPECT_EQ(Dedent("    a\n      b\n   \n    c\n"), "a\n  b\n\nc\n");
  EXPECT_EQ(Dedent("\ta\n\t\tb"), "a\n\tb");
  EXPECT_EQ(Dedent("  a\n\tb"), "  a\n\tb");
  EXPECT_EQ(Dedent(""), "");
}

TEST(SplitLines, EndsLinesWherePythonDoes) {
  EXPECT_EQ(SplitLines("a\nb\n"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(SplitLines("a\r\nb\rc"), (std::vector<std::string_view>{"a", "b", "c"}));
  EXPECT_EQ(SplitLines("a\fb\x1c"
                       "c\xC2\x85"
                       "d\xE2\x80\xA8"
                       "e"),
            (std::vector<std::string_view>{"a", "b", "c", "d", "e"}));
  EXPECT_TRUE(SplitLines("").empty());
  EXPECT_EQ(SplitLines("\n\n").size(), 2u);
}

TEST(ExtractSource, TakesCommentsBelowThatAreIndentedDeeper) {
  SourceBuffer source = SourceBuffer::FromText("a.py", "def f():\n    x = 1\n  # less\n\n# margin\ny = 2\n");
  EXPECT_EQ(ExtractSource(source, 1, 2), "def f():\n    x = 1\n  # less\n");
}

TEST(ExtractSource, GivesLineFeedsWhateverTheFileHas) {
  SourceBuffer source = SourceBuffer::FromText("a.py", "def f():\r\n    x = 1\r\n\r\n    y = 2");
  EXPECT_EQ(ExtractSource(source, 1, 4), "def f():\n    x = 1\n\n    y = 2\n");
}

TEST(ExtractSource, DedentsMethods) {
  SourceBuffer source =
      SourceBuffer::FromText("a.py", "class A:\n    def f():\n        pass\n    # next\n    z = 1\n");
  EXPECT_EQ(ExtractSource(source, 2, 3), "def f():\n    pass\n");
}

}  // namespace
}  // namespace warpsmith
