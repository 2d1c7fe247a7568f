#include "launch/gpu.h"

#include "launch/test_driver.h"

namespace warpsmith {
namespace {

constexpr const char* kSource = R"(import warp as wp

@wp.struct
class Settings:
    scale: float
    table: wp.array(dtype=wp.vec2)

@wp.kernel
def apply(x: wp.array(dtype=float), flag: wp.bool, settings: Settings, y: wp.array2d(dtype=wp.float64)):
    i, j = wp.tid()
    if flag:
        y[i, j] = wp.float64(wp.sin(x[i]) * settings.scale + settings.table[j][1] * x[i])

@wp.kernel(enable_backward=False)
def forward_only(x: wp.array(dtype=float)):
    x[wp.tid()] += 1.0
)";

class GpuTest : public testing::Test {
 protected:
  void SetUp() override {
    library_ = TestDriver();
    void* handle = dlopen(library_.c_str(), RTLD_NOW);
    set_devices_ = reinterpret_cast<void (*)(int)>(dlsym(handle, "FakeCudaDevices"));
    allocations_ = reinterpret_cast<size_t (*)()>(dlsym(handle, "FakeCudaAllocations"));
    launch_result = 0;
    cpu_module = &module_;
    ptx_ = TestPtx(module_);
  }

  std::string library_, ptx_;
  void (*set_devices_)(int) = nullptr;
  size_t (*allocations_)() = nullptr;
  KernelModule module_ = Take(KernelModule::FromPython(TestCpuLibrary(), kSource, {}, TestCompileOptions()));
};

/// Arguments of `apply`, and all that they refer to.
struct Held {
  explicit Held(const Kernel& kernel) : arguments(kernel.NewArguments()) {
    for (size_t i = 0; i < 4; ++i) x.values<float>()[i] = 0.5f * static_cast<float>(i) - 1;
    for (size_t i = 0; i < 6; ++i) table.values<float>()[i] = static_cast<float>(i) + 0.25f;
    for (double& gradient : y.gradients<double>()) gradient = 1;
    Check(arguments.SetArray("x", x).ok() && arguments.SetArray("settings.table", table).ok() &&
              arguments.SetArray("y", y).ok() && arguments.Set("flag", true).ok() &&
              arguments.Set("settings.scale", 0.7f).ok(),
          "arguments");
  }
  static constexpr uint32_t kShape[] = {4, 3}, kThree[] = {3};
  HostArray x = Take(HostArray::Of<float>({kShape, 1}, true)), table = Take(HostArray::Make(8, kThree, true));
  HostArray y = Take(HostArray::Of<double>(kShape, true));
  KernelArguments arguments;

  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const HostArray* array : {&x, &table, &y})
      for (const SharedMemory* memory : {&array->data(), &array->gradient()})
        all.append(reinterpret_cast<const char*>(memory->data()), memory->size());
    return all;
  }
};

TEST_F(GpuTest, LeavesWhatALaunchOnTheHostLeaves) {
  Kernel kernel = Take(module_.Find("apply"));
  Held host(kernel), gpu(kernel);
  std::shared_ptr<CudaDevice> device = Take(CudaDevice::Open(0, library_));
  EXPECT_EQ(device->name(), "Stand-in");
  EXPECT_EQ(device->arch(), 90);
  CudaModule module = Take(device->LoadModule(ptx_));
  for (bool backward : {false, true}) {
    if (!backward) kernel.Launch(Held::kShape, host.arguments);
    else ASSERT_TRUE(kernel.LaunchBackward(Held::kShape, host.arguments).ok());
    Status status = LaunchOnGpu(device, module, kernel.signature(), gpu.arguments, {Held::kShape, backward});
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(host.bytes(), gpu.bytes());
    EXPECT_EQ(asked.symbol, kernel.signature().mangled_name + (backward ? "_cuda_kernel_backward" : "_cuda_kernel_forward"));
    EXPECT_EQ(asked.grid, 1u);
    EXPECT_EQ(asked.block, 256u);
    EXPECT_EQ(asked.shared, 0u);
    EXPECT_EQ(allocations_(), 0u);  // all memory is given back
  }
  EXPECT_NE(gpu.x.gradients<float>()[2], 0.0f);
}

