#include "toolchain/launch.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/check.h"

namespace warpsmith {

LaunchBounds::LaunchBounds(size_t dimensions, std::span<const uint32_t> shape) {
  Check(dimensions >= 1 && dimensions <= kMaxDimensions, "a launch has 1 to 4 dimensions");
  Check(!shape.empty() && shape.size() <= kMaxDimensions, "a launch has 1 to 4 dimensions");
  uint32_t kept[kMaxDimensions] = {1, 1, 1, 1};
  uint64_t size = 1, repeats = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i < dimensions) kept[i] = shape[i];
    else repeats *= shape[i];
    size *= shape[i];
  }
  StructLayout layout;
  size_t shape_at = layout.Add(dimensions * sizeof(uint32_t), alignof(uint32_t));
  size_t size_at = layout.Add(sizeof size, alignof(uint64_t));
  size_t repeats_at = layout.Add(sizeof repeats, alignof(uint64_t));
  std::memcpy(bytes_.data() + shape_at, kept, dimensions * sizeof(uint32_t));
  std::memcpy(bytes_.data() + size_at, &size, sizeof size);
  std::memcpy(bytes_.data() + repeats_at, &repeats, sizeof repeats);
  size_in_bytes_ = layout.size();
  threads_ = size;
}

size_t StructLayout::Add(size_t size, size_t alignment) {
  size_t offset = (end_ + alignment - 1) / alignment * alignment;
  end_ = offset + size;
  alignment_ = std::max(alignment_, alignment);
  return offset;
}

size_t StructLayout::size() const {
  return std::max<size_t>((end_ + alignment_ - 1) / alignment_ * alignment_, 1);
}

Result<HostArray> HostArray::Make(size_t element_size, std::span<const uint32_t> shape, bool with_gradient) {
  Check(!shape.empty() && shape.size() <= kMaxDimensions, "an array has 1 to 4 dimensions");
  HostArray array;
  array.element_size_ = element_size;
  array.shape_.assign(shape.begin(), shape.end());
  size_t bytes = element_size;
  for (uint32_t extent : shape)
    if (__builtin_mul_overflow(bytes, extent, &bytes) || extent > INT32_MAX)
      return Status::Error(fmt::format("an array of {} bytes an element and an extent of {} is too large",
                                       element_size, extent));
  Result<SharedMemory> data = SharedMemory::Allocate(bytes);
  if (!data.ok()) return data.status();
  array.data_ = std::move(*data);
  if (!with_gradient) return array;
  Result<SharedMemory> gradient = SharedMemory::Allocate(bytes);
  if (!gradient.ok()) return gradient.status();
  array.gradient_ = std::move(*gradient);
  array.has_gradient_ = true;
  return array;
}

ArrayDescriptor HostArray::descriptor() {
  ArrayDescriptor descriptor;
  descriptor.data = data_.data();
  descriptor.grad = has_gradient_ ? gradient_.data() : nullptr;
  descriptor.dimensions = static_cast<uint16_t>(shape_.size());
  uint64_t stride = element_size_;
  for (size_t i = shape_.size(); i-- > 0;) {
    descriptor.shape[i] = static_cast<int32_t>(shape_[i]);
    descriptor.strides[i] = static_cast<int32_t>(stride);
    stride *= shape_[i];
  }
  return descriptor;
}

void LaunchForward(void* function, LaunchBounds& bounds, void* arguments) {
  reinterpret_cast<void (*)(void*, void*)>(function)(bounds.data(), arguments);
}

void LaunchBackward(void* function, LaunchBounds& bounds, void* arguments, void* adjoints) {
  reinterpret_cast<void (*)(void*, void*, void*)>(function)(bounds.data(), arguments, adjoints);
}

}  // namespace warpsmith
