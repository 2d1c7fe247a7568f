// The printer's state, shared by its source files. Private to syntax/.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "syntax/ast.h"

namespace warpsmith::syntax {

/// How tightly an expression binds, weakest first. An expression below the level its place asks for gets parentheses.
enum class Level : uint8_t {
  Yield,  // yield x
  Named,  // a := b
  Test,   // a if b else c, lambda
  Or, And, Not, Comparison,
  BitOr, BitXor, BitAnd, Shift, Sum, Product,
  Unary,
  Power,
  Await,
  Atom,
};

enum class PatternLevel : uint8_t { Open, As, Or, Closed };

class Printer {
 public:
  Printer(const Ast& ast, std::string& out) : ast_(ast), out_(out) {}

  void Print(NodeId id);

 private:
  template <typename Item>
  void List(NodeListId list, Item item) {
    bool first = true;
    for (NodeId id : ast_.List(list)) {
      if (!first) out_ += ", ";
      first = false;
      item(id);
    }
  }
  void Name(SymbolId name) { out_ += ast_.Text(name); }

  // Statements.
  void Statements(NodeListId list);
  void Statement(NodeId id);
  void StartLine();
  void Line(std::string_view text);
  void Block(NodeListId body);
  void Else(NodeListId orelse);
  void Decorators(NodeListId decorators);
  void NameList(std::string_view keyword, SymbolListId names);
  template <typename View>
  void Function(const View& view, std::string_view keyword);
  template <typename View>
  void Loop(const View& view, std::string_view keyword);
  template <typename View>
  void WithStatement(const View& view, std::string_view keyword);
  template <typename View>
  void TryStatement(const View& view, std::string_view except);

  void PrintStatement(const py::FunctionDef& view);
  void PrintStatement(const py::AsyncFunctionDef& view);
  void PrintStatement(const py::ClassDef& view);
  void PrintStatement(const py::Return& view);
  void PrintStatement(const py::Delete& view);
  void PrintStatement(const py::Assign& view);
  void PrintStatement(const py::AugAssign& view);
  void PrintStatement(const py::AnnAssign& view);
  void PrintStatement(const py::For& view);
  void PrintStatement(const py::AsyncFor& view);
  void PrintStatement(const py::While& view);
  void PrintStatement(const py::If& first);
  void PrintStatement(const py::With& view);
  void PrintStatement(const py::AsyncWith& view);
  void PrintStatement(const py::Match& view);
  void PrintStatement(const py::Raise& view);
  void PrintStatement(const py::Try& view);
  void PrintStatement(const py::TryStar& view);
  void PrintStatement(const py::Assert& view);
  void PrintStatement(const py::Import& view);
  void PrintStatement(const py::ImportFrom& view);
  void PrintStatement(const py::Global& view);
  void PrintStatement(const py::Nonlocal& view);
  void PrintStatement(const py::Expr& view);
  void PrintStatement(const py::Pass& view);
  void PrintStatement(const py::Break& view);
  void PrintStatement(const py::Continue& view);
  template <typename Other>
  void PrintStatement(const Other&) {
    InternalError("not a statement");
  }

  // Parts.
  void PrintPart(const py::WithItem& view);
  void PrintPart(const py::ExceptHandler& view);
  void PrintPart(const py::Alias& view);
  void PrintPart(const py::MatchCase& view);
  void PrintPart(const py::Comprehension& view);
  void PrintPart(const py::Arguments& view);
  void PrintPart(const py::Arg& view);
  void PrintPart(const py::Keyword& view);
  template <typename Other>
  void PrintPart(const Other&) {
    InternalError("not a part");
  }

  // Patterns.
  void Pattern(NodeId id, PatternLevel level);
  void PrintPattern(const py::MatchValue& view, PatternLevel level);
  void PrintPattern(const py::MatchSingleton& view, PatternLevel level);
  void PrintPattern(const py::MatchSequence& view, PatternLevel level);
  void PrintPattern(const py::MatchMapping& view, PatternLevel level);
  void PrintPattern(const py::MatchClass& view, PatternLevel level);
  void PrintPattern(const py::MatchStar& view, PatternLevel level);
  void PrintPattern(const py::MatchAs& view, PatternLevel level);
  void PrintPattern(const py::MatchOr& view, PatternLevel level);
  template <typename Other>
  void PrintPattern(const Other&, PatternLevel) {
    InternalError("not a pattern");
  }

  // Expressions (print_expressions.cpp).
  [[nodiscard]] Level LevelOf(NodeId id) const;
  void Expression(NodeId id, Level least);
  void YieldOrExpression(NodeId id);
  void Bare(NodeId id);
  void Parameters(NodeId id);
  void Arguments(NodeListId arguments, NodeListId keywords);
  void Comprehensions(NodeListId generators);
  void Constant(const ConstantValue& value);
  void Binary(NodeId id);

  void PrintExpression(const py::BoolOp& view);
  void PrintExpression(const py::NamedExpr& view);
  void PrintExpression(const py::UnaryOp& view);
  void PrintExpression(const py::Lambda& view);
  void PrintExpression(const py::IfExp& view);
  void PrintExpression(const py::Dict& view);
  void PrintExpression(const py::Set& view);
  void PrintExpression(const py::ListComp& view);
  void PrintExpression(const py::SetComp& view);
  void PrintExpression(const py::DictComp& view);
  void PrintExpression(const py::GeneratorExp& view);
  void PrintExpression(const py::Await& view);
  void PrintExpression(const py::Yield& view);
  void PrintExpression(const py::YieldFrom& view);
  void PrintExpression(const py::Compare& view);
  void PrintExpression(const py::Call& view);
  void PrintExpression(const py::JoinedStr& view);
  void PrintExpression(const py::Constant& view);
  void PrintExpression(const py::Attribute& view);
  void PrintExpression(const py::Subscript& view);
  void PrintExpression(const py::Starred& view);
  void PrintExpression(const py::Name& view);
  void PrintExpression(const py::List& view);
  void PrintExpression(const py::Tuple& view);
  void PrintExpression(const py::Slice& view);
  template <typename Other>
  void PrintExpression(const Other&) {
    InternalError("not an expression");
  }

  // f-strings (print_strings.cpp).
  void VerbatimString(const ConstantValue& value);
  bool FormattedString(const py::JoinedStr& view, size_t quote);
  bool FormattedParts(NodeListId values, size_t quote, bool in_format);
  bool FormattedField(const py::FormattedValue& view, size_t quote);

  const Ast& ast_;
  std::string& out_;
  size_t indentation_ = 0;
  // Within the braces of an f-string: no escapes, and only the quotes whose bit is set (see print_strings.cpp).
  bool verbatim_ = false;
  uint8_t allowed_quotes_ = 0b1111;
  bool quotes_failed_ = false;
};

}  // namespace warpsmith::syntax
