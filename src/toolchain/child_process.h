// Work in a forked child, with limits, so that what crashes, hangs or fills the memory takes nothing else along.
//
// The child starts as a copy of the caller: libraries that are loaded and memory that is mapped are there, and what it
// writes into shared memory (SharedMemory in toolchain/memory.h) the caller sees. Only the calling thread exists in it,
// so `work` must not wait for another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace warpsmith {

struct ChildLimits {
  double seconds = 0;          // of wall time; 0: none
  uint64_t memory_bytes = 0;   // of address space beyond what the caller has mapped; 0: none
  uint64_t output_bytes = 1 << 20;  // of stdout and stderr together; the rest is read and dropped
};

enum class ChildEnd : uint8_t {
  Exited,    // `code` is what `work` returned
  Signaled,  // `code` is the signal: it crashed, or ran into a limit of the system
  TimedOut,  // killed after `seconds`
  Stopped,   // killed because the output said so
};

struct ChildResult {
  ChildEnd end = ChildEnd::Exited;
  int code = 0;
  std::string output;  // stdout and stderr as written
  bool memory_used_up = false;  // it had touched nearly all the memory that it may have
  [[nodiscard]] bool succeeded() const { return end == ChildEnd::Exited && code == 0; }
};

/// "ended with signal 11 (Segmentation fault)", "was stopped after 10 s", "exited with code 3"; after the first and the last
/// also ", with its 64 MB of memory used up" where that is so.
[[nodiscard]] std::string DescribeEnd(const ChildResult& result, const ChildLimits& limits);

/// Runs `work` in a child and returns how it ended. With `stop`, kills the child as soon as it is true of the output so
/// far. `forked` is called once the child is on its way, or there can be none, which is an error.
Result<ChildResult> RunInChild(const std::function<int()>& work, const ChildLimits& limits,
                               const std::function<bool(std::string_view)>& stop = {},
                               const std::function<void()>& forked = {});

/// Runs a program with these arguments (`argv[0]` is looked for in $PATH) in a child, with `input` on its standard input.
Result<ChildResult> RunProgram(const std::vector<std::string>& argv, const ChildLimits& limits,
                               std::string_view input = {});

}  // namespace warpsmith
