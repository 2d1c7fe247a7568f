// dataset_bench INPUT [JOBS] [REPEAT]: reads the records of a dataset and writes them again in each format, beside zstd
// compressing the same bytes (as JSON lines) at the same level with as many threads. Prints one line each; the ratio is
// of wall-clock times. REPEAT copies of the records are written, each with indices of its own.
#include <fmt/format.h>
#include <sys/resource.h>
#include <zstd.h>

#include <chrono>
#include <ctime>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "dataset/reader.h"
#include "dataset/writer.h"
#include "record/json.h"

namespace warpsmith {
namespace {

constexpr int kLevel = 3;
constexpr size_t kBatch = 128;
using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

[[noreturn]] void Die(const std::string& message) {
  fmt::print(stderr, "{}\n", message);
  std::exit(3);
}

double ProcessorSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ThreadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Measured {
  double seconds = 0;
  double processor_seconds = 0;
  uint64_t bytes = 0;
};

std::vector<Record> Load(const std::string& path) {
  Result<DatasetReader> reader = DatasetReader::Open(path);
  if (!reader.ok()) Die(reader.message());
  std::vector<Record> all;
  while (true) {
    Result<std::vector<Record>> records = reader->Next();
    if (!records.ok()) Die(records.message());
    if (records->empty()) return all;
    for (Record& record : *records) {
      record.device = "cpu";
      all.push_back(std::move(record));
    }
  }
}

/// Compresses the copies as one stream, as `zstd -T` does, into a file.
Measured CompressPlainly(const std::string& lines, int repeat, int jobs, const std::string& path) {
  Clock::time_point begin = Clock::now();
  double processor_begin = ProcessorSeconds();
  FILE* file = std::fopen(path.c_str(), "wb");
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, jobs);
  std::string out(ZSTD_CStreamOutSize(), '\0');
  Measured measured;
  for (int copy = 0; copy < repeat; ++copy) {
    ZSTD_inBuffer input{lines.data(), lines.size(), 0};
    bool last = copy + 1 == repeat;
    size_t left = 1;
    while (last ? left != 0 : input.pos < input.size) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      left = ZSTD_compressStream2(context, &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left)) Die(ZSTD_getErrorName(left));
      measured.bytes += std::fwrite(out.data(), 1, output.pos, file);
    }
  }
  ZSTD_freeCCtx(context);
  std::fclose(file);
  measured.seconds = SecondsSince(begin);
  measured.processor_seconds = ProcessorSeconds() - processor_begin;
  return measured;
}

Measured WriteDataset(const std::vector<Record>& records, int repeat, int jobs, DatasetFormat format,
                      const std::string& directory) {
  DatasetOptions options;
  options.directory = directory;
  options.format = format;
  options.jobs = jobs;
  options.zstd_level = kLevel;
  options.count = records.size() * static_cast<size_t>(repeat);
  double copying = 0;  // a real producer hands its records over
  double copying_processor = 0;
  Clock::time_point begin = Clock::now();
  double processor_begin = ProcessorSeconds();
  Result<DatasetWriter> writer = DatasetWriter::Open(options);
  if (!writer.ok()) Die(writer.message());
  uint64_t index = 0;
  for (int copy = 0; copy < repeat; ++copy) {
    for (size_t at = 0; at < records.size(); at += kBatch) {
      Clock::time_point copy_begin = Clock::now();
      double copy_processor_begin = ThreadSeconds();
      std::vector<Record> batch(records.begin() + static_cast<long>(at),
                                records.begin() + static_cast<long>(std::min(at + kBatch, records.size())));
      for (Record& record : batch) record.metadata.index = index++;
      copying += SecondsSince(copy_begin);
      copying_processor += ThreadSeconds() - copy_processor_begin;
      if (Status status = writer->Append(std::move(batch)); !status.ok()) Die(status.message());
    }
  }
  if (Status status = writer->Finish(); !status.ok()) Die(status.message());
  return {SecondsSince(begin) - copying, ProcessorSeconds() - processor_begin - copying_processor,
          writer->disk_bytes()};
}

int Main(int argc, char** argv) {
  if (argc < 2) Die("usage: dataset_bench INPUT [JOBS] [REPEAT]");
  int jobs = argc > 2 ? std::atoi(argv[2]) : 2;
  int repeat = argc > 3 ? std::atoi(argv[3]) : 1;
  std::vector<Record> records = Load(argv[1]);
  std::string lines;
  for (const Record& record : records) {
    AppendRecordJson(record, {}, lines);
    lines += '\n';
  }
  std::string pattern = (std::filesystem::temp_directory_path() / "warpsmith-bench-XXXXXX").string();
  std::string root = mkdtemp(pattern.data());
  double megabytes = static_cast<double>(lines.size()) * repeat / 1e6;
  fmt::print("{} records, {:.0f} MB as JSON lines, {} threads\n", records.size() * repeat, megabytes, jobs);
  Measured plain = CompressPlainly(lines, repeat, jobs, root + "/plain.zst");
  auto print = [&](const char* name, const Measured& measured) {
    fmt::print("{:<8} {:7.2f} s ({:.2f} of processor)  {:8.0f} records/s  {:6.0f} MB/s  {:7.1f} MB  {:.2f} times zstd's time\n", name,
               measured.seconds, measured.processor_seconds, records.size() * repeat / measured.seconds, megabytes / measured.seconds,
               measured.bytes / 1e6, measured.seconds / plain.seconds);
  };
  print("zstd", plain);
  for (DatasetFormat format : {DatasetFormat::Parquet, DatasetFormat::JsonLines}) {
    std::string name(DatasetFormatName(format));
    print(name.c_str(), WriteDataset(records, repeat, jobs, format, root + "/" + name));
  }
  std::filesystem::remove_all(root);
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("peak memory {:.0f} MB, of which the input is {:.0f} MB\n", usage.ru_maxrss / 1e3,
             (lines.size() * 2) / 1e6);
  return 0;
}

}  // namespace
}  // namespace warpsmith

int main(int argc, char** argv) { return warpsmith::Main(argc, argv); }
