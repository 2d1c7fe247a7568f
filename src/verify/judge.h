// Other code for a record's kernel, judged: does it compile, and compute what the record's check says?
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "record/record.h"
#include "toolchain/cpu_library.h"

namespace warpsmith {

enum class JudgeVerdict : uint8_t {
  Same,            // it compiles and computes the same, forward and backward, within the check's tolerances
  DoesNotCompile,
  NoEntryPoints,   // it lacks NAME_cpu_forward or NAME_cpu_backward
  Differs,         // results differ, or a launch crashes, never ends, or writes beside the arrays
};

struct Judgement {
  JudgeVerdict verdict = JudgeVerdict::Same;
  std::string detail;  // what the compiler said, or the first difference
};

struct JudgeOptions {
  std::string warp_folder;  // see unit/source_reader.h
  CpuCompileOptions compile;
  ChildLimits limits{.seconds = 60, .memory_bytes = uint64_t{1} << 30, .output_bytes = 1 << 16};
};

/// Judges `code`, a whole module text for the CPU whose entry points carry the mangled name of the record's kernel. The
/// expected results are those of the record's own kernel, compiled and run beside it on the inputs of the check, which
/// must have the hashes that the check holds or agree with them within its tolerances. An error if the record has no check
/// or is not what it claims.
Result<Judgement> Judge(const std::shared_ptr<CpuLibrary>& library, const Record& record, const std::string& code,
                        const JudgeOptions& options);

}  // namespace warpsmith
