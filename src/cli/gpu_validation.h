// The part of `validate` that launches records on a GPU.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/dataset_checks.h"
#include "record/record.h"
#include "verify/gpu_check.h"

namespace warpsmith {

/// Sums of what launches on a GPU showed.
class GpuSummary {
 public:
  explicit GpuSummary(std::string gpu) : gpu_(std::move(gpu)) {}
  void Add(const Record& record, const GpuVerdict& verdict);
  [[nodiscard]] uint64_t records() const;
  /// Whether some record differs, failed or could not be launched for want of PTX.
  [[nodiscard]] bool fell_short() const;
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Json() const;

 private:
  struct Failure {
    std::string id, name;
    GpuOutcome outcome;
    std::string detail;
  };
  std::string gpu_;
  std::array<uint64_t, kGpuOutcomes> counts_{};
  std::vector<Failure> failures_;  // the first
};

/// Launches the CUDA records of the sample, one after another. An error where there is no driver, no GPU, or the dataset
/// cannot be read.
Result<GpuSummary> ValidateOnGpu(const GlobalOptions& global, const std::string& directory, const RecordSample& sample, bool quiet);

}  // namespace warpsmith
