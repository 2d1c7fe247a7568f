// From a record to what is compiled and run of it.
#pragma once

#include <memory>
#include <string>

#include "launch/kernel.h"
#include "record/record.h"
#include "verify/run_record.h"

namespace warpsmith {

/// A record's kernel before compilation.
struct PreparedRecord {
  FailureCause cause = FailureCause::None;  // set: the rest is empty
  std::string detail;
  RunSubject subject;  // without kernels
  KernelText text;
  std::string wide_text, planted_text;  // empty where there is none
};

struct PrepareOptions {
  bool variants = true;  // the texts in double precision and with faults
  size_t faults_per_kind = 2;
  std::string warp_folder;
};

/// Generates the record's module again and checks that it is the text that the record holds.
[[nodiscard]] PreparedRecord PrepareRecord(const Record& record, const PrepareOptions& options);

/// The module text for CUDA of a record of either device; an error as of PrepareRecord.
Result<std::string> CudaModuleText(const Record& record, const std::string& warp_folder);

/// The name of inputs of a kernel: a function of its source and name.
[[nodiscard]] uint64_t RecipeKey(const Record& record);

}  // namespace warpsmith
