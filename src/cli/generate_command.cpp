// warpsmith generate: kernels of the generator, compiled, as a dataset.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <malloc.h>
#include <map>
#include <mutex>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/record_maker.h"
#include "cli/verification.h"
#include "cli/version.h"
#include "cli/warp_folder.h"
#include "dataset/writer.h"
#include "diagnostics/renderer.h"
#include "generate/generate.h"
#include "source/source_buffer.h"

namespace warpsmith {

namespace {

struct GenerateCommandOptions {
  uint64_t count = 0;
  std::string directory;
  std::vector<std::string> devices = {"cpu"};
  bool backward = false, no_backward = false;  // as asked; with, unless without is asked for
  uint64_t seed = 0;
  uint64_t start = 0;
  int arch = 90;
  std::vector<std::string> categories;
  std::string complexity = "1-5";
  std::string format = "parquet";
  int jobs = 0;
  std::vector<std::string> levels;
  std::string verify = "none";
  std::string policy;
  bool fresh = false;
  bool ir_lines = false;
  bool quiet = false;
};

std::atomic<bool> interrupted{false};

/// The first asks the run to stop, the second ends it: the directory continues either way.
void OnInterrupt(int) {
  if (interrupted.exchange(true)) _exit(kExitInterrupted);
}

/// Of kernels that cannot be compiled so many are shown; all are counted.
constexpr uint64_t kShownFailures = 3;

/// A run of consecutive indices, made by one worker. With lower levels a kernel takes most of a second, and a chunk is what
/// an interruption loses.
constexpr uint64_t kChunk = 128, kChunkWithLevels = 1;

struct Chunk {
  std::vector<Record> records;
  uint64_t failed = 0;
  std::string first_failure;  // rendered diagnostics
  uint64_t unverified = 0;  // kernels that fell short when they were verified
  std::string first_unverified;
};

/// Makes chunks on worker threads and hands them out in order. At most a few chunks a worker are under way.
class ChunkProducer {
 public:
  ChunkProducer(const generate::GeneratorContext& context, generate::GenerateOptions generate_options,
                RecordOptions record_options, uint64_t seed, uint64_t begin, uint64_t end, int jobs, const Verifier* verifier)
      : context_(context),
        verifier_(verifier),
        generate_options_(std::move(generate_options)),
        record_options_(std::move(record_options)),
        seed_(seed),
        begin_(begin),
        end_(end),
        chunk_size_(record_options_.levels != nullptr ? kChunkWithLevels : kChunk),
        chunk_count_((end - begin + chunk_size_ - 1) / chunk_size_),
        window_(static_cast<uint64_t>(jobs) * 4) {
    for (int i = 0; i < jobs; ++i) workers_.emplace_back([this] { Work(); });
  }
  ~ChunkProducer() {
    Stop();
    for (std::thread& worker : workers_) worker.join();
  }

  /// The next chunk in order; nothing at the end or after Stop.
  std::optional<Chunk> Next() {
    std::unique_lock lock(mutex_);
    if (taken_ == chunk_count_) return std::nullopt;
    ready_.wait(lock, [&] { return stopped_ || done_.contains(taken_); });
    if (stopped_) return std::nullopt;
    Chunk chunk = std::move(done_.extract(taken_).mapped());
    ++taken_;
    space_.notify_all();
    return chunk;
  }
  [[nodiscard]] uint64_t chunk_size() const { return chunk_size_; }
  void Stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    ready_.notify_all();
    space_.notify_all();
  }

 private:
  void Work() {
    RecordMaker maker(record_options_);
    while (true) {
      uint64_t number;
      {
        std::unique_lock lock(mutex_);
        space_.wait(lock, [&] { return stopped_ || started_ == chunk_count_ || started_ < taken_ + window_; });
        if (stopped_ || started_ == chunk_count_) return;
        number = started_++;
      }
      Chunk chunk = Make(maker, number);
      std::lock_guard lock(mutex_);
      done_.emplace(number, std::move(chunk));
      ready_.notify_all();
    }
  }

  Chunk Make(RecordMaker& maker, uint64_t number) {
    Chunk chunk;
    uint64_t first = begin_ + number * chunk_size_;
    chunk.records.reserve(std::min(chunk_size_, end_ - first) * record_options_.devices.size());
    for (uint64_t index = first; index < std::min(first + chunk_size_, end_) && !interrupted; ++index) {
      generate::GeneratedKernel kernel = generate::Generate(context_, seed_, index, generate_options_);
      KernelSource source;
      source.name = std::move(kernel.name);
      source.category = generate::CategoryName(kernel.category);
      source.python_source = std::move(kernel.python_source);
      source.seed = seed_;
      source.index = index;
      source.complexity = static_cast<int32_t>(kernel.complexity);
      DiagnosticSink sink;
      if (maker.Make(source, chunk.records, sink)) continue;
      ++chunk.failed;
      if (chunk.first_failure.empty())
        chunk.first_failure = fmt::format("index {}:\n{}{}", index, Render(sink.diagnostics()), maker.level_failure());
    }
    for (size_t first = 0; verifier_ != nullptr && first < chunk.records.size() && !interrupted; first += kVerified)
      Verify(chunk, first);
    return chunk;
  }

