// The memory of a kernel's launches: arrays with their gradients, and the structs of arguments. Contents are put back
// before each launch, so that one allocation serves thousands.
//
// Every array ends at pages that trap, and what lies around it is marked, so that writes that miss it are found.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "launch/kernel.h"
#include "toolchain/cuda_driver.h"
#include "verify/inputs.h"
#include "verify/layout.h"

namespace warpsmith {

/// The bytes of all arrays, or of all their gradients.
using ArrayBytes = std::vector<std::vector<std::byte>>;

class LaunchMemory {
 public:
  /// `arguments_size` may exceed the layout's, for what a text with planted faults adds.
  static Result<LaunchMemory> Make(const ArgumentLayout& layout, const InputShapes& shapes, size_t arguments_size);

  /// Makes these the initial contents.
  void SetInputs(const InputValues& values);
  /// One number of an array's initial content, in the order of InputValues.
  [[nodiscard]] double Input(size_t array, size_t number) const;
  void SetInput(size_t array, size_t number, double value);
  /// Arrays as they were before any launch; gradients are the weights, or zero.
  void Restore();
  void ClearGradients();
  void SetGradient(size_t array, std::span<const double> weights);
  /// Arrays with these contents: those after a forward launch, for the backward launch that follows it.
  void SetContents(const ArrayBytes& contents);
  /// The int32 at the end of the arguments of a text with planted faults.
  void SetFault(size_t offset, int32_t fault);

  void Forward(const Kernel& kernel);
  /// The kernel must have a backward (checked).
  void Backward(const Kernel& kernel);
  /// The same on a GPU: see launch/gpu.h. `signature` is that of the kernel.
  Status LaunchOnGpu(const std::shared_ptr<CudaDevice>& device, CudaModule& module, const KernelSignature& signature, bool backward);

  [[nodiscard]] ArrayBytes Contents() const;
  [[nodiscard]] ArrayBytes Initial() const { return initial_; }
  [[nodiscard]] ArrayBytes Gradients() const;
  [[nodiscard]] const std::byte* data(size_t array) const { return arrays_[array].data.data() + kMargin; }
  [[nodiscard]] const std::byte* gradient(size_t array) const { return arrays_[array].gradient.data() + kMargin; }
  /// How many numbers an array holds, and where number `i` lies from its begin.
  [[nodiscard]] size_t NumberCount(size_t array) const;
  [[nodiscard]] NumberPlace PlaceOf(size_t array, size_t number) const;
  [[nodiscard]] const ArgumentLayout& layout() const { return *layout_; }

  /// The name of an array beside which a launch wrote; empty if there is none. Marks are put back.
  std::string FindStrayWrite();

 private:
  static constexpr size_t kMargin = 64;  // marked bytes before an array
  struct Array {
    SharedMemory data, gradient;
    size_t size = 0;
  };
  static void Mark(Array& array, SharedMemory& memory);
  static bool IsMarked(const Array& array, const SharedMemory& memory);

  const ArgumentLayout* layout_ = nullptr;
  std::vector<Array> arrays_;
  ArrayBytes initial_;
  std::unique_ptr<KernelArguments> arguments_;
  std::vector<std::byte> adjoints_;  // as they are before a backward launch
  std::vector<uint32_t> launch_;
};

}  // namespace warpsmith
