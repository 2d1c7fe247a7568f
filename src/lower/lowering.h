// The state of lowering one function, private to this module. Its members are defined in one file a family of
// constructs: core.cpp (variables, statements, blocks), expressions.cpp, names.cpp, calls.cpp, user_calls.cpp, statements.cpp,
// loops.cpp,
// attributes.cpp, subscripts.cpp, tiles.cpp, mapped_functions.cpp, external.cpp, assignments.cpp, augmented.cpp, slots.cpp,
// references.cpp, deterministic.cpp.
//
// Errors: the first diagnostic sets failed(); every member returns at once (with an invalid result) when it finds
// failed() set after a step, and its callers do the same. Work that is tried and may be given up goes through Try().
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/small_vector.h"
#include "builtins/builtins.h"
#include "lower/deterministic.h"
#include "lower/lower.h"

namespace warpsmith {

/// What an expression evaluates to: nothing (a void call), a variable, several variables (a call with several
/// results), or an object that exists only at compile time (a function, type, struct, module).
struct Value {
  enum class Kind : uint8_t { Nothing, Variable, Sequence, Object, Grad } kind = Kind::Nothing;
  VarId var;
  ListId sequence;  // Sequence: a list of the program
  Object object;  // Object; Grad: the function

  Value() = default;
  Value(VarId variable) : kind(Kind::Variable), var(variable) {}  // NOLINT: implicit by design
  static Value Of(const Object& object) {
    Value value;
    value.kind = Kind::Object;
    value.object = object;
    return value;
  }
  static Value Of(ListId variables) {
    Value value;
    value.kind = Kind::Sequence;
    value.sequence = variables;
    return value;
  }
  [[nodiscard]] bool is_variable() const { return kind == Kind::Variable; }
  [[nodiscard]] bool is_object() const { return kind == Kind::Object; }
  [[nodiscard]] bool is_function() const {
    return kind == Kind::Object && (object.kind == ObjectKind::Function || object.kind == ObjectKind::Builtin);
  }
};

/// Local names in the order in which they were first bound (conditionals merge in that order).
class SymbolMap {
 public:
  [[nodiscard]] const Value* Find(SymbolId name) const;
  void Set(SymbolId name, Value value);
  void Erase(SymbolId name);
  [[nodiscard]] const std::vector<std::pair<SymbolId, Value>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<SymbolId, Value>> entries_;
};

/// A keyword argument of a call.
struct KeywordValue {
  SymbolId name;
  Value value;
  NodeId node;
};

// Lists that are short in nearly every kernel.
using Values = SmallVector<Value, 4>;
using Variables = SmallVector<VarId, 8>;
using Nodes = SmallVector<NodeId, 8>;
using Arguments = SmallVector<ArgumentValue, 6>;

/// Indices of a subscript: variables, in order. A slice is a variable of slice type.
using Indices = Variables;

class Lowering {
 public:
  Lowering(Unit& unit, const Definition& definition, bool is_kernel, const LoweringOptions& options,
           ModuleContext& context, DiagnosticSink& sink);
  std::optional<LoweredFunction> Run();

 private:
  // ---- core.cpp: errors, variables, statements, blocks ----
  [[nodiscard]] bool failed() const { return failed_; }
  /// Emits a diagnostic at `node` and sets failed().
  template <typename... Arguments>
  void Fail(DiagnosticKind kind, NodeId node, Arguments&&... arguments) {
    if (failed_) return;
    failed_ = true;
    sink_.Emit(kind, definition_->buffer, definition_->ast == nullptr ? Span() : ast_.SpanOf(node.valid() ? node : current_node_),
               std::forward<Arguments>(arguments)...);
  }
  /// Runs `attempt`; if it fails, its diagnostics are withdrawn, failed() is cleared and the result is nothing.
  /// Statements and variables made on the way stay, as they do in Warp.
  template <typename Attempt>
  std::optional<Value> Try(Attempt&& attempt) {
    size_t mark = sink_.Mark();
    Value value = attempt();
    if (!failed_) return value;
    sink_.RollBack(mark);
    failed_ = false;
    return std::nullopt;
  }