TEST_F(GpuTest, CountsBlocksAndLeavesNothingOfEmptyLaunches) {
  Kernel kernel = Take(module_.Find("forward_only"));
  std::shared_ptr<CudaDevice> device = Take(CudaDevice::Open(0, library_));
  CudaModule module = Take(device->LoadModule(ptx_));
  const uint32_t many[] = {1000}, none[] = {0};
  HostArray x = Take(HostArray::Of<float>(many));
  KernelArguments arguments = kernel.NewArguments();
  ASSERT_TRUE(arguments.SetArray("x", x).ok());
  ASSERT_TRUE(LaunchOnGpu(device, module, kernel.signature(), arguments, {many, false, 64}).ok());
  EXPECT_EQ(asked.grid, 16u);
  EXPECT_EQ(asked.block, 64u);
  EXPECT_EQ(x.values<float>()[999], 1.0f);
  asked = {};
  ASSERT_TRUE(LaunchOnGpu(device, module, kernel.signature(), arguments, {none}).ok());
  EXPECT_EQ(asked.symbol, "");
  EXPECT_EQ(LaunchOnGpu(device, module, kernel.signature(), arguments, {many, true}).message(),
            "kernel forward_only has no backward");
}

TEST_F(GpuTest, SharesTheMemoryThatArraysShare) {
  Kernel kernel = Take(module_.Find("apply"));
  Held gpu(kernel);
  ArrayDescriptor inner = gpu.table.descriptor();  // the last two rows of the table
  inner.data = static_cast<std::byte*>(inner.data) + 8;
  inner.grad = nullptr;
  inner.shape[0] = 4;
  inner.strides[0] = 4;
  ASSERT_TRUE(gpu.arguments.SetDescriptor("x", inner).ok());
  Held host(kernel);
  inner.data = host.table.data().data() + 8;
  ASSERT_TRUE(host.arguments.SetDescriptor("x", inner).ok());
  std::shared_ptr<CudaDevice> device = Take(CudaDevice::Open(0, library_));
  CudaModule module = Take(device->LoadModule(ptx_));
  kernel.Launch(Held::kShape, host.arguments);
  ASSERT_TRUE(LaunchOnGpu(device, module, kernel.signature(), gpu.arguments, {Held::kShape}).ok());
  EXPECT_EQ(host.bytes(), gpu.bytes());
}

TEST_F(GpuTest, SaysWhatIsMissingAndWhatFails) {
  EXPECT_TRUE(CudaDevice::Open(0, "libno_such_cuda.so.1").message().starts_with("no CUDA driver: "));
  set_devices_(0);
  EXPECT_EQ(CudaDevice::Open(0, library_).message(), "there is no GPU 0: the CUDA driver knows 0");
  set_devices_(1);
  EXPECT_EQ(CudaDevice::Open(1, library_).message(), "there is no GPU 1: the CUDA driver knows 1");
  std::shared_ptr<CudaDevice> device = Take(CudaDevice::Open(0, library_));
  EXPECT_EQ(device->LoadModule("hello").message(),
            "cannot load the module on the GPU: device kernel image is invalid (CUDA error 200)");
  CudaModule module = Take(device->LoadModule(".visible .entry other(\n"));
  Kernel kernel = Take(module_.Find("apply"));
  Held gpu(kernel);
  const std::string before = gpu.bytes();
  const std::string symbol = kernel.signature().mangled_name + "_cuda_kernel_forward";
  EXPECT_EQ(LaunchOnGpu(device, module, kernel.signature(), gpu.arguments, {Held::kShape}).message(),
            "cannot find " + symbol + " in the module: named symbol not found (CUDA error 500)");
  module = Take(device->LoadModule(ptx_));
  launch_result = 719;
  EXPECT_EQ(LaunchOnGpu(device, module, kernel.signature(), gpu.arguments, {Held::kShape}).message(),
            "cannot finish the launch: unspecified launch failure (CUDA error 719)");
  EXPECT_EQ(gpu.bytes(), before);
  EXPECT_EQ(allocations_(), 0u);
}

}  // namespace
}  // namespace warpsmith
