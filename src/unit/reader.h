// The state of reading one file, private to unit/. Members are defined in one file a concern:
// source_reader.cpp (what is made of the result), statements.cpp, expressions.cpp, arithmetic.cpp, calls.cpp,
// containers.cpp, annotations.cpp, definitions.cpp (kernels and functions), structs.cpp.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/implementation.h"
#include "unit/source_reader.h"

namespace warpsmith {

using Int128 = __int128;

/// Arguments of an evaluated call.
struct CallArguments {
  std::vector<Object> positional;
  std::vector<std::pair<SymbolId, Object>> keywords;
  bool complete = true;  // false after *args or **kwargs of something unknown
};

class Reader {
 public:
  /// Names of the file go to `scope`. `is_library`: the file is one of Warp's own.
  Reader(Unit& unit, const SourceBuffer& source, DiagnosticSink& sink, ScopeId scope,
         bool is_library = false);
  void Run(Ast& ast);

 private:
  enum class Flow : uint8_t { Normal, Break, Continue, Raise, Return };
  /// Where names are bound: a module, a function that is being called, the body of a class.
  struct Frame {
    NameTable* names;
    ScopeId scope;                                // what is looked up after `names`
    std::string prefix;                           // of qualified names made here: "Outer."
    std::vector<SymbolId> globals = {};           // declared global
    std::optional<SpecialKind> enumeration = {};  // the body is that of an enumeration
  };
  /// A def or lambda that is no definition of Warp's, or not yet.
  struct PythonFunction {
    Ast* ast = nullptr;
    NodeId node;
    ScopeId scope;
    std::string qualified_name;
  };

  // ---- statements.cpp ----
  Flow Execute(std::span<const NodeId> body);
  Flow ExecuteStatement(NodeId node);
  Flow ExecuteIf(NodeId node);
  Flow ExecuteFor(NodeId node);
  Flow ExecuteWhile(NodeId node);
  Flow ExecuteTry(NodeId node);
  void ExecuteImport(NodeId node);
  void ExecuteImportFrom(NodeId node);
  void ExecuteClass(NodeId node);
  void ExecuteAugmentedAssignment(NodeId node);
  void Assign(NodeId target, const Object& value);
  void AssignAttribute(const Object& base, SymbolId attribute, const Object& value);
  void AssignConfig(SymbolId attribute, const Object& value);
  /// Makes everything that `body` might bind unknown.
  void Poison(std::span<const NodeId> body, std::string_view reason);
  void PoisonTarget(NodeId target);
  /// Whether a Warp definition may be made when the code below `node` runs.
  bool MayDefine(NodeId node);
  bool Contains(std::span<const NodeId> body, NodeKind kind);
  Object ImportedModule(std::string_view name);
  void NoteWarpModule(const std::string& name);
  /// Binds a name in the current frame, or in the module if it was declared global.
  void Bind(SymbolId name, const Object& value);

  // ---- expressions.cpp ----
  Object Evaluate(NodeId node);
  Object EvaluateName(NodeId node);
  Object EvaluateConstant(NodeId node);
  Object EvaluateBoolean(NodeId node);
  Object EvaluateCompare(NodeId node);
  Object EvaluateSubscript(NodeId node);
  Object EvaluateElements(NodeListId list, OpaqueKind kind);
  Object EvaluateMapping(NodeId node);
  Object EvaluateComprehension(NodeId element, NodeListId generators);
  bool RunGenerators(std::span<const NodeId> generators, NodeId element, std::vector<Object>& out);
  Object Lookup(SymbolId name);
  Object AttributeOf(const Object& base, SymbolId name);
  /// Python's truth of a value; nothing if unknown.
  std::optional<bool> Truth(const Object& object);

  // ---- arithmetic.cpp ----
  Object Binary(BinaryOperator op, const Object& left, const Object& right);
  Object Unary(UnaryOperator op, const Object& operand);
  std::optional<bool> Compare(CompareOperator op, const Object& left, const Object& right);
  std::optional<bool> Equal(const Object& left, const Object& right);
  [[nodiscard]] bool IsPlainNumber(const Object& object) const;
  [[nodiscard]] std::optional<Int128> IntegerOf(const Object& object) const;
  /// A Python int, bool, float or a Warp scalar as a double.
  [[nodiscard]] std::optional<double> RealOf(const Object& object) const;
  Object MakeInt(Int128 value);
  Object MakeFloat(double value);
  Object MakeBool(bool value);
  Object MakeString(std::string value);

  // ---- containers.cpp ----
  Object MakeSequence(OpaqueKind kind, std::vector<Object> elements);
  Object MakeMapping(std::vector<std::pair<Object, Object>> items);
  [[nodiscard]] bool IsSequence(const Object& object) const;
  /// What iterating over the object gives; nothing if unknown.
  std::optional<std::vector<Object>> Iterate(const Object& object);
  Object Subscript(const Object& base, const Object& index);
  void StoreSubscript(const Object& base, const Object& index, const Object& value);
  Object SubscriptType(const Object& base, const Object& index);
  /// Python's str() of an option value.
  std::optional<std::string> Text(const Object& object);

