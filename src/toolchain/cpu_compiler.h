// What compiles CPU texts to objects: Warp's own library (cpu_library.h), or another compiler that gives the same code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "toolchain/child_process.h"
#include "toolchain/compiler_messages.h"

namespace warpsmith {

/// The target of records: the same code on every x86-64 machine of the last ten years.
inline const std::vector<std::string> kPinnedCpuFlags = {"-target-cpu", "x86-64-v3"};
/// What Warp itself compiles with unless told otherwise (warp.config.cpu_compiler_flags).
inline const std::vector<std::string> kWarpCpuFlags = {"-march=native", "-mllvm=-inline-threshold=9000",
                                                       "-mllvm=-inline-cold-callsite-threshold=3000"};

struct CpuCompileOptions {
  int32_t optimization = 2;  // 0 to 3; Warp's default is 2
  std::vector<std::string> flags = kPinnedCpuFlags;  // of Clang's cc1, or -march=native
  bool debug = false;        // as Warp's debug mode: no optimisation, full debug information
  bool fuse_fp = true;       // fused multiply-add where the target has it, as Warp
  bool verify_fp = false;
  int32_t block_dim = 1;     // must be that of the text
  /// Folder where precompiled headers are kept from one compilation, and one process, to the next (see
  /// HeaderCacheFolder); empty: none is used, and every compilation reads Warp's headers again, about a second.
  std::string header_cache;
  std::string input_name = "module.cpp";  // in messages and debug information
  ChildLimits limits{.seconds = 600, .memory_bytes = 0, .output_bytes = 16 << 20};
};

/// What a compiler made of a text.
struct Compilation {
  bool succeeded = false;
  std::string output;  // the object, PTX or cubin; empty unless it succeeded
  std::vector<CompilerMessage> messages;
  std::string log;  // all that the compiler wrote
};

/// $XDG_CACHE_HOME/warpsmith/headers, else ~/.cache/warpsmith/headers; empty if there is no home.
[[nodiscard]] std::string HeaderCacheFolder();

/// May be used by several threads at once.
class CpuCompiler {
 public:
  virtual ~CpuCompiler() = default;

  /// Compiles the CPU text of a module to an object. An error where the compiler itself failed (crashed, ran out of
  /// time or memory, could not write); otherwise the outcome, with messages.
  virtual Result<Compilation> Compile(const std::string& text, const CpuCompileOptions& options) const = 0;

  /// Makes the precompiled header for these options unless it is in the cache; Compile does it by itself. Call it
  /// before several processes or threads start to compile, so that they need not each wait for it.
  virtual Status PrepareHeader(const CpuCompileOptions& options) const = 0;
};

}  // namespace warpsmith
