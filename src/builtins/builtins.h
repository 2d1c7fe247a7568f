// The built-in functions of the pinned Warp: which there are, which overload a call means, what it returns,
// and which arguments reach the native function. Rules are data (data/builtins) plus at most one function
// each.
//
// A call is handled in four steps, because its caller makes variables in between:
//   Resolve   argument types -> overload                      (first match; type erasure only in a second
//   pass) Bind      arguments, type arguments, defaults -> parameters ResultOf  bound arguments -> types of
//   the results, or a constant that replaces the call Dispatch  bound arguments, results -> native arguments
//   in order, and template arguments
//
// Not here: what Warp's code generator does around a call (loads of references, 64-bit constants given to
// scalar constructors, building of user functions). That is lower's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/small_vector.h"
#include "types/constant.h"
#include "types/types.h"

namespace warpsmith {

using BuiltinId = Id<struct BuiltinTag>;    // a name; the same in every table
using OverloadId = Id<struct OverloadTag>;  // a declared overload; the same in every table

/// One argument of a call: a variable, a constant, a type, a function, or a sequence of these.
struct ArgumentValue {
  static constexpr uint32_t kNoHandle = 0xFFFFFFFFu;
  /// Type of the value; may be a reference. For an argument that is a type: that type. For a function:
  /// Function.
  TypeId type;
  /// The caller's variable, if there is one. Not read here, handed back by Dispatch.
  uint32_t handle = kNoHandle;
  /// Set if the value is known at compile time.
  ConstantId constant;
  /// Set if the argument is a type, e.g. dtype=wp.float32.
  TypeId type_value;
  /// `type_value` was spelled as Python's int, float or bool, which Warp's templates and sets of types tell
  /// from wp.int32, wp.float32 and wp.bool.
  bool plain_python = false;
  /// The elements of a tuple or sequence; start, stop and step of a slice.
  std::span<const ArgumentValue> elements;
  /// Set if the argument is a built-in function passed by name.
  BuiltinId function;
  /// Set if it is a function of the user's. Not read here.
  uint32_t user_function = kNoHandle;
  /// For a function that is applied to elements of tiles: what it returns for them; invalid if not one value.
  TypeId returned;
  /// The variable is a parameter of the function: nothing is known of the tile that a caller gives.
  bool is_parameter = false;
};

struct KeywordArgument {
  std::string_view name;
  ArgumentValue value;
};

/// Why a call is refused. `Rejected`: Warp refuses it too. `Unsupported`: Warp accepts it, we do not yet.
struct BuiltinError {
  enum class Kind : uint8_t { Rejected, Unsupported } kind = Kind::Rejected;
  std::string message;
};

/// The value of a step, or why there is none.
template <typename Value>
class [[nodiscard]] BuiltinResult {
 public:
  BuiltinResult(Value value) : value_(std::move(value)) {}         // NOLINT: implicit by design
  BuiltinResult(BuiltinError error) : value_(std::move(error)) {}  // NOLINT: implicit by design
  [[nodiscard]] bool ok() const { return value_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] Value& value() { return std::get<0>(value_); }
  [[nodiscard]] const Value& value() const { return std::get<0>(value_); }
  Value& operator*() { return value(); }
  const Value& operator*() const { return value(); }
  Value* operator->() { return &value(); }
  const Value* operator->() const { return &value(); }
  [[nodiscard]] const BuiltinError& error() const { return std::get<1>(value_); }

