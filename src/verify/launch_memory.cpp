#include "verify/launch_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "launch/gpu.h"

namespace warpsmith {

namespace {

constexpr std::byte kMark{0xA5};

/// The bytes from the end of an array to the page that traps.
std::span<std::byte> Tail(SharedMemory& memory) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto end = reinterpret_cast<uintptr_t>(memory.data()) + memory.size();
  return {memory.data() + memory.size(), (end + page - 1) / page * page - end};
}

bool AllMarked(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == kMark; });
}

}  // namespace

Result<LaunchMemory> LaunchMemory::Make(const ArgumentLayout& layout, const InputShapes& shapes, size_t arguments_size) {
  LaunchMemory memory;
  memory.layout_ = &layout;
  memory.launch_ = shapes.launch;
  KernelSignature signature;
  signature.size = std::max(arguments_size, layout.size);
  memory.arguments_ = std::make_unique<KernelArguments>(signature);
  memory.adjoints_.assign(signature.size, std::byte{0});
  for (size_t i = 0; i < layout.arrays.size(); ++i) {
    const ArrayPlace& place = layout.arrays[i];
    Array& array = memory.arrays_.emplace_back();
    array.size = shapes.Elements(i) * place.element_size;
    for (SharedMemory* block : {&array.data, &array.gradient}) {
      Result<SharedMemory> allocated = SharedMemory::Allocate(kMargin + array.size);
      if (!allocated.ok()) return allocated.status();
      *block = std::move(*allocated);
      Mark(array, *block);
    }
    memory.initial_.emplace_back(array.size);
    ArrayDescriptor descriptor;
    descriptor.data = array.data.data() + kMargin;
    descriptor.grad = array.gradient.data() + kMargin;
    descriptor.dimensions = place.dimensions;
    auto stride = static_cast<int32_t>(place.element_size);
    for (size_t d = place.dimensions; d-- > 0;) {
      descriptor.shape[d] = static_cast<int32_t>(shapes.arrays[i][d]);
      descriptor.strides[d] = stride;
      stride *= descriptor.shape[d];
    }
    std::memcpy(memory.arguments_->data() + place.offset, &descriptor, sizeof descriptor);
    // The adjoint of an array argument: gradients flow through the array's own, but its strides are looked at.
    descriptor.data = nullptr;
    descriptor.grad = nullptr;
    std::memcpy(memory.adjoints_.data() + place.offset, &descriptor, sizeof descriptor);
  }
  return memory;
}

void LaunchMemory::Mark(Array& array, SharedMemory& memory) {
  std::memset(memory.data(), static_cast<int>(kMark), kMargin);
  std::memset(memory.data() + kMargin, 0, array.size);
  for (std::byte& byte : Tail(memory)) byte = kMark;
}

bool LaunchMemory::IsMarked(const Array&, const SharedMemory& memory) {
  return AllMarked({memory.data(), kMargin}) && AllMarked(Tail(const_cast<SharedMemory&>(memory)));
}

void LaunchMemory::SetInputs(const InputValues& values) {
  for (size_t i = 0; i < arrays_.size(); ++i)
    for (size_t n = 0; n < values.arrays[i].size(); ++n) WriteNumber(initial_[i].data(), PlaceOf(i, n), values.arrays[i][n]);
  for (size_t n = 0; n < layout_->numbers.size(); ++n)
    WriteNumber(arguments_->data(), layout_->numbers[n], values.numbers[n]);
}

size_t LaunchMemory::NumberCount(size_t array) const {
  return layout_->arrays[array].NumberCount(arrays_[array].size);
}

NumberPlace LaunchMemory::PlaceOf(size_t array, size_t number) const { return layout_->arrays[array].PlaceOf(number); }

double LaunchMemory::Input(size_t array, size_t number) const {
  return ReadNumber(initial_[array].data(), PlaceOf(array, number)).real;
}

void LaunchMemory::SetInput(size_t array, size_t number, double value) {
  WriteNumber(initial_[array].data(), PlaceOf(array, number), {true, value, 0});
}

void LaunchMemory::Restore() { SetContents(initial_); }

void LaunchMemory::ClearGradients() {
  for (Array& array : arrays_) std::memset(array.gradient.data() + kMargin, 0, array.size);
}

void LaunchMemory::SetGradient(size_t array, std::span<const double> weights) {
  for (size_t n = 0; n < weights.size(); ++n) {
    const NumberPlace place = PlaceOf(array, n);
    if (IsFloatNumber(place.type)) WriteNumber(arrays_[array].gradient.data() + kMargin, place, {true, weights[n], 0});
  }
}

void LaunchMemory::SetContents(const ArrayBytes& contents) {
  for (size_t i = 0; i < arrays_.size(); ++i)
    std::memcpy(arrays_[i].data.data() + kMargin, contents[i].data(), contents[i].size());
}

void LaunchMemory::SetFault(size_t offset, int32_t fault) {
  std::memcpy(arguments_->data() + offset, &fault, sizeof fault);
}

void LaunchMemory::Forward(const Kernel& kernel) { kernel.Launch(launch_, *arguments_); }

void LaunchMemory::Backward(const Kernel& kernel) {
  std::memcpy(arguments_->adjoints(), adjoints_.data(), adjoints_.size());  // what a launch leaves there is its own
  Check(kernel.LaunchBackward(launch_, *arguments_).ok(), "a backward launch of a kernel that has none");
}

Status LaunchMemory::LaunchOnGpu(const std::shared_ptr<CudaDevice>& device, CudaModule& module, const KernelSignature& signature, bool backward) {
  std::memcpy(arguments_->adjoints(), adjoints_.data(), adjoints_.size());
  return warpsmith::LaunchOnGpu(device, module, signature, *arguments_, {launch_, backward});
}

ArrayBytes LaunchMemory::Contents() const {
  ArrayBytes bytes;
  for (size_t i = 0; i < arrays_.size(); ++i) bytes.emplace_back(data(i), data(i) + arrays_[i].size);
  return bytes;
}

ArrayBytes LaunchMemory::Gradients() const {
  ArrayBytes bytes;
  for (size_t i = 0; i < arrays_.size(); ++i) bytes.emplace_back(gradient(i), gradient(i) + arrays_[i].size);
  return bytes;
}

std::string LaunchMemory::FindStrayWrite() {
  std::string found;
  for (size_t i = 0; i < arrays_.size(); ++i)
    for (SharedMemory* memory : {&arrays_[i].data, &arrays_[i].gradient}) {
      if (IsMarked(arrays_[i], *memory)) continue;
      if (found.empty()) found = layout_->arrays[i].name;
      Mark(arrays_[i], *memory);
    }
  return found;
}

}  // namespace warpsmith
