#include <gtest/gtest.h>

#include <set>

#include "diagnostics/renderer.h"
#include "diagnostics/sink.h"

namespace warpsmith {
namespace {

TEST(Diagnostics, EveryKindHasItsOwnNameAndAFormatThatCanBeFilled) {
  std::set<std::string_view> names;
  for (uint32_t i = 0; i < DiagnosticKindCount(); ++i) {
    auto kind = static_cast<DiagnosticKind>(i);
    EXPECT_TRUE(names.insert(NameOf(kind)).second);
    EXPECT_FALSE(MessageFormat(kind).empty());
  }
}

TEST(DiagnosticSink, CountsBySeverityAndRollsBack) {
  DiagnosticSink sink;
  EXPECT_FALSE(sink.has_errors());
  sink.Emit(DiagnosticKind::NullByte, {0, 1});
  size_t mark = sink.Mark();
  sink.Emit(DiagnosticKind::UnsupportedEncoding, {0, 1}, "koi8-r");
  EXPECT_EQ(sink.Count(Severity::Unsupported), 1u);
  sink.RollBack(mark);
  EXPECT_EQ(sink.Count(Severity::Unsupported), 0u);
  EXPECT_EQ(sink.Count(Severity::Content), 1u);
  EXPECT_TRUE(sink.has_errors());
}

TEST(DiagnosticSink, TakesOverAnother) {
  DiagnosticSink first, second;
  second.Emit(DiagnosticKind::NullByte, {0, 1});
  first.Take(std::move(second));
  EXPECT_EQ(first.Count(Severity::Content), 1u);
  EXPECT_EQ(first.diagnostics().size(), 1u);
}

TEST(Renderer, PointsAtThePlaceAndItsLabels) {
  SourceBuffer source = SourceBuffer::FromText("dir/a.py", "first\nf(é, ]\n");
  DiagnosticSink sink(&source);
  sink.Emit(DiagnosticKind::MismatchedBracket, {12, 13}, "]", "(").Label({7, 8}, "opened here");
  EXPECT_EQ(Render(sink.diagnostics()),
            "dir/a.py:2:6: error: closing parenthesis ']' does not match opening parenthesis '(' [MismatchedBracket]\n"
            " 2 | f(é, ]\n"
            "   |      ^\n"
            " 2 | f(é, ]\n"
            "   |  ^ opened here\n");
}

TEST(Renderer, MarksSpansOfSeveralCharactersAndLines) {
  SourceBuffer source = SourceBuffer::FromText("a.py", "\tabc def\nnext\n");
  DiagnosticSink sink(&source);
  sink.Emit(DiagnosticKind::InvalidSyntax, {1, 12}, "wrong");
  EXPECT_EQ(Render(sink.diagnostics()), "a.py:1:2: error: wrong [InvalidSyntax]\n 1 | \tabc def\n   | \t^^^^^^^\n");
}

TEST(Renderer, ShowsTheRelevantPartOfALongLine) {
  SourceBuffer source = SourceBuffer::FromText("a.py", std::string(5000, 'a') + "?" + std::string(5000, 'b'));
  DiagnosticSink sink(&source);
  sink.Emit(DiagnosticKind::InvalidSyntax, {5000, 5001}, "wrong");
  EXPECT_EQ(Render(sink.diagnostics()), "a.py:1:5001: error: wrong [InvalidSyntax]\n 1 | " + std::string(80, 'a') + "?" +
                                            std::string(79, 'b') + "\n   | " + std::string(80, ' ') + "^\n");
}

TEST(Renderer, KeepsWhatATerminalMightObeyOutOfItsText) {
  SourceBuffer source = SourceBuffer::FromText("a\x1b.py", "x = \xe9\x1b[2J\xc2\x9b + y\n");
  DiagnosticSink sink(&source);
  sink.Emit(DiagnosticKind::InvalidSyntax, {14, 15}, "no \x1b[31m \xff");
  EXPECT_EQ(Render(sink.diagnostics()),
            "a\uFFFD.py:1:14: error: no \uFFFD[31m \uFFFD [InvalidSyntax]\n"
            " 1 | x = \uFFFD\uFFFD[2J\uFFFD + y\n"
            "   |              ^\n");
}

TEST(Renderer, WritesJsonThatIsUtf8) {
  EXPECT_EQ(JsonString("a\"\\\x1b\xc3\xa9\xe9z"), "\"a\\\"\\\\\\u001b\u00e9\uFFFDz\"");
}

TEST(Renderer, WritesJson) {
  SourceBuffer source = SourceBuffer::FromText("a.py", "x = \"\n");
  DiagnosticSink sink(&source);
  sink.Emit(DiagnosticKind::InvalidSyntax, {4, 5}, "say \"no\"\n");
  sink.set_source(nullptr);
  sink.Emit(DiagnosticKind::NullByte, {0, 0});
  EXPECT_EQ(RenderJson(sink.diagnostics()),
            "[{\"kind\":\"InvalidSyntax\",\"severity\":\"error\",\"message\":\"say \\\"no\\\"\\u000a\",\"path\":\"a.py\","
            "\"line\":1,\"column\":4,\"end_line\":1,\"end_column\":5,\"labels\":[]},"
            "{\"kind\":\"NullByte\",\"severity\":\"error\",\"message\":\"source code cannot contain null bytes\"}]");
}

}  // namespace
}  // namespace warpsmith
