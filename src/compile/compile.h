// The facade: a unit becomes the text of its module. This module owns what spans a whole module: which kernels there
// are and in which order (by content hash), the order of functions and structs (by first use), and who needs an adjoint.
//
// A module is lowered once; the CPU and the CUDA text are two spellings of the same programs.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diagnostics/sink.h"
#include "emit/emit.h"
#include "lower/lower.h"
#include "program/module_description.h"
#include "unit/hashes.h"
#include "unit/unit.h"

namespace warpsmith {

struct CompileOptions {
  /// Overrides the module's option; a kernel's own `enable_backward` still wins, as in Warp.
  std::optional<bool> enable_backward;
  std::optional<int32_t> block_dim;  // default: 1 for the CPU, 256 for CUDA
  int32_t architecture = 0;          // of CUDA; 0: for the CPU
  std::string kernel;                // empty: all; else only the kernels of this key
  bool keep_going = false;           // leave out kernels that cannot be compiled instead of failing
  uint32_t most_statements = kMostStatements;  // of a function; one that unrolls to more is refused
};

/// A kernel of a compiled module.
struct CompiledKernel {
  const KernelDefinition* definition = nullptr;
  std::string mangled_name;
  Sha256Digest hash{};
};

/// A lowered module. Refers to its unit, which must outlive it.
class CompiledModule {
 public:
  /// What `emit` needs for one device.
  [[nodiscard]] const ModuleDescription& description(Device device) const {
    return device == Device::Cpu ? cpu_ : cuda_;
  }
  /// In the order of the text.
  [[nodiscard]] const std::vector<CompiledKernel>& kernels() const { return kernels_; }
  /// Keys of kernels that were left out (keep_going).
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }
  /// Names of the built-in functions that the module's source calls, each once.
  [[nodiscard]] std::vector<SymbolId> builtins_used() const;
  [[nodiscard]] Sha256Digest hash(Device device) const { return device == Device::Cpu ? cpu_hash_ : cuda_hash_; }

 private:
  friend class ModuleBuilder;
  friend std::unique_ptr<CompiledModule> CompileUnit(Unit&, Builtins&, const CompileOptions&, DiagnosticSink&);
  std::deque<Program> programs_;  // addresses are stable
  ModuleDescription cpu_, cuda_;
  std::vector<CompiledKernel> kernels_;
  std::vector<std::string> missing_;
  Sha256Digest cpu_hash_{}, cuda_hash_{};
};

/// Lowers all kernels of `unit`. Null if one fails (unless keep_going), with diagnostics in `sink`. `builtins` must be
/// bound to the unit's types and constants.
[[nodiscard]] std::unique_ptr<CompiledModule> CompileUnit(Unit& unit, Builtins& builtins,
                                                          const CompileOptions& options, DiagnosticSink& sink);

}  // namespace warpsmith
