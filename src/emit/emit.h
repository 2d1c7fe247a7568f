// The text of a module, as Warp hands it to its compiler, from a frozen description: names, hashes and options are
// final, and `emit` decides text and nothing else.
//
// Texts go into a growing buffer; what the two devices share (the spelling of the programs) is computed once.
// The program of every function and kernel must hold (see program/verifier.h); a broken one is an internal error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emit/spelled_program.h"
#include "emit/text_buffer.h"
#include "program/module_description.h"

namespace warpsmith {

/// Lines [first, last] (from 1) of a generated text that stem from one line of the Python file.
struct LineMapEntry {
  int32_t python_line = 0;
  uint32_t first = 0;
  uint32_t last = 0;
  bool operator==(const LineMapEntry&) const = default;
};

/// In the order of the generated text; a Python line may occur many times.
using LineMap = std::vector<LineMapEntry>;

/// Emits one module at a time. Keeps its storage from one module to the next, so a worker that emits many small modules
/// should keep one emitter. The loaded description must outlive the calls that follow.
class ModuleEmitter {
 public:
  /// Spells the programs of `module`. Must be called before the others.
  void Load(const ModuleDescription& module);

  /// Goes on with the description of the other device, whose programs are those already spelled: names and options may
  /// differ, but functions and kernels must be the same, with the same need of adjoints and of line directives.
  void LoadOtherDevice(const ModuleDescription& module);

  /// Appends the complete text for `device`.
  void AppendModule(Device device, TextBuffer& out);

  /// Appends what a record of kernel `kernel` (its position in the description) holds as its forward text: structs,
  /// functions, the argument struct and the forward kernel; without header, task loops and entry points. With `map`,
  /// fills it with the lines that the appended text has for each Python line.
  void AppendForward(size_t kernel, Device device, TextBuffer& out, LineMap* map = nullptr);

  /// Likewise the backward text: adjoint functions and the backward kernel. Empty without backward.
  void AppendBackward(size_t kernel, Device device, TextBuffer& out, LineMap* map = nullptr);

 private:
  const ModuleDescription* module_ = nullptr;
  std::optional<bool> mentions_bfloat16_;
  TypeSpellings spellings_;
  SpellScratch scratch_;
  TextBuffer directive_paths_;
  std::vector<SpelledProgram> functions_;  // by position in the description; may hold more than that
  std::vector<SpelledProgram> kernels_;
};

/// The complete text of `module` for `device`.
[[nodiscard]] std::string EmitModule(const ModuleDescription& module, Device device);

}  // namespace warpsmith
