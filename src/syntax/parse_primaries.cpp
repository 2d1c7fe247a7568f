#include <fmt/format.h>

#include "syntax/parser_impl.h"

// Atoms, displays, comprehensions, attribute access, calls and subscripts.

namespace warpsmith::syntax {

NodeId Parser::ParsePrimary() {
  Token first = Current();
  NodeId value = ParseAtom();
  while (true) {
    if (Accept(Kind::Dot)) {
      SymbolId name = ExpectName("attribute name after '.'");
      value = ast_.Add(py::Attribute{value, name, ExpressionContext::Load}, From(first));
    } else if (At(Kind::LeftParen)) {
      value = ParseCall(value, first);
    } else if (At(Kind::LeftBracket)) {
      value = ParseSubscript(value, first);
    } else {
      return value;
    }
    CountChainLink();
  }
}

NodeId Parser::ParseAtom() {
  Token token = Current();
  NodePosition position{token.span(), token.line};
  auto simple = [&](ConstantKind kind) {
    Advance();
    return ast_.Add(py::Constant{ConstantValue::Simple(kind)}, position);
  };
  switch (token.kind) {
    case Kind::Name:
      Advance();
      return ast_.Add(py::Name{Intern(token), ExpressionContext::Load}, position);
    case Kind::Number: return ParseNumber();
    case Kind::String: return ParseStrings();
    case Kind::LeftParen: return ParseParenthesized();
    case Kind::LeftBracket: return ParseListDisplay();
    case Kind::LeftBrace: return ParseBraces();
    case Kind::KeywordNone: return simple(ConstantKind::None);
    case Kind::KeywordTrue: return simple(ConstantKind::True);
    case Kind::KeywordFalse: return simple(ConstantKind::False);
    case Kind::Ellipsis: return simple(ConstantKind::Ellipsis);
    default: return FailExpected("an expression");
  }
}

NodeId Parser::ParseNumber() {
  Token token = Current();
  Advance();
  LiteralError error;
  ConstantValue value = DecodeNumber(TextOf(token), ast_.symbols(), error);
  if (error.failed) return FailSyntax(token.span(), error.reason);
  return ast_.Add(py::Constant{value}, {token.span(), token.line});
}

bool Parser::AtComprehension() const {
  return At(Kind::KeywordFor) || (At(Kind::KeywordAsync) && Ahead(1).kind == Kind::KeywordFor);
}

NodeListId Parser::ParseConditions() {
  ListBuilder conditions(*this);
  while (Accept(Kind::KeywordIf)) conditions.Add(ParseDisjunction());
  return conditions.Finish();
}

NodeListId Parser::ParseComprehensions() {
  ListBuilder generators(*this);
  while (AtComprehension()) {
    Token first = Current();
    bool is_async = Accept(Kind::KeywordAsync);
    Advance();
    NodeId target = ParseTargetList(Kind::KeywordIn);
    if (!Expect(Kind::KeywordIn, "'in' of the comprehension")) return {};
    NodeId iter = ParseDisjunction();
    NodeListId conditions = ParseConditions();
    generators.Add(ast_.Add(py::Comprehension{target, iter, conditions, is_async ? 1 : 0}, From(first)));
  }
  return generators.Finish();
}

template <typename View>
NodeId Parser::MakeComprehension(NodeId element, const Token& open, Kind close) {
  NodeListId generators = ParseComprehensions();
  if (!Expect(close)) return error_node_;
  return ast_.Add(View{element, generators}, From(open));
}

NodeId Parser::ParseParenthesized() {
  Token open = Current();
  Advance();
  if (Accept(Kind::RightParen)) {
    return ast_.Add(py::Tuple{ast_.AddList(std::span<const NodeId>()), ExpressionContext::Load}, From(open));
  }
  if (At(Kind::KeywordYield)) {
    NodeId value = ParseYield();
    Expect(Kind::RightParen);
    return value;
  }
  Token first = Current();
  NodeId element = ParseStarNamedExpression();
  if (AtComprehension() && first.kind != Kind::Star) {
    return MakeComprehension<py::GeneratorExp>(element, open, Kind::RightParen);
  }
  if (!At(Kind::Comma)) {
    if (!Expect(Kind::RightParen, "')' or ','")) return error_node_;
    if (first.kind == Kind::Star) return FailSyntax(first.span(), "cannot use starred expression here");
    return element;
  }
  ListBuilder elements(*this);
  elements.Add(element);
  while (Accept(Kind::Comma) && AtExpressionStart()) elements.Add(ParseStarNamedExpression());
  if (!Expect(Kind::RightParen, "')' or ','")) return error_node_;
  return ast_.Add(py::Tuple{elements.Finish(), ExpressionContext::Load}, From(open));
}

NodeId Parser::ParseListDisplay() {
  Token open = Current();
  Advance();
  ListBuilder elements(*this);
  if (AtExpressionStart()) {
    bool starred = At(Kind::Star);
    NodeId element = ParseStarNamedExpression();
    if (AtComprehension() && !starred) return MakeComprehension<py::ListComp>(element, open, Kind::RightBracket);
    elements.Add(element);
    while (Accept(Kind::Comma) && AtExpressionStart()) elements.Add(ParseStarNamedExpression());
  }
  if (!Expect(Kind::RightBracket, "']' or ','")) return error_node_;
  return ast_.Add(py::List{elements.Finish(), ExpressionContext::Load}, From(open));
}

NodeId Parser::ParseBraces() {
  Token open = Current();
  Advance();
  if (At(Kind::DoubleStar) || At(Kind::RightBrace)) return ParseDictItems(open, {});
  bool may_be_key = !At(Kind::Star) && Ahead(1).kind != Kind::ColonEqual;
  NodeId element = ParseStarNamedExpression();
  if (may_be_key && At(Kind::Colon)) return ParseDictItems(open, element);
  return ParseSetItems(open, element);
}

NodeId Parser::ParseSetItems(const Token& open, NodeId first) {
  if (AtComprehension() && !ast_.Is(first, NodeKind::Starred)) {
    return MakeComprehension<py::SetComp>(first, open, Kind::RightBrace);
  }
  ListBuilder elements(*this);
  elements.Add(first);
  while (Accept(Kind::Comma) && AtExpressionStart()) elements.Add(ParseStarNamedExpression());
  if (!Expect(Kind::RightBrace, "'}' or ','")) return error_node_;
  return ast_.Add(py::Set{elements.Finish()}, From(open));
}

/// At the first `**`, at the closing brace, or at the colon after the first key.
NodeId Parser::ParseDictItems(const Token& open, NodeId first_key) {
  std::vector<NodeId> keys;
  ListBuilder values(*this);
  NodeId key = first_key;
  while (!At(Kind::RightBrace)) {
    if (!key.valid() && Accept(Kind::DoubleStar)) {
      keys.emplace_back();
      values.Add(ParseBinary());
    } else {
      if (!key.valid()) key = ParseExpression();
      if (!Expect(Kind::Colon, "':' after dictionary key")) return error_node_;
      NodeId value = ParseExpression();
      if (keys.empty() && AtComprehension()) {
        NodeListId generators = ParseComprehensions();
        if (!Expect(Kind::RightBrace)) return error_node_;
        return ast_.Add(py::DictComp{key, value, generators}, From(open));
      }
      keys.push_back(key);
      values.Add(value);
    }
    key = {};
    if (!Accept(Kind::Comma)) break;
  }
  if (!Expect(Kind::RightBrace, "'}' or ','")) return error_node_;
  NodeListId key_list = ast_.AddList(keys);
  return ast_.Add(py::Dict{key_list, values.Finish()}, From(open));
}

NodeId Parser::ParseCall(NodeId function, const Token& first) {
  Token open = Current();
  Advance();
  ListBuilder positional(*this);
  std::vector<NodeId> keywords;
  if (!At(Kind::RightParen)) ParseArguments(positional, keywords, &open);
  if (!Expect(Kind::RightParen, "')' or ','")) return error_node_;
  NodeListId arguments = positional.Finish();
  return ast_.Add(py::Call{function, arguments, ast_.AddList(keywords)}, From(first));
}

/// The arguments up to the closing parenthesis. `generator_open` is the opening one where a lone generator expression
/// may share the parentheses; null in class definitions.
void Parser::ParseArguments(ListBuilder& positional, std::vector<NodeId>& keywords, const Token* generator_open) {
  bool unpacked_mapping = false;
  do {
    if (At(Kind::RightParen)) return;
    Token first = Current();
    if (first.kind == Kind::DoubleStar || (first.kind == Kind::Name && Ahead(1).kind == Kind::Equal)) {
      unpacked_mapping |= first.kind == Kind::DoubleStar;
      keywords.push_back(ParseKeywordArgument());
      continue;
    }
    if (first.kind == Kind::Star) {
      if (unpacked_mapping) {
        FailSyntax(first.span(), "iterable argument unpacking follows keyword argument unpacking");
        return;
      }
      Advance();
      NodeId value = ParseExpression();
      positional.Add(ast_.Add(py::Starred{value, ExpressionContext::Load}, From(first)));
      continue;
    }
    bool is_first = positional.size() == 0 && keywords.empty();
    NodeId argument = ParsePositionalArgument(generator_open, is_first);
    if (!keywords.empty()) {
      FailSyntax(From(first).span, unpacked_mapping ? "positional argument follows keyword argument unpacking"
                                                    : "positional argument follows keyword argument");
      return;
    }
    positional.Add(argument);
  } while (Accept(Kind::Comma));
}

NodeId Parser::ParsePositionalArgument(const Token* generator_open, bool is_first) {
  Token first = Current();
  NodeId argument = ParseNamedExpression();
  if (At(Kind::Equal) && !failed_) {
    return FailSyntax(From(first).span, "expression cannot contain assignment, perhaps you meant \"==\"?");
  }
  if (!AtComprehension()) return argument;
  NodeListId generators = ParseComprehensions();
  if (generator_open == nullptr) return FailSyntax(From(first).span, "invalid syntax: generator expression not allowed here");
  if (!is_first || !At(Kind::RightParen)) {
    return FailSyntax(From(first).span, "Generator expression must be parenthesized");
  }
  // The parentheses of the call are those of the generator expression.
  return ast_.Add(py::GeneratorExp{argument, generators},
                  {{generator_open->begin, Current().end}, generator_open->line});
}

NodeId Parser::ParseKeywordArgument() {
  Token first = Current();
  SymbolId name;
  if (!Accept(Kind::DoubleStar)) {
    name = Intern(first);
    Advance();
    Advance();
  }
  NodeId value = ParseExpression();
  return ast_.Add(py::Keyword{name, value}, From(first));
}

NodeId Parser::ParseSubscript(NodeId value, const Token& first) {
  Advance();
  NodeId slice = ParseSlices();
  if (!Expect(Kind::RightBracket, "']' or ','")) return error_node_;
  return ast_.Add(py::Subscript{value, slice, ExpressionContext::Load}, From(first));
}

NodeId Parser::ParseSlices() {
  Token first = Current();
  bool starred = At(Kind::Star);
  NodeId slice = ParseSlice();
  if (!At(Kind::Comma) && !starred) return slice;
  ListBuilder elements(*this);
  elements.Add(slice);
  while (Accept(Kind::Comma) && !At(Kind::RightBracket)) elements.Add(ParseSlice());
  return ast_.Add(py::Tuple{elements.Finish(), ExpressionContext::Load}, From(first));
}

NodeId Parser::ParseSlice() {
  Token first = Current();
  if (Accept(Kind::Star)) {
    NodeId value = ParseExpression();
    return ast_.Add(py::Starred{value, ExpressionContext::Load}, From(first));
  }
  NodeId lower, upper, step;
  if (!At(Kind::Colon)) {
    lower = ParseNamedExpression();
    if (!At(Kind::Colon) || failed_) return lower;
  }
  Advance();
  if (AtExpressionStart()) upper = ParseExpression();
  if (Accept(Kind::Colon) && AtExpressionStart()) step = ParseExpression();
  return ast_.Add(py::Slice{lower, upper, step}, From(first));
}

}  // namespace warpsmith::syntax
