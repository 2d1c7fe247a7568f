#include "cli/command.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "diagnostics/renderer.h"

namespace warpsmith {

void PrintError(std::string_view message) {
  std::fprintf(stderr, "warpsmith: error: %.*s\n", static_cast<int>(message.size()), message.data());
}

bool StderrHasColor() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr && term != nullptr &&
         std::strcmp(term, "dumb") != 0;
}

void PrintDiagnostics(const DiagnosticSink& sink, const GlobalOptions& global) {
  if (sink.diagnostics().empty()) return;
  std::string text = global.json ? RenderJson(sink.diagnostics()) + "\n"
                                 : Render(sink.diagnostics(), {.color = StderrHasColor()});
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int WriteOutput(std::string_view text) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t written = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      PrintError(std::string("cannot write the output: ") + std::strerror(errno));
      return kExitInputOutput;
    }
    done += static_cast<size_t>(written);
  }
  return kExitDone;
}

Status WriteFileAtomically(const std::string& path, std::string_view text) {
  std::string temporary = path + ".partial";
  auto fail = [&](const char* what) {
    Status status = Status::Error(std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
    unlink(temporary.c_str());
    return status;
  };
  int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return Status::Error("cannot write " + path + ": " + std::strerror(errno));
  size_t done = 0;
  while (done < text.size()) {
    ssize_t written = write(file, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      int cause = errno;
      close(file);
      errno = cause;
      return fail("write");
    }
    done += static_cast<size_t>(written);
  }
  // What is no regular file (a pipe, a terminal) cannot be synced, and need not be.
  if (fsync(file) != 0 && errno != EINVAL) {
    int cause = errno;
    close(file);
    errno = cause;
    return fail("write");
  }
  if (close(file) != 0) return fail("write");
  if (rename(temporary.c_str(), path.c_str()) != 0) return fail("write");
  return Status::Ok();
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
  if (!python.ok()) {
    PrintError(python.message());
    return kExitInputOutput;
  }
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
  PrintError("cannot run " + *python + ": " + std::strerror(errno));
  return kExitInputOutput;
}

}  // namespace warpsmith
