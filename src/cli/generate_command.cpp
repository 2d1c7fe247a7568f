// warpsmith generate: kernels of the generator, compiled, as a dataset.
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/record_maker.h"
#include "cli/version.h"
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
  bool backward = true;
  uint64_t seed = 0;
  uint64_t start = 0;
  int arch = 90;
  std::vector<std::string> categories;
  std::string complexity = "1-5";
  std::string format = "parquet";
  int jobs = 0;
  std::string verify = "none";
  std::string policy;
  bool fresh = false;
  bool ir_lines = false;
  bool quiet = false;
};

std::atomic<bool> interrupted{false};

void OnInterrupt(int) { interrupted = true; }

/// A run of consecutive indices, made by one worker.
constexpr uint64_t kChunk = 128;

struct Chunk {
  std::vector<Record> records;
  uint64_t failed = 0;
  std::string first_failure;  // rendered diagnostics
};

/// Makes chunks on worker threads and hands them out in order. At most a few chunks a worker are under way.
class ChunkProducer {
 public:
  ChunkProducer(const generate::GeneratorContext& context, generate::GenerateOptions generate_options,
                RecordOptions record_options, uint64_t seed, uint64_t begin, uint64_t end, int jobs)
      : context_(context),
        generate_options_(std::move(generate_options)),
        record_options_(std::move(record_options)),
        seed_(seed),
        begin_(begin),
        end_(end),
        chunk_count_((end - begin + kChunk - 1) / kChunk),
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
    uint64_t first = begin_ + number * kChunk;
    for (uint64_t index = first; index < std::min(first + kChunk, end_) && !interrupted; ++index) {
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
        chunk.first_failure = fmt::format("index {}:\n{}", index, Render(sink.diagnostics()));
    }
    return chunk;
  }

  const generate::GeneratorContext& context_;
  generate::GenerateOptions generate_options_;
  RecordOptions record_options_;
  uint64_t seed_, begin_, end_, chunk_count_, window_;
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

int UsageError(const std::string& message) {
  PrintError(message);
  return kExitUsage;
}

/// Everything the run is made of, checked.
struct Plan {
  generate::Policy policy;
  generate::GenerateOptions generate;
  RecordOptions records;
  DatasetOptions dataset;
};

int MakePlan(const GenerateCommandOptions& options, Plan& plan) {
  plan.policy = generate::DefaultPolicy();
  if (!options.policy.empty()) {
    Result<SourceBuffer> file = SourceBuffer::FromFile(options.policy);
    if (!file.ok()) return PrintError(file.message()), kExitInputOutput;
    Result<generate::Policy> policy = generate::ParsePolicy(file->text());
    if (!policy.ok()) return PrintError(options.policy + ": " + policy.message()), kExitFellShort;
    plan.policy = *policy;
  }
  auto complexity = ParseComplexity(options.complexity);
  if (!complexity) return UsageError("--complexity must be a level from 1 to 5 or a range such as 2-4, not " + options.complexity);
  plan.generate.min_complexity = complexity->first;
  plan.generate.max_complexity = complexity->second;
  std::string categories;
  for (const std::string& name : options.categories) {
    std::optional<generate::Category> category = generate::FindCategory(name);
    if (!category) return UsageError("unknown category '" + name + "'; see warpsmith generate --help");
    plan.generate.categories.push_back(*category);
    categories += (categories.empty() ? "" : ",") + name;
  }
  plan.records.devices.clear();
  for (const std::string& device : options.devices)
    plan.records.devices.push_back(device == "cuda" ? Device::Cuda : Device::Cpu);
  plan.records.backward = options.backward;
  DatasetOptions& dataset = plan.dataset;
  dataset.directory = options.directory;
  dataset.format = *ParseDatasetFormat(options.format);
  dataset.devices = options.devices;
  dataset.start = options.start;
  dataset.count = options.count;
  dataset.fresh = options.fresh;
  dataset.ir_lines = options.ir_lines;
  dataset.jobs = options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  dataset.parameters = {{"seed", std::to_string(options.seed)},
                        {"backward", options.backward ? "true" : "false"},
                        {"category", categories.empty() ? "all" : categories},
                        {"complexity", options.complexity},
                        {"arch", std::to_string(options.arch)},
                        {"policy", fmt::format("{:016x}", generate::Fingerprint(plan.policy))},
                        {"generator", std::string(generate::kGeneratorVersion)},
                        {"warpsmith", kGeneratorVersion},
                        {"warp", kWarpVersion}};
  return kExitDone;
}

