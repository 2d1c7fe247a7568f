#include <fmt/format.h>

#include "syntax/parser_impl.h"

// What may be assigned to, deleted or iterated into.

namespace warpsmith::syntax {

NodeId Parser::ParseTargetList(Kind before) {
  Token first = Current();
  auto parse_one = [&] { return At(Kind::Star) ? ParseStarred() : ParseBinary(); };
  NodeId target = parse_one();
  if (At(Kind::Comma)) {
    ListBuilder elements(*this);
    elements.Add(target);
    while (Accept(Kind::Comma) && !At(before) && AtExpressionStart()) elements.Add(parse_one());
    target = ast_.Add(py::Tuple{elements.Finish(), ExpressionContext::Load}, From(first));
  }
  MakeTarget(target, TargetUse::Loop);
  return target;
}

void Parser::MakeTarget(NodeId id, TargetUse use) {
  CheckTarget(id, use, /*inside_sequence=*/false);
  if (failed_) return;
  ast_.SetContext(id, use == TargetUse::Delete ? ExpressionContext::Del : ExpressionContext::Store);
}

void Parser::CheckTarget(NodeId id, TargetUse use, bool inside_sequence) {
  if (failed_) return;
  bool takes_sequences = use != TargetUse::AugAssign && use != TargetUse::Annotate && use != TargetUse::Named;
  switch (ast_.Kind(id)) {
    case NodeKind::Name: return;
    case NodeKind::Attribute:
    case NodeKind::Subscript:
      if (use != TargetUse::Named) return;
      break;
    case NodeKind::Starred: {
      if (use == TargetUse::Delete || !takes_sequences) break;
      NodeId value = ast_.Get<py::Starred>(id).value;
      if (ast_.Is(value, NodeKind::Starred)) break;
      return CheckTarget(value, use, inside_sequence);
    }
    case NodeKind::List:
    case NodeKind::Tuple: {
      if (!takes_sequences) break;
      NodeListId list = ast_.Is(id, NodeKind::List) ? ast_.Get<py::List>(id).elts : ast_.Get<py::Tuple>(id).elts;
      for (NodeId element : ast_.List(list)) CheckTarget(element, use, true);
      return;
    }
    default: break;
  }
  std::string_view verb = use == TargetUse::Delete     ? "delete"
                          : use == TargetUse::Annotate ? "annotate"
                                                       : "assign to";
  Fail(DiagnosticKind::InvalidTarget, ast_.SpanOf(id), verb, DescribeExpression(id));
}

std::string Parser::DescribeExpression(NodeId id) const {
  switch (ast_.Kind(id)) {
    case NodeKind::Name: return "name";
    case NodeKind::Attribute: return "attribute";
    case NodeKind::Subscript: return "subscript";
    case NodeKind::Starred: return "starred";
    case NodeKind::List: return "list";
    case NodeKind::Tuple: return "tuple";
    case NodeKind::Lambda: return "lambda";
    case NodeKind::Call: return "function call";
    case NodeKind::Compare: return "comparison";
    case NodeKind::IfExp: return "conditional expression";
    case NodeKind::NamedExpr: return "named expression";
    case NodeKind::JoinedStr: return "f-string expression";
    case NodeKind::Dict: return "dict literal";
    case NodeKind::Set: return "set display";
    case NodeKind::ListComp: return "list comprehension";
    case NodeKind::SetComp: return "set comprehension";
    case NodeKind::DictComp: return "dict comprehension";
    case NodeKind::GeneratorExp: return "generator expression";
    case NodeKind::Await: return "await expression";
    case NodeKind::Yield:
    case NodeKind::YieldFrom: return "yield expression";
    case NodeKind::Constant:
      switch (ast_.Get<py::Constant>(id).value.kind) {
        case ConstantKind::None: return "None";
        case ConstantKind::True: return "True";
        case ConstantKind::False: return "False";
        case ConstantKind::Ellipsis: return "ellipsis";
        default: return "literal";
      }
    default: return "expression";
  }
}

}  // namespace warpsmith::syntax
