// Populates a skeleton: chooses names and expressions and writes the Python text. Private to this module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generate/chooser.h"
#include "generate/flow.h"
#include "generate/generate.h"
#include "generate/operations.h"
#include "generate/skeleton.h"

namespace warpsmith::generate {

/// Something in scope that an expression may name.
struct Leaf {
  ValueType type;
  std::string text;
  int16_t array = -1;         // index into arrays_: the text is its name, the index is chosen at each use
  bool is_mutable = false;    // may be assigned
  bool is_used = true;        // locals start unused, so that later expressions prefer them
  bool is_constant = false;   // a module constant
  bool is_input = false;      // brought by a parameter of the kernel
  Flow flow;                  // what its value follows from
};

struct ArrayInScope {
  std::string name;
  ValueType type;
  uint8_t dimensions = 1;
  ArgumentRole role = ArgumentRole::Input;
  int8_t struct_index = kNoStruct;
  uint8_t first_dimension = 0;  // of the launch, that covers dimension 0; for views the launch may not cover kUncovered
};
inline constexpr uint8_t kUncovered = 16;

/// A loop variable that is not negative; `array` and `dimension` tell whose extent bounds it, if any.
struct LoopVariable {
  std::string name;
  int16_t array = -1;
  uint8_t dimension = 0;
  uint32_t below = 0;  // constant bound, or 0
  bool is_unrolled = false;
  bool may_be_empty = false;  // its body may not run, or not to its end
};

class Writer {
 public:
  Writer(const GeneratorContext& context, Chooser& chooser, Skeleton& skeleton)
      : context_(context), chooser_(chooser), skeleton_(skeleton), random_(chooser.details()) {}

  void WriteModule(uint64_t index, GeneratedKernel& kernel);

 private:
  // source.cpp: everything around bodies
  void WriteModuleOptions();
  void WriteEnum();
  void WriteConstants();
  void WriteCompositeConstant(ValueType type);
  void WriteCustomType();
  void WriteStruct(uint32_t index);
  void WriteFunction(uint32_t index);
  void WriteFunctionParameters(const FunctionPlan& plan);
  void WriteFunctionSum(const FunctionPlan& plan);
  void WriteDecorator();
  void WriteKernel(GeneratedKernel& kernel);
  void DeclareParameters(GeneratedKernel& kernel);
  void WriteParameters(const GeneratedKernel& kernel);
  void WriteArrayType(std::string_view element, uint32_t dimensions);
  void AddStructLeaves(uint32_t struct_index, const std::string& prefix, int16_t array);
  void WriteThreadIndex();
  void WriteGuard();

  // statements.cpp
  void WriteBody();
  size_t WriteStatement(size_t at);
  size_t WriteBlock(size_t at);
  void WriteLet(ValueType type, int budget);
  void MakeVariable(ValueType type, size_t begin);
  Leaf* WriteAccumulator(ValueType type, bool from_expression);
  void WriteAugment(const StatementPlan& plan);
  Flow BoundedExpression(ValueType type, int budget, bool bound);
  enum class Change : uint8_t { Replace, Add, Scale, Part };
  void WriteAdded(Leaf& leaf, ValueType type, int budget, bool bound, Change change = Change::Add);
  /// The variable got a value, something added to or multiplied with its value, or one of its components a value.
  void NoteChange(Leaf& leaf, const Flow& flow, Change change);
  void WriteAssign(const StatementPlan& plan);
  void WriteComponent(const StatementPlan& plan);
  size_t WriteIf(size_t at);
  size_t WriteLoop(size_t at);
  size_t WriteWhile(size_t at);
  void WriteLoopHeader(StatementKind kind, LoopVariable& variable);
  void WriteDynamicRange(LoopVariable& variable);
  void WriteLeave();
  void WriteAtomic(const StatementPlan& plan);
  void WriteUnpack(const StatementPlan& plan);
  void WriteCall(const StatementPlan& plan);
  // stores.cpp: outputs
  void WriteStore(const StatementPlan& plan);
  void WriteStores();
  void WriteOwnElement(const ArrayInScope& array);
  void WriteStructStore(const ArrayInScope& array, bool anchors);
  /// The value of a store. If it `anchors`, results that differ are what it leaves for certain.
  void WriteStored(ValueType type, int budget, bool anchors);
  void AnchorValue(ValueType type, size_t begin, const Flow& flow);
  void AnchorFiniteValue(ValueType type, size_t begin, const Flow& flow);
  void WriteTamed(ValueType type, const std::string& value);
  // lookups.cpp: views of arrays, searches, vectors of other lengths, output for people
  void WriteView(const StatementPlan& plan);
  void WriteRow(uint32_t array);
  void WriteSearch(uint32_t array);
  void WriteCustom(const StatementPlan& plan);
  void WriteDiagnose(const StatementPlan& plan);
  Leaf* PickMutable(ValueType preferred);

