// Prints what reading Python files finds, as JSON lines: for tests that compare it with the live module in
// real Warp.
//
//   unit_dump FILE...            one object a file
//   unit_dump --time N FILE...   reads each file N times and prints microseconds a reading, and a hashing of
//   its kernels
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "diagnostics/renderer.h"
#include "unit/hashes.h"
#include "unit/source_reader.h"

namespace warpsmith {
namespace {

ReadOptions Options() {
  static const DiskLoader loader;
  ReadOptions options;
  options.loader = &loader;
  if (const char* folder = std::getenv("WARPSMITH_WARP_FOLDER")) options.library_folder = folder;
  return options;
}

nlohmann::json Describe(const Unit& unit, const Definition& definition) {
  nlohmann::json parameters = nlohmann::json::array();
  for (const Parameter& parameter : definition.parameters)
    parameters.push_back({unit.symbols.Text(parameter.name), AnnotationCode(unit.types, parameter.type)});
  return {{"key", definition.key},
          {"source", definition.source},
          {"line", definition.first_line},
          {"lines", definition.source_lines.size()},
          {"parameters", std::move(parameters)}};
}

nlohmann::json Dump(const std::string& path) {
  nlohmann::json out = {{"path", path}};
  Result<SourceBuffer> source = SourceBuffer::FromFile(path);
  if (!source.ok()) return {{"path", path}, {"error", source.message()}};
  DiagnosticSink sink(&*source);
  std::unique_ptr<Unit> unit = ReadSource(*source, Options(), sink);
  out["diagnostics"] = nlohmann::json::parse(RenderJson(sink.diagnostics()));
  if (unit == nullptr) return out;
  out["kernels"] = nlohmann::json::array();
  std::vector<Sha256Digest> hashes;
  for (const KernelDefinition& kernel : unit->kernels) {
    nlohmann::json row = Describe(*unit, kernel);
    row["generic"] = kernel.generic;
    row["options"] = kernel.options;
    row["unresolved_statics"] = kernel.has_unresolved_statics;
    if (!kernel.generic) {
      HashFacts facts;
      hashes.push_back(HashKernel(*unit, kernel, {}, &facts));
      row["certain"] = facts.certain();
      row["hash"] = Hex(hashes.back());
      row["dimensions"] = KernelDimensions(*unit, kernel);
    }
    out["kernels"].push_back(std::move(row));
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  out["module_hash"] = Hex(HashModule(*unit, hashes, 256, unit->options.enable_backward));
  out["functions"] = nlohmann::json::array();
  for (const FunctionDefinition& function : unit->functions.values()) {
    nlohmann::json row = Describe(*unit, function);
    // A gradient goes by the native name of the function it belongs to.
    row["native_name"] = function.native_name + (function.is_gradient ? " gradient" : "");
    row["return"] = function.return_type.valid() ? AnnotationCode(unit->types, function.return_type) : "";
    out["functions"].push_back(std::move(row));
  }
  out["structs"] = nlohmann::json::array();
  for (uint32_t i = 0; i < unit->types.size(); ++i)
    if (IsStruct(unit->types, TypeId(i)))
      out["structs"].push_back(unit->types.structure(TypeId(i)).native_name);
  out["unavailable"] = nlohmann::json::array();
  for (const UnavailableDefinition& missing : unit->unavailable)
    out["unavailable"].push_back({missing.name, missing.reason});
  return out;
}

void Time(const std::string& path, int count) {
  using Clock = std::chrono::steady_clock;
  Result<SourceBuffer> source = SourceBuffer::FromFile(path);
  if (!source.ok()) return;
  auto microseconds = [count](Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count() / count;
  };
  Clock::duration reading{}, hashing{};
  size_t kernels = 0, sum = 0;
  for (int i = 0; i < count; ++i) {
    auto begin = Clock::now();
    DiagnosticSink sink(&*source);
    std::unique_ptr<Unit> unit = ReadSource(*source, Options(), sink);
    auto read = Clock::now();
    reading += read - begin;
    if (unit == nullptr) return;
    kernels = unit->kernels.size();
    for (const KernelDefinition& kernel : unit->kernels)
      if (!kernel.generic) sum += HashKernel(*unit, kernel)[0];
    hashing += Clock::now() - read;
  }
  std::printf("%s: %zu kernels, read %.1f us, hash %.1f us (%zx)\n", path.c_str(), kernels,
              microseconds(reading), microseconds(hashing), sum);
}

}  // namespace
}  // namespace warpsmith

int main(int argc, char** argv) {
  int first = 1, count = 0;
  if (argc > 2 && std::strcmp(argv[1], "--time") == 0) {
    count = std::atoi(argv[2]);
    first = 3;
  }
  for (int i = first; i < argc; ++i) {
    if (count > 0)
      warpsmith::Time(argv[i], count);
    else
      std::printf(
          "%s\n",
          warpsmith::Dump(argv[i]).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  }
  return 0;
}
