#include <fmt/format.h>

#include "syntax/parser_impl.h"

// Expressions up to primaries. Displays, calls and subscripts are in parse_primaries.cpp.

namespace warpsmith::syntax {
namespace {

struct BinaryRow {
  Precedence precedence;
  BinaryOperator op;
};

std::optional<BinaryRow> BinaryAt(TokenKind kind) {
  switch (kind) {
    case TokenKind::Pipe: return BinaryRow{Precedence::BitOr, BinaryOperator::BitOr};
    case TokenKind::Caret: return BinaryRow{Precedence::BitXor, BinaryOperator::BitXor};
    case TokenKind::Ampersand: return BinaryRow{Precedence::BitAnd, BinaryOperator::BitAnd};
    case TokenKind::LeftShift: return BinaryRow{Precedence::Shift, BinaryOperator::LShift};
    case TokenKind::RightShift: return BinaryRow{Precedence::Shift, BinaryOperator::RShift};
    case TokenKind::Plus: return BinaryRow{Precedence::Sum, BinaryOperator::Add};
    case TokenKind::Minus: return BinaryRow{Precedence::Sum, BinaryOperator::Sub};
    case TokenKind::Star: return BinaryRow{Precedence::Product, BinaryOperator::Mult};
    case TokenKind::Slash: return BinaryRow{Precedence::Product, BinaryOperator::Div};
    case TokenKind::DoubleSlash: return BinaryRow{Precedence::Product, BinaryOperator::FloorDiv};
    case TokenKind::Percent: return BinaryRow{Precedence::Product, BinaryOperator::Mod};
    case TokenKind::At: return BinaryRow{Precedence::Product, BinaryOperator::MatMult};
    default: return std::nullopt;
  }
}

std::optional<UnaryOperator> UnaryAt(TokenKind kind) {
  switch (kind) {
    case TokenKind::Plus: return UnaryOperator::UAdd;
    case TokenKind::Minus: return UnaryOperator::USub;
    case TokenKind::Tilde: return UnaryOperator::Invert;
    default: return std::nullopt;
  }
}

struct CompareRow {
  CompareOperator op;
  size_t tokens;
};

std::optional<CompareRow> CompareAt(TokenKind kind, TokenKind next) {
  switch (kind) {
    case TokenKind::EqualEqual: return CompareRow{CompareOperator::Eq, 1};
    case TokenKind::NotEqual: return CompareRow{CompareOperator::NotEq, 1};
    case TokenKind::Less: return CompareRow{CompareOperator::Lt, 1};
    case TokenKind::LessEqual: return CompareRow{CompareOperator::LtE, 1};
    case TokenKind::Greater: return CompareRow{CompareOperator::Gt, 1};
    case TokenKind::GreaterEqual: return CompareRow{CompareOperator::GtE, 1};
    case TokenKind::KeywordIn: return CompareRow{CompareOperator::In, 1};
    case TokenKind::KeywordIs:
      if (next == TokenKind::KeywordNot) return CompareRow{CompareOperator::IsNot, 2};
      return CompareRow{CompareOperator::Is, 1};
    case TokenKind::KeywordNot:
      if (next == TokenKind::KeywordIn) return CompareRow{CompareOperator::NotIn, 2};
      return std::nullopt;
    default: return std::nullopt;
  }
}

/// Whether an expression that is a name or a number ends before a token of this kind.
bool EndsAfterAtom(TokenKind next) {
  switch (next) {
    case TokenKind::Comma:
    case TokenKind::RightParen:
    case TokenKind::RightBracket:
    case TokenKind::Colon:
    case TokenKind::Newline:
    case TokenKind::Equal: return true;
    default: return false;
  }
}

}  // namespace

bool Parser::AtExpressionStart() const {
  switch (Current().kind) {
    case Kind::Name: case Kind::Number: case Kind::String: case Kind::LeftParen: case Kind::LeftBracket:
    case Kind::LeftBrace: case Kind::Minus: case Kind::Plus: case Kind::Tilde: case Kind::Ellipsis: case Kind::Star:
    case Kind::KeywordNot: case Kind::KeywordLambda: case Kind::KeywordAwait: case Kind::KeywordNone:
    case Kind::KeywordTrue: case Kind::KeywordFalse:
      return true;
    default: return false;
  }
}

NodeId Parser::ParseExpression() {
  // Half of all expressions: no operator can bind them.
  if ((At(Kind::Name) || At(Kind::Number)) && EndsAfterAtom(Ahead(1).kind)) return ParseAtom();
  DepthGuard guard(*this);
  if (!guard.ok) return error_node_;
  if (At(Kind::KeywordLambda)) return ParseLambda();
  Token first = Current();
  NodeId body = ParseDisjunction();
  if (!Accept(Kind::KeywordIf)) return body;
  NodeId test = ParseDisjunction();
  if (!Expect(Kind::KeywordElse, "'else' of the conditional expression")) return error_node_;
  NodeId orelse = ParseExpression();
  return ast_.Add(py::IfExp{test, body, orelse}, From(first));
}

NodeId Parser::ParseNamedExpression() {
  Token first = Current();
  if (first.kind == Kind::Name && Ahead(1).kind == Kind::ColonEqual) {
    NodeId target = ast_.Add(py::Name{Intern(first), ExpressionContext::Store}, {first.span(), first.line});
    Advance();
    Advance();
    NodeId value = ParseExpression();
    return ast_.Add(py::NamedExpr{target, value}, From(first));
  }
  NodeId expression = ParseExpression();
  if (At(Kind::ColonEqual) && !failed_) {
    return Fail(DiagnosticKind::InvalidTarget, From(first).span, "use assignment expressions with",
                DescribeExpression(expression));
  }
  return expression;
}

NodeId Parser::ParseStarred() {
  Token first = Current();
  Advance();
  NodeId value = ParseBinary();
  return ast_.Add(py::Starred{value, ExpressionContext::Load}, From(first));
}

NodeId Parser::ParseStarExpression() { return At(Kind::Star) ? ParseStarred() : ParseExpression(); }

NodeId Parser::ParseStarNamedExpression() { return At(Kind::Star) ? ParseStarred() : ParseNamedExpression(); }

NodeId Parser::ParseStarExpressions() {
  Token first = Current();
  NodeId expression = ParseStarExpression();
  if (!At(Kind::Comma)) return expression;
  ListBuilder elements(*this);
  elements.Add(expression);
  while (Accept(Kind::Comma) && AtExpressionStart()) elements.Add(ParseStarExpression());
  return ast_.Add(py::Tuple{elements.Finish(), ExpressionContext::Load}, From(first));
}

NodeId Parser::ParseYieldOrStarExpressions() {
  return At(Kind::KeywordYield) ? ParseYield() : ParseStarExpressions();
}

NodeId Parser::ParseYield() {
  Token first = Current();
  Advance();
  if (Accept(Kind::KeywordFrom)) {
    NodeId value = ParseExpression();
    return ast_.Add(py::YieldFrom{value}, From(first));
  }
  NodeId value;
  if (AtExpressionStart()) value = ParseStarExpressions();
  return ast_.Add(py::Yield{value}, From(first));
}

NodeId Parser::ParseLambda() {
  Token first = Current();
  Advance();
  NodeId parameters = ParseParameters(Kind::Colon, /*annotated=*/false);
  if (!Expect(Kind::Colon)) return error_node_;
  NodeId body = ParseExpression();
  return ast_.Add(py::Lambda{parameters, body}, From(first));
}

NodeId Parser::ParseDisjunction() {
  Token first = Current();
  NodeId operand = ParseConjunction();
  if (!At(Kind::KeywordOr)) return operand;
  ListBuilder operands(*this);
  operands.Add(operand);
  while (Accept(Kind::KeywordOr)) operands.Add(ParseConjunction());
  return ast_.Add(py::BoolOp{BooleanOperator::Or, operands.Finish()}, From(first));
}

NodeId Parser::ParseConjunction() {
  Token first = Current();
  NodeId operand = ParseInversion();
  if (!At(Kind::KeywordAnd)) return operand;
  ListBuilder operands(*this);
  operands.Add(operand);
  while (Accept(Kind::KeywordAnd)) operands.Add(ParseInversion());
  return ast_.Add(py::BoolOp{BooleanOperator::And, operands.Finish()}, From(first));
}

NodeId Parser::ParseInversion() {
  if (!At(Kind::KeywordNot)) return ParseComparison();
  DepthGuard guard(*this);
  if (!guard.ok) return error_node_;
  Token first = Current();
  Advance();
  NodeId operand = ParseInversion();
  return ast_.Add(py::UnaryOp{UnaryOperator::Not, operand}, From(first));
}

NodeId Parser::ParseComparison() {
  Token first = Current();
  NodeId left = ParseBinary();
  auto row = CompareAt(Current().kind, Ahead(1).kind);
  if (!row) return left;
  ListBuilder comparators(*this);
  size_t operators_begin = pending_operators_.size();
  for (; row; row = CompareAt(Current().kind, Ahead(1).kind)) {
    position_ += row->tokens;
    pending_operators_.push_back(row->op);
    comparators.Add(ParseBinary());
  }
  auto operators = ast_.AddOperators(std::span<const CompareOperator>(pending_operators_).subspan(operators_begin));
  pending_operators_.resize(operators_begin);
  return ast_.Add(py::Compare{left, operators, comparators.Finish()}, From(first));
}

NodeId Parser::ParseBinary(Precedence weakest) {
  Token first = Current();
  NodeId left = ParseUnary();
  for (auto row = BinaryAt(Current().kind); row && row->precedence >= weakest; row = BinaryAt(Current().kind)) {
    Advance();
    NodeId right = row->precedence == Precedence::Product
                       ? ParseUnary()
                       : ParseBinary(static_cast<Precedence>(static_cast<uint8_t>(row->precedence) + 1));
    left = ast_.Add(py::BinOp{left, row->op, right}, From(first));
    CountChainLink();
  }
  return left;
}

NodeId Parser::ParseUnary() {
  auto op = UnaryAt(Current().kind);
  if (!op) return ParsePower();
  DepthGuard guard(*this);
  if (!guard.ok) return error_node_;
  Token first = Current();
  Advance();
  NodeId operand = ParseUnary();
  return ast_.Add(py::UnaryOp{*op, operand}, From(first));
}

NodeId Parser::ParseAwait() {
  Token first = Current();
  Advance();
  NodeId value = ParsePrimary();
  return ast_.Add(py::Await{value}, From(first));
}

NodeId Parser::ParsePower() {
  Token first = Current();
  NodeId base = At(Kind::KeywordAwait) ? ParseAwait() : ParsePrimary();
  if (!At(Kind::DoubleStar)) return base;
  DepthGuard guard(*this);
  if (!guard.ok) return error_node_;
  Advance();
  NodeId exponent = ParseUnary();
  return ast_.Add(py::BinOp{base, BinaryOperator::Pow, exponent}, From(first));
}

}  // namespace warpsmith::syntax
