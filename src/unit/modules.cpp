// Imports: which file a name stands for, and its names once it ran.
//
// Files are looked for in the folder above the outermost package of the main file, beside the main file, and, for
// `warp`, in the folder of the pinned release. Everything else (the standard library, other packages) is opaque.
#include <algorithm>

#include "syntax/parser.h"
#include "unit/reader.h"
#include "unit/warp_names.h"

namespace warpsmith {
namespace {

constexpr int kMaxImportDepth = 100;
constexpr size_t kMaxFiles = 2000;

// What `import warp` runs. Of these only some define functions; the rest is Python that kernels never refer to.
constexpr std::string_view kPreloaded[] = {"warp._src.coloring", "warp._src.math", "warp._src.utils", "warp.utils"};
constexpr std::string_view kOpaque[] = {
    "warp._src",          "warp._src.build",       "warp._src.builtins", "warp._src.codegen",
    "warp._src.constants", "warp._src.context",    "warp._src.deterministic", "warp._src.dlpack",
    "warp._src.fabric",   "warp._src.jax",         "warp._src.logger",   "warp._src.module_registry",
    "warp._src.paddle",   "warp._src.tape",        "warp._src.texture",  "warp._src.thirdparty",
    "warp._src.torch",    "warp.build_experimental",
};
// Their functions are counted as those of any package: no table lists them.
constexpr std::string_view kCounted[] = {"warp.examples", "warp.tests"};

template <size_t N>
bool IsAmong(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool LiesIn(std::string_view name, std::string_view package) {
  return name.starts_with(package) && (name.size() == package.size() || name[package.size()] == '.');
}

std::string Join(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

std::string FolderOf(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string StemOf(std::string_view path) {
  if (size_t slash = path.rfind('/'); slash != std::string_view::npos) path.remove_prefix(slash + 1);
  if (path.ends_with(".py")) path.remove_suffix(3);
  return std::string(path);
}

std::string Parent(const std::string& name) {
  size_t dot = name.rfind('.');
  return dot == std::string::npos ? std::string() : name.substr(0, dot);
}

std::string_view LastPart(std::string_view name) { return name.substr(name.rfind('.') + 1); }

}  // namespace

// ---- files ----

ModuleFile& Reader::AddFile(std::string name, std::string path, std::string folder) {
  ModuleFile& file = files_.emplace_back();
  file.name = std::move(name);
  file.path = std::move(path);
  file.folder = std::move(folder);
  if (files_.size() == 1) {
    file.origin = ModuleFile::Origin::Main;
    file.scope = ScopeId(0);
  } else {
    bool counted = std::any_of(std::begin(kCounted), std::end(kCounted),
                               [&](std::string_view package) { return LiesIn(file.name, package); });
    if (LiesIn(file.name, "warp") && !counted) file.origin = ModuleFile::Origin::Library;
    implementation_.scopes.emplace_back();
    file.scope = ScopeId(static_cast<uint32_t>(implementation_.scopes.size() - 1));
  }
  file.preloaded = IsAmong(kPreloaded, file.name);
  file.name_space = implementation_.AddNamespace(NamespaceKind::Module, file.name);
  implementation_.name_space(file.name_space).scope = file.scope;
  modules_[file.name] = &file;
  return file;
}

// The name that the main file is imported under says where its packages are.
void Reader::LocateMain(const std::string& path, const std::string& module_name) {
  std::string beside = FolderOf(path), root = beside, stem = StemOf(path), name = stem;
  bool is_package = stem == "__init__" && options_.loader != nullptr;
  if (is_package) name.clear();
  // A folder without __init__.py belongs to a package all the same if a folder above it has one.
  std::string dotted = name;
  for (std::string folder = beside; options_.loader != nullptr && !folder.empty(); folder = FolderOf(folder)) {
    dotted = StemOf(folder) + (dotted.empty() ? "" : "." + dotted);
    if (options_.loader->IsFile(Join(folder, "__init__.py"))) {
      name = dotted;
      if (name == "warp" || name.starts_with("warp.")) options_.library_folder = folder;
      root = FolderOf(folder);
    }
    if (FolderOf(folder) == folder) break;
  }
  if (name.empty()) name = stem;
  roots_.push_back(root);
  if (root != beside) roots_.push_back(beside);
  AddFile(module_name.empty() ? name : module_name, path, is_package ? beside : std::string());
}

ModuleFile* Reader::Locate(const std::string& folder, const std::string& name) {
  const SourceLoader* loader = options_.loader;
  if (loader == nullptr || files_.size() > kMaxFiles) return nullptr;
  std::string base = Join(folder, LastPart(name));
  if (std::string path = base + "/__init__.py"; loader->IsFile(path)) return &AddFile(name, path, base);
  if (std::string path = base + ".py"; loader->IsFile(path)) return &AddFile(name, path, {});
  if (loader->IsFolder(base)) return &AddFile(name, {}, base);
  return nullptr;
}

ModuleFile* Reader::FileOf(NamespaceId module) {
  for (ModuleFile& file : files_)
    if (file.name_space == module) return &file;
  return nullptr;
}

// Runs what has not run yet. Whatever is being evaluated goes on afterwards as if nothing had happened.
void Reader::RunFile(ModuleFile& file) {
  if (file.state != ModuleFile::State::NotRun) return;
  file.state = ModuleFile::State::Done;
  if (file.path.empty()) return;
  if (file.ast == nullptr) {
    std::optional<SourceBuffer> source;
    if (import_depth_ < kMaxImportDepth) source = options_.loader->Load(file.path);
    file.state = ModuleFile::State::Unreadable;
    if (!source) return;
    file.source = &implementation_.buffers.emplace_back(std::move(*source));
    DiagnosticSink scratch;
    Ast& ast = implementation_.asts.emplace_back(Parse(*file.source, unit_.symbols, scratch));
    if (!ast.root().valid()) return;
    file.ast = &ast;
  }
  file.state = ModuleFile::State::Running;
  struct {
    ModuleFile* file;
    Ast* ast;
    Object returned;
    uint32_t steps;
    int depth, calls, handlers;
  } saved{file_, ast_, returned_, steps_, depth_, call_depth_, handlers_};
  file_ = &file;
  ast_ = file.ast;
  steps_ = 0;
  depth_ = call_depth_ = handlers_ = 0;
  ++import_depth_;
  NameTable& names = implementation_.scopes[file.scope.index].names;
  names.Set(unit_.symbols.Intern("__name__"), MakeString(file.name));
  frames_.push_back({&names, file.scope, std::string()});
  Flow flow = Execute(file.ast->List(file.ast->Get<py::Module>(file.ast->root()).body));
  if (flow == Flow::Raise) Emit(DiagnosticKind::UncaughtException, file.ast->root());
  frames_.pop_back();
  --import_depth_;
  file.state = flow == Flow::Raise ? ModuleFile::State::Raised : ModuleFile::State::Done;
  std::tie(file_, ast_, returned_) = std::tie(saved.file, saved.ast, saved.returned);
  std::tie(steps_, depth_, call_depth_, handlers_) = std::tie(saved.steps, saved.depth, saved.calls, saved.handlers);
}

Object Reader::ModuleAttribute(NamespaceId module, SymbolId name) {
  ModuleFile* file = FileOf(module);
  if (file == nullptr) return Object();
  RunFile(*file);
  const Object* found = implementation_.scopes[file->scope.index].names.Find(name);
  if (found != nullptr && found->kind != ObjectKind::None) return *found;
  if (file->state == ModuleFile::State::Unreadable) return Unresolved("a name of a module that cannot be read: " + file->name);
  if (file->state == ModuleFile::State::Running)
    return Unresolved("a name of a module that is still being imported: " + file->name);
  bool dynamic = implementation_.scopes[file->scope.index].names.Find(unit_.symbols.Intern("__getattr__")) != nullptr;
  if (file->open || dynamic || file->state == ModuleFile::State::Raised)
    return Unresolved("a name that " + file->name + " may have from elsewhere");
  return Object();
}

Object Reader::LibraryFunction(SymbolId name) {
  for (const char* module : {"warp._src.math", "warp._src.utils"}) {
    Imported imported = ImportWarp(module);
    if (imported.file == nullptr) continue;
    Object found = ModuleAttribute(imported.file->name_space, name);
    if (found.kind == ObjectKind::Function) return found;
  }
  return Object();
}

// ---- names ----

Reader::Imported Reader::FixedModule(NamespaceKind kind, std::string_view name) {
  for (size_t i = 0; i < implementation_.namespaces.size(); ++i)
    if (implementation_.namespaces[i].kind == kind && implementation_.namespaces[i].name == name)
      return {NamespaceObject(NamespaceId(static_cast<uint32_t>(i)))};
  return {NamespaceObject(implementation_.AddNamespace(kind, std::string(name)))};
}

// An import of a file runs it, unless it is of Warp's library: then what it does to the counters is known.
Reader::Imported Reader::Begin(ModuleFile& file) {
  if (file.origin != ModuleFile::Origin::Library) RunFile(file);
  Imported imported{NamespaceObject(file.name_space), &file};
  imported.raised = file.state == ModuleFile::State::Raised;
  return imported;
}

Reader::Imported Reader::Import(const std::string& name) {
  if (LiesIn(name, "warp")) return ImportWarp(name);
  if (name.find('.') == std::string::npos) return ImportTop(name);
  if (name == "collections.abc") return FixedModule(NamespaceKind::Typing, "collections.abc");
  Imported parent = Import(Parent(name));
  if (parent.raised) return parent;
  if (parent.file == nullptr) return parent.missing ? parent : FixedModule(NamespaceKind::Opaque, name);
  return ImportFrom(*parent.file, name);
}

Reader::Imported Reader::ImportTop(const std::string& name) {
  static constexpr std::pair<std::string_view, NamespaceKind> kKnown[] = {
      {"math", NamespaceKind::Math},     {"numpy", NamespaceKind::Numpy},
      {"typing", NamespaceKind::Typing}, {"typing_extensions", NamespaceKind::Typing},
      {"enum", NamespaceKind::Enum},     {"functools", NamespaceKind::Functools},
  };
  for (const auto& [known, kind] : kKnown)
    if (known == name) return FixedModule(kind, name);
  auto found = modules_.find(name);
  if (found == modules_.end()) {
    ModuleFile* file = nullptr;
    for (size_t i = 0; i < roots_.size() && file == nullptr; ++i) file = Locate(roots_[i], name);
    // A folder without __init__.py comes last of all places, and may be another thing altogether.
    found = modules_.emplace(name, file).first;
  }
  return found->second != nullptr ? Begin(*found->second) : FixedModule(NamespaceKind::Opaque, name);
}

Reader::Imported Reader::ImportFrom(ModuleFile& package, const std::string& name) {
  auto found = modules_.find(name);
  if (found == modules_.end()) {
    ModuleFile* file = package.is_package() ? Locate(package.folder, name) : nullptr;
    found = modules_.emplace(name, file).first;
  }
  if (found->second == nullptr) return {Unresolved("a module that does not exist: " + name), nullptr, true};
  Imported imported = Begin(*found->second);
  SymbolId attribute = unit_.symbols.Intern(LastPart(name));
  implementation_.scopes[package.scope.index].names.Set(attribute, imported.object);
  return imported;
}

// The package itself is known by its tables; its submodules are files, which become attributes of it.
Reader::Imported Reader::ImportWarp(const std::string& name) {
  if (name == "warp") {
    Imported warp;
    warp.object.kind = ObjectKind::WarpModule;
    return warp;
  }
  if (name == "warp.types" || name == "warp._src.types") return FixedModule(NamespaceKind::WarpTypes, "warp.types");
  if (name == "warp.config") return FixedModule(NamespaceKind::WarpConfig, name);
  if (std::find(imported_modules_.begin(), imported_modules_.end(), name) == imported_modules_.end())
    imported_modules_.push_back(name);
  std::string parent = Parent(name);
  Imported above = parent == "warp" || IsAmong(kOpaque, parent) ? Imported() : ImportWarp(parent);
  Imported imported;
  if (above.file != nullptr) {
    imported = ImportFrom(*above.file, name);
  } else {
    auto found = modules_.find(name);
    if (found == modules_.end()) {
      std::string folder = options_.library_folder;
      if (parent.size() > 4) folder += "/" + parent.substr(5);
      std::replace(folder.begin() + static_cast<ptrdiff_t>(options_.library_folder.size()), folder.end(), '.', '/');
      bool readable = !options_.library_folder.empty() && !IsAmong(kOpaque, name);
      found = modules_.emplace(name, readable ? Locate(folder, name) : nullptr).first;
    }
    imported = found->second != nullptr ? Begin(*found->second) : FixedModule(NamespaceKind::Opaque, name);
  }
  if (parent == "warp") {
    SymbolId attribute = unit_.symbols.Intern(LastPart(name));
    const WarpName* own = FindWarpName(LastPart(name));
    if (own == nullptr || own->kind == WarpNameKind::Module) implementation_.warp_names.Set(attribute, imported.object);
  }
  return imported;
}

std::string Reader::AbsoluteName(std::string_view module, int32_t level) const {
  std::string package = file_->is_package() ? file_->name : Parent(file_->name);
  for (int32_t i = 1; i < level && !package.empty(); ++i) package = Parent(package);
  if (module.empty()) return package;
  return package.empty() ? std::string() : package + "." + std::string(module);
}

// ---- statements ----

Reader::Flow Reader::ExecuteImport(NodeId node) {
  std::vector<NodeId> names(ast_->List(ast_->Get<py::Import>(node).names).begin(),
                            ast_->List(ast_->Get<py::Import>(node).names).end());
  for (NodeId name : names) {
    auto alias = ast_->Get<py::Alias>(name);
    std::string full(Name(alias.name));
    Imported imported = Import(full);
    if (imported.raised || (imported.missing && handlers_ > 0)) return Flow::Raise;
    if (alias.asname.valid()) {
      Bind(alias.asname, imported.object);
    } else {
      std::string top = full.substr(0, full.find('.'));
      Bind(unit_.symbols.Intern(top), Import(top).object);
    }
  }
  return Flow::Normal;
}

Reader::Flow Reader::ExecuteImportFrom(NodeId node) {
  auto from = ast_->Get<py::ImportFrom>(node);
  std::string module = from.module.valid() ? std::string(Name(from.module)) : std::string();
  if (from.level == 0 && module == "__future__") return Flow::Normal;
  if (from.level != 0) module = AbsoluteName(module, static_cast<int32_t>(from.level));
  std::vector<NodeId> names(ast_->List(from.names).begin(), ast_->List(from.names).end());
  Imported imported;
  if (module.empty() || (options_.loader == nullptr && from.level != 0))
    imported.object = Unresolved("a relative import");
  else
    imported = Import(module);
  if (imported.raised || (imported.missing && handlers_ > 0)) return Flow::Raise;
  for (NodeId name : names) {
    auto alias = ast_->Get<py::Alias>(name);
    if (Name(alias.name) == "*") {
      ImportStar(imported);
      continue;
    }
    Flow flow = ImportName(imported, alias.name, alias.asname.valid() ? alias.asname : alias.name);
    if (flow != Flow::Normal) return flow;
  }
  return Flow::Normal;
}

Reader::Flow Reader::ImportName(const Imported& module, SymbolId name, SymbolId bound) {
  std::string text(Name(name));
  Object value = unit_.Attribute(module.object, name);
  bool absent = false;
  if (!value && module.object.kind == ObjectKind::WarpModule) {
    value = ImportWarp("warp." + text).object;
  } else if (module.file != nullptr && (!value || module.file->state == ModuleFile::State::Running)) {
    const Object* known = implementation_.scopes[module.file->scope.index].names.Find(name);
    if (known == nullptr || known->kind == ObjectKind::None) {
      Imported submodule = ImportFrom(*module.file, module.file->name + "." + text);
      if (submodule.raised) return Flow::Raise;
      absent = submodule.missing && !value;
      if (!submodule.missing) value = submodule.object;
    }
    if (absent && handlers_ > 0) return Flow::Raise;
    if (!value) value = Unresolved(text + ", which " + module.file->name + " does not define");
  }
  if (!value) value = Unresolved("a name from another module");
  Bind(bound, value);
  return Flow::Normal;
}

void Reader::ImportStar(const Imported& module) {
  if (module.object.kind == ObjectKind::WarpModule) {
    for (const WarpName& row : WarpNames()) {
      if (row.kind == WarpNameKind::None || row.name.starts_with("_")) continue;
      SymbolId name = unit_.symbols.Intern(row.name);
      if (Object value = unit_.WarpAttribute(name)) Bind(name, value);
    }
    return;
  }
  if (module.file == nullptr) {
    file_->open = true;
    return;
  }
  RunFile(*module.file);
  file_->open = file_->open || module.file->open || module.file->state != ModuleFile::State::Done;
  const NameTable& names = implementation_.scopes[module.file->scope.index].names;
  std::vector<SymbolId> wanted;
  const Object* all = names.Find(unit_.symbols.Intern("__all__"));
  if (all != nullptr && IsSequence(*all)) {
    for (const Object& item : implementation_.sequences[all->detail])
      if (std::optional<std::string> text = Text(item)) wanted.push_back(unit_.symbols.Intern(*text));
  } else {
    for (const auto& [name, object] : names.entries())
      if (!Name(name).starts_with("_")) wanted.push_back(name);
  }
  for (SymbolId name : wanted)
    if (Object value = ModuleAttribute(module.file->name_space, name)) Bind(name, value);
}

}  // namespace warpsmith
