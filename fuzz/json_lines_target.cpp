// Files of JSON records: lines, plain and compressed, and one object; and single zstd frames.
#include "dataset/zstd_frames.h"
#include "memory_file.h"
#include "mutations.h"
#include "record/json.h"
#include "shards.h"
#include "target.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  MemoryFile file(input);
  ReadAll(OpenJsonLinesFile(file.path(), {}));
  ReadAll(OpenJsonFile(file.path(), {.skip_lower_levels = true}));
  Result<std::string> content = DecompressFrame(input, 1 << 20);
  if (content.ok()) Check(*DecompressFrame(*CompressFrame(*content, 1), 1 << 20) == *content, "a frame keeps its content");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds{MakeShard(*MakeJsonLinesCodec(3, false), 3), MakeShard(*MakeJsonLinesCodec(3, true), 1)};
  std::string lines;
  for (uint64_t index = 0; index < 4; ++index) {
    AppendRecordJson(TestRecord(index, "cpu"), {}, lines);
    lines += '\n';
    seeds.push_back(lines);
  }
  return seeds;
}

/// Compressed input is varied under its compression, or not at all.
std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  Result<std::string> content = DecompressFrame(input, 1 << 20);
  if (!content.ok() || random.Percent(30)) return MutateBytes(input, other, random);
  std::string changed = MutateBytes(*content, *content, random);
  return *CompressFrame(changed, 1);
}

}  // namespace warpsmith::fuzz
