// Calls of wp.static(): what their expressions give when a function is declared, and while it is lowered.
#include <algorithm>

#include "unit/reader.h"

namespace warpsmith {
namespace {

bool IsStaticResult(const Object& value) {
  return value.kind == ObjectKind::Constant || value.kind == ObjectKind::Function || value.kind == ObjectKind::Builtin;
}

// What it is shows, and that kernels cannot make it.
bool IsKnownToBeNoResult(const Object& value) {
  switch (value.kind) {
    case ObjectKind::Type:
    case ObjectKind::Struct:
    case ObjectKind::WarpModule:
    case ObjectKind::Namespace:
    case ObjectKind::PythonBuiltin:
      return true;
    default:
      return value.is_foreign() || IsOpaque(value, OpaqueKind::PythonNone);
  }
}

}  // namespace

std::optional<size_t> StaticLength(const TypeTable& types, TypeId type) {
  constexpr int64_t kLongest = 1 << 16;  // an evaluated expression makes a sequence of the length
  if (IsTile(types, type) && !types.shape(type).empty()) {
    const int64_t length = types.shape(type)[0];
    return length >= 0 && length <= kLongest ? std::optional(static_cast<size_t>(length)) : std::nullopt;
  }
  if (IsTuple(types, type)) return types.elements(type).size();
  if (IsComposite(types, type) && !IsGeneric(types, type)) return static_cast<size_t>(ShapeOf(types, type)[0]);
  return std::nullopt;
}

std::string StaticText(const SourceBuffer& source, Span expression) {
  std::string text;
  for (char c : source.Text(expression))
    if (c != '\n' && c != '\r') text += c;
  return text;
}

// wp.static() expressions that depend on nothing local are evaluated when the function is declared.
void Reader::FillStatics(Definition& definition, NodeId node) {
  struct Item {
    NodeId node;
    bool leave = false;
  };
  std::vector<SymbolId> loop_names;
  std::vector<Item> pending{{node}};
  while (!pending.empty()) {
    Item item = pending.back();
    pending.pop_back();
    if (item.leave) {
      loop_names.pop_back();
      continue;
    }
    if (auto call = ast_->If<py::Call>(item.node); call && Evaluate(call->func).kind == ObjectKind::Static) {
      NodeId expression;
      if (auto args = ast_->List(call->args); args.size() == 1)
        expression = args[0];
      else if (auto keywords = ast_->List(call->keywords); keywords.size() == 1)
        expression = ast_->Get<py::Keyword>(keywords[0]).value;
      bool deferred = !expression.valid();
      std::vector<NodeId> inner{expression};
      while (!deferred && !inner.empty()) {
        NodeId current = inner.back();
        inner.pop_back();
        if (auto name = ast_->If<py::Name>(current))
          deferred =
              deferred || std::find(loop_names.begin(), loop_names.end(), name->id) != loop_names.end();
        AppendChildren(*ast_, current, inner);
      }
      std::string text = expression.valid() ? StaticText(*file_->source, ast_->SpanOf(expression)) : "";
      StaticLocals parameters;
      if (text.find("len") != std::string::npos)
        for (const Parameter& parameter : definition.parameters)
          if (auto length = StaticLength(unit_.types, parameter.type)) parameters.lengths.emplace_back(parameter.name, *length);
      Object value;
      if (!deferred && parameters.lengths.empty()) value = Evaluate(expression);
      else if (!deferred) value = EvaluateWith(parameters, frames_.back().scope, expression);
      if (IsStaticResult(value)) {
        value.enum_member = false;
        auto same = std::find_if(definition.static_results.begin(), definition.static_results.end(),
                                 [&](const auto& result) { return result.first == text; });
        if (same == definition.static_results.end())
          definition.static_results.emplace_back(std::move(text), value);
        else
          same->second = value;
        definition.static_calls.emplace_back(item.node, value);
        continue;
      }
      definition.has_unresolved_statics = true;
    }
    if (auto loop = ast_->If<py::For>(item.node); loop && ast_->Is(loop->target, NodeKind::Name)) {
      loop_names.push_back(ast_->Get<py::Name>(loop->target).id);
      pending.push_back({item.node, true});
    }
    std::vector<NodeId> children;
    AppendChildren(*ast_, item.node, children);
    for (size_t i = children.size(); i-- > 0;) pending.push_back({children[i]});
  }
}

void Reader::RefillStatics(Definition& instance) {
  auto file = std::ranges::find(files_, instance.ast, &ModuleFile::ast);
  if (!instance.has_unresolved_statics || file == files_.end() || file->source != instance.buffer) return;
  instance.static_results.clear();
  instance.static_calls.clear();
  instance.has_unresolved_statics = false;
  Context before{file_, ast_};
  file_ = &*file;
  ast_ = file->ast;
  NameTable names;
  frames_.push_back({&names, instance.scope, {}});
  FillStatics(instance, instance.node);
  frames_.pop_back();
  Leave(before);
}

Object Reader::EvaluateWith(const StaticLocals& locals, ScopeId scope, NodeId expression) {
  NameTable names;
  for (const auto& [name, value] : locals.constants) names.Set(name, value);
  for (const auto& [name, length] : locals.lengths)
    names.Set(name, MakeSequence(OpaqueKind::Tuple, std::vector(length, Unresolved("an element of a variable"))));
  frames_.push_back({&names, scope, {}});
  Object value = Evaluate(expression);
  frames_.pop_back();
  return value;
}

std::optional<Object> Reader::EvaluateStatic(const Definition& definition, NodeId expression, const StaticLocals& locals) {
  auto file = std::ranges::find(files_, definition.ast, &ModuleFile::ast);
  if (file == files_.end() || file->source != definition.buffer) return Object();
  Context before{file_, ast_};
  file_ = &*file;
  ast_ = file->ast;
  raised_ = false;
  Object value = EvaluateWith(locals, definition.scope, expression);
  Leave(before);
  if (raised_ || IsKnownToBeNoResult(value)) return std::nullopt;
  value.enum_member = false;
  return IsStaticResult(value) ? value : Object();
}

std::optional<Object> Unit::EvaluateStatic(const Definition& definition, NodeId expression, const StaticLocals& locals) {
  Reader* reader = implementation_->reader.get();
  return reader != nullptr ? reader->EvaluateStatic(definition, expression, locals) : Object();
}

}  // namespace warpsmith
