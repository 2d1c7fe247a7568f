#include "syntax/printer.h"

#include "syntax/printer_impl.h"

// Statements and patterns. Expressions are in print_expressions.cpp.

namespace warpsmith {
namespace syntax {

void Printer::Print(NodeId id) {
  switch (CategoryOf(ast_.Kind(id))) {
    case NodeCategory::Module: return Statements(ast_.Get<py::Module>(id).body);
    case NodeCategory::Statement: return Statement(id);
    case NodeCategory::Expression: return Expression(id, Level::Test);
    case NodeCategory::Pattern: return Pattern(id, PatternLevel::Open);
    case NodeCategory::Part:
    case NodeCategory::PositionedPart:
      VisitNode(ast_, id, [this](const auto& view) { PrintPart(view); });
      return;
  }
}

void Printer::Statements(NodeListId list) {
  for (NodeId statement : ast_.List(list)) Statement(statement);
}

void Printer::Statement(NodeId id) {
  VisitNode(ast_, id, [this](const auto& view) { PrintStatement(view); });
}

void Printer::StartLine() { out_.append(indentation_ * 4, ' '); }

void Printer::Block(NodeListId body) {
  out_ += ":\n";
  ++indentation_;
  if (ast_.List(body).empty()) Line("pass");
  Statements(body);
  --indentation_;
}

void Printer::Line(std::string_view text) {
  StartLine();
  out_ += text;
  out_ += '\n';
}

void Printer::Else(NodeListId orelse) {
  if (ast_.List(orelse).empty()) return;
  StartLine();
  out_ += "else";
  Block(orelse);
}

void Printer::Decorators(NodeListId decorators) {
  for (NodeId decorator : ast_.List(decorators)) {
    StartLine();
    out_ += '@';
    Expression(decorator, Level::Named);
    out_ += '\n';
  }
}

template <typename View>
void Printer::Function(const View& view, std::string_view keyword) {
  Decorators(view.decorator_list);
  StartLine();
  out_ += keyword;
  Name(view.name);
  out_ += '(';
  Parameters(view.args);
  out_ += ')';
  if (view.returns.valid()) {
    out_ += " -> ";
    Expression(view.returns, Level::Test);
  }
  Block(view.body);
}

void Printer::PrintStatement(const py::FunctionDef& view) { Function(view, "def "); }
void Printer::PrintStatement(const py::AsyncFunctionDef& view) { Function(view, "async def "); }

void Printer::PrintStatement(const py::ClassDef& view) {
  Decorators(view.decorator_list);
  StartLine();
  out_ += "class ";
  Name(view.name);
  if (!ast_.List(view.bases).empty() || !ast_.List(view.keywords).empty()) {
    out_ += '(';
    Arguments(view.bases, view.keywords);
    out_ += ')';
  }
  Block(view.body);
}

void Printer::PrintStatement(const py::Return& view) {
  StartLine();
  out_ += "return";
  if (view.value.valid()) {
    out_ += ' ';
    Expression(view.value, Level::Test);
  }
  out_ += '\n';
}

void Printer::PrintStatement(const py::Delete& view) {
  StartLine();
  out_ += "del ";
  List(view.targets, [this](NodeId target) { Expression(target, Level::Test); });
  out_ += '\n';
}

void Printer::PrintStatement(const py::Assign& view) {
  StartLine();
  for (NodeId target : ast_.List(view.targets)) {
    Expression(target, Level::Test);
    out_ += " = ";
  }
  YieldOrExpression(view.value);
  out_ += '\n';
}

void Printer::PrintStatement(const py::AugAssign& view) {
  StartLine();
  Expression(view.target, Level::Test);
  out_ += ' ';
  out_ += Spelling(view.op);
  out_ += "= ";
  YieldOrExpression(view.value);
  out_ += '\n';
}

void Printer::PrintStatement(const py::AnnAssign& view) {
  StartLine();
  bool parenthesized = view.simple == 0 && ast_.Is(view.target, NodeKind::Name);
  if (parenthesized) out_ += '(';
  Expression(view.target, Level::Test);
  if (parenthesized) out_ += ')';
  out_ += ": ";
  Expression(view.annotation, Level::Test);
  if (view.value.valid()) {
    out_ += " = ";
    YieldOrExpression(view.value);
  }
  out_ += '\n';
}

template <typename View>
void Printer::Loop(const View& view, std::string_view keyword) {
  StartLine();
  out_ += keyword;
  Expression(view.target, Level::Test);
  out_ += " in ";
  Expression(view.iter, Level::Test);
  Block(view.body);
  Else(view.orelse);
}

void Printer::PrintStatement(const py::For& view) { Loop(view, "for "); }
void Printer::PrintStatement(const py::AsyncFor& view) { Loop(view, "async for "); }

void Printer::PrintStatement(const py::While& view) {
  StartLine();
  out_ += "while ";
  Expression(view.test, Level::Named);
  Block(view.body);
  Else(view.orelse);
}

void Printer::PrintStatement(const py::If& first) {
  py::If view = first;
  std::string_view keyword = "if ";
  while (true) {
    StartLine();
    out_ += keyword;
    Expression(view.test, Level::Named);
    Block(view.body);
    auto orelse = ast_.List(view.orelse);
    if (orelse.size() != 1 || !ast_.Is(orelse[0], NodeKind::If)) return Else(view.orelse);
    view = ast_.Get<py::If>(orelse[0]);
    keyword = "elif ";
  }
}

template <typename View>
void Printer::WithStatement(const View& view, std::string_view keyword) {
  StartLine();
  out_ += keyword;
  auto items = ast_.List(view.items);
  // Parentheses around a lone item that is a tuple would be those of the statement.
  bool tuple = items.size() == 1 && ast_.Is(ast_.Get<py::WithItem>(items[0]).context_expr, NodeKind::Tuple) &&
               !ast_.Get<py::WithItem>(items[0]).optional_vars.valid();
  if (tuple) out_ += "((";
  if (tuple) Expression(ast_.Get<py::WithItem>(items[0]).context_expr, Level::Test);
  else List(view.items, [this](NodeId item) { PrintPart(ast_.Get<py::WithItem>(item)); });
  if (tuple) out_ += "))";
  Block(view.body);
}

void Printer::PrintStatement(const py::With& view) { WithStatement(view, "with "); }
void Printer::PrintStatement(const py::AsyncWith& view) { WithStatement(view, "async with "); }

void Printer::PrintPart(const py::WithItem& view) {
  Expression(view.context_expr, Level::Test);
  if (!view.optional_vars.valid()) return;
  out_ += " as ";
  Expression(view.optional_vars, Level::Test);
}

void Printer::PrintStatement(const py::Raise& view) {
  StartLine();
  out_ += "raise";
  if (view.exc.valid()) {
    out_ += ' ';
    Expression(view.exc, Level::Test);
  }
  if (view.cause.valid()) {
    out_ += " from ";
    Expression(view.cause, Level::Test);
  }
  out_ += '\n';
}

template <typename View>
void Printer::TryStatement(const View& view, std::string_view except) {
  StartLine();
  out_ += "try";
  Block(view.body);
  for (NodeId id : ast_.List(view.handlers)) {
    auto handler = ast_.Get<py::ExceptHandler>(id);
    StartLine();
    out_ += except;
    PrintPart(handler);
  }
  Else(view.orelse);
  if (ast_.List(view.finalbody).empty()) return;
  StartLine();
  out_ += "finally";
  Block(view.finalbody);
}

void Printer::PrintStatement(const py::Try& view) { TryStatement(view, "except"); }
void Printer::PrintStatement(const py::TryStar& view) { TryStatement(view, "except*"); }

void Printer::PrintPart(const py::ExceptHandler& view) {
  if (view.type.valid()) {
    out_ += ' ';
    Expression(view.type, Level::Test);
  }
  if (view.name.valid()) {
    out_ += " as ";
    Name(view.name);
  }
  Block(view.body);
}

void Printer::PrintStatement(const py::Assert& view) {
  StartLine();
  out_ += "assert ";
  Expression(view.test, Level::Test);
  if (view.msg.valid()) {
    out_ += ", ";
    Expression(view.msg, Level::Test);
  }
  out_ += '\n';
}

void Printer::PrintPart(const py::Alias& view) {
  Name(view.name);
  if (!view.asname.valid()) return;
  out_ += " as ";
  Name(view.asname);
}

void Printer::PrintStatement(const py::Import& view) {
  StartLine();
  out_ += "import ";
  List(view.names, [this](NodeId alias) { PrintPart(ast_.Get<py::Alias>(alias)); });
  out_ += '\n';
}

void Printer::PrintStatement(const py::ImportFrom& view) {
  StartLine();
  out_ += "from ";
  out_.append(static_cast<size_t>(view.level), '.');
  if (view.module.valid()) Name(view.module);
  out_ += " import ";
  List(view.names, [this](NodeId alias) { PrintPart(ast_.Get<py::Alias>(alias)); });
  out_ += '\n';
}

void Printer::NameList(std::string_view keyword, SymbolListId names) {
  StartLine();
  out_ += keyword;
  bool first = true;
  for (SymbolId name : ast_.Symbols(names)) {
    if (!first) out_ += ", ";
    first = false;
    Name(name);
  }
  out_ += '\n';
}

void Printer::PrintStatement(const py::Global& view) { NameList("global ", view.names); }
void Printer::PrintStatement(const py::Nonlocal& view) { NameList("nonlocal ", view.names); }

void Printer::PrintStatement(const py::Expr& view) {
  StartLine();
  YieldOrExpression(view.value);
  out_ += '\n';
}

void Printer::PrintStatement(const py::Pass&) { Line("pass"); }
void Printer::PrintStatement(const py::Break&) { Line("break"); }
void Printer::PrintStatement(const py::Continue&) { Line("continue"); }

void Printer::PrintStatement(const py::Match& view) {
  StartLine();
  out_ += "match ";
  Expression(view.subject, Level::Test);
  out_ += ":\n";
  ++indentation_;
  for (NodeId match_case : ast_.List(view.cases)) PrintPart(ast_.Get<py::MatchCase>(match_case));
  --indentation_;
}

void Printer::PrintPart(const py::MatchCase& view) {
  StartLine();
  out_ += "case ";
  Pattern(view.pattern, PatternLevel::Open);
  if (view.guard.valid()) {
    out_ += " if ";
    Expression(view.guard, Level::Named);
  }
  Block(view.body);
}

void Printer::Pattern(NodeId id, PatternLevel level) {
  VisitNode(ast_, id, [this, level](const auto& view) { PrintPattern(view, level); });
}

void Printer::PrintPattern(const py::MatchValue& view, PatternLevel) { Expression(view.value, Level::Sum); }

void Printer::PrintPattern(const py::MatchSingleton& view, PatternLevel) { Constant(view.value); }

void Printer::PrintPattern(const py::MatchSequence& view, PatternLevel) {
  out_ += '[';
  List(view.patterns, [this](NodeId pattern) { Pattern(pattern, PatternLevel::As); });
  out_ += ']';
}

void Printer::PrintPattern(const py::MatchMapping& view, PatternLevel) {
  out_ += '{';
  auto keys = ast_.List(view.keys);
  auto patterns = ast_.List(view.patterns);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i != 0) out_ += ", ";
    Expression(keys[i], Level::Sum);
    out_ += ": ";
    Pattern(patterns[i], PatternLevel::As);
  }
  if (view.rest.valid()) {
    out_ += keys.empty() ? "**" : ", **";
    Name(view.rest);
  }
  out_ += '}';
}

