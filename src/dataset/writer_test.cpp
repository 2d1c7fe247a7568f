#include "dataset/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "dataset/files.h"
#include "dataset/reader.h"
#include "dataset/test_records.h"

namespace warpsmith {
namespace {

namespace fs = std::filesystem;

constexpr DatasetFormat kFormats[] = {DatasetFormat::Parquet, DatasetFormat::JsonLines, DatasetFormat::JsonFiles};

class WriterTest : public testing::TestWithParam<DatasetFormat> {
 protected:
  void SetUp() override {
    // In memory where there is such a file system: the tests synchronise often.
    fs::path base = access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string pattern = (base / "warpsmith-dataset-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  DatasetOptions Options(const std::string& name, uint64_t count) const {
    DatasetOptions options;
    options.directory = (root_ / name).string();
    options.format = GetParam();
    options.devices = {"cpu", "cuda"};
    options.parameters = {{"seed", "3"}};
    options.count = count;
    options.limits = {40000, 50, 3};
    return options;
  }

  fs::path root_;
};

/// Appends what is missing, in batches; stops by itself after `most` indices.
Status Produce(DatasetWriter& writer, const DatasetOptions& options, uint64_t batch, uint64_t most = ~uint64_t{0}) {
  uint64_t end = options.start + options.count;
  for (uint64_t index = writer.next_index(), done = 0; index < end && done < most; index += batch, done += batch) {
    std::vector<Record> records;
    for (const std::string& device : options.devices) {
      for (uint64_t at = index; at < std::min(index + batch, end); ++at) records.push_back(TestRecord(at, device));
    }
    if (Status status = writer.Append(std::move(records)); !status.ok()) return status;
  }
  return Status::Ok();
}

/// Runs to the end; empty, or what went wrong.
std::string WriteAll(const DatasetOptions& options, uint64_t batch = 20) {
  Result<DatasetWriter> writer = DatasetWriter::Open(options);
  if (!writer.ok()) return writer.message();
  if (Status status = Produce(*writer, options, batch); !status.ok()) return status.message();
  Status status = writer->Finish();
  return status.ok() ? "" : status.message();
}

std::map<std::string, std::string> Tree(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    files[fs::relative(entry.path(), directory).string()] = *ReadWholeFile(entry.path().string());
  }
  return files;
}

/// Equal trees, reported by names rather than by megabytes.
void ExpectSameTree(const std::string& left, const std::string& right) {
  auto a = Tree(left);
  auto b = Tree(right);
  std::vector<std::string> names_a, names_b;
  for (auto& [name, text] : a) names_a.push_back(name);
  for (auto& [name, text] : b) names_b.push_back(name);
  ASSERT_EQ(names_a, names_b);
  for (auto& [name, text] : a) EXPECT_TRUE(text == b[name]) << name << " differs";
}

std::vector<Record> ReadAll(const std::string& path) {
  std::vector<Record> all;
  Result<DatasetReader> reader = DatasetReader::Open(path);
  EXPECT_TRUE(reader.ok());
  while (true) {
    Result<std::vector<Record>> records = reader->Next();
    EXPECT_TRUE(records.ok()) << records.message();
    if (!records.ok() || records->empty()) break;
    for (Record& record : *records) all.push_back(std::move(record));
  }
  std::sort(all.begin(), all.end(), [](const Record& a, const Record& b) {
    return std::pair(a.device, a.metadata.index) < std::pair(b.device, b.metadata.index);
  });
  return all;
}

TEST_P(WriterTest, WritesWhatItReadsBackAndNothingElse) {
  DatasetOptions options = Options("d", 1000);
  ASSERT_EQ(WriteAll(options), "");
  std::vector<Record> records = ReadAll(options.directory);
  ASSERT_EQ(records.size(), 2000u);
  for (size_t at = 0; at < records.size(); ++at) {
    ASSERT_EQ(records[at], TestRecord(at % 1000, at < 1000 ? "cpu" : "cuda")) << at;
  }
  for (const auto& [name, text] : Tree(options.directory)) {
    bool known = name == "README.md" || name == "warpsmith.json" || name.starts_with("cpu/") || name.starts_with("cuda/");
    EXPECT_TRUE(known) << name;
    if (GetParam() == DatasetFormat::Parquet && name.starts_with("cpu/")) {
      EXPECT_TRUE(name.find("-of-000") != std::string::npos) << name;
    }
  }
  EXPECT_FALSE(fs::exists(options.directory + "/.warpsmith"));
}

TEST_P(WriterTest, BytesDoNotDependOnJobsOrBatches) {
  DatasetOptions one = Options("one", 700);
  DatasetOptions many = Options("many", 700);
  many.jobs = 5;
  ASSERT_EQ(WriteAll(one, 1), "");
  ASSERT_EQ(WriteAll(many, 333), "");
  ExpectSameTree(one.directory, many.directory);
}

TEST_P(WriterTest, ContinuesAfterSuspendAndBecomesLonger) {
  DatasetOptions whole = Options("whole", 900);
  ASSERT_EQ(WriteAll(whole), "");
  DatasetOptions parts = Options("parts", 300);
  for (uint64_t most : {7u, 1u, 150u}) {
    Result<DatasetWriter> writer = DatasetWriter::Open(parts);
    ASSERT_TRUE(writer.ok()) << writer.message();
    uint64_t before = writer->next_index();
    ASSERT_TRUE(Produce(*writer, parts, 1, most).ok());
    ASSERT_TRUE(writer->Suspend().ok());
    Result<DatasetWriter> again = DatasetWriter::Open(parts);
    ASSERT_TRUE(again.ok()) << again.message();
    EXPECT_EQ(again->next_index(), before + most);  // nothing was lost
  }
  ASSERT_EQ(WriteAll(parts), "");
  ASSERT_EQ(WriteAll(parts), "");  // nothing left to do
  for (uint64_t count : {301u, 302u, 610u, 900u}) {
    parts.count = count;
    ASSERT_EQ(WriteAll(parts), "");
    DatasetOptions fresh = Options(fmt::format("fresh{}", count), count);
    ASSERT_EQ(WriteAll(fresh, 77), "");
    ExpectSameTree(parts.directory, fresh.directory);
  }
  ExpectSameTree(parts.directory, whole.directory);
}

TEST_P(WriterTest, KilledAtAnyInstantGivesTheSameBytes) {
  DatasetOptions whole = Options("whole", 1500);
  ASSERT_EQ(WriteAll(whole), "");
  std::mt19937 random(7);
  DatasetOptions killed = Options("killed", 100);
  killed.jobs = 3;
  int kills = 0;
  for (int attempt = 0; attempt < 40; ++attempt) {
    if (attempt % 5 == 4) killed.count = std::min<uint64_t>(killed.count + 157, 1500);
    pid_t child = fork();
    if (child == 0) {
      std::string error = WriteAll(killed, 10);
      if (!error.empty()) fmt::print(stderr, "{}\n", error);
      _exit(error.empty() ? 0 : 1);
    }
    usleep(random() % 120000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    kills += WIFSIGNALED(status);
    if (WIFEXITED(status)) {
      ASSERT_NE(WEXITSTATUS(status), 1);
      if (WEXITSTATUS(status) == 0 && killed.count == 1500) break;
    }
  }
  killed.count = 1500;
  EXPECT_GT(kills, 0);
  ASSERT_EQ(WriteAll(killed), "");
  EXPECT_EQ(ReadAll(killed.directory).size(), 3000u);
  ExpectSameTree(whole.directory, killed.directory);
}

TEST_P(WriterTest, KeepsSlowRecordsWithinASecond) {
  DatasetOptions options = Options("slow", 100);
  options.limits = {};
  pid_t child = fork();
  if (child == 0) {
    Result<DatasetWriter> writer = DatasetWriter::Open(options);
    if (!writer.ok() || !Produce(*writer, options, 1, 5).ok()) _exit(1);
    pause();
  }
  usleep(1000000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  {
    Result<DatasetWriter> writer = DatasetWriter::Open(options);
    ASSERT_TRUE(writer.ok()) << writer.message();
    EXPECT_EQ(writer->next_index(), 5u);
  }
  ASSERT_EQ(WriteAll(options), "");
  EXPECT_EQ(ReadAll(options.directory).size(), 200u);
}

TEST_P(WriterTest, RefusesOtherParametersAndKeepsWhatIsThere) {
  DatasetOptions options = Options("d", 100);
  ASSERT_EQ(WriteAll(options), "");
  auto before = Tree(options.directory);
  DatasetOptions other = options;
  other.parameters["seed"] = "4";
  EXPECT_EQ(WriteAll(other), options.directory + " holds a run with seed '3', and this one has '4': give the same, another "
                                            "directory, or --fresh to start over");
  other = options;
  other.parameters["category"] = "vector";
  EXPECT_NE(WriteAll(other).find("category none"), std::string::npos);
  other = options;
  other.count = 50;
  EXPECT_NE(WriteAll(other).find("a run of 100 kernels, and this one asks for 50"), std::string::npos);
  EXPECT_EQ(Tree(options.directory), before);
  other.fresh = true;
  EXPECT_EQ(WriteAll(other), "");
  EXPECT_EQ(ReadAll(options.directory).size(), 100u);
}

TEST_P(WriterTest, RefusesADirectoryInUseOrOfSomeoneElse) {
  DatasetOptions options = Options("d", 100);
  {
    Result<DatasetWriter> writer = DatasetWriter::Open(options);
    ASSERT_TRUE(writer.ok());
    EXPECT_EQ(WriteAll(options), "another run is writing to " + options.directory);
  }
  DatasetOptions foreign = Options("foreign", 100);
  fs::create_directories(foreign.directory);
  std::ofstream(foreign.directory + "/README.md") << "mine\n";
  EXPECT_NE(WriteAll(foreign).find("holds README.md"), std::string::npos);
  foreign.fresh = true;
  EXPECT_NE(WriteAll(foreign).find("holds README.md"), std::string::npos);
  EXPECT_EQ(Tree(foreign.directory).size(), 1u);
}

TEST_P(WriterTest, NamesThePathAndTheCauseOfAFailure) {
  DatasetOptions options = Options("file/d", 10);
  std::ofstream((root_ / "file").string()) << "x";
  std::string error = WriteAll(options);
  EXPECT_NE(error.find(options.directory), std::string::npos) << error;
  EXPECT_NE(error.find("Not a directory"), std::string::npos) << error;
  options.directory = "/proc/warpsmith";
  error = WriteAll(options);
  EXPECT_NE(error.find("/proc/warpsmith"), std::string::npos) << error;
}

TEST_P(WriterTest, RefusesTextThatIsNotUtf8) {
  DatasetOptions options = Options("d", 1);
  options.devices = {"cpu"};
  Result<DatasetWriter> writer = DatasetWriter::Open(options);
  ASSERT_TRUE(writer.ok());
  Record record = TestRecord(0, "cpu");
  record.ir_forward += "\xff";
  (void)writer->Append({record});
  Status status = writer->Finish();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("record 0 (cpu)"), std::string::npos) << status.message();
}

/// A file system that is full stops the run with a clear error; with room again the run completes as if never stopped.
TEST_P(WriterTest, LosesNothingWhenTheDiskIsFull) {
  DatasetOptions options = Options("small/d", 1500);
  DatasetOptions whole = Options("whole", 1500);
  ASSERT_EQ(WriteAll(whole), "");
  std::string mounted = (root_ / "small").string();
  fs::create_directories(mounted);
  if (mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=256k") != 0) GTEST_SKIP() << "cannot mount a small file system";
  std::string error = WriteAll(options);
  EXPECT_NE(error.find("No space left on device"), std::string::npos) << error;
  EXPECT_NE(error.find(options.directory), std::string::npos) << error;
  EXPECT_EQ(mount("tmpfs", mounted.c_str(), "tmpfs", MS_REMOUNT, "size=100m"), 0);
  EXPECT_EQ(WriteAll(options), "");
  ExpectSameTree(options.directory, whole.directory);
  umount(mounted.c_str());
}

TEST_P(WriterTest, StopsAtTheLimitOfFileSizes) {
  if (GetParam() == DatasetFormat::JsonFiles) GTEST_SKIP() << "each file is small";
  DatasetOptions options = Options("d", 1500);
  options.limits.segments_per_shard = 100;
  DatasetOptions whole = Options("whole", 1500);
  whole.limits = options.limits;
  ASSERT_EQ(WriteAll(whole), "");
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{60000, 60000};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string error = WriteAll(options);
    _exit(error.find("File too large") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(WriteAll(options), "");
  ExpectSameTree(options.directory, whole.directory);
}

INSTANTIATE_TEST_SUITE_P(Formats, WriterTest, testing::ValuesIn(kFormats),
                         [](const auto& info) { return std::string(DatasetFormatName(info.param)); });

}  // namespace
}  // namespace warpsmith
