#include "verify/guarded_call.h"

#include <csetjmp>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <sys/time.h>

namespace warpsmith {

namespace {

sigjmp_buf return_point;
volatile sig_atomic_t guarding = 0;
alignas(16) char alternate_stack[1 << 16];

void OnSignal(int signal) {
  if (guarding != 0) siglongjmp(return_point, signal);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void SetTimer(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

std::string DescribeCall(const GuardedCallResult& result) {
  switch (result.end) {
    case GuardedCallEnd::Returned: return "returned";
    case GuardedCallEnd::Crashed: return fmt::format("crashed with signal {} ({})", result.signal, strsignal(result.signal));
    case GuardedCallEnd::TimedOut: return fmt::format("did not end within {} s of processor time", kCallSeconds);
  }
  return {};
}

__attribute__((noinline)) void FillStack(unsigned char value) {
  volatile unsigned char stack[256 << 10];
  std::memset(const_cast<unsigned char*>(stack), value, sizeof stack);
  asm volatile("" : : "r"(stack) : "memory");
}

void InstallCallGuards() {
  stack_t stack{};
  stack.ss_sp = alternate_stack;
  stack.ss_size = sizeof alternate_stack;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPROF}) sigaction(signal, &action, nullptr);
}

GuardedCallResult GuardedCall(const std::function<void()>& work) {
  const int signal = sigsetjmp(return_point, 1);
  if (signal == 0) {
    guarding = 1;
    SetTimer(kCallSeconds);
    work();
  }
  guarding = 0;
  SetTimer(0);
  if (signal == 0) return {};
  return signal == SIGPROF ? GuardedCallResult{GuardedCallEnd::TimedOut, signal} : GuardedCallResult{GuardedCallEnd::Crashed, signal};
}

}  // namespace warpsmith
