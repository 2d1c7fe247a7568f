#include "unit/unit.h"

#include <algorithm>
#include <limits>

#include "unit/implementation.h"
#include "unit/warp_names.h"

namespace warpsmith {

void NameTable::Set(SymbolId name, const Object& object) {
  if (const Object* found = Find(name)) {
    *const_cast<Object*>(found) = object;
    return;
  }
  entries_.emplace_back(name, object);
  if (slots_.empty() && entries_.size() <= kLinearLimit) return;
  auto note = [this](SymbolId symbol, size_t slot) {
    if (symbol.index >= slots_.size()) slots_.resize(symbol.index + 16, 0);
    slots_[symbol.index] = static_cast<uint32_t>(slot + 1);
  };
  if (slots_.empty()) {
    for (size_t i = 0; i < entries_.size(); ++i) note(entries_[i].first, i);
  } else {
    note(name, entries_.size() - 1);
  }
}

Unit::Unit() : implementation_(std::make_unique<Implementation>()) { implementation_->scopes.emplace_back(); }
Unit::~Unit() = default;

Object Unit::Resolve(ScopeId scope, SymbolId name) const {
  while (scope.valid()) {
    const Implementation::Scope& current = implementation_->scopes[scope.index];
    if (const Object* found = current.names.Find(name); found != nullptr && found->kind != ObjectKind::None) {
      if (found->kind == ObjectKind::Unknown && found->opaque == OpaqueKind::PythonNone) return Object();
      return *found;
    }
    scope = current.parent;
  }
  return Object();
}

Object Unit::Builtin(SymbolId name) const {
  const WarpName* found = FindWarpName(symbols.Text(name));
  if (found == nullptr || !found->is_builtin_key) return Object();
  Object object;
  object.kind = ObjectKind::Builtin;
  object.name = name;
  return object;
}

Object Unit::PythonBuiltin(SymbolId name) const {
  std::string_view text = symbols.Text(name);
  static constexpr std::pair<std::string_view, TypeId> kTypes[] = {
      {"int", kInt32Type}, {"float", kFloat32Type}, {"bool", kBoolType}, {"str", kStringType}};
  for (auto [type_name, type] : kTypes) {
    if (type_name != text) continue;
    Object object = TypeObject(type, TypeFlavor::Python);
    object.name = name;
    return object;
  }
  if (!IsPythonBuiltin(text)) return Object();
  Object object;
  object.kind = ObjectKind::PythonBuiltin;
  object.name = name;
  return object;
}

namespace {

// A namespace that exists in every unit is made when it is first asked for.
Object FixedNamespace(Unit::Implementation& implementation, NamespaceKind kind, std::string_view name) {
  for (size_t i = 0; i < implementation.namespaces.size(); ++i)
    if (implementation.namespaces[i].kind == kind && implementation.namespaces[i].name == name)
      return NamespaceObject(NamespaceId(static_cast<uint32_t>(i)));
  return NamespaceObject(implementation.AddNamespace(kind, std::string(name)));
}

Object WarpTypesAttribute(const Unit& unit, SymbolId name) {
  static constexpr std::pair<std::string_view, SpecialKind> kConstructors[] = {
      {"vector", SpecialKind::TypesVector},         {"matrix", SpecialKind::TypesMatrix},
      {"quaternion", SpecialKind::TypesQuaternion}, {"transformation", SpecialKind::TypesTransformation},
      {"Vector", SpecialKind::VectorHint},          {"Matrix", SpecialKind::MatrixHint},
      {"Quaternion", SpecialKind::QuaternionHint},  {"Transformation", SpecialKind::TransformationHint},
  };
  std::string_view text = unit.symbols.Text(name);
  for (const auto& [constructor, special] : kConstructors)
    if (text == constructor) return SpecialObject(special, name);
  if (text == "Any") return TypeObject(kAnyType);
  // Both names of the module are one namespace here; the public one lacks these.
  if (Object types = WarpTypeTuple(const_cast<Unit&>(unit), text)) return types;
  return unit.WarpAttribute(name);
}

}  // namespace

Object Unit::WarpAttribute(SymbolId name) const {
  if (const Object* given = implementation_->warp_names.Find(name)) return *given;
  std::string_view text = symbols.Text(name);
  const WarpName* found = FindWarpName(text);
  if (found == nullptr) return Object();
  // Types, constants and namespaces are made on demand in the unit's own tables.
  Unit& self = const_cast<Unit&>(*this);
  switch (found->kind) {
    case WarpNameKind::None:
      return Object();
    // What kernels name again and again is remembered.
    case WarpNameKind::Builtin: {
      Object object;
      object.kind = ObjectKind::Builtin;
      object.name = name;
      implementation_->warp_names.Set(name, object);
      return object;
    }
    case WarpNameKind::Type: {
      TypeId type = TypeByName(self.types, text);
      if (!type.valid()) return OpaqueObject(OpaqueKind::Unresolved, 0, name);
      Object object = TypeObject(type);
      implementation_->warp_names.Set(name, object);
      return object;
    }
    case WarpNameKind::Int:
      return ConstantObject(self.constants.Add(Constant::Int(static_cast<int64_t>(found->value))),
                            kInt32Type);
    case WarpNameKind::Float:
      return ConstantObject(self.constants.Add(Constant::Float(found->value)), kFloat32Type);
    case WarpNameKind::Module:
      if (text == "types") return FixedNamespace(*implementation_, NamespaceKind::WarpTypes, "warp.types");
      if (text == "config") return FixedNamespace(*implementation_, NamespaceKind::WarpConfig, "warp.config");
      return FixedNamespace(*implementation_, NamespaceKind::Opaque, text == "_src" ? "warp._src" : "warp");
    case WarpNameKind::LibraryFunction:
      return LibraryFunction(self, name);
    case WarpNameKind::Other:
      if (text[0] >= 'A' && text[0] <= 'Z')
        if (Object type = WarpClass(self, text)) return type;
      break;
  }
  Object special = WarpSpecial(text, name);
  // What it is, is known: nothing that a kernel refers to.
  if (special.opaque == OpaqueKind::Unresolved) special.opaque = OpaqueKind::WarpObject;
  return special;
}

namespace {

// Components of a constant vector or quaternion, parts of a transform, the value of an enumeration's member.
Object ConstantAttribute(Unit& unit, const Object& object, std::string_view name) {
  const Constant constant = unit.constants[object.constant];
  if (object.enum_member && name == "value") {
    Object plain = object;
    plain.enum_member = false;
    return plain;
  }
  if (constant.form != ConstantForm::Composite) return Object();
  TypeKind kind = unit.types.kind(constant.type);
  TypeId scalar = ScalarTypeOf(unit.types, constant.type);
  if (kind == TypeKind::Transform && (name == "p" || name == "q")) {
    Constant part;
    part.form = ConstantForm::Composite;
    part.type = name == "p" ? unit.types.Vector(3, scalar) : unit.types.Quaternion(scalar);
    part.typed = true;
    part.elements.assign(constant.elements.begin() + (name == "p" ? 0 : 3),
                         name == "p" ? constant.elements.begin() + 3 : constant.elements.end());
    TypeId type = part.type;
    return ConstantObject(unit.constants.Add(std::move(part)), type);
  }
  size_t index = name.size() == 1 ? std::string_view("xyzw").find(name[0]) : std::string_view::npos;
  bool components =
      kind == TypeKind::Quaternion || (kind == TypeKind::Vector && constant.elements.size() <= 4);
  if (!components || index >= constant.elements.size()) return Object();
  const Constant element = unit.constants[constant.elements[index]];
  Constant plain =
      element.form == ConstantForm::Float ? Constant::Float(element.real) : Constant::Int(element.integer);
  TypeId type = plain.type;
  return ConstantObject(unit.constants.Add(std::move(plain)), type);
}

}  // namespace

Object Unit::Attribute(const Object& object, SymbolId name) const {
  switch (object.kind) {
    case ObjectKind::Constant:
      return ConstantAttribute(const_cast<Unit&>(*this), object, symbols.Text(name));
    case ObjectKind::WarpModule:
      return WarpAttribute(name);
    case ObjectKind::Unknown:
      // A name of something unknown is as unknown.
      return object.opaque == OpaqueKind::Unresolved ? object : Object();
    case ObjectKind::Function:  // what Python code may have set on it
      if (!object.name_space.valid()) return Object();
      break;
    case ObjectKind::Namespace:
      break;
    default:
      return Object();
  }
  const Namespace& space = implementation_->name_space(object.name_space);
  if (const Object* found = space.names.Find(name); found != nullptr && found->kind != ObjectKind::None)
    return *found;
  switch (space.kind) {
    case NamespaceKind::Class:
      return Object();
    case NamespaceKind::Module:
      return ModuleAttribute(const_cast<Unit&>(*this), object.name_space, name);
    case NamespaceKind::WarpTypes:
      return WarpTypesAttribute(*this, name);
    case NamespaceKind::WarpConfig:
      return ConfigDefault(const_cast<Unit&>(*this), symbols.Text(name));
    case NamespaceKind::Math:
    case NamespaceKind::Numpy:
    case NamespaceKind::Typing:
    case NamespaceKind::Enum:
    case NamespaceKind::Functools:
      return PythonModuleAttribute(const_cast<Unit&>(*this), space.kind, name);
    case NamespaceKind::Opaque:
      if (space.name == "warp._src" && symbols.Text(name) == "types")
        return FixedNamespace(*implementation_, NamespaceKind::WarpTypes, "warp.types");
      return OpaqueObject(OpaqueKind::Unresolved, 0, name);
  }
  return Object();
}

}  // namespace warpsmith
