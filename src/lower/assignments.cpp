// Plain assignments: to names, to several names, to subscripts and to attributes.
#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

namespace {

bool SameFunction(const Object& a, const Object& b) {
  return a.kind == b.kind && a.function_set == b.function_set && a.name == b.name;
}

/// Whether two types are kinds of one query, so that a name may change from one to the other.
bool JoinByErasure(TypeId a, TypeId b) {
  TypeId parent_a = ErasedParent(a).valid() ? ErasedParent(a) : a;
  TypeId parent_b = ErasedParent(b).valid() ? ErasedParent(b) : b;
  return parent_a == parent_b;
}

}  // namespace

VarId Lowering::ReferenceParameter(SymbolId name) const {
  for (const auto& [symbol, id] : reference_parameters_)
    if (symbol == name) return id;
  return VarId();
}

void Lowering::EvalAssign(NodeId node) {
  auto assign = ast_.Get<py::Assign>(node);
  if (ast_.List(assign.targets).size() != 1) return Fail(DiagnosticKind::MultipleTargets, node);
  if (ast_.Is(assign.value, NodeKind::List))
    return Fail(DiagnosticKind::ConstructNotSupported, assign.value, "List");
  NodeId lhs = ast_.List(assign.targets)[0];
  if (auto targets = ast_.If<py::Tuple>(lhs)) return AssignTuple(node, *targets);
  Value rhs = Eval(assign.value);
  if (failed()) return;
  switch (ast_.Kind(lhs)) {
    case NodeKind::Name:
      return AssignName(node, ast_.Get<py::Name>(lhs).id, rhs);
    case NodeKind::Subscript:
      return AssignSubscript(lhs, rhs);
    case NodeKind::Attribute:
      return AssignAttribute(lhs, rhs);
    default:
      return Fail(DiagnosticKind::AssignmentTarget, lhs);
  }
}

bool Lowering::CheckFunctionRebinding(SymbolId name, const Value& rhs, NodeId node) {
  const Value* existing = symbols_.Find(name);
  if (existing == nullptr || !existing->is_function() || SameFunction(existing->object, rhs.object))
    return true;
  Fail(DiagnosticKind::FunctionRebound, node, Text(name));
  return false;
}

bool Lowering::CheckRebinding(SymbolId name, const Value& value, bool strip_reference, NodeId node) {
  const Value* existing = symbols_.Find(name);
  if (existing == nullptr) return true;
  if (existing->is_function()) {
    Fail(DiagnosticKind::FunctionRebound, node, Text(name));
  } else if (existing->kind == Value::Kind::Grad) {
    Fail(DiagnosticKind::GradRebound, node, Text(name));
  } else if (!value.is_variable() || !existing->is_variable()) {
    Fail(DiagnosticKind::ExpectedValue, node);
  } else {
    TypeId type = strip_reference ? ValueType(value.var) : TypeOf(value.var);
    TypeId existing_type = TypeOf(existing->var);
    if (!TypesEqual(types_, type, existing_type) && !JoinByErasure(type, existing_type))
      Fail(DiagnosticKind::TypeChange, node, Text(name), TypeRepr(types_, existing_type),
           TypeRepr(types_, type));
  }
  return !failed();
}

void Lowering::AssignName(NodeId node, SymbolId name, const Value& rhs) {
  NodeId value_node = ast_.Get<py::Assign>(node).value;
  if (ReferenceParameter(name).valid()) return StoreReferenceParameter(name, rhs, false, node);
  if (rhs.kind == Value::Kind::Grad) return symbols_.Set(name, rhs);
  if (rhs.is_function()) {
    // There are no function pointers: the name stands for the function.
    if (CheckFunctionRebinding(name, rhs, node)) symbols_.Set(name, rhs);
    return;
  }
  if (!CheckRebinding(name, rhs, true, node)) return;
  Value out = rhs;
  if (rhs.kind == Value::Kind::Sequence) {
    Values elements;
    for (VarId element : program_.List(rhs.sequence)) elements.push_back(element);
    out = AddBuiltinCall("tuple", elements);
  } else if (!rhs.is_variable()) {
    return Fail(DiagnosticKind::ExpectedValue, value_node);
  } else if (ast_.Is(value_node, NodeKind::Name) || IsReferenceVar(rhs.var)) {
    out = AddBuiltin("copy", {rhs.var});
    if (failed()) return;
    // A copied descriptor still describes the same array.
    if (IsArray(types_, TypeOf(out.var))) var(out.var).origin = var(rhs.var).origin;
  }
  if (!failed() && out.is_variable() && rhs.is_variable()) TrackAlias(out.var, rhs.var);
  if (!failed()) symbols_.Set(name, out);
}

