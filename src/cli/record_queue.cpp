#include "cli/record_queue.h"

namespace warpsmith {

std::vector<Record> RecordQueue::Next() {
  std::lock_guard lock(mutex_);
  std::vector<Record> batch;
  while (batch.size() < most_ && !ended_ && !(stop_ != nullptr && *stop_)) {
    if (at_ == buffer_.size() && !Fill()) break;
    Record& record = buffer_[at_++];
    if (record.device == device_ && sample_.Contains(record.id)) batch.push_back(std::move(record));
  }
  return batch;
}

bool RecordQueue::Fill() {
  Result<std::vector<Record>> more = reader_.Next();
  at_ = 0;
  buffer_.clear();
  if (!more.ok()) status_ = more.status();
  else buffer_ = std::move(*more);
  ended_ = buffer_.empty();
  return !ended_;
}

}  // namespace warpsmith
