#include "toolchain/cuda_driver.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "toolchain/shared_library.h"

namespace warpsmith {

namespace {

// Of cuda.h; the driver keeps these for good.
using CudaResult = int;
using DevicePointer = uint64_t;
constexpr int kComputeCapabilityMajor = 75, kComputeCapabilityMinor = 76;
constexpr int kMaxDynamicSharedBytes = 8;
constexpr uint32_t kDefaultDynamicSharedBytes = 48 << 10;
constexpr uint64_t kMaxGrid = (uint64_t{1} << 31) - 1;

/// The functions of the driver that are used.
struct Driver {
  CudaResult (*init)(unsigned) = nullptr;
  CudaResult (*driver_version)(int*) = nullptr;
  CudaResult (*error_string)(CudaResult, const char**) = nullptr;
  CudaResult (*device_count)(int*) = nullptr;
  CudaResult (*device_get)(int*, int) = nullptr;
  CudaResult (*device_name)(char*, int, int) = nullptr;
  CudaResult (*device_attribute)(int*, int, int) = nullptr;
  CudaResult (*context_retain)(void**, int) = nullptr;
  CudaResult (*context_release)(int) = nullptr;
  CudaResult (*context_set_current)(void*) = nullptr;
  CudaResult (*context_synchronize)() = nullptr;
  CudaResult (*module_load)(void**, const void*) = nullptr;
  CudaResult (*module_unload)(void*) = nullptr;
  CudaResult (*module_function)(void**, void*, const char*) = nullptr;
  CudaResult (*function_set_attribute)(void*, int, int) = nullptr;
  CudaResult (*memory_allocate)(DevicePointer*, size_t) = nullptr;
  CudaResult (*memory_free)(DevicePointer) = nullptr;
  CudaResult (*memory_fill)(DevicePointer, unsigned char, size_t) = nullptr;
  CudaResult (*copy_to_device)(DevicePointer, const void*, size_t) = nullptr;
  CudaResult (*copy_to_host)(void*, DevicePointer, size_t) = nullptr;
  CudaResult (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**,
                       void**) = nullptr;

  Status Load(const SharedLibrary& library) {
    for (const Status& status :
         {library.Find("cuInit", init), library.Find("cuDriverGetVersion", driver_version),
          library.Find("cuGetErrorString", error_string), library.Find("cuDeviceGetCount", device_count),
          library.Find("cuDeviceGet", device_get), library.Find("cuDeviceGetName", device_name),
          library.Find("cuDeviceGetAttribute", device_attribute),
          library.Find("cuDevicePrimaryCtxRetain", context_retain),
          library.Find("cuDevicePrimaryCtxRelease_v2", context_release),
          library.Find("cuCtxSetCurrent", context_set_current), library.Find("cuCtxSynchronize", context_synchronize),
          library.Find("cuModuleLoadData", module_load), library.Find("cuModuleUnload", module_unload),
          library.Find("cuModuleGetFunction", module_function),
          library.Find("cuFuncSetAttribute", function_set_attribute),
          library.Find("cuMemAlloc_v2", memory_allocate), library.Find("cuMemFree_v2", memory_free),
          library.Find("cuMemsetD8_v2", memory_fill), library.Find("cuMemcpyHtoD_v2", copy_to_device),
          library.Find("cuMemcpyDtoH_v2", copy_to_host), library.Find("cuLaunchKernel", launch)})
      if (!status.ok()) return status;
    return Status::Ok();
  }

  [[nodiscard]] Status Check(CudaResult result, std::string_view action) const {
    if (result == 0) return Status::Ok();
    const char* reason = nullptr;
    error_string(result, &reason);
    return Status::Error(fmt::format("cannot {}: {} (CUDA error {})", action, reason != nullptr ? reason : "unknown error",
                                     result));
  }
};

}  // namespace

struct CudaDevice::Implementation {
  SharedLibrary library;
  Driver driver;
  int device = 0;
  void* context = nullptr;
  std::string name;
  int32_t arch = 0;
  int driver_version = 0;

  Status Open(int ordinal) {
    if (Status status = driver.Check(driver.init(0), "start the CUDA driver"); !status.ok()) return status;
    int count = 0, major = 0, minor = 0;
    char text[256] = {};
    driver.device_count(&count);
    if (ordinal < 0 || ordinal >= count)
      return Status::Error(fmt::format("there is no GPU {}: the CUDA driver knows {}", ordinal, count));
    driver.driver_version(&driver_version);
    if (Status status = driver.Check(driver.device_get(&device, ordinal), "open the GPU"); !status.ok()) return status;
    driver.device_name(text, sizeof text - 1, device);
    driver.device_attribute(&major, kComputeCapabilityMajor, device);
    driver.device_attribute(&minor, kComputeCapabilityMinor, device);
    name = text;
    arch = major * 10 + minor;
    return driver.Check(driver.context_retain(&context, device), fmt::format("use the GPU {}", name));
  }

