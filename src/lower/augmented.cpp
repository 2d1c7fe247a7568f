// Augmented assignments: x += y, a[i] *= y, s.f -= y.
//
// Of a compound target, the location is evaluated first, then the right-hand side, once and only when it is
// needed. A user's overload of the operator comes before the atomic update of an array element or of a
// component of one; what is neither is read, changed and stored.
#include "lower/lowering.h"

namespace warpsmith {

std::string_view Lowering::InPlaceName(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::Add:
      return "add";
    case BinaryOperator::Sub:
      return "sub";
    case BinaryOperator::BitAnd:
      return "bit_and";
    case BinaryOperator::BitOr:
      return "bit_or";
    case BinaryOperator::BitXor:
      return "bit_xor";
    default:
      return {};
  }
}

std::string_view Lowering::AtomicName(BinaryOperator op) {
  std::string_view name = InPlaceName(op);
  if (name.starts_with("bit_")) name.remove_prefix(4);
  return name;
}

/// One augmented assignment to a subscript or an attribute.
class Lowering::AugmentedAssignment {
 public:
  AugmentedAssignment(Lowering& lowering, NodeId node)
      : lowering_(lowering), node_(node), assign_(lowering.ast_.Get<py::AugAssign>(node)) {
    user_operator_ = lowering_.UserOperator(OperatorName(assign_.op));
  }

  void ToSubscript();
  void ToAttribute();

 private:
  /// The right-hand side, evaluated at the first use.
  const Value& Rhs() {
    if (!rhs_) rhs_ = lowering_.Eval(assign_.value);
    return *rhs_;
  }
  bool TryAtomic(SlotId slot);
  bool UserOverloadFits(VarId current);
  Value Apply(VarId current);
  void ReadChangeStore(VarId target, const Indices& indices);
  /// Warp has no adjoint of an overwritten component: remembered for when the function's adjoint is asked
  /// for.
  void NoteMissingAdjoint(VarId result, VarId target);

  Lowering& lowering_;
  NodeId node_;
  py::AugAssign assign_;
  std::optional<Value> rhs_;
  std::optional<FunctionSetId> user_operator_;
};

bool Lowering::AugmentedAssignment::TryAtomic(SlotId slot) {
  std::string_view operation = lowering_.AtomicSlotOperation(slot, assign_.op);
  if (operation.empty() || lowering_.failed()) return false;
  const Value& rhs = Rhs();
  if (lowering_.failed()) return false;
  if (!rhs.is_variable()) {
    lowering_.Fail(DiagnosticKind::ExpectedValue, assign_.value);
    return false;
  }
  return lowering_.StoreSlot(slot, rhs.var, operation, node_);
}

bool Lowering::AugmentedAssignment::UserOverloadFits(VarId current) {
  if (!user_operator_) return false;
  const Value& rhs = Rhs();
  if (lowering_.failed()) return false;
  TypeId types[] = {lowering_.ValueType(current), lowering_.ArgumentType(rhs)};
  return lowering_.unit_.ResolveOverload(*user_operator_, types, {}).valid();
}

Value Lowering::AugmentedAssignment::Apply(VarId current) {
  Values arguments = {Value(current), Rhs()};
  if (lowering_.failed()) return {};
  if (!UserOverloadFits(current)) return lowering_.AddBuiltinCall(OperatorName(assign_.op), arguments);
  Object callee;
  callee.kind = ObjectKind::Function;
  callee.function_set = *user_operator_;
  return lowering_.AddCall(callee, arguments, {}, TypeId(), 0, node_);
}

void Lowering::AugmentedAssignment::NoteMissingAdjoint(VarId result, VarId target) {
  if (lowering_.var(target).slot.valid() && lowering_.IsDifferentiableValueType(lowering_.ValueType(result)))
    lowering_.program_.missing_adjoints.push_back(
        {MissingAdjoint::Reason::ComponentUpdate, lowering_.ast_.SpanOf(node_), {}});
}

