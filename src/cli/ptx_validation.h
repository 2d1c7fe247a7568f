// The part of `validate --compile` that compiles the records for CUDA to PTX.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/dataset_checks.h"

namespace warpsmith {

/// How many texts NVRTC accepts.
struct PtxSummary {
  uint64_t records = 0, failed = 0;
  std::vector<std::string> failures;  // the first: "ID (NAME): what NVRTC says"
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Json() const;
};

/// Compiles the CUDA records of the sample to PTX, and keeps nothing of it. An error where there is no Warp, or the dataset
/// cannot be read.
Result<PtxSummary> ValidatePtx(const GlobalOptions& global, const std::string& directory, const RecordSample& sample, bool quiet);

}  // namespace warpsmith
