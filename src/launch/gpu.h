// Launches on a GPU with arguments that lie on the host: what `validate --gpu` runs records with. Needs the CUDA driver
// and the PTX or cubin of a record, neither Warp nor Python.
//
// Not tried on a GPU yet: the tests run it against a stand-in that has the driver's functions and runs on the host.
#pragma once

#include <span>
#include <string>

#include "base/status.h"
#include "launch/kernel.h"
#include "toolchain/cuda_driver.h"

namespace warpsmith {

struct GpuLaunch {
  std::span<const uint32_t> shape;  // 1 to 4 extents (checked)
  bool backward = false;
  uint32_t block_dim = 256;         // that of the text
};

/// Copies the arguments to the GPU, with the arrays that they describe and their gradients, runs the kernel's forward or
/// backward entry point, waits, and copies the arrays back: afterwards they hold what a launch on the host would leave
/// there. Arrays that share memory share it on the GPU. An error if the kernel has no backward, or the driver fails.
Status LaunchOnGpu(const std::shared_ptr<CudaDevice>& device, CudaModule& module, const KernelSignature& signature,
                   KernelArguments& arguments, const GpuLaunch& launch);

}  // namespace warpsmith