void Lowering::AugmentedAssignment::ReadChangeStore(VarId target, const Indices& unloaded) {
  Lowering& lower = lowering_;
  Indices indices;
  for (VarId index : unloaded) indices.push_back(lower.Load(index));
  SlotId slot = lower.SelectSlot(target, &indices, SymbolId(), assign_.target);
  if (lower.failed() || (!user_operator_ && TryAtomic(slot)) || lower.failed()) return;
  Variables arguments = {target};
  arguments.append(indices.begin(), indices.end());
  bool is_array = !lower.IsReferenceVar(target) && IsArray(lower.types_, lower.TypeOf(target));
  bool is_tile = IsTile(lower.types_, lower.ValueType(target));
  VarId current = lower.AddBuiltin(is_array ? "address" : is_tile ? "tile_extract" : "extract", arguments);
  if (lower.failed()) return;
  // The value is read before a user's operator sees the right-hand side; an overload for other types does not
  // count.
  bool user_fits = UserOverloadFits(current);
  if (lower.failed() || (!user_fits && TryAtomic(slot)) || lower.failed()) return;
  Value result = Apply(current);
  if (lower.failed()) return;
  if (!result.is_variable()) return lower.Fail(DiagnosticKind::ExpectedValue, node_);
  NoteMissingAdjoint(result.var, target);
  if (lower.StoreSlot(slot, result.var, {}, node_) || lower.failed()) return;
  lower.StoreSubscript(assign_.target, target, indices, result.var);
}

void Lowering::AugmentedAssignment::ToSubscript() {
  Lowering& lower = lowering_;
  if (lower.IsAdjointSubscript(assign_.target)) {
    Value current = lower.Eval(assign_.target);
    if (lower.failed() || !current.is_variable()) return;
    Value result = Apply(current.var);
    if (lower.failed()) return;
    if (!result.is_variable()) return lower.Fail(DiagnosticKind::ExpectedValue, node_);
    return lower.StoreAdjoint(assign_.target, result.var);
  }
  auto [target, nodes] = lower.EvalSubscriptTarget(assign_.target, true);
  if (lower.failed()) return;
  TypeId type = lower.ValueType(target);
  Indices indices = lower.EvalIndices(type, nodes);
  if (lower.failed()) return;
  bool is_array = IsArray(lower.types_, type), is_tile = IsTile(lower.types_, type);
  if (is_tile && lower.KindOfTileAccess(type, indices) != TileAccess::Element)
    return lower.Fail(DiagnosticKind::CallRejected, assign_.target,
                      "Compound assignment to a tile view is not supported.");
  if (!is_array && !is_tile && !IsComposite(lower.types_, type))
    return lower.Fail(DiagnosticKind::NotSubscriptable, assign_.target, TypeRepr(lower.types_, type));
  std::string_view name = InPlaceName(assign_.op);
  bool in_place = !name.empty();
  if (is_array) {
    TypeId element = lower.types_[type].element;
    TypeId scalar = ScalarTypeOf(lower.types_, element);
    in_place = in_place && !(scalar.valid() && IsNonAtomic(scalar));
  } else {
    // The in-place forms change a copy of what a reference refers to.
    in_place = in_place && !lower.IsReferenceVar(target);
  }
  if (!in_place) return ReadChangeStore(target, indices);
  Values arguments = {Value(target)};
  for (VarId index : indices) arguments.push_back(index);
  arguments.push_back(Rhs());
  if (lower.failed()) return;
  if (!is_array) {
    lower.AddBuiltinCall((is_tile ? "tile_" : "") + std::string(name) + "_inplace", arguments);
    return;
  }
  lower.result_used_ = false;
  lower.AddBuiltinCall("atomic_" + std::string(AtomicName(assign_.op)), arguments);
}