  Variable& var(VarId id) { return program_.variables[id]; }
  [[nodiscard]] const Variable& var(VarId id) const { return program_.variables[id]; }
  /// The type of a variable, and without its outer reference.
  [[nodiscard]] TypeId TypeOf(VarId id) const { return program_.variables[id].type; }
  [[nodiscard]] TypeId ValueType(VarId id) const { return StripReference(types_, TypeOf(id)); }
  [[nodiscard]] bool IsReferenceVar(VarId id) const { return IsReference(types_, TypeOf(id)); }
  [[nodiscard]] bool HasConstant(VarId id) const { return var(id).constant.valid(); }
  [[nodiscard]] const Constant& ConstantOf(VarId id) const { return unit_.constants[var(id).constant]; }
  /// The value of an integer constant variable.
  [[nodiscard]] std::optional<int64_t> IntegerConstant(VarId id) const;

  /// Allocates the next numbered variable in the current block.
  VarId AddVar(TypeId type, ConstantId constant = ConstantId());
  /// A variable that has no number: parameters, members, pointers.
  VarId AddUnnumbered(Variable variable);
  VarId AddConstant(Constant constant);
  VarId AddConstant(ConstantId constant);
  VarId AddIntConstant(int64_t value) { return AddConstant(Constant::Int(value)); }
  /// A statement at the current depth and line in the current block.
  Statement& AddStatement(StatementKind kind);
  /// Notes the Python line of what follows: a comment in both lanes when it changes.
  void SetLine(NodeId node);
  BlockId BeginBlock(BlockKind kind);
  void EndBlock();
  Block& current_block() { return program_.blocks[block_stack_.back()]; }
  void Indent() { ++depth_; }
  void Dedent() { --depth_; }
  /// The variable, or what it points to: references are loaded.
  VarId Load(VarId id);
  SymbolId Intern(std::string_view text) { return unit_.symbols.Intern(text); }
  [[nodiscard]] std::string_view Text(SymbolId id) const { return unit_.symbols.Text(id); }

  // ---- expressions.cpp ----
  /// Evaluates any expression. Sets the line first.
  Value Eval(NodeId node);
  /// Evaluates an expression that must be a variable; fails with a diagnostic if it is an object or nothing.
  VarId EvalVar(NodeId node);
  Value EvalName(NodeId node);
  Value EvalConstant(NodeId node);
  Value EvalBinOp(NodeId node);
  Value EvalUnaryOp(NodeId node);
  Value EvalBoolOp(NodeId node);
  Value EvalCompare(NodeId node);
  Value EvalIfExp(NodeId node);
  Value EvalTuple(NodeId node);
  Value EvalSlice(NodeId node);
  VarId AddCompare(std::span<const CompareOperator> operators, VarId left, std::span<const VarId> comparators,
                   NodeId node);
  void BeginGuard(VarId condition, bool negated);   // loads the condition
  void EndGuard(VarId condition, bool negated);     // loads it again, as Warp does
  /// Warp's name of the operator's built-in: "add", "floordiv", "bit_and".
  static std::string_view OperatorName(BinaryOperator op);
  /// The user function that overloads an operator in this scope, if any.
  std::optional<FunctionSetId> UserOperator(std::string_view operator_name);

  // ---- names.cpp: what dotted names refer to ----
  struct StaticPath {
    Object object;                 // None if the path does not resolve
    SmallVector<SymbolId, 6> path;  // the dotted name, where it is one
    bool is_type_call = false;     // type(x)...: object is the type
  };
  /// A dotted name (or type(x).y) as a compile-time object. Locals hide globals. Evaluates the argument of type().
  StaticPath ResolveStatic(NodeId node, bool evaluate_types = true);
  [[nodiscard]] Object ResolvePath(std::span<const SymbolId> path) const;
  /// A constant, function, type, ... found outside, as a value (constants become variables).
  Value ValueOfObject(const Object& object, NodeId node);
  void FailUnresolved(const Object& object, NodeId node);

  /// Attribute of a type: dtype, length, shape, ...; None if it has no such attribute (attributes.cpp).
  [[nodiscard]] Object TypeAttribute(TypeId type, SymbolId name);
  /// The value of a wp.static(...) call that was known before lowering; null otherwise (statements.cpp).
  [[nodiscard]] const Object* StaticResult(NodeId call) const;
  /// The value of any other wp.static(...) call, where the unit has the results in Warp's order (statics.cpp).
  Value EvalDeferredStatic(NodeId node);
  [[nodiscard]] StaticLocals LocalsOfStatics(bool with_lengths) const;
  /// Whether a wp.static(...) call that is evaluated only now is below `node`: such loops are always unrolled.
  bool ContainsDeferredStatic(NodeId node);

