#include "launch/gpu.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace warpsmith {

namespace {

/// The arrays of a launch on the GPU, by where they begin on the host.
class Copies {
 public:
  explicit Copies(std::shared_ptr<CudaDevice> device) : device_(std::move(device)) {}

  /// Notes that `size` bytes at `host` are needed.
  void Want(void* host, size_t size) {
    if (host == nullptr) return;
    size_t& wanted = sizes_[static_cast<std::byte*>(host)];
    wanted = std::max(wanted, size);
  }

  Status Upload() {
    for (const auto& [host, size] : sizes_) {
      // What begins within the copy before it is part of it.
      auto before = memory_.empty() ? memory_.end() : std::prev(memory_.end());
      if (before != memory_.end() && host + size <= before->first + before->second.size()) continue;
      if (before != memory_.end() && host < before->first + before->second.size())
        return Status::Error("arrays of a launch on a GPU overlap in part");
      Result<CudaMemory> memory = device_->Allocate(size);
      if (!memory.ok()) return memory.status();
      if (Status status = memory->Upload({host, size}); !status.ok()) return status;
      memory_.emplace(host, std::move(*memory));
    }
    return Status::Ok();
  }

  [[nodiscard]] void* OnGpu(void* host) const {
    if (host == nullptr) return nullptr;
    auto after = memory_.upper_bound(static_cast<std::byte*>(host));
    const auto& [begin, memory] = *std::prev(after);
    return static_cast<std::byte*>(memory.address()) + (static_cast<std::byte*>(host) - begin);
  }

  Status Download() const {
    for (const auto& [host, memory] : memory_)
      if (Status status = memory.Download({host, memory.size()}); !status.ok()) return status;
    return Status::Ok();
  }

 private:
  std::shared_ptr<CudaDevice> device_;
  std::map<std::byte*, size_t> sizes_;
  std::map<std::byte*, CudaMemory> memory_;
};

ArrayDescriptor DescriptorAt(const std::byte* arguments, const KernelParameter& parameter) {
  ArrayDescriptor descriptor;
  std::memcpy(&descriptor, arguments + parameter.offset, sizeof descriptor);
  return descriptor;
}

/// Bytes from the first element to the end of the last; 0 for an empty array.
Result<size_t> Extent(const ArrayDescriptor& descriptor, const KernelParameter& parameter) {
  size_t bytes = parameter.element_size;
  for (size_t i = 0; i < descriptor.dimensions && i < kMaxDimensions; ++i) {
    if (descriptor.shape[i] <= 0) return size_t{0};
    if (descriptor.strides[i] < 0) return Status::Error(fmt::format("array {} has a negative stride", parameter.name));
    bytes += static_cast<size_t>(descriptor.shape[i] - 1) * static_cast<size_t>(descriptor.strides[i]);
  }
  return bytes;
}

/// The structs of a launch as the GPU gets them.
struct DeviceArguments {
  std::vector<uint64_t> values, adjoints;  // for their alignment
  std::vector<void*> parameters;           // point into them
};

Status WantArrays(const KernelSignature& signature, const std::byte* arguments, Copies& copies) {
  for (const KernelParameter& parameter : signature.parameters) {
    if (!parameter.is_array) continue;
    ArrayDescriptor descriptor = DescriptorAt(arguments, parameter);
    Result<size_t> size = Extent(descriptor, parameter);
    if (!size.ok()) return size.status();
    copies.Want(descriptor.data, *size);
    copies.Want(descriptor.grad, *size);
  }
  return Status::Ok();
}

std::vector<uint64_t> OnGpu(const KernelSignature& signature, const std::byte* arguments, const Copies& copies) {
  std::vector<uint64_t> own((signature.size + 7) / 8);
  auto* bytes = reinterpret_cast<std::byte*>(own.data());
  std::memcpy(bytes, arguments, signature.size);
  for (const KernelParameter& parameter : signature.parameters) {
    if (!parameter.is_array) continue;
    ArrayDescriptor descriptor = DescriptorAt(bytes, parameter);
    descriptor.data = copies.OnGpu(descriptor.data);
    descriptor.grad = copies.OnGpu(descriptor.grad);
    std::memcpy(bytes + parameter.offset, &descriptor, sizeof descriptor);
  }
  return own;
}

}  // namespace

Status LaunchOnGpu(const std::shared_ptr<CudaDevice>& device, CudaModule& module, const KernelSignature& signature,
                   KernelArguments& arguments, const GpuLaunch& launch) {
  if (launch.backward && !signature.has_backward)
    return Status::Error(fmt::format("kernel {} has no backward", signature.key));
  Copies copies(device);
  for (const std::byte* part : {arguments.data(), arguments.adjoints()})
    if (Status status = WantArrays(signature, part, copies); !status.ok()) return status;
  if (Status status = copies.Upload(); !status.ok()) return status;
  DeviceArguments own{OnGpu(signature, arguments.data(), copies), OnGpu(signature, arguments.adjoints(), copies), {}};
  for (std::vector<uint64_t>* part : {&own.values, &own.adjoints}) {
    if (part == &own.adjoints && !launch.backward) break;
    for (size_t offset : signature.argument_offsets)
      own.parameters.push_back(reinterpret_cast<std::byte*>(part->data()) + offset);
  }
  LaunchBounds bounds(signature.dimensions, launch.shape);
  const CudaLaunchShape shape{launch.block_dim,
                              launch.backward ? signature.shared_bytes_backward : signature.shared_bytes};
  const std::string symbol = signature.mangled_name + (launch.backward ? "_cuda_kernel_backward" : "_cuda_kernel_forward");
  if (Status status = module.Launch(symbol, bounds, own.parameters, shape); !status.ok()) return status;
  if (Status status = device->Synchronize(); !status.ok()) return status;
  return copies.Download();
}

}  // namespace warpsmith