int RunGenerate(const GenerateCommandOptions& options, const GlobalOptions& global) {
  Plan plan;
  if (int code = MakePlan(options, plan); code != kExitDone) return code;
  Result<DatasetWriter> writer = DatasetWriter::Open(plan.dataset);
  if (!writer.ok()) return PrintError(writer.message()), kExitInputOutput;
  std::signal(SIGINT, OnInterrupt);
  std::signal(SIGTERM, OnInterrupt);
  generate::GeneratorContext context(plan.policy);
  uint64_t end = options.start + options.count;
  uint64_t begin = writer->next_index();
  uint64_t done = begin - options.start, failed = 0;
  Progress progress("kernels", done, options.count, options.quiet);
  Status status = Status::Ok();
  {
    ChunkProducer producer(context, plan.generate, plan.records, options.seed, begin, end, plan.dataset.jobs);
    while (std::optional<Chunk> chunk = producer.Next()) {
      if (interrupted) break;
      failed += chunk->failed;
      if (!chunk->first_failure.empty()) PrintError("a kernel could not be compiled, " + chunk->first_failure);
      status = writer->Append(std::move(chunk->records));
      if (!status.ok()) break;
      done = std::min(done + kChunk, options.count);
      progress.Update(done, fmt::format("{} MB of text", WithThousands(writer->text_bytes() >> 20)));
    }
  }
  progress.Finish();
  if (!status.ok()) return PrintError(status.message()), kExitInputOutput;
  if (interrupted) {
    status = writer->Suspend();
    if (!status.ok()) return PrintError(status.message()), kExitInputOutput;
    std::fprintf(stderr, "warpsmith: interrupted after %s kernels; the same command continues\n", WithThousands(done).c_str());
    return kExitInterrupted;
  }
  status = writer->Finish();
  if (!status.ok()) return PrintError(status.message()), kExitInputOutput;
  uint64_t rows = (options.count - failed) * options.devices.size();
  std::string summary =
      global.json ? fmt::format("{{\"directory\":\"{}\",\"kernels\":{},\"failed\":{},\"rows\":{}}}\n", options.directory,
                                options.count, failed, rows)
                  : fmt::format("{} kernels, {} rows in {}\n", WithThousands(options.count - failed), WithThousands(rows),
                                options.directory);
  if (int code = WriteOutput(summary); code != kExitDone) return code;
  if (failed != 0) PrintError(fmt::format("{} kernels could not be compiled and are missing", failed));
  return failed != 0 ? kExitFellShort : kExitDone;
}

}  // namespace

void RegisterGenerate(CommandContext context) {
  auto options = std::make_shared<GenerateCommandOptions>();
  CLI::App* command = context.app.add_subcommand("generate", "Generate kernels and write pairs of them and their C++ or CUDA");
  command->add_option("-n,--count", options->count, "Number of kernels; each device gives a row")->required();
  command->add_option("-o,--output", options->directory, "Directory of the dataset")->required();
  command->add_option("-d,--device", options->devices, "cpu, cuda or cpu,cuda")->delimiter(',')->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
  command->add_flag("-b,--backward,!--no-backward", options->backward, "With adjoint code (default)");
  command->add_option("--seed", options->seed, "Names the sequence of kernels")->capture_default_str();
  command->add_option("--start", options->start, "Index of the first kernel")->capture_default_str();
  command->add_option("--arch", options->arch, "CUDA architecture")->capture_default_str();
  command->add_option("--category", options->categories, "Categories, separated by commas (default: all)")->delimiter(',');
  command->add_option("--complexity", options->complexity, "Level from 1 to 5, or a range")->capture_default_str();
  command->add_option("--format", options->format, "parquet, jsonl or json")->check(CLI::IsMember({"parquet", "jsonl", "json"}))->capture_default_str();
  command->add_option("--jobs", options->jobs, "Worker threads (default: one a core)")->check(CLI::PositiveNumber);
  command->add_option("--verify", options->verify, "none; compile and run come with the toolchain")->check(CLI::IsMember({"none"}));
  command->add_option("--policy", options->policy, "JSON file of weights and limits");
  command->add_flag("--fresh", options->fresh, "Start over, deleting the dataset in the directory");
  command->add_flag("--ir-lines", options->ir_lines, "JSON: add `ir`, the forward body as a list of lines");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->callback([options, context] { context.exit_code = RunGenerate(*options, context.global); });
}

}  // namespace warpsmith
