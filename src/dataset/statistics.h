// What a dataset holds: how many records of each kind, how long, which built-ins, and how many are distinct.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/status.h"
#include "dataset/reader.h"

namespace warpsmith {

/// A distribution of whole numbers, kept exactly as counts of values.
struct Distribution {
  std::map<uint64_t, uint64_t> counts;
  uint64_t total = 0;

  void Add(uint64_t value) { ++counts[value], ++total; }
  /// The smallest value that at least `fraction` of the samples do not exceed; 0 without samples.
  [[nodiscard]] uint64_t Percentile(double fraction) const;
  [[nodiscard]] double Mean() const;
};

/// How many records are different. Renaming identifiers and changing constants does not make a kernel different
/// (`structures`); by `sources` any byte does. Kernels are compared within a device.
struct Distinctness {
  uint64_t structures = 0;
  uint64_t sources = 0;
};

struct DatasetStatistics {
  uint64_t records = 0;
  uint64_t text_bytes = 0;
  uint64_t disk_bytes = 0;
  uint64_t with_backward = 0;
  uint64_t with_check = 0;
  std::map<std::string, uint64_t> devices;
  std::map<std::string, uint64_t> categories;
  std::map<int32_t, uint64_t> complexities;
  std::map<std::string, uint64_t> verifications;
  /// Records that use each built-in.
  std::map<std::string, uint64_t> builtins;
  /// Lines; `backward_lines` only of records that have backward code.
  Distribution python_lines;
  Distribution forward_lines;
  Distribution backward_lines;
  Distribution arguments;
  Distinctness distinct;
};

/// Reads everything. Memory: 16 bytes a record.
Result<DatasetStatistics> ComputeStatistics(DatasetReader& reader);

std::string StatisticsText(const DatasetStatistics& statistics);
std::string StatisticsMarkdown(const DatasetStatistics& statistics);
/// One JSON object, indented.
std::string StatisticsJson(const DatasetStatistics& statistics);

}  // namespace warpsmith
