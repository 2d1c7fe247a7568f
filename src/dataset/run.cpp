#include "dataset/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "dataset/reader.h"

namespace warpsmith {
namespace {

/// Together well under the second that may be lost.
constexpr std::chrono::milliseconds kSyncEvery{400};
constexpr std::chrono::milliseconds kSavePendingAfter{400};
/// Records that fill a segment in less than this wait for it: saving them on the way would cost more than the segment. No
/// longer than records wait that are saved on the way, so that nothing waits longer for it.
constexpr std::chrono::milliseconds kQuickSegment = kSavePendingAfter;
constexpr std::chrono::milliseconds kTick{100};
constexpr int kMostEncoders = 8;
/// Encoded segments are small: enough of them may wait that a slow synchronisation does not hold the encoders up.
constexpr size_t kMostUncommitted = 48;

}  // namespace

DatasetWriter::Run::Run(DatasetOptions options) : options_(std::move(options)), codec_(MakeCodec(options_)) {}

DatasetWriter::Run::~Run() { (void)Suspend(); }

Status DatasetWriter::Run::Open() {
  Result<std::unique_ptr<RunDirectory>> directory = RunDirectory::Open(options_, *codec_);
  if (!directory.ok()) return directory.status();
  directory_ = std::move(*directory);
  if (directory_->is_complete()) return Status::Ok();
  Status status = Restore();
  if (!status.ok()) {
    Stop();
    directory_.reset();
  }
  return status;
}

/// Whether a record that was found in the directory may come next there.
bool DatasetWriter::Run::Belongs(const Record& record, const std::string& device, uint64_t next_index) const {
  uint64_t index = record.metadata.index;
  return record.device == device && index >= next_index && index < options_.start + options_.count;
}

Status DatasetWriter::Run::OutOfPlace(const Record& record) const {
  return Status::Error(fmt::format("what {} holds of an earlier run is damaged: the record with index {} for {} is out of place",
                                   options_.directory, record.metadata.index, record.device));
}

/// Takes up what an earlier run left: records that fill no segment, and the short last shard of a shorter run.
Status DatasetWriter::Run::Restore() {
  for (const auto& [name, state] : directory_->state().devices) {
    Device& device = devices_[name];
    device.next_index = state.next_index;
    device.next_ordinal = device.next_commit = state.segments;
    Result<std::vector<Record>> pending = directory_->ReadPending(name);
    if (!pending.ok()) return pending.status();
    for (Record& record : *pending) {
      if (!Belongs(record, name, device.next_index)) return OutOfPlace(record);
      device.next_index = record.metadata.index + 1;
      device.text_bytes += TextBytes(record);
      device.records.push_back(std::move(record));
    }
    device.saved = device.records.size();
    device.resume_index = device.next_index;
  }
  std::map<std::string, std::string> recycled;
  for (const auto& [name, device] : devices_) {
    if (std::optional<std::string> file = directory_->RecycledFile(name)) recycled[name] = *file;
  }
  Start();
  for (const auto& [name, file] : recycled) {
    uint64_t next = options_.start;
    Result<DatasetReader> reader = DatasetReader::Open(file);
    if (!reader.ok()) return reader.status();
    while (true) {
      Result<std::vector<Record>> records = reader->Next();
      if (!records.ok()) return records.status();
      if (records->empty()) break;
      for (const Record& record : *records) {
        if (!Belongs(record, name, next)) return OutOfPlace(record);
        next = record.metadata.index + 1;
      }
      if (Status status = Append(std::move(*records)); !status.ok()) return status;
    }
  }
  for (auto& [name, device] : devices_) device.resume_index = device.next_index;
  return Status::Ok();
}

uint64_t DatasetWriter::Run::next_index() const {
  uint64_t end = options_.start + options_.count;
  if (!directory_ || directory_->is_complete()) return end;
  std::lock_guard lock(mutex_);
  uint64_t next = end;
  for (const auto& [name, device] : devices_) next = std::min(next, device.next_index);
  return next;
}

uint64_t DatasetWriter::Run::disk_bytes() const {
  std::lock_guard lock(mutex_);
  return disk_bytes_;
}

void DatasetWriter::Run::Start() {
  int encoders = std::clamp(options_.jobs, 1, kMostEncoders);
  most_unencoded_ = static_cast<size_t>(encoders) + 3;
  for (int encoder = 0; encoder < encoders; ++encoder) encoders_.emplace_back([this] { EncodeLoop(); });
  committer_ = std::thread([this] { CommitLoop(); });
}

void DatasetWriter::Run::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  progress_.notify_all();
  for (std::thread& encoder : encoders_) encoder.join();
  encoders_.clear();
  if (committer_.joinable()) committer_.join();
}

void DatasetWriter::Run::Fail(Status status) {
  std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(status);
  progress_.notify_all();
}

Status DatasetWriter::Run::Append(std::vector<Record> records) {
  std::unique_lock lock(mutex_);
  for (Record& record : records) {
    if (failure_) return *failure_;
    std::string name = record.device;
    auto found = devices_.find(name);
    if (found == devices_.end()) return Status::Error(fmt::format("a record for {}, which is not written", name));
    Accept(name, found->second, std::move(record), lock);
  }
  return failure();
}

void DatasetWriter::Run::Accept(const std::string& name, Device& device, Record record,
                                std::unique_lock<std::mutex>& lock) {
  uint64_t index = record.metadata.index;
  if (index < device.next_index) return Check(index < device.resume_index, "records out of order");
  device.next_index = index + 1;
  size_t size = TextBytes(record);
  device.text_bytes += size;
  text_bytes_ += size;
  device.records.push_back(std::move(record));
  if (!device.waiting_since) device.waiting_since = Clock::now();
  if (device.records.size() == 1) device.begun = *device.waiting_since;
  if (device.text_bytes < options_.limits.segment_bytes && device.records.size() < options_.limits.segment_rows) return;
  CutSegment(name, device, /*is_short=*/false, lock);
}

