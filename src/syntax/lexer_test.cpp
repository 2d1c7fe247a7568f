#include "syntax/lexer.h"

#include <gtest/gtest.h>

#include <string>

#include "diagnostics/renderer.h"

namespace warpsmith {
namespace {

/// The kinds of the tokens, as they are described, in one line.
std::string Kinds(std::string text) {
  SourceBuffer source = SourceBuffer::FromText("a.py", std::move(text));
  LexResult result = Lex(source);
  std::string kinds;
  for (const Token& token : result.tokens) {
    if (!kinds.empty()) kinds += ' ';
    kinds += token.kind == TokenKind::Newline  ? "NL"
             : token.kind == TokenKind::Indent ? ">"
             : token.kind == TokenKind::Dedent ? "<"
             : token.kind == TokenKind::End    ? "$"
             : token.kind == TokenKind::Error  ? std::string(NameOf(result.error->kind))
                                               : std::string(source.Text(token.span()));
  }
  return kinds;
}

TEST(Lexer, IndentsBlocks) {
  EXPECT_EQ(Kinds("if a:\n  b\n\n  # c\n  d\ne"), "if a : NL > b NL d NL < e NL $");
  EXPECT_EQ(Kinds("if a:\n\tb\n        c\n"), "if a : NL > b NL InconsistentTabs");
  EXPECT_EQ(Kinds("if a:\n    b\n  c\n"), "if a : NL > b NL < InconsistentDedent");
  EXPECT_EQ(Kinds("a\n\f\nb\n"), "a NL b NL $");
  EXPECT_EQ(Kinds(""), "$");
  EXPECT_EQ(Kinds("# only a comment"), "$");
}

TEST(Lexer, JoinsLines) {
  EXPECT_EQ(Kinds("a = (b,\n  # c\n  d)\r\n"), "a = ( b , d ) NL $");
  EXPECT_EQ(Kinds("a = \\\n  b\n"), "a = b NL $");
  EXPECT_EQ(Kinds("a = \\ b\n"), "a = InvalidSyntax");
  EXPECT_EQ(Kinds("a = \\"), "a = InvalidSyntax");
}

TEST(Lexer, SplitsOperatorsGreedily) {
  EXPECT_EQ(Kinds("a**=b//c>>=d->e:=f...g!=h<<i"), "a **= b // c >>= d -> e := f ... g != h << i NL $");
  EXPECT_EQ(Kinds("a ? b"), "a InvalidCharacter");
  EXPECT_EQ(Kinds("a \x01"), "a InvalidCharacter");
}

TEST(Lexer, KnowsStringsByPrefixAndQuotes) {
  EXPECT_EQ(Kinds("rb'a' f\"{x}\" '' '''a\nb'''"), "rb'a' f\"{x}\" '' '''a\nb''' NL $");
  EXPECT_EQ(Kinds("'a\\'b' bu'c'"), "'a\\'b' bu 'c' NL $");
  EXPECT_EQ(Kinds("'abc\n'"), "UnterminatedString");
  EXPECT_EQ(Kinds("\"\"\"abc"), "UnterminatedString");
}

TEST(Lexer, KnowsNumbers) {
  EXPECT_EQ(Kinds("0x_fF 0o17 0b1_0 1_000 00 1. .5e-3 1e5j"), "0x_fF 0o17 0b1_0 1_000 00 1. .5e-3 1e5j NL $");
  EXPECT_EQ(Kinds("1if x"), "1 if x NL $");
  for (const char* bad : {"1__0", "1_", "0x", "0b12", "0o8", "1e+", "1x", "1.real"}) EXPECT_EQ(Kinds(bad), "InvalidNumber") << bad;
  EXPECT_EQ(Kinds("0777"), "InvalidSyntax");
}

TEST(Lexer, ChecksBrackets) {
  EXPECT_EQ(Kinds("(a"), "( a UnclosedBracket");
  EXPECT_EQ(Kinds("(a]"), "( a MismatchedBracket");
  EXPECT_EQ(Kinds("a)"), "a UnmatchedBracket");
  EXPECT_TRUE(Kinds(std::string(300, '(')).ends_with("TooDeeplyNested"));
}

TEST(Lexer, TakesUnicodeIdentifiers) {
  EXPECT_EQ(Kinds("π2 = été"), "π2 = été NL $");
  EXPECT_EQ(Kinds("a€"), "InvalidCharacter");
}

}  // namespace
}  // namespace warpsmith
