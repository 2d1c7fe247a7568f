// Parquet files. Arrow's own readers are tested elsewhere; here, that whatever they give is a record or an error.
#include "memory_file.h"
#include "mutations.h"
#include "shards.h"
#include "target.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  MemoryFile file(input);
  ReadAll(OpenParquetFile(file.path(), {.skip_lower_levels = input.size() % 2 != 0}));
}

std::vector<std::string> Seeds() {
  return {MakeShard(*MakeParquetCodec(3), 1), MakeShard(*MakeParquetCodec(1), 7)};
}

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return MutateBytes(input, other, random);
}

}  // namespace warpsmith::fuzz
