// Slots: components and fields of array elements as targets of stores and atomic updates, without reading the
// element.
#include "lower/lowering.h"

namespace warpsmith {

bool Lowering::IsNonAtomic(TypeId type) {
  return type == kInt8Type || type == kUint8Type || type == kInt16Type || type == kUint16Type;
}

VarId Lowering::AddSlotReference(Slot slot, OriginId origin) {
  if (failed()) return VarId();
  TypeId type = slot.type;
  SlotId slot_id = program_.slots.Add(std::move(slot));
  VarId reference = AddVar(types_.Reference(type));
  var(reference).slot = slot_id;
  var(reference).origin = origin;
  Statement& address = AddStatement(StatementKind::SlotAddress);
  address.a = reference;
  address.slot = slot_id;
  return reference;
}

/// Projects `slot` on what indices select in it. False if they do not fit.
bool Lowering::ProjectSlotOnIndices(Slot& slot, const Indices& indices) {
  TypeKind kind = types_.kind(slot.type);
  bool is_matrix = kind == TypeKind::Matrix;
  bool is_linear = kind == TypeKind::Vector || kind == TypeKind::Quaternion || kind == TypeKind::Transform;
  size_t count = indices.size();
  if (!(is_matrix && (count == 1 || count == 2)) && !(is_linear && count == 1)) return false;
  Indices loaded;
  for (VarId index : indices) loaded.push_back(Load(index));
  if (failed()) return false;
  for (VarId index : loaded)
    if (!IsInt(ValueType(index))) return false;
  SlotAccess access;
  access.first = loaded[0];
  if (is_matrix && count == 1) {
    access.kind = SlotAccess::Kind::Row;
    slot.type = RowTypeOf(types_, slot.type);
  } else {
    access.kind = is_matrix ? SlotAccess::Kind::Element : SlotAccess::Kind::Component;
    if (is_matrix) access.second = loaded[1];
    slot.type = ScalarTypeOf(types_, slot.type);
  }
  slot.access.push_back(access);
  return true;
}

/// Projects `slot` on a component or field. False if it has none of that name that is a slot.
bool Lowering::ProjectSlotOnAttribute(Slot& slot, SymbolId attribute, NodeId node) {
  SlotAccess access;
  switch (types_.kind(slot.type)) {
    case TypeKind::Vector:
    case TypeKind::Quaternion:
      access.kind = SlotAccess::Kind::Component;
      access.first = VectorComponentIndex(attribute, slot.type, node);
      slot.type = ScalarTypeOf(types_, slot.type);
      break;
    case TypeKind::Transform: {
      if (!CheckTransformComponent(attribute, node)) return false;
      access.field = attribute;
      TypeId scalar = ScalarTypeOf(types_, slot.type);
      slot.type = Text(attribute) == "p" ? types_.Vector(3, scalar) : types_.Quaternion(scalar);
      break;
    }
    case TypeKind::Struct: {
      const StructField* field = types_.structure(slot.type).Find(Text(attribute));
      if (field == nullptr || IsArray(types_, field->type)) return false;
      access.field = attribute;
      slot.type = field->type;
      break;
    }
    default:
      return false;
  }
  slot.access.push_back(access);
  return !failed();
}

SlotId Lowering::SelectSlot(VarId target, const Indices* indices, SymbolId attribute, NodeId node) {
  if (failed() || !target.valid() || !var(target).slot.valid()) return SlotId();
  Slot slot = program_.slots[var(target).slot];
  if (IsNonAtomic(types_[ValueType(slot.root)].element)) return SlotId();
  bool selected = indices != nullptr ? ProjectSlotOnIndices(slot, *indices)
                                     : ProjectSlotOnAttribute(slot, attribute, node);
  if (!selected || failed()) return SlotId();
  return program_.slots.Add(std::move(slot));
}

bool Lowering::StoreSlot(SlotId slot, VarId rhs, std::string_view operation, NodeId node) {
  if (failed() || !slot.valid()) return false;
  if (IsReferenceVar(rhs)) rhs = AddBuiltin("copy", {rhs});
  if (failed()) return false;
  TypeId type = program_.slots[slot].type;
  if (!TypesEqual(types_, ValueType(rhs), type)) {
    Fail(DiagnosticKind::SlotType, node, TypeRepr(types_, type), TypeRepr(types_, ValueType(rhs)));
    return false;
  }
  OriginId origin = ReferenceOrigin(program_.slots[slot].root);
  SymbolId symbol = operation.empty() ? SymbolId() : Intern(operation);
  bool guarded = false;
  if (deterministic_ != nullptr) {
    if (!operation.empty() && (DeferSlotUpdate(slot, rhs, operation) || failed())) return !failed();
    guarded = deterministic_->needs_guard();
    deterministic_->facts.needs_context |= guarded;
    if (operation.empty()) NoteArrayStore(program_.slots[slot].root);
    if (failed()) return false;
  }
  Statement& store = AddStatement(operation.empty() ? StatementKind::SlotStore : StatementKind::SlotAtomic);
  store.replay = ReplayMode::Commented;
  store.b = rhs;
  store.slot = slot;
  store.origin = origin;
  store.symbol = symbol;
  store.flag = guarded;
  return true;
}

std::string_view Lowering::AtomicSlotOperation(SlotId slot, BinaryOperator op) const {
  if (!slot.valid()) return {};
  std::string_view name = AtomicName(op);
  TypeId scalar = ScalarTypeOf(types_, program_.slots[slot].type);
  if (name.empty() || !scalar.valid()) return {};
  bool wide_integer = (IsInt(scalar) && !IsNonAtomic(scalar)) || scalar == kHandleType;
  bool additive = op == BinaryOperator::Add || op == BinaryOperator::Sub;
  return wide_integer || (additive && IsFloat(scalar)) ? name : std::string_view();
}

}  // namespace warpsmith