  // expressions.cpp
  Flow Expression(ValueType type, int budget, int precedence = 0);
  void Condition(int budget) { Expression({Shape::Scalar, ScalarKind::Bool}, budget); }
  std::optional<Flow> TryFunctionCall(ValueType type, int budget);
  Flow WriteFunctionCall(uint32_t function, int budget);
  Flow WriteArrayArgument(ValueType type);
  [[nodiscard]] bool IsCallable(uint32_t function) const;
  [[nodiscard]] bool CanBePassed(const ArrayInScope& array, ValueType type) const;
  Flow WriteOperation(const Operation& operation, ValueType type, int budget);
  void WriteText(Hole hole, ValueType result, ScalarKind kind);
  ScalarKind OperandKind(const Operation& operation, ValueType type);
  Shape PickDimension(Shape first, ScalarKind kind);
  /// An expression of the type that follows from the inputs: one that does not is added to something that does.
  Flow VaryingExpression(ValueType type, int budget, int precedence = 0);
  /// Something of the type that varies.
  Flow WriteVarying(ValueType type);
  /// The same, as a parameter or the thread's index gives it; from no leaf of `avoided` where there is another.
  Flow WriteAnchor(ValueType type, uint64_t avoided);
  template <typename Scalar>
  Flow WriteFilled(ValueType type, Scalar&& put_scalar);
  /// A scalar that varies, or of an input alone, converted where there is none of the kind. Nothing is written if there is
  /// nothing, or if it follows from a leaf of `avoided`.
  std::optional<Flow> VaryingScalar(ScalarKind kind, bool inputs_only = false, uint64_t avoided = 0);
  Flow WriteThreadAs(ScalarKind kind);
  // leaves.cpp
  Flow LeafExpression(ValueType type, int precedence = 0);
  Flow Fallback(ValueType type, int precedence);
  Flow FallbackScalar(ValueType type, int precedence);
  std::optional<Flow> WriteComponentOf(ValueType scalar);
  std::optional<Flow> WriteSliceOf(ValueType vector);
  [[nodiscard]] bool HasNumber(ValueType scalar) const;
  Flow WriteLeaf(Leaf& leaf);
  void WriteElement(uint32_t array);
  void WriteIndex(const ArrayInScope& array, uint32_t array_index, uint32_t dimension);
  void WriteSafeIndex(const ArrayInScope& array, uint32_t dimension);
  Flow Literal(ScalarKind kind, Hole hole);
  void LiteralText(ScalarKind kind, Hole hole);
  /// The number that `write` writes, of this kind. Bare numbers are float32 and int32 in Warp; nothing converts implicitly.
  template <typename Write>
  void Typed(ScalarKind kind, Write&& write) {
    const bool is_bare = kind == ScalarKind::Float32 || kind == ScalarKind::Int32 || kind == ScalarKind::Bool;
    if (!is_bare) Put(Spelling({Shape::Scalar, kind})), Put("(");
    write();
    if (!is_bare) Put(")");
  }
  void WriteSubscript(Shape shape);

