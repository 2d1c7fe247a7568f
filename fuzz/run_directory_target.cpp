// A run directory in which one file was damaged: continuing it gives an error or a dataset, and changes nothing outside.
// Input: a byte that says which file of which interrupted run, then the content in its place.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "dataset/reader.h"
#include "dataset/run_state.h"
#include "dataset/test_records.h"
#include "dataset/writer.h"
#include "mutations.h"
#include "target.h"

namespace warpsmith::fuzz {

namespace {

namespace fs = std::filesystem;

constexpr uint64_t kCount = 14;
constexpr uint64_t kStops[] = {9, kCount};  // an interrupted and a finished run
constexpr DatasetFormat kFormats[] = {DatasetFormat::Parquet, DatasetFormat::JsonLines, DatasetFormat::JsonFiles};

struct RunFiles {
  DatasetFormat format;
  std::map<std::string, std::string> files;  // by path in the directory
};

/// A folder for this process, in memory where there is such a place; gone at the end of the process.
const std::string& WorkFolder() {
  static struct Folder {
    Folder() {
      std::string pattern = (fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) / "warpsmith-fuzz-XXXXXX";
      Check(mkdtemp(pattern.data()) != nullptr, "cannot make a folder");
      path = pattern;
    }
    ~Folder() { fs::remove_all(path); }
    std::string path;
  } folder;
  return folder.path;
}

DatasetOptions Options(const std::string& directory, DatasetFormat format, uint64_t count) {
  DatasetOptions options;
  options.directory = directory;
  options.format = format;
  options.devices = {"cpu", "cuda"};
  options.parameters = {{"--seed", "3"}};
  options.count = count;
  options.limits = {.segment_bytes = 1 << 14, .segment_rows = 3, .segments_per_shard = 2};
  return options;
}

Status Produce(DatasetWriter& writer, uint64_t end) {
  std::vector<Record> records;
  for (uint64_t index = writer.next_index(); index < end; ++index)
    for (const char* device : {"cpu", "cuda"}) records.push_back(TestRecord(index, device));
  return writer.Append(std::move(records));
}

std::vector<RunFiles> MakeRuns() {
  std::vector<RunFiles> runs;
  std::string directory = WorkFolder() + "/template";
  for (DatasetFormat format : kFormats) {
    for (uint64_t stop : kStops) {
      {
        Result<DatasetWriter> writer = DatasetWriter::Open(Options(directory, format, kCount));
        Check(writer.ok() && Produce(*writer, stop).ok());
        Check((stop == kCount ? writer->Finish() : writer->Suspend()).ok(), "cannot write the run to damage");
      }
      RunFiles& run = runs.emplace_back(RunFiles{format});
      for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        run.files[fs::relative(entry.path(), directory)] =
            std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
      }
      fs::remove_all(directory);
    }
  }
  return runs;
}

const std::vector<RunFiles>& Runs() {
  static const std::vector<RunFiles> runs = (static_cast<void>(WorkFolder()), MakeRuns());
  return runs;
}

void Write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

void ReadBack(const std::string& directory) {
  Result<DatasetReader> reader = DatasetReader::Open(directory);
  while (reader.ok()) {
    Result<std::vector<Record>> records = reader->Next();
    if (!records.ok() || records->empty()) return;
  }
}

}  // namespace

void Run(std::string_view input) {
  if (input.empty()) return;
  auto choice = static_cast<unsigned char>(input.front());
  const RunFiles& run = Runs()[choice % Runs().size()];
  size_t damaged = choice / Runs().size() % run.files.size();
  std::string directory = WorkFolder() + "/run";
  for (const auto& [path, content] : run.files)
    Write(fs::path(directory) / path, damaged-- == 0 ? input.substr(1) : std::string_view(content));
  for (uint64_t count : {kCount, kCount + 4}) {
    Result<DatasetWriter> writer = DatasetWriter::Open(Options(directory, run.format, count));
    if (!writer.ok()) continue;
    if (Produce(*writer, count).ok() && writer->Finish().ok()) ReadBack(directory);
  }
  fs::remove_all(directory);
  for (const auto& entry : fs::directory_iterator(WorkFolder()))
    Check(false, "a run wrote outside its directory: " + entry.path().string());
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (size_t run = 0; run < Runs().size(); ++run) {
    size_t number = 0;
    for (const auto& [path, content] : Runs()[run].files) {
      size_t choice = number++ * Runs().size() + run;
      if (choice < 256) seeds.push_back(static_cast<char>(choice) + content);
    }
  }
  return seeds;
}

/// Entries of a log are varied under their checksums, or the file as it is.
std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  if (input.empty() || random.Percent(50)) return MutateBytes(input, other, random);
  std::string out(input.substr(0, 1));
  std::string_view rest = input.substr(1);
  bool has_entries = false;
  while (std::optional<std::string_view> entry = TakeCheckedEntry(rest)) {
    has_entries = true;
    if (random.Percent(10)) continue;
    AppendCheckedEntry(random.Percent(50) ? MutateBytes(*entry, *entry, random) : *entry, out);
  }
  return has_entries ? out + std::string(rest) : out + MutateJson(input.substr(1), other, random);
}

}  // namespace warpsmith::fuzz
