// Subscripts and slices: elements and views of arrays, components of vectors and matrices, starred
// expressions.
#include <algorithm>
#include <array>

#include "lower/lowering.h"
#include "lower/slice_bounds.h"

namespace warpsmith {

bool Lowering::IsAdjointSubscript(NodeId subscript) const {
  auto view = ast_.If<py::Subscript>(subscript);
  auto attribute = view ? ast_.If<py::Attribute>(view->value) : std::nullopt;
  return attribute && Text(attribute->attr) == "adjoint";
}

Value Lowering::EvalAdjointSource(NodeId node) {
  auto attribute = ast_.If<py::Attribute>(node);
  if (!attribute) return Eval(node);
  Value aggregate = EvalAdjointSource(attribute->value);
  if (failed()) return {};
  SetLine(node);
  if (!aggregate.is_variable()) return EvalAttributeOf(node, aggregate, false);
  const StructField* field = IsStruct(types_, TypeOf(aggregate.var))
                                 ? types_.structure(TypeOf(aggregate.var)).Find(Text(attribute->attr))
                                 : nullptr;
  if (field == nullptr) {
    Fail(DiagnosticKind::NotAnAttribute, node, Text(attribute->attr), TypeRepr(types_, TypeOf(aggregate.var)));
    return {};
  }
  Variable member;
  member.kind = VariableKind::Member;
  member.type = field->type;
  member.base = aggregate.var;
  member.name = attribute->attr;
  if (OriginId origin = ReferenceOrigin(aggregate.var); origin.valid())
    member.origin = ExtendField(origin, attribute->attr);
  VarId out = AddUnnumbered(member);
  TrackField(out, aggregate.var, attribute->attr, field->type);
  return out;
}

VarId Lowering::AdjointTarget(NodeId subscript) {
  Value source = EvalAdjointSource(ast_.Get<py::Subscript>(subscript).slice);
  if (failed()) return VarId();
  if (!source.is_variable()) {
    Fail(DiagnosticKind::ExpectedValue, subscript);
    return VarId();
  }
  return AdjointOfVariable(source.var);
}

VarId Lowering::AdjointOfVariable(VarId source) {
  const Variable named = var(source);
  TypeId type = ValueType(source);
  bool is_array = IsArray(types_, type);
  if (const Provenance from = ProvenanceOf(source); is_array && from.viewed.valid()) {
    // The gradient of a view is a view of the gradient.
    Variables arguments = {AdjointOfVariable(from.viewed)};
    Indices indices;
    for (VarId index : from.indices) indices.push_back(Load(index));
    arguments.append(indices.begin(), indices.end());
    VarId view = AddBuiltin("view", arguments);
    if (!failed()) TrackView(view, arguments[0], indices);
    return view;
  }
  Variable target;
  target.kind = VariableKind::AdjointOf;
  target.type = is_array ? type : named.type;
  target.base = source;
  if (is_array && named.origin.valid()) {
    target.kind = VariableKind::AdjointOrigin;
    target.origin = named.origin;
  }
  VarId out = AddUnnumbered(target);
  if (is_array) TrackGradient(out, source);
  return out;
}

Value Lowering::EvalSubscript(NodeId node) {
  if (IsAdjointSubscript(node)) return AdjointTarget(node);
  auto [target, nodes] = EvalSubscriptTarget(node, false);
  return failed() ? Value() : EmitIndexing(target, nodes, false, node);
}

std::pair<VarId, Nodes> Lowering::EvalSubscriptTarget(NodeId node, bool as_target) {
  // The bracket groups of a[i][j, k], outermost first.
  SmallVector<NodeId, 4> groups;
  NodeId root = node;
  while (auto subscript = ast_.If<py::Subscript>(root)) {
    if (IsAdjointSubscript(root)) break;
    groups.push_back(subscript->slice);
    root = subscript->value;
  }
  bool is_name = ast_.Is(root, NodeKind::Name) || IsAdjointSubscript(root);
  Value value = as_target && !is_name ? EvalStoreTarget(root) : Eval(root);
  if (failed()) return {};
  if (!value.is_variable()) {
    Fail(DiagnosticKind::ExpectedValue, root);
    return {};
  }
  VarId target = value.var;
  // Innermost first from here on.
  Nodes nodes;
  SmallVector<size_t, 4> group_sizes;
  auto take = [&](std::span<const NodeId> group) {
    nodes.append(group.data(), group.data() + group.size());
    group_sizes.push_back(group.size());
  };
  auto indices_of = [&](NodeId group) {
    auto tuple = ast_.If<py::Tuple>(group);
    return tuple ? Nodes(ast_.List(tuple->elts)) : Nodes{group};
  };
  if (groups.size() > 1 && IsTile(types_, ValueType(target))) {
    std::vector<Nodes> index_groups;
    for (size_t i = groups.size(); i-- > 0;) index_groups.push_back(indices_of(groups[i]));
    target = ApplyTileViews(target, index_groups, node);
    if (failed()) return {};
    for (const Nodes& group : index_groups) take({group.begin(), group.end()});
  } else {
    for (size_t i = groups.size(); i-- > 0;) {
      Nodes group = indices_of(groups[i]);
      take({group.begin(), group.end()});
    }
  }

  // Indices beyond the array's dimensions select within its element.
  size_t first_group = 0;
  for (size_t level = group_sizes.size(); level > 0; --level) {
    TypeId type = ValueType(target);
    if (!IsArray(types_, type)) break;
    size_t dimensions = types_[type].dimensions;
    if (nodes.size() <= dimensions) break;
    target = EmitIndexing(target, std::span(nodes).first(dimensions), as_target, node);
    if (failed()) return {};
    size_t taken = 0;
    while (taken < dimensions) taken += group_sizes[first_group++];
    if (taken > dimensions) {
      Fail(DiagnosticKind::StraddlingIndices, node, taken, dimensions);
      return {};
    }
    nodes.drop_front(taken);
  }
  return {target, std::move(nodes)};
}

Indices Lowering::EvalIndices(TypeId target_type, std::span<const NodeId> nodes) {
  if (IsTile(types_, target_type)) return EvalTileIndices(target_type, nodes);
  Indices indices;
  bool is_composite = IsComposite(types_, target_type);
  CompositeShape shape = is_composite ? ShapeOf(types_, target_type) : CompositeShape();
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (failed()) return indices;
    if (!is_composite || !ast_.Is(nodes[i], NodeKind::Slice)) {
      indices.push_back(EvalVar(nodes[i]));
      continue;
    }
    if (i >= shape.size()) {
      Fail(DiagnosticKind::TooManyIndices, nodes[i], TypeRepr(types_, target_type), nodes.size());
      return indices;
    }
    auto bounds = EvalConstSlice(nodes[i], shape[i]);
    if (!bounds) return indices;
    Values arguments;
    for (int64_t bound : *bounds) arguments.push_back(Value::Of(ObjectOfInteger(bound)));
    indices.push_back(AddBuiltinCall("slice", arguments).var);
  }
  return indices;
}

