#include "cli/record_maker.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/version.h"
#include "compile/fingerprint.h"
#include "generate/generate.h"
#include "unit/source_reader.h"

namespace warpsmith {

std::string_view DeviceName(Device device) { return device == Device::Cpu ? "cpu" : "cuda"; }

namespace {

void AppendLineMap(const LineMap& map, RecordPart part, std::vector<LineRange>& ranges) {
  for (const LineMapEntry& entry : map)
    ranges.push_back({entry.python_line, part, static_cast<int32_t>(entry.first), static_cast<int32_t>(entry.last)});
}

std::vector<std::string> BuiltinsUsed(const CompiledModule& module, const Unit& unit) {
  std::vector<std::string> names;
  for (SymbolId name : module.builtins_used()) names.emplace_back(unit.symbols.Text(name));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool RecordMaker::Make(const KernelSource& kernel, std::vector<Record>& records, DiagnosticSink& sink) {
  level_failure_.clear();
  source_ = std::make_unique<SourceBuffer>(SourceBuffer::FromText(kernel.name + ".py", kernel.python_source));
  sink.set_source(source_.get());
  std::unique_ptr<Unit> unit = ReadSource(*source_, {}, sink);
  if (unit == nullptr || sink.has_errors()) return false;
  Builtins builtins(unit->types, unit->constants);
  CompileOptions compile;
  if (!options_.backward) compile.enable_backward = false;
  std::unique_ptr<CompiledModule> module = CompileUnit(*unit, builtins, compile, sink);
  if (module == nullptr) return false;
  size_t position = 0;
  while (position < module->kernels().size() && module->kernels()[position].definition->key != kernel.name) ++position;
  if (position == module->kernels().size()) return false;

  const CompiledKernel& compiled = module->kernels()[position];
  Record record;
  record.name = kernel.name;
  record.category = kernel.category;
  record.python_source = kernel.python_source;
  for (const Parameter& parameter : compiled.definition->parameters)
    record.args.push_back({std::string(unit->symbols.Text(parameter.name)), RecordType(unit->types, parameter.type)});
  record.metadata.kernel_hash = Hex(compiled.hash);
  record.metadata.warp_version = kWarpVersion;
  record.metadata.generator_version = std::string(kProgramVersion) + "+" + std::string(generate::kGeneratorVersion);
  record.metadata.seed = kernel.seed;
  record.metadata.index = kernel.index;
  record.metadata.complexity = kernel.complexity;
  record.metadata.fingerprint = StructuralFingerprint(*compiled.definition->ast);
  record.metadata.builtins = BuiltinsUsed(*module, *unit);
  const size_t before = records.size();
  for (Device device : options_.devices) {
    const ModuleDescription& description = module->description(device);
    device == options_.devices.front() ? emitter_.Load(description) : emitter_.LoadOtherDevice(description);
    Record& own = records.emplace_back(device == options_.devices.back() ? std::move(record) : record);
    own.device = DeviceName(device);
    own.metadata.has_backward = description.kernels[position].options.enable_backward;
    own.metadata.module_hash = Hex(module->hash(device));
    own.id = MakeRecordId(own.python_source, own.device, options_.backward ? "backward" : "forward");
    FillText(position, device, own);
    if (FillLevels(device, own)) continue;
    records.resize(before);
    return false;
  }
  return true;
}

bool RecordMaker::FillLevels(Device device, Record& record) {
  if (options_.levels == nullptr) return true;
  text_.Clear();
  emitter_.AppendModule(device, text_);
  Status status = options_.levels->Fill(device, std::string(text_.view()), record);
  if (!status.ok()) level_failure_ = fmt::format("{} for {}: {}", record.name, record.device, status.message());
  return status.ok();
}

void RecordMaker::FillText(size_t position, Device device, Record& record) {
  text_.Clear();
  emitter_.AppendForward(position, device, text_, &map_);
  record.ir_forward = text_.view();
  std::vector<LineRange>& ranges = record.metadata.line_map;
  AppendLineMap(map_, RecordPart::Forward, ranges);
  if (!record.metadata.has_backward) return;
  text_.Clear();
  emitter_.AppendBackward(position, device, text_, &map_);
  record.ir_backward.emplace(text_.view());
  AppendLineMap(map_, RecordPart::Backward, ranges);
}

}  // namespace warpsmith
