#include "unit/source_reader.h"

#include <algorithm>

#include "syntax/parser.h"
#include "unit/module_options.h"
#include "unit/reader.h"
#include "unit/warp_names.h"

namespace warpsmith {

Reader::Reader(Unit& unit, const SourceBuffer& source, Ast& ast, const ReadOptions& options, DiagnosticSink& sink)
    : unit_(unit), implementation_(unit.implementation()), options_(options), sink_(sink) {
  LocateMain(source.path(), options.module_name);
  ModuleFile& main = files_.front();
  main.source = &source;
  main.ast = &ast;
  file_ = &main;
  ast_ = &ast;
  unit.name = main.name;
}

void Reader::Run() {
  ModuleFile& main = files_.front();
  // Packages run first, and may import the file themselves.
  if (main.name.find('.') != std::string::npos) (void)Import(main.name);
  RunFile(main);
  EnsureModule();
  DropDeadKernels();
  FinishModule();
}

namespace {

/// What the files set a value of warp.config to, or null.
const Object* FindSetting(const Unit::Implementation& implementation, SymbolId name) {
  for (const Namespace& space : implementation.namespaces)
    if (space.kind == NamespaceKind::WarpConfig)
      if (const Object* found = space.names.Find(name)) return found;
  return nullptr;
}

bool ConfigWasAssigned(const Unit::Implementation& implementation) {
  for (const Namespace& space : implementation.namespaces)
    if (space.kind == NamespaceKind::WarpConfig && !space.names.entries().empty()) return true;
  return false;
}

}  // namespace

// Some values of warp.config are copied when a module's object is made: at its first definition.
void Reader::EnsureModule() {
  if (module_made_ || !in_main()) return;
  module_made_ = true;
  if (!ConfigWasAssigned(implementation_)) return;
  for (std::string_view name : {"max_unroll", "enable_backward", "lineinfo", "compile_time_trace"}) {
    if (const Object* found = FindSetting(implementation_, unit_.symbols.Intern(name))) module_options_[std::string(name)] = *found;
  }
}

// What ModuleOptions says, from the defaults, warp.config at the end of the import, and the module's own
// options.
void Reader::FinishModule() {
  ModuleOptions& options = unit_.options;
  if (ConfigWasAssigned(implementation_)) {
    for (std::string_view name :
         {"mode", "optimization_level", "enable_mathdx_gemm", "enable_mathdx_solver", "enable_mathdx_fft",
          "default_grid_stride", "verify_fp", "line_directives", "enable_vector_component_overwrites",
          "llvm_cuda", "use_precompiled_headers", "verify_autograd_array_access",
          "enable_tiles_in_stack_memory"}) {
      const Object* found = FindSetting(implementation_, unit_.symbols.Intern(name));
      if (std::optional<std::string> text = Text(found != nullptr ? *found : ConfigDefault(unit_, name)))
        options.texts[std::string(name)] = *text;
      else if (found != nullptr)
        Emit(DiagnosticKind::UnresolvedDefinition, NodeId(), "the setting warp.config." + std::string(name),
             "only running the code tells its value");
    }
  }
  // Warp takes these from warp.config alone, whatever the module says.
  static constexpr std::string_view kConfigOnly[] = {
      "verify_fp",         "line_directives",         "enable_vector_component_overwrites",
      "llvm_cuda",         "use_precompiled_headers", "verify_autograd_array_access",
      "enable_tiles_in_stack_memory"};
  for (const auto& [name, value] : module_options_) {
    if (std::find(std::begin(kConfigOnly), std::end(kConfigOnly), name) != std::end(kConfigOnly)) continue;
    std::optional<std::string> text = Text(value);
    if (!text) {
      Emit(DiagnosticKind::UnresolvedDefinition, NodeId(), "the module option " + name, "it is computed");
      continue;
    }
    if (*text == "None" &&
        (name == "mode" || name == "default_grid_stride" || name.starts_with("enable_mathdx")))
      continue;
    options.texts[name] = *text;
  }
  ApplyOptionTexts(options);
}

// A kernel lives while something refers to it: the module to the latest of each key, the file's names to any.
void Reader::DropDeadKernels() {
  if (latest_kernels_.size() == unit_.kernels.size()) return;
  std::vector<bool> live(unit_.kernels.size(), false);
  for (uint32_t index : latest_kernels_) live[index] = true;
  auto mark = [&](const Object& object) {
    if (IsOpaque(object, OpaqueKind::Kernel)) live[object.detail] = true;
  };
  for (const ModuleFile& file : files_)
    for (const auto& [name, object] : implementation_.scopes[file.scope.index].names.entries()) mark(object);
  for (const Namespace& space : implementation_.namespaces)
    for (const auto& [name, object] : space.names.entries()) mark(object);
  for (const auto& sequence : implementation_.sequences)
    for (const Object& object : sequence) mark(object);
  for (const auto& mapping : implementation_.mappings)
    for (const auto& [key, object] : mapping) mark(object);
  // The generic kernel holds its instances, and each of them its class.
  for (size_t i = 0; i < live.size(); ++i)
    if (auto generic = unit_.kernels[i].template_index) live[i] = live[*generic];
  std::vector<KernelDefinition> kept;
  for (size_t i = 0; i < live.size(); ++i)
    if (live[i]) kept.push_back(std::move(unit_.kernels[i]));
  unit_.kernels = std::move(kept);
}

std::unique_ptr<Unit> ReadSource(const SourceBuffer& source, const ReadOptions& options,
                                 DiagnosticSink& sink) {
  auto unit = std::make_unique<Unit>();
  sink.set_source(&source);
  Ast& ast = unit->implementation().asts.emplace_back(Parse(source, unit->symbols, sink));
  if (!ast.root().valid()) return nullptr;
  auto reader = std::make_shared<Reader>(*unit, source, ast, options, sink);
  unit->implementation().reader = reader;
  reader->Run();
  return unit;
}

Object ModuleAttribute(Unit& unit, NamespaceId module, SymbolId name) {
  return unit.implementation().reader->ModuleAttribute(module, name);
}

// Functions of Warp's library are read from its own source when a file first mentions one.
Object LibraryFunction(Unit& unit, SymbolId name) {
  Reader* reader = unit.implementation().reader.get();
  Object found = reader != nullptr ? reader->LibraryFunction(name) : Object();
  if (found.kind == ObjectKind::Function) return found;
  return OpaqueObject(OpaqueKind::Unresolved, 0, unit.symbols.Intern("a function of Warp's library"));
}

}  // namespace warpsmith
