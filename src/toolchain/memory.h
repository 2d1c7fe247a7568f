// Memory for the arguments of kernels: owned, zeroed, shared with forked children, and followed by pages that cannot be
// touched, so that a kernel that runs past the end of an array stops there instead of changing something else.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "base/status.h"

namespace warpsmith {

/// A block of memory. Its address is a multiple of 16; up to 15 bytes lie between its end and the pages that trap.
class SharedMemory {
 public:
  SharedMemory() = default;
  static Result<SharedMemory> Allocate(size_t size);
  SharedMemory(SharedMemory&& other) noexcept { *this = std::move(other); }
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  [[nodiscard]] std::byte* data() { return data_; }
  [[nodiscard]] const std::byte* data() const { return data_; }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] std::span<std::byte> bytes() { return {data_, size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
  /// As elements of type T; what does not fill a whole one is left out.
  template <typename T>
  [[nodiscard]] std::span<T> as() {
    return {reinterpret_cast<T*>(data_), size_ / sizeof(T)};
  }

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
  void* mapping_ = nullptr;
  size_t mapping_size_ = 0;
};

}  // namespace warpsmith
