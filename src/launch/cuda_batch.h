// Many generated CUDA texts compiled to PTX as one, to learn which of them NVRTC accepts: half the time of one by one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "toolchain/cuda_library.h"

namespace warpsmith {

/// Of each text, whether it compiles, else what NVRTC said, with lines of this text. Texts that are wrong do not harm the
/// others. An error where none can be compiled, such as an architecture that NVRTC does not know.
Result<std::vector<Status>> CheckCudaTexts(const CudaLibrary& library, const std::vector<std::string>& texts,
                                           const CudaCompileOptions& options);

}  // namespace warpsmith
