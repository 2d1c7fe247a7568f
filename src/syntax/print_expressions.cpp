#include <cmath>

#include "syntax/dump.h"
#include "syntax/printer_impl.h"

namespace warpsmith::syntax {
namespace {

Level LevelOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::BitOr: return Level::BitOr;
    case BinaryOperator::BitXor: return Level::BitXor;
    case BinaryOperator::BitAnd: return Level::BitAnd;
    case BinaryOperator::LShift:
    case BinaryOperator::RShift: return Level::Shift;
    case BinaryOperator::Add:
    case BinaryOperator::Sub: return Level::Sum;
    case BinaryOperator::Pow: return Level::Power;
    default: return Level::Product;
  }
}

Level Above(Level level) { return static_cast<Level>(static_cast<uint8_t>(level) + 1); }

bool IsNumber(ConstantKind kind) {
  return kind == ConstantKind::Int || kind == ConstantKind::BigInt || kind == ConstantKind::Float ||
         kind == ConstantKind::Complex;
}

bool IsNegative(const ConstantValue& value) {
  if (value.kind == ConstantKind::Int) return value.int_value() < 0;
  bool real = value.kind == ConstantKind::Float || value.kind == ConstantKind::Complex;
  return real && std::signbit(value.float_value());
}

}  // namespace

Level Printer::LevelOf(NodeId id) const {
  switch (ast_.Kind(id)) {
    case NodeKind::Yield:
    case NodeKind::YieldFrom: return Level::Yield;
    case NodeKind::NamedExpr: return Level::Named;
    case NodeKind::Lambda:
    case NodeKind::IfExp: return Level::Test;
    case NodeKind::BoolOp: return ast_.Get<py::BoolOp>(id).op == BooleanOperator::Or ? Level::Or : Level::And;
    case NodeKind::UnaryOp: return ast_.Get<py::UnaryOp>(id).op == UnaryOperator::Not ? Level::Not : Level::Unary;
    case NodeKind::Compare: return Level::Comparison;
    case NodeKind::BinOp: return syntax::LevelOf(ast_.Get<py::BinOp>(id).op);
    case NodeKind::Await: return Level::Await;
    case NodeKind::Constant: return IsNegative(ast_.Get<py::Constant>(id).value) ? Level::Unary : Level::Atom;
    default: return Level::Atom;
  }
}

void Printer::Expression(NodeId id, Level least) {
  bool parenthesized = LevelOf(id) < least;
  if (parenthesized) out_ += '(';
  Bare(id);
  if (parenthesized) out_ += ')';
}

/// The right side of an assignment, or an expression that is a statement.
void Printer::YieldOrExpression(NodeId id) { Expression(id, LevelOf(id) == Level::Yield ? Level::Yield : Level::Test); }

void Printer::Bare(NodeId id) {
  if (ast_.Is(id, NodeKind::BinOp)) return Binary(id);
  VisitNode(ast_, id, [this](const auto& view) { PrintExpression(view); });
}

/// Goes down the left side of `a + b + c + ...` without recursion.
void Printer::Binary(NodeId id) {
  auto view = ast_.Get<py::BinOp>(id);
  if (view.op == BinaryOperator::Pow) {
    Expression(view.left, Level::Await);
    out_ += " ** ";
    return Expression(view.right, Level::Unary);
  }
  std::vector<py::BinOp> chain{view};
  NodeId left = view.left;
  while (ast_.Is(left, NodeKind::BinOp)) {
    Level level = LevelOf(left);
    if (level == Level::Power || level < syntax::LevelOf(chain.back().op)) break;
    chain.push_back(ast_.Get<py::BinOp>(left));
    left = chain.back().left;
  }
  Expression(left, syntax::LevelOf(chain.back().op));
  for (size_t i = chain.size(); i-- > 0;) {
    out_ += ' ';
    out_ += Spelling(chain[i].op);
    out_ += ' ';
    Expression(chain[i].right, Above(syntax::LevelOf(chain[i].op)));
  }
}

void Printer::PrintExpression(const py::BoolOp& view) {
  Level operand = view.op == BooleanOperator::Or ? Level::And : Level::Not;
  bool first = true;
  for (NodeId value : ast_.List(view.values)) {
    if (!first) {
      out_ += ' ';
      out_ += Spelling(view.op);
      out_ += ' ';
    }
    first = false;
    Expression(value, operand);
  }
}

