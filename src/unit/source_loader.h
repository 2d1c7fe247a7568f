// Where the files come from that a Python file imports. Reading a module asks for text here and nowhere else, so a
// reader can be given any set of files: a disk, or a table in memory.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "source/source_buffer.h"

namespace warpsmith {

class SourceLoader {
 public:
  virtual ~SourceLoader() = default;
  /// The file at `path`, whose buffer shows that path; nothing if there is none or it cannot be read.
  [[nodiscard]] virtual std::optional<SourceBuffer> Load(const std::string& path) const = 0;
  [[nodiscard]] virtual bool IsFile(const std::string& path) const = 0;
  [[nodiscard]] virtual bool IsFolder(const std::string& path) const = 0;
};

/// Files of the machine.
class DiskLoader final : public SourceLoader {
 public:
  [[nodiscard]] std::optional<SourceBuffer> Load(const std::string& path) const override;
  [[nodiscard]] bool IsFile(const std::string& path) const override;
  [[nodiscard]] bool IsFolder(const std::string& path) const override;
};

/// Files in memory, by path. What lies above a file is a folder.
class MemoryLoader final : public SourceLoader {
 public:
  explicit MemoryLoader(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {}
  [[nodiscard]] std::optional<SourceBuffer> Load(const std::string& path) const override;
  [[nodiscard]] bool IsFile(const std::string& path) const override { return texts_.contains(path); }
  [[nodiscard]] bool IsFolder(const std::string& path) const override;

 private:
  std::map<std::string, std::string> texts_;
};

}  // namespace warpsmith