VarId Lowering::EmitIndexing(VarId target, std::span<const NodeId> nodes, bool as_target, NodeId node) {
  TypeId type = ValueType(target);
  Indices indices = EvalIndices(type, nodes);
  if (failed()) return VarId();
  if (IsTile(types_, type)) return EmitTileIndexing(target, indices);
  return IsArray(types_, type) ? EmitArrayIndexing(target, indices, as_target, node)
                               : EmitComponentIndexing(target, indices, as_target, node);
}

VarId Lowering::EmitArrayIndexing(VarId target, const Indices& indices, bool as_target, NodeId node) {
  const TypeInfo array = types_[ValueType(target)];
  bool all_integers = true;
  for (VarId index : indices) {
    TypeId type = ValueType(index);
    all_integers = all_integers && IsInt(type);
    if (as_target && !IsInt(type) && type != kSliceType) {
      Fail(DiagnosticKind::ArrayWriteIndex, node, TypeRepr(types_, type));
      return VarId();
    }
  }
  bool is_element = indices.size() == array.dimensions && all_integers;
  Indices loaded;
  for (VarId index : indices) loaded.push_back(Load(index));
  if (failed()) return VarId();
  bool is_aggregate = IsComposite(types_, array.element) || IsStruct(types_, array.element);
  bool has_slots =
      is_aggregate && (array.family == ArrayFamily::Regular || array.family == ArrayFamily::Fixed);
  if (is_element && as_target && has_slots) {
    OriginId origin = ExtendArray(ReferenceOrigin(target), loaded);
    Slot slot;
    slot.root = target;
    slot.indices = program_.AddList(loaded);
    slot.type = array.element;
    return AddSlotReference(std::move(slot), origin);
  }
  Variables arguments = {target};
  arguments.append(loaded.begin(), loaded.end());
  VarId out = AddBuiltin(is_element ? "address" : "view", arguments);
  if (failed()) return VarId();
  is_element ? TrackElement(out, target) : TrackView(out, target, loaded);
  if (OriginId origin = ReferenceOrigin(target); origin.valid())
    var(out).origin = is_element ? ExtendArray(origin, loaded) : ExtendView(origin, loaded);
  return out;
}

