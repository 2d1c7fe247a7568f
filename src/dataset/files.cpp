#include "dataset/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace warpsmith {
namespace {

/// Writes all of `bytes` at `offset`.
bool WriteAt(int descriptor, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    if (written == 0) return errno = ENOSPC, false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return true;
}

}  // namespace

Status SystemError(std::string_view action, const std::string& path) {
  return Status::Error(fmt::format("cannot {} {}: {}", action, path, std::strerror(errno)));
}

Result<std::string> ReadWholeFile(const std::string& path) {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return SystemError("open", path);
  std::string content;
  char buffer[1 << 16];
  ssize_t got = 0;
  while ((got = read(descriptor, buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    content.append(buffer, static_cast<size_t>(got));
  }
  Status status = got < 0 ? SystemError("read", path) : Status::Ok();
  close(descriptor);
  if (!status.ok()) return status;
  return content;
}

Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Status::Error(fmt::format("cannot create directory {}: {}", path, error.message()));
  return Status::Ok();
}

Status SyncDirectory(const std::string& path) {
  int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemError("open", path);
  // Some file systems cannot synchronise a directory and say EINVAL; there is nothing to lose on those.
  bool failed = fsync(descriptor) != 0 && errno != EINVAL;
  Status status = failed ? SystemError("synchronise", path) : Status::Ok();
  close(descriptor);
  return status;
}

Status WriteFileAtomically(const std::string& path, const std::string& temporary, std::string_view content) {
  Status status = Status::Ok();
  {
    Result<GrowingFile> file = GrowingFile::Open(temporary, 0);
    if (!file.ok()) return file.status();
    status = file->Append(content);
    if (status.ok()) status = file->Sync();
  }
  if (status.ok()) status = RenameFile(temporary, path);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

Status RenameFile(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return SystemError("rename", fmt::format("{} to {}", from, to));
  return Status::Ok();
}

Status RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return SystemError("remove", path);
  return Status::Ok();
}

Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return Status::Error(fmt::format("cannot remove {}: {}", path, error.message()));
  return Status::Ok();
}

bool FileExists(const std::string& path) {
  struct stat information;
  return lstat(path.c_str(), &information) == 0;
}

Result<std::vector<std::string>> ListDirectory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entries(path, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    names.push_back(entries->path().filename().string());
  }
  if (error) return Status::Error(fmt::format("cannot list {}: {}", path, error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

Result<GrowingFile> GrowingFile::Open(const std::string& path, uint64_t size) {
  int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return SystemError("create", path);
  GrowingFile file(path, descriptor, size);
  struct stat information;
  if (fstat(descriptor, &information) != 0) return SystemError("examine", path);
  if (static_cast<uint64_t>(information.st_size) < size) {
    return Status::Error(fmt::format("{} is damaged: it has {} of its {} bytes", path, information.st_size, size));
  }
  if (ftruncate(descriptor, static_cast<off_t>(size)) != 0) return SystemError("cut", path);
  return file;
}

GrowingFile::GrowingFile(GrowingFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

GrowingFile& GrowingFile::operator=(GrowingFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

GrowingFile::~GrowingFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status GrowingFile::Append(std::string_view bytes) {
  if (!WriteAt(descriptor_, bytes, size_)) return SystemError("write", path_);
  size_ += bytes.size();
  return Status::Ok();
}

Status GrowingFile::Sync() {
  if (fdatasync(descriptor_) != 0) return SystemError("synchronise", path_);
  return Status::Ok();
}

}  // namespace warpsmith
