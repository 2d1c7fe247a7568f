#include "launch/kernel.h"

#include <algorithm>

#include <fmt/format.h>

#include "diagnostics/renderer.h"
#include "unit/source_reader.h"

namespace warpsmith {

KernelArguments::KernelArguments(const KernelSignature& signature)
    : signature_(std::make_shared<KernelSignature>(signature)),
      arguments_((signature.size + 7) / 8),
      adjoints_(arguments_.size()) {}

Result<const KernelParameter*> KernelArguments::Find(std::string_view name, bool is_array) const {
  const KernelParameter* parameter = signature_->Find(name);
  if (parameter == nullptr) return Status::Error(fmt::format("kernel {} has no argument {}", signature_->key, name));
  if (parameter->is_array != is_array)
    return Status::Error(fmt::format("argument {} of kernel {} is {}", name, signature_->key, parameter->type));
  return parameter;
}

Status KernelArguments::SetNumbers(std::string_view name, std::string_view scalar, std::span<const std::byte> bytes) {
  Result<const KernelParameter*> parameter = Find(name, false);
  if (!parameter.ok()) return parameter.status();
  if ((*parameter)->scalar != scalar)
    return Status::Error(fmt::format("argument {} of kernel {} is {}, not {}", name, signature_->key,
                                     (*parameter)->type, scalar));
  return SetBytes(name, bytes);
}

Status KernelArguments::SetBytes(std::string_view name, std::span<const std::byte> bytes) {
  Result<const KernelParameter*> parameter = Find(name, false);
  if (!parameter.ok()) return parameter.status();
  if ((*parameter)->size != bytes.size())
    return Status::Error(fmt::format("argument {} of kernel {} is {}: {} bytes, not {}", name, signature_->key,
                                     (*parameter)->type, (*parameter)->size, bytes.size()));
  std::memcpy(data() + (*parameter)->offset, bytes.data(), bytes.size());
  return Status::Ok();
}

Status KernelArguments::SetArray(std::string_view name, HostArray& array) {
  Result<const KernelParameter*> parameter = Find(name, true);
  if (!parameter.ok()) return parameter.status();
  if ((*parameter)->element_size != array.element_size() || (*parameter)->dimensions != array.shape().size())
    return Status::Error(fmt::format(
        "argument {} of kernel {} is {}: {} bytes an element, not {}, and {} dimensions, not {}", name, signature_->key,
        (*parameter)->type, (*parameter)->element_size, array.element_size(), (*parameter)->dimensions,
        array.shape().size()));
  return SetDescriptor(name, array.descriptor());
}

Status KernelArguments::SetDescriptor(std::string_view name, const ArrayDescriptor& descriptor) {
  Result<const KernelParameter*> parameter = Find(name, true);
  if (!parameter.ok()) return parameter.status();
  std::memcpy(data() + (*parameter)->offset, &descriptor, sizeof descriptor);
  return Status::Ok();
}

Result<KernelText> KernelsOfUnit(Unit& unit, const CompileOptions& options, DiagnosticSink& sink,
                                 std::vector<std::string>* unsupported) {
  Builtins builtins(unit.types, unit.constants);
  std::unique_ptr<CompiledModule> module = CompileUnit(unit, builtins, options, sink);
  if (module == nullptr) return Status::Error(Render(sink.diagnostics()));
  KernelText result;
  if (unsupported != nullptr) *unsupported = module->missing();
  for (size_t i = 0; i < module->kernels().size(); ++i) {
    Result<KernelSignature> signature = SignatureOf(unit, *module, i);
    if (signature.ok()) result.kernels.push_back(std::move(*signature));
    else if (unsupported == nullptr) return signature.status();
    else unsupported->push_back(module->kernels()[i].definition->key);
  }
  result.text = EmitModule(module->description(Device::Cpu), Device::Cpu);
  return result;
}

Result<KernelText> GenerateKernels(const std::string& python_source, const PythonModuleOptions& options) {
  SourceBuffer source = SourceBuffer::FromText(options.name + ".py", python_source);
  DiagnosticSink sink(&source);
  std::unique_ptr<Unit> unit =
      ReadSource(source, {.module_name = options.name, .library_folder = options.warp_folder}, sink);
  if (unit == nullptr || sink.has_errors()) return Status::Error(Render(sink.diagnostics()));
  CompileOptions compile;
  compile.enable_backward = options.enable_backward;
  compile.block_dim = options.block_dim;
  return KernelsOfUnit(*unit, compile, sink);
}

void Kernel::Launch(std::span<const uint32_t> shape, KernelArguments& arguments) const {
  Check(forward_ != nullptr, "the kernel was compiled without forward");
  LaunchBounds bounds(signature_->dimensions, shape);
  LaunchForward(forward_, bounds, arguments.data());
}

Status Kernel::LaunchBackward(std::span<const uint32_t> shape, KernelArguments& arguments) const {
  if (backward_ == nullptr) return Status::Error(fmt::format("kernel {} has no backward", signature_->key));
  LaunchBounds bounds(signature_->dimensions, shape);
  warpsmith::LaunchBackward(backward_, bounds, arguments.data(), arguments.adjoints());
  return Status::Ok();
}

Result<KernelModule> KernelModule::FromPython(const std::shared_ptr<CpuLibrary>& library,
                                              const std::string& python_source, PythonModuleOptions options,
                                              const CpuCompileOptions& compile) {
  if (options.warp_folder.empty()) options.warp_folder = library->installation().folder;
  options.block_dim = compile.block_dim;
  Result<KernelText> text = GenerateKernels(python_source, options);
  if (!text.ok()) return text.status();
  return FromText(library, std::move(*text), compile);
}

Result<KernelModule> KernelModule::FromText(const std::shared_ptr<CpuLibrary>& library, KernelText text,
                                            const CpuCompileOptions& compile) {
  Result<Compilation> compiled = library->Compile(text.text, compile);
  if (!compiled.ok()) return compiled.status();
  if (!compiled->succeeded) return Status::Error(DescribeErrors(compiled->messages));
  Result<CpuModule> module = library->LoadObject(compiled->output);
  if (!module.ok()) return module.status();
  return KernelModule(std::make_unique<KernelText>(std::move(text)), std::move(*module));
}

Result<Kernel> Kernel::FromModule(const CpuModule& module, const KernelSignature& signature,
                                  const std::string& suffix, KernelEntries entries) {
  Kernel kernel;
  kernel.signature_ = &signature;
  if (entries != KernelEntries::Backward) {
    Result<void*> forward = module.Find(signature.mangled_name + "_cpu_forward" + suffix);
    if (!forward.ok()) return forward.status();
    kernel.forward_ = *forward;
  }
  if (!signature.has_backward || entries == KernelEntries::Forward) return kernel;
  Result<void*> backward = module.Find(signature.mangled_name + "_cpu_backward" + suffix);
  if (!backward.ok()) return backward.status();
  kernel.backward_ = *backward;
  return kernel;
}

Result<Kernel> KernelModule::Find(std::string_view key) const {
  auto found = std::find_if(kernels().begin(), kernels().end(), [&](const auto& k) { return k.key == key; });
  if (found == kernels().end()) return Status::Error(fmt::format("the module has no kernel {}", key));
  return Kernel::FromModule(module_, *found);
}

}  // namespace warpsmith
