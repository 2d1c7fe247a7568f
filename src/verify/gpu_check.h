// Records of CUDA rows, launched on a GPU from the PTX that they hold, and compared with what their check says. Needs the
// CUDA driver alone.
//
// The inputs are those of the check, the results those of the CPU text, with the tolerances of a check (tolerance.h). A record
// without a check is launched twice, and the results must be the same. Launches run in child processes: one that spoils the
// driver's context, or never ends, costs its own record alone.
//
// Not tried on a GPU yet: the tests run it against the stand-in of the driver.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/record.h"
#include "toolchain/child_process.h"

namespace warpsmith {

enum class GpuOutcome : uint8_t {
  Same,     // it gives what its check holds
  Ran,      // it has no check; two launches agree
  Differs,
  Failed,   // it cannot be loaded or launched
  NoPtx,
};
inline constexpr size_t kGpuOutcomes = 5;
/// "same as the check".
[[nodiscard]] std::string_view GpuOutcomeName(GpuOutcome outcome);

struct GpuVerdict {
  GpuOutcome outcome = GpuOutcome::Failed;
  std::string detail;
};

struct GpuCheckOptions {
  std::string warp_folder;  // see unit/source_reader.h; may be empty
  std::string driver = "libcuda.so.1";
  int ordinal = 0;
  ChildLimits limits{.seconds = 30, .output_bytes = 1 << 16};  // of one record
};

/// The name of the GPU; an error says whether the driver or the GPU is missing.
Result<std::string> FindGpu(const GpuCheckOptions& options);

/// One verdict a record.
Result<std::vector<GpuVerdict>> CheckOnGpu(std::span<const Record* const> records, const GpuCheckOptions& options);

}  // namespace warpsmith
