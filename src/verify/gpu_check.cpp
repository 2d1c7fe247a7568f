#include "verify/gpu_check.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include <fmt/format.h>

#include "launch/gpu.h"
#include "toolchain/memory.h"
#include "verify/check.h"
#include "verify/launch_memory.h"
#include "verify/subject.h"

namespace warpsmith {

namespace {

/// What a child tells of one record.
struct Report {
  enum State : int { Waiting, UnderWay, Done };
  std::atomic<int> state;
  GpuOutcome outcome;
  char detail[480];
};

void PutText(std::string_view text, std::span<char> to) {
  const size_t size = std::min(text.size(), to.size() - 1);
  std::memcpy(to.data(), text.data(), size);
  to[size] = '\0';
}

/// One record's kernel on the GPU.
class GpuRun {
 public:
  GpuRun(const std::shared_ptr<CudaDevice>& device, const PreparedRecord& prepared, CudaModule& module)
      : device_(device), subject_(prepared.subject), signature_(prepared.text.kernels[0]), module_(module),
        shapes_(MakeShapes(subject_.key, subject_.layout, subject_.launch_dimensions)) {}

  Status Prepare() {
    Result<LaunchMemory> memory = LaunchMemory::Make(subject_.layout, shapes_, subject_.layout.size);
    if (!memory.ok()) return memory.status();
    memory_.emplace(std::move(*memory));
    return Status::Ok();
  }

  /// Forward and backward on a set of inputs.
  Status RunSet(SetResult& set) {
    memory_->SetInputs(MakeInputs(subject_.key, set.set, subject_.layout, shapes_, subject_.recipe));
    memory_->Restore();
    set.initial = memory_->Initial();
    if (Status status = memory_->LaunchOnGpu(device_, module_, signature_, false); !status.ok()) return status;
    set.result.outputs = memory_->Contents();
    if (!subject_.has_backward) return Status::Ok();
    set.weights = OutputWeights(subject_, shapes_, set);
    memory_->ClearGradients();
    for (size_t i = 0; i < set.weights.size(); ++i) memory_->SetGradient(i, set.weights[i]);
    if (Status status = memory_->LaunchOnGpu(device_, module_, signature_, true); !status.ok()) return status;
    set.result.gradients = memory_->Gradients();
    return Status::Ok();
  }

