// Subscripts of tiles: elements, views and gathered rows, read and written.
//
// Brackets in a row (t[a:b][i]) are applied one after another as far as they give views; indices that only narrow down
// to an element stay together, because one call extracts it.
#include <algorithm>

#include "lower/lowering.h"
#include "lower/slice_bounds.h"

namespace warpsmith {

bool Lowering::MeansTile(NodeId node) {
  if (auto name = ast_.If<py::Name>(node)) {
    const Value* local = symbols_.Find(name->id);
    return local != nullptr && local->is_variable() && IsTile(types_, ValueType(local->var));
  }
  if (auto binary = ast_.If<py::BinOp>(node)) return MeansTile(binary->left) || MeansTile(binary->right);
  if (auto unary = ast_.If<py::UnaryOp>(node)) return MeansTile(unary->operand);
  if (auto call = ast_.If<py::Call>(node)) {
    StaticPath callee = ResolveStatic(call->func, /*evaluate_types=*/false);
    if (!failed() && callee.object.kind == ObjectKind::Function)
      return GivesTile(callee.object.function_set, *call);
    bool is_builtin = callee.object.kind == ObjectKind::Builtin || callee.object.kind == ObjectKind::WarpModule;
    if (failed() || !is_builtin || callee.path.empty()) return false;
    std::string_view name = Text(callee.object.kind == ObjectKind::Builtin ? callee.object.name : callee.path.back());
    return name.starts_with("tile_") && !name.starts_with("tile_stack") && name != "tile_extract";
  }
  if (auto subscript = ast_.If<py::Subscript>(node)) {
    if (!MeansTile(subscript->value)) return false;
    auto tuple = ast_.If<py::Tuple>(subscript->slice);
    Nodes indices = tuple ? Nodes(ast_.List(tuple->elts)) : Nodes{subscript->slice};
    if (GivesTileView(indices)) return true;
    auto name = ast_.If<py::Name>(subscript->value);
    return name && indices.size() < types_.shape(ValueType(symbols_.Find(name->id)->var)).size();
  }
  return false;
}

TypeId Lowering::TypeOfPlainArgument(NodeId node) {
  if (auto name = ast_.If<py::Name>(node)) {
    const Value* local = symbols_.Find(name->id);
    return local != nullptr && local->is_variable() ? ValueType(local->var) : TypeId();
  }
  auto constant = ast_.If<py::Constant>(node);
  if (constant && constant->value.kind == ConstantKind::Int) return kInt32Type;
  return constant && constant->value.kind == ConstantKind::Float ? kFloat32Type : TypeId();
}

bool Lowering::GivesTile(FunctionSetId set, const py::Call& call) {
  std::vector<TypeId> types;
  for (NodeId argument : ast_.List(call.args)) types.push_back(TypeOfPlainArgument(argument));
  std::vector<std::pair<SymbolId, TypeId>> keyword_types;
  for (NodeId node : ast_.List(call.keywords)) {
    auto keyword = ast_.Get<py::Keyword>(node);
    keyword_types.emplace_back(keyword.arg, TypeOfPlainArgument(keyword.value));
  }
  auto is_known = [](TypeId type) { return type.valid(); };
  if (!std::ranges::all_of(types, is_known) || !std::ranges::all_of(keyword_types, [](const auto& k) { return k.second.valid(); }))
    return false;
  FunctionId id = unit_.ResolveCall(set, types, keyword_types);
  if (!id.valid() || unit_.functions[id].native_snippet) return false;
  size_t mark = sink_.Mark();
  const FunctionResult* result = context_.BuildApart(id);
  sink_.RollBack(mark);  // whoever calls it says what is wrong with it
  return result != nullptr && result->types.size() == 1 && IsTile(types_, result->types[0]);
}

bool Lowering::GivesTileView(std::span<const NodeId> indices) {
  return std::any_of(indices.begin(), indices.end(),
                     [&](NodeId index) { return ast_.Is(index, NodeKind::Slice) || MeansTile(index); });
}

VarId Lowering::ApplyTileViews(VarId target, std::vector<Nodes>& groups, NodeId node) {
  while (groups.size() > 1 && !failed() && IsTile(types_, ValueType(target))) {
    const Nodes& group = groups.front();
    bool gives_view = GivesTileView(group);
    bool is_partial = group.size() < types_.shape(ValueType(target)).size();
    bool later_gives_view = std::any_of(groups.begin() + 1, groups.end(),
                                        [&](const Nodes& later) { return GivesTileView(later); });
    if (!gives_view && !(is_partial && later_gives_view)) break;
    target = EmitIndexing(target, group, false, node);
    groups.erase(groups.begin());
  }
  return target;
}

Indices Lowering::EvalTileIndices(TypeId tile, std::span<const NodeId> nodes) {
  Indices indices;
  std::vector<int64_t> shape(types_.shape(tile).begin(), types_.shape(tile).end());
  for (size_t i = 0; i < nodes.size() && !failed(); ++i) {
    if (auto slice = ast_.If<py::Slice>(nodes[i])) {
      // The bounds stay as they are written: the call that makes the view counts them from the end.
      int64_t step = slice->step.valid() ? EvalConstSliceComponent(slice->step) : 1;
      if (!failed() && step == 0) Fail(DiagnosticKind::SliceStepZero, nodes[i]);
      int64_t start = slice->lower.valid() && !failed() ? EvalConstSliceComponent(slice->lower) : kSliceBegin;
      int64_t stop = slice->upper.valid() && !failed() ? EvalConstSliceComponent(slice->upper) : kSliceEnd;
      if (failed()) return indices;
      Values bounds;
      for (int64_t bound : {start, stop, step}) bounds.push_back(Value::Of(ObjectOfInteger(bound)));
      indices.push_back(AddBuiltinCall("slice", bounds).var);
      // Which bounds are left open: a number alone does not say, since any may be written.
      for (bool is_open : {!slice->lower.valid(), !slice->upper.valid()}) {
        if (failed()) return indices;
        elements_[indices.back().index].push_back(ToArgument(Value::Of(ObjectOfInteger(is_open))));
      }
      continue;
    }
    VarId index = EvalVar(nodes[i]);
    if (failed()) return indices;
    indices.push_back(IsTile(types_, ValueType(index))
                          ? index
                          : WrapTileIndex(index, i < shape.size() ? std::optional(shape[i]) : std::nullopt, nodes[i]));
  }
  return indices;
}

VarId Lowering::WrapTileIndex(VarId index, std::optional<int64_t> length, NodeId node) {
  TypeId type = ValueType(index);
  if (!IsInt(type)) {
    Fail(DiagnosticKind::CallRejected, node, "Tile indices must be integers or slices, got " + TypeRepr(types_, type));
    return VarId();
  }
  if (!length) return index;
  if (!HasConstant(index)) {
    auto constant = [&](int64_t value) {
      Constant number = Constant::Int(value);
      number.type = type;
      return AddVar(type, unit_.constants.Add(std::move(number)));
    };
    VarId zero = constant(0), extent = constant(*length);
    constexpr CompareOperator kLess[] = {CompareOperator::Lt};
    VarId comparators[] = {zero};
    VarId is_negative = AddCompare(kLess, index, comparators, node);
    if (failed()) return VarId();
    VarId wrapped = AddBuiltin("add", {index, extent});
    return failed() ? VarId() : AddBuiltin("where", {is_negative, wrapped, index});
  }
  int64_t value = ConstantOf(index).integer, wrapped = value < 0 ? value + *length : value;
  if (wrapped < 0 || wrapped >= *length) {
    Fail(DiagnosticKind::CallRejected, node,
         "Tile index " + std::to_string(value) + " is out of bounds for a size of " + std::to_string(*length));
    return VarId();
  }
  return wrapped == value ? index : AddIntConstant(wrapped);
}

Lowering::TileAccess Lowering::KindOfTileAccess(TypeId tile, const Indices& indices) {
  bool has_slice = false;
  for (VarId index : indices) {
    if (IsTile(types_, ValueType(index))) return TileAccess::Gather;
    has_slice = has_slice || ValueType(index) == kSliceType;
  }
  return has_slice || indices.size() < types_.shape(tile).size() ? TileAccess::View : TileAccess::Element;
}

VarId Lowering::EmitTileIndexing(VarId target, const Indices& indices) {
  TileAccess access = KindOfTileAccess(ValueType(target), indices);
  if (access != TileAccess::Element) {
    Values arguments = {Value(target), Value::Of(program_.AddList(indices))};
    return AddBuiltinCall(access == TileAccess::Gather ? "tile_slice_indexed" : "tile_view", arguments).var;
  }
  Variables arguments = {target};
  arguments.append(indices.begin(), indices.end());
  return AddBuiltin("tile_extract", arguments);
}

void Lowering::StoreTileSubscript(NodeId lhs, VarId target, const Indices& indices, VarId rhs) {
  switch (KindOfTileAccess(ValueType(target), indices)) {
    case TileAccess::Gather:
      return Fail(DiagnosticKind::CallRejected, lhs, "Advanced-index assignment on tiles is not supported.");
    case TileAccess::Element: {
      Variables arguments = {target};
      arguments.append(indices.begin(), indices.end());
      arguments.push_back(rhs);
      AddBuiltin("assign", arguments);
      return;
    }
    case TileAccess::View:
      break;
  }
  TypeId source = ValueType(rhs);
  if (!IsTile(types_, source))
    return Fail(DiagnosticKind::CallRejected, lhs,
                "Tile view assignment requires a tile of matching shape, but got " + TypeRepr(types_, source));
  Values arguments = {Value(target), Value::Of(program_.AddList(indices))};
  VarId view = AddBuiltinCall("tile_view", arguments).var;
  if (failed()) return;
  if (!std::ranges::equal(types_.shape(ValueType(view)), types_.shape(source)))
    return Fail(DiagnosticKind::CallRejected, lhs, "Tile view assignment shape mismatch");
  AddBuiltin("tile_assign", {view, rhs});
}

}  // namespace warpsmith