 private:
  std::variant<Value, BuiltinError> value_;
};

/// The facts about a declared overload that callers need.
struct OverloadInfo {
  std::string_view name;              // Python name, e.g. "add"
  std::string_view native_name;       // C++ name without namespace, e.g. "add"
  std::string_view native_namespace;  // "wp::" or ""
  std::string_view group;             // "Scalar Math", ...
  bool hidden = false;                // not part of the documented interface
  bool exported = false;              // callable from Python
  bool variadic = false;
  bool is_differentiable = true;
  bool skip_replay = false;
  bool require_original_output_arg = false;
  bool adjoint_uses_template_args = false;
  bool has_lto_dispatch = false;  // needs a link-time library: part 2
  /// The result type where it does not depend on the arguments (Warp's value_type); invalid otherwise, or
  /// void.
  TypeId value_type;
  /// The rules of data/builtins that decide result types and native arguments.
  std::string_view result_rule;
  std::string_view dispatch_rule;
  bool supported = false;  // both rules are written
};

/// Parameters of an overload with what a call gave for them, in order of declaration.
struct BoundArgument {
  std::string_view name;
  bool present = false;
  bool is_variadic = false;  // `values` are the elements of *args
  ArgumentValue value;       // unless variadic
  std::span<const ArgumentValue> values;  // some of those given to Bind
};

struct BoundCall {
  OverloadId overload;
  SmallVector<BoundArgument, 8> arguments;  // one a parameter, absent ones included

  /// The argument bound to `name` if it is present.
  [[nodiscard]] const BoundArgument* Find(std::string_view name) const {
    for (const BoundArgument& argument : arguments)
      if (argument.present && argument.name == name) return &argument;
    return nullptr;
  }
  /// Number of parameters that are bound (Warp's len(bound_args)).
  [[nodiscard]] uint32_t present_count() const {
    uint32_t count = 0;
    for (const BoundArgument& argument : arguments) count += argument.present;
    return count;
  }
};

/// What a call returns. Exactly one of: `types` (empty: void; more than one: passed to the native function as
/// trailing arguments), or `constant` (no call is made, a constant variable takes its place).
struct CallResult {
  SmallVector<TypeId, 2> types;
  ConstantId constant;
  /// For a call that makes a tuple or slice: what its result's ArgumentValue::elements must be from now on.
  std::vector<ArgumentValue> elements;
  /// The caller's variable for the result, where there is one: some native functions take it as an argument too.
  uint32_t handle = ArgumentValue::kNoHandle;
};

/// An argument of the native call. Without a handle it is a new constant variable of `value.type`.
struct NativeArgument {
  ArgumentValue value;
  bool by_reference = false;  // pass a reference as it is instead of loading it
  int32_t text = -1;          // not negative: no variable, but one of the call's texts
};

/// A function of a device library that the text declares and calls (link_time.h).
struct LinkFunction {
  std::string symbol;
  std::string declaration;
  std::string unknown;  // why it cannot be said that there is such a function; what calls it is refused for that in the end
};

/// The functions that Warp built for a module and architecture, with the bytes of shared memory that each asks for.
using LinkResults = std::map<std::string, int64_t, std::less<>>;

/// What decides how calls reach the device libraries.
struct LinkTarget {
  int32_t architecture = 0;  // 0: there are none
  bool enable_backward = true;  // of the module
  bool use_gemm = true, use_solver = true, use_fft = true;
  const LinkResults* results = nullptr;  // null: not known
};

using NativeArguments = SmallVector<NativeArgument, 6>;

struct NativeCall {
  NativeArguments arguments;
  std::string template_arguments;  // "<3, wp::float32>" or empty; appended to the native name
  bool initializer_list = false;
  std::vector<LinkFunction> link_functions;
  std::vector<std::string> texts;

  /// Adds an argument that is written as it is.
  void AddText(std::string text) {
    arguments.push_back({.text = static_cast<int32_t>(texts.size())});
    texts.push_back(std::move(text));
  }
};

/// What the four steps say of a call whose outcome follows from the types of its arguments, all given by position: these
/// are the native call's arguments, in order.
struct PlainCall {
  std::string_view native_namespace, native_name;  // as in OverloadInfo
  TypeId result;                                   // invalid: none
  bool first_by_reference = false;
  bool is_differentiable = true;
  bool skip_replay = false;
  bool require_original_output_arg = false;
  bool reverse_has_template_arguments = false;
};

/// How Warp constructs values of a composite type: a built-in, with arguments that the type implies.
struct TypeConstructor {
  BuiltinId builtin;
  std::vector<KeywordArgument> type_arguments;
};

/// The types that the generated tables spell, read when first wanted: making a Builtins costs next to
/// nothing.
class PatternCache {
 public:
  explicit PatternCache(TypeTable& types) : types_(types) {}
  /// The type of a row of the table of patterns; invalid if its text spells none.
  [[nodiscard]] TypeId operator[](size_t index);

