// Unicode as Python's grammar needs it: UTF-8 coding, and which characters may stand in an identifier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warpsmith {

struct DecodedCharacter {
  uint32_t code_point;
  uint32_t length;  // bytes
};

/// Decodes the character at the start of `text`, which must not be empty. Invalid bytes decode as U+FFFD, length 1.
/// Surrogates in three bytes are decoded (string constants may hold them).
[[nodiscard]] DecodedCharacter DecodeCharacter(std::string_view text);
/// Appends the UTF-8 form; surrogates take three bytes.
void AppendCharacter(uint32_t code_point, std::string& out);

struct InvalidCharacterAt {
  uint32_t offset;
  uint32_t length;
  uint32_t code_point;
};

/// The first character that may not stand where it does in an identifier, if any.
[[nodiscard]] std::optional<InvalidCharacterAt> FindInvalidIdentifierCharacter(std::string_view identifier);

/// The identifier in Unicode's normal form NFKC, in which Python compares names.
[[nodiscard]] std::string NormalizeIdentifier(std::string_view identifier);

}  // namespace warpsmith
