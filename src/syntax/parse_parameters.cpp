#include "syntax/parser_impl.h"

// Parameters of functions and lambdas.

namespace warpsmith::syntax {

struct Parser::ParameterLists {
  std::vector<NodeId> positional_only, positional, keyword_only, keyword_defaults, defaults;
  NodeId vararg, kwarg;
  bool seen_slash = false;
  bool seen_star = false;
};

NodeId Parser::ParseParameter(bool annotated, bool allow_star_annotation) {
  Token first = Current();
  SymbolId name = ExpectName("parameter name");
  NodeId annotation;
  if (annotated && Accept(Kind::Colon)) {
    if (At(Kind::Star) && allow_star_annotation) annotation = ParseStarred();
    else annotation = ParseExpression();
  }
  return ast_.Add(py::Arg{name, annotation}, From(first));
}

/// A parameter that may have a default.
void Parser::ParsePlainParameter(ParameterLists& lists, bool annotated) {
  Token first = Current();
  NodeId parameter = ParseParameter(annotated, false);
  NodeId value;
  if (Accept(Kind::Equal)) value = ParseExpression();
  if (lists.seen_star) {
    lists.keyword_only.push_back(parameter);
    lists.keyword_defaults.push_back(value);
    return;
  }
  lists.positional.push_back(parameter);
  if (value.valid()) lists.defaults.push_back(value);
  else if (!lists.defaults.empty()) FailSyntax(first.span(), "non-default argument follows default argument");
}

/// At `*`.
void Parser::ParseStarParameter(ParameterLists& lists, bool annotated, Kind close) {
  Token star = Current();
  if (lists.seen_star) {
    FailSyntax(star.span(), "* argument may appear only once");
    return;
  }
  Advance();
  lists.seen_star = true;
  if (!At(Kind::Comma)) {
    lists.vararg = ParseParameter(annotated, /*allow_star_annotation=*/true);
    if (At(Kind::Equal) && !failed_) FailSyntax(Current().span(), "var-positional argument cannot have default value");
    return;
  }
  Kind next = Ahead(1).kind;
  if (next == close || next == Kind::DoubleStar) FailSyntax(star.span(), "named arguments must follow bare *");
}

NodeId Parser::ParseParameters(Kind close, bool annotated) {
  Token first = Current();
  ParameterLists lists;
  while (!At(close) && !failed_) {
    if (At(Kind::Star)) {
      ParseStarParameter(lists, annotated, close);
    } else if (At(Kind::Slash)) {
      if (lists.seen_slash || lists.seen_star || lists.positional.empty()) {
        return FailSyntax(Current().span(), lists.seen_slash ? "/ may appear only once"
                                            : lists.seen_star ? "/ must be ahead of *"
                                                              : "at least one argument must precede /");
      }
      Advance();
      lists.seen_slash = true;
      lists.positional_only.swap(lists.positional);
    } else if (Accept(Kind::DoubleStar)) {
      lists.kwarg = ParseParameter(annotated, false);
      if (At(Kind::Equal) && !failed_) FailSyntax(Current().span(), "var-keyword argument cannot have default value");
      Accept(Kind::Comma);
      if (!At(close) && !failed_) FailSyntax(Current().span(), "arguments cannot follow var-keyword argument");
      break;
    } else {
      ParsePlainParameter(lists, annotated);
    }
    if (!Accept(Kind::Comma)) break;
  }
  NodePosition position = At(close) && Current().begin == first.begin ? NodePosition{{first.begin, first.begin}, first.line}
                                                                      : From(first);
  py::Arguments arguments;
  arguments.posonlyargs = ast_.AddList(lists.positional_only);
  arguments.args = ast_.AddList(lists.positional);
  arguments.vararg = lists.vararg;
  arguments.kwonlyargs = ast_.AddList(lists.keyword_only);
  arguments.kw_defaults = ast_.AddList(lists.keyword_defaults);
  arguments.kwarg = lists.kwarg;
  arguments.defaults = ast_.AddList(lists.defaults);
  return ast_.Add(arguments, position);
}

}  // namespace warpsmith::syntax