  // ---- calls.cpp ----
  Value EvalCall(NodeId node, bool result_used = true, int expected_results = 0);
  /// An argument: a variable, or a type, struct or function.
  Value ResolveArgument(NodeId node);
  /// Calls a built-in or user function with evaluated arguments; gives what the call returns.
  Value AddCall(const Object& callee, std::span<const Value> arguments, std::span<const KeywordValue> keywords,
                TypeId type_arguments_of, int expected_results, NodeId node,
                std::span<const NodeId> argument_nodes = {});
  /// The result's variable; invalid for built-ins without one.
  VarId AddBuiltin(std::string_view name, std::initializer_list<VarId> arguments);
  VarId AddBuiltin(std::string_view name, std::span<const VarId> arguments);
  /// Likewise where there may be no result or several.
  Value AddBuiltinCall(std::string_view name, std::span<const Value> arguments, int expected_results = 0);
  /// The elements of `*value`, one variable each (subscripts.cpp).
  Variables UnpackStarred(NodeId node);
  /// What the call's function expression denotes; sets `type_arguments_of` for constructors of composite types.
  /// `is_gradient`: the callee is wp.grad of it.
  Object CalleeOf(NodeId node, NodeId function_node, TypeId& type_arguments_of, bool& is_gradient);
  bool EvalArguments(const py::Call& call, Values& arguments, Nodes& nodes,
                     std::vector<KeywordValue>& keywords);
  ArgumentValue ToArgument(const Value& value);
  /// Type of an argument without an outer reference.
  TypeId ArgumentType(const Value& value);
  Value AddBuiltinOverloadCall(BuiltinId builtin, std::span<const ArgumentValue> positional,
                               std::span<const KeywordArgument> keywords,
                               std::span<const KeywordArgument> type_arguments, int expected_results, NodeId node);
  /// Gives the function among the arguments, if there is one, the variable that stands for it, and notes what it returns
  /// for elements of tiles (mapped_functions.cpp). Clears `has_reverse` where it has no adjoint.
  bool BindFunctionArgument(BoundCall& call, bool& has_reverse, NodeId node);
  bool BindBuiltinArgument(ArgumentValue& function, std::span<const TypeId> elements, bool& has_reverse, NodeId node);
  bool BindUserArgument(ArgumentValue& function, std::span<const TypeId> elements, NodeId node);
  bool TakeWideConstant(const BoundCall& bound, const OverloadInfo& info, VarId& result);
  VarId AddText(std::string_view text);
  VarId RegisterArgument(const NativeArgument& argument);
  Value FinishCall(Call call, std::span<const VarId> outputs, std::span<const VarId> forwards,
                   std::span<const VarId> originals, bool comment_replay);
  /// A call whose outcome is known from the types of its arguments.
  Value AddPlainCall(PlainCall plain, std::span<const ArgumentValue> positional);
  /// A call of a native function, without arguments yet.
  Call NewCall(std::string_view name_space, std::string_view name, bool has_original_output, bool reverse_has_template_arguments);
  void FailBuiltin(const BuiltinError& error, BuiltinId builtin, NodeId node);
  /// wp.address_of(x) (references.cpp).
  Value EvalAddressOf(NodeId node);

  // ---- external.cpp: types and functions of the user's own C++ ----
  Value AddExternalCall(const Object& callee, std::span<const Value> arguments, std::span<const KeywordValue> keywords,
                        NodeId node);
  Value EvalNativeConstructor(NodeId node, TypeId type);
  /// Whether values of this type hold something that has no adjoint.
  [[nodiscard]] bool ContainsNative(TypeId type) const;

