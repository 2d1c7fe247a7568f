// A Python file through the whole compiler, to both texts. A line `#file PATH` begins another file, which the first may
// import.
#include <map>

#include "compilation.h"
#include "compile/fingerprint.h"
#include "mutations.h"
#include "seeds.h"
#include "target.h"
#include "unit/source_reader.h"

namespace warpsmith::fuzz {

namespace {

constexpr std::string_view kMark = "#file ";

/// The files of an input by path; what stands before the first mark is /main.py.
std::map<std::string, std::string> SplitFiles(std::string_view input) {
  std::map<std::string, std::string> files;
  std::string path = "/main.py";
  while (!input.empty()) {
    size_t end = input.find('\n');
    std::string_view line = input.substr(0, end == std::string_view::npos ? end : end + 1);
    input.remove_prefix(line.size());
    if (line.starts_with(kMark)) {
      path = "/" + std::string(line.substr(kMark.size(), line.find_last_not_of("\r\n") + 1 - kMark.size()));
      files[path];
    } else {
      files[path] += line;
    }
  }
  files["/main.py"];
  return files;
}

}  // namespace

void Run(std::string_view input) {
  std::map<std::string, std::string> files = SplitFiles(input);
  SourceBuffer source = SourceBuffer::FromText("/main.py", files["/main.py"]);
  MemoryLoader loader(std::move(files));
  DiagnosticSink sink(&source);
  std::unique_ptr<Unit> unit = ReadSource(source, {.loader = &loader, .library_folder = "/site/warp"}, sink);
  Check(unit != nullptr || sink.has_errors(), "a file that cannot be read has a diagnostic");
  if (unit != nullptr) {
    CompileAndEmit(*unit, sink);
    for (const KernelDefinition& kernel : unit->kernels) static_cast<void>(StructuralFingerprint(*kernel.ast));
  }
  RenderAll(sink);
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds = PythonSeeds();
  seeds.push_back(
      "import warp as wp\nfrom helpers import *\nfrom package.inner import twice as double, Pair\nimport warp.extra\n\n"
      "@wp.kernel\ndef k(a: wp.array(dtype=float), p: Pair):\n    a[wp.tid()] = double(p.x) + once(LIMIT) + warp.extra.f(1.0)\n"
      "#file helpers.py\nimport warp as wp\nLIMIT = wp.constant(3.5)\n@wp.func\ndef once(x: float):\n    return x\n"
      "#file package/__init__.py\nfrom .inner import *\n"
      "#file package/inner.py\nimport warp as wp\nimport main\n@wp.struct\nclass Pair:\n    x: float\n    y: wp.vec3\n"
      "@wp.func\ndef twice(x: float):\n    return x * 2.0\n"
      "#file site/warp/extra.py\nimport warp as wp\n@wp.func\ndef f(x: wp.float32) -> wp.float32:\n    return wp.sin(x)\n");
  return seeds;
}

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return random.Percent(3) ? MutateBytes(input, other, random) : MutatePython(input, other, random);
}

}  // namespace warpsmith::fuzz
