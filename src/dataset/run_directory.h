// Everything a run does to its directory. One thread at a time; DatasetWriter sees to that.
//
// A run's state is DIR/.warpsmith: `log` (run_state.h), `DEVICE-KKKKK.part` (the shard under way), `DEVICE-N.pending`
// (records that do not fill a segment yet), `DEVICE.recycled.EXT` (the last, short shard of a run that became longer)
// and files on their way to their place. The log decides: what it does not mention is cut off or overwritten.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "dataset/files.h"
#include "dataset/run_state.h"
#include "dataset/segment_codec.h"
#include "dataset/writer.h"

namespace warpsmith {

std::unique_ptr<SegmentCodec> MakeCodec(const DatasetOptions& options);

/// A segment with the place that it takes in its device's sequence.
struct FinishedSegment {
  std::string device;
  EncodedSegment encoded;
  uint64_t rows = 0;
  uint64_t first_index = 0;
  uint64_t end_index = 0;
  bool is_short = false;
};

class RunDirectory {
 public:
  static Result<std::unique_ptr<RunDirectory>> Open(const DatasetOptions& options, const SegmentCodec& codec);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  /// The dataset is complete and no longer run is asked for: nothing below may be called.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  /// What the log says, segments added but not yet synchronised included.
  [[nodiscard]] const RunState& state() const { return state_; }
  [[nodiscard]] uint64_t bytes_written() const { return bytes_written_; }

  /// The shard whose records come before those of the generator; nothing where there is none.
  [[nodiscard]] std::optional<std::string> RecycledFile(const std::string& device) const;

  /// Records that an earlier run left pending; those that `AddPending` adds come after them.
  Result<std::vector<Record>> ReadPending(const std::string& device);
  /// Makes records that follow the device's last segment durable until a segment holds them.
  Status AddPending(const std::string& device, uint64_t ordinal, std::span<const Record> records);

  /// Adds the device's next segment; durable after the next `Sync`.
  Status Add(const FinishedSegment& segment);
  Status Sync();

  /// Everything has been added: completes the dataset.
  Status Finish();

 private:
  struct StagedFile {
    std::string staged;
    std::string device;
    RecordFile file;
  };
  struct PendingFile {
    uint64_t ordinal = 0;
    GrowingFile file;
  };

  RunDirectory(const DatasetOptions& options, const SegmentCodec& codec);
  Status Lock();
  Status Prepare();
  Status RefuseForeignFiles(const std::string& device) const;
  Status RemoveDataset();
  Status StartNew();
  Status ContinueFinished();
  Status ContinueUnfinished();
  Status CheckAgreement(const RunState& found) const;
  /// Takes a longer run's count; a short last shard is to be recycled.
  Status Lengthen();
  Status Normalise(const std::string& device);
  /// Whether what an earlier run wrote of the shard under way is still there as it was.
  [[nodiscard]] Status CheckPart(const std::string& device) const;
  Status OpenPart(const std::string& device);
  /// Gives the part its tail and its name as a shard. The state is not saved: until it is, an interruption makes the
  /// shard a part again.
  Status CloseShard(const std::string& device);
  Status SaveState();
  Status StageFiles(const FinishedSegment& segment);
  Status PublishStaged();
  Result<std::string> RecordPath(const StagedFile& staged) const;
  Status RemoveStalePending(const std::string& device);

  [[nodiscard]] std::string StatePath(const std::string& name) const { return state_directory_ + "/" + name; }
  [[nodiscard]] std::string DevicePath(const std::string& device, const std::string& name) const;
  [[nodiscard]] std::string PartPath(const std::string& device) const;
  [[nodiscard]] std::string RecycledPath(const std::string& device) const;
  [[nodiscard]] std::string PendingPath(const std::string& device, uint64_t ordinal) const;

  const DatasetOptions& options_;
  const SegmentCodec& codec_;
  std::map<std::string, std::string> parameters_;
  std::string state_directory_;
  std::string manifest_path_;
  int lock_descriptor_ = -1;
  bool is_complete_ = false;
  bool is_dirty_ = false;
  uint64_t bytes_written_ = 0;
  RunState state_;
  std::optional<RunLog> log_;
  std::map<std::string, GrowingFile> parts_;
  std::map<std::string, PendingFile> pending_;
  std::vector<StagedFile> staged_;
};

}  // namespace warpsmith
