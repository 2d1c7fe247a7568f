// warp.so, which holds NVRTC: CUDA text to PTX or cubin, loaded at run time. Needs neither a GPU nor a driver.
//
// Compiling happens in a child process, as in cpu_library.h, but for Warp's headers, which are precompiled in this one when
// a second text is compiled: NVRTC can read them only at the addresses where it wrote them, and keeps them while the process
// lives. May be used by several threads at once.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "toolchain/cpu_library.h"
#include "toolchain/warp_installation.h"

namespace warpsmith {

enum class CudaOutput : uint8_t { Ptx, Cubin };

struct CudaCompileOptions {
  CudaOutput output = CudaOutput::Ptx;
  int32_t arch = 90;         // compute capability without the point
  std::string arch_suffix;   // "", "a" (this architecture alone) or "f" (its family)
  int32_t optimization = 3;  // 0 to 3; Warp's default is 3
  bool debug = false;
  bool fast_math = false;
  bool fuse_fp = true;
  bool verify_fp = false;
  bool line_info = false;
  bool precompiled_header = true;  // the PTX is the same without
  /// PTX of this version instead of NVRTC's own, such as "8.0", for an assembler that is older than NVRTC; the version
  /// is only declared, so it must be one that has the instructions. Empty: as NVRTC says.
  std::string ptx_version;
  std::string input_name = "module.cu";
  ChildLimits limits{.seconds = 600, .memory_bytes = 0, .output_bytes = 16 << 20};
};

class CudaLibrary {
 public:
  static Result<std::shared_ptr<CudaLibrary>> Load(const WarpInstallation& warp);
  ~CudaLibrary();

  /// Compiles the CUDA text of a module. An error where the compiler failed or does not know the architecture.
  Result<Compilation> Compile(const std::string& text, const CudaCompileOptions& options) const;

  /// As in "13.4".
  [[nodiscard]] std::string nvrtc_version() const;

 private:
  struct Implementation;
  explicit CudaLibrary(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace warpsmith