 private:
  const std::shared_ptr<CudaDevice>& device_;
  const RunSubject& subject_;
  const KernelSignature& signature_;
  CudaModule& module_;
  InputShapes shapes_;
  std::optional<LaunchMemory> memory_;
};

GpuVerdict Compare(GpuRun& run, const PreparedRecord& prepared, const std::optional<StoredCheck>& check) {
  if (!check) {
    SetResult first, second;
    for (SetResult* set : {&first, &second})
      if (Status status = run.RunSet(*set); !status.ok()) return {GpuOutcome::Failed, status.message()};
    if (first.result.outputs != second.result.outputs) return {GpuOutcome::Differs, "two launches on the same inputs differ"};
    return {GpuOutcome::Ran, ""};
  }
  for (size_t s = 0; s < check->sets.size(); ++s) {
    SetResult set;
    set.set = check->sets[s];
    if (Status status = run.RunSet(set); !status.ok()) return {GpuOutcome::Failed, status.message()};
    if (std::string different = CompareStored(prepared.subject, set, check->outputs[s], check->gradients[s]); !different.empty())
      return {GpuOutcome::Differs, fmt::format("inputs {}: {}", set.set, different)};
  }
  return {GpuOutcome::Same, ""};
}

GpuVerdict CheckOne(const std::shared_ptr<CudaDevice>& device, const Record& record, const GpuCheckOptions& options) {
  auto failed = [](std::string detail) { return GpuVerdict{GpuOutcome::Failed, std::move(detail)}; };
  PreparedRecord prepared = PrepareRecord(record, {.variants = false, .faults_per_kind = 0, .warp_folder = options.warp_folder});
  if (prepared.cause != FailureCause::None) return failed(fmt::format("{}: {}", FailureCauseName(prepared.cause), prepared.detail));
  std::optional<StoredCheck> check;
  if (record.check) {
    Result<StoredCheck> read = ReadCheck(*record.check);
    if (!read.ok()) return failed(read.message());
    if (read->seed != prepared.subject.key) return failed("the check is that of another kernel");
    prepared.subject.recipe.indices = read->indices;
    check = std::move(*read);
  }
  Result<CudaModule> module = device->LoadModule(*record.ptx);
  if (!module.ok()) return failed(module.message());
  GpuRun run(device, prepared, *module);
  if (Status status = run.Prepare(); !status.ok()) return failed(status.message());
  return Compare(run, prepared, check);
}

/// Runs in a child, until a record fails: the driver's context may then be lost.
int Work(std::span<const Record* const> records, const std::vector<size_t>& waiting, Report* reports, const GpuCheckOptions& options) {
  Result<std::shared_ptr<CudaDevice>> device = CudaDevice::Open(options.ordinal, options.driver);
  if (!device.ok()) return 1;
  for (size_t i : waiting) {
    Report& report = reports[i];
    report.state = Report::UnderWay;
    const GpuVerdict verdict = CheckOne(*device, *records[i], options);
    report.outcome = verdict.outcome;
    PutText(verdict.detail, report.detail);
    report.state = Report::Done;
    if (verdict.outcome == GpuOutcome::Failed) break;
  }
  return 0;
}

}  // namespace

std::string_view GpuOutcomeName(GpuOutcome outcome) {
  static constexpr std::string_view kNames[] = {"same as the check", "ran, without a check", "differs", "failed", "without PTX"};
  return kNames[static_cast<size_t>(outcome)];
}

Result<std::string> FindGpu(const GpuCheckOptions& options) {
  Result<SharedMemory> reply = SharedMemory::Allocate(1024);
  if (!reply.ok()) return reply.status();
  auto* text = reinterpret_cast<char*>(reply->data());
  // A process that has opened the driver has no children that can.
  auto work = [&] {
    Result<std::shared_ptr<CudaDevice>> device = CudaDevice::Open(options.ordinal, options.driver);
    PutText(device.ok() ? (*device)->name() : device.message(), {text, 1024});
    return device.ok() ? 0 : 1;
  };
  Result<ChildResult> child = RunInChild(work, options.limits);
  if (!child.ok()) return child.status();
  if (child->succeeded()) return std::string(text);
  return Status::Error(*text != '\0' ? std::string(text) : "the CUDA driver cannot be opened: the process that tried " + DescribeEnd(*child, options.limits));
}

Result<std::vector<GpuVerdict>> CheckOnGpu(std::span<const Record* const> records, const GpuCheckOptions& options) {
  std::vector<GpuVerdict> verdicts(records.size());
  std::vector<size_t> waiting;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i]->ptx) waiting.push_back(i);
    else verdicts[i] = {GpuOutcome::NoPtx, "the record has no PTX (generate -d cuda --levels ptx)"};
  }
  Result<SharedMemory> memory = SharedMemory::Allocate(std::max<size_t>(1, records.size()) * sizeof(Report));
  if (!memory.ok()) return memory.status();
  Report* reports = reinterpret_cast<Report*>(memory->data());
  while (!waiting.empty()) {
    ChildLimits limits = options.limits;
    limits.seconds *= static_cast<double>(waiting.size());
    Result<ChildResult> child = RunInChild([&] { return Work(records, waiting, reports, options); }, limits);
    if (!child.ok()) return child.status();
    const size_t before = waiting.size();
    std::erase_if(waiting, [&](size_t i) {
      if (reports[i].state == Report::Waiting) return false;
      if (reports[i].state == Report::Done) verdicts[i] = {reports[i].outcome, reports[i].detail};
      else verdicts[i] = {GpuOutcome::Failed, "the process that launched it " + DescribeEnd(*child, limits)};
      return true;
    });
    if (waiting.size() == before) return Status::Error("a child process for launches on a GPU " + DescribeEnd(*child, limits));
  }
  return verdicts;
}

}  // namespace warpsmith
