#include "verify/subject.h"

#include <cmath>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "diagnostics/renderer.h"
#include "unit/source_reader.h"
#include "verify/widen.h"

namespace warpsmith {

namespace {

PreparedRecord Failed(FailureCause cause, std::string detail) {
  PreparedRecord prepared;
  prepared.cause = cause;
  prepared.detail = std::move(detail);
  return prepared;
}

/// The first line of a rendered diagnostic.
std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

/// Whether the record holds what is generated of its source.
bool HasGeneratedText(const Record& record, const CompiledModule& module, size_t position) {
  const Device device = record.device == "cuda" ? Device::Cuda : Device::Cpu;
  const ModuleDescription& description = module.description(device);
  ModuleEmitter emitter;
  emitter.Load(description);
  TextBuffer text;
  emitter.AppendForward(position, device, text);
  if (text.view() != record.ir_forward) return false;
  const bool backward = description.kernels[position].options.enable_backward;
  if (backward != record.ir_backward.has_value()) return false;
  if (!backward) return true;
  text.Clear();
  emitter.AppendBackward(position, device, text);
  return text.view() == *record.ir_backward;
}

/// What a text compares with and computes with, as far as it is finite and not far from the numbers of inputs.
std::vector<double> ConstantsOf(const GeneratedText& text) {
  std::set<double> constants;
  for (const TextFunction& function : text.functions)
    for (const auto& [name, value] : function.constants) {
      const std::string digits(value);
      char* end = nullptr;
      const double number = std::strtod(digits.c_str(), &end);
      if (end != digits.c_str() && std::fabs(number) <= 1e4) constants.insert(number);
    }
  return {constants.begin(), constants.end()};
}

void PrepareVariants(const PrepareOptions& options, const GeneratedText& generated, PreparedRecord& prepared) {
  RunSubject& subject = prepared.subject;
  const std::string& text = prepared.text.text;
  const std::string& name = prepared.text.kernels[0].mangled_name;
  if (subject.has_backward) {
    subject.limits = FindGradientLimits(generated, name);
    Result<std::string> wide = Widen(text);
    if (wide.ok()) prepared.wide_text = std::move(*wide);
    else subject.wide_reason = wide.message();
  }
  Result<PlantedText> planted = PlantFaults(generated, name, options.faults_per_kind, Random(subject.key, 7));
  if (!planted.ok()) return;
  subject.faults = std::move(planted->faults);
  if (subject.faults.empty()) return;
  prepared.planted_text = std::move(planted->text);
}

/// A record's module, generated again.
struct RegeneratedModule {
  std::unique_ptr<Unit> unit;
  std::unique_ptr<Builtins> builtins;
  std::unique_ptr<CompiledModule> module;  // null: there is none
  size_t position = 0;                     // of the record's kernel
  FailureCause cause = FailureCause::Source;
  std::string detail;                      // why the module is not the record's
};

RegeneratedModule Regenerate(const Record& record, const std::string& warp_folder) {
  const SourceBuffer source = SourceBuffer::FromText(record.name + ".py", record.python_source);
  DiagnosticSink sink(&source);
  RegeneratedModule own;
  own.unit = ReadSource(source, {.module_name = {}, .library_folder = warp_folder}, sink);
  auto rejected = [&] {
    own.detail = FirstLine(Render(sink.diagnostics()));
    own.module.reset();
    return std::move(own);
  };
  if (own.unit == nullptr || sink.has_errors()) return rejected();
  own.builtins = std::make_unique<Builtins>(own.unit->types, own.unit->constants);
  CompileOptions compile;
  if (!record.metadata.has_backward) compile.enable_backward = false;
  own.module = CompileUnit(*own.unit, *own.builtins, compile, sink);
  if (own.module == nullptr) return rejected();
  const auto& kernels = own.module->kernels();
  while (own.position < kernels.size() && kernels[own.position].definition->key != record.name) ++own.position;
  if (own.position == kernels.size()) {
    own.detail = "the source has no kernel " + record.name;
  } else if (!HasGeneratedText(record, *own.module, own.position)) {
    own.cause = FailureCause::Text;
    own.detail = "the record's text is not what is generated of its source";
  } else {
    own.cause = FailureCause::None;
  }
  return own;
}

}  // namespace

uint64_t RecipeKey(const Record& record) {
  StreamHash hash;
  hash.Add(record.name);
  hash.Add(record.python_source);
  return hash.value();
}

Result<std::string> CudaModuleText(const Record& record, const std::string& warp_folder) {
  const RegeneratedModule own = Regenerate(record, warp_folder);
  if (own.cause != FailureCause::None) return Status::Error(fmt::format("{}: {}", FailureCauseName(own.cause), own.detail));
  return EmitModule(own.module->description(Device::Cuda), Device::Cuda);
}

PreparedRecord PrepareRecord(const Record& record, const PrepareOptions& options) {
  const RegeneratedModule own = Regenerate(record, options.warp_folder);
  if (own.cause != FailureCause::None) return Failed(own.cause, own.detail);
  const Unit* unit = own.unit.get();
  const CompiledModule* module = own.module.get();
  const size_t position = own.position;

  PreparedRecord prepared;
  RunSubject& subject = prepared.subject;
  Result<KernelSignature> signature = SignatureOf(*unit, *module, position);
  if (!signature.ok()) return Failed(FailureCause::Unsupported, signature.message());
  const KernelDefinition& definition = *module->kernels()[position].definition;
  for (bool widened : {false, true}) {
    Result<ArgumentLayout> layout = LayoutOf(*unit, definition, widened);
    if (!layout.ok()) return Failed(FailureCause::Unsupported, layout.message());
    (widened ? subject.wide_layout : subject.layout) = std::move(*layout);
  }
  subject.name = record.name;
  subject.key = RecipeKey(record);
  subject.recipe.indices = record.category == "extracted";
  subject.launch_dimensions = signature->dimensions;
  subject.has_backward = signature->has_backward;
  subject.fault_offset = subject.layout.FaultOffset();
  subject.planted_size = subject.layout.SizeWithFault();
  prepared.text.kernels = {std::move(*signature)};
  prepared.text.text = EmitModule(module->description(Device::Cpu), Device::Cpu);
  subject.parsed = std::make_shared<const ParsedText>(prepared.text.text);
  subject.recipe.constants = ConstantsOf(subject.parsed->generated);
  if (options.variants) PrepareVariants(options, subject.parsed->generated, prepared);
  return prepared;
}

}  // namespace warpsmith
