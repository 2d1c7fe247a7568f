#include "toolchain/cpu_library.h"

#include <filesystem>

#include "toolchain/launch.h"
#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

namespace fs = std::filesystem;

class CpuLibraryTest : public testing::Test {
 protected:
  std::string text_ = TestText("two_kernels.cpp.txt");
  std::vector<std::string> kernels_ = KernelsOfText(text_);
  std::shared_ptr<CpuLibrary> library_ = TestCpuLibrary();
  CpuCompileOptions options_ = TestCompileOptions();

  [[nodiscard]] std::string Kernel(const std::string& key) const {
    for (const std::string& name : kernels_)
      if (name.starts_with(key + "_")) return name;
    return {};
  }
  Compilation Compiled(const std::string& text) {
    return Take(library_->Compile(text, options_));
  }
};

/// wp_args_apply.
struct ApplyArguments {
  ArrayDescriptor x;
  float scale = 0;
  float offset[3] = {};
  ArrayDescriptor y;
};

TEST_F(CpuLibraryTest, CompilesAndLaunches) {
  Compilation compiled = Compiled(text_);
  ASSERT_TRUE(compiled.succeeded) << compiled.log;
  Result<CpuModule> module = library_->LoadObject(compiled.output);
  ASSERT_TRUE(module.ok()) << module.message();
  Result<void*> forward = module->Find(Kernel("apply") + "_cpu_forward");
  Result<void*> backward = module->Find(Kernel("apply") + "_cpu_backward");
  ASSERT_TRUE(forward.ok() && backward.ok());

  const uint32_t shape[] = {4, 3};
  HostArray x = Take(HostArray::Of<float>({shape, 1}, true)), y = Take(HostArray::Of<float>(shape, true));
  for (int i = 0; i < 4; ++i) x.values<float>()[i] = static_cast<float>(i);
  ApplyArguments arguments{x.descriptor(), 0.5f, {1, 2, 3}, y.descriptor()}, adjoints;
  LaunchBounds bounds(2, shape);
  LaunchForward(*forward, bounds, &arguments);
  EXPECT_EQ(y.values<float>()[0], 1.0f);
  EXPECT_EQ(y.values<float>()[3 * 3 + 2], 0.5f * 9 + 3);
  for (float& gradient : y.gradients<float>()) gradient = 1;
  LaunchBackward(*backward, bounds, &arguments, &adjoints);
  EXPECT_EQ(x.gradients<float>()[3], 3 * (2 * 3 * 0.5f));
  EXPECT_FALSE(module->Find("apply_cpu_forward").ok());
}

TEST_F(CpuLibraryTest, LoadsSeveralModulesAndUnloadsThem) {
  Compilation compiled = Compiled(text_);
  const std::string symbol = Kernel("spread") + "_cpu_forward";
  CpuModule first = Take(library_->LoadObject(compiled.output));
  CpuModule second = Take(library_->LoadObject(compiled.output));
  ASSERT_TRUE(first.Find(symbol).ok());
  EXPECT_NE(*first.Find(symbol), *second.Find(symbol));
  first = std::move(second);
  EXPECT_TRUE(first.Find(symbol).ok());
}

TEST_F(CpuLibraryTest, GivesErrorsWithLinesAndKernels) {
  ASSERT_TRUE(library_->PrepareHeader(options_).ok());
  auto headers = [&] { return std::distance(fs::recursive_directory_iterator(options_.header_cache), {}); };
  const auto before = headers();
  std::string wrong = Replaced(text_, "wp::array_store(var_y, var_0, var_1, ", "wp::no_such_store(var_y, var_0, var_1, ");
  Compilation compiled = Compiled(wrong);
  EXPECT_FALSE(compiled.succeeded);
  ASSERT_EQ(compiled.messages.size(), 1u) << compiled.log;
  EXPECT_NE(compiled.messages[0].text.find("no_such_store"), std::string::npos);
  EXPECT_EQ(KernelsWithErrors(wrong, compiled.messages), std::vector<std::string>{Kernel("apply")});
  EXPECT_EQ(headers(), before);  // the header survives errors in what uses it
  EXPECT_EQ(compiled.log.find("requested here"), std::string::npos);
}