void Printer::PrintExpression(const py::NamedExpr& view) {
  Expression(view.target, Level::Atom);
  out_ += " := ";
  Expression(view.value, Level::Test);
}

void Printer::PrintExpression(const py::UnaryOp& view) {
  out_ += Spelling(view.op);
  bool negation = view.op == UnaryOperator::Not;
  if (negation) out_ += ' ';
  Expression(view.operand, negation ? Level::Not : Level::Unary);
}

void Printer::PrintExpression(const py::Lambda& view) {
  size_t before = out_.size();
  out_ += "lambda ";
  size_t begin = out_.size();
  Parameters(view.args);
  if (out_.size() == begin) out_.resize(before + 6);
  out_ += ": ";
  Expression(view.body, Level::Test);
}

void Printer::PrintExpression(const py::IfExp& view) {
  Expression(view.body, Level::Or);
  out_ += " if ";
  Expression(view.test, Level::Or);
  out_ += " else ";
  Expression(view.orelse, Level::Test);
}

void Printer::PrintExpression(const py::Dict& view) {
  out_ += '{';
  auto keys = ast_.List(view.keys);
  auto values = ast_.List(view.values);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i != 0) out_ += ", ";
    if (keys[i].valid()) {
      Expression(keys[i], Level::Test);
      out_ += ": ";
      Expression(values[i], Level::Test);
    } else {
      out_ += "**";
      Expression(values[i], Level::BitOr);
    }
  }
  out_ += '}';
}

void Printer::PrintExpression(const py::Set& view) {
  out_ += '{';
  List(view.elts, [this](NodeId element) { Expression(element, Level::Test); });
  out_ += '}';
}

void Printer::PrintPart(const py::Comprehension& view) {
  out_ += view.is_async != 0 ? " async for " : " for ";
  Expression(view.target, Level::BitOr);
  out_ += " in ";
  Expression(view.iter, Level::Or);
  for (NodeId condition : ast_.List(view.ifs)) {
    out_ += " if ";
    Expression(condition, Level::Or);
  }
}

void Printer::Comprehensions(NodeListId generators) {
  for (NodeId generator : ast_.List(generators)) PrintPart(ast_.Get<py::Comprehension>(generator));
}

void Printer::PrintExpression(const py::ListComp& view) {
  out_ += '[';
  Expression(view.elt, Level::Test);
  Comprehensions(view.generators);
  out_ += ']';
}

void Printer::PrintExpression(const py::SetComp& view) {
  out_ += '{';
  Expression(view.elt, Level::Test);
  Comprehensions(view.generators);
  out_ += '}';
}

void Printer::PrintExpression(const py::DictComp& view) {
  out_ += '{';
  Expression(view.key, Level::Test);
  out_ += ": ";
  Expression(view.value, Level::Test);
  Comprehensions(view.generators);
  out_ += '}';
}

void Printer::PrintExpression(const py::GeneratorExp& view) {
  out_ += '(';
  Expression(view.elt, Level::Test);
  Comprehensions(view.generators);
  out_ += ')';
}

void Printer::PrintExpression(const py::Await& view) {
  out_ += "await ";
  Expression(view.value, Level::Atom);
}

void Printer::PrintExpression(const py::Yield& view) {
  out_ += "yield";
  if (!view.value.valid()) return;
  out_ += ' ';
  Expression(view.value, Level::Test);
}

void Printer::PrintExpression(const py::YieldFrom& view) {
  out_ += "yield from ";
  Expression(view.value, Level::Test);
}

void Printer::PrintExpression(const py::Compare& view) {
  Expression(view.left, Level::BitOr);
  auto operators = ast_.Operators(view.ops);
  auto comparators = ast_.List(view.comparators);
  for (size_t i = 0; i < operators.size(); ++i) {
    out_ += ' ';
    out_ += Spelling(operators[i]);
    out_ += ' ';
    Expression(comparators[i], Level::BitOr);
  }
}

void Printer::PrintPart(const py::Keyword& view) {
  if (view.arg.valid()) {
    Name(view.arg);
    out_ += '=';
  } else {
    out_ += "**";
  }
  Expression(view.value, Level::Test);
}

