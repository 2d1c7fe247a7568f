// warpsmith validate: whether the records of a dataset are what they should be, and do what they should.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dataset_checks.h"
#include "cli/gpu_validation.h"
#include "cli/open_dataset.h"
#include "cli/progress.h"
#include "cli/ptx_validation.h"
#include "cli/record_queue.h"
#include "cli/verification.h"
#include "diagnostics/renderer.h"

namespace warpsmith {

namespace {

struct ValidateOptions {
  std::string directory;
  bool compile = false, run = false, gradients = false, gpu = false;
  uint64_t sample = 0;
  int jobs = 0;
  bool quiet = false;
};

std::atomic<bool> interrupted{false};

void OnInterrupt(int) {
  if (interrupted.exchange(true)) _exit(kExitInterrupted);
}

/// Records go to the compiler in groups: a larger one costs less a kernel, up to some hundred texts.
constexpr size_t kBatch = 32;

Status VerifyAll(const Verifier& verifier, RecordQueue& queue, int jobs, Progress& progress, VerificationSummary& summary) {
  std::mutex mutex;
  Status status = Status::Ok();
  auto work = [&] {
    while (true) {
      const std::vector<Record> records = queue.Next();
      if (records.empty()) return;
      std::vector<const Record*> pointers;
      for (const Record& record : records) pointers.push_back(&record);
      Result<std::vector<Verdict>> verdicts = verifier.Verify(pointers);
      std::lock_guard lock(mutex);
      if (!verdicts.ok()) {
        status = verdicts.status();
        interrupted = true;
        return;
      }
      for (size_t i = 0; i < records.size(); ++i) summary.Add(records[i], (*verdicts)[i]);
      progress.Update(summary.records(), summary.failed() == 0 ? "" : fmt::format("{} fall short", summary.failed()));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < jobs; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return status.ok() ? queue.status() : status;
}

int RunValidate(const ValidateOptions& options, const GlobalOptions& global) {
  Result<DatasetReader> reader = OpenDataset(options.directory);
  if (!reader.ok()) return Fail(global, kExitInputOutput, reader.message());
  DatasetChecks checks;
  // A kernel's CPU text is what is run, so one device's records will do.
  RecordSample cpu(options.sample), cuda(options.sample);
  while (true) {
    Result<std::vector<Record>> records = reader->Next();
    // What was opened and cannot be understood is damaged content.
    if (!records.ok()) return Fail(global, kExitFellShort, records.message());
    if (records->empty()) break;
    for (const Record& record : *records) {
      checks.Add(record);
      (record.device == "cpu" ? cpu : cuda).Add(record.id);
    }
  }
  checks.Finish();

  VerificationSummary summary;
  const bool verifies = options.compile || options.run || options.gradients;
  if (verifies) {
    std::signal(SIGINT, OnInterrupt);
    std::signal(SIGTERM, OnInterrupt);
    const VerifyLevel level = options.gradients ? VerifyLevel::Gradients : options.run ? VerifyLevel::Run : VerifyLevel::Compile;
    Result<std::unique_ptr<Verifier>> verifier = MakeVerifier(global, level);
    if (!verifier.ok()) return Fail(global, kExitInputOutput, verifier.message());
    Result<DatasetReader> again = OpenDataset(options.directory, {.skip_lower_levels = true});
    if (!again.ok()) return Fail(global, kExitInputOutput, again.message());
    const bool on_cpu = cpu.size() > 0;
    const RecordSample& sample = on_cpu ? cpu : cuda;
    RecordQueue queue(std::move(*again), on_cpu ? "cpu" : "cuda", sample, kBatch, &interrupted);
    Progress progress("records", 0, sample.size(), options.quiet || global.json);
    const int jobs = options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    Status status = VerifyAll(**verifier, queue, jobs, progress, summary);
    progress.Finish();
    if (!status.ok()) return Fail(global, kExitInputOutput, status.message());
    if (interrupted) return kExitInterrupted;
  }
  std::optional<PtxSummary> ptx;
  if (options.compile && cuda.size() > 0) {
    Result<PtxSummary> compiled = ValidatePtx(global, options.directory, cuda, options.quiet);
    if (!compiled.ok()) return Fail(global, kExitInputOutput, compiled.message());
    ptx = std::move(*compiled);
  }
  std::optional<GpuSummary> gpu;
  if (options.gpu) {
    if (cuda.size() == 0) return Fail(global, kExitFellShort, options.directory + " holds no record for CUDA (generate -d cuda --levels ptx)");
    Result<GpuSummary> launched = ValidateOnGpu(global, options.directory, cuda, options.quiet);
    if (!launched.ok()) return Fail(global, kExitInputOutput, launched.message());
    gpu = std::move(*launched);
  }
  std::string text;
  if (global.json) text = fmt::format("{{\"directory\":{},\"dataset\":{}{}{}{}}}\n", JsonString(options.directory), checks.Json(),
                                      verifies ? ",\"verification\":" + summary.Json() : "", ptx ? ",\"ptx\":" + ptx->Json() : "", gpu ? ",\"gpu\":" + gpu->Json() : "");
  else text = checks.Text() + (verifies ? summary.Text() : "") + (ptx ? ptx->Text() : "") + (gpu ? gpu->Text() : "");
  if (int code = WriteOutput(global, text); code != kExitDone) return code;
  const bool well = checks.faults() == 0 && summary.failed() == 0 && !(ptx && ptx->failed > 0) && !(gpu && gpu->fell_short());
  return well ? kExitDone : kExitFellShort;
}

}  // namespace

void RegisterValidate(CommandContext context) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = context.app.add_subcommand("validate", "Check the records of a dataset: schema, and that they compile, run, have right gradients");
  command->add_option("DIR", options->directory, "Dataset directory, or one of its files")->required();
  command->add_flag("--compile", options->compile, "Compile every record's kernel for the CPU, and records for CUDA to PTX");
  command->add_flag("--run", options->run, "Also launch it on made-up inputs: reproducible results that depend on them");
  command->add_flag("--gradients", options->gradients, "Also check gradients against differences, and that planted faults are noticed");
  command->add_flag("--gpu", options->gpu, "Launch the PTX of records for CUDA, and compare with what their checks say");
  command->add_option("--sample", options->sample, "Only so many records, chosen by their ids")->check(WholeNumber(1));
  command->add_option("--jobs", options->jobs, "Worker threads (default: one a core)")->check(WholeNumber(1));
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->footer(
      "Without options: schema, ids, balance of categories, lines. Verifying needs an installed Warp (--warp, --python), --gpu\n"
      "the CUDA driver alone ($WARPSMITH_CUDA_DRIVER, else libcuda.so.1) and records with PTX (generate --levels ptx).\n"
      "Exit codes: 0 all is well, 1 some record falls short, 2 wrong usage, 3 reading failed or there is no Warp or GPU.");
  command->callback([options, context] { context.exit_code = RunValidate(*options, context.global); });
}

}  // namespace warpsmith
