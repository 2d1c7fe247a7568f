// Comprehensions and f-strings.
#include "unit/reader.h"
#include "unit/work_limit.h"

namespace warpsmith {

bool Reader::RunComprehension(NodeListId generators, const std::function<void()>& body) {
  std::vector<NodeId> nodes(ast_->List(generators).begin(), ast_->List(generators).end());
  // A comprehension has a scope of its own.
  NameTable names = *frames_.back().names;
  frames_.push_back({&names, frames_.back().scope, frames_.back().prefix});
  bool known = RunGenerators(nodes, body);
  frames_.pop_back();
  return known;
}

Object Reader::EvaluateComprehension(NodeId node) {
  std::vector<Object> elements;
  std::vector<std::pair<Object, Object>> items;
  bool known = false;
  if (auto list = ast_->If<py::ListComp>(node))
    known = RunComprehension(list->generators, [&] { elements.push_back(Evaluate(list->elt)); });
  else if (auto generator = ast_->If<py::GeneratorExp>(node))
    known = RunComprehension(generator->generators, [&] { elements.push_back(Evaluate(generator->elt)); });
  else if (auto mapping = ast_->If<py::DictComp>(node))
    known = RunComprehension(mapping->generators, [&] {
      Object key = Evaluate(mapping->key), value = Evaluate(mapping->value);
      std::erase_if(items, [&](const auto& item) { return Equal(item.first, key) == true; });
      items.emplace_back(key, value);
    });
  if (known) return ast_->Is(node, NodeKind::DictComp) ? MakeMapping(std::move(items))
                                                       : MakeSequence(OpaqueKind::List, std::move(elements));
  if (in_main() && MayDefine(node))
    Emit(DiagnosticKind::HiddenDefinition, ast_ == file_->ast ? node : NodeId(), "in a comprehension that cannot be evaluated");
  return Unresolved("a comprehension that only running the code evaluates");
}

bool Reader::RunGenerators(std::span<const NodeId> generators, const std::function<void()>& body) {
  if (generators.empty()) {
    body();
    return true;
  }
  auto generator = ast_->Get<py::Comprehension>(generators.front());
  auto items = Iterate(Evaluate(generator.iter));
  if (!items) return false;
  std::vector<NodeId> conditions(ast_->List(generator.ifs).begin(), ast_->List(generator.ifs).end());
  for (const Object& item : *items) {
    if (!Spend(steps_, 1)) return false;
    Assign(generator.target, item);
    bool wanted = true;
    for (NodeId condition : conditions) {
      std::optional<bool> truth = Truth(Evaluate(condition));
      if (!truth) return false;
      wanted = wanted && *truth;
    }
    if (wanted && !RunGenerators(generators.subspan(1), body)) return false;
  }
  return true;
}

// Without conversions and format specifications.
Object Reader::EvaluateJoinedString(NodeId node) {
  std::string text;
  for (NodeId part : ast_->List(ast_->Get<py::JoinedStr>(node).values)) {
    auto field = ast_->If<py::FormattedValue>(part);
    if (field && (field->conversion != -1 || field->format_spec.valid()))
      return Unresolved("a formatted string");
    std::optional<std::string> value = Text(Evaluate(field ? field->value : part));
    if (!value) return Unresolved("a string made of something unknown");
    text += *value;
  }
  return MakeString(text);
}

}  // namespace warpsmith
