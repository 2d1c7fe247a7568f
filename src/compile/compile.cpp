#include "compile/compile.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/small_vector.h"
#include "base/stack.h"

namespace warpsmith {

/// Warp's own recursion ends at some 70, by Python's limit.
constexpr size_t kMostNestedCalls = 100;

std::vector<SymbolId> CompiledModule::builtins_used() const {
  std::vector<SymbolId> names;
  for (const Program& program : programs_)
    names.insert(names.end(), program.builtins_called.begin(), program.builtins_called.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// Builds one module. A failed attempt is thrown away as a whole, so that nothing of a kernel that failed stays behind.
class ModuleBuilder final : public ModuleContext {
 public:
  ModuleBuilder(Unit& unit, Builtins& builtins, const CompileOptions& options, DiagnosticSink& sink)
      : unit_(unit), builtins_(builtins), options_(options), sink_(sink), module_(std::make_unique<CompiledModule>()) {}

  /// Builds the kernels given, sorted. On failure sets `failed_kernel`.
  bool Build(const std::vector<CompiledKernel>& kernels, size_t& failed_kernel);
  std::unique_ptr<CompiledModule> Finish(const std::vector<CompiledKernel>& kernels);

  Builtins& builtins() override { return builtins_; }
  const FunctionResult* BuildFunction(FunctionId function) override;
  const FunctionResult* BuildCallee(FunctionId function) override;
  const FunctionResult* BuildArgument(FunctionId function) override;
  const FunctionResult* BuildForGradient(FunctionId function) override;
  const FunctionResult* BuildApart(FunctionId function) override;
  const FunctionResult* Built(FunctionId function) const override {
    auto found = functions_.find(function);
    return found == functions_.end() || found->second.program == nullptr ? nullptr : &found->second.result;
  }
  void BuildStruct(TypeId structure) override;
  void NoteCall(FunctionId callee) override {
    callers_.back()->insert(callee);
    if (!building_.empty() && forced_.contains(building_.back())) forced_.insert(callee);
  }
  void NoteStatic(const Definition& definition, std::string text, const Object& value) override {
    auto found = std::ranges::find(statics_, &definition, &DeferredStatics::definition);
    if (found == statics_.end()) found = statics_.insert(found, {&definition, {}});
    found->results.emplace_back(std::move(text), value);
  }
  [[nodiscard]] std::vector<DeferredStatics> TakeStatics() { return std::move(statics_); }

 private:
  struct BuiltFunction {
    const Program* program = nullptr;  // null while it is being built
    FunctionResult result;
    std::set<FunctionId> callees;
    bool used_by_backward = false;
  };

  [[nodiscard]] bool KernelHasBackward(const KernelDefinition& kernel) const {
    return kernel.enable_backward.value_or(options_.enable_backward.value_or(unit_.options.enable_backward));
  }
  [[nodiscard]] LoweringOptions MakeLoweringOptions() const {
    LoweringOptions lowering;
    lowering.most_statements = options_.most_statements;
    lowering.max_unroll = unit_.options.max_unroll;
    lowering.enable_vector_component_overwrites = unit_.options.enable_vector_component_overwrites;
    lowering.deterministic = unit_.options.deterministic;
    return lowering;
  }
  /// Notes the native types that values of `type` contain, outer ones first.
  void NoteNatives(TypeId type);
  void NoteNatives(const Program& program);
  void Defer(FunctionId function, std::vector<std::pair<FunctionId, size_t>>& list);
  /// Notes those structs of which `program` has tiles, and the structs that these contain.
  void NoteTileStructs(const Program& program, std::vector<TypeId>& structs) const;
  /// Notes that the adjoint of `function` is needed; false if it has none.
  bool MarkBackward(FunctionId function);
  bool CheckAdjoint(const Program& program, const Definition& definition);
  /// Whether a kernel can have an entry point that finds its parameters, one struct for the module, in constant memory.
  bool CheckExternalEntry(const KernelDefinition& kernel, const Program& program);
  /// Whether the gradient of a function, if it has one, takes adjoints of what the function returns.
  bool CheckGradient(const FunctionDefinition& function, const FunctionResult& result);
  [[nodiscard]] CodegenOptions ModuleCodegenOptions(Device device) const;
  [[nodiscard]] CodegenOptions KernelCodegenOptions(const KernelDefinition& kernel, Device device) const;
  [[nodiscard]] FunctionDescription Describe(FunctionId id) const;
  void Fill(ModuleDescription& description, const std::vector<CompiledKernel>& kernels, Device device) const;

  Unit& unit_;
  Builtins& builtins_;
  const CompileOptions& options_;
  DiagnosticSink& sink_;
  std::unique_ptr<CompiledModule> module_;
  std::map<FunctionId, BuiltFunction> functions_;
  std::shared_ptr<std::map<FunctionId, FunctionResult>> apart_ =
      std::make_shared<std::map<FunctionId, FunctionResult>>();  // shared with builders that it makes
  std::vector<FunctionId> function_order_;
  std::vector<std::pair<FunctionId, size_t>> deferred_;  // built after all kernels; which kernel needs it
  std::vector<std::pair<FunctionId, size_t>> deferred_of_arguments_;  // likewise, after those
  std::vector<FunctionId> building_;  // functions being lowered, innermost last
  std::set<FunctionId> forced_;       // their adjoints are called by wp.grad
  size_t kernel_ = 0;                                    // index of the kernel being built
  std::vector<TypeId> struct_order_;
  std::set<TypeId> structs_entered_;
  std::vector<TypeId> native_order_;
  std::set<TypeId> natives_entered_;  // and structs
  std::vector<DeferredStatics> statics_;  // results that lowering met
  TypeId constant_parameters_;        // of the kernels that find them in constant memory
  std::vector<const Program*> kernel_programs_;
  std::vector<std::set<FunctionId>*> callers_;  // call sets of the definitions being lowered, innermost last
};

/// The companions of `function`, to be built later.
void ModuleBuilder::Defer(FunctionId function, std::vector<std::pair<FunctionId, size_t>>& list) {
  for (FunctionId companion : {unit_.functions[function].gradient, unit_.functions[function].replay})
    if (companion.valid()) list.emplace_back(companion, kernel_);
}

const FunctionResult* ModuleBuilder::BuildFunction(FunctionId function) {
  if (auto found = functions_.find(function); found != functions_.end()) {
    if (found->second.program != nullptr) return &found->second.result;
    const FunctionDefinition& definition = unit_.functions[function];
    sink_.Emit(DiagnosticKind::RecursiveFunction, definition.buffer, definition.ast->SpanOf(definition.node), definition.key);
    return nullptr;
  }
  if (building_.size() >= kMostNestedCalls || StackIsLow()) {
    const FunctionDefinition& definition = unit_.functions[function];
    sink_.Emit(DiagnosticKind::CallRejected, definition.buffer, definition.ast->SpanOf(definition.node),
               "function '" + definition.key + "' is called through too many functions, one within another");
    return nullptr;
  }
  BuiltFunction& built = functions_[function];
  callers_.push_back(&built.callees);
  building_.push_back(function);
  std::optional<LoweredFunction> lowered =
      Lower(unit_, unit_.functions[function], /*is_kernel=*/false, MakeLoweringOptions(), *this, sink_);
  building_.pop_back();
  callers_.pop_back();
  if (!lowered) {
    functions_.erase(function);
    return nullptr;
  }
  if (!CheckGradient(unit_.functions[function], lowered->result)) {
    functions_.erase(function);
    return nullptr;
  }
  built.result = std::move(lowered->result);
  built.program = &module_->programs_.emplace_back(std::move(lowered->program));
  NoteNatives(*built.program);
  function_order_.push_back(function);
  return &built.result;
}

// Gradients and replays are built when all kernels are: what they call need not be there before.
const FunctionResult* ModuleBuilder::BuildCallee(FunctionId function) {
  bool is_new = !functions_.contains(function);
  const FunctionResult* result = BuildFunction(function);
  if (result != nullptr && is_new) Defer(function, deferred_);
  return result;
}

const FunctionResult* ModuleBuilder::BuildArgument(FunctionId function) {
  const FunctionResult* result = BuildFunction(function);
  if (result != nullptr) Defer(function, deferred_of_arguments_);
  return result;
}

const FunctionResult* ModuleBuilder::BuildForGradient(FunctionId function) {
  forced_.insert(function);
  return BuildFunction(function);
}

// A builder of its own keeps what the function calls out of the module too.
const FunctionResult* ModuleBuilder::BuildApart(FunctionId function) {
  auto [known, is_new] = apart_->try_emplace(function);
  if (!is_new) return &known->second;  // empty while it is being built: a gradient may call its function
  ModuleBuilder apart(unit_, builtins_, options_, sink_);
  apart.apart_ = apart_;
  std::set<FunctionId> callees;
  apart.callers_.push_back(&callees);
  const FunctionResult* result = apart.BuildFunction(function);
  if (result == nullptr) return nullptr;
  known->second = *result;
  return &known->second;
}

bool ModuleBuilder::CheckGradient(const FunctionDefinition& function, const FunctionResult& result) {
  if (!function.gradient.valid()) return true;
  const FunctionDefinition& gradient = unit_.functions[function.gradient];
  bool fits = gradient.parameters.size() == function.parameters.size() + result.types.size();
  for (size_t i = 0; fits && i < result.types.size(); ++i)
    fits = TypesEqual(unit_.types, gradient.parameters[function.parameters.size() + i].type,
                      StripReference(unit_.types, result.types[i]));
  if (!fits)
    sink_.Emit(DiagnosticKind::InvalidOverload, gradient.buffer, gradient.ast->SpanOf(gradient.node),
               "the parameters of this gradient are not those of " + function.key + " and the adjoints of its results");
  return fits;
}

void ModuleBuilder::BuildStruct(TypeId structure) {
  // What the fields need comes first, in the order of the fields.
  struct Visit {
    TypeId type;
    size_t next_field;
  };
  std::vector<Visit> open;
  auto enter = [&](TypeId type) {
    if (structs_entered_.insert(type).second) open.push_back({type, 0});
  };
  enter(structure);
  while (!open.empty()) {
    Visit& visit = open.back();
    const std::vector<StructField>& fields = unit_.types.structure(visit.type).fields;
    if (visit.next_field == fields.size()) {
      struct_order_.push_back(visit.type);
      NoteNatives(visit.type);
      open.pop_back();
      continue;
    }
    TypeId field = fields[visit.next_field++].type;
    if (IsArray(unit_.types, field)) field = unit_.types[field].element;
    if (IsStruct(unit_.types, field)) enter(field);
  }
}

void ModuleBuilder::NoteNatives(TypeId type) {
  SmallVector<TypeId, 8> pending = {type};
  while (!pending.empty()) {
    TypeId next = StripReference(unit_.types, pending.back());
    pending.pop_back();
    while (IsArray(unit_.types, next)) next = unit_.types[next].element;
    bool is_native = IsNative(unit_.types, next);
    if ((!is_native && !IsStruct(unit_.types, next)) || !natives_entered_.insert(next).second) continue;
    if (is_native) native_order_.push_back(next);
    const std::vector<StructField>& fields = unit_.types.structure(next).fields;
    for (size_t i = fields.size(); i-- > 0;) pending.push_back(fields[i].type);
  }
}

void ModuleBuilder::NoteNatives(const Program& program) {
  for (VarId id : program.parameters) NoteNatives(program.variables[id].type);
  for (VarId id : program.locals) NoteNatives(program.variables[id].type);
}

bool ModuleBuilder::Build(const std::vector<CompiledKernel>& kernels, size_t& failed_kernel) {
  std::vector<std::set<FunctionId>> callees(kernels.size());
  for (size_t i = 0; i < kernels.size(); ++i) {
    const KernelDefinition& kernel = *kernels[i].definition;
    failed_kernel = kernel_ = i;
    if (kernel.has_return_annotation) {
      sink_.Emit(DiagnosticKind::KernelReturnsValue, kernel.buffer, kernel.ast->SpanOf(kernel.node));
      return false;
    }
    callers_.push_back(&callees[i]);
    std::optional<LoweredFunction> lowered = Lower(unit_, kernel, /*is_kernel=*/true, MakeLoweringOptions(), *this, sink_);
    callers_.pop_back();
    if (!lowered) return false;
    lowered->program.kernel_dimensions = static_cast<uint8_t>(KernelDimensions(unit_, kernel));
    kernel_programs_.push_back(&module_->programs_.emplace_back(std::move(lowered->program)));
    NoteNatives(*kernel_programs_.back());
    if (kernel.has_external_entry && !CheckExternalEntry(kernel, *kernel_programs_.back())) return false;
  }
  for (auto* list : {&deferred_, &deferred_of_arguments_}) {
    for (size_t i = 0; i < list->size(); ++i) {
      failed_kernel = kernel_ = (*list)[i].second;
      if (BuildFunction((*list)[i].first) == nullptr) return false;
    }
  }
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (!KernelHasBackward(*kernels[i].definition)) continue;
    failed_kernel = i;
    if (!CheckAdjoint(*kernel_programs_[i], *kernels[i].definition)) return false;
    for (FunctionId callee : callees[i])
      if (!MarkBackward(callee)) return false;
  }
  return true;
}

bool ModuleBuilder::MarkBackward(FunctionId function) {
  BuiltFunction& built = functions_.at(function);
  if (built.used_by_backward) return true;
  built.used_by_backward = true;
  if (!built.result.uses_grad_call && !CheckAdjoint(*built.program, unit_.functions[function])) return false;
  return std::all_of(built.callees.begin(), built.callees.end(), [&](FunctionId callee) { return MarkBackward(callee); });
}

bool ModuleBuilder::CheckAdjoint(const Program& program, const Definition& definition) {
  if (program.missing_adjoints.empty()) return true;
  const MissingAdjoint& missing = program.missing_adjoints.front();
  if (missing.reason == MissingAdjoint::Reason::ComponentUpdate)
    sink_.Emit(DiagnosticKind::UpdateWithoutAdjoint, definition.buffer, missing.span);
  else
    sink_.Emit(DiagnosticKind::ReferencesWithoutAdjoint, definition.buffer, missing.span, missing.callee);
  return false;
}

bool ModuleBuilder::CheckExternalEntry(const KernelDefinition& kernel, const Program& program) {
  auto refuse = [&](std::string_view why) {
    sink_.Emit(DiagnosticKind::ExternalEntry, kernel.buffer, kernel.ast->SpanOf(kernel.node), kernel.key, why);
    return false;
  };
  TypeId parameters = program.parameters.size() == 1 ? program.variables[program.parameters[0]].type : TypeId();
  if (!parameters.valid() || !IsStruct(unit_.types, parameters)) return refuse("must take exactly one struct");
  if (options_.architecture == 0) return refuse("is for CUDA alone");
  if (constant_parameters_.valid() && constant_parameters_ != parameters)
    return refuse("takes another struct than an earlier kernel of the module");
  constant_parameters_ = parameters;
  if (KernelHasBackward(kernel)) return refuse("has no backward code; set enable_backward=False");
  if (program.is_deterministic) return refuse("cannot be deterministic");
  if (program.uses_tid) return refuse("cannot use wp.tid()");
  for (VarId id : program.locals) {
    const TypeInfo& type = unit_.types[program.variables[id].type];
    if (type.kind == TypeKind::Tile && type.tile.storage == TileStorage::Shared && type.tile.owner)
      return refuse("cannot use tiles in shared memory");
  }
  return true;
}

CodegenOptions ModuleBuilder::ModuleCodegenOptions(Device device) const {
  CodegenOptions codegen;
  codegen.block_dim = options_.block_dim.value_or(device == Device::Cpu ? 1 : 256);
  codegen.enable_backward = options_.enable_backward.value_or(unit_.options.enable_backward);
  codegen.grid_stride = unit_.options.default_grid_stride;
  codegen.line_info = (unit_.options.line_info || unit_.options.mode == "debug") && unit_.options.line_directives;
  codegen.max_unroll = unit_.options.max_unroll;
  auto preamble = [&](const char* option) {
    auto found = unit_.options.texts.find(option);
    return found == unit_.options.texts.end() ? std::string() : found->second;
  };
  codegen.extra_cpu_preamble = preamble("extra_cpu_preamble");
  codegen.extra_cuda_preamble = preamble("extra_cuda_preamble");
  return codegen;
}

CodegenOptions ModuleBuilder::KernelCodegenOptions(const KernelDefinition& kernel, Device device) const {
  CodegenOptions codegen = ModuleCodegenOptions(device);
  codegen.enable_backward = KernelHasBackward(kernel);
  codegen.grid_stride = kernel.grid_stride.value_or(codegen.grid_stride);
  codegen.block_dim = kernel.block_dim.value_or(codegen.block_dim);
  codegen.launch_bounds = kernel.launch_bounds;
  codegen.cuda_max_registers = kernel.cuda_max_registers.value_or(0);
  codegen.enable_cuda_smem_spilling = kernel.enable_cuda_smem_spilling.value_or(false);
  codegen.cluster_dim = kernel.cluster_dim.value_or(1);
  codegen.has_external_entry = kernel.has_external_entry && device == Device::Cuda;
  return codegen;
}

FunctionDescription ModuleBuilder::Describe(FunctionId id) const {
  const FunctionDefinition& definition = unit_.functions[id];
  const BuiltFunction& built = functions_.at(id);
  FunctionDescription description;
  description.program = built.program;
  description.native_name = definition.native_name;
  description.path = definition.path;
  description.first_line = definition.first_line;
  description.used_by_backward_kernel = built.used_by_backward || forced_.contains(id);
  description.skip_forward = description.custom_reverse = definition.is_gradient;
  description.custom_reverse_input_count = definition.is_gradient ? definition.gradient_input_count : -1;
  description.skip_reverse = definition.is_replay || definition.gradient.valid();
  description.is_native = definition.native_snippet.has_value();
  description.native_snippet = definition.native_snippet.value_or("");
  description.adjoint_snippet = definition.adjoint_snippet.value_or("");
  description.replay_snippet = definition.replay_snippet.value_or("");
  description.has_adjoint_snippet = definition.adjoint_snippet.has_value();
  description.has_replay_snippet = definition.replay_snippet.has_value();
  if (definition.inline_hint == "noinline") description.inline_hint = InlineHint::NoInline;
  if (definition.inline_hint == "forceinline") description.inline_hint = InlineHint::ForceInline;
  return description;
}

void ModuleBuilder::NoteTileStructs(const Program& program, std::vector<TypeId>& structs) const {
  std::vector<TypeId> pending;
  auto note = [&](VarId id) {
    TypeId type = StripReference(unit_.types, program.variables[id].type);
    if (IsTile(unit_.types, type) || IsTileStack(unit_.types, type)) pending.push_back(unit_.types[type].element);
  };
  for (VarId id : program.locals) note(id);
  for (VarId id : program.return_variables) note(id);
  while (!pending.empty()) {
    TypeId type = pending.back();
    pending.pop_back();
    if (!IsStruct(unit_.types, type) || std::find(structs.begin(), structs.end(), type) != structs.end()) continue;
    structs.push_back(type);
    for (const StructField& field : unit_.types.structure(type).fields) pending.push_back(StripReference(unit_.types, field.type));
  }
}

void ModuleBuilder::Fill(ModuleDescription& description, const std::vector<CompiledKernel>& kernels,
                         Device device) const {
  description.symbols = &unit_.symbols;
  description.types = &unit_.types;
  description.constants = &unit_.constants;
  description.options = ModuleCodegenOptions(device);
  std::set<std::string_view> native_names;
  for (TypeId type : struct_order_)
    if (native_names.insert(unit_.types.structure(type).native_name).second) description.structs.push_back(type);
  for (const Program& program : module_->programs_)
    for (auto [symbol, declaration] : program.link_functions)
      description.link_functions.try_emplace(std::string(unit_.symbols.Text(symbol)), unit_.symbols.Text(declaration));
  description.native_types = native_order_;
  for (const Program& program : module_->programs_) NoteTileStructs(program, description.tile_helper_structs);
  for (FunctionId id : function_order_) description.functions.push_back(Describe(id));
  for (size_t i = 0; i < kernels.size(); ++i) {
    KernelDescription kernel;
    kernel.program = kernel_programs_[i];
    kernel.mangled_name = kernels[i].mangled_name;
    kernel.path = kernels[i].definition->path;
    kernel.options = KernelCodegenOptions(*kernels[i].definition, device);
    description.kernels.push_back(std::move(kernel));
  }
}

std::unique_ptr<CompiledModule> ModuleBuilder::Finish(const std::vector<CompiledKernel>& kernels) {
  Fill(module_->cpu_, kernels, Device::Cpu);
  Fill(module_->cuda_, kernels, Device::Cuda);
  module_->kernels_ = kernels;
  std::vector<Sha256Digest> hashes;
  for (const CompiledKernel& kernel : kernels) hashes.push_back(kernel.hash);
  auto hash_of = [&](const ModuleDescription& module) {
    return HashModule(unit_, hashes, module.options.block_dim, module.options.enable_backward);
  };
  module_->cpu_hash_ = hash_of(module_->cpu_);
  module_->cuda_hash_ = hash_of(module_->cuda_);
  return std::move(module_);
}

namespace {

/// Stands for results that are not known yet.
const DeferredStatics kNoStatics[1] = {};

/// Points at the name that is not known, which may be in a function that the kernel calls, of another file.
void EmitHashNotCertain(const KernelDefinition& kernel, const UnknownMention& unknown, DiagnosticSink& sink) {
  const Definition& definition = *unknown.definition;
  const Span span = definition.ast->SpanOf(unknown.node);
  sink.Emit(DiagnosticKind::HashNotCertain, definition.buffer, span, kernel.key,
            definition.buffer != nullptr ? definition.buffer->Text(span) : std::string_view("a name"));
}

/// Says so where Warp has no hash for a kernel, which then cannot be built.
bool HasHash(const Unit& unit, const HashFacts& facts, DiagnosticSink& sink) {
  const Definition* definition = facts.without_hash;
  if (definition == nullptr) return true;
  NodeId node = definition->node;
  for (const auto& [call, value] : definition->static_calls)
    if (value.kind == ObjectKind::Constant && unit.constants[value.constant].form == ConstantForm::String) node = call;
  sink.Emit(DiagnosticKind::StaticText, definition->buffer, definition->ast->SpanOf(node), definition->key);
  return false;
}

/// The kernels that make up the text: concrete, each content once, sorted by hash.
/// `needs_statics`: whether hashes are provisional, since results of wp.static() that lowering will meet are part of them.
std::optional<std::vector<CompiledKernel>> SelectKernels(const Unit& unit, const CompileOptions& options,
                                                         std::vector<std::string>& missing, bool& needs_statics,
                                                         DiagnosticSink& sink) {
  std::map<Sha256Digest, CompiledKernel> by_hash;
  for (const KernelDefinition& definition : unit.kernels) {
    if (definition.generic || (!options.kernel.empty() && definition.key != options.kernel)) continue;
    CompiledKernel kernel;
    kernel.definition = &definition;
    HashFacts facts;
    kernel.hash = definition.known_hash ? *definition.known_hash : HashKernel(unit, definition, {}, &facts);
    if (!facts.certain()) {
      kernel.hash = HashKernel(unit, definition, kNoStatics, &facts);
      needs_statics |= facts.certain();
    }
    bool has_hash = HasHash(unit, facts, sink);
    if (!has_hash || !facts.certain()) {
      // A wrong name would be silent; a kernel that names something unknown is refused instead.
      if (has_hash) EmitHashNotCertain(definition, facts.unknown, sink);
      if (!options.keep_going) return std::nullopt;
      missing.push_back(definition.key);
      continue;
    }
    kernel.mangled_name = MangledName(unit, definition, kernel.hash);
    by_hash[kernel.hash] = std::move(kernel);  // of equal ones Warp keeps the last
  }
  std::vector<CompiledKernel> kernels;
  for (auto& [hash, kernel] : by_hash) kernels.push_back(std::move(kernel));
  return kernels;
}

/// The same kernels by their final hashes, and the keys of those that turn out to have none.
std::vector<std::string> Rehash(const Unit& unit, std::span<const DeferredStatics> statics,
                                std::vector<CompiledKernel>& kernels, DiagnosticSink& sink) {
  std::map<Sha256Digest, CompiledKernel> by_hash;
  std::vector<std::string> without_hash;
  if (statics.empty()) statics = kNoStatics;
  for (CompiledKernel& kernel : kernels) {
    HashFacts facts;
    kernel.hash = HashKernel(unit, *kernel.definition, statics, &facts);
    if (!HasHash(unit, facts, sink)) {
      without_hash.push_back(kernel.definition->key);
      continue;
    }
    kernel.mangled_name = MangledName(unit, *kernel.definition, kernel.hash);
    by_hash[kernel.hash] = std::move(kernel);
  }
  kernels.clear();
  for (auto& [hash, kernel] : by_hash) kernels.push_back(std::move(kernel));
  return without_hash;
}

LinkTarget MakeLinkTarget(const Unit& unit, const CompileOptions& options) {
  auto uses = [&](const char* library) {
    auto found = unit.options.texts.find(std::string("enable_mathdx_") + library);
    return found == unit.options.texts.end() || found->second == "True";
  };
  return {.architecture = options.architecture,
          .enable_backward = options.enable_backward.value_or(unit.options.enable_backward),
          .use_gemm = uses("gemm"),
          .use_solver = uses("solver"),
          .use_fft = uses("fft"),
          .results = unit.link_results ? &*unit.link_results : nullptr};
}

}  // namespace

std::unique_ptr<CompiledModule> CompileUnit(Unit& unit, Builtins& builtins, const CompileOptions& options,
                                            DiagnosticSink& sink) {
  builtins.set_block_dim(options.block_dim.value_or(256));
  builtins.set_link_target(MakeLinkTarget(unit, options));
  std::vector<std::string> missing;
  bool needs_statics = false;
  std::optional<std::vector<CompiledKernel>> selected = SelectKernels(unit, options, missing, needs_statics, sink);
  if (!selected) return nullptr;
  std::vector<CompiledKernel> kernels = std::move(*selected);
  while (true) {
    ModuleBuilder builder(unit, builtins, options, sink);
    size_t failed_kernel = 0;
    if (builder.Build(kernels, failed_kernel)) {
      if (std::exchange(needs_statics, false)) {
        std::vector<std::string> without_hash = Rehash(unit, builder.TakeStatics(), kernels, sink);
        if (!without_hash.empty() && !options.keep_going) return nullptr;
        missing.insert(missing.end(), without_hash.begin(), without_hash.end());
        continue;
      }
      std::unique_ptr<CompiledModule> module = builder.Finish(kernels);
      module->missing_ = std::move(missing);
      return module;
    }
    if (!options.keep_going) return nullptr;
    missing.push_back(kernels[failed_kernel].definition->key);
    kernels.erase(kernels.begin() + static_cast<std::ptrdiff_t>(failed_kernel));
  }
}

}  // namespace warpsmith
