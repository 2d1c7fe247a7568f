// Many generated CPU texts compiled as one module: Warp's headers and what texts have in common are paid for once, and a
// kernel costs a fraction of what it does alone. The texts need not know of each other: several of them may have kernels
// of the same mangled name, as variants of one kernel do. Launches give the same bits as those of texts compiled alone.
//
// A text that is wrong loses itself alone: it is left out, and the rest is compiled without it.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "launch/batch_text.h"
#include "launch/kernel.h"

namespace warpsmith {

struct BatchOptions {
  CpuCompileOptions compile;
  CpuInstantiations instantiations = CpuInstantiations::Both;
};

/// Where the time went, in seconds of wall time.
struct BatchTimes {
  double header = 0;   // looking for the precompiled header, or making it
  double compile = 0;  // texts to objects
  double load = 0;     // objects to functions
  int compilations = 0;  // calls of the compiler
};

class KernelBatch {
 public:
  /// Compiles with `compiler` (which may be `library`) and loads with `library`. An error where no text can be compiled
  /// whatever it says, such as a compiler that does not work.
  static Result<KernelBatch> Compile(const std::shared_ptr<CpuLibrary>& library, const CpuCompiler& compiler,
                                     std::vector<KernelText> texts, const BatchOptions& options);
  static Result<KernelBatch> Compile(const std::shared_ptr<CpuLibrary>& library, std::vector<KernelText> texts,
                                     const BatchOptions& options) {
    return Compile(library, *library, std::move(texts), options);
  }
  KernelBatch(KernelBatch&&) noexcept;
  KernelBatch& operator=(KernelBatch&&) noexcept;
  ~KernelBatch();

  [[nodiscard]] size_t size() const;
  [[nodiscard]] const KernelText& text(size_t i) const;
  /// Why text `i` has no kernels: what the compiler said, with lines of this text.
  [[nodiscard]] const Status& status(size_t i) const;
  /// The kernels of text `i`, in the order of its signatures; empty unless its status is ok. Valid as long as the batch.
  [[nodiscard]] const std::vector<Kernel>& kernels(size_t i) const;
  [[nodiscard]] const BatchTimes& times() const;

 private:
  struct Implementation;
  explicit KernelBatch(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace warpsmith
