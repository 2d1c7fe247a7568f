// Reads a module snapshot: JSON that describes one live Warp module (docs/snapshot_format.md).
//
// The result is the same kind of unit as source_reader.h makes; names resolve to what the live process found.
// A snapshot may come from anywhere: whatever is missing, of the wrong type or out of range is an error with
// its place in the document, never a crash.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "diagnostics/sink.h"
#include "unit/unit.h"

namespace warpsmith {

struct SnapshotOptions {
  std::string target = "cpu";  // whose hashes and options are taken: "cpu" or "cuda"
};

/// Reads the text of a snapshot. An error if it is damaged or of another version; its message says where and
/// why. Definitions that the snapshot or this release cannot express are left out, with a diagnostic if they
/// are kernels.
[[nodiscard]] Result<std::unique_ptr<Unit>> ReadSnapshot(std::string_view text,
                                                         const SnapshotOptions& options,
                                                         DiagnosticSink& sink);

}  // namespace warpsmith