TEST_F(CpuLibraryTest, GivesTheSameCodeWithAndWithoutPrecompiledHeader) {
  Compilation with = Compiled(text_);
  options_.header_cache.clear();
  Compilation without = Compiled(text_);
  EXPECT_EQ(with.output, without.output);
}

TEST_F(CpuLibraryTest, RenewsAHeaderThatDoesNotServe) {
  TemporaryFolder cache = Take(TemporaryFolder::Make());
  options_.header_cache = cache.path();
  ASSERT_TRUE(library_->PrepareHeader(options_).ok());
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(cache.path()))
    if (entry.path().extension() == ".pch") fs::resize_file(entry.path(), 1000);
  EXPECT_TRUE(Compiled(text_).succeeded);
  EXPECT_TRUE(fs::is_empty(cache.path()));
}

TEST_F(CpuLibraryTest, SaysWhatIsWrongWithOptions) {
  options_.flags = {"-target-cpu", "x86-64-v99"};
  options_.header_cache.clear();
  Compilation compiled = Compiled(text_);
  EXPECT_FALSE(compiled.succeeded);
  EXPECT_EQ(DescribeErrors(compiled.messages), "unknown target CPU 'x86-64-v99'");
  options_ = TestCompileOptions();
  options_.header_cache = "/proc/no/such/folder";
  Result<Compilation> unwritable = library_->Compile(text_, options_);
  ASSERT_FALSE(unwritable.ok());
  EXPECT_NE(unwritable.message().find("/proc/no/such/folder"), std::string::npos);
}

TEST_F(CpuLibraryTest, StopsACompilerThatTakesTooLong) {
  options_.header_cache.clear();
  options_.limits.seconds = 0.05;
  Result<Compilation> late = library_->Compile(text_, options_);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.message(), "the CPU compiler was stopped after 0.05 s");
}

TEST_F(CpuLibraryTest, RefusesObjectsThatAreNotWhole) {
  Compilation compiled = Compiled(text_);
  std::string_view object = compiled.output;
  for (size_t size : {size_t{0}, size_t{10}, object.size() / 2, object.size() - 1}) {
    Result<CpuModule> module = library_->LoadObject(object.substr(0, size));
    ASSERT_FALSE(module.ok()) << size;
    EXPECT_NE(module.message().find("the object is"), std::string::npos);
  }
  EXPECT_EQ(library_->LoadObject("hello").message(), "the object is no object file");
}

TEST_F(CpuLibraryTest, KernelsThatCrashStayInTheirChild) {
  Compilation compiled = Compiled(text_);
  CpuModule module = Take(library_->LoadObject(compiled.output));
  void* forward = *module.Find(Kernel("apply") + "_cpu_forward");
  const uint32_t shape[] = {4, 3}, too_far[] = {4000, 3};
  HostArray x = Take(HostArray::Of<float>({shape, 1})), y = Take(HostArray::Of<float>(shape));
  auto run = [&](std::span<const uint32_t> launch_shape) {
    return Take(RunInChild(
        [&] {
          ApplyArguments arguments{x.descriptor(), 0.5f, {1, 2, 3}, y.descriptor()};
          LaunchBounds bounds(2, launch_shape);
          LaunchForward(forward, bounds, &arguments);
          return 0;
        },
        {.seconds = 60}));
  };
  EXPECT_EQ(run(too_far).end, ChildEnd::Signaled);
  EXPECT_TRUE(run(shape).succeeded());
  EXPECT_EQ(y.values<float>()[2], 3.0f);
}

}  // namespace
}  // namespace warpsmith
