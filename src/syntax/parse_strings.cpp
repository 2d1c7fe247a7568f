#include <fmt/format.h>

#include "syntax/lexer.h"
#include "syntax/parser_impl.h"

// String literals: adjacent ones are one value; f-strings become JoinedStr with the expressions within them parsed, as
// CPython 3.11 does it (fstring_find_literal and fstring_find_expr in Parser/string_parser.c). All parts of an f-string
// have the position of the whole; the expressions within have their own. (One of
// CPython's is not reproduced: the wrong column of a string of several lines within the braces.)

namespace warpsmith::syntax {

struct Parser::FormattedState {
  NodePosition whole;
  bool u_prefix = false;
  NodePosition token;          // the token being read
  StringLiteral literal;       // its parts
  std::vector<NodeId> values;
  std::string text;            // constant text not yet in `values`
};

namespace {

constexpr int kMaxFormatNesting = 2;
constexpr size_t kMaxBrackets = 200;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

NodeId Parser::ParseStrings() {
  size_t count = 0;
  bool formatted = false;
  std::optional<bool> bytes;
  for (; Ahead(count).kind == Kind::String; ++count) {
    const Token& token = Ahead(count);
    StringLiteral literal = SplitStringToken(TextOf(token));
    formatted |= literal.formatted;
    if (bytes && *bytes != literal.bytes) {
      return FailSyntax({Current().begin, token.end}, "cannot mix bytes and nonbytes literals");
    }
    bytes = literal.bytes;
  }
  return formatted ? ParseFormattedStrings(count) : ParsePlainStrings(count);
}

bool Parser::DecodePiece(Span piece, const StringLiteral& literal, std::string& out) {
  LiteralError error = DecodeString(source_.Text(piece), literal.raw, literal.bytes, out);
  if (!error.failed) return true;
  auto begin = piece.begin + static_cast<uint32_t>(error.offset);
  Span span{begin, begin + static_cast<uint32_t>(error.length)};
  if (source_.Text(span).starts_with('\\')) {
    Fail(DiagnosticKind::InvalidEscape, span, source_.Text(span), error.reason);
  } else {
    FailSyntax(span, error.reason);
  }
  return false;
}

NodeId Parser::ParsePlainStrings(size_t count) {
  Token first = Current();
  StringLiteral literal = SplitStringToken(TextOf(first));
  bool has_u_prefix = literal.u_prefix;
  ConstantKind kind = literal.bytes ? ConstantKind::Bytes : ConstantKind::String;
  Span body{first.begin + literal.body_begin, first.begin + literal.body_end};
  SymbolId text_id;
  if (count == 1 && !literal.bytes && IsVerbatim(source_.Text(body), literal.raw)) {
    text_id = ast_.symbols().Intern(source_.Text(body));
    Advance();
  } else {
    text_buffer_.clear();
    for (size_t i = 0; i < count; ++i) {
      const Token& token = Current();
      literal = SplitStringToken(TextOf(token));
      body = {token.begin + literal.body_begin, token.begin + literal.body_end};
      if (!DecodePiece(body, literal, text_buffer_)) return error_node_;
      Advance();
    }
    text_id = ast_.symbols().Intern(text_buffer_);
  }
  return ast_.Add(py::Constant{ConstantValue::Text(kind, text_id, has_u_prefix)}, From(first));
}

NodeId Parser::ParseFormattedStrings(size_t count) {
  FormattedState state;
  Token first = Current();
  state.whole = {{first.begin, Ahead(count - 1).end}, first.line};
  state.u_prefix = SplitStringToken(TextOf(first)).u_prefix;
  for (size_t i = 0; i < count && !failed_; ++i) {
    Token token = Current();
    state.token = {token.span(), token.line};
    state.literal = SplitStringToken(TextOf(token));
    uint32_t at = token.begin + state.literal.body_begin;
    uint32_t end = token.begin + state.literal.body_end;
    if (state.literal.formatted) ParseFormattedBody(state, at, end, 0);
    else DecodePiece({at, end}, state.literal, state.text);
    if (!failed_) Advance();
  }
  if (failed_) return error_node_;
  FlushFormattedText(state);
  return ast_.Add(py::JoinedStr{ast_.AddList(state.values)}, state.whole);
}

void Parser::FlushFormattedText(FormattedState& state) {
  if (state.text.empty()) return;
  SymbolId text_id = ast_.symbols().Intern(state.text);
  state.values.push_back(
      ast_.Add(py::Constant{ConstantValue::Text(ConstantKind::String, text_id, state.u_prefix)}, state.whole));
  state.text.clear();
}

/// Literal text and replacement fields up to `end`, or within a format specification up to its closing brace.
void Parser::ParseFormattedBody(FormattedState& state, uint32_t& at, uint32_t end, int level) {
  std::string_view text = source_.text();
  while (!failed_) {
    bool doubled_brace = ScanFormattedLiteral(state, at, end, level);
    if (doubled_brace || failed_) continue;
    if (at >= end || text[at] == '}') return;
    ParseReplacementField(state, at, end, level);
  }
}

/// Reads text up to a brace. True where it ended with a doubled brace, of which one is in the text.
bool Parser::ScanFormattedLiteral(FormattedState& state, uint32_t& at, uint32_t end, int level) {
  std::string_view text = source_.text();
  uint32_t begin = at;
  uint32_t literal_end = end;
  bool doubled = false;
  while (at < end) {
    char c = text[at];
    if (c == '\\' && !state.literal.raw && at + 1 < end) {
      c = text[++at];
      if (c == 'N') {
        // The braces of \N{name} are not a replacement field.
        ++at;
        if (at < end && text[at] == '{') {
          while (at < end && text[at] != '}') ++at;
          if (at < end) ++at;
        } else if (at < end) {
          ++at;
        }
        continue;
      }
    }
    if (c != '{' && c != '}') {
      ++at;
      continue;
    }
    literal_end = at;
    if (level == 0) {
      doubled = at + 1 < end && text[at + 1] == c;
      if (doubled) literal_end = at + 1;
      else if (c == '}') Fail(DiagnosticKind::InvalidFString, {at, at + 1}, "single '}' is not allowed");
    }
    break;
  }
  if (failed_) return false;
  if (at >= end) literal_end = end;
  DecodePiece({begin, literal_end}, state.literal, state.text);
  if (doubled) at += 2;
  return doubled;
}

/// At `{`; leaves `at` after the matching `}`.
void Parser::ParseReplacementField(FormattedState& state, uint32_t& at, uint32_t end, int level) {
  std::string_view text = source_.text();
  uint32_t open = at;
  auto fail = [&](std::string_view message) { Fail(DiagnosticKind::InvalidFString, {open, open + 1}, message); };
  if (level >= kMaxFormatNesting) return fail("expressions nested too deeply");
  uint32_t expression_begin = ++at;
  at = ScanReplacementExpression(expression_begin, end);
  if (failed_) return;
  if (at >= end) return fail("expecting '}'");
  NodeId value = ParseEmbeddedExpression(state, {expression_begin, at});
  if (failed_) return;
  bool shows_text = text[at] == '=';
  if (shows_text) {
    ++at;
    while (at < end && IsSpace(text[at])) ++at;
    if (at >= end) return fail("expecting '}'");
    StringLiteral verbatim{.raw = true};
    DecodePiece({expression_begin, at}, verbatim, state.text);
  }
  int32_t conversion = text[at] == '!' ? ParseConversion(at, end) : -1;
  if (failed_) return;
  if (at >= end) return fail("expecting '}'");
  NodeId format;
  if (text[at] == ':') {
    ++at;
    FormattedState inner;
    inner.whole = state.whole;
    inner.u_prefix = state.u_prefix;
    inner.token = state.token;
    inner.literal = state.literal;
    ParseFormattedBody(inner, at, end, level + 1);
    if (failed_) return;
    // A format specification and its last text have the position of their token, even where the string has several.
    inner.whole = inner.token;
    inner.u_prefix = false;
    FlushFormattedText(inner);
    format = ast_.Add(py::JoinedStr{ast_.AddList(inner.values)}, inner.whole);
  }
  if (at >= end || text[at] != '}') return fail("expecting '}'");
  ++at;
  if (shows_text && conversion == -1 && !format.valid()) conversion = 'r';
  FlushFormattedText(state);
  state.values.push_back(ast_.Add(py::FormattedValue{value, conversion, format}, state.whole));
}

int32_t Parser::ParseConversion(uint32_t& at, uint32_t end) {
  std::string_view text = source_.text();
  uint32_t begin = ++at;
  while (at < end && text[at] != '}' && text[at] != ':') ++at;
  std::string_view conversion = source_.Text({begin, at});
  if (conversion == "s" || conversion == "r" || conversion == "a") return conversion[0];
  Fail(DiagnosticKind::InvalidFString, {begin, std::max(at, begin + 1)},
       at >= end            ? "expecting '}'"
       : conversion.empty() ? "expected conversion character"
                            : "invalid conversion character: expected 's', 'r', or 'a'");
  return -1;
}

/// The end of the expression that begins at `begin`: the offset of the `!`, `:`, `=` or `}` after it.
uint32_t Parser::ScanReplacementExpression(uint32_t begin, uint32_t end) {
  std::string_view text = source_.text();
  std::string open_brackets;
  char quote = 0;
  bool triple = false;
  auto fail = [&](uint32_t offset, std::string message) {
    Fail(DiagnosticKind::InvalidFString, {offset, offset + 1}, std::move(message));
    return end;
  };
  auto three = [&](uint32_t at) { return at + 2 < end && text[at + 1] == text[at] && text[at + 2] == text[at]; };
  uint32_t at = begin;
  for (; at < end; ++at) {
    char c = text[at];
    if (c == '\\') return fail(at, "expression part cannot include a backslash");
    if (quote != 0) {
      if (c != quote || (triple && !three(at))) continue;
      if (triple) at += 2;
      quote = 0;
      continue;
    }
    if (c == '\'' || c == '"') {
      quote = c;
      triple = three(at);
      if (triple) at += 2;
    } else if (c == '(' || c == '[' || c == '{') {
      if (open_brackets.size() >= kMaxBrackets) return fail(at, "too many nested parenthesis");
      open_brackets.push_back(c);
    } else if (c == '#') {
      return fail(at, "expression part cannot include '#'");
    } else if (open_brackets.empty() && std::string_view("!:}=><").find(c) != std::string_view::npos) {
      bool two = at + 1 < end && text[at + 1] == '=' && std::string_view("!=<>").find(c) != std::string_view::npos;
      if (two) ++at;
      else if (c != '<' && c != '>') return at;
    } else if (c == ')' || c == ']' || c == '}') {
      if (open_brackets.empty()) return fail(at, fmt::format("unmatched '{}'", c));
      char open = open_brackets.back();
      if (c != (open == '(' ? ')' : open == '[' ? ']' : '}')) {
        return fail(at, fmt::format("closing parenthesis '{}' does not match opening parenthesis '{}'", c, open));
      }
      open_brackets.pop_back();
    }
  }
  if (quote != 0) return fail(begin, "unterminated string");
  if (!open_brackets.empty()) return fail(begin, fmt::format("unmatched '{}'", open_brackets.back()));
  return at;
}

NodeId Parser::ParseEmbeddedExpression(const FormattedState& state, Span range) {
  std::string_view text = source_.Text(range);
  if (std::all_of(text.begin(), text.end(), IsSpace)) {
    return Fail(DiagnosticKind::InvalidFString, {range.begin - 1, range.end}, "empty expression not allowed");
  }
  // The tokens go behind those of the file and are dropped afterwards.
  size_t token_count = tokens_.size();
  size_t position = position_;
  bool one_line = source_.Text(state.token.span).find_first_of("\r\n") == std::string_view::npos;
  uint32_t line = one_line ? state.token.line : source_.LineAt(range.begin);
  std::optional<Diagnostic> error = LexEmbedded(source_, range, line, tokens_);
  std::swap(lex_error_, error);
  position_ = token_count;
  DepthGuard guard(*this);
  NodeId value = guard.ok ? ParseParenthesized() : error_node_;
  if (!failed_ && !At(Kind::End)) FailExpected("'}'");
  std::swap(lex_error_, error);
  tokens_.resize(token_count);
  position_ = failed_ ? token_count - 1 : position;
  return value;
}

}  // namespace warpsmith::syntax
