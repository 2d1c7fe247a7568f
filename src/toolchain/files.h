// Files as the toolchain needs them: folders that go away by themselves, and whole files. Every failure is a status with
// the path and the system's reason.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace warpsmith {

/// A new folder under $TMPDIR (else /tmp) that is removed with all it holds.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> Make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    path_.swap(other.path_);
    return *this;
  }
  ~TemporaryFolder();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// The bytes of a file.
Result<std::string> ReadBytes(const std::string& path);
/// Creates or replaces a file, for a reader of ours: not synchronised, not atomic.
Status WriteBytes(const std::string& path, std::string_view bytes);
/// Whether `name` is a program in $PATH (or, with a slash, a file) that can be run.
[[nodiscard]] bool ProgramExists(const std::string& name);

}  // namespace warpsmith