  // ---- calls.cpp ----
  Object EvaluateCall(NodeId node);
  CallArguments EvaluateArguments(NodeId call);
  /// Runs a function of the file on these arguments.
  Object CallPythonFunction(const PythonFunction& function, const CallArguments& arguments, NodeId node);
  bool BindArguments(const PythonFunction& function, const CallArguments& arguments, NameTable& names);
  Object MakePythonFunction(NodeId node, SymbolId name);
  Object CallSpecial(SpecialKind special, const CallArguments& arguments, NodeId node);
  Object CallPythonBuiltin(std::string_view name, const CallArguments& arguments);
  Object CallOnSequences(std::string_view name, const CallArguments& arguments);
  Object CallPythonType(TypeId type, const CallArguments& arguments);
  Object CallListMethod(NodeId node, const py::Attribute& attribute, const Object& base);
  Object ConstructScalar(TypeId type, const CallArguments& arguments);
  Object ConstructComposite(TypeId type, const CallArguments& arguments);
  std::optional<Constant> ScalarElement(TypeId scalar, const Object& value);
  Object CallTypeMaker(SpecialKind special, const CallArguments& arguments);
  Object CallArrayType(SpecialKind special, const CallArguments& arguments);
  Object ArrayOf(SpecialKind special, const Object& dtype, std::optional<int64_t> dimensions);
  void SetModuleOptions(const CallArguments& arguments, NodeId node);

  // ---- annotations.cpp ----
  struct Annotation {
    TypeId type;        // valid if it is one
    bool none = false;  // None
    bool unresolved = false;
    std::string reason;  // where there is no type
  };
  Object OverloadKernel(const CallArguments& arguments, NodeId node);
  /// The instance of a generic kernel for these types.
  Object AddKernelOverload(uint32_t index, std::span<const Annotation> annotations, NodeId node);
  Annotation EvaluateAnnotation(NodeId node);
  Annotation AnnotationOf(const Object& object);
  Object EvaluateText(std::string_view expression);
  /// The type that a type object stands for; invalid if it is none.
  [[nodiscard]] TypeId TypeOf(const Object& object) const;

  // ---- definitions.cpp ----
  void ExecuteFunctionDef(NodeId node);
  Object ApplyDecorator(const Object& decorator, NodeId decorator_node, const Object& value);
  [[nodiscard]] bool LooksLikeKernel(NodeId decorator) const;
  Object ApplySpecial(SpecialKind special, const CallArguments& options, const Object& value);
  Object OverloadKernelByStub(const PythonFunction& function, const std::string& key);
  Object DefineFunction(const PythonFunction& function, const CallArguments& options, bool is_native = false);
  /// @wp.func_grad and @wp.func_replay: what belongs to a function, under no name of its own.
  Object DefineCompanion(const PythonFunction& python, const CallArguments& options, bool is_gradient);
  FunctionId GradientTarget(FunctionSetId set, const FunctionDefinition& gradient);
  bool ReadSnippets(FunctionDefinition& function, const CallArguments& options);
  uint32_t NextNumber(const std::string& key);
  Object DefineKernel(const PythonFunction& function, const CallArguments& options);
  bool ReadKernelOptions(KernelDefinition& kernel, const CallArguments& options, NodeId node,
                         bool& other_module);
  /// Fills what kernels and functions share; false (with `reason`, or a diagnostic if Warp refuses) if
  /// impossible.
  bool FillDefinition(Definition& definition, const PythonFunction& function, std::string& reason);
  bool FillParameters(Definition& definition, NodeId node, std::string& reason);
  void FillSource(Definition& definition, NodeId node);
  void FillStatics(Definition& definition, NodeId node);
  Object Overload(FunctionId function, SymbolId name);
  void Unavailable(std::string name, NodeId node, std::string reason);

  // ---- structs.cpp ----
  Object DefineStruct(NodeId node, const std::string& key,
                      const std::vector<std::pair<SymbolId, NodeId>>& fields);
  void MarkMembers(NamespaceId space, SpecialKind base);
  /// The value of enum.auto() as the next member of the enumeration whose body is being executed.
  Object NextMember();

  // ---- source_reader.cpp ----
  void EnsureModule();
  void FinishModule();
  void DropDeadKernels();
  Object Unresolved(std::string_view reason) {
    return OpaqueObject(OpaqueKind::Unresolved, 0, unit_.symbols.Intern(reason));
  }
  template <typename... Arguments>
  void Emit(DiagnosticKind kind, NodeId node, Arguments&&... arguments) {
    sink_.Emit(kind, &source_, node.valid() ? main_ast_->SpanOf(node) : Span(),
               std::forward<Arguments>(arguments)...);
  }
  [[nodiscard]] std::string_view Name(SymbolId id) const { return unit_.symbols.Text(id); }
  /// Warp's key of a qualified name: "Outer.make.<locals>.f" is Outer__make__locals__f.
  [[nodiscard]] static std::string KeyOf(std::string_view qualified_name);
  [[nodiscard]] const Constant& ConstantOf(const Object& object) const {
    return unit_.constants[object.constant];
  }

  Unit& unit_;
  Unit::Implementation& implementation_;
  const SourceBuffer& source_;
  DiagnosticSink& sink_;
  Ast* ast_ = nullptr;  // the tree being evaluated: the file's, or that of an annotation given as a string
  Ast* main_ast_ = nullptr;
  ScopeId scope_;  // of the file
  bool is_library_;
  std::vector<Frame> frames_;
  std::vector<PythonFunction> python_functions_;
  Object returned_;
  int call_depth_ = 0;
  std::vector<CallArguments> decorators_;
  std::vector<SpecialKind> decorator_kinds_;
  std::vector<std::string> imported_modules_;  // of Warp, beyond the package itself
  std::vector<std::pair<std::string, uint32_t>> function_counts_;
  std::vector<uint32_t> latest_kernels_;  // per key, the index of the latest
  bool module_made_ = false;
  uint32_t steps_ = 0;  // statements and expressions evaluated, to end endless loops
  int depth_ = 0;
  struct {
    std::string max_unroll = "16", enable_backward = "True", lineinfo = "False", compile_time_trace = "False";
  } config_copies_;
  std::map<std::string, Object> module_options_;
};

}  // namespace warpsmith