  /// Makes the context that of the calling thread.
  Status Enter() const { return driver.Check(driver.context_set_current(context), "enter the context of the GPU"); }
};

CudaDevice::CudaDevice(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}

CudaDevice::~CudaDevice() {
  if (implementation_->context != nullptr) implementation_->driver.context_release(implementation_->device);
}

const std::string& CudaDevice::name() const { return implementation_->name; }
int32_t CudaDevice::arch() const { return implementation_->arch; }
int CudaDevice::driver_version() const { return implementation_->driver_version; }

Result<std::shared_ptr<CudaDevice>> CudaDevice::Open(int ordinal, const std::string& library) {
  auto own = std::make_unique<Implementation>();
  Result<SharedLibrary> loaded = SharedLibrary::LoadByName(library);
  if (!loaded.ok()) return Status::Error("no CUDA driver: " + loaded.message());
  own->library = std::move(*loaded);
  if (Status status = own->driver.Load(own->library); !status.ok()) return status;
  if (Status status = own->Open(ordinal); !status.ok()) return status;
  return std::shared_ptr<CudaDevice>(new CudaDevice(std::move(own)));
}

Result<CudaModule> CudaDevice::LoadModule(std::string_view image) {
  if (Status status = implementation_->Enter(); !status.ok()) return status;
  const std::string terminated(image);  // PTX must end with a NUL
  CudaModule module;
  Status status = implementation_->driver.Check(
      implementation_->driver.module_load(&module.module_, terminated.c_str()), "load the module on the GPU");
  if (!status.ok()) return status;
  module.device_ = shared_from_this();
  return module;
}

Result<CudaMemory> CudaDevice::Allocate(size_t size) {
  if (Status status = implementation_->Enter(); !status.ok()) return status;
  const Driver& driver = implementation_->driver;
  CudaMemory memory;
  const size_t at_least = std::max<size_t>(size, 1);  // the driver refuses 0
  Status status = driver.Check(driver.memory_allocate(&memory.address_, at_least),
                               fmt::format("allocate {} bytes on the GPU", size));
  if (!status.ok()) return status;
  memory.device_ = shared_from_this();
  memory.size_ = size;
  status = driver.Check(driver.memory_fill(memory.address_, 0, at_least), "clear memory of the GPU");
  if (!status.ok()) return status;
  return memory;
}

Status CudaDevice::Synchronize() {
  if (Status status = implementation_->Enter(); !status.ok()) return status;
  return implementation_->driver.Check(implementation_->driver.context_synchronize(), "finish the launch");
}

CudaMemory& CudaMemory::operator=(CudaMemory&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(address_, other.address_);
  std::swap(size_, other.size_);
  return *this;
}

CudaMemory::~CudaMemory() {
  if (device_ != nullptr && device_->implementation_->Enter().ok()) device_->implementation_->driver.memory_free(address_);
}

Status CudaMemory::Upload(std::span<const std::byte> bytes) {
  Check(bytes.size() <= size_, "more bytes than there is memory");
  const auto& device = *device_->implementation_;
  if (Status status = device.Enter(); !status.ok()) return status;
  return device.driver.Check(device.driver.copy_to_device(address_, bytes.data(), bytes.size()), "copy to the GPU");
}

Status CudaMemory::Download(std::span<std::byte> out) const {
  Check(out.size() <= size_, "more bytes than there is memory");
  const auto& device = *device_->implementation_;
  if (Status status = device.Enter(); !status.ok()) return status;
  return device.driver.Check(device.driver.copy_to_host(out.data(), address_, out.size()), "copy from the GPU");
}

CudaModule& CudaModule::operator=(CudaModule&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(module_, other.module_);
  return *this;
}

CudaModule::~CudaModule() {
  if (device_ != nullptr && device_->implementation_->Enter().ok()) device_->implementation_->driver.module_unload(module_);
}

Status CudaModule::Launch(const std::string& symbol, LaunchBounds& bounds, std::span<void* const> parameters,
                          CudaLaunchShape shape) {
  const auto& device = *device_->implementation_;
  const Driver& driver = device.driver;
  if (Status status = device.Enter(); !status.ok()) return status;
  void* function = nullptr;
  Status found = driver.Check(driver.module_function(&function, module_, symbol.c_str()),
                              fmt::format("find {} in the module", symbol));
  if (!found.ok()) return found;
  if (shape.shared_bytes > kDefaultDynamicSharedBytes) {
    Status status = driver.Check(
        driver.function_set_attribute(function, kMaxDynamicSharedBytes, static_cast<int>(shape.shared_bytes)),
        fmt::format("give {} {} bytes of shared memory", symbol, shape.shared_bytes));
    if (!status.ok()) return status;
  }
  if (bounds.threads() == 0) return Status::Ok();  // the driver refuses an empty grid
  std::vector<void*> all = {bounds.data()};
  all.insert(all.end(), parameters.begin(), parameters.end());
  // The kernels stride over the grid, so one that is cut off still does all the work.
  uint64_t blocks = std::min((bounds.threads() + shape.block_dim - 1) / shape.block_dim, kMaxGrid);
  return driver.Check(driver.launch(function, static_cast<unsigned>(blocks), 1, 1, shape.block_dim, 1, 1,
                                    shape.shared_bytes, nullptr, all.data(), nullptr),
                      fmt::format("launch {}", symbol));
}

}  // namespace warpsmith
