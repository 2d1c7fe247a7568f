#include "cli/gpu_validation.h"

#include <cstdlib>

#include <fmt/format.h>

#include "cli/open_dataset.h"
#include "cli/progress.h"
#include "cli/record_queue.h"
#include "cli/warp_folder.h"
#include "diagnostics/renderer.h"

namespace warpsmith {

namespace {

/// So many failures are kept, and shown in text.
constexpr size_t kKept = 200, kShown = 20;
/// A child process opens the driver once for so many records.
constexpr size_t kGpuBatch = 64;

}  // namespace

void GpuSummary::Add(const Record& record, const GpuVerdict& verdict) {
  ++counts_[static_cast<size_t>(verdict.outcome)];
  const bool fell_short = verdict.outcome != GpuOutcome::Same && verdict.outcome != GpuOutcome::Ran;
  if (fell_short && failures_.size() < kKept) failures_.push_back({record.id, record.name, verdict.outcome, verdict.detail});
}

uint64_t GpuSummary::records() const {
  uint64_t sum = 0;
  for (uint64_t count : counts_) sum += count;
  return sum;
}

bool GpuSummary::fell_short() const {
  return records() != counts_[static_cast<size_t>(GpuOutcome::Same)] + counts_[static_cast<size_t>(GpuOutcome::Ran)];
}

std::string GpuSummary::Text() const {
  std::string text = fmt::format("{} records for CUDA, on {}\n", WithThousands(records()), gpu_);
  for (size_t i = 0; i < kGpuOutcomes; ++i)
    if (counts_[i] > 0) text += fmt::format("  {:<28} {:>9}\n", GpuOutcomeName(static_cast<GpuOutcome>(i)), WithThousands(counts_[i]));
  for (size_t i = 0; i < std::min(failures_.size(), kShown); ++i)
    text += fmt::format("{} ({}): {}: {}\n", failures_[i].id, failures_[i].name, GpuOutcomeName(failures_[i].outcome), failures_[i].detail);
  return text;
}

std::string GpuSummary::Json() const {
  std::string text = fmt::format("{{\"gpu\":{},\"records\":{}", JsonString(gpu_), records());
  for (size_t i = 0; i < kGpuOutcomes; ++i) text += fmt::format(",{}:{}", JsonString(GpuOutcomeName(static_cast<GpuOutcome>(i))), counts_[i]);
  text += ",\"failures\":[";
  for (size_t i = 0; i < failures_.size(); ++i)
    text += fmt::format("{}{{\"id\":{},\"name\":{},\"outcome\":{},\"detail\":{}}}", i == 0 ? "" : ",", JsonString(failures_[i].id),
                        JsonString(failures_[i].name), JsonString(GpuOutcomeName(failures_[i].outcome)), JsonString(failures_[i].detail));
  return text + "]}";
}

Result<GpuSummary> ValidateOnGpu(const GlobalOptions& global, const std::string& directory, const RecordSample& sample, bool quiet) {
  GpuCheckOptions options;
  options.warp_folder = FindWarpFolder(global);
  if (const char* driver = std::getenv("WARPSMITH_CUDA_DRIVER"); driver != nullptr && *driver != '\0') options.driver = driver;
  Result<std::string> gpu = FindGpu(options);
  if (!gpu.ok()) return gpu.status();
  Result<DatasetReader> reader = OpenDataset(directory);
  if (!reader.ok()) return reader.status();
  GpuSummary summary(*gpu);
  Progress progress("records", 0, sample.size(), quiet || global.json);
  RecordQueue queue(std::move(*reader), "cuda", sample, kGpuBatch);
  for (std::vector<Record> batch = queue.Next(); !batch.empty(); batch = queue.Next()) {
    std::vector<const Record*> pointers;
    for (const Record& record : batch) pointers.push_back(&record);
    Result<std::vector<GpuVerdict>> verdicts = CheckOnGpu(pointers, options);
    if (!verdicts.ok()) return verdicts.status();
    for (size_t i = 0; i < batch.size(); ++i) summary.Add(batch[i], (*verdicts)[i]);
    progress.Update(summary.records(), "");
  }
  if (!queue.status().ok()) return queue.status();
  progress.Finish();
  return summary;
}

}  // namespace warpsmith
