// What the commands that verify records share: the verifier with the installed Warp, and the sums of its verdicts.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "record/record.h"
#include "verify/verifier.h"

namespace warpsmith {

/// A verifier with Warp's libraries, and precompiled headers kept for the next run. An error says where was looked.
Result<std::unique_ptr<Verifier>> MakeVerifier(const GlobalOptions& global, VerifyLevel level);
/// The library alone.
Result<std::shared_ptr<CpuLibrary>> LoadCpuLibrary(const GlobalOptions& global);

/// Sums of verdicts.
class VerificationSummary {
 public:
  void Add(const Record& record, const Verdict& verdict);
  [[nodiscard]] uint64_t records() const { return records_; }
  [[nodiscard]] uint64_t failed() const { return failed_; }
  /// For people; and as one JSON object.
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Json() const;

 private:
  uint64_t records_ = 0, failed_ = 0, compiled_ = 0, ran_ = 0;
  std::array<std::array<uint64_t, 3>, kFaultKinds> faults_{};
  std::array<uint64_t, 4> gradients_{};
  std::array<uint64_t, 4> single_{};
  std::map<FailureCause, uint64_t> causes_;
  std::map<std::string, std::array<uint64_t, 2>> categories_;  // records, and those that fall short
  struct Failure {
    std::string id, name;
    FailureCause cause;
    std::string detail;
  };
  std::vector<Failure> failures_;
  std::vector<std::string> missed_;
};

}  // namespace warpsmith
