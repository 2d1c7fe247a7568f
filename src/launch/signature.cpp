#include "launch/signature.h"

#include <algorithm>

#include <fmt/format.h>

#include "toolchain/launch.h"

namespace warpsmith {

namespace {

struct Extent {
  size_t size = 0, alignment = 1;
};

/// Lays out the arguments of one kernel.
class ArgumentLayout {
 public:
  explicit ArgumentLayout(const TypeTable& types) : types_(types) {}

  /// Size and alignment in a struct of C; size 0 for what cannot be passed.
  [[nodiscard]] Extent ExtentOf(TypeId type) const {
    if (IsArray(types_, type)) {
      if (types_[type].family != ArrayFamily::Regular) return {};
      return {sizeof(ArrayDescriptor), alignof(ArrayDescriptor)};
    }
    if (IsStruct(types_, type)) {
      StructLayout layout;
      for (const StructField& field : types_.structure(type).fields) {
        Extent extent = ExtentOf(field.type);
        if (extent.size == 0) return {};
        layout.Add(extent.size, extent.alignment);
      }
      return {layout.size(), layout.alignment()};
    }
    if (type == kHandleType) return {sizeof(uint64_t), alignof(uint64_t)};
    if (!IsValue(types_, type)) return {};
    return {SizeInBytes(types_, type), SizeInBytes(types_, ScalarTypeOf(types_, type))};
  }

  /// Appends the parameters that `type` at `offset` is made of.
  void Append(const std::string& name, TypeId type, size_t offset, std::vector<KernelParameter>& parameters) const {
    if (IsStruct(types_, type)) {
      StructLayout layout;
      for (const StructField& field : types_.structure(type).fields) {
        Extent extent = ExtentOf(field.type);
        Append(name + "." + field.name, field.type, offset + layout.Add(extent.size, extent.alignment), parameters);
      }
      return;
    }
    KernelParameter parameter;
    parameter.name = name;
    parameter.type = RecordType(types_, type);
    parameter.offset = offset;
    parameter.size = ExtentOf(type).size;
    parameter.is_array = IsArray(types_, type);
    TypeId value = parameter.is_array ? types_[type].element : type;
    if (parameter.is_array) {
      parameter.element_size = ExtentOf(value).size;
      parameter.dimensions = types_[type].dimensions;
    }
    if (value == kHandleType) parameter.scalar = "uint64";
    else if (IsValue(types_, value)) parameter.scalar = RecordType(types_, ScalarTypeOf(types_, value));
    parameters.push_back(std::move(parameter));
  }

 private:
  const TypeTable& types_;
};

}  // namespace

const KernelParameter* KernelSignature::Find(std::string_view name) const {
  auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

Result<KernelSignature> SignatureOf(const Unit& unit, const CompiledModule& module, size_t position) {
  const CompiledKernel& kernel = module.kernels()[position];
  const KernelDescription& description = module.description(Device::Cpu).kernels[position];
  KernelSignature signature;
  signature.key = kernel.definition->key;
  signature.mangled_name = kernel.mangled_name;
  signature.dimensions = description.program->kernel_dimensions;
  signature.has_backward = description.options.enable_backward;
  const KernelDescription& cuda = module.description(Device::Cuda).kernels[position];
  signature.shared_bytes = cuda.shared_memory;
  signature.shared_bytes_backward = cuda.shared_memory_backward;
  ArgumentLayout layout(unit.types);
  StructLayout arguments;
  for (const Parameter& parameter : kernel.definition->parameters) {
    std::string name(unit.symbols.Text(parameter.name));
    Extent extent = layout.ExtentOf(parameter.type);
    if (extent.size == 0)
      return Status::Error(fmt::format("kernel {} takes {} as {}, which cannot be launched", signature.key,
                                       RecordType(unit.types, parameter.type), name));
    size_t offset = arguments.Add(extent.size, extent.alignment);
    signature.argument_offsets.push_back(offset);
    layout.Append(name, parameter.type, offset, signature.parameters);
  }
  signature.size = arguments.size();
  return signature;
}

}  // namespace warpsmith
