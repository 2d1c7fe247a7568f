// Calls foreign code that may crash or never end, in a child process (see toolchain/child_process.h), and comes back.
//
// A process of its own for each call would cost more than the call. Inside a child that exists for this, a crash can be
// caught by its signal instead: generated kernels hold no locks and own no memory, so leaving one in the middle harms
// nothing but the arrays it wrote to. What a kernel does to the rest of the child's memory is the child's end at worst.
#pragma once

#include <functional>
#include <string>

namespace warpsmith {

enum class GuardedCallEnd : uint8_t { Returned, Crashed, TimedOut };

struct GuardedCallResult {
  GuardedCallEnd end = GuardedCallEnd::Returned;
  int signal = 0;  // that it crashed with
  [[nodiscard]] bool ok() const { return end == GuardedCallEnd::Returned; }
};

/// "crashed with signal 11 (Segmentation fault)", "did not end within 0.5 s of processor time".
[[nodiscard]] std::string DescribeCall(const GuardedCallResult& result);

/// Seconds of processor time that a call may take: a small launch takes some millionths.
inline constexpr double kCallSeconds = 0.5;

/// Installs the handlers in this process. Once, in the child, before the first call.
void InstallCallGuards();
/// Calls `work` in this thread, which must be the only one.
GuardedCallResult GuardedCall(const std::function<void()>& work);
/// Fills the part of the stack that the next call uses, so that a variable which is read before it is set shows: with
/// another filling the results differ.
void FillStack(unsigned char value);

}  // namespace warpsmith