  // ---- gradients.cpp: wp.grad ----
  /// A function whose adjoint is called in the forward pass.
  struct GradientCallee {
    std::string_view function_namespace;
    std::string_view native_name;
    Variables arguments;
    std::vector<TypeId> parameters, results;
    uint32_t python_scalars = 0;  // which parameters are annotated with Python's int or float
    bool takes_results = false;  // the adjoint takes what the function returned
  };
  Value EvalGrad(NodeId node);
  [[nodiscard]] bool HasPythonType(const Definition& function, NodeId annotation) const;
  // The type of a parameter that is a tuple, with the elements that its annotation spells with Python's int or float.
  [[nodiscard]] TypeId AnnotatedTuple(const Definition& function, const Parameter& parameter);
  Value AddGradientCall(const Object& function, std::span<const Value> arguments, std::span<const KeywordValue> keywords,
                        NodeId node, std::span<const NodeId> argument_nodes);
  bool FindUserGradient(FunctionSetId set, std::span<const Value> arguments, std::span<const KeywordValue> keywords,
                        NodeId node, std::span<const NodeId> argument_nodes, GradientCallee& callee);
  bool FindBuiltinGradient(const Object& function, std::span<const Value> arguments,
                           std::span<const KeywordValue> keywords, NodeId node, GradientCallee& callee);
  void AddForwardCall(std::string_view function_namespace, std::string_view name, std::span<const VarId> outputs,
                      std::span<const VarId> arguments);
  void AssignText(VarId variable, std::string_view text);

  // ---- user_calls.cpp ----
  struct BoundUserArgument {
    TypeId type;  // of the parameter
    Value value;
    NodeId node;
    bool present = false;
    bool is_default = false;
  };
  bool BindUserArguments(const FunctionDefinition& function, std::span<const Value> arguments,
                         std::span<const KeywordValue> keywords, std::span<const NodeId> argument_nodes,
                         std::vector<BoundUserArgument>& bound, NodeId node);
  Value AddUserCall(FunctionSetId set, std::span<const Value> arguments, std::span<const KeywordValue> keywords,
                    NodeId node, std::span<const NodeId> argument_nodes);
  /// The specialisation of `id` for the functions among the arguments; `id` where there are none. Invalid, and failed,
  /// where Warp makes none.
  FunctionId Specialize(FunctionId id, std::span<const BoundUserArgument> bound, NodeId node);
  Value AddStructConstruction(TypeId type, std::span<const Value> arguments, std::span<const KeywordValue> keywords,
                              NodeId node);

  // ---- statements.cpp, loops.cpp ----
  void EvalStatement(NodeId node);
  void EvalStatements(std::span<const NodeId> nodes);
  void EvalFunctionBody();
  [[nodiscard]] bool HasNativeDecorator(const py::FunctionDef& function) const;
  void EvalIf(NodeId node);
  /// Both branches of a conditional, and the merging of the names they bind. `otherwise` may be empty.
  void EvalBranches(VarId condition, const std::function<void()>& body, const std::function<void()>& otherwise);
  void MergeBranches(VarId condition, const SymbolMap& before, const SymbolMap& after_body);
  bool CheckReturnTypes(std::span<const VarId> values, bool has_value, NodeId node);
  /// The Python text of a node.
  [[nodiscard]] std::string_view SourceSegment(NodeId node) const;
  void EvalReturn(NodeId node);
  void EvalAssert(NodeId node);
  void EvalExpressionStatement(NodeId node);
  void EvalWhile(NodeId node);
  void EvalFor(NodeId node);
  /// How a `for` is generated: iterations one after another, a counter, a range object, or another iterable.
  struct LoopPlan {
    enum class Kind : uint8_t { Other, Unrolled, Counted, Range } kind = Kind::Other;
    int64_t start = 0, stop = 0, step = 1;  // Unrolled, Counted
    VarId iterable;                         // Range
  };
  /// An argument of range(): a constant, or else a variable.
  struct RangeArgument {
    std::optional<int64_t> constant;
    VarId variable;
  };
  bool PlanLoop(NodeId node, LoopPlan& plan);
  RangeArgument EvalRangeArgument(NodeId node);
  void UnrollLoop(const LoopPlan& plan, SymbolId target, std::span<const NodeId> body, NodeId node);
  /// Statements of an unrolled iteration that may `continue`: what follows one is guarded by the name `active`.
  void EvalGuardedStatements(std::span<const NodeId> body, SymbolId active);
  void EvalGuardedIf(NodeId node, SymbolId active);
  void EmitLoop(LoopPlan plan, SymbolId target, std::span<const NodeId> body, NodeId loop);
  void PromoteMutatedIterators(NodeId loop, std::span<const NodeId> body);
  void EvalBreak(NodeId node);
  void EvalContinue(NodeId node);
  void MaterializeRedefinitions(const SymbolMap& before);
  bool ValidateReturnType();
  /// Python's truth of a constant variable.
  [[nodiscard]] bool ConstantIsTrue(VarId id) const;