void Printer::Arguments(NodeListId arguments, NodeListId keywords) {
  List(arguments, [this](NodeId argument) { Expression(argument, Level::Test); });
  if (!ast_.List(arguments).empty() && !ast_.List(keywords).empty()) out_ += ", ";
  List(keywords, [this](NodeId keyword) { PrintPart(ast_.Get<py::Keyword>(keyword)); });
}

void Printer::PrintExpression(const py::Call& view) {
  Expression(view.func, Level::Atom);
  out_ += '(';
  Arguments(view.args, view.keywords);
  out_ += ')';
}

void Printer::PrintExpression(const py::Constant& view) { Constant(view.value); }

void Printer::PrintExpression(const py::Attribute& view) {
  auto constant = ast_.If<py::Constant>(view.value);
  bool number = constant && IsNumber(constant->value.kind);
  if (number) out_ += '(';
  Expression(view.value, number ? Level::Test : Level::Atom);
  if (number) out_ += ')';
  out_ += '.';
  Name(view.attr);
}

void Printer::PrintExpression(const py::Subscript& view) {
  Expression(view.value, Level::Atom);
  out_ += '[';
  // Slices may stand in a tuple only without parentheses.
  auto tuple = ast_.If<py::Tuple>(view.slice);
  if (tuple && !ast_.List(tuple->elts).empty()) {
    List(tuple->elts, [this](NodeId element) { Expression(element, Level::Test); });
    if (ast_.List(tuple->elts).size() == 1) out_ += ',';
  } else {
    Expression(view.slice, Level::Test);
  }
  out_ += ']';
}

void Printer::PrintExpression(const py::Starred& view) {
  out_ += '*';
  Expression(view.value, Level::BitOr);
}

void Printer::PrintExpression(const py::Name& view) { Name(view.id); }

void Printer::PrintExpression(const py::List& view) {
  out_ += '[';
  List(view.elts, [this](NodeId element) { Expression(element, Level::Test); });
  out_ += ']';
}

void Printer::PrintExpression(const py::Tuple& view) {
  out_ += '(';
  List(view.elts, [this](NodeId element) { Expression(element, Level::Test); });
  out_ += ast_.List(view.elts).size() == 1 ? ",)" : ")";
}

void Printer::PrintExpression(const py::Slice& view) {
  if (view.lower.valid()) Expression(view.lower, Level::Test);
  out_ += ':';
  if (view.upper.valid()) Expression(view.upper, Level::Test);
  if (!view.step.valid()) return;
  out_ += ':';
  Expression(view.step, Level::Test);
}

void Printer::PrintPart(const py::Arg& view) {
  Name(view.arg);
  if (!view.annotation.valid()) return;
  out_ += ": ";
  Expression(view.annotation, Level::Test);
}

void Printer::PrintPart(const py::Arguments& view) {
  bool first = true;
  auto separate = [&] {
    if (!first) out_ += ", ";
    first = false;
  };
  auto parameter = [&](NodeId id, NodeId value, std::string_view prefix = {}) {
    separate();
    out_ += prefix;
    PrintPart(ast_.Get<py::Arg>(id));
    if (!value.valid()) return;
    out_ += '=';
    Expression(value, Level::Test);
  };
  auto defaults = ast_.List(view.defaults);
  size_t positional = ast_.List(view.posonlyargs).size() + ast_.List(view.args).size();
  size_t index = 0;
  auto next_default = [&] {
    size_t without = positional - defaults.size();
    NodeId value = index >= without ? defaults[index - without] : NodeId();
    ++index;
    return value;
  };
  for (NodeId id : ast_.List(view.posonlyargs)) parameter(id, next_default());
  if (!first) separate(), out_ += '/';
  for (NodeId id : ast_.List(view.args)) parameter(id, next_default());
  auto keyword_only = ast_.List(view.kwonlyargs);
  if (view.vararg.valid()) parameter(view.vararg, {}, "*");
  else if (!keyword_only.empty()) separate(), out_ += '*';
  for (size_t i = 0; i < keyword_only.size(); ++i) parameter(keyword_only[i], ast_.List(view.kw_defaults)[i]);
  if (view.kwarg.valid()) parameter(view.kwarg, {}, "**");
}

void Printer::Parameters(NodeId id) { PrintPart(ast_.Get<py::Arguments>(id)); }

}  // namespace warpsmith::syntax
