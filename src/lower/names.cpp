// What dotted names refer to at compile time.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

Object Lowering::ResolvePath(std::span<const SymbolId> path) const {
  if (path.empty() || symbols_.Find(path[0]) != nullptr) return {};
  Object object = unit_.Resolve(definition_->scope, path[0]);
  if (!object) object = unit_.WarpAttribute(path[0]);  // `vec3(...)` without the package's name
  if (!object) object = unit_.PythonBuiltin(path[0]);
  if (!object) return {};
  for (size_t i = 1; i < path.size(); ++i) {
    Object attribute = unit_.Attribute(object, path[i]);
    if (attribute) object = attribute;
    // Only the last name may be missing: built-in functions such as wp.tid are not attributes of the package.
    else if (i + 1 < path.size()) return {};
  }
  return object;
}

Lowering::StaticPath Lowering::ResolveStatic(NodeId node, bool evaluate_types) {
  StaticPath result;
  SmallVector<SymbolId, 6> attributes;  // innermost last
  NodeId root = node;
  while (auto attribute = ast_.If<py::Attribute>(root)) {
    attributes.push_back(attribute->attr);
    root = attribute->value;
  }
  auto call = ast_.If<py::Call>(root);
  if (evaluate_types && call && ast_.NameText(call->func) == "type") {
    auto arguments = ast_.List(call->args);
    if (arguments.size() != 1) {
      Fail(DiagnosticKind::TypeTakesOneArgument, root, arguments.size());
      return result;
    }
    VarId operand = EvalVar(arguments[0]);
    if (failed()) return result;
    TypeId type = ValueType(operand);
    Object object;
    object.kind = IsStruct(types_, type) ? ObjectKind::Struct : ObjectKind::Type;
    object.type = type;
    for (size_t i = attributes.size(); i-- > 0;) {
      object = TypeAttribute(object.type, attributes[i]);
      if (!object) {
        Fail(DiagnosticKind::NotAnAttribute, node, Text(attributes[i]), TypeRepr(types_, type));
        return result;
      }
    }
    result.object = object;
    result.path = {Intern("type")};
    result.is_type_call = true;
    return result;
  }
  auto name = ast_.If<py::Name>(root);
  if (name) attributes.push_back(name->id);
  std::reverse(attributes.begin(), attributes.end());
  result.path = std::move(attributes);
  if (name) result.object = ResolvePath(result.path);
  return result;
}

}  // namespace warpsmith
