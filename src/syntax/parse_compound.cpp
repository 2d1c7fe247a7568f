#include <fmt/format.h>

#include "syntax/parser_impl.h"

// Compound statements except match.

namespace warpsmith::syntax {

/// At the colon: the statements of the block, on the same line or indented. `what` and `header` are for the message.
NodeListId Parser::ParseBlock(std::string_view what, const Token& header) {
  ListBuilder statements(*this);
  DepthGuard guard(*this);
  if (!guard.ok || !Expect(Kind::Colon)) return {};
  if (!Accept(Kind::Newline)) {
    ParseSimpleStatements(statements);
    return statements.Finish();
  }
  if (!Accept(Kind::Indent)) {
    Fail(DiagnosticKind::ExpectedIndent, Current().span(), what, header.line);
    return {};
  }
  while (!At(Kind::Dedent) && !failed_) {
    if (At(Kind::End) || At(Kind::Error)) {
      FailExpected("a statement");
      break;
    }
    ParseStatement(statements);
  }
  Accept(Kind::Dedent);
  return statements.Finish();
}

NodeListId Parser::ParseElse(std::string_view what) {
  Token first = Current();
  if (!Accept(Kind::KeywordElse)) return ast_.AddList(std::span<const NodeId>());
  return ParseBlock(what, first);
}

NodeId Parser::ParseIf() {
  struct Branch {
    Token first;
    NodeId test;
    NodeListId body;
  };
  std::vector<Branch> branches;
  do {
    Branch branch;
    branch.first = Current();
    Advance();
    branch.test = ParseNamedExpression();
    bool is_if = branch.first.kind == Kind::KeywordIf;
    branch.body = ParseBlock(is_if ? "'if' statement" : "'elif' statement", branch.first);
    branches.push_back(branch);
    CountChainLink();
  } while (At(Kind::KeywordElif) && !failed_);
  NodeListId orelse = ParseElse("'else' statement");
  if (failed_) return error_node_;
  for (size_t i = branches.size() - 1; i > 0; --i) {
    NodeId inner = ast_.Add(py::If{branches[i].test, branches[i].body, orelse}, From(branches[i].first));
    orelse = ast_.AddList({inner});
  }
  return ast_.Add(py::If{branches[0].test, branches[0].body, orelse}, From(branches[0].first));
}

NodeId Parser::ParseWhile() {
  Token first = Current();
  Advance();
  NodeId test = ParseNamedExpression();
  NodeListId body = ParseBlock("'while' statement", first);
  NodeListId orelse = ParseElse("'else' statement");
  return ast_.Add(py::While{test, body, orelse}, From(first));
}

NodeId Parser::ParseFor(const Token& first, bool is_async) {
  Advance();
  NodeId target = ParseTargetList(Kind::KeywordIn);
  if (!Expect(Kind::KeywordIn, "'in' of the 'for' statement")) return error_node_;
  NodeId iter = ParseStarExpressions();
  NodeListId body = ParseBlock("'for' statement", first);
  NodeListId orelse = ParseElse("'else' statement");
  if (is_async) return ast_.Add(py::AsyncFor{target, iter, body, orelse}, From(first));
  return ast_.Add(py::For{target, iter, body, orelse}, From(first));
}

NodeId Parser::ParseWith(const Token& first, bool is_async) {
  Token keyword = Current();
  Advance();
  ListBuilder items(*this);
  if (!ParseParenthesizedWithItems(items)) {
    do {
      items.Add(ParseWithItem());
    } while (Accept(Kind::Comma));
  }
  NodeListId item_list = items.Finish();
  NodeListId body = ParseBlock("'with' statement", keyword);
  if (is_async) return ast_.Add(py::AsyncWith{item_list, body}, From(first));
  return ast_.Add(py::With{item_list, body}, From(first));
}

/// `with (a as b, c as d):`. Leaves everything as it was where the parentheses belong to an expression.
bool Parser::ParseParenthesizedWithItems(ListBuilder& items) {
  if (!At(Kind::LeftParen)) return false;
  Saved saved = Save();
  size_t pending = pending_.size();
  // Where this fails it is not an error: the expression may be something that only parentheses allow.
  Advance();
  do {
    if (At(Kind::RightParen) && items.size() != 0) break;
    items.Add(ParseWithItem());
  } while (Accept(Kind::Comma));
  if (Expect(Kind::RightParen) && At(Kind::Colon)) return true;
  Restore(saved);
  pending_.resize(pending);
  return false;
}

NodeId Parser::ParseWithItem() {
  Token first = Current();
  NodeId context = ParseExpression();
  NodeId target;
  if (Accept(Kind::KeywordAs)) {
    target = At(Kind::Star) ? ParseStarred() : ParseBinary();
    MakeTarget(target, TargetUse::With);
  }
  return ast_.Add(py::WithItem{context, target}, From(first));
}

NodeId Parser::ParseTry() {
  Token first = Current();
  Advance();
  NodeListId body = ParseBlock("'try' statement", first);
  ListBuilder handlers(*this);
  bool is_star = false;
  while (At(Kind::KeywordExcept)) handlers.Add(ParseExceptHandler(is_star, handlers.size() == 0));
  NodeListId handler_list = handlers.Finish();
  NodeListId orelse = ast_.AddList(std::span<const NodeId>());
  if (handlers.size() != 0) orelse = ParseElse("'else' statement");
  NodeListId final_body = ast_.AddList(std::span<const NodeId>());
  Token final_token = Current();
  if (Accept(Kind::KeywordFinally)) final_body = ParseBlock("'finally' statement", final_token);
  else if (handlers.size() == 0) return FailExpected("'except' or 'finally' block");
  if (is_star) return ast_.Add(py::TryStar{body, handler_list, orelse, final_body}, From(first));
  return ast_.Add(py::Try{body, handler_list, orelse, final_body}, From(first));
}

NodeId Parser::ParseExceptHandler(bool& is_star, bool is_first) {
  Token first = Current();
  Advance();
  bool has_star = Accept(Kind::Star);
  if (is_first) is_star = has_star;
  else if (has_star != is_star) return FailSyntax(first.span(), "cannot have both 'except' and 'except*' on the same 'try'");
  NodeId type;
  SymbolId name;
  if (!At(Kind::Colon) || has_star) {
    type = ParseExpression();
    if (At(Kind::Comma)) return FailSyntax(From(first).span, "multiple exception types must be parenthesized");
    if (Accept(Kind::KeywordAs)) name = ExpectName("name after 'as'");
  }
  NodeListId body = ParseBlock("'except' statement", first);
  return ast_.Add(py::ExceptHandler{type, name, body}, From(first));
}

NodeId Parser::ParseDecorated() {
  ListBuilder decorators(*this);
  while (Accept(Kind::At)) {
    decorators.Add(ParseNamedExpression());
    if (!Expect(Kind::Newline, "end of line after the decorator")) return error_node_;
  }
  NodeListId list = decorators.Finish();
  switch (Current().kind) {
    case Kind::KeywordDef: return ParseFunction(Current(), false, list);
    case Kind::KeywordClass: return ParseClass(list);
    case Kind::KeywordAsync: return ParseAsync(list, true);
    default: return FailExpected("'def' or 'class' after the decorators");
  }
}

NodeId Parser::ParseAsync(NodeListId decorators, bool decorated) {
  Token first = Current();
  Advance();
  switch (Current().kind) {
    case Kind::KeywordDef: return ParseFunction(first, true, decorators);
    case Kind::KeywordFor:
      if (!decorated) return ParseFor(first, true);
      break;
    case Kind::KeywordWith:
      if (!decorated) return ParseWith(first, true);
      break;
    default: break;
  }
  return FailExpected(decorated ? "'def' after 'async'" : "'def', 'for' or 'with' after 'async'");
}

/// At `def`; `first_token` is that or `async`.
NodeId Parser::ParseFunction(const Token& first_token, bool is_async, NodeListId decorators) {
  Token first = first_token;
  Token keyword = Current();
  Advance();
  SymbolId name = ExpectName("function name");
  if (!Expect(Kind::LeftParen)) return error_node_;
  NodeId parameters = ParseParameters(Kind::RightParen, /*annotated=*/true);
  if (!Expect(Kind::RightParen, "')' or ','")) return error_node_;
  NodeId returns;
  if (Accept(Kind::Arrow)) returns = ParseExpression();
  NodeListId body = ParseBlock("function definition", keyword);
  if (is_async) return ast_.Add(py::AsyncFunctionDef{name, parameters, body, decorators, returns}, From(first));
  return ast_.Add(py::FunctionDef{name, parameters, body, decorators, returns}, From(first));
}

NodeId Parser::ParseClass(NodeListId decorators) {
  Token first = Current();
  Advance();
  SymbolId name = ExpectName("class name");
  ListBuilder bases(*this);
  std::vector<NodeId> keywords;
  if (Accept(Kind::LeftParen)) {
    if (!At(Kind::RightParen)) ParseArguments(bases, keywords, nullptr);
    if (!Expect(Kind::RightParen, "')' or ','")) return error_node_;
  }
  NodeListId base_list = bases.Finish();
  NodeListId keyword_list = ast_.AddList(keywords);
  NodeListId body = ParseBlock("class definition", first);
  return ast_.Add(py::ClassDef{name, base_list, keyword_list, body, decorators}, From(first));
}

}  // namespace warpsmith::syntax
