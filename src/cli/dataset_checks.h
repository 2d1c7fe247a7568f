// What can be said of a dataset without compiling anything: ids, texts and line maps that fit, balanced categories.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "record/record.h"

namespace warpsmith {

/// Accumulates records, then says what is wrong with them.
class DatasetChecks {
 public:
  void Add(const Record& record);
  /// To be called once, after the last record.
  void Finish();
  /// How many faults were found.
  [[nodiscard]] uint64_t faults() const { return faults_; }
  /// For people; and as one JSON object.
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Json() const;

 private:
  void Report(const std::string& message);
  void CheckText(const Record& record);

  uint64_t records_ = 0, faults_ = 0;
  std::unordered_set<std::string> ids_;
  std::map<std::string, std::map<std::string, uint64_t>> categories_;  // by device
  std::vector<std::string> messages_;  // the first faults
};

/// Chooses records by their ids, so that the choice does not depend on files or their order.
class RecordSample {
 public:
  /// 0: all.
  explicit RecordSample(uint64_t size) : limit_(size) {}
  void Add(const std::string& id);
  [[nodiscard]] bool Contains(const std::string& id) const;
  [[nodiscard]] uint64_t size() const { return limit_ == 0 ? count_ : chosen_.size(); }

 private:
  static uint64_t Rank(const std::string& id);
  uint64_t limit_, count_ = 0;
  std::set<std::pair<uint64_t, std::string>> chosen_;  // those with the lowest ranks
};

}  // namespace warpsmith
