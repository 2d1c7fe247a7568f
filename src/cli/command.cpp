#include "cli/command.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "diagnostics/renderer.h"

namespace warpsmith {

namespace {

std::string_view KindOf(ExitCode code) {
  switch (code) {
    case kExitUsage: return "Usage";
    case kExitInputOutput: return "InputOutput";
    default: return "FellShort";
  }
}

/// A diagnostic and the notes that belong to it.
struct DiagnosticGroup {
  const Diagnostic* first;
  size_t count;
};

std::vector<DiagnosticGroup> GroupsByPlace(const std::vector<Diagnostic>& diagnostics) {
  std::vector<DiagnosticGroup> groups;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity() == Severity::Note && !groups.empty()) ++groups.back().count;
    else groups.push_back({&diagnostic, 1});
  }
  std::stable_sort(groups.begin(), groups.end(), [](const DiagnosticGroup& a, const DiagnosticGroup& b) {
    auto key = [](const Diagnostic& d) {
      return std::pair(d.source == nullptr ? std::string_view() : std::string_view(d.source->path()), d.span.begin);
    };
    return key(*a.first) < key(*b.first);
  });
  return groups;
}

bool Same(const Diagnostic& a, const Diagnostic& b) {
  return a.kind == b.kind && a.source == b.source && a.span.begin == b.span.begin && a.span.end == b.span.end &&
         a.arguments == b.arguments;
}

/// Sorted by place, each once: kernels that call the same function find the same faults in it.
std::vector<Diagnostic> InOrder(const std::vector<Diagnostic>& diagnostics) {
  std::vector<Diagnostic> ordered;
  const Diagnostic* previous = nullptr;
  for (const DiagnosticGroup& group : GroupsByPlace(diagnostics)) {
    if (previous != nullptr && Same(*previous, *group.first)) continue;
    previous = group.first;
    ordered.insert(ordered.end(), group.first, group.first + group.count);
  }
  return ordered;
}

/// False with errno set.
bool WriteAll(int file, std::string_view text) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t written = write(file, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

Status CannotWrite(const std::string& path, int error) {
  return Status::Error("cannot write " + path + ": " + std::strerror(error));
}

/// A pipe, a terminal, a device: there is nothing to rename.
Status WriteStraight(const std::string& path, std::string_view text) {
  int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return CannotWrite(path, errno);
  bool ok = WriteAll(file, text);
  int error = errno;
  if (close(file) != 0 && ok) return CannotWrite(path, errno);
  return ok ? Status::Ok() : CannotWrite(path, error);
}

/// Holds back the signals that end the program while a temporary file exists.
class SignalsHeldBack {
 public:
  SignalsHeldBack() {
    sigset_t held;
    sigemptyset(&held);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGXFSZ}) sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsHeldBack() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeldBack(const SignalsHeldBack&) = delete;
  SignalsHeldBack& operator=(const SignalsHeldBack&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

int Fail(const GlobalOptions& global, ExitCode code, std::string_view message) {
  std::string line = "warpsmith: error: " + std::string(message) + "\n";
  if (global.json) {
    line = R"([{"kind":")" + std::string(KindOf(code)) + R"(","severity":"error","message":)" + JsonString(message) + "}]\n";
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  return code;
}

void PrintNote(const GlobalOptions& global, std::string_view message) {
  if (global.json) return;
  std::fprintf(stderr, "warpsmith: %.*s\n", static_cast<int>(message.size()), message.data());
}

bool StderrHasColor() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr && term != nullptr &&
         std::strcmp(term, "dumb") != 0;
}

void PrintDiagnostics(const DiagnosticSink& sink, const GlobalOptions& global) {
  if (sink.diagnostics().empty()) return;
  std::vector<Diagnostic> ordered = InOrder(sink.diagnostics());
  std::string text = global.json ? RenderJson(ordered) + "\n" : Render(ordered, {.color = StderrHasColor()});
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int WriteOutput(const GlobalOptions& global, std::string_view text) {
  if (WriteAll(STDOUT_FILENO, text)) return kExitDone;
  return Fail(global, kExitInputOutput, std::string("cannot write the output: ") + std::strerror(errno));
}

Status WriteFileAtomically(const std::string& path, std::string_view text) {
  std::string target = path;
  struct stat existing {};
  bool exists = stat(path.c_str(), &existing) == 0;
  if (exists && S_ISDIR(existing.st_mode)) return CannotWrite(path, EISDIR);
  if (exists && !S_ISREG(existing.st_mode)) return WriteStraight(path, text);
  if (exists && access(path.c_str(), W_OK) != 0) return CannotWrite(path, errno);
  if (char* resolved = realpath(path.c_str(), nullptr)) {
    target = resolved;
    std::free(resolved);
  }
  SignalsHeldBack held_back;
  std::string temporary = target + ".partial-" + std::to_string(getpid());
  int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return CannotWrite(path, errno);
  bool ok = WriteAll(file, text) && (!exists || fchmod(file, existing.st_mode & 07777) == 0) && fsync(file) == 0;
  int error = errno;
  if (close(file) != 0 && ok) ok = false, error = errno;
  if (ok && rename(temporary.c_str(), target.c_str()) != 0) ok = false, error = errno;
  if (ok) return Status::Ok();
  unlink(temporary.c_str());
  return CannotWrite(path, error);
}

CLI::Validator WholeNumber(uint64_t least) {
  Check(least <= 1, "only 0 and 1 are told apart");
  auto check = [least](std::string& text) {
    bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    bool enough = least == 0 || text.find_first_not_of('0') != std::string::npos;
    return digits && enough ? std::string() : fmt::format("must be a whole number from {}, not {}", least, text);
  };
  return CLI::Validator(check, "");
}

Result<std::string> FindPython(const GlobalOptions& global) {
  if (!global.python.empty()) return global.python;
  if (const char* variable = std::getenv("WARPSMITH_PYTHON"); variable != nullptr && *variable != '\0')
    return std::string(variable);
  std::string path = std::string(WARPSMITH_SOURCE_DIR) + "/.venv/bin/python";
  if (access(path.c_str(), X_OK) == 0) return path;
  return Status::Error("no Python interpreter: give --python, set WARPSMITH_PYTHON, or run `make setup` to make " + path);
}

int ExecutePython(const GlobalOptions& global, const std::string& module, const std::vector<std::string>& arguments) {
  Result<std::string> python = FindPython(global);
  if (!python.ok()) return Fail(global, kExitInputOutput, python.message());
  std::string path = std::string(WARPSMITH_SOURCE_DIR) + "/python";
  if (const char* existing = std::getenv("PYTHONPATH"); existing != nullptr && *existing != '\0')
    path += std::string(":") + existing;
  setenv("PYTHONPATH", path.c_str(), 1);
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length > 0) setenv("WARPSMITH_BINARY", std::string(self, static_cast<size_t>(length)).c_str(), 1);
  std::vector<std::string> words = {*python, "-m", module};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  execv(raw[0], raw.data());
  return Fail(global, kExitInputOutput, "cannot run " + *python + ": " + std::strerror(errno));
}

}  // namespace warpsmith
