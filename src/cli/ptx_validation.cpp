#include "cli/ptx_validation.h"

#include <fmt/format.h>

#include "cli/open_dataset.h"
#include "cli/progress.h"
#include "cli/record_queue.h"
#include "cli/warp_folder.h"
#include "diagnostics/renderer.h"
#include "launch/cuda_batch.h"
#include "verify/subject.h"

namespace warpsmith {

namespace {

constexpr size_t kKept = 20;
/// Texts that NVRTC gets as one.
constexpr size_t kPtxBatch = 32;

}  // namespace

std::string PtxSummary::Text() const {
  std::string text = fmt::format("{} records for CUDA: {} compile to PTX, {} do not\n", WithThousands(records), WithThousands(records - failed),
                                 WithThousands(failed));
  for (const std::string& failure : failures) text += failure + "\n";
  return text;
}

std::string PtxSummary::Json() const {
  std::string text = fmt::format("{{\"records\":{},\"failed\":{},\"failures\":[", records, failed);
  for (size_t i = 0; i < failures.size(); ++i) text += (i == 0 ? "" : ",") + JsonString(failures[i]);
  return text + "]}";
}

Result<PtxSummary> ValidatePtx(const GlobalOptions& global, const std::string& directory, const RecordSample& sample, bool quiet) {
  Result<WarpInstallation> warp = FindWarpInstallation(global);
  if (!warp.ok()) return warp.status();
  Result<std::shared_ptr<CudaLibrary>> library = CudaLibrary::Load(*warp);
  if (!library.ok()) return library.status();
  Result<DatasetReader> reader = OpenDataset(directory, {.skip_lower_levels = true});
  if (!reader.ok()) return reader.status();
  PtxSummary summary;
  Progress progress("texts", 0, sample.size(), quiet || global.json);
  auto fail = [&](const Record& record, const std::string& why) {
    ++summary.failed;
    if (summary.failures.size() < kKept) summary.failures.push_back(fmt::format("{} ({}): {}", record.id, record.name, why));
  };
  RecordQueue queue(std::move(*reader), "cuda", sample, kPtxBatch);
  for (std::vector<Record> batch = queue.Next(); !batch.empty(); batch = queue.Next()) {
    std::vector<std::string> texts;
    std::vector<const Record*> compiled;
    for (const Record& record : batch) {
      Result<std::string> text = CudaModuleText(record, warp->folder);
      if (!text.ok()) {
        fail(record, text.message());
        continue;
      }
      texts.push_back(std::move(*text));
      compiled.push_back(&record);
    }
    Result<std::vector<Status>> statuses = CheckCudaTexts(**library, texts, {.arch = 90});
    if (!statuses.ok()) return statuses.status();
    for (size_t i = 0; i < texts.size(); ++i)
      if (!(*statuses)[i].ok()) fail(*compiled[i], (*statuses)[i].message());
    summary.records += batch.size();
    progress.Update(summary.records, "");
  }
  if (!queue.status().ok()) return queue.status();
  progress.Finish();
  return summary;
}

}  // namespace warpsmith