  /// Verifies the kernels of some records: one record a kernel, the others get what it got.
  void Verify(Chunk& chunk, size_t first) {
    const size_t devices = record_options_.devices.size(), end = std::min(first + kVerified, chunk.records.size());
    std::vector<const Record*> kernels;
    for (size_t i = first; i < end; i += devices) kernels.push_back(&chunk.records[i]);
    Result<std::vector<Verdict>> verdicts = verifier_->Verify(kernels);
    if (!verdicts.ok()) {
      chunk.unverified += kernels.size();
      if (chunk.first_unverified.empty()) chunk.first_unverified = verdicts.message();
      return;
    }
    for (size_t k = 0; k < kernels.size(); ++k) {
      const Verdict& verdict = (*verdicts)[k];
      for (size_t d = 0; d < devices; ++d) {
        Record& record = chunk.records[first + k * devices + d];
        record.check = verdict.check;
        record.metadata.verification = verdict.Summary();
      }
      if (verdict.ok()) continue;
      ++chunk.unverified;
      if (chunk.first_unverified.empty()) chunk.first_unverified = kernels[k]->name + ": " + verdict.Summary();
    }
  }

  /// Records that are verified together; a multiple of the number of devices.
  static constexpr size_t kVerified = 32;

  const generate::GeneratorContext& context_;
  const Verifier* verifier_;
  generate::GenerateOptions generate_options_;
  RecordOptions record_options_;
  uint64_t seed_, begin_, end_, chunk_size_, chunk_count_, window_;
  std::mutex mutex_;
  std::condition_variable ready_, space_;
  std::map<uint64_t, Chunk> done_;
  uint64_t started_ = 0, taken_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> workers_;
};

/// "3" or "1-5" as (lowest, highest); nothing if malformed.
std::optional<std::pair<uint32_t, uint32_t>> ParseComplexity(const std::string& text) {
  bool single = text.size() == 1, range = text.size() == 3 && text[1] == '-';
  if (!single && !range) return std::nullopt;
  auto low = static_cast<uint32_t>(text.front() - '0'), high = static_cast<uint32_t>(text.back() - '0');
  if (low < 1 || high > 5 || low > high) return std::nullopt;
  return std::pair(low, high);
}

constexpr uint64_t kMaxIndex = uint64_t{1} << 40;  // what the generator can tell apart

std::string CategoryNames() {
  std::string names;
  for (uint32_t i = 0; i < generate::kCategoryCount; ++i)
    names += (i == 0 ? "" : ", ") + std::string(generate::CategoryName(static_cast<generate::Category>(i)));
  return names;
}

/// Everything the run is made of, checked.
struct Plan {
  generate::Policy policy;
  generate::GenerateOptions generate;
  RecordOptions records;
  DatasetOptions dataset;
};

/// Opens what makes the lower levels, if some are asked for.
int PlanLevels(const GenerateCommandOptions& options, const GlobalOptions& global, Plan& plan) {
  if (options.levels.empty()) return kExitDone;
  std::string names;
  for (const char* level : {"ll", "asm", "ptx", "cubin"}) {  // in this order and once, however they are given
    if (std::find(options.levels.begin(), options.levels.end(), level) == options.levels.end()) continue;
    if (std::string_view(level) == "cubin")
      return Fail(global, kExitUsage, "records hold text, so they have no cubin; ask for ptx, which ptxas turns into one");
    const char* device = std::string_view(level) == "ptx" ? "cuda" : "cpu";
    if (std::find(plan.dataset.devices.begin(), plan.dataset.devices.end(), device) == plan.dataset.devices.end())
      return Fail(global, kExitUsage, fmt::format("the level {} is of rows for {}, which are not asked for", level, device));
    names += (names.empty() ? "" : ",") + std::string(level);
  }
  Result<WarpInstallation> warp = FindWarpInstallation(global);
  if (!warp.ok()) return Fail(global, kExitInputOutput, warp.message());
  Result<std::shared_ptr<const LevelMaker>> levels = LevelMaker::Open(options.levels, options.arch, *warp);
  if (!levels.ok()) return Fail(global, kExitInputOutput, levels.message());
  plan.records.levels = *levels;
  plan.dataset.parameters["levels"] = names;
  return kExitDone;
}

int MakePlan(const GenerateCommandOptions& options, const GlobalOptions& global, Plan& plan) {
  plan.policy = generate::DefaultPolicy();
  if (!options.policy.empty()) {
    Result<SourceBuffer> file = SourceBuffer::FromFile(options.policy);
    if (!file.ok()) return Fail(global, kExitInputOutput, file.message());
    Result<generate::Policy> policy = generate::ParsePolicy(file->text());
    if (!policy.ok()) return Fail(global, kExitFellShort, options.policy + ": " + policy.message());
    plan.policy = *policy;
  }
  auto complexity = ParseComplexity(options.complexity);
  if (!complexity) return Fail(global, kExitUsage, "--complexity must be a level from 1 to 5 or a range such as 2-4, not " + options.complexity);
  if (options.count > kMaxIndex || options.start > kMaxIndex - options.count)
    return Fail(global, kExitUsage, "--start and --count must not go beyond index 2^40");
  plan.generate.min_complexity = complexity->first;
  plan.generate.max_complexity = complexity->second;
  std::string categories;
  for (const std::string& name : options.categories) {
    std::optional<generate::Category> category = generate::FindCategory(name);
    if (!category) return Fail(global, kExitUsage, "unknown category '" + name + "'; there are " + CategoryNames());
    plan.generate.categories.push_back(*category);
    categories += (categories.empty() ? "" : ",") + name;
  }
  plan.records.devices.clear();
  plan.dataset.devices.clear();
  for (const char* device : {"cpu", "cuda"}) {  // in this order and once, however they are given
    if (std::find(options.devices.begin(), options.devices.end(), device) == options.devices.end()) continue;
    plan.records.devices.push_back(std::string_view(device) == "cuda" ? Device::Cuda : Device::Cpu);
    plan.dataset.devices.emplace_back(device);
  }
  plan.records.backward = !options.no_backward;
  DatasetOptions& dataset = plan.dataset;
  dataset.directory = options.directory;
  dataset.format = *ParseDatasetFormat(options.format);
  dataset.start = options.start;
  dataset.count = options.count;
  dataset.fresh = options.fresh;
  dataset.ir_lines = options.ir_lines;
  dataset.jobs = options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  dataset.parameters = {{"seed", std::to_string(options.seed)},
                        {"backward", plan.records.backward ? "true" : "false"},
                        {"category", categories.empty() ? "all" : categories},
                        {"complexity", options.complexity},
                        {"arch", std::to_string(options.arch)},
                        {"policy", fmt::format("{:016x}", generate::Fingerprint(plan.policy))},
                        {"generator", std::string(generate::kGeneratorVersion)},
                        {"warpsmith", kProgramVersion},
                        {"warp", kWarpVersion}};
  if (options.verify != "none") dataset.parameters["verify"] = options.verify;
  return PlanLevels(options, global, plan);
}

/// Segments come and go by the megabyte: pages that were given back would have to be cleared and mapped again.
void KeepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

int RunGenerate(const GenerateCommandOptions& options, const GlobalOptions& global) {
  Plan plan;
  if (int code = MakePlan(options, global, plan); code != kExitDone) return code;
  KeepFreedMemory();
  std::unique_ptr<Verifier> verifier;
  if (options.verify != "none") {
    Result<std::unique_ptr<Verifier>> made =
        MakeVerifier(global, options.verify == "compile" ? VerifyLevel::Compile : VerifyLevel::Gradients);
    if (!made.ok()) return Fail(global, kExitInputOutput, made.message());
    verifier = std::move(*made);
  }
  std::signal(SIGINT, OnInterrupt);
  std::signal(SIGTERM, OnInterrupt);
  Result<DatasetWriter> writer = DatasetWriter::Open(plan.dataset);
  if (!writer.ok()) return Fail(global, kExitInputOutput, writer.message());
  generate::GeneratorContext context(plan.policy);
  uint64_t end = options.start + options.count;
  uint64_t begin = writer->next_index();
  uint64_t done = begin - options.start, failed = 0, shown_failures = 0, unverified = 0;
  Progress progress("kernels", done, options.count, options.quiet || global.json);
  Status status = Status::Ok();
  {
    ChunkProducer producer(context, plan.generate, plan.records, options.seed, begin, end, plan.dataset.jobs,
                           verifier.get());
    while (std::optional<Chunk> chunk = producer.Next()) {
      if (interrupted) break;
      failed += chunk->failed;
      if (!chunk->first_failure.empty() && shown_failures++ < kShownFailures)
        Fail(global, kExitFellShort, "a kernel could not be compiled, " + chunk->first_failure);
      unverified += chunk->unverified;
      if (!chunk->first_unverified.empty() && shown_failures++ < kShownFailures)
        Fail(global, kExitFellShort, "a kernel falls short: " + chunk->first_unverified);
      status = writer->Append(std::move(chunk->records));
      if (!status.ok()) break;
      done = std::min(done + producer.chunk_size(), options.count);
      progress.Update(done, fmt::format("{} MB of text", WithThousands(writer->text_bytes() >> 20)));
    }
  }
  progress.Finish();
  if (!status.ok()) return Fail(global, kExitInputOutput, status.message());
  if (interrupted) {
    status = writer->Suspend();
    if (!status.ok()) return Fail(global, kExitInputOutput, status.message());
    PrintNote(global, fmt::format("interrupted after {} of {} kernels; the same command continues", WithThousands(done),
                                  WithThousands(options.count)));
    return kExitInterrupted;
  }
  status = writer->Finish();
  if (!status.ok()) return Fail(global, kExitInputOutput, status.message());
  uint64_t rows = (options.count - failed) * plan.records.devices.size();
  std::string summary =
      global.json ? fmt::format("{{\"directory\":{},\"kernels\":{},\"failed\":{},\"rows\":{}}}\n", JsonString(options.directory),
                                options.count, failed, rows)
                  : fmt::format("{} kernels, {} rows in {}\n", WithThousands(options.count - failed), WithThousands(rows),
                                options.directory);
  if (int code = WriteOutput(global, summary); code != kExitDone) return code;
  if (unverified > 0) Fail(global, kExitFellShort, fmt::format("{} kernels fall short; their records say why", unverified));
  if (failed == 0) return unverified == 0 ? kExitDone : kExitFellShort;
  return Fail(global, kExitFellShort, fmt::format("{} kernels could not be compiled and are missing", failed));
}

}  // namespace