void Lowering::AugmentedAssignment::ToAttribute() {
  Lowering& lower = lowering_;
  auto attribute = lower.ast_.Get<py::Attribute>(assign_.target);
  VarId aggregate = lower.ResolveAttributeStoreAggregate(attribute.value);
  if (lower.failed()) return;
  SlotId slot = lower.SelectSlot(aggregate, nullptr, attribute.attr, assign_.target);
  if (lower.failed() || (!user_operator_ && TryAtomic(slot)) || lower.failed()) return;
  Value current = lower.EvalAttributeOf(assign_.target, aggregate, false);
  if (lower.failed()) return;
  if (!current.is_variable()) return lower.Fail(DiagnosticKind::ExpectedValue, assign_.target);
  bool user_fits = UserOverloadFits(current.var);
  if (lower.failed() || (!user_fits && TryAtomic(slot)) || lower.failed()) return;
  Value result = Apply(current.var);
  if (lower.failed()) return;
  if (!result.is_variable()) return lower.Fail(DiagnosticKind::ExpectedValue, node_);
  NoteMissingAdjoint(result.var, aggregate);
  if (lower.StoreSlot(slot, result.var, {}, node_) || lower.failed()) return;
  lower.StoreAttribute(assign_.target, aggregate, result.var);
}

void Lowering::AugmentName(NodeId node) {
  auto assign = ast_.Get<py::AugAssign>(node);
  SymbolId name = ast_.Get<py::Name>(assign.target).id;
  Value rhs = Eval(assign.value);
  if (failed()) return;
  Value target = Eval(assign.target);
  if (failed()) return;
  if (target.kind == Value::Kind::Grad) return Fail(DiagnosticKind::GradRebound, node, Text(name));
  if (!target.is_variable()) return Fail(DiagnosticKind::ExpectedValue, assign.target);
  Values arguments = {target, rhs};
  std::string_view in_place = InPlaceName(assign.op);
  bool are_tiles = IsTile(types_, TypeOf(target.var)) && rhs.is_variable() && IsTile(types_, TypeOf(rhs.var));
  if (are_tiles && !in_place.empty()) {
    AddBuiltinCall(std::string(in_place) + "_inplace", arguments);
    return;
  }
  std::optional<Value> result;
  if (std::optional<FunctionSetId> set = UserOperator(OperatorName(assign.op))) {
    Object callee;
    callee.kind = ObjectKind::Function;
    callee.function_set = *set;
    result = Try([&] { return AddCall(callee, arguments, {}, TypeId(), 0, node); });
  }
  bool is_user_result = result.has_value();
  if (!result) result = AddBuiltinCall(OperatorName(assign.op), arguments);
  if (failed()) return;
  if (ReferenceParameter(name).valid()) return StoreReferenceParameter(name, *result, true, node);
  if (!is_user_result) {
    // A user's operator may change the type of the name; Warp does not check it.
    const Value* existing = symbols_.Find(name);
    if (!result->is_variable()) return Fail(DiagnosticKind::ExpectedValue, node);
    if (existing != nullptr && !TypesEqual(types_, ValueType(result->var), TypeOf(existing->var))) {
      return Fail(DiagnosticKind::AugmentedTypeChange, node, Text(name),
                  TypeRepr(types_, TypeOf(existing->var)), TypeRepr(types_, TypeOf(result->var)));
    }
  }
  symbols_.Set(name, *result);
}

void Lowering::EvalAugAssign(NodeId node) {
  switch (ast_.Kind(ast_.Get<py::AugAssign>(node).target)) {
    case NodeKind::Name:
      return AugmentName(node);
    case NodeKind::Subscript:
      return AugmentedAssignment(*this, node).ToSubscript();
    case NodeKind::Attribute:
      return AugmentedAssignment(*this, node).ToAttribute();
    default:
      return Fail(DiagnosticKind::AssignmentTarget, node);
  }
}

}  // namespace warpsmith
