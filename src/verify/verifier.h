// Records, verified: compiled from their Python source, run, gradients checked, faults planted; many at a time.
//
// A batch of records is one module for the compiler: every kernel as it is, in double precision, and with its faults.
// It then runs in one child process. Where a record ends that child, the record gets the cause and another child goes on
// with the next. What is found of a record depends on the record alone, not on its neighbours.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "launch/batch.h"
#include "record/record.h"
#include "toolchain/cpu_library.h"
#include "verify/run_record.h"
#include "verify/subject.h"

namespace warpsmith {

/// How far a verification goes; each includes those before.
enum class VerifyLevel : uint8_t { Compile, Run, Gradients };

struct VerifyOptions {
  VerifyLevel level = VerifyLevel::Gradients;
  size_t faults_per_kind = 2;
  std::string warp_folder;   // see unit/source_reader.h
  CpuCompileOptions compile;  // optimisation 0 and the pinned flags, for checks that do not depend on the machine
  ChildLimits run_limits{.seconds = 60, .memory_bytes = uint64_t{1} << 30, .output_bytes = 1 << 16};  // of one record
};

/// What came of one record.
struct Verdict {
  FailureCause cause = FailureCause::None;
  std::string detail;
  bool compiled = false, ran = false;
  std::optional<std::string> check;
  /// Of the planted faults, by kind: killed, equivalent, missed.
  std::array<std::array<uint32_t, 3>, kFaultKinds> faults{};
  std::array<uint32_t, 4> gradients{};  // arrays by GradientStatus
  FloatAgreement single = FloatAgreement::NotCompared;
  std::vector<std::string> missed;  // faults, as text

  [[nodiscard]] bool ok() const { return cause == FailureCause::None; }
  /// For the record's metadata: "compiled", "ran", "verified" (gradients too), or the cause, "crash: ...".
  [[nodiscard]] std::string Summary() const;
};

class Verifier {
 public:
  /// Compiles with `compiler`, or without one with the library itself; both give the same results.
  Verifier(std::shared_ptr<CpuLibrary> library, VerifyOptions options, std::shared_ptr<const CpuCompiler> compiler = nullptr);
  ~Verifier();

  /// One verdict a record. Records of other devices are verified by their kernel's CPU text. An error where nothing can be
  /// compiled at all.
  Result<std::vector<Verdict>> Verify(std::span<const Record* const> records) const;

 private:
  Result<KernelBatch> Compile(std::vector<KernelText> texts) const;
  Status BlamePlanting(const std::vector<PreparedRecord>& prepared, std::vector<Verdict>& verdicts) const;
  std::shared_ptr<CpuLibrary> library_;
  std::shared_ptr<const CpuCompiler> compiler_;
  VerifyOptions options_;
};

}  // namespace warpsmith
