// A Warp module as the generator sees it: its kernels, functions, structs and constants, and what every name
// in their bodies refers to. (Called unit because `module` is a C++20 keyword.)
//
// A unit is made from Python source text, which is parsed and resolved but never executed (source_reader.h),
// or from a snapshot of a live module (snapshot_reader.h). Both give the same data; nothing after this module
// knows which it was. What cannot be resolved without running code is an object of kind Unknown with the
// reason, and a diagnostic only when a kernel needs it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/symbols.h"
#include "builtins/builtins.h"
#include "diagnostics/sink.h"
#include "source/source_buffer.h"
#include "syntax/ast.h"
#include "types/constant.h"
#include "types/types.h"

namespace warpsmith {

using FunctionId = Id<struct FunctionTag>;        // one `def`: an overload of a Warp function
using FunctionSetId = Id<struct FunctionSetTag>;  // what a name denotes: a function with all its overloads
using KernelId = Id<struct KernelTag>;
using ScopeId = Id<struct ScopeTag>;          // where a definition looks up names
using NamespaceId = Id<struct NamespaceTag>;  // a Python module or class with attributes

enum class ObjectKind : uint8_t {
  None,           // no such name
  Constant,       // a number, bool, string, vector, struct instance, enum member: `constant`
  Type,           // a Warp type or Python's int, float, bool: `type`
  Struct,         // a @wp.struct class: `type`
  Function,       // a @wp.func with its overloads: `function_set`
  Builtin,        // a built-in function of Warp: `name`
  External,       // a function of the user's own C++ (warp.build_experimental.add_builtin): `detail`
  WarpModule,     // the `warp` package itself
  Namespace,      // another Python module, or a class used as a namespace (an enum): `name_space`
  Static,         // wp.static
  Grad,           // wp.grad
  AddressOf,      // wp.address_of
  Adjoint,        // wp.adjoint
  PythonBuiltin,  // a name of Python's builtins that Warp treats specially (range, type, len, ...): `name`
  Unknown,        // exists, but is nothing that a kernel can use, or cannot be known without running code
};

/// What an object of kind Unknown is, as far as reading a module needs to know. For everybody else: nothing
/// usable.
enum class OpaqueKind : uint8_t {
  Unresolved,      // cannot be known without running code; `name` says what it is, `detail` whether a def (below). `type` of a numpy type, `constant` of a
                   // numpy number: what they are once converted, since kernels cannot use them as they are
  WarpObject,      // a Python function or class of Warp's own that kernels do not refer to: `name`
  PythonNone,      // Python's None. Resolve gives kind None for it, since Warp treats such names as absent
  Tuple,           // `detail`: index of a sequence
  List,            // likewise
  Mapping,         // `detail`: index of a mapping
  Kernel,          // a @wp.kernel: `detail` is its index among the kernels that were defined
  PythonFunction,  // an undecorated def: `detail` is its node
  Special,         // something of Warp or Python that the reader evaluates: `detail` is a SpecialKind
  Decorator,       // wp.kernel(...) before it is applied: `detail` is an index
};

/// `detail` of what an unknown decorator made of a def.
inline constexpr uint32_t kUnresolvedDefinition = 1;

/// Which of several Python types with one TypeId a type object is. Warp hashes each of them once.
enum class TypeFlavor : uint8_t { Warp, Python, Made };  // wp.float32; float; wp.types.vector(...)

/// What a name refers to outside the function that mentions it.
struct Object {
  ObjectKind kind = ObjectKind::None;
  TypeId type;
  ConstantId constant;
  FunctionSetId function_set;
  NamespaceId name_space;
  /// Builtin, PythonBuiltin: its name; Unknown: what it is, for the diagnostic; Type: "int", "float" or
  /// "bool" where it is Python's own (wp.float32 and float are one type, but call built-ins of different
  /// names), else invalid.
  SymbolId name;
  bool enum_member = false;  // a member of an enum.IntEnum or IntFlag, taken as its integer
  TypeFlavor flavor = TypeFlavor::Warp;
  OpaqueKind opaque = OpaqueKind::Unresolved;
  uint32_t detail = 0;