 private:
  TypeTable& types_;
  std::vector<TypeId> ids_;
};

/// The overloads whose result rule, and whose dispatch rule, have been applied.
struct RuleLog {
  std::set<OverloadId> results, dispatches;
};

/// The built-ins, bound to one table of types and one store of constants, both of which it adds to.
class Builtins {
 public:
  Builtins(TypeTable& types, ConstantStore& constants);

  /// The built-in of this name; invalid if there is none.
  [[nodiscard]] static BuiltinId Find(std::string_view name);
  [[nodiscard]] static std::string_view Name(BuiltinId builtin);
  [[nodiscard]] static uint32_t builtin_count();
  [[nodiscard]] static uint32_t overload_count();
  /// The overloads of a name in resolution order: ids from the first to before the second.
  [[nodiscard]] static std::pair<OverloadId, OverloadId> Overloads(BuiltinId builtin);
  [[nodiscard]] OverloadInfo Info(OverloadId overload);
  [[nodiscard]] static BuiltinId NameOf(OverloadId overload);
  /// Parameter types (patterns) of an overload, in order; the type of *args is that of each element.
  [[nodiscard]] std::vector<TypeId> ParameterTypes(OverloadId overload);
  [[nodiscard]] static std::vector<std::string_view> ParameterNames(OverloadId overload);
  /// "mul#3": name and position among the declared overloads, as in data/builtins.
  [[nodiscard]] static std::string OverloadName(OverloadId overload);
  /// Whether Warp implements the name as a Python function of its own, compiled like user code, and not here.
  [[nodiscard]] static bool IsLibraryFunction(std::string_view name);
  /// Whether a parameter of a user function may stand for it: every overload is called with the arguments as they
  /// are.
  [[nodiscard]] static bool IsPlainTarget(BuiltinId builtin);
  /// What a built-in given as an argument is called in C++, without its namespace.
  [[nodiscard]] static std::string_view NativeName(BuiltinId builtin);
  /// The Warp release that the table describes.
  [[nodiscard]] static std::string_view WarpVersion();

  /// `min_outputs`: the call's results are unpacked into so many targets; 0 if they are not.
  [[nodiscard]] BuiltinResult<OverloadId> Resolve(BuiltinId builtin,
                                                  std::span<const ArgumentValue> positional,
                                                  std::span<const KeywordArgument> keywords = {},
                                                  uint32_t min_outputs = 0);
  /// `type_arguments`: compile-time arguments that the spelling of the callee implies (wp.vec3: length,
  /// dtype).
  [[nodiscard]] BuiltinResult<BoundCall> Bind(OverloadId overload, std::span<const ArgumentValue> positional,
                                              std::span<const KeywordArgument> keywords = {},
                                              std::span<const KeywordArgument> type_arguments = {});
  /// What the function among the arguments of a call will be called with, where the result depends on what it returns:
  /// the caller then sets ArgumentValue::returned before it asks for the result. Empty: it does not.
  [[nodiscard]] std::vector<TypeId> FunctionArguments(const BoundCall& call);
  [[nodiscard]] BuiltinResult<CallResult> ResultOf(const BoundCall& call);
  [[nodiscard]] BuiltinResult<NativeCall> Dispatch(const BoundCall& call, const CallResult& result);

