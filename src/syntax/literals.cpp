#include "syntax/literals.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "syntax/character_names.h"
#include "syntax/characters.h"

namespace warpsmith {
namespace {

uint32_t DigitValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  return static_cast<uint32_t>((c | 0x20) - 'a') + 10;
}

/// Digits of a base that is a power of two, as decimal text.
std::string ToDecimal(std::string_view digits, uint32_t bits_per_digit) {
  constexpr uint32_t kLimb = 1000000000;
  std::vector<uint32_t> limbs{0};
  for (char c : digits) {
    uint64_t carry = DigitValue(c);
    for (uint32_t& limb : limbs) {
      uint64_t value = (uint64_t{limb} << bits_per_digit) + carry;
      limb = static_cast<uint32_t>(value % kLimb);
      carry = value / kLimb;
    }
    if (carry != 0) limbs.push_back(static_cast<uint32_t>(carry));
  }
  std::string text = fmt::format("{}", limbs.back());
  for (size_t i = limbs.size() - 1; i-- > 0;) fmt::format_to(std::back_inserter(text), "{:09}", limbs[i]);
  return text;
}

}  // namespace

std::string ToHexadecimal(std::string_view digits) {
  std::vector<uint32_t> limbs{0};  // of 32 bits, the lowest first
  for (char c : digits) {
    uint64_t carry = DigitValue(c);
    for (uint32_t& limb : limbs) {
      const uint64_t value = uint64_t{limb} * 10 + carry;
      limb = static_cast<uint32_t>(value);
      carry = value >> 32;
    }
    if (carry != 0) limbs.push_back(static_cast<uint32_t>(carry));
  }
  std::string text = fmt::format("0x{:x}", limbs.back());
  for (size_t i = limbs.size() - 1; i-- > 0;) fmt::format_to(std::back_inserter(text), "{:08x}", limbs[i]);
  return text;
}

namespace {

ConstantValue DecodeInteger(std::string_view digits, int base, SymbolTable& symbols, LiteralError& error) {
  int64_t value = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (status == std::errc()) return ConstantValue::Int(value);
  if (base != 10) {
    uint32_t bits = base == 16 ? 4 : base == 8 ? 3 : 1;
    return ConstantValue::Text(ConstantKind::BigInt, symbols.Intern(ToDecimal(digits, bits)));
  }
  if (digits.size() > kMaxDecimalDigits) {
    error = {true, 0, digits.size(), "integer of more than 4300 decimal digits"};
    return ConstantValue::Int(0);
  }
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return ConstantValue::Text(ConstantKind::BigInt, symbols.Intern(digits));
}

double DecodeFloat(std::string_view text) {
  double value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc::result_out_of_range) return value;
  // Too large or too small: the C library gives infinity or the nearest denormal or zero.
  return std::strtod(std::string(text).c_str(), nullptr);
}

std::optional<char> SimpleEscape(char c) {
  switch (c) {
    case '\\': case '\'': case '"': return c;
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return std::nullopt;
  }
}

/// Decodes one literal; `at` is always at the first byte not yet taken.
class StringDecoder {
 public:
  StringDecoder(std::string_view text, bool raw, bool bytes, std::string& out)
      : text_(text), raw_(raw), bytes_(bytes), out_(out) {}

  LiteralError Run() {
    while (at_ < text_.size() && !error_.failed) {
      size_t plain = at_;
      while (at_ < text_.size() && text_[at_] != '\\' && text_[at_] != '\r') ++at_;
      out_.append(text_.substr(plain, at_ - plain));
      if (at_ >= text_.size()) break;
      if (text_[at_] == '\r') LineEnd();
      else if (raw_) out_.push_back(text_[at_++]);
      else Escape();
    }
    return std::move(error_);
  }

 private:
  void LineEnd() {
    at_ += at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
    out_.push_back('\n');
  }

  void Put(uint32_t code_point) {
    if (bytes_) out_.push_back(static_cast<char>(code_point));
    else AppendCharacter(code_point, out_);
  }

  void Escape() {
    size_t begin = at_++;
    if (at_ >= text_.size()) return out_.push_back('\\');  // before the brace of an f-string
    char c = text_[at_];
    if (c == '\n') return void(++at_);
    if (c == '\r') {
      at_ += at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
      return;
    }
    if (auto simple = SimpleEscape(c)) {
      ++at_;
      return out_.push_back(*simple);
    }
    if (c >= '0' && c <= '7') return Octal();
    if (c == 'x') return Hexadecimal(begin, 2);
    if (!bytes_ && c == 'u') return Hexadecimal(begin, 4);
    if (!bytes_ && c == 'U') return Hexadecimal(begin, 8);
    if (!bytes_ && c == 'N') return Named(begin);
    out_.push_back('\\');  // not an escape: both characters stay
  }

