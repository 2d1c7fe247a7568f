#include <fmt/format.h>

#include "syntax/parser_impl.h"

// Simple statements.

namespace warpsmith::syntax {
namespace {

std::optional<BinaryOperator> AugmentedAt(TokenKind kind) {
  switch (kind) {
    case TokenKind::PlusEqual: return BinaryOperator::Add;
    case TokenKind::MinusEqual: return BinaryOperator::Sub;
    case TokenKind::StarEqual: return BinaryOperator::Mult;
    case TokenKind::SlashEqual: return BinaryOperator::Div;
    case TokenKind::DoubleSlashEqual: return BinaryOperator::FloorDiv;
    case TokenKind::PercentEqual: return BinaryOperator::Mod;
    case TokenKind::AtEqual: return BinaryOperator::MatMult;
    case TokenKind::AmpersandEqual: return BinaryOperator::BitAnd;
    case TokenKind::PipeEqual: return BinaryOperator::BitOr;
    case TokenKind::CaretEqual: return BinaryOperator::BitXor;
    case TokenKind::LeftShiftEqual: return BinaryOperator::LShift;
    case TokenKind::RightShiftEqual: return BinaryOperator::RShift;
    case TokenKind::DoubleStarEqual: return BinaryOperator::Pow;
    default: return std::nullopt;
  }
}

}  // namespace

void Parser::ParseStatement(ListBuilder& out) {
  Token first = Current();
  switch (first.kind) {
    case Kind::KeywordIf: return out.Add(ParseIf());
    case Kind::KeywordWhile: return out.Add(ParseWhile());
    case Kind::KeywordFor: return out.Add(ParseFor(first, false));
    case Kind::KeywordTry: return out.Add(ParseTry());
    case Kind::KeywordWith: return out.Add(ParseWith(first, false));
    case Kind::KeywordDef: return out.Add(ParseFunction(first, false, ast_.AddList(std::span<const NodeId>())));
    case Kind::KeywordClass: return out.Add(ParseClass(ast_.AddList(std::span<const NodeId>())));
    case Kind::KeywordAsync: return out.Add(ParseAsync(ast_.AddList(std::span<const NodeId>()), false));
    case Kind::At: return out.Add(ParseDecorated());
    case Kind::Indent:
      Fail(DiagnosticKind::UnexpectedIndent, first.span());
      return;
    case Kind::Name:
      if (Text() == "match" && AtMatchStatement()) return out.Add(ParseMatch());
      break;
    default: break;
  }
  ParseSimpleStatements(out);
}

void Parser::ParseSimpleStatements(ListBuilder& out) {
  do {
    out.Add(ParseSimpleStatement());
  } while (Accept(Kind::Semicolon) && !At(Kind::Newline));
  if (!failed_) Expect(Kind::Newline, "end of statement");
}

NodeId Parser::ParseSimpleStatement() {
  Token first = Current();
  NodePosition position{first.span(), first.line};
  switch (first.kind) {
    case Kind::KeywordPass: return Advance(), ast_.Add(py::Pass{}, position);
    case Kind::KeywordBreak: return Advance(), ast_.Add(py::Break{}, position);
    case Kind::KeywordContinue: return Advance(), ast_.Add(py::Continue{}, position);
    case Kind::KeywordReturn: return ParseReturn();
    case Kind::KeywordRaise: return ParseRaise();
    case Kind::KeywordDel: return ParseDelete();
    case Kind::KeywordAssert: return ParseAssert();
    case Kind::KeywordImport: return ParseImport();
    case Kind::KeywordFrom: return ParseImportFrom();
    case Kind::KeywordGlobal: {
      SymbolListId names = ParseNameList();
      return ast_.Add(py::Global{names}, From(first));
    }
    case Kind::KeywordNonlocal: {
      SymbolListId names = ParseNameList();
      return ast_.Add(py::Nonlocal{names}, From(first));
    }
    default: return ParseExpressionStatement();
  }
}

NodeId Parser::ParseExpressionStatement() {
  Token first = Current();
  NodeId value = ParseYieldOrStarExpressions();
  if (failed_) return error_node_;
  if (At(Kind::Equal)) return ParseAssignment(first, value);
  if (auto op = AugmentedAt(Current().kind)) {
    MakeTarget(value, TargetUse::AugAssign);
    Advance();
    NodeId operand = ParseYieldOrStarExpressions();
    return ast_.Add(py::AugAssign{value, *op, operand}, From(first));
  }
  if (At(Kind::Colon)) return ParseAnnotatedAssignment(first, value);
  return ast_.Add(py::Expr{value}, From(first));
}

NodeId Parser::ParseAssignment(const Token& first, NodeId value) {
  ListBuilder targets(*this);
  while (Accept(Kind::Equal)) {
    MakeTarget(value, TargetUse::Assign);
    targets.Add(value);
    value = ParseYieldOrStarExpressions();
  }
  return ast_.Add(py::Assign{targets.Finish(), value}, From(first));
}

NodeId Parser::ParseAnnotatedAssignment(const Token& first, NodeId target) {
  MakeTarget(target, TargetUse::Annotate);
  Advance();
  bool simple = first.kind == Kind::Name && ast_.Is(target, NodeKind::Name);
  NodeId annotation = ParseExpression();
  NodeId value;
  if (Accept(Kind::Equal)) value = ParseYieldOrStarExpressions();
  return ast_.Add(py::AnnAssign{target, annotation, value, simple ? 1 : 0}, From(first));
}

NodeId Parser::ParseReturn() {
  Token first = Current();
  Advance();
  NodeId value;
  if (!At(Kind::Newline) && !At(Kind::Semicolon)) value = ParseStarExpressions();
  return ast_.Add(py::Return{value}, From(first));
}

NodeId Parser::ParseRaise() {
  Token first = Current();
  Advance();
  NodeId exception, cause;
  if (!At(Kind::Newline) && !At(Kind::Semicolon)) {
    exception = ParseExpression();
    if (Accept(Kind::KeywordFrom)) cause = ParseExpression();
  }
  return ast_.Add(py::Raise{exception, cause}, From(first));
}

NodeId Parser::ParseDelete() {
  Token first = Current();
  Advance();
  ListBuilder targets(*this);
  do {
    if (targets.size() != 0 && (At(Kind::Newline) || At(Kind::Semicolon))) break;
    NodeId target = ParseBinary();
    MakeTarget(target, TargetUse::Delete);
    targets.Add(target);
  } while (Accept(Kind::Comma));
  return ast_.Add(py::Delete{targets.Finish()}, From(first));
}

NodeId Parser::ParseAssert() {
  Token first = Current();
  Advance();
  NodeId test = ParseExpression();
  NodeId message;
  if (Accept(Kind::Comma)) message = ParseExpression();
  return ast_.Add(py::Assert{test, message}, From(first));
}

SymbolId Parser::ParseDottedName() {
  SymbolId name = ExpectName("module name");
  if (!At(Kind::Dot) || failed_) return name;
  std::string dotted(ast_.Text(name));
  while (Accept(Kind::Dot)) {
    SymbolId part = ExpectName("module name after '.'");
    if (failed_) return {};
    dotted += '.';
    dotted += ast_.Text(part);
  }
  return ast_.symbols().Intern(dotted);
}

NodeId Parser::ParseImport() {
  Token first = Current();
  Advance();
  ListBuilder names(*this);
  do {
    Token start = Current();
    SymbolId name = ParseDottedName();
    SymbolId as_name;
    if (Accept(Kind::KeywordAs)) as_name = ExpectName("name after 'as'");
    names.Add(ast_.Add(py::Alias{name, as_name}, From(start)));
  } while (Accept(Kind::Comma));
  return ast_.Add(py::Import{names.Finish()}, From(first));
}

NodeId Parser::ParseImportFrom() {
  Token first = Current();
  Advance();
  int32_t level = 0;
  while (At(Kind::Dot) || At(Kind::Ellipsis)) {
    level += At(Kind::Dot) ? 1 : 3;
    Advance();
  }
  SymbolId module;
  if (level == 0 || !At(Kind::KeywordImport)) module = ParseDottedName();
  if (!Expect(Kind::KeywordImport)) return error_node_;
  ListBuilder names(*this);
  Token start = Current();
  if (Accept(Kind::Star)) {
    names.Add(ast_.Add(py::Alias{ast_.symbols().Intern("*"), {}}, From(start)));
  } else {
    bool parenthesized = Accept(Kind::LeftParen);
    do {
      if (parenthesized && names.size() != 0 && At(Kind::RightParen)) break;
      Token begin = Current();
      SymbolId name = ExpectName("name to import");
      SymbolId as_name;
      if (Accept(Kind::KeywordAs)) as_name = ExpectName("name after 'as'");
      names.Add(ast_.Add(py::Alias{name, as_name}, From(begin)));
    } while (Accept(Kind::Comma));
    if (parenthesized && !Expect(Kind::RightParen, "')' or ','")) return error_node_;
  }
  return ast_.Add(py::ImportFrom{module, names.Finish(), level}, From(first));
}

SymbolListId Parser::ParseNameList() {
  Advance();
  std::vector<SymbolId> names;
  do {
    names.push_back(ExpectName("name"));
  } while (Accept(Kind::Comma));
  return ast_.AddSymbols(names);
}

}  // namespace warpsmith::syntax