  // names and text
  std::string Name(std::span<const std::string_view> words);
  void ConstructorName(ValueType type);
  void Put(std::string_view text) { out_.append(text); }
  void PutNumber(uint32_t value) { out_.append(std::to_string(value)); }
  /// Takes back what was written from `begin` on.
  std::string CutFrom(size_t begin) {
    std::string text = out_.substr(begin);
    out_.resize(begin);
    return text;
  }
  void BeginLine() { out_.append(4 * indent_, ' '); }
  void EndLine() { out_.push_back('\n'); }
  void Line(std::string_view text) {
    BeginLine();
    Put(text);
    EndLine();
  }
  void MaybeComment();
  void Use(std::string_view builtin);
  Leaf& AddLeaf(ValueType type, std::string text) {
    leaves_.push_back({type, std::move(text)});
    return leaves_.back();
  }

  /// What a parameter brings, in an array or not (-1).
  void AddInput(ValueType type, std::string text, int16_t array) {
    Leaf& leaf = AddLeaf(type, std::move(text));
    leaf.array = array;
    NoteInput(leaf);
  }
  /// A local variable, which later expressions prefer.
  void AddLocal(ValueType type, std::string text, const Flow& flow) {
    Leaf& leaf = AddLeaf(type, std::move(text));
    leaf.is_used = false;
    leaf.flow = flow;
    leaf.flow.is_number = false;
  }
  static void NoteInput(Leaf& leaf) {
    leaf.is_input = true;
    leaf.flow = {.varies = true, .reaches = leaf.type.scalar != ScalarKind::Bool, .degree = 1};
  }
  [[nodiscard]] uint64_t SourceOf(const Leaf& leaf) const { return uint64_t{1} << ((&leaf - leaves_.data()) % 63); }
  /// Of a thread's index: no input, but other in each thread.
  static Flow ThreadFlow() { return {.reaches = true, .degree = 2, .sources = uint64_t{1} << 63}; }

  const GeneratorContext& context_;
  Chooser& chooser_;
  Skeleton& skeleton_;
  Random& random_;
  std::string out_;
  uint32_t indent_ = 0;
  uint32_t loop_depth_ = 0;
  bool in_while_ = false;
  bool in_function_ = false;
  bool short_types_ = true;   // float and int rather than wp.float32 and wp.int32
  bool suffixed_ = false;     // wp.vec3f rather than wp.vec3
  bool in_scope_random_ = false;
  std::vector<std::string> names_;
  std::vector<std::string> thread_indices_;
  std::vector<Leaf> leaves_;
  std::vector<ArrayInScope> arrays_;
  std::vector<LoopVariable> loops_;
  std::vector<std::string> parameter_names_;
  std::vector<std::string> struct_names_;
  std::vector<std::vector<std::string>> field_names_;
  std::vector<std::string> function_names_;
  std::vector<Flow> function_flows_;  // of the results, as if each parameter were an input
  std::vector<std::vector<std::string>> function_parameters_;  // their names
  std::string custom_type_;  // name of a vector type of the module's own, of custom_length_
  uint32_t custom_length_ = 0;
  std::vector<std::string_view> builtins_;
  std::string random_state_;
  uint16_t last_leaf_ = 0xFFFF;  // rarely repeated at once
  uint16_t avoided_leaf_ = 0xFFFF;  // not to be used here, as the second x in "x - x"; of an array, another element may be
  uint16_t muted_leaf_ = 0xFFFF;    // not to be named for a while: a sum that is still zero, in what is added to it
  bool wants_varying_ = false;      // sums that may still be zero are rarely named
  bool other_element_ = false;      // the element to be written is not the thread's own
  bool is_anchored_ = false;        // some store depends on the inputs for certain
  uint32_t condition_depth_ = 0;    // of `if` around the statement
};

}  // namespace warpsmith::generate
