// The state of reading one file, private to unit/. Members are defined in one file a concern:
// source_reader.cpp (what is made of the result), modules.cpp (imports), statements.cpp, expressions.cpp, arithmetic.cpp, calls.cpp,
// containers.cpp, annotations.cpp, definitions.cpp (kernels and functions), structs.cpp.
#pragma once

#include <deque>
#include <map>
#include <functional>
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

/// A Python file that takes part in a reading.
struct ModuleFile {
  enum class Origin : uint8_t {
    Main,       // the file that is read
    Imported,   // run when it is imported, as Python does
    Library,    // of Warp: run when something of it is first needed; its functions are counted by a table
  };
  enum class State : uint8_t { NotRun, Running, Done, Raised, Unreadable };

  std::string name;    // Python's __name__ of it
  std::string folder;  // of a package: where its submodules are
  std::string path;    // empty: a folder without __init__.py
  const SourceBuffer* source = nullptr;
  Ast* ast = nullptr;
  ScopeId scope;
  NamespaceId name_space;
  Origin origin = Origin::Imported;
  State state = State::NotRun;
  bool preloaded = false;  // one of those that `import warp` runs
  bool open = false;       // it may have names that are not known, after a star import of something unknown

  [[nodiscard]] bool is_package() const { return !folder.empty(); }
};

class Reader {
 public:
  Reader(Unit& unit, const SourceBuffer& source, Ast& ast, const ReadOptions& options, DiagnosticSink& sink);
  /// Reads the file, after those that its import runs before it.
  void Run();

