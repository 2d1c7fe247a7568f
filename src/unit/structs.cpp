// Classes: namespaces, enumerations, and @wp.struct.
#include <algorithm>

#include "unit/hashes.h"
#include "unit/reader.h"

namespace warpsmith {

void Reader::ExecuteClass(NodeId node) {
  auto type = ast_->Get<py::ClassDef>(node);
  std::vector<NodeId> decorators(ast_->List(type.decorator_list).begin(), ast_->List(type.decorator_list).end());
  std::vector<NodeId> bases(ast_->List(type.bases).begin(), ast_->List(type.bases).end());
  std::vector<Object> evaluated;
  for (NodeId decorator : decorators) evaluated.push_back(Evaluate(decorator));
  std::optional<SpecialKind> enumeration;
  NamespaceId space = implementation_.AddNamespace(NamespaceKind::Class, std::string(Name(type.name)));
  for (NodeId base : bases) {
    Object object = Evaluate(base);
    for (SpecialKind kind : {SpecialKind::IntEnum, SpecialKind::IntFlag, SpecialKind::PlainEnum})
      if (IsSpecial(object, kind)) enumeration = kind;
    // Class attributes are inherited.
    if (object.kind == ObjectKind::Namespace &&
        implementation_.name_space(object.name_space).kind == NamespaceKind::Class)
      for (const auto& [name, member] : std::vector(implementation_.name_space(object.name_space).names.entries()))
        implementation_.name_space(space).names.Set(name, member);
  }
  std::vector<std::pair<SymbolId, NodeId>> fields;
  for (NodeId statement : ast_->List(type.body))
    if (auto field = ast_->If<py::AnnAssign>(statement))
      if (auto name = ast_->If<py::Name>(field->target)) fields.emplace_back(name->id, field->annotation);

  // Namespaces live in a deque: the address of the table is stable.
  Frame frame{&implementation_.name_space(space).names, frames_.back().prefix + std::string(Name(type.name)) + ".", space};
  frames_.push_back(frame);
  Execute(ast_->List(type.body));
  std::vector<Object> struct_types;
  frames_.pop_back();
  Object value = enumeration ? DefineEnum(node, space, *enumeration) : NamespaceObject(space);
  for (size_t i = evaluated.size(); i-- > 0;) {
    bool is_struct = IsSpecial(evaluated[i], SpecialKind::Struct) ||
                     (IsOpaque(evaluated[i], OpaqueKind::Decorator) &&
                      decorator_kinds_[evaluated[i].detail] == SpecialKind::Struct);
    if (!is_struct) continue;
    frames_.push_back(frame);
    value = DefineStruct(node, fields);
    frames_.pop_back();
  }
  frames_.back().names->Set(type.name, value);
}

Object Reader::DefineEnum(NodeId, NamespaceId space, SpecialKind base) {
  Int128 last = 0;
  bool first = true;
  auto entries = implementation_.name_space(space).names.entries();
  for (auto& [name, member] : entries) {
    if (Name(name).starts_with("_")) continue;
    Object value = member;
    if (IsSpecial(value, SpecialKind::Auto)) {
      Int128 next = last + 1;
      if (base == SpecialKind::IntFlag) {
        next = 1;
        while (!first && next <= last) next *= 2;
      }
      value = MakeInt(next);
    }
    std::optional<Int128> integer = IntegerOf(value);
    if (integer) {
      last = first ? *integer : std::max(last, *integer);
      first = false;
    }
    if (value.kind != ObjectKind::Constant) continue;
    if (base != SpecialKind::PlainEnum && integer) {
      value.enum_member = true;
    } else {
      // Not a number in itself; its value can be asked for.
      Object opaque = SpecialObject(SpecialKind::PlainEnum, unit_.symbols.Intern("a member of an Enum"));
      opaque.constant = value.constant;
      value = opaque;
    }
    implementation_.name_space(space).names.Set(name, value);
  }
  return NamespaceObject(space);
}

Object Reader::DefineStruct(NodeId node, const std::vector<std::pair<SymbolId, NodeId>>& fields) {
  EnsureModule();
  SymbolId name = ast_->Get<py::ClassDef>(node).name;
  // The frame is that of the class body; the key is made where the class is.
  std::string key;
  std::string_view prefix = frames_.back().prefix;
  for (char c : prefix.substr(0, prefix.size() - 1)) {
    if (c == '.') key += "__";
    else key += c;
  }
  std::vector<StructField> made;
  std::string hashed = key;
  for (const auto& [field, annotation_node] : fields) {
    std::string what = "field " + std::string(Name(field)) + " of " + key;
    Annotation annotation = EvaluateAnnotation(annotation_node);
    if (annotation.unresolved) {
      Unavailable(key, node, "the annotation of " + what + " needs " + annotation.reason);
      return Unresolved("a struct with an annotation that only running the code evaluates");
    }
    std::string code = annotation.type.valid() ? AnnotationCode(unit_.types, annotation.type) : std::string();
    if (code.empty()) {
      Emit(DiagnosticKind::InvalidAnnotation, annotation_node, what, annotation.none ? "it is None" : annotation.reason);
      return Unresolved("a struct that Warp rejects");
    }
    std::erase_if(made, [&](const StructField& other) { return other.name == Name(field); });
    made.push_back({std::string(Name(field)), annotation.type});
    hashed += std::string(Name(field)) + ":" + code;
    if (IsStruct(unit_.types, annotation.type))
      if (const Digest* nested = implementation_.StructHash(unit_.types[annotation.type].structure))
        hashed.append(reinterpret_cast<const char*>(nested->data()), nested->size());
  }
  Digest digest = Sha256(hashed);
  TypeId type = unit_.types.DeclareStruct(key, std::move(made));
  unit_.types.structure(type).native_name = key + "_" + Hex(digest).substr(0, 8);
  implementation_.struct_hashes.emplace_back(unit_.types[type].structure, digest);
  Object object;
  object.kind = ObjectKind::Struct;
  object.type = type;
  object.name = name;
  return object;
}

}  // namespace warpsmith
