// The values of number and string tokens.
#pragma once

#include <string>
#include <string_view>

#include "base/symbols.h"
#include "syntax/ast.h"

namespace warpsmith {

/// What went wrong in a literal; `offset` and `length` are bytes within the decoded text.
struct LiteralError {
  bool failed = false;
  size_t offset = 0;
  size_t length = 0;
  std::string reason;
};

/// More digits than these CPython reads in other bases alone (sys.int_info.default_max_str_digits).
inline constexpr size_t kMaxDecimalDigits = 4300;

/// An integer of decimal digits, as "0x1f".
[[nodiscard]] std::string ToHexadecimal(std::string_view digits);

/// The value of a number token, which the lexer has found well-formed. Fails on decimal integers of more than 4300
/// digits, as CPython does.
[[nodiscard]] ConstantValue DecodeNumber(std::string_view text, SymbolTable& symbols, LiteralError& error);

/// A string token's parts.
struct StringLiteral {
  bool raw = false;
  bool bytes = false;
  bool formatted = false;
  bool u_prefix = false;    // exactly `u`
  uint32_t body_begin = 0;  // offsets within the token of the text between the quotes
  uint32_t body_end = 0;
};
[[nodiscard]] StringLiteral SplitStringToken(std::string_view token);

/// Appends the value of a piece of a string literal: escapes decoded unless raw, line ends as "\n".
[[nodiscard]] LiteralError DecodeString(std::string_view piece, bool raw, bool bytes, std::string& out);

/// Whether decoding would copy the piece unchanged.
[[nodiscard]] bool IsVerbatim(std::string_view piece, bool raw);

}  // namespace warpsmith
