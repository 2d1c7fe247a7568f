#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/dump.h"
#include "syntax/literals.h"
#include "syntax/printer_impl.h"

// Constants and f-strings. Within the braces of an f-string Python 3.11 allows neither backslashes nor the quotes of the
// string around; text there is written as it is, and quotes are tried until some fit.

namespace warpsmith::syntax {
namespace {

constexpr std::string_view kQuotes[] = {"'", "\"", "'''", "\"\"\""};
constexpr size_t kQuoteCount = std::size(kQuotes);

bool Has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The quotes that may be used within the braces of a string with this quote.
uint8_t InnerQuotes(size_t quote, uint8_t allowed) {
  constexpr uint8_t kInner[] = {0b1010, 0b0101, 0b1011, 0b0111};
  return kInner[quote] & allowed;
}

/// Whether `text` can stand between these quotes without any escape.
bool FitsVerbatim(std::string_view text, std::string_view quote) {
  if (Has(text, "\\") || Has(text, quote) || Has(text, "\r")) return false;
  if (quote.size() == 1) return !Has(text, "\n");
  return !text.ends_with(quote[0]);
}

/// Escaped for a string with a single quote of this kind; `braces` says what becomes of { and }.
enum class Braces : uint8_t { Double, Escape };
void AppendEscaped(std::string_view text, char quote, Braces braces, std::string& out) {
  while (!text.empty()) {
    DecodedCharacter character = DecodeCharacter(text);
    uint32_t c = character.code_point;
    text.remove_prefix(character.length);
    if (c == '{' || c == '}') {
      if (braces == Braces::Double) out.append(2, static_cast<char>(c));
      else fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || c == static_cast<uint32_t>(quote)) {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7F) {
      out += static_cast<char>(c);
    } else if (c < 0x100) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
    } else if (c < 0x10000) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else {
      fmt::format_to(std::back_inserter(out), "\\U{:08x}", c);
    }
  }
}

}  // namespace

void Printer::Constant(const ConstantValue& value) {
  bool is_text = value.kind == ConstantKind::String || value.kind == ConstantKind::Bytes;
  if (value.has_u_prefix) out_ += 'u';
  if (is_text && verbatim_) return VerbatimString(value);
  bool real = value.kind == ConstantKind::Float || value.kind == ConstantKind::Complex;
  if (real && std::isinf(value.float_value())) {
    out_ += value.float_value() < 0 ? "-1e309" : "1e309";
    if (value.kind == ConstantKind::Complex) out_ += 'j';
    return;
  }
  if (value.kind == ConstantKind::BigInt && ast_.Text(value).size() > kMaxDecimalDigits) {
    out_ += ToHexadecimal(ast_.Text(value));
    return;
  }
  if (value.kind == ConstantKind::Ellipsis) out_ += "...";
  else AppendConstant(ast_, value, out_);
}

void Printer::VerbatimString(const ConstantValue& value) {
  std::string_view text = ast_.Text(value);
  if (value.kind == ConstantKind::Bytes) out_ += 'b';
  for (size_t i = 0; i < kQuoteCount; ++i) {
    if ((allowed_quotes_ >> i & 1) == 0 || !FitsVerbatim(text, kQuotes[i])) continue;
    out_ += kQuotes[i];
    out_ += text;
    out_ += kQuotes[i];
    return;
  }
  quotes_failed_ = true;
}

void Printer::PrintExpression(const py::JoinedStr& view) {
  // The prefix of the first of several adjacent strings marks the text of all.
  for (NodeId part : ast_.List(view.values)) {
    auto constant = ast_.If<py::Constant>(part);
    if (!constant || !constant->value.has_u_prefix) continue;
    out_ += (allowed_quotes_ & 1) != 0 ? "u'' " : "u\"\" ";
    break;
  }
  size_t begin = out_.size();
  bool failed_before = quotes_failed_;
  for (size_t quote = 0; quote < kQuoteCount; ++quote) {
    if ((allowed_quotes_ >> quote & 1) == 0) continue;
    out_.resize(begin);
    quotes_failed_ = failed_before;
    if (FormattedString(view, quote)) return;
  }
  quotes_failed_ = true;
}

bool Printer::FormattedString(const py::JoinedStr& view, size_t quote) {
  out_ += 'f';
  out_ += kQuotes[quote];
  size_t begin = out_.size();
  bool fits = FormattedParts(view.values, quote, /*in_format=*/false);
  std::string_view body = std::string_view(out_).substr(begin);
  if (verbatim_) fits = fits && FitsVerbatim(body, kQuotes[quote]);
  // What stands in braces is verbatim and must not end the string.
  fits = fits && (kQuotes[quote].size() == 1 || !Has(body, kQuotes[quote]));
  out_ += kQuotes[quote];
  return fits;
}

bool Printer::FormattedParts(NodeListId values, size_t quote, bool in_format) {
  bool fits = true;
  for (NodeId part : ast_.List(values)) {
    if (auto field = ast_.If<py::FormattedValue>(part)) {
      fits = FormattedField(*field, quote) && fits;
      continue;
    }
    std::string_view text = ast_.Text(ast_.Get<py::Constant>(part).value);
    if (!verbatim_) {
      AppendEscaped(text, kQuotes[quote][0], in_format ? Braces::Escape : Braces::Double, out_);
      continue;
    }
    if (in_format && (Has(text, "{") || Has(text, "}"))) fits = false;
    for (char c : text) {
      out_ += c;
      if (c == '{' || c == '}') out_ += c;
    }
  }
  return fits;
}

bool Printer::FormattedField(const py::FormattedValue& view, size_t quote) {
  out_ += '{';
  size_t begin = out_.size();
  {
    uint8_t allowed = allowed_quotes_;
    bool verbatim = verbatim_;
    allowed_quotes_ = InnerQuotes(quote, allowed);
    verbatim_ = true;
    quotes_failed_ = false;
    Expression(view.value, Level::Or);
    allowed_quotes_ = allowed;
    verbatim_ = verbatim;
  }
  bool fits = !quotes_failed_;
  quotes_failed_ = false;
  std::string_view text = std::string_view(out_).substr(begin);
  fits = fits && !Has(text, "\\") && !Has(text, kQuotes[quote]) && (kQuotes[quote].size() == 3 || !Has(text, "\n"));
  if (text.starts_with('{')) out_.insert(begin, 1, ' ');
  if (view.conversion > 0) {
    out_ += '!';
    out_ += static_cast<char>(view.conversion);
  }
  if (view.format_spec.valid()) {
    out_ += ':';
    fits = FormattedParts(ast_.Get<py::JoinedStr>(view.format_spec).values, quote, /*in_format=*/true) && fits;
  }
  out_ += '}';
  return fits;
}

}  // namespace warpsmith::syntax
