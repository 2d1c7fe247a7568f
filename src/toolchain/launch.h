// The memory layout of a launch, as generated code expects it (native/builtin.h and native/array.h of Warp 1.19.0), and
// the call itself.
//
//   NAME_cpu_forward (launch_bounds_t<N>*, wp_args_NAME*)
//   NAME_cpu_backward(launch_bounds_t<N>*, wp_args_NAME*, wp_args_NAME* adjoints)
//
// wp_args_NAME holds the kernel's arguments in order, by the rules of C: scalars as they are (bool one byte, float16 two),
// vectors, matrices and quaternions as packed scalars, structs nested, arrays as descriptors. With zeroed adjoints,
// gradients flow through the descriptors' `grad`; scalar adjoints of a launch are lost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "toolchain/memory.h"

namespace warpsmith {

inline constexpr size_t kMaxDimensions = 4;  // of launches and arrays

/// wp::launch_bounds_t<N>: `dimensions` is N, that of the kernel's wp.tid(). Dimensions that `shape` lacks are 1; those
/// beyond N run the same coordinates again, as in Warp.
class LaunchBounds {
 public:
  /// `dimensions` and the length of `shape` are 1 to 4 (checked).
  LaunchBounds(size_t dimensions, std::span<const uint32_t> shape);
  [[nodiscard]] void* data() { return bytes_.data(); }
  [[nodiscard]] size_t size_in_bytes() const { return size_in_bytes_; }
  /// How many threads there are.
  [[nodiscard]] uint64_t threads() const { return threads_; }

 private:
  alignas(8) std::array<std::byte, 32> bytes_{};
  size_t size_in_bytes_ = 0;
  uint64_t threads_ = 0;
};

/// wp::array_t<T>.
struct ArrayDescriptor {
  void* data = nullptr;
  void* grad = nullptr;
  int32_t shape[kMaxDimensions] = {};
  int32_t strides[kMaxDimensions] = {};  // in bytes
  uint16_t dimensions = 0;
  uint16_t flags = 0;
};
static_assert(sizeof(ArrayDescriptor) == 56 && offsetof(ArrayDescriptor, dimensions) == 48);

/// Places fields one after another as C does.
class StructLayout {
 public:
  /// The offset of a field. `alignment` is a power of two.
  size_t Add(size_t size, size_t alignment);
  /// The struct's size, trailing padding included; never 0, as in C++.
  [[nodiscard]] size_t size() const;
  [[nodiscard]] size_t alignment() const { return alignment_; }

 private:
  size_t end_ = 0;
  size_t alignment_ = 1;
};

/// An array that a kernel can be given: its elements, row by row without gaps, and its gradient where asked for.
class HostArray {
 public:
  /// Zeroed. `shape` has 1 to 4 extents that are at most INT32_MAX (checked: 1 to 4).
  static Result<HostArray> Make(size_t element_size, std::span<const uint32_t> shape, bool with_gradient = false);
  template <typename T>
  static Result<HostArray> Of(std::span<const uint32_t> shape, bool with_gradient = false) {
    return Make(sizeof(T), shape, with_gradient);
  }

  [[nodiscard]] size_t element_size() const { return element_size_; }
  [[nodiscard]] const std::vector<uint32_t>& shape() const { return shape_; }
  [[nodiscard]] size_t element_count() const { return data_.size() / element_size_; }
  [[nodiscard]] bool has_gradient() const { return has_gradient_; }
  [[nodiscard]] SharedMemory& data() { return data_; }
  [[nodiscard]] const SharedMemory& data() const { return data_; }
  [[nodiscard]] SharedMemory& gradient() { return gradient_; }
  [[nodiscard]] const SharedMemory& gradient() const { return gradient_; }
  /// The data or gradient as numbers: elements of vectors and matrices one after another.
  template <typename T>
  [[nodiscard]] std::span<T> values() {
    return data_.as<T>();
  }
  template <typename T>
  [[nodiscard]] std::span<T> gradients() {
    return gradient_.as<T>();
  }
  /// As a kernel sees it. Points into this array.
  [[nodiscard]] ArrayDescriptor descriptor();

 private:
  SharedMemory data_, gradient_;
  std::vector<uint32_t> shape_;
  size_t element_size_ = 1;
  bool has_gradient_ = false;
};

/// Runs NAME_cpu_forward at `function` in the calling thread, which should have a stack of a MiB or more.
void LaunchForward(void* function, LaunchBounds& bounds, void* arguments);
/// Likewise NAME_cpu_backward.
void LaunchBackward(void* function, LaunchBounds& bounds, void* arguments, void* adjoints);

}  // namespace warpsmith
