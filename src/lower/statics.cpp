// Calls of wp.static() that Warp evaluates while it lowers a function, because they depend on loop variables.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

Value Lowering::EvalDeferredStatic(NodeId node) {
  auto call = ast_.Get<py::Call>(node);
  NodeId expression;
  if (auto arguments = ast_.List(call.args); arguments.size() == 1) expression = arguments[0];
  else if (auto keywords = ast_.List(call.keywords); keywords.size() == 1)
    expression = ast_.Get<py::Keyword>(keywords[0]).value;
  const auto& results = definition_->deferred_statics;
  if (!expression.valid()) {
    Fail(DiagnosticKind::CallRejected, node, "wp.static() takes one argument");
    return {};
  }
  std::string text = StaticText(*definition_->buffer, ast_.SpanOf(expression));
  if (deferred_statics_met_ == results.size()) {
    std::optional<Object> value =
        unit_.EvaluateStatic(*definition_, expression, LocalsOfStatics(text.find("len") != std::string::npos));
    if (!value || (!*value && unit_.statics_failed)) {
      Fail(DiagnosticKind::CallRejected, node, "this wp.static() expression cannot be evaluated, or gives what cannot be made in a kernel");
      return {};
    }
    if (!*value) {
      Fail(DiagnosticKind::StaticNotKnown, node);
      return {};
    }
    context_.NoteStatic(*definition_, std::move(text), *value);
    return ValueOfObject(*value, node);
  }
  const auto& [known, value] = results[deferred_statics_met_];
  if (text != known) {
    Fail(DiagnosticKind::StaticNotKnown, node);
    return {};
  }
  ++deferred_statics_met_;
  return ValueOfObject(value, node);
}

StaticLocals Lowering::LocalsOfStatics(bool with_lengths) const {
  StaticLocals locals;
  for (const auto& [name, value] : symbols_.entries()) {
    if (!value.is_variable()) continue;
    TypeId type = ValueType(value.var);
    if (HasConstant(value.var)) {
      Object object;
      object.kind = ObjectKind::Constant;
      object.constant = var(value.var).constant;
      object.type = type;
      locals.constants.emplace_back(name, object);
    } else if (auto length = with_lengths ? StaticLength(unit_.types, type) : std::nullopt) {
      locals.lengths.emplace_back(name, *length);
    }
  }
  return locals;
}

bool Lowering::ContainsDeferredStatic(NodeId node) {
  if (auto call = ast_.If<py::Call>(node)) {
    if (StaticResult(node) != nullptr) return false;
    if (ResolveStatic(call->func, /*evaluate_types=*/false).object.kind == ObjectKind::Static) return true;
  }
  std::vector<NodeId> children;
  AppendChildren(ast_, node, children);
  return std::any_of(children.begin(), children.end(), [&](NodeId child) { return ContainsDeferredStatic(child); });
}

}  // namespace warpsmith
