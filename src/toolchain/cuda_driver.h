// The CUDA driver (libcuda.so.1), loaded at run time where there is one: PTX or cubin onto a GPU, launch, read back.
// Needs neither Warp nor Python nor the CUDA toolkit.
//
// Not tried on a GPU yet: the tests run it against a stand-in that has the driver's functions and runs on the host.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "toolchain/launch.h"

namespace warpsmith {

class CudaModule;
class CudaMemory;

/// One GPU, with its primary context, which is made current for the thread that calls.
class CudaDevice : public std::enable_shared_from_this<CudaDevice> {
 public:
  /// Opens GPU number `ordinal` through `library`. The error says which is missing: the driver or the GPU.
  static Result<std::shared_ptr<CudaDevice>> Open(int ordinal = 0, const std::string& library = "libcuda.so.1");
  ~CudaDevice();

  [[nodiscard]] const std::string& name() const;
  /// Compute capability without the point, such as 90.
  [[nodiscard]] int32_t arch() const;
  /// As in 12040.
  [[nodiscard]] int driver_version() const;

  /// Loads PTX (without a trailing NUL) or cubin.
  Result<CudaModule> LoadModule(std::string_view image);
  /// Zeroed memory on the GPU.
  Result<CudaMemory> Allocate(size_t size);
  /// Waits for all launches, and reports what went wrong in them.
  Status Synchronize();

 private:
  friend class CudaModule;
  friend class CudaMemory;
  struct Implementation;
  explicit CudaDevice(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

class CudaMemory {
 public:
  CudaMemory(CudaMemory&& other) noexcept { *this = std::move(other); }
  CudaMemory& operator=(CudaMemory&& other) noexcept;
  ~CudaMemory();
  /// The address on the GPU, as array descriptors hold it.
  [[nodiscard]] void* address() const { return reinterpret_cast<void*>(address_); }
  [[nodiscard]] size_t size() const { return size_; }
  /// `bytes` and `out` have at most size() bytes (checked).
  Status Upload(std::span<const std::byte> bytes);
  Status Download(std::span<std::byte> out) const;

 private:
  friend class CudaDevice;
  CudaMemory() = default;
  std::shared_ptr<CudaDevice> device_;
  uint64_t address_ = 0;
  size_t size_ = 0;
};

struct CudaLaunchShape {
  uint32_t block_dim = 256;     // that of the text
  uint32_t shared_bytes = 0;    // dynamic shared memory, which tiles need
};

class CudaModule {
 public:
  CudaModule(CudaModule&& other) noexcept { *this = std::move(other); }
  CudaModule& operator=(CudaModule&& other) noexcept;
  ~CudaModule();

  /// Starts the kernel `symbol` (NAME_cuda_kernel_forward or _backward) on one thread for each of the bounds, in blocks.
  /// `parameters` point to the arguments that follow the bounds: of a backward kernel, then to the adjoints.
  Status Launch(const std::string& symbol, LaunchBounds& bounds, std::span<void* const> parameters,
                CudaLaunchShape shape);

 private:
  friend class CudaDevice;
  CudaModule() = default;
  std::shared_ptr<CudaDevice> device_;
  void* module_ = nullptr;
};

}  // namespace warpsmith
