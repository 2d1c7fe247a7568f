// Reads a Warp module from Python source text without running it.
//
// The file's top level is evaluated abstractly, as an import in a fresh process would run it: imports of Warp
// and of what its kernels use, constants made from literals and other constants, enumerations, decorated
// definitions. Anything else is an object of kind Unknown with the reason. Definitions inside functions are
// not live at import and are not part of the module.
//
// Files that it imports are read in the same way and in the same order as an import would run them: those of its
// package or beside it, and Warp's own. What cannot be found or parsed makes the names that come from it Unknown.
#pragma once

#include <memory>
#include <string>

#include "diagnostics/sink.h"
#include "source/source_buffer.h"
#include "unit/source_loader.h"
#include "unit/unit.h"

namespace warpsmith {

struct ReadOptions {
  std::string module_name;  // Python's __name__ of the file when it is imported; empty: taken from the path
  /// Imported files come from here; it must outlive the unit. Null: nothing beyond the source is read.
  const SourceLoader* loader = nullptr;
  /// The `warp` folder of the pinned release, as comments show its files; functions of Warp's library that
  /// are written in Python (wp.quat_twist, warp.fem's, ...) are read from there. Empty: they cannot be used.
  std::string library_folder;
};

/// Reads `source`, which must outlive the unit and the diagnostics. Null if it is not valid Python. Otherwise
/// a unit, and diagnostics for definitions that Warp rejects and for kernels that cannot be resolved; such
/// kernels are left out, listed in `unavailable`.
[[nodiscard]] std::unique_ptr<Unit> ReadSource(const SourceBuffer& source, const ReadOptions& options,
                                               DiagnosticSink& sink);

}  // namespace warpsmith