void Lowering::AssignTuple(NodeId node, const py::Tuple& targets) {
  NodeId value_node = ast_.Get<py::Assign>(node).value;
  Nodes target_nodes(ast_.List(targets.elts));
  Values values;
  if (auto tuple = ast_.If<py::Tuple>(value_node)) {
    Nodes elements(ast_.List(tuple->elts));
    for (NodeId element : elements) values.push_back(Eval(element));
  } else {
    Value rhs = ast_.Is(value_node, NodeKind::Call)
                    ? EvalCall(value_node, true, static_cast<int>(target_nodes.size()))
                    : Eval(value_node);
    if (failed()) return;
    // Of a tuple that only an annotation describes Warp does not know the length here.
    bool is_annotated = rhs.is_variable() && var(rhs.var).is_parameter && !definition_->is_instance;
    if (rhs.is_variable() && IsTuple(types_, TypeOf(rhs.var)) && !is_annotated) {
      size_t count = types_.elements(TypeOf(rhs.var)).size();
      if (count != target_nodes.size())
        return Fail(DiagnosticKind::UnpackCount, node, count, target_nodes.size());
      for (size_t i = 0; i < count && !failed(); ++i) {
        VarId index = AddIntConstant(static_cast<int64_t>(i));
        values.push_back(AddBuiltin("extract", {rhs.var, index}));
      }
    } else if (rhs.kind == Value::Kind::Sequence) {
      for (VarId element : program_.List(rhs.sequence)) values.push_back(element);
    } else {
      return Fail(DiagnosticKind::UnpackValue, value_node);
    }
  }
  if (failed()) return;
  std::vector<SymbolId> names;
  for (NodeId target : target_nodes) {
    auto name = ast_.If<py::Name>(target);
    if (!name) return Fail(DiagnosticKind::UnpackTarget, target);
    names.push_back(name->id);
  }
  if (names.size() != values.size())
    return Fail(DiagnosticKind::UnpackCount, node, values.size(), names.size());
  bool stores = std::any_of(names.begin(), names.end(),
                            [&](SymbolId name) { return ReferenceParameter(name).valid(); });
  if (stores) {
    // All values are read before the first one is stored: `old, x = x, 2.0`.
    for (Value& value : values)
      if (value.is_variable()) value = Load(value.var);
  }
  for (size_t i = 0; i < names.size() && !failed(); ++i) {
    if (ReferenceParameter(names[i]).valid())
      StoreReferenceParameter(names[i], values[i], false, node);
    else if (CheckRebinding(names[i], values[i], false, node))
      symbols_.Set(names[i], values[i]);
  }
}

void Lowering::StoreReferenceParameter(SymbolId name, const Value& value, bool augmented, NodeId node) {
  if (failed()) return;
  if (!value.is_variable()) return Fail(DiagnosticKind::ExpectedValue, node);
  VarId parameter = ReferenceParameter(name);
  VarId loaded = Load(value.var);
  if (failed()) return;
  if (!TypesEqual(types_, TypeOf(loaded), ValueType(parameter))) {
    return Fail(augmented ? DiagnosticKind::AugmentedTypeChange : DiagnosticKind::TypeChange, node,
                Text(name), TypeRepr(types_, ValueType(parameter)), TypeRepr(types_, TypeOf(loaded)));
  }
  Statement& store = AddStatement(StatementKind::ReferenceStore);
  store.a = parameter;
  store.b = loaded;
}