  void Octal() {
    uint32_t value = 0;
    for (int digits = 0; digits < 3 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7'; ++digits) {
      value = value * 8 + DigitValue(text_[at_++]);
    }
    Put(bytes_ ? value & 0xFF : value);
  }

  void Hexadecimal(size_t begin, size_t digits) {
    ++at_;
    uint32_t value = 0;
    for (size_t i = 0; i < digits; ++i, ++at_) {
      bool is_digit = at_ < text_.size() && std::isxdigit(static_cast<unsigned char>(text_[at_])) != 0;
      if (!is_digit) return Fail(begin, fmt::format("expected {} hexadecimal digits", digits));
      value = value * 16 + DigitValue(text_[at_]);
    }
    if (value > 0x10FFFF) return Fail(begin, "illegal Unicode character");
    Put(value);
  }

  void Named(size_t begin) {
    ++at_;
    size_t close = text_.find('}', at_);
    if (at_ >= text_.size() || text_[at_] != '{' || close == std::string_view::npos || close == at_ + 1) {
      return Fail(begin, "malformed \\N character escape");
    }
    std::optional<uint32_t> code_point = FindCharacterByName(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    if (!code_point) return Fail(begin, "unknown Unicode character name");
    Put(*code_point);
  }

  void Fail(size_t begin, std::string reason) {
    size_t end = std::min(std::max(at_, begin + 2), text_.size());
    error_ = {true, begin, end - begin, std::move(reason)};
  }

  std::string_view text_;
  bool raw_;
  bool bytes_;
  std::string& out_;
  size_t at_ = 0;
  LiteralError error_;
};

}  // namespace

ConstantValue DecodeNumber(std::string_view text, SymbolTable& symbols, LiteralError& error) {
  std::string without_underscores;
  if (text.find('_') != std::string_view::npos) {
    for (char c : text) {
      if (c != '_') without_underscores.push_back(c);
    }
    text = without_underscores;
  }
  if (text.size() > 2 && text[0] == '0') {
    switch (text[1] | 0x20) {
      case 'x': return DecodeInteger(text.substr(2), 16, symbols, error);
      case 'o': return DecodeInteger(text.substr(2), 8, symbols, error);
      case 'b': return DecodeInteger(text.substr(2), 2, symbols, error);
      default: break;
    }
  }
  if ((text.back() | 0x20) == 'j') return ConstantValue::Complex(DecodeFloat(text.substr(0, text.size() - 1)));
  if (text.find_first_of(".eE") != std::string_view::npos) return ConstantValue::Float(DecodeFloat(text));
  return DecodeInteger(text, 10, symbols, error);
}

StringLiteral SplitStringToken(std::string_view token) {
  StringLiteral literal;
  size_t at = 0;
  for (; token[at] != '"' && token[at] != '\''; ++at) {
    switch (token[at] | 0x20) {
      case 'r': literal.raw = true; break;
      case 'b': literal.bytes = true; break;
      case 'f': literal.formatted = true; break;
      default: break;
    }
  }
  literal.u_prefix = token[0] == 'u';
  bool triple = token.size() - at >= 6 && token[at + 1] == token[at] && token[at + 2] == token[at];
  size_t quotes = triple ? 3 : 1;
  literal.body_begin = static_cast<uint32_t>(at + quotes);
  literal.body_end = static_cast<uint32_t>(token.size() - quotes);
  return literal;
}

LiteralError DecodeString(std::string_view piece, bool raw, bool bytes, std::string& out) {
  if (bytes) {
    for (size_t i = 0; i < piece.size(); ++i) {
      if (static_cast<unsigned char>(piece[i]) >= 0x80) {
        return {true, i, DecodeCharacter(piece.substr(i)).length, "bytes can only contain ASCII literal characters"};
      }
    }
  }
  return StringDecoder(piece, raw, bytes, out).Run();
}

bool IsVerbatim(std::string_view piece, bool raw) {
  if (piece.size() > 256) {
    return piece.find('\r') == std::string_view::npos && (raw || piece.find('\\') == std::string_view::npos);
  }
  for (char c : piece) {
    if (c == '\r' || (c == '\\' && !raw)) return false;
  }
  return true;
}

}  // namespace warpsmith