void Printer::PrintPattern(const py::MatchClass& view, PatternLevel) {
  Expression(view.cls, Level::Atom);
  out_ += '(';
  List(view.patterns, [this](NodeId pattern) { Pattern(pattern, PatternLevel::As); });
  auto names = ast_.Symbols(view.kwd_attrs);
  auto patterns = ast_.List(view.kwd_patterns);
  for (size_t i = 0; i < names.size(); ++i) {
    if (i != 0 || !ast_.List(view.patterns).empty()) out_ += ", ";
    Name(names[i]);
    out_ += '=';
    Pattern(patterns[i], PatternLevel::As);
  }
  out_ += ')';
}

void Printer::PrintPattern(const py::MatchStar& view, PatternLevel) {
  out_ += '*';
  if (view.name.valid()) Name(view.name);
  else out_ += '_';
}

void Printer::PrintPattern(const py::MatchAs& view, PatternLevel level) {
  if (!view.pattern.valid()) {
    if (view.name.valid()) Name(view.name);
    else out_ += '_';
    return;
  }
  bool parenthesized = level > PatternLevel::As;
  if (parenthesized) out_ += '(';
  Pattern(view.pattern, PatternLevel::Or);
  out_ += " as ";
  Name(view.name);
  if (parenthesized) out_ += ')';
}

void Printer::PrintPattern(const py::MatchOr& view, PatternLevel level) {
  bool parenthesized = level > PatternLevel::Or;
  if (parenthesized) out_ += '(';
  bool first = true;
  for (NodeId pattern : ast_.List(view.patterns)) {
    if (!first) out_ += " | ";
    first = false;
    Pattern(pattern, PatternLevel::Closed);
  }
  if (parenthesized) out_ += ')';
}

}  // namespace syntax

std::string PrintPython(const Ast& ast, NodeId root) {
  std::string out;
  syntax::Printer(ast, out).Print(root);
  return out;
}

}  // namespace warpsmith
