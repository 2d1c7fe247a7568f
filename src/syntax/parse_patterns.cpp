#include "syntax/parser_impl.h"

// The match statement, whose keywords are names elsewhere.

namespace warpsmith::syntax {

/// At the name `match`: whether it begins a match statement. Such a line ends with a colon and is followed by an
/// indented `case`, which nothing else that begins with a name is.
bool Parser::AtMatchStatement() const {
  switch (Ahead(1).kind) {
    case Kind::Equal: case Kind::Dot: case Kind::Comma: case Kind::Newline: case Kind::Colon: case Kind::RightParen:
      return false;
    default: break;
  }
  size_t ahead = 1;
  while (Ahead(ahead).kind != Kind::Newline) {
    if (Ahead(ahead).kind == Kind::End || Ahead(ahead).kind == Kind::Error) return false;
    ++ahead;
  }
  if (Ahead(ahead - 1).kind != Kind::Colon || Ahead(ahead + 1).kind != Kind::Indent) return false;
  const Token& word = Ahead(ahead + 2);
  return word.kind == Kind::Name && TextOf(word) == "case";
}

NodeId Parser::ParseMatch() {
  Token first = Current();
  Advance();
  Token subject_first = Current();
  NodeId subject = ParseStarNamedExpression();
  if (At(Kind::Comma)) {
    ListBuilder elements(*this);
    elements.Add(subject);
    while (Accept(Kind::Comma) && AtExpressionStart()) elements.Add(ParseStarNamedExpression());
    subject = ast_.Add(py::Tuple{elements.Finish(), ExpressionContext::Load}, From(subject_first));
  } else if (subject_first.kind == Kind::Star) {
    return FailSyntax(subject_first.span(), "cannot use starred expression here");
  }
  if (!Expect(Kind::Colon) || !Expect(Kind::Newline) || !Expect(Kind::Indent)) return error_node_;
  ListBuilder cases(*this);
  while (AtWord("case")) cases.Add(ParseMatchCase());
  if (!Expect(Kind::Dedent, "'case'")) return error_node_;
  return ast_.Add(py::Match{subject, cases.Finish()}, From(first));
}

NodeId Parser::ParseMatchCase() {
  Token first = Current();
  Advance();
  NodeId pattern = ParseOpenPattern();
  NodeId guard;
  if (Accept(Kind::KeywordIf)) guard = ParseNamedExpression();
  NodeListId body = ParseBlock("'case' statement", first);
  return ast_.Add(py::MatchCase{pattern, guard, body}, From(first));
}

NodeId Parser::ParseOpenPattern() {
  Token first = Current();
  NodeId pattern = ParseMaybeStarPattern();
  if (!At(Kind::Comma)) {
    if (first.kind == Kind::Star) return FailExpected("',' after the starred pattern");
    return pattern;
  }
  ListBuilder patterns(*this);
  patterns.Add(pattern);
  while (Accept(Kind::Comma) && !At(Kind::Colon) && !At(Kind::KeywordIf)) patterns.Add(ParseMaybeStarPattern());
  return ast_.Add(py::MatchSequence{patterns.Finish()}, From(first));
}

NodeId Parser::ParseMaybeStarPattern() {
  if (!At(Kind::Star)) return ParsePattern();
  Token first = Current();
  Advance();
  bool wildcard = AtWord("_");
  SymbolId name = ExpectName("name after '*'");
  return ast_.Add(py::MatchStar{wildcard ? SymbolId() : name}, From(first));
}

NodeId Parser::ParsePattern() {
  Token first = Current();
  NodeId pattern = ParseOrPattern();
  if (!Accept(Kind::KeywordAs)) return pattern;
  Token name_token = Current();
  if (AtWord("_")) return FailSyntax(name_token.span(), "cannot use '_' as a target");
  SymbolId name = ExpectName("name after 'as'");
  if (At(Kind::Dot) || At(Kind::LeftParen) || At(Kind::Equal)) return FailSyntax(name_token.span(), "invalid pattern target");
  return ast_.Add(py::MatchAs{pattern, name}, From(first));
}

NodeId Parser::ParseOrPattern() {
  Token first = Current();
  NodeId pattern = ParseClosedPattern();
  if (!At(Kind::Pipe)) return pattern;
  ListBuilder patterns(*this);
  patterns.Add(pattern);
  while (Accept(Kind::Pipe)) patterns.Add(ParseClosedPattern());
  return ast_.Add(py::MatchOr{patterns.Finish()}, From(first));
}

NodeId Parser::ParseClosedPattern() {
  DepthGuard guard(*this);
  if (!guard.ok) return error_node_;
  Token first = Current();
  switch (first.kind) {
    case Kind::Name: return ParseNameOrClassPattern();
    case Kind::LeftParen:
    case Kind::LeftBracket: return ParseGroupOrSequencePattern();
    case Kind::LeftBrace: return ParseMappingPattern();
    case Kind::KeywordNone:
    case Kind::KeywordTrue:
    case Kind::KeywordFalse: {
      ConstantValue value = ast_.Get<py::Constant>(ParseAtom()).value;
      return ast_.Add(py::MatchSingleton{value}, From(first));
    }
    case Kind::Number:
    case Kind::Minus:
    case Kind::String: {
      NodeId value = ParseLiteralPatternValue();
      return ast_.Add(py::MatchValue{value}, From(first));
    }
    default: return FailExpected("a pattern");
  }
}

/// A number, negative number, complex sum, string, or None, True or False.
NodeId Parser::ParseLiteralPatternValue() {
  Token first = Current();
  if (!At(Kind::Number) && !At(Kind::Minus)) return ParseAtom();
  NodeId real = ParseSignedNumber();
  if (!At(Kind::Plus) && !At(Kind::Minus)) return real;
  BinaryOperator op = At(Kind::Plus) ? BinaryOperator::Add : BinaryOperator::Sub;
  Advance();
  if (!At(Kind::Number)) return FailExpected("imaginary number in complex literal");
  NodeId imaginary = ParseNumber();
  if (failed_) return error_node_;
  if (ast_.Get<py::Constant>(imaginary).value.kind != ConstantKind::Complex) {
    return FailSyntax(ast_.SpanOf(imaginary), "imaginary number required in complex literal");
  }
  auto real_part = ast_.If<py::Constant>(real);
  if (auto negative = ast_.If<py::UnaryOp>(real)) real_part = ast_.If<py::Constant>(negative->operand);
  if (real_part && real_part->value.kind == ConstantKind::Complex) {
    return FailSyntax(ast_.SpanOf(real), "real number required in complex literal");
  }
  return ast_.Add(py::BinOp{real, op, imaginary}, From(first));
}

NodeId Parser::ParseSignedNumber() {
  Token first = Current();
  bool negative = Accept(Kind::Minus);
  if (!At(Kind::Number)) return FailExpected("a number");
  NodeId number = ParseNumber();
  if (!negative) return number;
  return ast_.Add(py::UnaryOp{UnaryOperator::USub, number}, From(first));
}

NodeId Parser::ParseNameOrClassPattern() {
  Token first = Current();
  NodePosition position{first.span(), first.line};
  Advance();
  bool plain = !At(Kind::Dot) && !At(Kind::LeftParen) && !At(Kind::Equal);
  if (plain) {
    SymbolId name = TextOf(first) == "_" ? SymbolId() : Intern(first);
    return ast_.Add(py::MatchAs{{}, name}, position);
  }
  NodeId value = ast_.Add(py::Name{Intern(first), ExpressionContext::Load}, position);
  bool dotted = At(Kind::Dot);
  while (Accept(Kind::Dot)) {
    SymbolId name = ExpectName("attribute name after '.'");
    value = ast_.Add(py::Attribute{value, name, ExpressionContext::Load}, From(first));
  }
  if (At(Kind::LeftParen)) return ParseClassPattern(value);
  if (!dotted) return FailExpected("a pattern");
  return ast_.Add(py::MatchValue{value}, From(first));
}

NodeId Parser::ParseClassPattern(NodeId cls) {
  NodePosition start = ast_.Position(cls);
  Advance();
  ListBuilder positional(*this);
  std::vector<SymbolId> names;
  std::vector<NodeId> keyword_patterns;
  while (!At(Kind::RightParen) && !failed_) {
    Token first = Current();
    if (At(Kind::Name) && Ahead(1).kind == Kind::Equal) {
      names.push_back(Intern(first));
      Advance();
      Advance();
      keyword_patterns.push_back(ParsePattern());
    } else {
      if (!names.empty()) return FailSyntax(first.span(), "positional patterns follow keyword patterns");
      positional.Add(ParsePattern());
    }
    if (!Accept(Kind::Comma)) break;
  }
  if (!Expect(Kind::RightParen, "')' or ','")) return error_node_;
  NodeListId patterns = positional.Finish();
  SymbolListId name_list = ast_.AddSymbols(names);
  NodeListId keyword_list = ast_.AddList(keyword_patterns);
  return ast_.Add(py::MatchClass{cls, patterns, name_list, keyword_list},
                  {{start.span.begin, PreviousEnd()}, start.line});
}

NodeId Parser::ParseGroupOrSequencePattern() {
  Token open = Current();
  bool brackets = open.kind == Kind::LeftBracket;
  Kind close = brackets ? Kind::RightBracket : Kind::RightParen;
  Advance();
  ListBuilder patterns(*this);
  bool comma = false;
  while (!At(close) && !failed_) {
    patterns.Add(ParseMaybeStarPattern());
    if (!Accept(Kind::Comma)) break;
    comma = true;
  }
  if (!Expect(close)) return error_node_;
  if (!brackets && !comma && patterns.size() == 1) {
    NodeId inner = patterns.nodes()[0];
    if (ast_.Is(inner, NodeKind::MatchStar)) return FailSyntax(From(open).span, "starred pattern needs a sequence");
    return inner;
  }
  return ast_.Add(py::MatchSequence{patterns.Finish()}, From(open));
}

NodeId Parser::ParseMappingPattern() {
  Token open = Current();
  Advance();
  ListBuilder keys(*this);
  std::vector<NodeId> patterns;
  SymbolId rest;
  while (!At(Kind::RightBrace) && !failed_) {
    if (rest.valid()) return FailSyntax(Current().span(), "double star pattern must be the last in a mapping pattern");
    ParseMappingItem(keys, patterns, rest);
    if (!Accept(Kind::Comma)) break;
  }
  if (!Expect(Kind::RightBrace, "'}' or ','")) return error_node_;
  NodeListId key_list = keys.Finish();
  NodeListId pattern_list = ast_.AddList(patterns);
  return ast_.Add(py::MatchMapping{key_list, pattern_list, rest}, From(open));
}

void Parser::ParseMappingItem(ListBuilder& keys, std::vector<NodeId>& patterns, SymbolId& rest) {
  if (Accept(Kind::DoubleStar)) {
    if (AtWord("_")) FailSyntax(Current().span(), "cannot use '_' as a target");
    rest = ExpectName("name after '**'");
    return;
  }
  if (At(Kind::Name)) {
    Token first = Current();
    NodeId key = ast_.Add(py::Name{Intern(first), ExpressionContext::Load}, {first.span(), first.line});
    Advance();
    if (!At(Kind::Dot)) {
      FailExpected("'.' (a name as key must be dotted)");
      return;
    }
    while (Accept(Kind::Dot)) {
      SymbolId name = ExpectName("attribute name after '.'");
      key = ast_.Add(py::Attribute{key, name, ExpressionContext::Load}, From(first));
    }
    keys.Add(key);
  } else {
    keys.Add(ParseLiteralPatternValue());
  }
  if (!Expect(Kind::Colon)) return;
  patterns.push_back(ParsePattern());
}

}  // namespace warpsmith::syntax
