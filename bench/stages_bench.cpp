// How long each stage takes from Python text to C++ and CUDA text with backward, on one core, in processor time.
//
// usage: stages_bench [--library FOLDER] REPEATS FILE...
// Prints one JSON object: kernels a round, bytes a round, which inputs those were (the others do not compile or define no
// kernels), and for each stage the seconds of its best round. "parse" is part of "read", which also resolves names; "whole"
// is measured on its own, not summed. With Warp's folder the inputs are modules as `emit` takes them: imports are followed,
// and each device is lowered by itself.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "builtins/builtins.h"
#include "compile/compile.h"
#include "emit/emit.h"
#include "syntax/parser.h"
#include "unit/source_reader.h"

namespace warpsmith {
namespace {

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

constexpr int32_t kArchitecture = 90;

/// How inputs are read.
struct Library {
  std::string folder;  // empty: nothing beyond the input itself is read
  DiskLoader loader;
};

/// One input at every stage it has passed.
struct Work {
  Work(SourceBuffer buffer, const Library& from) : source(std::move(buffer)), library(from), sink(&source) {}
  SourceBuffer source;
  const Library& library;
  DiagnosticSink sink;
  std::unique_ptr<Unit> unit;
  std::unique_ptr<Builtins> builtins;
  std::unique_ptr<CompiledModule> module;
};

using Works = std::vector<std::unique_ptr<Work>>;

void Read(Work& work) {
  ReadOptions options;
  if (!work.library.folder.empty()) {
    options.library_folder = work.library.folder;
    options.loader = &work.library.loader;
  }
  work.unit = ReadSource(work.source, options, work.sink);
  if (work.unit != nullptr) work.builtins = std::make_unique<Builtins>(work.unit->types, work.unit->constants);
}

void Lower(Work& work, Device device = Device::Cpu) {
  CompileOptions options;
  if (device == Device::Cuda) options.architecture = kArchitecture;
  work.module = CompileUnit(*work.unit, *work.builtins, options, work.sink);
}

/// Bytes of text for one device.
size_t Emit(const Work& work, Device device, ModuleEmitter& emitter, TextBuffer& out) {
  out.Clear();
  emitter.Load(work.module->description(device));
  emitter.AppendModule(device, out);
  return out.size();
}

/// Seconds of the quickest of `repeats` rounds of `stage` over all inputs.
double Best(int repeats, Works& works, const std::function<void(Work&)>& stage) {
  double best = 1e300;
  for (int round = 0; round < repeats; ++round) {
    double start = ProcessorSeconds();
    for (auto& work : works) stage(*work);
    best = std::min(best, ProcessorSeconds() - start);
  }
  return best;
}

/// Whether the input as it stands is a module with kernels.
bool Compiles(Work& work) {
  Read(work);
  if (work.unit == nullptr || work.sink.has_errors()) return false;
  if (!work.library.folder.empty()) Lower(work, Device::Cuda);
  if (work.sink.has_errors()) return false;
  Lower(work);
  return work.module != nullptr && !work.module->kernels().empty();
}

/// Keeps the inputs that compile, and notes which those are; says on stderr how many do not.
Works Load(int count, char** paths, const Library& library, std::vector<int>& inputs) {
  Works works;
  for (int i = 0; i < count; ++i) {
    Result<SourceBuffer> source = SourceBuffer::FromFile(paths[i]);
    if (!source.ok()) {
      std::fprintf(stderr, "stages_bench: %s\n", source.message().c_str());
      std::exit(3);
    }
    auto work = std::make_unique<Work>(std::move(*source), library);
    if (!Compiles(*work)) continue;
    works.push_back(std::move(work));
    inputs.push_back(i);
  }
  int refused = count - static_cast<int>(works.size());
  if (refused > 0) std::fprintf(stderr, "stages_bench: %d of %d inputs do not compile and are left out\n", refused, count);
  return works;
}

/// From source text to the texts of both devices.
void Whole(Work& work, ModuleEmitter& emitter, TextBuffer& text) {
  Read(work);
  Lower(work);
  Emit(work, Device::Cpu, emitter, text);
  if (!work.library.folder.empty()) {
    Lower(work, Device::Cuda);
    Emit(work, Device::Cuda, emitter, text);
    return;
  }
  // As when records are made: what both devices share is spelled once.
  text.Clear();
  emitter.LoadOtherDevice(work.module->description(Device::Cuda));
  emitter.AppendModule(Device::Cuda, text);
}

int Run(const std::string& folder, int repeats, int count, char** paths) {
  Library library{folder, {}};
  std::vector<int> inputs;
  Works works = Load(count, paths, library, inputs);
  size_t kernels = 0, bytes = 0;
  ModuleEmitter emitter;
  TextBuffer text;
  for (auto& work : works) kernels += work->module->kernels().size();
  double parse = Best(repeats, works, [](Work& work) {
    SymbolTable symbols;
    DiagnosticSink sink(&work.source);
    Ast ast = Parse(work.source, symbols, sink);
  });
  double read = Best(repeats, works, Read);
  double lower = Best(repeats, works, [](Work& work) { Lower(work); });
  double cpp = Best(repeats, works, [&](Work& work) { Emit(work, Device::Cpu, emitter, text); });
  double cuda = Best(repeats, works, [&](Work& work) { Emit(work, Device::Cuda, emitter, text); });
  double whole = Best(repeats, works, [&](Work& work) { Whole(work, emitter, text); });
  for (auto& work : works) {
    bytes += Emit(*work, Device::Cpu, emitter, text) + Emit(*work, Device::Cuda, emitter, text);
  }
  std::string list;
  for (int input : inputs) list += (list.empty() ? "" : ", ") + std::to_string(input);
  std::printf(
      "{\"kernels\": %zu, \"modules\": %zu, \"bytes\": %zu, \"parse\": %.6f, \"read\": %.6f, \"lower\": %.6f, \"emit_cpu\": "
      "%.6f, \"emit_cuda\": %.6f, \"whole\": %.6f, \"inputs\": [%s]}\n",
      kernels, works.size(), bytes, parse, read, lower, cpp, cuda, whole, list.c_str());
  return works.empty() ? 1 : 0;
}

}  // namespace
}  // namespace warpsmith

int main(int argc, char** argv) {
  std::string folder;
  if (argc > 2 && std::string_view(argv[1]) == "--library") {
    folder = argv[2];
    argc -= 2;
    argv += 2;
  }
  if (argc < 3) {
    std::fprintf(stderr, "usage: stages_bench [--library FOLDER] REPEATS FILE...\n");
    return 2;
  }
  return warpsmith::Run(folder, std::max(1, std::atoi(argv[1])), argc - 2, argv + 2);
}
