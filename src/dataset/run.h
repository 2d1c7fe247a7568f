// The moving parts of a DatasetWriter: records gather in segments, encoder threads turn segments into bytes, and one
// commit thread alone touches the directory, taking each device's segments in order. What is under way is bounded.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dataset/run_directory.h"
#include "dataset/writer.h"

namespace warpsmith {

class DatasetWriter::Run {
 public:
  explicit Run(DatasetOptions options);
  ~Run();

  Status Open();
  [[nodiscard]] uint64_t next_index() const;
  Status Append(std::vector<Record> records);
  Status Suspend();
  Status Finish();
  [[nodiscard]] uint64_t text_bytes() const { return text_bytes_; }
  [[nodiscard]] uint64_t disk_bytes() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// Records of one device that do not fill a segment yet, and what became of those that did.
  struct Device {
    std::vector<Record> records;
    size_t text_bytes = 0;
    /// Records at the front that the directory keeps as pending.
    size_t saved = 0;
    /// When the first of the records came.
    Clock::time_point begun;
    /// Since when a record has been waiting that is not kept so.
    std::optional<Clock::time_point> waiting_since;
    /// Records below this were durable when the run began.
    uint64_t resume_index = 0;
    /// The smallest index that may come next.
    uint64_t next_index = 0;
    uint64_t next_ordinal = 0;
    uint64_t next_commit = 0;
    std::map<uint64_t, FinishedSegment> encoded;
  };
  struct Job {
    std::string device;
    uint64_t ordinal = 0;
    bool is_short = false;
    std::vector<Record> records;
  };
  /// Pending records to be saved, copied out of a device.
  struct PendingSave {
    std::string device;
    uint64_t ordinal = 0;
    std::vector<Record> records;
  };

  Status Restore();
  [[nodiscard]] bool Belongs(const Record& record, const std::string& device, uint64_t next_index) const;
  [[nodiscard]] Status OutOfPlace(const Record& record) const;
  void Start();
  void Stop();
  /// Waits until all segments are in the directory, or something failed.
  void Drain(std::unique_lock<std::mutex>& lock);
  void Accept(const std::string& name, Device& device, Record record, std::unique_lock<std::mutex>& lock);
  void CutSegment(const std::string& name, Device& device, bool is_short, std::unique_lock<std::mutex>& lock);
  void EncodeLoop();
  void CommitLoop();
  void Fail(Status status);
  [[nodiscard]] std::vector<FinishedSegment> TakeEncoded();
  [[nodiscard]] bool FillsSoon(const Device& device) const;
  [[nodiscard]] std::vector<PendingSave> TakeUnsaved(Clock::duration older_than);
  Status SavePending(const std::vector<PendingSave>& saves);
  [[nodiscard]] Status failure() const { return failure_ ? *failure_ : Status::Ok(); }

  DatasetOptions options_;
  std::unique_ptr<SegmentCodec> codec_;
  std::unique_ptr<RunDirectory> directory_;
  size_t most_unencoded_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable work_;      // a job waits, or the threads are to stop
  std::condition_variable progress_;  // a segment was encoded or committed, or something failed
  std::map<std::string, Device> devices_;
  std::deque<Job> jobs_;
  size_t unencoded_ = 0;    // segments cut and not encoded: large
  size_t uncommitted_ = 0;  // segments cut and not in the directory
  uint64_t text_bytes_ = 0;
  uint64_t disk_bytes_ = 0;
  bool stopping_ = false;
  std::optional<Status> failure_;
  std::vector<std::thread> encoders_;
  std::thread committer_;
};

}  // namespace warpsmith
