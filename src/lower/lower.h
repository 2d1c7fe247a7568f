// Lowering: one Python function, with everything its names refer to, becomes a typed program.
//
// The walk allocates variables, labels and calls in exactly the order in which Warp does; that order is the contract
// with everything after it. What Warp refuses is a diagnostic of severity Rejected, what it accepts and we do not yet
// is Unsupported; in both cases the result is empty and nothing half-made is seen.
#pragma once

#include <memory>
#include <optional>

#include "builtins/builtins.h"
#include "diagnostics/sink.h"
#include "program/program.h"
#include "unit/unit.h"

namespace warpsmith {

/// A function ends here: some thirty times what the largest real kernel has, and hours of work for Warp.
inline constexpr uint32_t kMostStatements = 1 << 19;

struct LoweringOptions {
  uint32_t most_statements = kMostStatements;
  int32_t max_unroll = 16;
  int32_t block_dim = 256;
  bool enable_vector_component_overwrites = false;
  bool deterministic = false;
};

struct DeterministicFacts;  // lower/deterministic.h

/// What a caller must know of a lowered function.
struct FunctionResult {
  /// Types of what a call gives: empty for none, one, or several. A function annotated to return a tuple gives
  /// as many as the annotation has.
  std::vector<TypeId> types;
  bool uses_grad_call = false;
  std::shared_ptr<const DeterministicFacts> deterministic;  // null outside of deterministic modes
};

/// The module under construction, as lowering needs it. Implemented by `compile`.
class ModuleContext {
 public:
  virtual ~ModuleContext() = default;
  /// The built-ins, bound to the unit's types and constants.
  virtual Builtins& builtins() = 0;
  /// Lowers `function` unless that was done, and notes it in the module's order of functions. Null if it failed;
  /// the diagnostic has been emitted.
  virtual const FunctionResult* BuildFunction(FunctionId function) = 0;
  /// Likewise for a function that is called; its custom gradient and replay are then built too, after all kernels.
  virtual const FunctionResult* BuildCallee(FunctionId function) = 0;
  /// Likewise for a function that is given to a built-in; its companions are built last of all.
  virtual const FunctionResult* BuildArgument(FunctionId function) = 0;
  /// Likewise for a function of which wp.grad is taken: its adjoint is needed even where nothing runs backward.
  virtual const FunctionResult* BuildForGradient(FunctionId function) = 0;
  /// What lowering `function` gives, without it becoming part of the module. Null as above.
  virtual const FunctionResult* BuildApart(FunctionId function) = 0;
  /// What lowering it gave; null if that was not done yet.
  [[nodiscard]] virtual const FunctionResult* Built(FunctionId function) const = 0;
  /// Notes a struct, and those it contains before it, in the module's order of structs.
  virtual void BuildStruct(TypeId structure) = 0;
  /// Notes that the function or kernel being lowered calls `callee` (for who needs an adjoint).
  virtual void NoteCall(FunctionId callee) = 0;
  /// Notes what a wp.static() expression of the definition being lowered gave, which its hash depends on.
  virtual void NoteStatic(const Definition& definition, std::string text, const Object& value) = 0;
};

struct LoweredFunction {
  Program program;
  FunctionResult result;
};

/// Lowers a kernel (`is_kernel`) or function. The unit's tables (types, constants, symbols) grow; the program refers
/// to them.
[[nodiscard]] std::optional<LoweredFunction> Lower(Unit& unit, const Definition& definition, bool is_kernel,
                                                   const LoweringOptions& options, ModuleContext& context,
                                                   DiagnosticSink& sink);

}  // namespace warpsmith
