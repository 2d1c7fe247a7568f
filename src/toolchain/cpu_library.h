// warp-clang.so, Warp's compiler and loader for the CPU, loaded at run time.
//
// Compiling happens in a child process: what the compiler writes to its standard error is read as messages, and a text
// that crashes it or never ends takes nothing else along. Loading and launching happen in this process; to run kernels
// that may crash, load and launch them in RunInChild.
//
// May be used by several threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "toolchain/cpu_compiler.h"
#include "toolchain/warp_installation.h"

namespace warpsmith {

class CpuModule;

class CpuLibrary : public CpuCompiler, public std::enable_shared_from_this<CpuLibrary> {
 public:
  /// Loads the library of `warp`. Kernels with more than one thread a block need Warp's block runtime, which is in
  /// warp.so: with `with_blocks`, that is loaded too, for the whole process.
  static Result<std::shared_ptr<CpuLibrary>> Load(const WarpInstallation& warp, bool with_blocks = false);
  ~CpuLibrary() override;

  Result<Compilation> Compile(const std::string& text, const CpuCompileOptions& options) const override;
  Status PrepareHeader(const CpuCompileOptions& options) const override;

  /// Loads an object into this process.
  Result<CpuModule> LoadObject(std::string_view object) const;

  [[nodiscard]] const WarpInstallation& installation() const;
  [[nodiscard]] const std::string& llvm_version() const;

 private:
  friend class CpuModule;
  struct Implementation;
  explicit CpuLibrary(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

/// An object that is loaded, and unloaded with this.
class CpuModule {
 public:
  CpuModule(CpuModule&& other) noexcept = default;
  CpuModule& operator=(CpuModule&& other) noexcept;
  ~CpuModule();

  /// The address of a function of the object; an error if it has none, or if what it needs is missing.
  Result<void*> Find(const std::string& symbol) const;

 private:
  friend class CpuLibrary;
  CpuModule(std::shared_ptr<const CpuLibrary> library, std::string name)
      : library_(std::move(library)), name_(std::move(name)) {}
  void Unload();
  std::shared_ptr<const CpuLibrary> library_;
  std::string name_;
};

}  // namespace warpsmith
