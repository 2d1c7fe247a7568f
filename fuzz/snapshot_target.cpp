// A snapshot through the whole compiler, to both texts.
#include "compilation.h"
#include "compile/cache_layout.h"
#include "mutations.h"
#include "seeds.h"
#include "target.h"
#include "unit/snapshot_reader.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  DiagnosticSink sink;
  Result<std::unique_ptr<Unit>> unit = ReadSnapshot(input, {.target = input.size() % 2 == 0 ? "cpu" : "cuda"}, sink);
  if (unit.ok()) {
    Result<std::string> name = CacheName(**unit, {});
    if (name.ok()) Check(name->find('/') == std::string::npos, "the name of a module's files leads nowhere else");
    CompileAndEmit(**unit, sink);
  } else {
    Check(!unit.message().empty(), "a snapshot that cannot be read has a reason");
  }
  RenderAll(sink);
}

std::vector<std::string> Seeds() { return FilesOf("tests/snapshots", ".snapshot.json"); }

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return MutateJson(input, other, random);
}

}  // namespace warpsmith::fuzz