VarId Lowering::EmitComponentIndexing(VarId target, const Indices& indices, bool as_target, NodeId node) {
  TypeId type = ValueType(target);
  if (as_target) {
    SlotId slot = SelectSlot(target, &indices, SymbolId(), node);
    if (failed()) return VarId();
    if (slot.valid())
      return AddSlotReference(program_.slots[slot], ExtendIndex(ReferenceOrigin(target), indices));
  }
  Variables arguments = {target};
  arguments.append(indices.begin(), indices.end());
  VarId out = AddBuiltin("extract", arguments);
  if (failed()) return VarId();
  OriginId origin = ReferenceOrigin(target);
  bool all_integers =
      std::all_of(indices.begin(), indices.end(), [&](VarId index) { return IsInt(ValueType(index)); });
  size_t most = IsMatrix(types_, type) ? 2 : IsComposite(types_, type) ? 1 : 0;
  if (origin.valid() && all_integers && indices.size() >= 1 && indices.size() <= most)
    var(out).origin = ExtendIndex(origin, indices);
  return out;
}

int64_t Lowering::EvalConstSliceComponent(NodeId node) {
  VarId component = EvalVar(node);
  if (failed()) return 0;
  std::optional<int64_t> value = IntegerConstant(component);
  if (!value || ConstantOf(component).typed) Fail(DiagnosticKind::SliceComponent, node);
  return value.value_or(0);
}

std::optional<std::array<int64_t, 3>> Lowering::EvalConstSlice(NodeId node, std::optional<int64_t> length) {
  auto slice = ast_.Get<py::Slice>(node);
  int64_t step = slice.step.valid() ? EvalConstSliceComponent(slice.step) : 1;
  if (failed()) return std::nullopt;
  if (step == 0) {
    Fail(DiagnosticKind::SliceStepZero, node);
    return std::nullopt;
  }
  if (!length && (!slice.upper.valid() || (step < 0 && !slice.lower.valid()))) {
    Fail(DiagnosticKind::SliceOpenBound, node);
    return std::nullopt;
  }
  // Python's slice.indices(): within [0, length] forwards and [-1, length - 1] backwards.
  int64_t lowest = step > 0 ? 0 : -1;
  int64_t highest = length ? (step > 0 ? *length : *length - 1) : 0;
  auto resolve = [&](NodeId bound, int64_t open) {
    if (!bound.valid()) return open;
    int64_t value = EvalConstSliceComponent(bound);
    if (!length) return value;
    return value < 0 ? std::max(value + *length, lowest) : std::min(value, highest);
  };
  int64_t start = resolve(slice.lower, step > 0 ? lowest : highest);
  int64_t stop = resolve(slice.upper, step > 0 ? highest : lowest);
  if (failed()) return std::nullopt;
  return std::array<int64_t, 3>{start, stop, step};
}

Value Lowering::EvalSlice(NodeId node) {
  auto slice = ast_.Get<py::Slice>(node);
  auto component = [&](NodeId bound, int64_t open) {
    return bound.valid() ? Value(EvalVar(bound)) : Value::Of(ObjectOfInteger(open));
  };
  Values arguments;
  arguments.push_back(component(slice.lower, kSliceBegin));
  arguments.push_back(component(slice.upper, kSliceEnd));
  arguments.push_back(component(slice.step, 1));
  if (failed()) return {};
  if (slice.step.valid() && IntegerConstant(arguments[2].var) == 0) {
    Fail(DiagnosticKind::SliceStepZero, node);
    return {};
  }
  return AddBuiltinCall("slice", arguments);
}

Variables Lowering::UnpackStarred(NodeId node) {
  NodeId operand = ast_.Get<py::Starred>(node).value;
  auto subscript = ast_.If<py::Subscript>(operand);
  bool is_sliced = subscript && ast_.Is(subscript->slice, NodeKind::Slice);
  VarId target = EvalVar(is_sliced ? subscript->value : operand);
  if (failed()) return {};
  TypeId type = ValueType(target);
  bool is_array = IsArray(types_, type);
  if (!(IsComposite(types_, type) || (is_array && is_sliced && types_[type].dimensions == 1))) {
    if (IsTile(types_, type))
      Fail(DiagnosticKind::FeatureNotSupported, node, "a starred tile");
    else
      Fail(DiagnosticKind::StarredOperand, node, TypeRepr(types_, type));
    return {};
  }
  std::array<int64_t, 3> bounds = {0, 0, 1};
  if (!is_array) bounds[1] = ShapeOf(types_, type)[0];
  if (is_sliced) {
    auto evaluated = EvalConstSlice(subscript->slice, is_array ? std::nullopt : std::optional(bounds[1]));
    if (!evaluated) return {};
    bounds = *evaluated;
    // The length of an array is not known here, so that nothing may count from its end.
    if (is_array && (bounds[0] < 0 || bounds[1] < 0 || bounds[2] < 0)) {
      Fail(DiagnosticKind::SliceOpenBound, node);
      return {};
    }
  }
  Variables elements;
  for (int64_t i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1]; i += bounds[2]) {
    VarId index = AddIntConstant(i);
    elements.push_back(AddBuiltin(is_array ? "address" : "extract", {target, index}));
    if (failed()) return {};
  }
  if (elements.empty()) Fail(DiagnosticKind::StarredEmpty, node);
  return elements;
}

}  // namespace warpsmith
