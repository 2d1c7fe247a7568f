// write_sample DIR FORMAT COUNT: a dataset of test records, for tests that read it with other programs.
#include <fmt/format.h>

#include <cstdlib>

#include "dataset/test_records.h"
#include "dataset/writer.h"

int main(int argc, char** argv) {
  using namespace warpsmith;
  if (argc != 4 || !ParseDatasetFormat(argv[2])) return 2;
  DatasetOptions options;
  options.directory = argv[1];
  options.format = *ParseDatasetFormat(argv[2]);
  options.devices = {"cpu", "cuda"};
  options.count = std::strtoull(argv[3], nullptr, 10);
  options.ir_lines = true;
  options.limits = {100000, 100, 2};
  auto fail = [](const Status& status) { return fmt::print(stderr, "{}\n", status.message()), 3; };
  Result<DatasetWriter> writer = DatasetWriter::Open(options);
  if (!writer.ok()) return fail(writer.status());
  for (uint64_t index = 0; index < options.count; ++index) {
    Status status = writer->Append({TestRecord(index, "cpu"), TestRecord(index, "cuda")});
    if (!status.ok()) return fail(status);
  }
  Status status = writer->Finish();
  return status.ok() ? 0 : fail(status);
}
