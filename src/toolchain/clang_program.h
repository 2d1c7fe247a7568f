// The program clang-22 (Debian: clang-22), where it is installed, as a faster compiler of CPU texts: the same LLVM as in
// Warp's library, told to make the same code, but for the small code model, which its quick instruction selector can
// serve; Warp's library always takes the large one. Objects are loaded by Warp's library, as its own.
//
// The values that kernels compute are the same, bit for bit, as with Warp's library (tested); the machine code is not.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "toolchain/cpu_compiler.h"
#include "toolchain/warp_installation.h"

namespace warpsmith {

/// The LLVM that gives the same values as that of the pinned Warp release.
inline constexpr const char* kClangVersion = "22.1";

class ClangProgram : public CpuCompiler {
 public:
  /// $WARPSMITH_CLANG, else clang-22 in $PATH. An error says how to get it, or that it is of another version.
  static Result<std::shared_ptr<ClangProgram>> Find(const WarpInstallation& warp);

  /// Flags may not have -march=native, which depends on what Warp's library knows of this machine.
  Result<Compilation> Compile(const std::string& text, const CpuCompileOptions& options) const override;
  Status PrepareHeader(const CpuCompileOptions& options) const override;

  /// As in "22.1.8".
  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  ClangProgram(WarpInstallation warp, std::string program, std::string version)
      : warp_(std::move(warp)), program_(std::move(program)), version_(std::move(version)) {}
  Result<std::string> Header(const CpuCompileOptions& options) const;
  WarpInstallation warp_;
  std::string program_, version_;
};

}  // namespace warpsmith