void DatasetWriter::Run::CutSegment(const std::string& name, Device& device, bool is_short,
                                    std::unique_lock<std::mutex>& lock) {
  jobs_.push_back({name, device.next_ordinal++, is_short, std::move(device.records)});
  device.records = {};
  device.text_bytes = device.saved = 0;
  device.waiting_since.reset();
  ++unencoded_;
  ++uncommitted_;
  work_.notify_one();
  progress_.wait(lock, [&] {
    return (unencoded_ < most_unencoded_ && uncommitted_ < kMostUncommitted) || failure_;
  });
}

void DatasetWriter::Run::EncodeLoop() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Result<EncodedSegment> encoded = codec_->Encode(job.records);
    if (encoded.ok()) {
      FinishedSegment segment{job.device, std::move(*encoded), job.records.size(),
                              job.records.front().metadata.index, job.records.back().metadata.index + 1, job.is_short};
      job.records = {};
      lock.lock();
      devices_.at(job.device).encoded.emplace(job.ordinal, std::move(segment));
      --unencoded_;
      progress_.notify_all();
    } else {
      Fail(encoded.status());
      lock.lock();
    }
  }
}

/// The segments that come next in their devices. Under the lock.
std::vector<FinishedSegment> DatasetWriter::Run::TakeEncoded() {
  std::vector<FinishedSegment> segments;
  for (auto& [name, device] : devices_) {
    while (!device.encoded.empty() && device.encoded.begin()->first == device.next_commit) {
      segments.push_back(std::move(device.encoded.begin()->second));
      device.encoded.erase(device.encoded.begin());
      ++device.next_commit;
    }
  }
  return segments;
}

/// Whether the records under way come so fast that they fill their segment soon.
bool DatasetWriter::Run::FillsSoon(const Device& device) const {
  double filled = std::max(static_cast<double>(device.text_bytes) / static_cast<double>(options_.limits.segment_bytes),
                           static_cast<double>(device.records.size()) / static_cast<double>(options_.limits.segment_rows));
  return std::chrono::duration<double>(Clock::now() - device.begun) <= filled * std::chrono::duration<double>(kQuickSegment);
}

/// Copies of the records that have waited unsaved for longer than that. Under the lock.
std::vector<DatasetWriter::Run::PendingSave> DatasetWriter::Run::TakeUnsaved(Clock::duration older_than) {
  std::vector<PendingSave> saves;
  for (auto& [name, device] : devices_) {
    if (!device.waiting_since || Clock::now() - *device.waiting_since < older_than) continue;
    if (older_than > Clock::duration::zero() && FillsSoon(device)) continue;
    saves.push_back({name, device.next_ordinal, {device.records.begin() + static_cast<long>(device.saved),
                                                 device.records.end()}});
    device.saved = device.records.size();
    device.waiting_since.reset();
  }
  return saves;
}

Status DatasetWriter::Run::SavePending(const std::vector<PendingSave>& saves) {
  for (const PendingSave& save : saves) {
    Status status = directory_->AddPending(save.device, save.ordinal, save.records);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

void DatasetWriter::Run::CommitLoop() {
  Clock::time_point last_sync = Clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_ && !failure_) {
    std::vector<FinishedSegment> segments = TakeEncoded();
    std::vector<PendingSave> saves = TakeUnsaved(kSavePendingAfter);
    if (segments.empty() && saves.empty() && Clock::now() - last_sync < kSyncEvery) {
      progress_.wait_for(lock, kTick);
      continue;
    }
    lock.unlock();
    Status status = Status::Ok();
    for (size_t at = 0; at < segments.size() && status.ok(); ++at) {
      status = directory_->Add(segments[at]);
      segments[at] = {};
    }
    if (status.ok() && Clock::now() - last_sync >= kSyncEvery) {
      status = directory_->Sync();
      last_sync = Clock::now();
    }
    if (status.ok()) status = SavePending(saves);
    if (!status.ok()) Fail(status);
    lock.lock();
    uncommitted_ -= segments.size();
    disk_bytes_ = directory_->bytes_written();
    progress_.notify_all();
  }
}

void DatasetWriter::Run::Drain(std::unique_lock<std::mutex>& lock) {
  progress_.wait(lock, [&] { return uncommitted_ == 0 || failure_; });
}

Status DatasetWriter::Run::Suspend() {
  if (!directory_ || directory_->is_complete()) return failure();
  std::vector<PendingSave> saves;
  {
    std::unique_lock lock(mutex_);
    Drain(lock);
    if (!failure_) saves = TakeUnsaved({});
  }
  Stop();
  Status status = failure();
  if (status.ok()) status = directory_->Sync();
  if (status.ok()) status = SavePending(saves);
  directory_.reset();
  if (!status.ok()) failure_ = status;
  return status;
}

Status DatasetWriter::Run::Finish() {
  if (!directory_) return failure_ ? *failure_ : Status::Error("the dataset was suspended");
  if (directory_->is_complete()) return Status::Ok();
  {
    std::unique_lock lock(mutex_);
    for (auto& [name, device] : devices_) {
      if (!device.records.empty()) CutSegment(name, device, /*is_short=*/true, lock);
    }
    Drain(lock);
  }
  Stop();
  Status status = failure();
  if (status.ok()) status = directory_->Finish();
  disk_bytes_ = directory_->bytes_written();
  if (!status.ok()) {
    failure_ = status;
    directory_.reset();
  }
  return status;
}

}  // namespace warpsmith
