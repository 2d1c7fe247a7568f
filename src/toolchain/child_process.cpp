#include "toolchain/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace warpsmith {

namespace {

using Clock = std::chrono::steady_clock;

/// What a process has mapped, and what of it is in memory.
struct MemoryInUse {
  uint64_t mapped = 0, resident = 0;
};

MemoryInUse MeasureMemory() {
  std::ifstream file("/proc/self/statm");
  MemoryInUse memory;
  file >> memory.mapped >> memory.resident;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return {memory.mapped * page, memory.resident * page};
}

/// A number that a child leaves for its parent.
class SharedNumber {
 public:
  SharedNumber()
      : number_(static_cast<uint64_t*>(
            mmap(nullptr, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  ~SharedNumber() {
    if (number_ != MAP_FAILED) munmap(number_, sizeof(uint64_t));
  }
  void Set(uint64_t value) {
    if (number_ != MAP_FAILED) *number_ = value;
  }
  [[nodiscard]] uint64_t value() const { return number_ != MAP_FAILED ? *number_ : 0; }

 private:
  uint64_t* number_;
};

/// Of the memory that a child may have, what it must have touched for that to be why it ended.
constexpr double kNearlyAll = 0.75;

void SetLimit(decltype(RLIMIT_CORE) resource, uint64_t value) {
  rlimit limit{value, value};
  setrlimit(resource, &limit);
}

/// What the child does before `work`: its own process group, no input, output into the pipe, limits.
void EnterChild(int output, const ChildLimits& limits, uint64_t mapped_bytes) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int signal : {SIGINT, SIGTERM, SIGPIPE, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, SIG_DFL);
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  SetLimit(RLIMIT_CORE, 0);
  if (limits.memory_bytes != 0) SetLimit(RLIMIT_AS, mapped_bytes + limits.memory_bytes);
}

/// Milliseconds until the deadline for poll(); -1: for ever.
int Remaining(const ChildLimits& limits, Clock::time_point begin) {
  if (limits.seconds <= 0) return -1;
  double left = limits.seconds - std::chrono::duration<double>(Clock::now() - begin).count();
  return left <= 0 ? 0 : static_cast<int>(std::min(left * 1e3, 1e9)) + 1;
}

/// Reads until the pipe closes. Exited: it closed; TimedOut, Stopped: the child must be killed.
ChildEnd ReadOutput(int input, const ChildLimits& limits, Clock::time_point begin,
                    const std::function<bool(std::string_view)>& stop, std::string& output) {
  char chunk[16384];
  while (true) {
    pollfd wanted{input, POLLIN, 0};
    int wait = Remaining(limits, begin);
    int ready = wait == 0 ? 0 : poll(&wanted, 1, wait);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 && Remaining(limits, begin) == 0) return ChildEnd::TimedOut;
    if (ready <= 0) continue;
    ssize_t count = read(input, chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return ChildEnd::Exited;
    size_t room = limits.output_bytes > output.size() ? limits.output_bytes - output.size() : 0;
    output.append(chunk, std::min(static_cast<size_t>(count), room));
    if (stop && stop(output)) return ChildEnd::Stopped;
  }
}

/// Waits for the child until the deadline. It may have closed its output and go on.
bool WaitUntil(pid_t child, const ChildLimits& limits, Clock::time_point begin, int& status,
               rusage& usage) {
  if (limits.seconds <= 0) {
    while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {}
    return true;
  }
  while (true) {
    pid_t ended = wait4(child, &status, WNOHANG, &usage);
    if (ended == child || (ended < 0 && errno != EINTR)) return true;
    if (Remaining(limits, begin) == 0) return false;
    usleep(500);
  }
}

}  // namespace

std::string DescribeEnd(const ChildResult& result, const ChildLimits& limits) {
  const std::string memory =
      result.memory_used_up ? fmt::format(", with its {} MB of memory used up", limits.memory_bytes >> 20) : std::string();
  switch (result.end) {
    case ChildEnd::Exited: return fmt::format("exited with code {}{}", result.code, memory);
    case ChildEnd::Signaled:
      return fmt::format("ended with signal {} ({}){}", result.code, strsignal(result.code), memory);
    case ChildEnd::TimedOut: return fmt::format("was stopped after {} s", limits.seconds);
    case ChildEnd::Stopped: return "was stopped";
  }
  return {};
}

Result<ChildResult> RunInChild(const std::function<int()>& work, const ChildLimits& limits,
                               const std::function<bool(std::string_view)>& stop,
                               const std::function<void()>& forked) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    int error = errno;
    if (forked) forked();
    return Status::Error(fmt::format("cannot make a pipe: {}", std::strerror(error)));
  }
  const uint64_t mapped = limits.memory_bytes != 0 ? MeasureMemory().mapped : 0;
  SharedNumber resident;  // of the child when it begins: less than here, since files are mapped anew
  std::fflush(nullptr);
  Clock::time_point begin = Clock::now();
  pid_t child = fork();
  const int error = errno;
  if (child != 0 && forked) forked();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return Status::Error(fmt::format("cannot start a child process: {}", std::strerror(error)));
  }
  if (child == 0) {
    EnterChild(ends[1], limits, mapped);
    if (limits.memory_bytes != 0) resident.Set(MeasureMemory().resident);
    int code = work();
    std::fflush(nullptr);
    _exit(code);
  }
  setpgid(child, child);  // both sides, so that it holds whoever comes first
  close(ends[1]);
  ChildResult result;
  result.end = ReadOutput(ends[0], limits, begin, stop, result.output);
  close(ends[0]);
  int status = 0;
  rusage usage{};
  if (result.end == ChildEnd::Exited && !WaitUntil(child, limits, begin, status, usage)) result.end = ChildEnd::TimedOut;
  if (result.end != ChildEnd::Exited) {
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return result;
  }
  kill(-child, SIGKILL);  // whatever it left behind
  const uint64_t peak = static_cast<uint64_t>(usage.ru_maxrss) << 10;
  result.memory_used_up = resident.value() != 0 && peak > resident.value() &&
                          static_cast<double>(peak - resident.value()) > kNearlyAll * static_cast<double>(limits.memory_bytes);
  if (WIFSIGNALED(status)) {
    result.end = ChildEnd::Signaled;
    result.code = WTERMSIG(status);
  } else {
    result.code = WEXITSTATUS(status);
  }
  return result;
}

Result<ChildResult> RunProgram(const std::vector<std::string>& argv, const ChildLimits& limits,
                               std::string_view input) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int file = -1;
  if (!input.empty()) {
    // A file in memory rather than a pipe: nobody need write while the output is read.
    file = memfd_create("input", MFD_CLOEXEC);
    size_t written = 0;
    while (file >= 0 && written < input.size()) {
      ssize_t count = write(file, input.data() + written, input.size() - written);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      written += static_cast<size_t>(count);
    }
    if (file < 0 || written < input.size() || lseek(file, 0, SEEK_SET) != 0) {
      Status failed = Status::Error(fmt::format("cannot give {} its input: {}", argv[0], std::strerror(errno)));
      if (file >= 0) close(file);
      return failed;
    }
  }
  Result<ChildResult> result = RunInChild(
      [&] {
        if (file >= 0) dup2(file, STDIN_FILENO);
        execvp(arguments[0], arguments.data());
        std::fprintf(stderr, "%s: %s\n", arguments[0], std::strerror(errno));
        return 127;
      },
      limits);
  if (file >= 0) close(file);
  return result;
}

}  // namespace warpsmith
