// Classes: namespaces, enumerations, and @wp.struct.
#include <algorithm>

#include "unit/hashes.h"
#include "unit/reader.h"

namespace warpsmith {

void Reader::ExecuteClass(NodeId node) {
  auto type = ast_->Get<py::ClassDef>(node);
  std::vector<NodeId> decorators(ast_->List(type.decorator_list).begin(),
                                 ast_->List(type.decorator_list).end());
  std::vector<NodeId> bases(ast_->List(type.bases).begin(), ast_->List(type.bases).end());
  std::vector<Object> evaluated;
  for (NodeId decorator : decorators) evaluated.push_back(Evaluate(decorator));
  std::optional<SpecialKind> enumeration;
  NamespaceId space = implementation_.AddNamespace(NamespaceKind::Class, std::string(Name(type.name)));
  TypeId base_type;  // a vector, matrix, ...: to Warp the class is that type
  for (NodeId base : bases) {
    Object object = Evaluate(base);
    if (object.kind == ObjectKind::Type && IsComposite(unit_.types, object.type)) base_type = object.type;
    for (SpecialKind kind : {SpecialKind::IntEnum, SpecialKind::IntFlag, SpecialKind::PlainEnum})
      if (IsSpecial(object, kind)) enumeration = kind;
    // Class attributes are inherited.
    if (object.kind == ObjectKind::Namespace &&
        implementation_.name_space(object.name_space).kind == NamespaceKind::Class)
      for (const auto& [name, member] :
           std::vector(implementation_.name_space(object.name_space).names.entries()))
        implementation_.name_space(space).names.Set(name, member);
  }
  std::vector<std::pair<SymbolId, NodeId>> fields;
  for (NodeId statement : ast_->List(type.body))
    if (auto field = ast_->If<py::AnnAssign>(statement))
      if (auto name = ast_->If<py::Name>(field->target)) fields.emplace_back(name->id, field->annotation);

  // Namespaces live in a deque: the address of the table is stable.
  std::string qualified = frames_.back().prefix + std::string(Name(type.name));
  Frame frame{&implementation_.name_space(space).names, frames_.back().scope, qualified + "."};
  frame.enumeration = enumeration;
  frames_.push_back(frame);
  Execute(ast_->List(type.body));
  frames_.pop_back();
  if (enumeration) MarkMembers(space, *enumeration);
  Object value = NamespaceObject(space);
  if (base_type.valid()) {
    value = TypeObject(base_type, TypeFlavor::Made);
    value.name_space = space;  // tells it from its base
  }
  for (size_t i = evaluated.size(); i-- > 0;) {
    bool is_struct = IsSpecial(evaluated[i], SpecialKind::Struct) ||
                     (IsOpaque(evaluated[i], OpaqueKind::Decorator) &&
                      decorator_kinds_[evaluated[i].detail] == SpecialKind::Struct);
    if (!is_struct) continue;
    frames_.push_back(frame);
    value = DefineStruct(node, KeyOf(qualified), fields);
    frames_.pop_back();
  }
  Bind(type.name, value);
}

Object Reader::NextMember() {
  Int128 last = 0;
  bool any = false;
  for (const auto& [name, member] : frames_.back().names->entries()) {
    std::optional<Int128> integer = IntegerOf(member);
    if (Name(name).starts_with("_") || !integer) continue;
    last = any ? std::max(last, *integer) : *integer;
    any = true;
  }
  if (frames_.back().enumeration != SpecialKind::IntFlag) return MakeInt(any ? last + 1 : 1);
  Int128 bit = 1;
  while (any && bit <= last) bit *= 2;
  return MakeInt(bit);
}

void Reader::MarkMembers(NamespaceId space, SpecialKind base) {
  const auto entries = implementation_.name_space(space).names.entries();
  for (const auto& [name, member] : entries) {
    if (Name(name).starts_with("_") || member.kind != ObjectKind::Constant) continue;
    Object value = member;
    if (base != SpecialKind::PlainEnum && IntegerOf(member)) {
      value.enum_member = true;
    } else {
      // Not a number in itself; its value can be asked for.
      value = SpecialObject(SpecialKind::PlainEnum, unit_.symbols.Intern("a member of an Enum"));
      value.constant = member.constant;
    }
    implementation_.name_space(space).names.Set(name, value);
  }
}

Object Reader::DefineStruct(NodeId node, const std::string& key,
                            const std::vector<std::pair<SymbolId, NodeId>>& fields) {
  EnsureModule();
  SymbolId name = ast_->Get<py::ClassDef>(node).name;
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
      Emit(DiagnosticKind::InvalidAnnotation, annotation_node, what,
           annotation.none ? "it is None" : annotation.reason);
      return Unresolved("a struct that Warp rejects");
    }
    std::erase_if(made, [&, field_name = Name(field)](const StructField& other) { return other.name == field_name; });
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