  /// The outcome of a call without keywords where NotePlain has seen one of the same types; null otherwise. Kernels
  /// repeat few kinds of call: most need none of the four steps. The pointer is good until the next call of this thread.
  [[nodiscard]] const PlainCall* FindPlain(BuiltinId builtin, std::span<const ArgumentValue> positional, uint32_t min_outputs);
  /// Keeps what the four steps found for such a call, if it follows from the types alone.
  void NotePlain(BuiltinId builtin, std::span<const ArgumentValue> positional, uint32_t min_outputs, OverloadId overload,
                 const CallResult& result);

  /// wp.vec3f(...) means vector(..., length=3, dtype=float32): the built-in and the type arguments for a
  /// vector, matrix, quaternion or transform type.
  [[nodiscard]] const TypeConstructor& ConstructorOf(TypeId composite);
  /// An argument that is a type of the generator's choosing, as a type argument holds it.
  [[nodiscard]] static ArgumentValue TypeArgument(TypeId type);
  /// An argument that is a plain Python int without a variable.
  [[nodiscard]] ArgumentValue IntArgument(int64_t value);

  /// The number of threads of a block that is compiled for: the tiles of some calls have one element a thread.
  void set_block_dim(int32_t block_dim) { block_dim_ = block_dim; }
  void set_link_target(const LinkTarget& target) { link_target_ = target; }

  /// Notes from now on in `log`, which must outlive this, the rules that are applied: for tests of what tests reach.
  void set_rule_log(RuleLog* log) { rule_log_ = log; }

  [[nodiscard]] TypeTable& types() { return types_; }
  [[nodiscard]] ConstantStore& constants() { return constants_; }

 private:
  [[nodiscard]] bool Matches(OverloadId overload, std::span<const ArgumentValue> positional,
                             std::span<const KeywordArgument> keywords, bool allow_erasure);

  /// What is known of calls of these types.
  struct Outcome {
    static constexpr size_t kMostArguments = 5;
    BuiltinId builtin;
    uint32_t min_outputs = 0;
    uint32_t count = 0;
    std::array<TypeId, kMostArguments> types;
    OverloadId overload;
    bool is_plain = false;
    PlainCall plain;  // if so

    [[nodiscard]] bool IsOf(BuiltinId name, std::span<const ArgumentValue> positional, uint32_t outputs) const {
      bool same = builtin == name && min_outputs == outputs && count == positional.size();
      for (size_t i = 0; same && i < positional.size(); ++i) same = types[i] == positional[i].type;
      return same;
    }
  };
  static constexpr size_t kOutcomes = 64;          // of one table; a power of two
  static constexpr size_t kCommonOutcomes = 4096;  // of a thread; likewise
  /// Outcomes of calls with common types, which hold for every table: those of this thread.
  static std::vector<Outcome>& CommonOutcomes();
  /// The place of a call among the outcomes; null for calls that are not kept.
  Outcome* PlaceOf(BuiltinId builtin, std::span<const ArgumentValue> positional, std::span<const KeywordArgument> keywords,
                   uint32_t min_outputs);
  [[nodiscard]] BuiltinResult<OverloadId> FindOverload(BuiltinId builtin, std::span<const ArgumentValue> positional,
                                                       std::span<const KeywordArgument> keywords, uint32_t min_outputs);

  struct Constructor {
    TypeConstructor call;
    std::vector<ArgumentValue> shape;  // elements of a shape argument
  };

  TypeTable& types_;
  ConstantStore& constants_;
  RuleLog* rule_log_ = nullptr;
  PatternCache patterns_;
  int32_t block_dim_ = 256;
  LinkTarget link_target_;
  std::unordered_map<TypeId, Constructor> constructors_;
  std::vector<Outcome>& common_outcomes_ = CommonOutcomes();
  std::vector<Outcome> outcomes_;
};

/// `constant` as a typed constant of `scalar`, as wp.float64(3) converts it.
[[nodiscard]] Constant CastConstant(const Constant& constant, TypeId scalar);

}  // namespace warpsmith