  // ---- attributes.cpp ----
  Value EvalAttribute(NodeId node, bool as_target = false);
  /// The attribute of an evaluated aggregate.
  Value EvalAttributeOf(NodeId node, const Value& aggregate, bool as_target);
  /// The index constant of a component name such as "x"; invalid (and failed) if there is none.
  VarId VectorComponentIndex(SymbolId component, TypeId vector_type, NodeId node);
  /// Checks a transform component: "p" or "q".
  bool CheckTransformComponent(SymbolId component, NodeId node);
  /// A type (of an array's elements, of a component) as a compile-time object.
  [[nodiscard]] Object ObjectOfType(TypeId type) const;
  [[nodiscard]] Object ObjectOfInteger(int64_t value);
  Value AttributeOfObject(NodeId node, const Object& object);
  /// A field of a struct constant and its declared type; None if there is no such field.
  [[nodiscard]] Object FieldOfConstant(const Constant& constant, SymbolId field) const;
  std::optional<Value> AttributeOfVariable(NodeId node, VarId aggregate, bool as_target);
  std::optional<Value> ComponentOfVariable(NodeId node, VarId aggregate);
  VarId AddFieldAddress(VarId aggregate, std::string_view label, TypeId type);
  /// Whether gradients accumulate into a field of this type: a float scalar or composite, or a struct.
  [[nodiscard]] bool IsDifferentiableValueType(TypeId type) const;

  // ---- subscripts.cpp ----
  Value EvalSubscript(NodeId node);
  /// The object subscripted and its index nodes, array indexing of inner brackets done. Warp's eval_subscript.
  std::pair<VarId, Nodes> EvalSubscriptTarget(NodeId node, bool as_target);
  Indices EvalIndices(TypeId target_type, std::span<const NodeId> nodes);
  VarId EmitIndexing(VarId target, std::span<const NodeId> nodes, bool as_target, NodeId node);
  VarId EmitArrayIndexing(VarId target, const Indices& indices, bool as_target, NodeId node);
  VarId EmitComponentIndexing(VarId target, const Indices& indices, bool as_target, NodeId node);
  /// Whether a subscript is wp.adjoint[...].
  [[nodiscard]] bool IsAdjointSubscript(NodeId subscript) const;
  /// The storage that wp.adjoint[...] names, and that of a variable.
  VarId AdjointTarget(NodeId subscript);
  VarId AdjointOfVariable(VarId source);
  /// What is between its brackets: fields of structs are named, not read.
  Value EvalAdjointSource(NodeId node);
  // ---- tiles.cpp ----
  /// What a subscript of a tile denotes.
  enum class TileAccess : uint8_t { Element, View, Gather };
  [[nodiscard]] TileAccess KindOfTileAccess(TypeId tile, const Indices& indices);
  /// Whether an expression is a tile, as far as it shows without evaluating it.
  [[nodiscard]] bool MeansTile(NodeId node);
  [[nodiscard]] bool GivesTileView(std::span<const NodeId> indices);
  /// Whether a call of a user's function gives a tile; its arguments are only looked at.
  [[nodiscard]] bool GivesTile(FunctionSetId set, const py::Call& call);
  [[nodiscard]] TypeId TypeOfPlainArgument(NodeId node);
  /// Applies those of the bracket groups, innermost first, that must be views of their own, and removes them.
  VarId ApplyTileViews(VarId target, std::vector<Nodes>& groups, NodeId node);
  Indices EvalTileIndices(TypeId tile, std::span<const NodeId> nodes);
  /// An index that counts from the end where it is negative.
  VarId WrapTileIndex(VarId index, std::optional<int64_t> length, NodeId node);
  VarId EmitTileIndexing(VarId target, const Indices& indices);
  void StoreTileSubscript(NodeId lhs, VarId target, const Indices& indices, VarId rhs);

  int64_t EvalConstSliceComponent(NodeId node);
  /// Constant (start, stop, step) of a slice of a sequence of known length.
  std::optional<std::array<int64_t, 3>> EvalConstSlice(NodeId slice, std::optional<int64_t> length);

