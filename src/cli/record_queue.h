// Takes the records of a sample from a dataset, some at a time, for one thread or several.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "cli/dataset_checks.h"
#include "dataset/reader.h"

namespace warpsmith {

class RecordQueue {
 public:
  /// Records of `device` that are in `sample`, which must outlive this, at most `batch` at a time. None once `stop`, if there
  /// is one, holds.
  RecordQueue(DatasetReader reader, std::string device, const RecordSample& sample, size_t batch,
              const std::atomic<bool>* stop = nullptr)
      : reader_(std::move(reader)), device_(std::move(device)), sample_(sample), most_(batch), stop_(stop) {}

  /// The next records; empty at the end or after an error.
  std::vector<Record> Next();
  /// Once Next has given none: whether reading failed.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  bool Fill();

  std::mutex mutex_;
  DatasetReader reader_;
  std::string device_;
  const RecordSample& sample_;
  size_t most_;
  const std::atomic<bool>* stop_;
  std::vector<Record> buffer_;
  size_t at_ = 0;
  bool ended_ = false;
  Status status_ = Status::Ok();
};

}  // namespace warpsmith
