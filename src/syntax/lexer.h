// Splits Python text into tokens, with Newline, Indent and Dedent as the grammar has them. Comments and blank lines
// leave nothing. A string literal, f-strings included, is one token with its prefix and quotes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "source/source_buffer.h"
#include "syntax/token.h"

namespace warpsmith {

struct LexResult {
  /// Ends with End, or with Error at the place of the first error.
  std::vector<Token> tokens;
  std::optional<Diagnostic> error;
};

/// The text should be valid UTF-8 without null bytes; other input gives an error, never undefined behaviour.
[[nodiscard]] LexResult Lex(const SourceBuffer& source);

/// Appends the tokens of an expression within an f-string, as if it stood in parentheses: line ends are white space.
/// `range` is the text between the braces; `line` is the line of its start. The tokens are a LeftParen in place of the
/// opening brace, the expression, a RightParen in place of what ends it, and End (or Error).
[[nodiscard]] std::optional<Diagnostic> LexEmbedded(const SourceBuffer& source, Span range, uint32_t line,
                                                    std::vector<Token>& tokens);

}  // namespace warpsmith
