#include "emit/emit.h"

#include "emit/module_header.h"
#include "emit/module_writer.h"

namespace warpsmith {
namespace {

bool UsesGradient(const FunctionDescription& function) { return !function.is_native && function.program->uses_grad_call; }

bool SpellsReverse(const FunctionDescription& function) {
  return !function.custom_reverse && !function.skip_reverse && function.used_by_backward_kernel &&
         !UsesGradient(function);
}

/// Declarations of device libraries' functions, structs, then the functions that may be called by others.
void WriteShared(const ModuleDescription& module, const std::vector<SpelledProgram>& functions, ModuleWriter& writer) {
  writer.NativeTypes();
  writer.LinkFunctions();
  for (TypeId type : module.structs) writer.Struct(type);
  writer.ConstantParameters();
  for (size_t i = 0; i < module.functions.size(); ++i)
    if (!UsesGradient(module.functions[i])) writer.FunctionForward(module.functions[i], functions[i]);
}

/// Adjoint functions; custom gradients first, since others call them.
void WriteAdjoints(const ModuleDescription& module, const std::vector<SpelledProgram>& functions,
                   ModuleWriter& writer) {
  for (bool custom : {true, false}) {
    for (size_t i = 0; i < module.functions.size(); ++i) {
      const FunctionDescription& function = module.functions[i];
      if (function.custom_reverse == custom && !UsesGradient(function)) writer.FunctionReverse(function, functions[i]);
    }
  }
}

/// Functions that call adjoints themselves, through wp.grad.
void WriteGradientCallers(const ModuleDescription& module, const std::vector<SpelledProgram>& functions,
                          ModuleWriter& writer) {
  for (size_t i = 0; i < module.functions.size(); ++i)
    if (UsesGradient(module.functions[i])) writer.FunctionForward(module.functions[i], functions[i]);
}

}  // namespace

void ModuleEmitter::Load(const ModuleDescription& module) {
  module_ = &module;
  mentions_bfloat16_.reset();
  spellings_.Bind(*module.types);
  if (functions_.size() < module.functions.size()) functions_.resize(module.functions.size());
  if (kernels_.size() < module.kernels.size()) kernels_.resize(module.kernels.size());
  auto spell = [&](const Program& program, std::string_view path, bool with_reverse, SpelledProgram& out) {
    directive_paths_.Clear();
    if (module.options.line_info && program.first_line != 0) AppendDirectivePath(path, directive_paths_);
    SpellProgram(program, {with_reverse, directive_paths_.view()}, spellings_, scratch_, out);
  };
  for (size_t i = 0; i < module.functions.size(); ++i) {
    const FunctionDescription& function = module.functions[i];
    if (!function.is_native) spell(*function.program, function.path, SpellsReverse(function), functions_[i]);
  }
  for (size_t i = 0; i < module.kernels.size(); ++i) {
    const KernelDescription& kernel = module.kernels[i];
    spell(*kernel.program, kernel.path, kernel.options.enable_backward, kernels_[i]);
  }
}

void ModuleEmitter::LoadOtherDevice(const ModuleDescription& module) {
  Check(module_ != nullptr && module.types == module_->types && module.functions.size() == module_->functions.size() &&
            module.kernels.size() == module_->kernels.size() &&
            module.options.line_info == module_->options.line_info,
        "this is not the module that was loaded");
  for (size_t i = 0; i < module.functions.size(); ++i)
    Check(module.functions[i].program == module_->functions[i].program, "a function has another program");
  for (size_t i = 0; i < module.kernels.size(); ++i)
    Check(module.kernels[i].program == module_->kernels[i].program &&
              module.kernels[i].options.enable_backward == module_->kernels[i].options.enable_backward,
          "a kernel has another program");
  module_ = &module;
}

void ModuleEmitter::AppendModule(Device device, TextBuffer& out) {
  const ModuleDescription& module = *module_;
  size_t begin = out.size();
  out.Append(kNoBfloat16);
  ModuleWriter writer(module, device, spellings_, out, nullptr);
  writer.Header();
  size_t source = out.size();
  WriteShared(module, functions_, writer);
  WriteAdjoints(module, functions_, writer);
  WriteGradientCallers(module, functions_, writer);
  for (size_t i = 0; i < module.kernels.size(); ++i) {
    const KernelDescription& kernel = module.kernels[i];
    writer.KernelArguments(kernel);
    writer.KernelForward(kernel, kernels_[i]);
    writer.KernelBackward(kernel, kernels_[i]);
    writer.KernelEntry(kernel);
  }
  // The texts of both devices spell the same names and types.
  if (!mentions_bfloat16_) mentions_bfloat16_ = MentionsBfloat16(out.view(source, out.size() - source));
  if (*mentions_bfloat16_) out.Erase(begin, kNoBfloat16.size());
}

void ModuleEmitter::AppendForward(size_t kernel, Device device, TextBuffer& out, LineMap* map) {
  Check(kernel < module_->kernels.size(), "kernel out of range");
  if (map != nullptr) map->clear();
  ModuleWriter writer(*module_, device, spellings_, out, map);
  WriteShared(*module_, functions_, writer);
  WriteGradientCallers(*module_, functions_, writer);
  writer.KernelArguments(module_->kernels[kernel]);
  writer.KernelForward(module_->kernels[kernel], kernels_[kernel]);
}

void ModuleEmitter::AppendBackward(size_t kernel, Device device, TextBuffer& out, LineMap* map) {
  Check(kernel < module_->kernels.size(), "kernel out of range");
  if (map != nullptr) map->clear();
  if (!module_->kernels[kernel].options.enable_backward) return;
  ModuleWriter writer(*module_, device, spellings_, out, map);
  WriteAdjoints(*module_, functions_, writer);
  writer.KernelBackward(module_->kernels[kernel], kernels_[kernel]);
}

std::string EmitModule(const ModuleDescription& module, Device device) {
  ModuleEmitter emitter;
  emitter.Load(module);
  TextBuffer out;
  emitter.AppendModule(device, out);
  return out.str();
}

}  // namespace warpsmith
