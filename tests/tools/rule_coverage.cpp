// Prints which rules of built-ins and which kinds of statement the compilation of files meets, as one JSON object: for the
// test that wants each of them in a golden.
//
//   rule_coverage FILE...    Python files, or snapshots (*.json)
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "compile/compile.h"
#include "unit/snapshot_reader.h"
#include "unit/source_reader.h"

namespace warpsmith {
namespace {

struct Met {
  std::set<std::string> results, dispatches, statements;
};

void Note(Builtins& builtins, const RuleLog& log, Met& met) {
  for (OverloadId overload : log.results) met.results.emplace(builtins.Info(overload).result_rule);
  for (OverloadId overload : log.dispatches) met.dispatches.emplace(builtins.Info(overload).dispatch_rule);
}

void Note(const Program& program, Met& met) {
  for (uint32_t i = 0; i < program.statements.size(); ++i)
    met.statements.emplace(StatementKindName(program.statements[StatementId(i)].kind));
}

bool Collect(const std::string& path, Device device, Met& met) {
  static const DiskLoader loader;
  Result<SourceBuffer> source = SourceBuffer::FromFile(path, path);
  if (!source.ok()) return false;
  DiagnosticSink sink(&*source);
  std::unique_ptr<Unit> unit;
  if (path.ends_with(".json")) {
    auto read = ReadSnapshot(source->text(), {.target = device == Device::Cpu ? "cpu" : "cuda"}, sink);
    if (!read.ok()) return false;
    unit = std::move(*read);
  } else {
    ReadOptions options;
    options.loader = &loader;
    if (const char* folder = std::getenv("WARPSMITH_WARP_FOLDER")) options.library_folder = folder;
    unit = ReadSource(*source, options, sink);
  }
  if (unit == nullptr) return true;  // what is no Python meets nothing
  Builtins builtins(unit->types, unit->constants);
  RuleLog log;
  builtins.set_rule_log(&log);
  CompileOptions options;
  options.keep_going = true;
  options.block_dim = device == Device::Cpu ? 1 : 256;
  options.architecture = device == Device::Cpu ? 0 : 90;
  std::unique_ptr<CompiledModule> module = CompileUnit(*unit, builtins, options, sink);
  Note(builtins, log, met);
  if (module == nullptr) return true;
  for (const KernelDescription& kernel : module->description(device).kernels) Note(*kernel.program, met);
  for (const FunctionDescription& function : module->description(device).functions) Note(*function.program, met);
  return true;
}

/// All there are.
Met Known() {
  TypeTable types;
  ConstantStore constants;
  Builtins builtins(types, constants);
  Met known;
  for (uint32_t i = 0; i < Builtins::overload_count(); ++i) {
    OverloadInfo info = builtins.Info(OverloadId(i));
    known.results.emplace(info.result_rule);
    known.dispatches.emplace(info.dispatch_rule);
  }
#define WARPSMITH_STATEMENT(name, faces, description) known.statements.emplace(#name);
#include "program/statement_kinds.def"
#undef WARPSMITH_STATEMENT
  return known;
}

nlohmann::json Json(const Met& met) {
  return {{"results", met.results}, {"dispatches", met.dispatches}, {"statements", met.statements}};
}

}  // namespace
}  // namespace warpsmith

int main(int argc, char** argv) {
  using namespace warpsmith;
  Met met;
  for (int i = 1; i < argc; ++i)
    for (Device device : {Device::Cpu, Device::Cuda})
      if (!Collect(argv[i], device, met)) return std::fprintf(stderr, "%s cannot be read\n", argv[i]), 1;
  nlohmann::json out = {{"met", Json(met)}, {"known", Json(Known())}};
  std::printf("%s\n", out.dump().c_str());
  return 0;
}
