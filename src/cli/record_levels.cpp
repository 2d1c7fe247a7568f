#include "cli/record_levels.h"

#include <algorithm>

#include "toolchain/lower_levels.h"

namespace warpsmith {

Result<std::shared_ptr<const LevelMaker>> LevelMaker::Open(const std::vector<std::string>& levels, int32_t arch,
                                                           const WarpInstallation& warp) {
  auto has = [&](const char* level) { return std::find(levels.begin(), levels.end(), level) != levels.end(); };
  std::shared_ptr<LevelMaker> own(new LevelMaker());
  own->llvm_ir_ = has("ll");
  own->assembly_ = has("asm");
  own->ptx_ = has("ptx");
  own->arch_ = arch;
  if (own->llvm_ir_ || own->assembly_) {
    for (const Result<std::string>& program : {FindLlvmDis(), FindLlvmObjdump()})
      if (!program.ok()) return program.status();
    Result<std::shared_ptr<CpuLibrary>> cpu = CpuLibrary::Load(warp);
    if (!cpu.ok()) return cpu.status();
    own->cpu_ = *cpu;
  }
  if (own->ptx_) {
    Result<std::shared_ptr<CudaLibrary>> cuda = CudaLibrary::Load(warp);
    if (!cuda.ok()) return cuda.status();
    own->cuda_ = *cuda;
    // A wrong architecture is to be known before the run.
    Result<Compilation> nothing = own->cuda_->Compile("\n", {.arch = arch});
    if (!nothing.ok()) return nothing.status();
  }
  return std::shared_ptr<const LevelMaker>(std::move(own));
}

Status LevelMaker::Fill(Device device, const std::string& module_text, Record& record) const {
  if (device == Device::Cuda) {
    if (!ptx_) return Status::Ok();
    Result<Compilation> compiled = cuda_->Compile(module_text, {.arch = arch_, .input_name = record.name + ".cu"});
    if (!compiled.ok()) return compiled.status();
    if (!compiled->succeeded) return Status::Error("to PTX: " + DescribeErrors(compiled->messages));
    record.ptx = std::move(compiled->output);
    return Status::Ok();
  }
  if (!llvm_ir_ && !assembly_) return Status::Ok();
  LowerLevelOptions options;
  options.compile.header_cache = HeaderCacheFolder();
  options.compile.input_name = record.name + ".cpp";
  Result<LowerLevels> made = MakeLowerLevels(*cpu_, module_text, {.llvm_ir = llvm_ir_, .assembly = assembly_}, options);
  if (!made.ok()) return made.status();
  record.llvm_ir = std::move(made->llvm_ir);
  record.assembly = std::move(made->assembly);
  return Status::Ok();
}

}  // namespace warpsmith
