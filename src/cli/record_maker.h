// From the text of a kernel to its records: one a device. One maker a worker thread; it keeps its storage.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/record_levels.h"
#include "compile/compile.h"
#include "diagnostics/sink.h"
#include "record/record.h"

namespace warpsmith {

/// A kernel to make records of, and where it comes from.
struct KernelSource {
  std::string name;           // of the kernel; its file is NAME.py
  std::string category;
  std::string python_source;  // importable as it stands
  uint64_t seed = 0;
  uint64_t index = 0;
  int32_t complexity = 0;
};

struct RecordOptions {
  std::vector<Device> devices = {Device::Cpu};
  bool backward = true;
  std::shared_ptr<const LevelMaker> levels;  // null: no lower levels
};

class RecordMaker {
 public:
  explicit RecordMaker(RecordOptions options) : options_(std::move(options)) {}

  /// Appends the records of `kernel`, in the order of the devices. False, with diagnostics in `sink`, if it cannot be
  /// compiled; then nothing is appended. The diagnostics refer to the maker's own buffer until the next call.
  bool Make(const KernelSource& kernel, std::vector<Record>& records, DiagnosticSink& sink);

  /// Why the last kernel has no records, where no diagnostic says it: a compiler refused its text. Empty otherwise.
  [[nodiscard]] const std::string& level_failure() const { return level_failure_; }

 private:
  /// The texts of the loaded module's kernel for `device`, and their line map.
  void FillText(size_t position, Device device, Record& record);
  /// The lower levels of the loaded module for `device`. False, with `level_failure`, if a compiler refuses it.
  bool FillLevels(Device device, Record& record);

  RecordOptions options_;
  std::unique_ptr<SourceBuffer> source_;
  ModuleEmitter emitter_;
  TextBuffer text_;
  LineMap map_;
  std::string level_failure_;
};

/// `cpu` or `cuda`.
[[nodiscard]] std::string_view DeviceName(Device device);

}  // namespace warpsmith