  explicit operator bool() const { return kind != ObjectKind::None; }
  /// Known to be a Python object that kernels cannot use: Warp rejects what mentions it.
  [[nodiscard]] bool is_foreign() const {
    return kind == ObjectKind::Unknown &&
           (opaque == OpaqueKind::Tuple || opaque == OpaqueKind::List || opaque == OpaqueKind::Mapping ||
            opaque == OpaqueKind::Kernel || opaque == OpaqueKind::PythonFunction);
  }
};

struct Parameter {
  SymbolId name;
  TypeId type;  // as annotated, resolved; invalid only in error
  std::optional<Object> default_value;
  Span span;
};

/// What kernels and functions share.
struct Definition {
  std::string key;                       // qualified name as Warp keys it
  SymbolId name;                         // the def's own name
  Ast* ast = nullptr;                    // holds `node`; lowering appends synthetic nodes to it
  NodeId node;                           // FunctionDef
  const SourceBuffer* buffer = nullptr;  // that `ast` was made from
  std::string path;                      // as it appears in comments
  std::string_view source;  // dedented text, decorators included, as Warp hashes it; owned by the unit
  std::vector<std::string_view> source_lines;  // of `source`, split as Python's splitlines
  int32_t first_line = 0;                      // 1-based line in the file of the first line of `source`
  /// Difference between a node's line in `ast` and its 0-based index in source_lines: index = node line -
  /// line_base.
  int32_t line_base = 0;
  std::vector<Parameter> parameters;
  TypeId return_type;  // annotated; a Tuple type for tuple annotations; invalid if absent or None
  ScopeId scope;
  /// Results of wp.static() expressions known at declaration time, in source order: expression text and
  /// value. An expression that occurs several times is there once.
  std::vector<std::pair<std::string, Object>> static_results;
  /// The calls of wp.static() that have a result, by node. Other calls are evaluated while the function is
  /// lowered.
  std::vector<std::pair<NodeId, Object>> static_calls;
  bool has_unresolved_statics = false;
  /// What the other calls gave, in the order in which Warp met them while it lowered the function: expression
  /// text and value. Only a snapshot knows.
  std::vector<std::pair<std::string, Object>> deferred_statics;
  /// Of some loops, the names that they assign in the order in which Warp copies those that are constants of earlier loops:
  /// that of a Python set. Only a snapshot knows.
  std::vector<std::pair<NodeId, std::vector<SymbolId>>> loop_names;
  /// Made from a generic definition for concrete types. Warp counts its lines from 0.
  bool is_instance = false;

  /// The result of the wp.static() call `call`; null if it must be evaluated later.
  [[nodiscard]] const Object* StaticResult(NodeId call) const {
    for (const auto& [node, value] : static_calls)
      if (node == call) return &value;
    return nullptr;
  }
};

/// Options that a kernel or module may set; empty: not set. `text` forms (Python's str of each value) feed
/// hashes.
using OptionTexts = std::map<std::string, std::string>;

struct FunctionDefinition : Definition {
  FunctionSetId set;
  std::string native_name;  // key_<n>
  std::string inline_hint;  // "", "noinline" or "forceinline"
  bool generic = false;
  bool has_custom_gradient = false;  // or replay, which the reader did not make functions of
  FunctionId gradient;  // @wp.func_grad of this function
  FunctionId replay;    // @wp.func_replay of this function
  bool is_gradient = false;  // of the function of the same native name: its body is an adjoint
  bool is_replay = false;
  int32_t gradient_input_count = 0;  // is_gradient: how many parameters are inputs of that function
  /// Of a specialisation: the functions that its parameters of type wp.Function stand for. They are no
  /// parameters of the C++ function.
  std::vector<std::pair<SymbolId, Object>> function_arguments;
  // @wp.func_native; the body then says nothing.
  std::optional<std::string> native_snippet, adjoint_snippet, replay_snippet;
};

/// Functions stay where they are while others are added: instances are made while their callers are lowered.
class FunctionStore {
 public:
  FunctionId Add(FunctionDefinition function) {
    functions_.push_back(std::move(function));
    return FunctionId(static_cast<uint32_t>(functions_.size() - 1));
  }
  [[nodiscard]] const FunctionDefinition& operator[](FunctionId id) const { return functions_.at(id.index); }
  [[nodiscard]] FunctionDefinition& operator[](FunctionId id) { return functions_.at(id.index); }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(functions_.size()); }
  [[nodiscard]] const std::deque<FunctionDefinition>& values() const { return functions_; }

 private:
  std::deque<FunctionDefinition> functions_;
};

struct FunctionSet {
  std::string key;
  std::vector<FunctionId> overloads;  // in order of definition; a redefinition with equal signature replaces
  std::vector<FunctionId> instances;  // of the generic ones among them, in order of the calls that need them
  FunctionId top;                     // the overload that the name was first bound to, or that replaced it
};

struct KernelDefinition : Definition {
  OptionTexts options;  // those given to @wp.kernel, as Python's str() spells their values
  std::optional<bool> enable_backward;
  std::optional<bool> grid_stride;
  std::optional<int32_t> max_unroll;
  std::optional<int32_t> block_dim;  // its own: the header keeps that of the module
  std::vector<int32_t> launch_bounds;
  std::optional<int32_t> cuda_max_registers;
  std::optional<bool> enable_cuda_smem_spilling;
  std::optional<int32_t> cluster_dim;
  bool has_external_entry = false;     // entry_point_abi="external_constant_params"
  bool has_return_annotation = false;  // other than None: Warp refuses to build such a kernel
  std::string return_code;             // its type code, for the hash
  bool generic = false;                // contributes nothing to the module's text, but its instances do
  std::optional<uint32_t> template_index;  // of an instance: the generic kernel, while the file is read
  std::optional<std::array<unsigned char, 32>> known_hash;  // Warp's own, where a snapshot gives it
};