Value Lowering::EvalStoreTarget(NodeId node) {
  if (failed()) return {};
  if (auto attribute = ast_.If<py::Attribute>(node)) {
    Value aggregate = EvalStoreTarget(attribute->value);
    return EvalAttributeOf(node, aggregate, true);
  }
  if (ast_.Is(node, NodeKind::Subscript) && !IsAdjointSubscript(node)) {
    auto [target, nodes] = EvalSubscriptTarget(node, true);
    return failed() ? Value() : EmitIndexing(target, nodes, true, node);
  }
  return Eval(node);
}

void Lowering::AssignSubscript(NodeId lhs, const Value& value) {
  if (!value.is_variable()) return Fail(DiagnosticKind::ExpectedValue, lhs);
  if (IsAdjointSubscript(lhs)) return StoreAdjoint(lhs, value.var);
  VarId rhs = value.var;
  // The value is read before the target's indices are evaluated, and by a copy: a load has no adjoint.
  if (IsReferenceVar(rhs)) rhs = AddBuiltin("copy", {rhs});
  if (failed()) return;
  auto [target, nodes] = EvalSubscriptTarget(lhs, true);
  if (failed()) return;
  Indices indices = EvalIndices(ValueType(target), nodes);
  if (failed()) return;
  SlotId slot = SelectSlot(target, &indices, SymbolId(), lhs);
  if (StoreSlot(slot, rhs, {}, lhs) || failed()) return;
  StoreSubscript(lhs, target, indices, rhs);
}

void Lowering::StoreAdjoint(NodeId lhs, VarId rhs) {
  VarId target = AdjointTarget(lhs);
  if (failed()) return;
  Statement& store = AddStatement(StatementKind::AdjointStore);
  store.a = target;
  store.b = rhs;
}

void Lowering::AssignAttribute(NodeId lhs, const Value& value) {
  if (!value.is_variable()) return Fail(DiagnosticKind::ExpectedValue, lhs);
  VarId rhs = value.var;
  if (IsReferenceVar(rhs)) rhs = AddBuiltin("copy", {rhs});
  if (failed()) return;
  auto attribute = ast_.Get<py::Attribute>(lhs);
  VarId aggregate = ResolveAttributeStoreAggregate(attribute.value);
  if (failed()) return;
  SlotId slot = SelectSlot(aggregate, nullptr, attribute.attr, lhs);
  if (StoreSlot(slot, rhs, {}, lhs) || failed()) return;
  StoreAttribute(lhs, aggregate, rhs);
}

void Lowering::StoreComponent(VarId target, const Indices& indices, VarId rhs, bool is_reference) {
  Variables arguments = {target};
  arguments.append(indices.begin(), indices.end());
  if (is_reference) {
    VarId component = AddBuiltin("indexref", arguments);
    AddBuiltin("store", {component, rhs});
    return;
  }
  arguments.push_back(rhs);
  if (!options_.enable_vector_component_overwrites) {
    AddBuiltin("assign_inplace", arguments);
    return;
  }
  VarId out = AddBuiltin("assign_copy", arguments);
  if (failed()) return;
  // The first name of the value now means the changed copy.
  for (const auto& [name, symbol] : symbols_.entries()) {
    if (!symbol.is_variable() || symbol.var != target) continue;
    symbols_.Set(name, out);
    return;
  }
}

void Lowering::StoreSubscript(NodeId lhs, VarId target, const Indices& indices, VarId rhs) {
  if (failed()) return;
  TypeId type = ValueType(target);
  if (IsArray(types_, type)) {
    Variables arguments = {target};
    arguments.append(indices.begin(), indices.end());
    arguments.push_back(rhs);
    guard_store_ = deterministic_ != nullptr && deterministic_->needs_guard();
    if (guard_store_) deterministic_->facts.needs_context = true;
    AddBuiltin("array_store", arguments);
    NoteArrayStore(target);
  } else if (IsComposite(types_, type)) {
    NodeId root = lhs;
    while (auto subscript = ast_.If<py::Subscript>(root)) root = IsAdjointSubscript(root) ? NodeId() : subscript->value;
    if (!root.valid()) {
      Variables arguments = {target};
      for (VarId index : indices) arguments.push_back(index);
      VarId component = AddBuiltin("index", arguments);
      AddBuiltin("store", {component, rhs});
      return;
    }
    StoreComponent(target, indices, rhs, IsReferenceVar(target));
  } else if (IsTile(types_, type)) {
    StoreTileSubscript(lhs, target, indices, rhs);
  } else {
    Fail(DiagnosticKind::NotSubscriptable, lhs, TypeRepr(types_, type));
  }
}

