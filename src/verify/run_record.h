// One record, run: forward twice, backward, gradients against differences, planted faults. What this finds is a function
// of the record alone. The kernels run in the calling process, which should be a child that may be lost.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launch/kernel.h"
#include "verify/faults.h"
#include "verify/gradient_check.h"
#include "verify/gradient_limits.h"
#include "verify/inputs.h"

namespace warpsmith {

/// A record's kernel, compiled: as it is, in double precision, with planted faults.
struct RunSubject {
  std::string name;
  uint64_t key = 0;  // of the recipe
  RecipeOptions recipe;
  ArgumentLayout layout, wide_layout;
  size_t launch_dimensions = 1;
  bool has_backward = false;
  Kernel kernel;                  // may be that of the text with faults: chooses none unless told to
  std::optional<Kernel> wide;     // none where it has no double precision
  std::string wide_reason;        // why
  std::optional<Kernel> planted;  // none where nothing is planted
  size_t fault_offset = 0;        // of the fault's number in the arguments
  size_t planted_size = 0;        // of the arguments with it
  std::vector<Fault> faults;
  std::shared_ptr<const ParsedText> parsed;  // the original, for proofs that a fault changes nothing
  GradientLimits limits;
};

enum class FaultVerdict : uint8_t { Killed, Equivalent, Missed };
[[nodiscard]] std::string_view FaultVerdictName(FaultVerdict verdict);

struct FaultFinding {
  FaultVerdict verdict = FaultVerdict::Missed;
  std::string by;  // Killed: what told it; Equivalent: the proof
};

/// The results of one set of inputs.
struct SetResult {
  size_t set = 0;
  std::vector<std::vector<double>> weights;  // of the arrays' gradients before the backward launch; empty without one
  ArrayBytes initial;
  LaunchResult result;  // gradients empty without backward
  /// Arrays whose gradients are whatever lay in memory: Warp's reverse reads variables that it does not set (see
  /// gradient_limits.h). They are compared with nothing.
  std::vector<bool> unset;
};

enum class FloatAgreement : uint8_t { NotCompared, Agrees, IllConditioned, Differs };
[[nodiscard]] std::string_view FloatAgreementName(FloatAgreement agreement);

/// Why a record falls short, in one word; the same words in summaries.
enum class FailureCause : uint8_t {
  None, Source, Text, Unsupported, Compile, Crash, Timeout, OutOfBounds, NotReproducible, NoOutput, ConstantOutput, Gradient,
  SinglePrecision, Internal,
};
[[nodiscard]] std::string_view FailureCauseName(FailureCause cause);

struct RunFinding {
  FailureCause cause = FailureCause::None;
  std::string detail;
  bool ran = false;
  std::vector<SetResult> sets;
  std::vector<ArrayGradient> gradients;
  bool double_differences = false;
  FloatAgreement single = FloatAgreement::NotCompared;  // gradients of float32 beside those in double
  std::vector<FaultFinding> faults;
};

struct RunOptions {
  bool gradients = true;  // and planted faults
  /// Faults (their positions) that ended the process when they were tried before: killed.
  std::vector<size_t> deadly_faults;
  /// Told before each fault is tried (its position), and -1 before everything else.
  std::function<void(int)> progress = [](int) {};
};

/// InstallCallGuards must have been called.
[[nodiscard]] RunFinding RunRecord(const RunSubject& subject, const RunOptions& options);

/// The gradients that a backward launch is given after a forward launch with these results: for arrays that it changed,
/// where it left finite numbers. Of `set`, weights and gradients may be empty.
[[nodiscard]] std::vector<std::vector<double>> OutputWeights(const RunSubject& subject, const InputShapes& shapes, const SetResult& set);

/// Runs the record's own kernel on these sets of inputs and nothing else.
[[nodiscard]] RunFinding RunReference(const RunSubject& subject, const std::vector<size_t>& sets);

/// Runs `kernel` on the inputs of a stored set and says what differs from its results; empty if nothing does. `memory`
/// must be that of the subject's arguments. Launches that end badly and writes beside arrays are differences.
[[nodiscard]] std::string CompareLaunch(LaunchMemory& memory, const Kernel& kernel, const SetResult& expected);

}  // namespace warpsmith