  // ---- assignments.cpp, augmented.cpp ----
  void EvalAssign(NodeId node);
  void EvalAugAssign(NodeId node);
  /// A location to be written: reads no value, makes no read adjoint.
  Value EvalStoreTarget(NodeId node);
  void StoreSubscript(NodeId lhs, VarId target, const Indices& indices, VarId rhs);
  void StoreAttribute(NodeId lhs, VarId aggregate, VarId rhs);
  VarId ResolveAttributeStoreAggregate(NodeId node);
  VarId ResolveStructMember(NodeId node);
  void StoreReferenceParameter(SymbolId name, const Value& value, bool augmented, NodeId node);
  [[nodiscard]] VarId ReferenceParameter(SymbolId name) const;
  void AssignName(NodeId node, SymbolId name, const Value& rhs);
  void AssignTuple(NodeId node, const py::Tuple& targets);
  void AssignSubscript(NodeId lhs, const Value& rhs);
  void StoreAdjoint(NodeId lhs, VarId rhs);
  void AssignAttribute(NodeId lhs, const Value& rhs);
  /// Checks that a local may be bound to a value of this type.
  bool CheckRebinding(SymbolId name, const Value& value, bool strip_reference, NodeId node);
  bool CheckFunctionRebinding(SymbolId name, const Value& rhs, NodeId node);
  void StoreComponent(VarId target, const Indices& indices, VarId rhs, bool is_reference);
  void StoreField(NodeId lhs, VarId aggregate, VarId rhs);
  void AugmentName(NodeId node);
  class AugmentedAssignment;  // augmented.cpp
  /// The operators with native in-place forms, by the name that these have: "add", "bit_and"; empty for others.
  static std::string_view InPlaceName(BinaryOperator op);
  /// Likewise in the names of atomic operations: "add", "and".
  static std::string_view AtomicName(BinaryOperator op);

  // ---- slots.cpp ----
  VarId AddSlotReference(Slot slot, OriginId origin);
  /// Projects a slot on a component; invalid if there is no slot or none can be selected.
  SlotId SelectSlot(VarId target, const Indices* indices, SymbolId attribute, NodeId node);
  /// Stores in the slot (operation empty) or updates it atomically ("add", ...).
  bool StoreSlot(SlotId slot, VarId rhs, std::string_view operation, NodeId node);
  /// Elements of these types have no native atomic operations, and arrays of them no slots.
  [[nodiscard]] static bool IsNonAtomic(TypeId type);
  /// The native operation that updates the slot atomically ("add", ...); empty if there is none.
  [[nodiscard]] std::string_view AtomicSlotOperation(SlotId slot, BinaryOperator op) const;
  bool ProjectSlotOnIndices(Slot& slot, const Indices& indices);
  bool ProjectSlotOnAttribute(Slot& slot, SymbolId attribute, NodeId node);

  // ---- references.cpp: provenance of references ----
  [[nodiscard]] OriginId OriginOfLocal(VarId local);
  [[nodiscard]] OriginId OriginOfReferenceParameter(VarId parameter);
  /// The origin of a variable if it is addressable; invalid otherwise.
  OriginId ReferenceOrigin(VarId id);
  OriginId ExtendOrigin(OriginId origin, OriginStep step);
  OriginId ExtendField(OriginId origin, SymbolId field, TypeId pointer_type = TypeId(),
                       TypeId adjoint_pointer_type = TypeId());
  OriginId ExtendArray(OriginId origin, std::span<const VarId> indices);
  OriginId ExtendView(OriginId origin, std::span<const VarId> indices);
  OriginId ExtendIndex(OriginId origin, std::span<const VarId> indices);
  /// A reference variable for an argument of a wp.ref parameter or wp.address_of.
  VarId AddressableReference(NodeId node, VarId id, TypeId expected_type, std::string_view purpose);

  /// The variable whose spelling is the adjoint pointer of a reference argument. Views on the way are given names of
  /// their own, appended to `prelude`.
  VarId AdjointPointer(VarId reference, Variables& prelude);

