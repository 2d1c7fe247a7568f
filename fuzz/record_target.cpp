// A record read from JSON is written as JSON that reads as the same record.
#include "dataset/test_records.h"
#include "mutations.h"
#include "record/json.h"
#include "target.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  Result<Record> record = ParseRecordJson(input);
  if (!record.ok()) return Check(!record.message().empty(), "a record that cannot be read has a reason");
  std::string text, again;
  AppendRecordJson(*record, {.ir_lines = true}, text);
  Check(text.find('\n') == std::string::npos, "a record is one line");
  Result<Record> second = ParseRecordJson(text);
  Check(second.ok(), "what was written can be read");
  AppendRecordJson(*second, {.ir_lines = true}, again);
  Check(text == again, "what was read is what was written");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (uint64_t index = 0; index < 12; ++index)
    AppendRecordJson(TestRecord(index, index % 2 == 0 ? "cpu" : "cuda"), {.ir_lines = index % 3 == 0}, seeds.emplace_back());
  return seeds;
}

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return random.Percent(20) ? MutateBytes(input, other, random) : MutateJson(input, other, random);
}

}  // namespace warpsmith::fuzz
