// The lower levels of records: LLVM IR and assembly of CPU rows, PTX of CUDA rows, made by Warp's own compilers for the
// pinned target, so that they are the same on every machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "program/module_description.h"
#include "record/record.h"
#include "toolchain/cuda_library.h"

namespace warpsmith {

/// May be used by several threads at once.
class LevelMaker {
 public:
  /// `levels` are some of ll, asm and ptx; `arch` is for ptx. An error says which program or library is missing.
  static Result<std::shared_ptr<const LevelMaker>> Open(const std::vector<std::string>& levels, int32_t arch,
                                                        const WarpInstallation& warp);

  /// Fills the columns of a record for `device` from the text of its module. An error where the text does not compile.
  Status Fill(Device device, const std::string& module_text, Record& record) const;

 private:
  LevelMaker() = default;
  bool llvm_ir_ = false, assembly_ = false, ptx_ = false;
  int32_t arch_ = 0;
  std::shared_ptr<CpuLibrary> cpu_;
  std::shared_ptr<CudaLibrary> cuda_;
};

}  // namespace warpsmith
