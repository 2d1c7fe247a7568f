// What the tests of launches on a GPU share: the stand-in for the CUDA driver, which runs the CPU code of a kernel.
#pragma once

#include <dlfcn.h>

#include <cstring>
#include <filesystem>

#include "launch/kernel.h"
#include "toolchain/test_support.h"

namespace warpsmith {

/// What the stand-in for the driver was asked for last.
struct Asked {
  std::string symbol;
  unsigned grid = 0, block = 0, shared = 0;
};
inline Asked asked;
inline const KernelModule* cpu_module = nullptr;
inline int launch_result = 0;

/// Runs the CPU code of the kernel on the parameters of a launch for the GPU: its memory is the host's.
inline int RunOnHost(const char* symbol, unsigned grid, unsigned block, unsigned shared, void** parameters) {
  asked = {symbol, grid, block, shared};
  if (launch_result != 0) return launch_result;
  const bool backward = asked.symbol.ends_with("_backward");
  for (const KernelSignature& signature : cpu_module->kernels()) {
    if (!asked.symbol.starts_with(signature.mangled_name)) continue;
    Kernel kernel = Take(cpu_module->Find(signature.key));
    KernelArguments arguments = kernel.NewArguments();
    size_t next = 1;
    for (std::byte* part : {arguments.data(), arguments.adjoints()}) {
      if (part == arguments.adjoints() && !backward) break;
      for (size_t i = 0; i < signature.argument_offsets.size(); ++i, ++next) {
        size_t begin = signature.argument_offsets[i];
        size_t end = i + 1 < signature.argument_offsets.size() ? signature.argument_offsets[i + 1] : signature.size;
        std::memcpy(part + begin, parameters[next], end - begin);
      }
    }
    // The bounds begin with the extents of the launch.
    std::vector<uint32_t> shape(signature.dimensions);
    std::memcpy(shape.data(), parameters[0], signature.dimensions * sizeof(uint32_t));
    if (!backward) kernel.Launch(shape, arguments);
    else Check(kernel.LaunchBackward(shape, arguments).ok(), "backward");
  }
  return 0;
}

/// The path of the stand-in, which lies beside the test program, in tests/; its launches go to RunOnHost.
inline std::string TestDriver() {
  const std::string path = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tests" / "libfake_cuda.so").string();
  void* handle = dlopen(path.c_str(), RTLD_NOW);
  Check(handle != nullptr, "the stand-in for the CUDA driver is missing");
  reinterpret_cast<void (*)(decltype(&RunOnHost))>(dlsym(handle, "FakeCudaOnLaunch"))(RunOnHost);
  return path;
}

/// All that the stand-in wants of the PTX of a module.
inline std::string TestPtx(const KernelModule& module) {
  std::string ptx;
  for (const KernelSignature& kernel : module.kernels())
    for (const char* entry : {"_cuda_kernel_forward", "_cuda_kernel_backward"}) ptx += ".visible .entry " + kernel.mangled_name + entry + "(\n";
  return ptx;
}

}  // namespace warpsmith
