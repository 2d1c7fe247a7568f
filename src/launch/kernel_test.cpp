#include "launch/kernel.h"

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

constexpr const char* kSource = R"(import warp as wp

@wp.struct
class Inner:
    flag: wp.bool
    big: wp.float64

@wp.struct
class Settings:
    small: wp.int8
    inner: Inner
    offset: wp.vec3
    table: wp.array(dtype=float)

@wp.kernel
def apply(x: wp.array(dtype=wp.vec2), h: wp.float16, settings: Settings, n: int, y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[i, j] = x[i][0] * float(settings.inner.big) + settings.offset[j] + float(n) + settings.table[i]

@wp.kernel(enable_backward=False)
def forward_only(x: wp.array(dtype=float)):
    i = wp.tid()
    x[i] = float(i)
)";

KernelModule TestModule() { return Take(KernelModule::FromPython(TestCpuLibrary(), kSource, {}, TestCompileOptions())); }

TEST(KernelSignature, LaysArgumentsOut) {
  KernelText text = Take(GenerateKernels(kSource, {}));
  ASSERT_EQ(text.kernels.size(), 2u);
  const KernelSignature& apply = text.kernels[0].key == "apply" ? text.kernels[0] : text.kernels[1];
  EXPECT_EQ(apply.dimensions, 2u);
  EXPECT_EQ(apply.Find("x")->type, "array(dtype=vec2f, ndim=1)");
  EXPECT_EQ(apply.Find("x")->element_size, 8u);
  EXPECT_EQ(apply.Find("x")->scalar, "float32");
  EXPECT_EQ(apply.Find("h")->offset, 56u);
  EXPECT_EQ(apply.Find("settings.small")->offset, 64u);
  EXPECT_EQ(apply.Find("settings.inner.flag")->offset, 72u);
  EXPECT_EQ(apply.Find("settings.inner.big")->offset, 80u);
  EXPECT_EQ(apply.Find("settings.offset")->offset, 88u);
  EXPECT_EQ(apply.Find("settings.table")->offset, 104u);
  EXPECT_EQ(apply.Find("n")->offset, 160u);
  EXPECT_EQ(apply.Find("y")->offset, 168u);
  EXPECT_EQ(apply.size, 224u);
  EXPECT_EQ(apply.argument_offsets, (std::vector<size_t>{0, 56, 64, 160, 168}));
  EXPECT_EQ(apply.Find("nothing"), nullptr);
}

TEST(KernelModule, LaunchesForwardAndBackward) {
  KernelModule module = TestModule();
  Kernel kernel = Take(module.Find("apply"));
  const uint32_t shape[] = {4, 3};
  HostArray x = Take(HostArray::Make(8, {shape, 1}, true)), table = Take(HostArray::Of<float>({shape, 1}));
  HostArray y = Take(HostArray::Of<float>(shape, true));
  x.values<float>()[2 * 2] = 5;
  table.values<float>()[2] = 0.5f;
  KernelArguments arguments = kernel.NewArguments();
  const float offset[] = {1, 2, 3};
  ASSERT_TRUE(arguments.SetArray("x", x).ok());
  ASSERT_TRUE(arguments.SetArray("y", y).ok());
  ASSERT_TRUE(arguments.SetArray("settings.table", table).ok());
  ASSERT_TRUE(arguments.Set("n", 10).ok());
  ASSERT_TRUE(arguments.Set("settings.inner.big", 7.0).ok());
  ASSERT_TRUE(arguments.Set("settings.inner.flag", true).ok());
  ASSERT_TRUE(arguments.Set("settings.offset", std::span<const float>(offset)).ok());
  kernel.Launch(shape, arguments);
  EXPECT_EQ(y.values<float>()[2 * 3 + 1], 5 * 7 + 2 + 10 + 0.5f);
  for (float& gradient : y.gradients<float>()) gradient = 1;
  ASSERT_TRUE(kernel.LaunchBackward(shape, arguments).ok());
  EXPECT_EQ(x.gradients<float>()[2 * 2], 3 * 7.0f);
  EXPECT_EQ(x.gradients<float>()[2 * 2 + 1], 0.0f);

  EXPECT_EQ(arguments.Set("n", 1.0f).message(), "argument n of kernel apply is int32, not float32");
  EXPECT_EQ(arguments.Set("m", 1).message(), "kernel apply has no argument m");
  EXPECT_EQ(arguments.Set("x", 1).message(), "argument x of kernel apply is array(dtype=vec2f, ndim=1)");
  EXPECT_EQ(arguments.Set("settings.offset", std::span<const float>(offset, 2)).message(),
            "argument settings.offset of kernel apply is vec3f: 12 bytes, not 8");
  EXPECT_EQ(arguments.SetArray("x", y).message(),
            "argument x of kernel apply is array(dtype=vec2f, ndim=1): 8 bytes an element, not 4, and 1 dimensions, not 2");
}

TEST(KernelModule, KnowsKernelsWithoutBackward) {
  KernelModule module = TestModule();
  Kernel kernel = Take(module.Find("forward_only"));
  const uint32_t shape[] = {5};
  HostArray x = Take(HostArray::Of<float>(shape));
  KernelArguments arguments = kernel.NewArguments();
  ASSERT_TRUE(arguments.SetArray("x", x).ok());
  kernel.Launch(shape, arguments);
  EXPECT_EQ(x.values<float>()[4], 4.0f);
  EXPECT_EQ(kernel.LaunchBackward(shape, arguments).message(), "kernel forward_only has no backward");
  EXPECT_EQ(module.Find("other").message(), "the module has no kernel other");
}

TEST(KernelModule, ShowsErrorsOfTheSource) {
  Result<KernelText> text = GenerateKernels("import warp as wp\n@wp.kernel\ndef k(n: int):\n    m = n + unknown\n", {});
  ASSERT_FALSE(text.ok());
  EXPECT_NE(text.message().find("kernels.py:4:"), std::string::npos);
  KernelText broken = Take(GenerateKernels(kSource, {}));
  broken.text += "int x = ;\n";
  Result<KernelModule> module = KernelModule::FromText(TestCpuLibrary(), std::move(broken), TestCompileOptions());
  ASSERT_FALSE(module.ok());
  EXPECT_NE(module.message().find("expected expression"), std::string::npos);
}

}  // namespace
}  // namespace warpsmith
