// Kernels that hang, write where they must not, or take all memory, beside one that does not: what is said of each, and
// that the last is as well as before.
#include "launch/batch.h"
#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

constexpr const char* kSource = R"(import warp as wp

@wp.kernel
def right(x: wp.array(dtype=float), n: int):
    i = wp.tid()
    x[i] = x[i] * 2.0 + float(n)

@wp.kernel
def hangs(x: wp.array(dtype=float), n: int):
    i = wp.tid()
    while n > 0:
        x[i] = x[i] + 1.0

@wp.kernel
def writes_beyond(x: wp.array(dtype=float), n: int):
    i = wp.tid()
    x[i + n * 100000] = 1.0
)";

/// The source's text, and that of one more kernel, made to allocate without end.
std::vector<KernelText> Texts() {
  KernelText hungry = Take(GenerateKernels(
      "import warp as wp\n@wp.kernel\ndef hungry(x: wp.array(dtype=float), n: int):\n    x[wp.tid()] = 1.0\n", {}));
  hungry.text = Replaced(hungry.text, "= builtin_tid1d();",
                         "= builtin_tid1d(); while (true) memset(malloc(1 << 20), 1, 1 << 20);");
  return {Take(GenerateKernels(kSource, {})), hungry};
}

TEST(Failures, OfOneKernelLeaveTheOthersAsTheyAre) {
  KernelBatch batch = Take(KernelBatch::Compile(TestCpuLibrary(), Texts(), {TestCompileOptions()}));
  ASSERT_TRUE(batch.status(0).ok() && batch.status(1).ok());
  const uint32_t shape[] = {8};
  const ChildLimits limits{.seconds = 4, .memory_bytes = uint64_t{64} << 20};
  auto end_of = [&](const Kernel& kernel, float expected) {
    HostArray x = Take(HostArray::Of<float>(shape));
    KernelArguments arguments = kernel.NewArguments();
    Check(arguments.SetArray("x", x).ok() && arguments.Set("n", 3).ok(), "arguments");
    x.values<float>()[7] = 1;
    ChildResult child = Take(RunInChild([&] { return kernel.Launch(shape, arguments), 0; }, limits));
    EXPECT_EQ(x.values<float>()[7], child.succeeded() ? expected : x.values<float>()[7]);
    return DescribeEnd(child, limits);
  };
  auto find = [&](size_t text, const std::string& key) {
    for (const Kernel& kernel : batch.kernels(text))
      if (kernel.signature().key.starts_with(key)) return kernel;
    Check(false, "no such kernel");
    return Kernel();
  };
  const Kernel right = find(0, "right");
  for (const auto& [kernel, end] :
       {std::pair(find(0, "hangs"), "was stopped after 4 s"),
        std::pair(find(0, "writes_beyond"), "ended with signal 11 (Segmentation fault)"),
        std::pair(find(1, "hungry"), "ended with signal 11 (Segmentation fault), with its 64 MB of memory used up")}) {
    EXPECT_EQ(end_of(kernel, 0), end) << kernel.signature().key;
    EXPECT_EQ(end_of(right, 5), "exited with code 0");
  }
}

}  // namespace
}  // namespace warpsmith
