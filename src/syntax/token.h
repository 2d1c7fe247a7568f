// Tokens: a kind and a place, no text. The text is the source's.
#pragma once

#include <cstdint>
#include <string_view>

#include "source/span.h"

namespace warpsmith {

enum class TokenKind : uint8_t {
#define TOKEN(Name, description) Name,
#define KEYWORD(Name, spelling) Keyword##Name,
#define OPERATOR(Name, spelling) Name,
#include "syntax/token_kinds.def"
};

struct Token {
  TokenKind kind = TokenKind::End;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t line = 1;  // of the first byte

  [[nodiscard]] Span span() const { return {begin, end}; }
};

/// For messages: "'+'", "'if'", "name", "end of line".
[[nodiscard]] std::string_view Describe(TokenKind kind);

/// Newline, Indent and Dedent have no extent in the tree; a node never ends with one.
[[nodiscard]] constexpr bool IsLayout(TokenKind kind) {
  return kind == TokenKind::Newline || kind == TokenKind::Indent || kind == TokenKind::Dedent ||
         kind == TokenKind::End;
}

}  // namespace warpsmith
