#include "syntax/lexer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "syntax/characters.h"

namespace warpsmith {
namespace {

constexpr size_t kMaxBrackets = 200;  // as CPython
constexpr size_t kMaxIndents = 100;
constexpr uint32_t kTabSize = 8;

enum CharacterClass : uint8_t { kOther, kNameStart, kDigit };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    classes[static_cast<size_t>(c)] = letter ? kNameStart : (c >= '0' && c <= '9') ? kDigit : kOther;
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

bool ContinuesName(char c) { return kClasses[static_cast<unsigned char>(c)] != kOther; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

struct Keyword {
  std::string_view spelling;
  TokenKind kind;
};

// In the order of token_kinds.def, so those with the same first letter are adjacent.
constexpr Keyword kKeywords[] = {
#define TOKEN(Name, description)
#define OPERATOR(Name, spelling)
#define KEYWORD(Name, spelling) {spelling, TokenKind::Keyword##Name},
#include "syntax/token_kinds.def"
};

/// For each byte, the range of the keywords that begin with it.
struct KeywordRange {
  uint8_t begin = 0;
  uint8_t end = 0;
};
constexpr std::array<KeywordRange, 256> MakeKeywordRanges() {
  std::array<KeywordRange, 256> ranges{};
  for (size_t i = 0; i < std::size(kKeywords); ++i) {
    KeywordRange& range = ranges[static_cast<unsigned char>(kKeywords[i].spelling[0])];
    if (range.end == 0) range.begin = static_cast<uint8_t>(i);
    range.end = static_cast<uint8_t>(i + 1);
  }
  return ranges;
}
constexpr std::array<KeywordRange, 256> kKeywordRanges = MakeKeywordRanges();

TokenKind ClassifyWord(std::string_view word) {
  KeywordRange range = kKeywordRanges[static_cast<unsigned char>(word[0])];
  for (size_t i = range.begin; i < range.end; ++i) {
    std::string_view keyword = kKeywords[i].spelling;
    if (keyword.size() == word.size() && keyword[1] == word[1] && keyword == word) return kKeywords[i].kind;
  }
  return TokenKind::Name;
}

class Lexer {
 public:
  Lexer(const SourceBuffer& source, std::vector<Token>& tokens, uint32_t begin, uint32_t end, uint32_t line)
      : source_(source), text_(source.text().substr(0, end)), tokens_(tokens), at_(begin), end_(end), line_(line) {}

  void Run() {
    indents_.push_back({0, 0});
    while (!error_ && StartLine()) LexLogicalLine();
    if (error_) {
      Push(TokenKind::Error, at_);
      return;
    }
    for (size_t i = indents_.size(); i > 1; --i) Push(TokenKind::Dedent, at_);
    Push(TokenKind::End, at_);
  }

  void RunEmbedded() {
    // The parentheses that CPython puts around the expression take the places of the braces.
    tokens_.push_back({TokenKind::LeftParen, at_ - 1, at_, line_});
    brackets_.push_back({'(', at_ - 1, line_});
    while (!error_) {
      SkipSpace();
      if (at_ >= end_) break;
      LexToken();
    }
    if (!error_ && brackets_.size() > 1) ReportUnclosed();
    if (error_) {
      Push(TokenKind::Error, at_);
      return;
    }
    tokens_.push_back({TokenKind::RightParen, end_, end_ + 1, line_});
    tokens_.push_back({TokenKind::End, end_ + 1, end_ + 1, line_});
  }

  std::optional<Diagnostic> TakeError() { return std::move(error_); }

 private:
  struct Indent {
    uint32_t column;            // with tabs to multiples of 8
    uint32_t alternate_column;  // with tabs of one column
  };
  struct Bracket {
    char opening;
    uint32_t offset;
    uint32_t line;
  };

  [[nodiscard]] char Peek(uint32_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }

  void Push(TokenKind kind, uint32_t begin) { tokens_.push_back({kind, begin, at_, line_}); }

  template <typename... Arguments>
  void Fail(DiagnosticKind kind, Span span, Arguments&&... arguments) {
    if (error_) return;
    error_ = Diagnostic{kind, &source_, span, {}, {}};
    (error_->arguments.emplace_back(std::forward<Arguments>(arguments)), ...);
  }

  /// Consumes a line end at `at_`, if there is one.
  bool SkipLineEnd() {
    char c = Peek();
    if (at_ >= end_ || (c != '\n' && c != '\r')) return false;
    at_ += (c == '\r' && Peek(1) == '\n') ? 2 : 1;
    ++line_;
    return true;
  }

  void SkipComment() {
    while (at_ < end_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
  }

  /// Consumes a backslash and the line end after it.
  bool SkipContinuation() {
    uint32_t backslash = at_++;
    if (!SkipLineEnd()) {
      if (at_ >= end_) {
        Fail(DiagnosticKind::InvalidSyntax, {backslash, at_}, std::string("unexpected end of file after line continuation"));
      } else {
        Fail(DiagnosticKind::InvalidSyntax, {backslash, at_ + 1},
             std::string("unexpected character after line continuation character"));
      }
      return false;
    }
    if (at_ >= end_) {
      Fail(DiagnosticKind::InvalidSyntax, {backslash, at_}, std::string("unexpected end of file after line continuation"));
      return false;
    }
    return true;
  }

  /// White space, comments and joined lines between tokens. Stops at a line end outside brackets.
  void SkipSpace() {
    while (at_ < end_) {
      char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\f') ++at_;
      else if (c == '#') SkipComment();
      else if (c == '\\') {
        if (!SkipContinuation()) return;
      } else if (brackets_.empty() || !SkipLineEnd()) return;
    }
  }

  /// Moves to the first token of the next line that has one, and emits Indent and Dedent. False at the end.
  bool StartLine() {
    while (true) {
      uint32_t column = 0, alternate = 0, continued_column = 0;
      while (at_ < end_) {
        char c = text_[at_];
        if (c == ' ') ++column, ++alternate, ++at_;
        else if (c == '\t') column = (column / kTabSize + 1) * kTabSize, ++alternate, ++at_;
        else if (c == '\f') column = alternate = 0, ++at_;
        else if (c == '\\') {
          // The indentation is that of the first of the joined lines.
          continued_column = continued_column != 0 ? continued_column : column;
          if (!SkipContinuation()) return true;
        } else break;
      }
      if (at_ >= end_) return false;
      if (text_[at_] == '#') SkipComment();
      if (SkipLineEnd()) continue;
      if (at_ >= end_) return false;
      if (continued_column != 0) column = alternate = continued_column;
      ChangeIndentation({column, alternate});
      return true;
    }
  }

  void ChangeIndentation(Indent indent) {
    const Indent& current = indents_.back();
    Span line_start = {source_.LineSpan(line_).begin, at_};
    if (indent.column == current.column) {
      if (indent.alternate_column != current.alternate_column) Fail(DiagnosticKind::InconsistentTabs, line_start);
    } else if (indent.column > current.column) {
      if (indents_.size() >= kMaxIndents) return Fail(DiagnosticKind::TooDeeplyNested, line_start, std::string("blocks"));
      if (indent.alternate_column <= current.alternate_column) return Fail(DiagnosticKind::InconsistentTabs, line_start);
      indents_.push_back(indent);
      Push(TokenKind::Indent, at_);
    } else {
      while (indents_.size() > 1 && indent.column < indents_.back().column) {
        indents_.pop_back();
        Push(TokenKind::Dedent, at_);
      }
      if (indent.column != indents_.back().column) return Fail(DiagnosticKind::InconsistentDedent, line_start);
      if (indent.alternate_column != indents_.back().alternate_column) Fail(DiagnosticKind::InconsistentTabs, line_start);
    }
  }

  /// The tokens up to and including Newline.
  void LexLogicalLine() {
    while (!error_) {
      SkipSpace();
      if (error_) return;
      if (at_ >= end_) {
        if (!brackets_.empty()) return ReportUnclosed();
        return Push(TokenKind::Newline, at_);
      }
      char c = text_[at_];
      if (c == '\n' || c == '\r') {
        uint32_t begin = at_;
        uint32_t line = line_;
        SkipLineEnd();
        tokens_.push_back({TokenKind::Newline, begin, at_, line});
        return;
      }
      LexToken();
    }
  }

  void ReportUnclosed() {
    const Bracket& bracket = brackets_.back();
    Fail(DiagnosticKind::UnclosedBracket, {bracket.offset, bracket.offset + 1}, std::string(1, bracket.opening));
  }

  void LexToken() {
    char c = text_[at_];
    switch (kClasses[static_cast<unsigned char>(c)]) {
      case kNameStart: return LexName();
      case kDigit: return LexNumber();
      default: break;
    }
    if (c == '.' && IsDigit(Peek(1))) return LexNumber();
    if (c == '"' || c == '\'') return LexString(at_);
    LexOperator();
  }

  void LexName() {
    const uint32_t begin = at_, end = end_;
    const char* text = text_.data();
    uint32_t at = begin;  // in a register: the text may be anything's bytes as far as the compiler knows
    bool ascii = true;
    while (at < end && ContinuesName(text[at])) ascii &= static_cast<signed char>(text[at++]) >= 0;
    at_ = at;
    uint32_t length = at - begin;
    if (length <= 2 && (Peek() == '"' || Peek() == '\'') && IsStringPrefix(text_.substr(begin, length))) {
      return LexString(begin);
    }
    if (!ascii && !CheckIdentifier(begin)) return;
    Push(ClassifyWord(text_.substr(begin, length)), begin);
  }

  bool CheckIdentifier(uint32_t begin) {
    std::optional<InvalidCharacterAt> invalid = FindInvalidIdentifierCharacter(text_.substr(begin, at_ - begin));
    if (!invalid) return true;
    uint32_t offset = begin + invalid->offset;
    Fail(DiagnosticKind::InvalidCharacter, {offset, offset + invalid->length},
         "'" + std::string(text_.substr(offset, invalid->length)) + "'", int64_t{invalid->code_point});
    return false;
  }

  static bool IsStringPrefix(std::string_view prefix) {
    auto lower = [](char c) { return static_cast<char>(c | 0x20); };
    char first = lower(prefix[0]);
    if (prefix.size() == 1) return first == 'r' || first == 'b' || first == 'u' || first == 'f';
    char second = lower(prefix[1]);
    return (first == 'r' && (second == 'b' || second == 'f')) || (second == 'r' && (first == 'b' || first == 'f'));
  }

  void LexString(uint32_t begin) {
    uint32_t line = line_;
    char quote = text_[at_];
    bool triple = Peek(1) == quote && Peek(2) == quote;
    if (!triple && Peek(1) == quote) {
      at_ += 2;
      return Push(TokenKind::String, begin);
    }
    at_ += triple ? 3 : 1;
    while (at_ < end_) {
      char c = text_[at_];
      if (c == quote && (!triple || (Peek(1) == quote && Peek(2) == quote))) {
        at_ += triple ? 3 : 1;
        tokens_.push_back({TokenKind::String, begin, at_, line});
        return;
      }
      if (c == '\\') {
        ++at_;
        if (at_ < end_ && !SkipLineEnd()) ++at_;
      } else if (c == '\n' || c == '\r') {
        if (!triple) break;
        SkipLineEnd();
      } else {
        ++at_;
      }
    }
    Fail(DiagnosticKind::UnterminatedString, {begin, begin + 1}, std::string(triple ? "triple-quoted string" : "string"),
         int64_t{line_});
  }

  void LexNumber();
  bool DigitRun(bool (*is_digit)(char), bool may_be_empty);
  bool Fraction();
  bool EndNumber(uint32_t begin, const char* kind);
  void FailNumber(uint32_t begin, const char* kind) {
    Fail(DiagnosticKind::InvalidNumber, {begin, std::max(at_, begin + 1)}, std::string(kind));
  }
  void LexOperator();
  [[gnu::noinline]] void FailTooManyBrackets() {
    Fail(DiagnosticKind::TooDeeplyNested, {at_, at_ + 1}, std::string("brackets"));
  }
  [[gnu::noinline]] void FailCharacter(char c);
  void CloseBracket(char closing);

  const SourceBuffer& source_;
  std::string_view text_;
  std::vector<Token>& tokens_;
  uint32_t at_;
  uint32_t end_;
  uint32_t line_;
  std::vector<Indent> indents_;
  std::vector<Bracket> brackets_;
  std::optional<Diagnostic> error_;
};

/// Digits with single underscores between them. False (and a failure) where an underscore is not followed by a digit.
bool Lexer::DigitRun(bool (*is_digit)(char), bool may_be_empty) {
  if (at_ >= end_ || !is_digit(text_[at_])) return may_be_empty;
  while (at_ < end_) {
    if (is_digit(text_[at_])) ++at_;
    else if (text_[at_] == '_') {
      if (!is_digit(Peek(1))) return ++at_, false;
      ++at_;
    } else break;
  }
  return true;
}

/// What may follow a number without space: an operator, or a keyword such as `1if x else y`.
bool Lexer::EndNumber(uint32_t begin, const char* kind) {
  if (at_ < end_ && ContinuesName(text_[at_])) {
    std::string_view rest = text_.substr(at_, std::min<uint32_t>(end_ - at_, 4));
    for (std::string_view word : {"and", "else", "for", "if", "in", "is", "or", "not"}) {
      if (rest.starts_with(word)) return true;
    }
    ++at_;
    FailNumber(begin, kind);
    return false;
  }
  return true;
}

void Lexer::LexNumber() {
  uint32_t begin = at_;
  char second = static_cast<char>(Peek(1) | 0x20);
  if (text_[at_] == '0' && (second == 'x' || second == 'o' || second == 'b')) {
    const char* kind = second == 'x' ? "hexadecimal" : second == 'o' ? "octal" : "binary";
    bool (*is_digit)(char) = second == 'x'   ? [](char c) { return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
                             : second == 'o' ? [](char c) { return c >= '0' && c <= '7'; }
                                             : [](char c) { return c == '0' || c == '1'; };
    at_ += 2;
    if (Peek() == '_') ++at_;
    if (!DigitRun(is_digit, false)) return FailNumber(begin, kind);
    if (IsDigit(Peek())) return ++at_, FailNumber(begin, kind);
    if (!EndNumber(begin, kind)) return;
    return Push(TokenKind::Number, begin);
  }
  bool is_digit_first = IsDigit(text_[at_]);
  if (is_digit_first && !DigitRun(IsDigit, false)) return FailNumber(begin, "decimal");
  bool is_integer = true;
  if (Peek() == '.') {
    is_integer = false;
    ++at_;
    if (!DigitRun(IsDigit, true)) return FailNumber(begin, "decimal");
  }
  if ((Peek() | 0x20) == 'e') {
    uint32_t sign = (Peek(1) == '+' || Peek(1) == '-') ? 1 : 0;
    if (IsDigit(Peek(1 + sign))) {
      is_integer = false;
      at_ += 1 + sign;
      if (!DigitRun(IsDigit, false)) return FailNumber(begin, "decimal");
    } else if (sign != 0) {
      return ++at_, FailNumber(begin, "decimal");
    }
  }
  const char* kind = "decimal";
  if ((Peek() | 0x20) == 'j') {
    is_integer = false;
    kind = "imaginary";
    ++at_;
  }
  if (is_integer && text_[begin] == '0' &&
      text_.substr(begin, at_ - begin).find_first_not_of("0_") != std::string_view::npos) {
    return Fail(DiagnosticKind::InvalidSyntax, {begin, at_},
                std::string("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"));
  }
  if (!EndNumber(begin, kind)) return;
  Push(TokenKind::Number, begin);
}

void Lexer::CloseBracket(char closing) {
  if (brackets_.empty()) {
    return Fail(DiagnosticKind::UnmatchedBracket, {at_, at_ + 1}, std::string(1, closing));
  }
  Bracket bracket = brackets_.back();
  char expected = bracket.opening == '(' ? ')' : bracket.opening == '[' ? ']' : '}';
  if (closing != expected) {
    Fail(DiagnosticKind::MismatchedBracket, {at_, at_ + 1}, std::string(1, closing), std::string(1, bracket.opening));
    error_->labels.push_back({{bracket.offset, bracket.offset + 1}, "opened here"});
    return;
  }
  brackets_.pop_back();
}

void Lexer::FailCharacter(char c) {
  bool printable = c > 0x20 && c < 0x7F;
  Fail(DiagnosticKind::InvalidCharacter, {at_, at_ + 1}, printable ? "'" + std::string(1, c) + "'" : std::string("(not printable)"),
       int64_t{static_cast<unsigned char>(c)});
}

void Lexer::LexOperator() {
  uint32_t begin = at_;
  char c = text_[at_];
  char next = Peek(1);
  auto emit = [&](TokenKind kind, uint32_t length) {
    at_ += length;
    Push(kind, begin);
  };
  auto with_equal = [&](TokenKind plain, TokenKind equal) { next == '=' ? emit(equal, 2) : emit(plain, 1); };
  auto doubled = [&](TokenKind plain, TokenKind equal, TokenKind twice, TokenKind twice_equal) {
    if (next == c) Peek(2) == '=' ? emit(twice_equal, 3) : emit(twice, 2);
    else with_equal(plain, equal);
  };
  auto open = [&](TokenKind kind) {
    if (brackets_.size() >= kMaxBrackets) return FailTooManyBrackets();
    brackets_.push_back({c, at_, line_});
    emit(kind, 1);
  };
  auto close = [&](TokenKind kind) {
    CloseBracket(c);
    if (!error_) emit(kind, 1);
  };
  switch (c) {
    case '(': return open(TokenKind::LeftParen);
    case '[': return open(TokenKind::LeftBracket);
    case '{': return open(TokenKind::LeftBrace);
    case ')': return close(TokenKind::RightParen);
    case ']': return close(TokenKind::RightBracket);
    case '}': return close(TokenKind::RightBrace);
    case ',': return emit(TokenKind::Comma, 1);
    case ':': return with_equal(TokenKind::Colon, TokenKind::ColonEqual);
    case ';': return emit(TokenKind::Semicolon, 1);
    case '.': return next == '.' && Peek(2) == '.' ? emit(TokenKind::Ellipsis, 3) : emit(TokenKind::Dot, 1);
    case '~': return emit(TokenKind::Tilde, 1);
    case '@': return with_equal(TokenKind::At, TokenKind::AtEqual);
    case '+': return with_equal(TokenKind::Plus, TokenKind::PlusEqual);
    case '-': return next == '>' ? emit(TokenKind::Arrow, 2) : with_equal(TokenKind::Minus, TokenKind::MinusEqual);
    case '*':
      return doubled(TokenKind::Star, TokenKind::StarEqual, TokenKind::DoubleStar, TokenKind::DoubleStarEqual);
    case '/':
      return doubled(TokenKind::Slash, TokenKind::SlashEqual, TokenKind::DoubleSlash, TokenKind::DoubleSlashEqual);
    case '%': return with_equal(TokenKind::Percent, TokenKind::PercentEqual);
    case '&': return with_equal(TokenKind::Ampersand, TokenKind::AmpersandEqual);
    case '|': return with_equal(TokenKind::Pipe, TokenKind::PipeEqual);
    case '^': return with_equal(TokenKind::Caret, TokenKind::CaretEqual);
    case '=': return with_equal(TokenKind::Equal, TokenKind::EqualEqual);
    case '<':
      if (next == '>') break;  // `<>` is an operator only under a joke of a future import
      return doubled(TokenKind::Less, TokenKind::LessEqual, TokenKind::LeftShift, TokenKind::LeftShiftEqual);
    case '>':
      return doubled(TokenKind::Greater, TokenKind::GreaterEqual, TokenKind::RightShift, TokenKind::RightShiftEqual);
    case '!':
      if (next == '=') return emit(TokenKind::NotEqual, 2);
      break;
    default: break;
  }
  FailCharacter(c);
}

}  // namespace

std::string_view Describe(TokenKind kind) {
  static constexpr std::string_view kDescriptions[] = {
#define TOKEN(Name, description) description,
#define KEYWORD(Name, spelling) "'" spelling "'",
#define OPERATOR(Name, spelling) "'" spelling "'",
#include "syntax/token_kinds.def"
  };
  return kDescriptions[static_cast<size_t>(kind)];
}

LexResult Lex(const SourceBuffer& source) {
  LexResult result;
  result.tokens.reserve(source.size() / 4 + 16);
  Lexer lexer(source, result.tokens, 0, source.size(), 1);
  lexer.Run();
  result.error = lexer.TakeError();
  return result;
}

std::optional<Diagnostic> LexEmbedded(const SourceBuffer& source, Span range, uint32_t line,
                                      std::vector<Token>& tokens) {
  Lexer lexer(source, tokens, range.begin, range.end, line);
  lexer.RunEmbedded();
  return lexer.TakeError();
}

}  // namespace warpsmith