VarId Lowering::ResolveAttributeStoreAggregate(NodeId node) {
  // A field of a local struct is written in place, so that its adjoint flows from the root to the leaf; a
  // reference to it would carry adjoints only the other way.
  VarId member = ResolveStructMember(node);
  if (failed()) return VarId();
  if (member.valid() && IsStruct(types_, TypeOf(member))) return member;
  Value target = EvalStoreTarget(node);
  if (!failed() && !target.is_variable()) Fail(DiagnosticKind::ExpectedValue, node);
  return target.var;
}

VarId Lowering::ResolveStructMember(NodeId node) {
  auto attribute = ast_.If<py::Attribute>(node);
  if (!attribute || failed()) return VarId();
  VarId base;
  if (ast_.Is(attribute->value, NodeKind::Name))
    base = Eval(attribute->value).var;
  else
    base = ResolveStructMember(attribute->value);
  if (failed() || !base.valid() || !IsStruct(types_, TypeOf(base))) return VarId();
  const StructField* field = types_.structure(TypeOf(base)).Find(Text(attribute->attr));
  if (field == nullptr) return VarId();
  Variable member;
  member.kind = VariableKind::Member;
  member.type = field->type;
  member.base = base;
  member.name = attribute->attr;
  return AddUnnumbered(member);
}

void Lowering::StoreAttribute(NodeId lhs, VarId aggregate, VarId rhs) {
  if (failed()) return;
  TypeId type = ValueType(aggregate);
  SymbolId name = ast_.Get<py::Attribute>(lhs).attr;
  bool is_reference = IsReferenceVar(aggregate);
  if (IsVector(types_, type) || IsQuaternion(types_, type)) {
    VarId index = VectorComponentIndex(name, type, lhs);
    if (!failed()) StoreComponent(aggregate, {index}, rhs, is_reference);
    return;
  }
  if (IsTransform(types_, type)) {
    if (!CheckTransformComponent(name, lhs)) return;
    if (is_reference) return Fail(DiagnosticKind::TransformElementStore, lhs, Text(name));
    AddBuiltin(Text(name) == "p" ? "transform_set_translation" : "transform_set_rotation", {aggregate, rhs});
    return;
  }
  if (IsStruct(types_, type) && !is_reference) return StoreField(lhs, aggregate, rhs);
  Value field = EvalAttributeOf(lhs, aggregate, false);
  if (failed()) return;
  if (!field.is_variable()) return Fail(DiagnosticKind::ExpectedValue, lhs);
  AddBuiltin(IsReferenceVar(field.var) ? "store" : "assign", {field.var, rhs});
}

void Lowering::StoreField(NodeId lhs, VarId aggregate, VarId rhs) {
  SymbolId name = ast_.Get<py::Attribute>(lhs).attr;
  const StructField* field = types_.structure(TypeOf(aggregate)).Find(Text(name));
  if (field == nullptr)
    return Fail(DiagnosticKind::NotAnAttribute, lhs, Text(name), TypeRepr(types_, TypeOf(aggregate)));
  TypeId field_type = field->type;
  if (IsReferenceVar(rhs)) rhs = AddBuiltin("copy", {rhs});
  if (failed()) return;
  if (!TypesEqual(types_, TypeOf(rhs), field_type))
    return Fail(DiagnosticKind::TypeChange, lhs, Text(name), TypeRepr(types_, field_type),
                TypeRepr(types_, TypeOf(rhs)));
  Statement& store = AddStatement(StatementKind::FieldStore);
  store.a = aggregate;
  store.b = rhs;
  store.symbol = name;
  store.flag = IsDifferentiableValueType(field_type);
}

}  // namespace warpsmith