  Object ModuleAttribute(NamespaceId module, SymbolId name);
  Object LibraryFunction(SymbolId name);
  /// Evaluates the wp.static() expressions of an instance of a generic definition anew, as Warp does: they may use the number
  /// of elements of a parameter, which is known now.
  void RefillStatics(Definition& instance);
  /// See Unit::EvaluateStatic.
  std::optional<Object> EvaluateStatic(const Definition& definition, NodeId expression, const StaticLocals& locals);

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
    ModuleFile* file = nullptr;
    Ast* ast = nullptr;
    NodeId node;
    ScopeId scope;
    std::string qualified_name;     // as its definition stands: what is defined in it is named after that
    std::optional<std::string> plain_name;  // __name__, where the file sets it
    std::string renamed;            // __qualname__, where the file sets it: what Warp names a kernel after
    bool is_changed = false;        // something else of it that Warp reads is set, or its name to something unknown
    [[nodiscard]] const std::string& name() const { return renamed.empty() ? qualified_name : renamed; }
  };

  /// What code is being evaluated.
  struct Context {
    ModuleFile* file;
    Ast* ast;
  };
  Context Enter(const PythonFunction& function) {
    Context left{file_, ast_};
    file_ = function.file;
    ast_ = function.ast;
    return left;
  }
  void Leave(const Context& context) {
    file_ = context.file;
    ast_ = context.ast;
  }

  // ---- statements.cpp ----
  Flow Execute(std::span<const NodeId> body);
  Flow ExecuteStatement(NodeId node);
  Flow ExecuteIf(NodeId node);
  Flow ExecuteFor(NodeId node);
  Flow ExecuteWhile(NodeId node);
  Flow ExecuteTry(NodeId node);
  void ExecuteClass(NodeId node);
  void ExecuteAugmentedAssignment(NodeId node);
  void Assign(NodeId target, const Object& value);
  void AssignAttribute(const Object& base, SymbolId attribute, const Object& value);
  void AssignFunctionAttribute(PythonFunction& function, std::string_view attribute, const Object& value);
  void AssignConfig(SymbolId attribute, const Object& value);
  /// Makes everything that `body` might bind unknown.
  void Poison(std::span<const NodeId> body, std::string_view reason);
  void PoisonTarget(NodeId target);
  /// Whether a Warp definition may be made when the code below `node` runs.
  bool MayDefine(NodeId node, int depth = 0);
  bool Contains(std::span<const NodeId> body, NodeKind kind);
  /// Binds a name in the current frame, or in the module if it was declared global.
  void Bind(SymbolId name, const Object& value);

  // ---- modules.cpp ----
  struct Imported {
    Object object;               // the module; Unresolved if it is not to be had
    ModuleFile* file = nullptr;  // what it was read from, if it was
    bool missing = false;        // Python finds none either
    bool raised = false;         // an exception left it
  };
  Flow ExecuteImport(NodeId node);
  Flow ExecuteImportFrom(NodeId node);
  void ImportStar(const Imported& module);
  Flow ImportName(const Imported& module, SymbolId name, SymbolId bound);
  /// Python's import of a dotted name, with the packages that it lies in.
  Imported Import(const std::string& name);
  Imported ImportWarp(const std::string& name);
  Imported ImportTop(const std::string& name);
  Imported ImportFrom(ModuleFile& package, const std::string& name);
  Imported Begin(ModuleFile& file);
  Imported FixedModule(NamespaceKind kind, std::string_view name);
  [[nodiscard]] std::string AbsoluteName(std::string_view module, int32_t level) const;
  /// The module of this name if it lies in `folder`, known from now on; null if there is none.
  ModuleFile* Locate(const std::string& folder, const std::string& name);
  ModuleFile& AddFile(std::string name, std::string path, std::string folder);
  void LocateMain(const std::string& path, const std::string& module_name);
  void RunFile(ModuleFile& file);
  ModuleFile* FileOf(NamespaceId module);
  [[nodiscard]] bool in_main() const { return file_->origin == ModuleFile::Origin::Main; }

  // ---- expressions.cpp ----
  Object Evaluate(NodeId node);
  Object EvaluateName(NodeId node);
  Object EvaluateConstant(NodeId node);
  Object EvaluateBoolean(NodeId node);
  Object EvaluateCompare(NodeId node);
  Object EvaluateSubscript(NodeId node);
  Object EvaluateElements(NodeListId list, OpaqueKind kind);
  Object EvaluateMapping(NodeId node);
  // ---- comprehensions.cpp ----
  Object EvaluateComprehension(NodeId node);
  /// Runs `body` for each element; false if what is iterated over is not known.
  bool RunComprehension(NodeListId generators, const std::function<void()>& body);
  bool RunGenerators(std::span<const NodeId> generators, const std::function<void()>& body);
  Object EvaluateJoinedString(NodeId node);
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
  Object CallMappingMethod(NodeId node, const py::Attribute& attribute, const Object& base);
  /// Stores what another mapping, pairs or keywords hold; false if that is not known.
  bool UpdateMapping(const Object& base, const CallArguments& arguments);
  Object ConstructScalar(TypeId type, const CallArguments& arguments);
  Object ConstructComposite(TypeId type, const CallArguments& arguments);
  std::optional<Constant> ScalarElement(TypeId scalar, const Object& value);
  Object CallTypeMaker(SpecialKind special, const CallArguments& arguments);
  Object CallArrayType(SpecialKind special, const CallArguments& arguments);
  /// A tile of this shape; without one, a tile of any shape.
  Object TileOf(const Object& dtype, const std::vector<Object>& shape, TileTraits traits = {});
  Object CallTileType(SpecialKind special, const CallArguments& arguments);
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
  [[nodiscard]] std::pair<Int128, Int128> IntegerLimits(TypeId type) const;
  Object CallNumpyType(TypeId type, const Object& value);
  Object MakeNumpyFloat(TypeId type, double value);
  Object CallNumpyLimits(const CallArguments& arguments);
  [[nodiscard]] Object NumberOf(const Object& value) const;
  Object ApplyDecorator(const Object& decorator, NodeId decorator_node, const Object& value);
  [[nodiscard]] bool LooksLikeKernel(NodeId decorator) const;
  Object ApplySpecial(SpecialKind special, const CallArguments& options, const Object& value);
  Object Define(SpecialKind special, const CallArguments& options, const PythonFunction& function, const Object& value);
  Object KernelElsewhere();
  Object OverloadKernelByStub(const PythonFunction& function, const std::string& key);
  Object DefineFunction(const PythonFunction& function, const CallArguments& options, bool is_native = false);
  /// @wp.func_grad and @wp.func_replay: what belongs to a function, under no name of its own.
  Object DefineCompanion(const PythonFunction& python, const CallArguments& options, bool is_gradient);
  FunctionId GradientTarget(FunctionSetId set, const FunctionDefinition& gradient);
  bool ReadSnippets(FunctionDefinition& function, const CallArguments& options);
  uint32_t NextNumber(const std::string& key);
  Object CallKernelClass(const CallArguments& arguments, NodeId node);  // kernel_class.cpp
  Object DefineKernel(const PythonFunction& function, const CallArguments& options);
  bool ReadKernelOptions(KernelDefinition& kernel, const CallArguments& options, NodeId node,
                         bool& other_module);
  /// Fills what kernels and functions share; false (with `reason`, or a diagnostic if Warp refuses) if
  /// impossible.
  bool FillDefinition(Definition& definition, const PythonFunction& function, std::string& reason);
  bool FillParameters(Definition& definition, NodeId node, std::string& reason);
  void FillSource(Definition& definition, NodeId node);
  void FillStatics(Definition& definition, NodeId node);
  Object EvaluateWith(const StaticLocals& locals, ScopeId scope, NodeId expression);
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
  /// What Python raises an exception instead of. What is not known before it makes no difference: that ends in one too.
  Object Raised(std::string_view reason) {
    raised_ = raised_ || handlers_ == 0;
    return Unresolved(reason);
  }
  template <typename... Arguments>
  void Emit(DiagnosticKind kind, NodeId node, Arguments&&... arguments) {
    // What is wrong in another file shows where a kernel of this one needs it.
    if (!in_main()) return;
    sink_.Emit(kind, file_->source, node.valid() ? file_->ast->SpanOf(node) : Span(),
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
  ReadOptions options_;
  DiagnosticSink& sink_;
  std::deque<ModuleFile> files_;            // the first is the main one
  std::map<std::string, ModuleFile*> modules_;  // by name; null: there is none
  std::vector<std::string> roots_;          // folders that top-level modules are looked for in
  ModuleFile* file_ = nullptr;              // that the code being evaluated belongs to
  Ast* ast_ = nullptr;  // the tree being evaluated: the file's, or that of an annotation given as a string
  std::vector<Frame> frames_;
  std::vector<PythonFunction> python_functions_;
  Object returned_;
  int call_depth_ = 0;
  std::vector<CallArguments> decorators_;
  std::vector<SpecialKind> decorator_kinds_;
  std::vector<std::string> imported_modules_;  // of Warp, beyond the package itself
  // How many functions of a key were made, by files whose functions are counted together.
  std::map<std::string, uint32_t> function_counts_, library_counts_, preloaded_counts_;
  std::vector<uint32_t> latest_kernels_;  // per key, the index of the latest
  bool module_made_ = false;
  uint32_t steps_ = 0;  // statements and expressions evaluated, to end endless loops
  int depth_ = 0;
  int import_depth_ = 0;
  int handlers_ = 0;  // try statements with handlers around what is being executed
  bool raised_ = false;  // since it was last reset, something was evaluated that is certain to raise, outside of handlers
  std::map<std::string, Object> module_options_;
};

}  // namespace warpsmith