void RegisterGenerate(CommandContext context) {
  auto options = std::make_shared<GenerateCommandOptions>();
  CLI::App* command = context.app.add_subcommand("generate", "Generate kernels and write pairs of them and their C++ or CUDA");
  command->add_option("-n,--count", options->count, "Number of kernels; each device gives a row")->required()->check(WholeNumber(0));
  command->add_option("-o,--output", options->directory, "Directory of the dataset; created, or continued")->required();
  command->add_option("-d,--device", options->devices, "cpu, cuda or cpu,cuda")
      ->delimiter(',')
      ->check(CLI::IsMember({"cpu", "cuda"}).description(""))
      ->default_str("cpu");
  CLI::Option* with = command->add_flag("-b,--backward", options->backward, "With adjoint code (default)");
  command->add_flag("--no-backward", options->no_backward, "Without adjoint code")->excludes(with);
  command->add_option("--seed", options->seed, "Names the sequence of kernels")->check(WholeNumber(0))->capture_default_str();
  command->add_option("--start", options->start, "Index of the first kernel")->check(WholeNumber(0))->capture_default_str();
  command->add_option("--arch", options->arch, "CUDA architecture, such as 90")->check(WholeNumber(1))->capture_default_str();
  command->add_option("--category", options->categories, "Some of: " + CategoryNames() + " (default: all)")->delimiter(',');
  command->add_option("--complexity", options->complexity, "Level from 1 to 5, or a range such as 2-4")->capture_default_str();
  command->add_option("--format", options->format, "parquet, jsonl or json")
      ->check(CLI::IsMember({"parquet", "jsonl", "json"}).description(""))
      ->capture_default_str();
  command->add_option("--levels", options->levels, "Also lower levels, some of ll, asm (of CPU rows) and ptx (of CUDA rows)")
      ->delimiter(',')
      ->check(CLI::IsMember({"ll", "asm", "ptx", "cubin"}).description(""));
  command->add_option("--jobs", options->jobs, "Worker threads (default: one a core)")->check(WholeNumber(1));
  command->add_option("--policy", options->policy, "JSON file of weights and limits, in place of the defaults");
  command->add_flag("--fresh", options->fresh, "Start over, deleting the dataset in the directory");
  command->add_flag("--ir-lines", options->ir_lines, "json and jsonl: add `ir`, the forward body as a list of lines");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->add_option("--verify", options->verify, "none, compile or run: compile every kernel for the CPU, or also run it and fill `check`")
      ->check(CLI::IsMember({"none", "compile", "run"}).description(""))
      ->capture_default_str();
  command->footer(
      "A run that was interrupted continues with the same command, one that is done grows with a larger -n; other\n"
      "parameters are refused unless --fresh. Record i depends on seed and i alone, not on --jobs or interruptions.\n"
      "Exit codes: 0 done, 1 a kernel cannot be compiled or the policy is wrong, 2 wrong usage, 3 reading or writing\n"
      "failed, 130 interrupted.");
  command->callback([options, context] { context.exit_code = RunGenerate(*options, context.global); });
}

}  // namespace warpsmith
