#include "unit/source_reader.h"

#include <algorithm>

#include "syntax/parser.h"
#include "unit/module_options.h"
#include "unit/reader.h"
#include "unit/warp_names.h"

namespace warpsmith {

Reader::Reader(Unit& unit, const SourceBuffer& source, DiagnosticSink& sink, ScopeId scope, bool is_library)
    : unit_(unit),
      implementation_(unit.implementation()),
      source_(source),
      sink_(sink),
      scope_(scope),
      is_library_(is_library) {}

void Reader::Run(Ast& ast) {
  ast_ = main_ast_ = &ast;
  frames_.push_back({&implementation_.scopes[scope_.index].names, scope_, std::string()});
  SymbolTable& symbols = unit_.symbols;
  frames_.back().names->Set(symbols.Intern("__name__"), MakeString(unit_.name));
  if (Execute(ast.List(ast.Get<py::Module>(ast.root()).body)) == Flow::Raise)
    Emit(DiagnosticKind::UncaughtException, ast.root());
  if (is_library_) return;
  EnsureModule();
  DropDeadKernels();
  FinishModule();
}

namespace {

Object ConfigValue(Unit& unit, Unit::Implementation& implementation, std::string_view name) {
  SymbolId symbol = unit.symbols.Intern(name);
  for (const Namespace& space : implementation.namespaces)
    if (space.kind == NamespaceKind::WarpConfig)
      if (const Object* found = space.names.Find(symbol)) return *found;
  return ConfigDefault(unit, name);
}

bool ConfigWasAssigned(const Unit::Implementation& implementation) {
  for (const Namespace& space : implementation.namespaces)
    if (space.kind == NamespaceKind::WarpConfig && !space.names.entries().empty()) return true;
  return false;
}

}  // namespace

// Some values of warp.config are copied when a module's object is made: at its first definition.
void Reader::EnsureModule() {
  if (module_made_) return;
  module_made_ = true;
  if (!ConfigWasAssigned(implementation_)) return;
  for (std::string_view name : {"max_unroll", "enable_backward", "lineinfo", "compile_time_trace"}) {
    SymbolId symbol = unit_.symbols.Intern(name);
    for (const Namespace& space : implementation_.namespaces)
      if (space.kind == NamespaceKind::WarpConfig)
        if (const Object* found = space.names.Find(symbol)) module_options_[std::string(name)] = *found;
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
      Object value = ConfigValue(unit_, implementation_, name);
      if (std::optional<std::string> text = Text(value)) options.texts[std::string(name)] = *text;
    }
  }
  for (const auto& [name, value] : module_options_) {
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
  for (const auto& [name, object] : implementation_.scopes[scope_.index].names.entries()) mark(object);
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
  unit->name = options.module_name;
  if (unit->name.empty()) {
    std::string_view path = source.path();
    size_t slash = path.rfind('/');
    if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
    if (path.ends_with(".py")) path.remove_suffix(3);
    unit->name = path;
  }
  Ast& ast = unit->implementation().asts.emplace_back(Parse(source, unit->symbols, sink));
  if (!ast.root().valid()) return nullptr;
  unit->implementation().library_folder = options.library_folder;
  Reader reader(*unit, source, sink, ScopeId(0));
  reader.Run(ast);
  return unit;
}

// Functions of Warp's library are read from its own source when a file first mentions one.
Object LibraryFunction(Unit& unit, SymbolId name) {
  Unit::Implementation& implementation = unit.implementation();
  if (!implementation.library_scope.valid() && !implementation.library_folder.empty()) {
    implementation.scopes.emplace_back();
    implementation.library_scope = ScopeId(static_cast<uint32_t>(implementation.scopes.size() - 1));
    Result<SourceBuffer> source = SourceBuffer::FromFile(implementation.library_folder + "/_src/math.py");
    DiagnosticSink scratch;
    if (source.ok()) {
      const SourceBuffer& buffer = implementation.buffers.emplace_back(std::move(*source));
      Ast& ast = implementation.asts.emplace_back(Parse(buffer, unit.symbols, scratch));
      if (ast.root().valid()) Reader(unit, buffer, scratch, implementation.library_scope, true).Run(ast);
    }
  }
  Object found = unit.Resolve(implementation.library_scope, name);
  if (found.kind == ObjectKind::Function) return found;
  return OpaqueObject(OpaqueKind::Unresolved, 0, unit.symbols.Intern("a function of Warp's library"));
}

}  // namespace warpsmith
