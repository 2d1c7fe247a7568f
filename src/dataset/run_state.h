// What an unfinished run knows of its directory, and the log that keeps it on disk. The log is a sequence of checked
// entries: the whole state, then each segment that was added. Whatever follows the last whole entry never happened.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "dataset/files.h"
#include "dataset/segment_codec.h"

namespace warpsmith {

/// A shard that has its tail. Indices: of its first record, and one past its last.
struct ClosedShard {
  uint64_t rows = 0;
  uint64_t bytes = 0;
  uint64_t first_index = 0;
  uint64_t end_index = 0;
  /// Ended by the limits rather than by the end of the run: stays as it is when the run is made longer.
  bool is_full = true;
};

struct DeviceState {
  std::vector<ClosedShard> closed;
  /// Segments of the shard under way, and the index of its first record.
  std::vector<PlacedSegment> open;
  uint64_t open_first_index = 0;
  /// Records below this index are on disk.
  uint64_t next_index = 0;
  /// Segments or record files written, over the whole run.
  uint64_t segments = 0;
  uint64_t rows = 0;
  /// The last open segment was cut by the end of the run, not by the limits.
  bool has_short_tail = false;
  /// The last shard of the shorter run stands aside as DEVICE.recycled; its records come first.
  bool recycles = false;
};

struct RunState {
  std::map<std::string, std::string> parameters;
  uint64_t start = 0;
  uint64_t count = 0;
  std::map<std::string, DeviceState> devices;
};

/// One segment, as the log's entry says it.
struct SegmentEntry {
  std::string device;
  PlacedSegment segment;
  uint64_t first_index = 0;
  uint64_t end_index = 0;
  bool is_short = false;
};

/// Whether the numbers of a state that was read agree with one another, and its devices are `devices` and no others: what
/// a directory says of itself may be damaged, or made by someone else.
[[nodiscard]] bool IsConsistent(const RunState& state, const std::vector<std::string>& devices);

void ApplySegment(const SegmentEntry& entry, bool keeps_segments, RunState& state);

/// A size, a hash and the payload, so that a torn or damaged entry is told from a whole one.
void AppendCheckedEntry(std::string_view payload, std::string& out);
/// Takes the first entry off `text`; nothing if there is no whole one.
std::optional<std::string_view> TakeCheckedEntry(std::string_view& text);

class RunLog {
 public:
  /// Replaces the log by one that holds just `state`, at once.
  static Result<RunLog> Create(const std::string& path, const RunState& state);
  /// Reads the log and cuts off what follows its last whole entry. `keeps_segments` is false where segments are
  /// separate files (JSON), which need no tail.
  static Result<RunLog> Continue(const std::string& path, bool keeps_segments, RunState& state);

  /// Takes effect with the next `Sync`.
  void Append(const SegmentEntry& entry);
  /// Writes the entries added and makes them durable.
  Status Sync();

 private:
  explicit RunLog(GrowingFile file) : file_(std::move(file)) {}
  GrowingFile file_;
  std::string pending_;
};

}  // namespace warpsmith
