// Provenance of references: which variables are addressable, and by which path from which root.
//
// A reference carries its origin. A local name is a copy, so that its storage is its own; an array is a
// descriptor, so that its names keep the origin of what they describe. A temporary carries the origin of what
// it was read from, which makes chained access (arr[i].v.y) addressable.
#include "lower/lowering.h"

namespace warpsmith {

OriginId Lowering::OriginOfLocal(VarId local) {
  Origin origin;
  origin.root = local;
  return program_.origins.Add(std::move(origin));
}

OriginId Lowering::OriginOfReferenceParameter(VarId parameter) {
  Origin origin;
  origin.root = parameter;
  origin.root_is_reference_parameter = true;
  return program_.origins.Add(std::move(origin));
}

OriginId Lowering::ReferenceOrigin(VarId id) {
  OriginId stored = var(id).origin;
  TypeId type = TypeOf(id);
  if (IsReference(types_, type)) return stored;
  if (IsArray(types_, type) && stored.valid()) return stored;
  for (const auto& [name, value] : symbols_.entries())
    if (value.is_variable() && value.var == id) return OriginOfLocal(id);
  return stored;
}

OriginId Lowering::ExtendOrigin(OriginId origin, OriginStep step) {
  if (!origin.valid()) return origin;
  Origin extended = program_.origins[origin];
  extended.steps.push_back(step);
  return program_.origins.Add(std::move(extended));
}

OriginId Lowering::ExtendField(OriginId origin, SymbolId field, TypeId pointer_type,
                               TypeId adjoint_pointer_type) {
  OriginStep step;
  step.kind = OriginStep::Kind::Field;
  step.field = field;
  step.pointer_type = pointer_type;
  step.adjoint_pointer_type = adjoint_pointer_type;
  return ExtendOrigin(origin, step);
}

OriginId Lowering::ExtendArray(OriginId origin, std::span<const VarId> indices) {
  if (!origin.valid()) return origin;
  OriginStep step;
  step.kind = OriginStep::Kind::Array;
  step.indices = program_.AddList(indices);
  return ExtendOrigin(origin, step);
}

OriginId Lowering::ExtendView(OriginId origin, std::span<const VarId> indices) {
  if (!origin.valid()) return origin;
  OriginStep step;
  step.kind = OriginStep::Kind::View;
  step.indices = program_.AddList(indices);
  return ExtendOrigin(origin, step);
}

OriginId Lowering::ExtendIndex(OriginId origin, std::span<const VarId> indices) {
  if (!origin.valid()) return origin;
  OriginStep step;
  step.kind = OriginStep::Kind::Index;
  step.indices = program_.AddList(indices);
  return ExtendOrigin(origin, step);
}

VarId Lowering::AddressableReference(NodeId node, VarId id, TypeId expected_type, std::string_view purpose) {
  if (failed()) return VarId();
  bool is_name = ast_.Is(node, NodeKind::Name);
  auto not_addressable = [&] {
    Fail(DiagnosticKind::NotAddressable, node, purpose);
    return VarId();
  };
  if (!id.valid()) {
    if (!is_name && !ast_.Is(node, NodeKind::Subscript) && !ast_.Is(node, NodeKind::Attribute))
      return not_addressable();
    Value value = Eval(node);
    if (failed()) return VarId();
    if (!value.is_variable()) return not_addressable();
    id = value.var;
  }
  if (is_name && HasConstant(id)) {
    Fail(DiagnosticKind::ConstantNotAddressable, node, Text(ast_.Get<py::Name>(node).id),
         TypeRepr(types_, TypeOf(id)));
    return VarId();
  }
  VarId reference = id;
  if (IsReferenceVar(id)) {
    if (!var(id).origin.valid()) return not_addressable();
  } else {
    // A name denotes its own storage, whatever its value was read from.
    OriginId origin = is_name ? OriginOfLocal(id) : var(id).origin;
    if (!origin.valid()) return not_addressable();
    Variable pointer;
    pointer.kind = VariableKind::Pointer;
    pointer.type = types_.Reference(TypeOf(id));
    pointer.origin = origin;
    reference = AddUnnumbered(pointer);
  }
  if (expected_type.valid()) {
    TypeId expected = StripReference(types_, expected_type);
    if (!TypesEqual(types_, ValueType(reference), expected)) {
      Fail(DiagnosticKind::ReferenceArgumentType, node, purpose, TypeRepr(types_, expected),
           TypeRepr(types_, ValueType(reference)));
      return VarId();
    }
  }
  return reference;
}

VarId Lowering::AdjointPointer(VarId reference, Variables& prelude) {
  Origin rest = program_.origins[var(reference).origin];
  const SmallVector<OriginStep, 2> steps = rest.steps;
  rest.steps.clear();
  for (size_t i = 0; i < steps.size(); ++i) {
    rest.steps.push_back(steps[i]);
    if (steps[i].kind != OriginStep::Kind::View || i + 1 == steps.size()) continue;
    // What follows needs the view as an lvalue.
    Variable view;
    view.kind = VariableKind::Materialized;
    view.name = Intern("_wp_ref_view_" + std::to_string(program_.label_count++));
    view.origin = program_.origins.Add(std::move(rest));
    rest = Origin();
    rest.root = AddUnnumbered(view);
    prelude.push_back(rest.root);
  }
  Variable pointer;
  pointer.kind = VariableKind::AdjointPointer;
  pointer.type = TypeOf(reference);
  pointer.origin = program_.origins.Add(std::move(rest));
  return AddUnnumbered(pointer);
}

Value Lowering::EvalAddressOf(NodeId node) {
  auto call = ast_.Get<py::Call>(node);
  if (ast_.List(call.args).size() != 1 || !ast_.List(call.keywords).empty()) {
    Fail(DiagnosticKind::AddressOfArguments, node);
    return {};
  }
  VarId reference = AddressableReference(ast_.List(call.args)[0], VarId(), TypeId(), "wp.address_of()");
  if (failed()) return {};
  VarId result = AddVar(kUint64Type);
  Statement& address = AddStatement(StatementKind::AddressOf);
  address.a = result;
  address.b = reference;
  return result;
}

}  // namespace warpsmith
