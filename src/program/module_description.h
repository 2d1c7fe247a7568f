// What `emit` is told about a whole module: frozen by `compile` once names, hashes and options are final.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "program/program.h"

namespace warpsmith {

enum class Device : uint8_t { Cpu, Cuda };

/// Options of a module as Warp resolves them, and of a kernel after its own options are laid over the module's.
struct CodegenOptions {
  int32_t block_dim = 256;  // 1 where Warp compiles for the CPU
  bool enable_backward = true;
  bool grid_stride = true;   // of a kernel that does not say; matters for CUDA alone
  bool line_info = false;        // `lineinfo` or debug mode, with line directives allowed
  int32_t max_unroll = 16;
  std::vector<int32_t> launch_bounds;  // empty: none; else one or two values
  int32_t cuda_max_registers = 0;      // 0: not set
  bool enable_cuda_smem_spilling = false;
  int32_t cluster_dim = 1;
  bool has_external_entry = false;  // CUDA: an entry point without parameters, which finds its struct in constant memory
  std::string extra_cpu_preamble, extra_cuda_preamble;  // external build options; usually empty
};

/// `@wp.func(inline=...)`.
enum class InlineHint : uint8_t { None, NoInline, ForceInline };

struct FunctionDescription {
  const Program* program = nullptr;
  std::string native_name;   // key and counter, as in `scale_0`
  std::string path;          // as printed in the comment above it
  int32_t first_line = 0;    // printed behind the path
  InlineHint inline_hint = InlineHint::None;
  bool used_by_backward_kernel = false;  // or its adjoint is forced by wp.grad
  bool skip_forward = false;             // custom gradients emit only their reverse, and the like
  bool skip_reverse = false;
  bool custom_reverse = false;                  // the body is a user-written adjoint
  int32_t custom_reverse_input_count = -1;      // how many parameters are inputs of the forward function
  // Native snippets (@wp.func_native); `program` then holds the parameters and return type alone.
  bool is_native = false;
  std::string native_snippet, adjoint_snippet, replay_snippet;
  bool has_adjoint_snippet = false, has_replay_snippet = false;
};

struct KernelDescription {
  const Program* program = nullptr;
  std::string mangled_name;  // key and the first eight digits of its hash
  std::string path;          // for line directives
  uint32_t shared_memory = 0, shared_memory_backward = 0;  // bytes that its tiles need
  CodegenOptions options;    // the module's with the kernel's own laid over
};

struct ModuleDescription {
  const SymbolTable* symbols = nullptr;
  const TypeTable* types = nullptr;
  const ConstantStore* constants = nullptr;
  CodegenOptions options;
  std::map<std::string, std::string> link_functions;  // of device libraries: declarations by symbol
  std::vector<TypeId> native_types;          // of the user's C++, in the order in which they are met
  std::vector<TypeId> structs;               // in the order of their definitions, each content hash once
  std::vector<TypeId> tile_helper_structs;   // those that also get the tile helpers
  std::vector<FunctionDescription> functions;  // in build order
  std::vector<KernelDescription> kernels;      // sorted by hash
};

}  // namespace warpsmith