/// A definition that exists but is not among those of the unit, and why; for whoever asks for it by name.
struct UnavailableDefinition {
  std::string name;
  Span span;
  std::string reason;
};

/// Options of the module: wp.set_module_options, or the defaults of wp.config.
struct ModuleOptions {
  OptionTexts texts;  // every option Warp resolves, for the module hash
  bool enable_backward = true;
  int32_t max_unroll = 16;
  bool default_grid_stride = true;
  bool strip_hash = false;
  bool enable_vector_component_overwrites = false;
  std::string mode = "release";
  bool line_info = false;
  bool line_directives = true;
  bool deterministic = false;  // some mode other than "not guaranteed"
};

/// A function of the user's own C++, by its overloads in the order in which they are tried.
struct ExternalFunction {
  struct Overload {
    std::vector<std::pair<SymbolId, TypeId>> parameters;
    TypeId result;  // invalid: void
    SymbolId function_namespace, native_name;
  };
  std::string key;
  std::vector<Overload> overloads;
};

/// What the variables of a function mean in a wp.static() expression: their values where these are constant, else at most
/// the number of their elements.
struct StaticLocals {
  std::vector<std::pair<SymbolId, Object>> constants;
  std::vector<std::pair<SymbolId, size_t>> lengths;
};

/// len() of a variable of this type in a wp.static() expression, where Warp knows it.
[[nodiscard]] std::optional<size_t> StaticLength(const TypeTable& types, TypeId type);

/// The text of a wp.static() expression as hashes have it: of one line.
[[nodiscard]] std::string StaticText(const SourceBuffer& source, Span expression);

/// A module, complete. Owns everything that its definitions point to, and does not move.
class Unit {
 public:
  Unit();
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;
  ~Unit();

  std::string name;
  ModuleOptions options;
  SymbolTable symbols;
  TypeTable types;
  ConstantStore constants;
  FunctionStore functions;
  Store<FunctionSetId, FunctionSet> function_sets;
  std::vector<ExternalFunction> external_functions;
  std::vector<KernelDefinition> kernels;  // live kernels, in order of definition
  std::vector<UnavailableDefinition> unavailable;
  std::optional<LinkResults> link_results;  // only a snapshot knows them
  bool statics_failed = false;  // likewise: evaluating a wp.static() expression ended Warp's own attempt

  /// What `name` refers to in the closure and globals of `scope`; None if nothing. Python's builtins and the
  /// names of `warp` are not consulted: see WarpAttribute and PythonBuiltin.
  [[nodiscard]] Object Resolve(ScopeId scope, SymbolId name) const;
  /// getattr(object, name) for modules, namespaces, enum classes, types and structs; None if there is none.
  [[nodiscard]] Object Attribute(const Object& object, SymbolId name) const;
  /// getattr(warp, name): types, constants, special forms, and those built-ins that are attributes of the
  /// package.
  [[nodiscard]] Object WarpAttribute(SymbolId name) const;
  /// A built-in function by its key (Warp's builtin_functions), attribute of the package or not.
  [[nodiscard]] Object Builtin(SymbolId name) const;
  /// A name of Python's builtins module.
  [[nodiscard]] Object PythonBuiltin(SymbolId name) const;

  /// The overload of `set` that a call with these argument types selects, as Warp's Function.get_overload
  /// does; invalid if none matches. Keyword arguments are (name, type).
  [[nodiscard]] FunctionId ResolveOverload(FunctionSetId set, std::span<const TypeId> positional,
                                           std::span<const std::pair<SymbolId, TypeId>> keywords) const;
  /// Likewise; where that is a generic function, its instance for these types, which is made if there is none.
  FunctionId ResolveCall(FunctionSetId set, std::span<const TypeId> positional,
                         std::span<const std::pair<SymbolId, TypeId>> keywords);

  /// The function that a call of `function` means where functions are given for its parameters (in order, each a
  /// Function or Builtin): a copy with a native name of its own, the same for the same functions.
  FunctionId Specialize(FunctionId function, std::span<const std::pair<SymbolId, Object>> arguments);

  /// The value of a wp.static() expression of `definition` where lowering meets it: a constant or a function; None if it is
  /// not known, as always where a snapshot gives the values. Nothing at all where Warp refuses it: evaluating it raises, or
  /// gives what kernels cannot make.
  std::optional<Object> EvaluateStatic(const Definition& definition, NodeId expression, const StaticLocals& locals);

  struct Implementation;
  Implementation& implementation() { return *implementation_; }
  [[nodiscard]] const Implementation& implementation() const { return *implementation_; }

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace warpsmith