  // ---- deterministic.cpp ----
  /// An array that a variable is or belongs to.
  struct ArrayTarget {
    ArrayPlace place;
    TypeId type;
  };
  void BeginDeterministic();
  void EndDeterministic();
  SymbolId LabelOf(VarId id);
  [[nodiscard]] const Provenance& ProvenanceOf(VarId id) const;
  std::optional<ArrayTarget> TargetOf(VarId id);
  /// Notes that `out` is a view of `target`, an element of it, a field of it, another name for it, its gradient.
  void TrackView(VarId out, VarId target, const Indices& indices);
  void TrackElement(VarId out, VarId target);
  void TrackField(VarId out, VarId aggregate, SymbolId field, TypeId type);
  void TrackAlias(VarId out, VarId source);
  void TrackGradient(VarId out, VarId source);
  void NoteArrayFields(TypeId type, std::vector<SymbolId>& prefix, const Provenance& from, VarId source,
                       Provenance& out);
  /// Whether there is a reason to refuse; then the lowering has failed.
  bool RefuseNondeterministic(const std::string& reason);
  [[nodiscard]] bool IsGradientDefinition() const;
  void NoteArrayAccess(std::string_view builtin, VarId array);
  void NoteArrayStore(VarId array);
  void NoteDirectAtomic(VarId array);
  void GuardEffect(std::string_view builtin, bool result_used, Call& call);
  CallContext& ContextOf(Call& call);
  [[nodiscard]] VarId ParameterNamed(SymbolId name) const;
  VarId VariableOfPlace(const ArrayPlace& place);
  /// The array of which `array` is a view, view by view as long as they are views by integers; `prefix`: those.
  VarId ReducedArray(VarId array, Variables& prefix);
  DeferralId AddDeferral(const DeferredTarget& target, const ArrayPlace& place, const Variables& prefix,
                         std::span<const VarId> indices);
  /// An atomic operation that is deferred or guarded, evaluated.
  struct AtomicUpdate {
    std::string_view builtin, native_name;
    ArrayPlace place;
    TypeId element, scalar;
    VarId output, value, loaded;  // `loaded`: the value without a reference
    CallId fallback;
    Variables prefix, indices;
  };
  /// Nothing where the operation is an ordinary call.
  std::optional<Value> DeferAtomic(std::string_view builtin, const BoundCall& bound, const OverloadInfo& info,
                                   std::span<const VarId> outputs, bool result_used);
  Value DeferCounter(const AtomicUpdate& update);
  Value DeferReduction(const AtomicUpdate& update);
  /// The reverse of reading an element updates the gradient of its array.
  void DeferGradient(Call& call, VarId array);
  /// False where the update is made as usual, or Warp refuses it.
  bool DeferSlotUpdate(SlotId slot, VarId rhs, std::string_view operation);
  ArrayPlace MapPlace(const ArrayPlace& place, const FunctionDefinition& function,
                      std::span<const BoundUserArgument> bound);
  void IncludeFacts(const DeterministicFacts& facts, const FunctionDefinition& function,
                    std::span<const BoundUserArgument> bound, bool backward_only);
  void IncludeCallee(FunctionId id, const FunctionResult& result, std::span<const BoundUserArgument> bound);
  ListId HelperArguments(const DeterministicFacts* facts, const FunctionDefinition& function,
                         std::span<const BoundUserArgument> bound);
  void AddContextArguments(FunctionId id, const FunctionResult& result, std::span<const BoundUserArgument> bound,
                           Call& call);

  Unit& unit_;
  TypeTable& types_;
  const Definition* definition_;
  Ast& ast_;  // synthetic nodes are appended to it
  bool is_kernel_;
  const LoweringOptions& options_;
  ModuleContext& context_;
  DiagnosticSink& sink_;

  Program program_;
  SymbolMap symbols_;
  std::vector<std::pair<SymbolId, VarId>> reference_parameters_;
  std::vector<BlockId> block_stack_;
  struct Loop {
    BlockId condition;
    bool is_while = false;
    SymbolMap symbols;  // at the start of the body
  };
  std::vector<Loop> loops_;
  std::vector<SymbolId> constant_iterators_;  // names bound by unrolled loops
  /// Elements of tuple and slice variables, by variable, and of argument lists; addresses must stay stable.
  std::unordered_map<uint32_t, std::vector<ArgumentValue>> elements_;
  std::deque<std::vector<ArgumentValue>> argument_storage_;
  uint16_t depth_ = 0;
  int32_t line_ = -1;
  NodeId current_node_;
  std::unordered_map<uint32_t, Provenance> provenance_;  // by variable
  std::unique_ptr<DeterministicState> deterministic_;  // null outside of deterministic modes
  struct UnknownLink {
    NodeId node;
    std::string builtin, reason;
  };
  std::optional<UnknownLink> unknown_link_;  // the first call whose device library's function is not known
  bool result_used_ = true;                             // of the call that is made next
  bool guard_store_ = false;                            // likewise
  size_t deferred_statics_met_ = 0;
  bool failed_ = false;
};

}  // namespace warpsmith
