#include "cli/record_maker.h"

#include <algorithm>

#include "cli/version.h"
#include "compile/fingerprint.h"
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
  record.metadata.generator_version = kGeneratorVersion;
  record.metadata.seed = kernel.seed;
  record.metadata.index = kernel.index;
  record.metadata.complexity = kernel.complexity;
  record.metadata.fingerprint = StructuralFingerprint(*compiled.definition->ast);
  record.metadata.builtins = BuiltinsUsed(*module, *unit);
  for (Device device : options_.devices) {
    const ModuleDescription& description = module->description(device);
    device == options_.devices.front() ? emitter_.Load(description) : emitter_.LoadOtherDevice(description);
    text_.Clear();
    LineMap map;
    record.device = DeviceName(device);
    record.metadata.line_map.clear();
    record.metadata.has_backward = description.kernels[position].options.enable_backward;
    record.metadata.module_hash = Hex(module->hash(device));
    emitter_.AppendForward(position, device, text_, &map);
    record.ir_forward = text_.view();
    AppendLineMap(map, RecordPart::Forward, record.metadata.line_map);
    record.ir_backward.reset();
    if (record.metadata.has_backward) {
      text_.Clear();
      map.clear();
      emitter_.AppendBackward(position, device, text_, &map);
      record.ir_backward = std::string(text_.view());
      AppendLineMap(map, RecordPart::Backward, record.metadata.line_map);
    }
    record.id = MakeRecordId(record.python_source, record.device, options_.backward ? "backward" : "forward");
    records.push_back(record);
  }
  return true;
}

}  // namespace warpsmith
