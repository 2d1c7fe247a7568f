// Lowering in Warp's deterministic modes: where variables of array type come from, which updates are deferred, and
// which effects are guarded. The rules of conflicts are in deterministic_facts.cpp.
#include "lower/deterministic.h"

#include <algorithm>

#include "lower/lowering.h"

namespace warpsmith {

// ---- where arrays come from --------------------------------------------------------------------------------------

SymbolId Lowering::LabelOf(VarId id) {
  const Variable& variable = var(id);
  if (variable.kind == VariableKind::Local) return Intern(std::to_string(variable.number));
  if (variable.kind != VariableKind::Member) return variable.name.valid() ? variable.name : Intern("?");
  return Intern(std::string(Text(LabelOf(variable.base))) + "." + std::string(Text(variable.name)));
}

const Provenance& Lowering::ProvenanceOf(VarId id) const {
  static const Provenance kNone;
  auto found = provenance_.find(id.index);
  return found == provenance_.end() ? kNone : found->second;
}

std::optional<Lowering::ArrayTarget> Lowering::TargetOf(VarId id) {
  const Provenance& from = ProvenanceOf(id);
  ArrayTarget target{{}, from.array.valid() ? from.array : ValueType(id)};
  if (from.is_gradient) {
    target.place = {from.gradient_of, from.path, true};
  } else if (from.is_tracked) {
    target.place = {from.root, from.path, false};
  } else {
    if (IsReferenceVar(id)) return std::nullopt;
    target = {{LabelOf(id), {}, false}, TypeOf(id)};
  }
  if (!IsArray(types_, target.type)) return std::nullopt;
  return target;
}

void Lowering::TrackView(VarId out, VarId target, const Indices& indices) {
  Provenance from = ProvenanceOf(target);
  Provenance& view = provenance_[out.index];
  view.viewed = target;
  view.indices = {};
  for (VarId index : indices) view.indices.push_back(index);
  bool by_integers = std::all_of(indices.begin(), indices.end(), [&](VarId index) { return IsInt(ValueType(index)); });
  if (!by_integers) return;
  view.reduced = target;
  if (!from.is_gradient) return;
  view.is_gradient = true;
  view.gradient_of = from.gradient_of;
}

void Lowering::TrackElement(VarId out, VarId target) {
  if (deterministic_ == nullptr) return;
  while (ProvenanceOf(target).viewed.valid()) target = ProvenanceOf(target).viewed;
  std::optional<ArrayTarget> array = TargetOf(target);
  if (!array) return;
  Provenance& element = provenance_[out.index];
  element.is_tracked = true;
  element.root = array->place.root;
  element.path = array->place.path;
  element.array = array->type;
  if (!array->place.adjoint) return;
  element.is_gradient = true;
  element.gradient_of = array->place.root;
}

void Lowering::TrackField(VarId out, VarId aggregate, SymbolId field, TypeId type) {
  if (deterministic_ == nullptr) return;
  Provenance from = ProvenanceOf(aggregate);
  Provenance& part = provenance_[out.index];
  part.is_tracked = true;
  part.root = from.is_tracked ? from.root : LabelOf(aggregate);
  part.path = from.path;
  part.path.push_back(field);
  if (IsArray(types_, StripReference(types_, type))) part.array = StripReference(types_, type);
  for (const auto& [path, known] : from.fields) {
    if (path.front() != field) continue;
    if (path.size() == 1) {
      part.root = known.root;
      part.path = known.path;
      part.array = known.array;
    } else {
      part.fields[{path.begin() + 1, path.end()}] = known;
    }
  }
}

void Lowering::NoteArrayFields(TypeId type, std::vector<SymbolId>& prefix, const Provenance& from, VarId source,
                               Provenance& out) {
  for (const StructField& field : types_.structure(type).fields) {
    prefix.push_back(Intern(field.name));
    TypeId field_type = StripReference(types_, field.type);
    if (IsArray(types_, field_type)) {
      auto known = from.fields.find(prefix);
      bool is_parameter = var(source).is_parameter;
      if (known != from.fields.end()) {
        out.fields[prefix] = known->second;
      } else if (from.is_tracked || is_parameter) {
        Provenance::Field entry{from.is_tracked ? from.root : LabelOf(source), from.path, field_type};
        entry.path.insert(entry.path.end(), prefix.begin(), prefix.end());
        out.fields[prefix] = std::move(entry);
      }
    } else if (IsStruct(types_, field_type)) {
      NoteArrayFields(field_type, prefix, from, source, out);
    }
    prefix.pop_back();
  }
}

void Lowering::TrackAlias(VarId out, VarId source) {
  TypeId type = TypeOf(out);
  if (IsArray(types_, type)) {
    Provenance from = ProvenanceOf(source);
    bool is_known = from.is_tracked || from.reduced.valid() || from.is_gradient;
    if (!is_known && deterministic_ != nullptr && var(source).is_parameter) {
      from.is_tracked = true;
      from.root = LabelOf(source);
      from.path = {};
      from.array = ValueType(source);
    }
    if (from.is_tracked || from.viewed.valid() || from.is_gradient) provenance_[out.index] = std::move(from);
  } else if (deterministic_ != nullptr && IsStruct(types_, ValueType(out)) && IsStruct(types_, ValueType(source))) {
    Provenance from = ProvenanceOf(source);
    Provenance& alias = provenance_[out.index];
    alias.fields.clear();
    std::vector<SymbolId> prefix;
    NoteArrayFields(ValueType(out), prefix, from, source, alias);
  }
}

void Lowering::TrackGradient(VarId out, VarId source) {
  if (deterministic_ == nullptr) return;
  const Provenance from = ProvenanceOf(source);
  OriginId origin = var(source).origin;
  bool has_view = false;
  if (origin.valid())
    for (const OriginStep& step : program_.origins[origin].steps) has_view |= step.kind == OriginStep::Kind::View;
  if (!from.is_tracked && has_view) return;
  Provenance& gradient = provenance_[out.index];
  gradient.is_gradient = true;
  gradient.gradient_of = from.is_tracked ? from.root : LabelOf(source);
  if (!from.is_tracked) return;
  gradient.path = from.path;
  gradient.array = ValueType(source);
}

// ---- accesses ----------------------------------------------------------------------------------------------------

bool Lowering::RefuseNondeterministic(const std::string& reason) {
  if (reason.empty()) return false;
  Fail(DiagnosticKind::CallRejected, current_node_, reason);
  return true;
}

bool Lowering::IsGradientDefinition() const {
  return !is_kernel_ && static_cast<const FunctionDefinition*>(definition_)->is_gradient;
}

void Lowering::NoteDirectAtomic(VarId array) {
  if (IsGradientDefinition()) return;
  if (std::optional<ArrayTarget> target = TargetOf(array))
    RefuseNondeterministic(deterministic_->NoteDirectAtomic(target->place));
}

void Lowering::NoteArrayStore(VarId array) {
  if (deterministic_ == nullptr || failed()) return;
  while (ProvenanceOf(array).viewed.valid()) array = ProvenanceOf(array).viewed;
  if (std::optional<ArrayTarget> target = TargetOf(array))
    RefuseNondeterministic(deterministic_->NoteStore(target->place, !IsGradientDefinition()));
}

void Lowering::NoteArrayAccess(std::string_view builtin, VarId array) {
  if (IsGradientDefinition() || !array.valid()) return;
  if (IsDirectAtomic(builtin) || builtin == "tile_atomic_add" || builtin == "tile_atomic_add_indexed")
    return NoteDirectAtomic(array);
  if (builtin == "tile_store" || builtin == "tile_store_indexed") return NoteArrayStore(array);
  if (builtin != "load" && builtin != "tile_load" && builtin != "tile_load_indexed") return;
  // Reading a descriptor out of a struct reads no element.
  if (builtin == "load" && IsArray(types_, ValueType(array))) return;
  if (std::optional<ArrayTarget> target = TargetOf(array))
    RefuseNondeterministic(deterministic_->NoteLoad(target->place));
}

CallContext& Lowering::ContextOf(Call& call) {
  if (!call.context.valid()) call.context = program_.call_contexts.Add(CallContext());
  return program_.call_contexts[call.context];
}

void Lowering::GuardEffect(std::string_view builtin, bool result_used, Call& call) {
  if (deterministic_ == nullptr || !IsGuardedEffect(builtin)) return;
  DeterministicFacts& facts = deterministic_->facts;
  if (!is_kernel_) facts.has_guarded_effects = true;
  if (result_used && facts.consumed_effect.empty()) {
    facts.consumed_effect = "wp." + std::string(builtin) + "()";
    facts.consumed_effect_node = current_node_;
  }
  if (!deterministic_->needs_guard()) return;
  facts.needs_context = true;
  ContextOf(call).guard = CallContext::Guard::Effect;
}

// ---- deferred updates --------------------------------------------------------------------------------------------

VarId Lowering::ParameterNamed(SymbolId name) const {
  for (VarId id : program_.parameters)
    if (var(id).name == name) return id;
  return VarId();
}

VarId Lowering::VariableOfPlace(const ArrayPlace& place) {
  VarId variable = ParameterNamed(place.root);
  for (SymbolId field : place.path) {
    Variable member;
    member.kind = VariableKind::Member;
    member.type = kInt32Type;  // only its spelling counts
    member.base = variable;
    member.name = field;
    variable = AddUnnumbered(member);
  }
  return variable;
}

VarId Lowering::ReducedArray(VarId array, Variables& prefix) {
  std::vector<VarId> chain;
  while (ProvenanceOf(array).reduced.valid()) {
    chain.push_back(array);
    array = ProvenanceOf(array).reduced;
  }
  for (auto view = chain.rbegin(); view != chain.rend(); ++view)
    for (VarId index : ProvenanceOf(*view).indices) prefix.push_back(index);
  return array;
}

DeferralId Lowering::AddDeferral(const DeferredTarget& target, const ArrayPlace& place, const Variables& prefix,
                                 std::span<const VarId> indices) {
  Deferral deferral;
  deferral.helper = target.helper;
  deferral.element = target.value;
  deferral.adjoint = place.adjoint;
  Variables all;
  for (VarId index : prefix) all.push_back(Load(index));
  for (VarId index : indices) all.push_back(Load(index));
  if (!failed() && all.size() > 4)
    Fail(DiagnosticKind::CallRejected, current_node_, "a deferred update of an array has at most four indices");
  if (failed()) return DeferralId();
  deferral.array = VariableOfPlace(place);
  deferral.indices = program_.AddList(all);
  return program_.deferrals.Add(deferral);
}

std::optional<Value> Lowering::DeferAtomic(std::string_view builtin, const BoundCall& bound, const OverloadInfo& info,
                                           std::span<const VarId> outputs, bool result_used) {
  if (!IsDeferrableAtomic(builtin)) return std::nullopt;
  Variables given;
  for (const BoundArgument& argument : bound.arguments)
    if (argument.present && argument.value.handle != ArgumentValue::kNoHandle) given.push_back(VarId(argument.value.handle));
  if (given.size() < 3 || outputs.empty()) return std::nullopt;
  Variables prefix;
  VarId array = ReducedArray(given[0], prefix);
  std::optional<ArrayTarget> target = TargetOf(array);
  if (!target || !ParameterNamed(target->place.root).valid()) {
    Fail(DiagnosticKind::CallRejected, current_node_, "it does not show which parameter this atomic operation updates");
    return Value();
  }
  TypeId element = types_[target->type].element;
  TypeId scalar = ScalarTypeOf(types_, element);
  Variables loaded;
  for (VarId id : given) loaded.push_back(Load(id));
  if (failed()) return Value();
  Call fallback;
  fallback.function_namespace = "wp::";
  fallback.native_name = Intern(info.native_name);
  fallback.outputs = program_.AddList(outputs);
  fallback.arguments = program_.AddList(loaded);
  bool is_float = scalar.valid() && IsFloat(scalar);
  if (!is_float && !result_used) {
    NoteDirectAtomic(array);
    if (failed()) return Value();
    // A function may be called while its kernel counts, without counting itself.
    if (!deterministic_->needs_guard() && is_kernel_) return std::nullopt;
    deterministic_->facts.needs_context = true;
    ContextOf(fallback).guard = CallContext::Guard::Effect;
    CallId call = program_.calls.Add(std::move(fallback));
    AddStatement(StatementKind::Call).call = call;
    return Value(outputs[0]);
  }
  AtomicUpdate update{builtin, info.native_name, target->place, element, scalar, outputs[0], given.back(), loaded.back()};
  update.fallback = program_.calls.Add(std::move(fallback));
  update.prefix = prefix;
  for (size_t i = 1; i + 1 < loaded.size(); ++i) update.indices.push_back(loaded[i]);
  if (result_used) return DeferCounter(update);
  return DeferReduction(update);
}

Value Lowering::DeferCounter(const AtomicUpdate& update) {
  auto refuse = [&](const char* reason) {
    Fail(DiagnosticKind::CallRejected, current_node_, reason);
    return Value();
  };
  if (update.builtin != "atomic_add") return refuse("only the result of atomic_add() can be used in a deterministic mode");
  if (update.scalar != kInt32Type) return refuse("only counters of int32 can give slots in a deterministic mode");
  if (IsGradientDefinition() || update.place.adjoint)
    return refuse("a counter that gives slots cannot be differentiated in a deterministic mode");
  DeferredTarget wanted{DeferredTarget::Family::Counter, update.place, {}, update.scalar, true, false};
  const DeferredTarget* target = nullptr;
  if (RefuseNondeterministic(deterministic_->NoteTarget(std::move(wanted), target))) return {};
  DeferralId deferral = AddDeferral(*target, {update.place.root, update.place.path, false}, update.prefix, update.indices);
  if (failed()) return {};
  Statement& count = AddStatement(StatementKind::DeferredCount);
  count.a = update.output;
  count.b = update.loaded;
  count.call = update.fallback;
  count.deferral = deferral;
  return update.output;
}

Value Lowering::DeferReduction(const AtomicUpdate& update) {
  using Family = DeferredTarget::Family;
  bool backward = IsGradientDefinition() || update.place.adjoint;
  Family family = update.builtin == "atomic_min"   ? Family::Min
                  : update.builtin == "atomic_max" ? Family::Max
                                                   : Family::Add;
  const DeferredTarget* target = nullptr;
  if (RefuseNondeterministic(deterministic_->NoteTarget({family, update.place, {}, update.element, !backward, backward}, target)))
    return {};
  ArrayPlace named{update.place.root, update.place.path, false};
  DeferralId deferral = AddDeferral(*target, named, update.prefix, update.indices);
  if (failed()) return {};
  Statement& record = AddStatement(StatementKind::DeferredUpdate);
  record.b = update.loaded;
  record.call = update.fallback;
  record.deferral = deferral;
  record.flag = update.builtin == "atomic_sub";
  AssignText(update.output, CppType(types_, TypeOf(update.output)) + "{}");
  if (update.place.adjoint) return update.output;
  Call reverse;
  reverse.function_namespace = "wp::";
  reverse.native_name = Intern(update.native_name);
  Variables arguments = {program_.deferrals[deferral].array}, adjoints = arguments;
  for (VarId index : Variables(program_.List(program_.deferrals[deferral].indices))) {
    arguments.push_back(index);
    adjoints.push_back(index);
  }
  arguments.push_back(update.loaded);
  adjoints.push_back(update.value);
  VarId outputs[] = {update.output};
  reverse.arguments = program_.AddList(arguments);
  reverse.adjoint_arguments = program_.AddList(adjoints);
  reverse.outputs = program_.AddList(outputs);
  reverse.has_reverse = true;
  CallId call = program_.calls.Add(std::move(reverse));
  AddStatement(StatementKind::CallReverse).call = call;
  return update.output;
}

void Lowering::DeferGradient(Call& call, VarId array) {
  if (deterministic_ == nullptr || IsGradientDefinition() || !call.has_reverse) return;
  Variables prefix;
  array = ReducedArray(array, prefix);
  std::optional<ArrayTarget> target = TargetOf(array);
  if (!target || !ParameterNamed(target->place.root).valid()) return;
  TypeId element = types_[target->type].element;
  TypeId scalar = ScalarTypeOf(types_, element);
  if (!scalar.valid() || !IsFloat(scalar)) return;
  ArrayPlace place{target->place.root, target->place.path, true};
  const DeferredTarget* found = nullptr;
  if (RefuseNondeterministic(deterministic_->NoteTarget({DeferredTarget::Family::Add, place, {}, element, false, true}, found)))
    return;
  Variables indices(program_.List(call.arguments));
  indices.drop_front(1);
  DeferralId deferral = AddDeferral(*found, place, prefix, indices);
  if (!failed()) ContextOf(call).reverse_deferral = deferral;
}

bool Lowering::DeferSlotUpdate(SlotId slot_id, VarId rhs, std::string_view operation) {
  const Slot slot = program_.slots[slot_id];
  Variables prefix;
  VarId array = ReducedArray(slot.root, prefix);
  std::optional<ArrayTarget> target = TargetOf(array);
  TypeId slot_scalar = ScalarTypeOf(types_, slot.type);
  bool additive = operation == "add" || operation == "sub";
  bool is_gradient = additive && target && target->place.adjoint;
  TypeId element = target ? types_[target->type].element : TypeId();
  TypeId scalar = element.valid() ? ScalarTypeOf(types_, element) : TypeId();
  if (!is_gradient || !scalar.valid() || !IsFloat(scalar)) {
    if (additive && slot_scalar.valid() && IsFloat(slot_scalar))
      Fail(DiagnosticKind::CallRejected, current_node_,
           "a component of an array's element cannot be updated atomically in a deterministic mode");
    return false;
  }
  if (!ParameterNamed(target->place.root).valid()) {
    Fail(DiagnosticKind::CallRejected, current_node_, "it does not show which parameter's gradient this updates");
    return false;
  }
  const DeferredTarget* found = nullptr;
  if (RefuseNondeterministic(
          deterministic_->NoteTarget({DeferredTarget::Family::Add, target->place, {}, element, false, true}, found)))
    return false;
  Variables indices(program_.List(slot.indices));
  DeferralId deferral = AddDeferral(*found, target->place, prefix, indices);
  if (failed()) return false;
  VarId packed = AddVar(element);
  AssignText(packed, CppType(types_, element) + "{}");
  Statement& fill = AddStatement(StatementKind::SlotFill);
  fill.a = packed;
  fill.b = rhs;
  fill.slot = slot_id;
  fill.flag = operation == "sub";
  SymbolId symbol = Intern(operation);
  Statement& record = AddStatement(StatementKind::DeferredUpdate);
  record.a = packed;
  record.b = rhs;
  record.slot = slot_id;
  record.symbol = symbol;
  record.deferral = deferral;
  return true;
}

// ---- calls of functions ------------------------------------------------------------------------------------------

ArrayPlace Lowering::MapPlace(const ArrayPlace& place, const FunctionDefinition& function,
                              std::span<const BoundUserArgument> bound) {
  for (size_t i = 0; i < bound.size(); ++i) {
    if (function.parameters[i].name != place.root) continue;
    if (!bound[i].value.is_variable()) break;
    VarId id = bound[i].value.var;
    const Provenance& from = ProvenanceOf(id);
    if (!from.is_tracked && IsReferenceVar(id)) break;
    ArrayPlace mapped{from.is_tracked ? from.root : LabelOf(id), {}, place.adjoint};
    if (from.is_tracked) mapped.path = from.path;
    mapped.path.insert(mapped.path.end(), place.path.begin(), place.path.end());
    return mapped;
  }
  return place;
}

void Lowering::IncludeFacts(const DeterministicFacts& facts, const FunctionDefinition& function,
                            std::span<const BoundUserArgument> bound, bool backward_only) {
  DeterministicState& own = *deterministic_;
  auto map = [&](const ArrayPlace& place) { return MapPlace(place, function, bound); };
  own.facts.needs_context |= facts.needs_context;
  if (!backward_only) {
    if (!facts.consumed_effect.empty() && own.facts.consumed_effect.empty()) {
      own.facts.consumed_effect = facts.consumed_effect + " in " + function.key + "()";
      own.facts.consumed_effect_node = current_node_;
    }
    for (const ArrayPlace& place : facts.loads)
      if (RefuseNondeterministic(own.NoteLoad(map(place)))) return;
    for (const ArrayPlace& place : facts.stores)
      if (RefuseNondeterministic(own.NoteStore(map(place), true))) return;
  } else {
    for (const ArrayPlace& place : facts.stores) own.facts.backward_stores.insert(map(place));
  }
  for (const ArrayPlace& place : facts.backward_stores) own.facts.backward_stores.insert(map(place));
  for (bool counters : {false, true}) {
    for (const DeferredTarget& target : facts.targets) {
      if (target.is_counter() != counters) continue;
      DeferredTarget wanted = target;
      wanted.place = map(target.place);
      const DeferredTarget* found = nullptr;
      if (RefuseNondeterministic(own.NoteTarget(std::move(wanted), found))) return;
    }
  }
  if (backward_only) return;
  for (const ArrayPlace& place : facts.direct_atomics)
    if (RefuseNondeterministic(own.NoteDirectAtomic(map(place)))) return;
}

ListId Lowering::HelperArguments(const DeterministicFacts* facts, const FunctionDefinition& function,
                                 std::span<const BoundUserArgument> bound) {
  if (facts == nullptr || !facts->is_deterministic()) return ListId();
  Variables helpers = {AddText("det_ctx")};
  for (bool counters : {true, false}) {
    for (const DeferredTarget& target : facts->targets) {
      if (target.is_counter() != counters) continue;
      ArrayPlace place = MapPlace(target.place, function, bound);
      const DeferredTarget* found = deterministic_->FindTarget(place, counters);
      if (found == nullptr) {
        DeferredTarget wanted = target;
        wanted.place = place;
        if (RefuseNondeterministic(deterministic_->NoteTarget(std::move(wanted), found))) return ListId();
      }
      helpers.push_back(AddText(Text(found->helper)));
    }
  }
  return program_.AddList(helpers);
}

void Lowering::IncludeCallee(FunctionId id, const FunctionResult& result, std::span<const BoundUserArgument> bound) {
  if (deterministic_ == nullptr) return;
  const FunctionDefinition& function = unit_.functions[id];
  if (result.deterministic != nullptr) IncludeFacts(*result.deterministic, function, bound, false);
  if (failed() || !function.gradient.valid()) return;
  const FunctionResult* gradient = context_.BuildApart(function.gradient);
  if (gradient == nullptr) failed_ = true;
  else if (gradient->deterministic != nullptr) IncludeFacts(*gradient->deterministic, function, bound, true);
}

void Lowering::AddContextArguments(FunctionId id, const FunctionResult& result,
                                   std::span<const BoundUserArgument> bound, Call& call) {
  if (deterministic_ == nullptr || failed()) return;
  const FunctionDefinition& function = unit_.functions[id];
  ListId forward = HelperArguments(result.deterministic.get(), function, bound), replay = forward, reverse = forward;
  if (function.replay.valid()) {
    const FunctionResult* built = context_.Built(function.replay);
    replay = HelperArguments(built == nullptr ? nullptr : built->deterministic.get(), function, bound);
  }
  if (function.gradient.valid()) {
    const FunctionResult* built = context_.BuildApart(function.gradient);
    reverse = HelperArguments(built == nullptr ? nullptr : built->deterministic.get(), function, bound);
  }
  if (!forward.valid() && !replay.valid() && !reverse.valid()) return;
  CallContext& context = ContextOf(call);
  context.arguments = forward;
  context.replay_arguments = replay;
  context.reverse_arguments = reverse;
}

// ---- a function as a whole ---------------------------------------------------------------------------------------

void Lowering::BeginDeterministic() {
  if (!options_.deterministic) return;
  deterministic_ = std::make_unique<DeterministicState>(unit_);
  deterministic_->facts.consumes_atomic = UsesAtomicResult(unit_, *definition_);
  deterministic_->facts.has_guarded_effects = !is_kernel_ && HasVisibleEffects(*definition_);
}

void Lowering::EndDeterministic() {
  if (deterministic_ == nullptr || failed()) return;
  const DeterministicFacts& facts = deterministic_->facts;
  if (is_kernel_ && facts.has_counter() && !facts.consumed_effect.empty())
    return Fail(DiagnosticKind::CallRejected, facts.consumed_effect_node,
                "the result of " + facts.consumed_effect + " is used in a kernel that runs twice");
  program_.is_deterministic = facts.is_deterministic();
  for (bool counters : {true, false})
    for (const DeferredTarget& target : facts.targets)
      if (target.is_counter() == counters) program_.deferred_parameters.push_back({target.helper, target.value, counters});
}

}  // namespace warpsmith
