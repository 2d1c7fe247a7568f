// Files as the dataset needs them: every failure is a status with the path and the system's reason, and what must be
// visible whole or not at all is written beside, synchronised and renamed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace warpsmith {

/// "cannot ACTION PATH: reason of errno".
Status SystemError(std::string_view action, const std::string& path);

Result<std::string> ReadWholeFile(const std::string& path);

/// Creates the directory and its parents; an existing one is fine.
Status MakeDirectories(const std::string& path);

/// Makes created, renamed and removed names in `path` durable.
Status SyncDirectory(const std::string& path);

/// Writes `content` to `temporary`, synchronises it, and renames it to `path` in the same file system.
Status WriteFileAtomically(const std::string& path, const std::string& temporary, std::string_view content);

Status RenameFile(const std::string& from, const std::string& to);

/// Removes a file; one that is not there is fine.
Status RemoveFile(const std::string& path);

/// Removes a directory and all below it; one that is not there is fine.
Status RemoveTree(const std::string& path);

bool FileExists(const std::string& path);

/// Sorted names in a directory without `.` and `..`; empty where there is no such directory.
Result<std::vector<std::string>> ListDirectory(const std::string& path);

/// A file that grows at its end. A failed append changes nothing that counts: the next one starts at the same offset.
class GrowingFile {
 public:
  /// Creates the file, or opens it and cuts it to `size` bytes; a shorter file is an error.
  static Result<GrowingFile> Open(const std::string& path, uint64_t size);
  GrowingFile(GrowingFile&& other) noexcept;
  GrowingFile& operator=(GrowingFile&& other) noexcept;
  ~GrowingFile();

  Status Append(std::string_view bytes);
  Status Sync();
  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  GrowingFile(std::string path, int descriptor, uint64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}
  std::string path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

}  // namespace warpsmith
