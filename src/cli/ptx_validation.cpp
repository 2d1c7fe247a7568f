#include "cli/ptx_validation.h"

#include <fmt/format.h>

#include "cli/open_dataset.h"
#include "cli/progress.h"
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
  std::vector<std::string> texts, names;
  auto fail = [&](const std::string& name, const std::string& why) {
    ++summary.failed;
    if (summary.failures.size() < kKept) summary.failures.push_back(name + ": " + why);
  };
  auto compile = [&]() -> Status {
    Result<std::vector<Status>> statuses = CheckCudaTexts(**library, texts, {.arch = 90});
    if (!statuses.ok()) return statuses.status();
    for (size_t i = 0; i < texts.size(); ++i)
      if (!(*statuses)[i].ok()) fail(names[i], (*statuses)[i].message());
    texts.clear();
    names.clear();
    progress.Update(summary.records, "");
    return Status::Ok();
  };
  while (true) {
    Result<std::vector<Record>> records = reader->Next();
    if (!records.ok()) return records.status();
    for (const Record& record : *records) {
      if (record.device != "cuda" || !sample.Contains(record.id)) continue;
      ++summary.records;
      names.push_back(fmt::format("{} ({})", record.id, record.name));
      Result<std::string> text = CudaModuleText(record, warp->folder);
      if (text.ok()) {
        texts.push_back(std::move(*text));
      } else {
        fail(names.back(), text.message());
        names.pop_back();
      }
      if (texts.size() < kPtxBatch) continue;
      if (Status status = compile(); !status.ok()) return status;
    }
    if (records->empty()) break;
  }
  if (Status status = compile(); !status.ok()) return status;
  progress.Finish();
  return summary;
}

}  // namespace warpsmith
