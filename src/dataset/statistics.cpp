#include "dataset/statistics.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

namespace warpsmith {
namespace {

uint64_t CountLines(std::string_view text) {
  uint64_t lines = static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return lines + (!text.empty() && text.back() != '\n' ? 1 : 0);
}

uint64_t CountDistinct(std::vector<uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  return static_cast<uint64_t>(std::unique(hashes.begin(), hashes.end()) - hashes.begin());
}

void AddRecord(const Record& record, DatasetStatistics& statistics) {
  ++statistics.records;
  statistics.text_bytes += TextBytes(record);
  ++statistics.devices[record.device];
  ++statistics.categories[record.category];
  ++statistics.complexities[record.metadata.complexity];
  if (record.metadata.verification) ++statistics.verifications[*record.metadata.verification];
  if (record.check) ++statistics.with_check;
  for (const std::string& name : record.metadata.builtins) ++statistics.builtins[name];
  statistics.python_lines.Add(CountLines(record.python_source));
  statistics.forward_lines.Add(CountLines(record.ir_forward));
  statistics.arguments.Add(record.args.size());
  if (!record.ir_backward) return;
  ++statistics.with_backward;
  statistics.backward_lines.Add(CountLines(*record.ir_backward));
}

}  // namespace

uint64_t Distribution::Percentile(double fraction) const {
  auto wanted = static_cast<uint64_t>(std::ceil(fraction * static_cast<double>(total)));
  uint64_t seen = 0;
  for (const auto& [value, count] : counts) {
    seen += count;
    if (seen >= wanted) return value;
  }
  return 0;
}

double Distribution::Mean() const {
  double sum = 0;
  for (const auto& [value, count] : counts) sum += static_cast<double>(value) * static_cast<double>(count);
  return total == 0 ? 0 : sum / static_cast<double>(total);
}

Result<DatasetStatistics> ComputeStatistics(DatasetReader& reader) {
  DatasetStatistics statistics;
  std::vector<uint64_t> structures;
  std::vector<uint64_t> sources;
  for (const std::string& file : reader.files()) {
    std::error_code error;
    uint64_t size = std::filesystem::file_size(file, error);
    if (!error) statistics.disk_bytes += size;
  }
  while (true) {
    Result<std::vector<Record>> records = reader.Next();
    if (!records.ok()) return records.status();
    if (records->empty()) break;
    for (const Record& record : *records) {
      AddRecord(record, statistics);
      uint64_t device = XXH3_64bits(record.device.data(), record.device.size());
      uint64_t fingerprint = record.metadata.fingerprint;
      structures.push_back(XXH3_64bits_withSeed(&fingerprint, sizeof fingerprint, device));
      sources.push_back(XXH3_64bits_withSeed(record.python_source.data(), record.python_source.size(), device));
    }
  }
  statistics.distinct.structures = CountDistinct(structures);
  statistics.distinct.sources = CountDistinct(sources);
  return statistics;
}

}  // namespace warpsmith
