#include "syntax/parser.h"
#include "unit/hashes.h"
#include "unit/reader.h"

namespace warpsmith {

TypeId Reader::TypeOf(const Object& object) const {
  if (object.kind == ObjectKind::Type || object.kind == ObjectKind::Struct) return object.type;
  return TypeId();
}

Reader::Annotation Reader::AnnotationOf(const Object& object) {
  Annotation annotation;
  if (IsOpaque(object, OpaqueKind::PythonNone)) {
    annotation.none = true;
  } else if (object.kind == ObjectKind::Constant && ConstantOf(object).form == ConstantForm::String) {
    return AnnotationOf(EvaluateText(ConstantOf(object).text));
  } else if (TypeId type = TypeOf(object); type.valid()) {
    annotation.type = type;
    if (AnnotationCode(unit_.types, type).empty() && !IsGeneric(unit_.types, type))
      annotation.reason = "it has no value in a kernel";
  } else if (object.kind == ObjectKind::Unknown &&
             (object.opaque == OpaqueKind::Unresolved || object.opaque == OpaqueKind::WarpObject || object.opaque == OpaqueKind::Special)) {
    annotation.unresolved = true;
    annotation.reason = object.name.valid() ? std::string(Name(object.name)) : "it is computed";
  } else if (object.kind == ObjectKind::Constant) {
    annotation.reason = "it is a value";
  } else {
    annotation.reason = "it is another object";
  }
  return annotation;
}

Reader::Annotation Reader::EvaluateAnnotation(NodeId node) { return AnnotationOf(Evaluate(node)); }

Object Reader::EvaluateText(std::string_view expression) {
  implementation_.buffers.push_back(SourceBuffer::FromText("<annotation>", std::string(expression)));
  DiagnosticSink scratch;
  implementation_.asts.push_back(Parse(implementation_.buffers.back(), unit_.symbols, scratch));
  Ast* tree = &implementation_.asts.back();
  if (!tree->root().valid()) return Unresolved("an annotation that is not an expression");
  std::span<const NodeId> body = tree->List(tree->Get<py::Module>(tree->root()).body);
  auto statement = body.size() == 1 ? tree->If<py::Expr>(body[0]) : std::nullopt;
  if (!statement) return Unresolved("an annotation that is not an expression");
  Ast* saved = ast_;
  ast_ = tree;
  Object value = Evaluate(statement->value);
  ast_ = saved;
  return value;
}

}  // namespace warpsmith
