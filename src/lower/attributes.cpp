// Attributes: components of vectors, quaternions and transforms, fields of structs and of Warp's own types,
// members of modules and enums, and what a type says of itself (dtype, length, ndim).
#include "lower/lowering.h"

namespace warpsmith {

namespace {

/// Position of a component named x, y, z or w in a sequence of `length`; nothing if it has none of that name.
std::optional<int64_t> ComponentPosition(std::string_view component, int64_t length) {
  static constexpr std::string_view kNames = "xyzw";
  if (component.size() != 1) return std::nullopt;
  size_t position = kNames.find(component[0]);
  if (position == std::string_view::npos || static_cast<int64_t>(position) >= length) return std::nullopt;
  return static_cast<int64_t>(position);
}

}  // namespace

Object Lowering::ObjectOfType(TypeId type) const {
  Object object;
  object.kind = IsStruct(types_, type) ? ObjectKind::Struct : ObjectKind::Type;
  object.type = type;
  return object;
}

Object Lowering::ObjectOfInteger(int64_t value) {
  Object object;
  object.kind = ObjectKind::Constant;
  object.constant = unit_.constants.Add(Constant::Int(value));
  return object;
}

Object Lowering::TypeAttribute(TypeId type, SymbolId name) {
  std::string_view text = Text(name);
  if (IsValue(types_, type)) {
    if (text == "dtype") return ObjectOfType(ScalarTypeOf(types_, type));
    if (text == "length") {
      int64_t length = 1;
      for (int64_t extent : ShapeOf(types_, type)) length *= extent;
      return ObjectOfInteger(length);
    }
  }
  if (IsArray(types_, type)) {
    if (text == "dtype") return ObjectOfType(types_[type].element);
    if (text == "ndim") return ObjectOfInteger(types_[type].dimensions);
  }
  return {};
}

VarId Lowering::VectorComponentIndex(SymbolId component, TypeId vector_type, NodeId node) {
  std::optional<int64_t> position = ComponentPosition(Text(component), ShapeOf(types_, vector_type)[0]);
  if (position) return AddIntConstant(*position);
  Fail(DiagnosticKind::UnknownComponent, node, TypeRepr(types_, vector_type), Text(component));
  return VarId();
}

bool Lowering::CheckTransformComponent(SymbolId component, NodeId node) {
  if (Text(component) == "p" || Text(component) == "q") return true;
  Fail(DiagnosticKind::UnknownComponent, node, "a transform", Text(component));
  return false;
}

bool Lowering::IsDifferentiableValueType(TypeId type) const {
  TypeId scalar = ScalarTypeOf(types_, type);
  return IsStruct(types_, type) || (scalar.valid() && IsFloat(scalar));
}

Value Lowering::EvalAttribute(NodeId node, bool as_target) {
  Value aggregate = Eval(ast_.Get<py::Attribute>(node).value);
  return failed() ? Value() : EvalAttributeOf(node, aggregate, as_target);
}

Value Lowering::EvalAttributeOf(NodeId node, const Value& aggregate, bool as_target) {
  if (failed()) return {};
  auto attribute = ast_.Get<py::Attribute>(node);
  switch (aggregate.kind) {
    case Value::Kind::Variable: {
      std::optional<Value> found = AttributeOfVariable(node, aggregate.var, as_target);
      if (failed()) return {};
      if (found) return *found;
      TypeId type = ValueType(aggregate.var);
      if (Object object = TypeAttribute(type, attribute.attr)) return Value::Of(object);
      // What tiles offer comes with tiles.
      if (IsTile(types_, type))
        Fail(DiagnosticKind::FeatureNotSupported, node, "an attribute of a tile");
      else
        Fail(DiagnosticKind::NotAnAttribute, node, Text(attribute.attr),
             TypeRepr(types_, TypeOf(aggregate.var)));
      return {};
    }
    case Value::Kind::Object:
      return AttributeOfObject(node, aggregate.object);
    default:
      Fail(DiagnosticKind::NotAnAttribute, node, Text(attribute.attr), "the result of this expression");
      return {};
  }
}

Value Lowering::AttributeOfObject(NodeId node, const Object& object) {
  SymbolId name = ast_.Get<py::Attribute>(node).attr;
  Object found =
      object.kind == ObjectKind::WarpModule ? unit_.WarpAttribute(name) : unit_.Attribute(object, name);
  if (!found && object.type.valid()) found = TypeAttribute(object.type, name);
  if (!found && object.kind == ObjectKind::Constant)
    found = FieldOfConstant(unit_.constants[object.constant], name);
  if (!found) {
    Fail(DiagnosticKind::NotAnAttribute, node, Text(name), "this object");
    return {};
  }
  if (found.kind == ObjectKind::Constant) {
    ConstantForm form = unit_.constants[found.constant].form;
    // A string or a struct instance stays an object; nothing but a call can take it.
    bool is_value = form != ConstantForm::String && form != ConstantForm::Struct;
    // What a type says of itself is no variable either.
    if (is_value && object.kind != ObjectKind::Type && object.kind != ObjectKind::Struct)
      return AddConstant(found.constant);
    return Value::Of(found);
  }
  if (found.kind == ObjectKind::Unknown) return ValueOfObject(found, node);
  return Value::Of(found);
}

Object Lowering::FieldOfConstant(const Constant& constant, SymbolId field) const {
  Object found;
  if (constant.form != ConstantForm::Struct) return found;
  const StructInfo& info = types_.structure(constant.type);
  for (size_t i = 0; i < info.fields.size(); ++i) {
    if (info.fields[i].name != Text(field)) continue;
    found.kind = ObjectKind::Constant;
    found.type = info.fields[i].type == kHandleType ? kUint64Type : info.fields[i].type;
    found.constant = constant.elements[i];
  }
  return found;
}

std::optional<Value> Lowering::AttributeOfVariable(NodeId node, VarId aggregate, bool as_target) {
  SymbolId name = ast_.Get<py::Attribute>(node).attr;
  if (HasConstant(aggregate)) {
    const Constant constant = ConstantOf(aggregate);
    if (constant.form == ConstantForm::Struct) {
      Object field = FieldOfConstant(constant, name);
      if (!field) return std::nullopt;
      // The field keeps its declared type; of a native value, that of Python's.
      if (!IsNative(types_, constant.type) && IsScalarOrBool(field.type))
        return AddConstant(CastConstant(unit_.constants[field.constant], field.type));
      return AddConstant(field.constant);
    }
    // An enum member is its own `.value`.
    if (constant.form != ConstantForm::Composite) return aggregate;
  }
  TypeId type = ValueType(aggregate);
  bool is_vector = IsVector(types_, type) || IsQuaternion(types_, type);
  if (is_vector && !ComponentPosition(Text(name), ShapeOf(types_, type)[0])) return std::nullopt;
  if (IsTransform(types_, type) && Text(name) != "p" && Text(name) != "q") return std::nullopt;
  if (as_target) {
    SlotId slot = SelectSlot(aggregate, nullptr, name, node);
    if (failed()) return std::nullopt;
    if (slot.valid()) {
      OriginId origin = ReferenceOrigin(aggregate);
      if (origin.valid() && is_vector) {
        // Its own index variable, besides that of the slot.
        VarId index = VectorComponentIndex(name, type, node);
        origin = ExtendIndex(origin, std::span(&index, 1));
      } else {
        origin = ExtendField(origin, name);
      }
      return AddSlotReference(program_.slots[slot], origin);
    }
  }
  if (is_vector || IsTransform(types_, type)) return ComponentOfVariable(node, aggregate);
  if (IsStruct(types_, type) || IsNative(types_, type)) {
    const StructField* field = types_.structure(type).Find(Text(name));
    if (field == nullptr) return std::nullopt;
    return AddFieldAddress(aggregate, Text(name), field->type);
  }
  std::optional<NativeField> field = FindNativeField(types_, type, Text(name));
  if (!field) return std::nullopt;
  return AddFieldAddress(aggregate, field->cpp_member, field->type);
}

std::optional<Value> Lowering::ComponentOfVariable(NodeId node, VarId aggregate) {
  SymbolId name = ast_.Get<py::Attribute>(node).attr;
  TypeId type = ValueType(aggregate);
  if (IsTransform(types_, type)) {
    bool is_position = Text(name) == "p";
    VarId out = AddBuiltin(is_position ? "transform_get_translation" : "transform_get_rotation", {aggregate});
    if (failed()) return std::nullopt;
    if (OriginId origin = ReferenceOrigin(aggregate); origin.valid())
      var(out).origin = ExtendField(origin, name);
    return out;
  }
  VarId index = VectorComponentIndex(name, type, node);
  VarId out = AddBuiltin("extract", {aggregate, index});
  if (failed()) return std::nullopt;
  if (OriginId origin = ReferenceOrigin(aggregate); origin.valid())
    var(out).origin = ExtendIndex(origin, std::span(&index, 1));
  return out;
}

VarId Lowering::AddFieldAddress(VarId aggregate, std::string_view label, TypeId type) {
  // A pointer is offered to kernels as an integer: its address is that of an integer in the primal, and that
  // of a value of what it points to in the adjoint.
  bool is_pointer = types_.kind(type) == TypeKind::Pointer;
  TypeId target = is_pointer ? types_[type].element : TypeId();
  TypeId field_type = is_pointer ? kUint64Type : type;
  VarId out = AddVar(types_.Reference(field_type));
  SymbolId symbol = Intern(label);
  // An array's descriptor may be an rvalue when it is spelled by its origin; its own variable never is.
  OriginId origin = IsArray(types_, ValueType(aggregate)) ? OriginId() : ReferenceOrigin(aggregate);
  if (origin.valid()) {
    origin = ExtendField(origin, symbol, is_pointer ? kUint64Type : TypeId(), target);
    var(out).origin = origin;
  }
  TrackField(out, aggregate, symbol, field_type);
  Statement& address = AddStatement(StatementKind::FieldAddress);
  address.a = out;
  address.b = aggregate;
  address.symbol = symbol;
  address.origin = origin;
  address.type = target;
  address.flag = IsDifferentiableValueType(field_type);
  return out;
}

}  // namespace warpsmith
