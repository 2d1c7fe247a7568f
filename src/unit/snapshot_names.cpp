// What the names of a snapshot refer to.
#include "unit/snapshot_decoder.h"

namespace warpsmith {
namespace {
constexpr int kMaxDepth = 32;
}  // namespace

Object SnapshotDecoder::Unknown(std::string_view reason) {
  return OpaqueObject(OpaqueKind::Unresolved, 0, unit_.symbols.Intern(reason));
}

void SnapshotDecoder::ReadNames(const Node& node, NameTable& names, int depth) {
  if (!IsObject(node)) return;
  for (const auto& [name, value] : node.json->items()) {
    if (failed()) return;
    Object object = ReadObject({&value, node.path + "." + name}, depth + 1);
    if (object) names.Set(unit_.symbols.Intern(name), object);
  }
}

Object SnapshotDecoder::ReadNamespace(const Node& node, int depth) {
  NamespaceId id = implementation_.AddNamespace(NamespaceKind::Class, String(Field(node, "name")));
  NameTable names;
  ReadNames(Field(node, "names"), names, depth);
  implementation_.name_space(id).names = std::move(names);
  return NamespaceObject(id);
}

Object SnapshotDecoder::ReadFunctionObject(const Node& node, int depth) {
  auto index = static_cast<uint32_t>(
      Integer(Field(node, "set"), 0, static_cast<int64_t>(unsupported_sets_.size()) - 1));
  if (failed()) return Object();
  if (!unsupported_sets_[index].empty()) return Unknown(unsupported_sets_[index]);
  Object object;
  object.kind = ObjectKind::Function;
  object.function_set = FunctionSetId(index);
  if (!node.json->contains("names")) return object;
  NamespaceId space = implementation_.AddNamespace(NamespaceKind::Class, "function");
  NameTable names;
  ReadNames(Field(node, "names"), names, depth);
  implementation_.name_space(space).names = std::move(names);
  object.name_space = space;
  return object;
}

Object SnapshotDecoder::ReadExternal(const Node& node) {
  ExternalFunction function;
  function.key = String(Field(node, "name"));
  Node overloads = Field(node, "overloads");
  size_t count = Size(overloads);
  for (size_t i = 0; i < count && !failed(); ++i) {
    Node item = Element(overloads, i);
    ExternalFunction::Overload& overload = function.overloads.emplace_back();
    Node parameters = Field(item, "parameters");
    size_t parameter_count = Size(parameters);
    for (size_t k = 0; k < parameter_count && !failed(); ++k) {
      Node parameter = Element(parameters, k);
      overload.parameters.emplace_back(unit_.symbols.Intern(String(Field(parameter, "name"))),
                                       TypeReference(Field(parameter, "type")));
    }
    Node result = Field(item, "return");
    if (!failed() && !result.json->is_null()) overload.result = TypeReference(result);
    overload.function_namespace = unit_.symbols.Intern(String(Field(item, "namespace")));
    overload.native_name = unit_.symbols.Intern(String(Field(item, "native_name")));
  }
  Object object;
  if (failed()) return object;
  object.kind = ObjectKind::External;
  object.name = unit_.symbols.Intern(function.key);
  object.detail = static_cast<uint32_t>(unit_.external_functions.size());
  unit_.external_functions.push_back(std::move(function));
  return object;
}

Object SnapshotDecoder::ReadObject(const Node& node, int depth) {
  if (depth > kMaxDepth) Damaged(node, "nested too deeply");
  std::string kind = String(Field(node, "kind"));
  if (failed() || kind == "none") return Object();
  static constexpr std::pair<std::string_view, ObjectKind> kForms[] = {{"warp", ObjectKind::WarpModule},
                                                                       {"static", ObjectKind::Static},
                                                                       {"grad", ObjectKind::Grad},
                                                                       {"adjoint", ObjectKind::Adjoint},
                                                                       {"address_of", ObjectKind::AddressOf}};
  Object object;
  for (const auto& [name, form] : kForms)
    if (kind == name) object.kind = form;
  if (object) return object;
  if (kind == "constant") {
    ConstantId constant = ReadConstant(Field(node, "value"), depth);
    object = ConstantObject(constant, unit_.constants[constant].type);
    if (node.json->contains("enum")) object.enum_member = Bool(Field(node, "enum"));
    return object;
  }
  if (kind == "type") {
    object = TypeObject(TypeReference(Field(node, "type")));
    if (node.json->contains("python")) {
      object.name = unit_.symbols.Intern(String(Field(node, "python")));
      object.flavor = TypeFlavor::Python;
    }
    return object;
  }
  if (kind == "struct") {
    object.kind = ObjectKind::Struct;
    object.type = TypeReference(Field(node, "type"));
    if (!failed() && !IsStruct(unit_.types, object.type)) Damaged(node, "its type is no struct");
    if (!failed()) object.name = unit_.symbols.Intern(unit_.types.structure(object.type).name);
    return object;
  }
  if (kind == "function") return ReadFunctionObject(node, depth);
  if (kind == "external") return ReadExternal(node);
  if (kind == "namespace") return ReadNamespace(node, depth);
  if (kind == "builtin" || kind == "python") {
    SymbolId name = unit_.symbols.Intern(String(Field(node, "name")));
    object = kind == "builtin" ? unit_.Builtin(name) : unit_.PythonBuiltin(name);
    if (!object) Damaged(node, "there is no built-in of this name");
    return object;
  }
  if (kind == "foreign")
    return OpaqueObject(OpaqueKind::PythonFunction, 0, unit_.symbols.Intern(String(Field(node, "what"))));
  if (kind == "unknown") return Unknown(String(Field(node, "reason")));
  Damaged(node, "there is no kind of object '" + kind + "'");
  return Object();
}

}  // namespace warpsmith
