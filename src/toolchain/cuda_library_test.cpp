#include "toolchain/cuda_library.h"

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

class CudaLibraryTest : public testing::Test {
 protected:
  std::string text_ = TestText("two_kernels.cu.txt");
  std::shared_ptr<CudaLibrary> library_ = Take(CudaLibrary::Load(TestWarp()));
};

TEST_F(CudaLibraryTest, CompilesToPtx) {
  Result<Compilation> compiled = library_->Compile(text_, {.arch = 80, .ptx_version = "8.0"});
  ASSERT_TRUE(compiled.ok()) << compiled.message();
  ASSERT_TRUE(compiled->succeeded) << compiled->log;
  EXPECT_NE(compiled->output.find("\n.version 8.0\n.target sm_80\n"), std::string::npos);
  EXPECT_NE(compiled->output.find("_cuda_kernel_backward("), std::string::npos);
  EXPECT_EQ(compiled->output.find('\0'), std::string::npos);
}

TEST_F(CudaLibraryTest, GivesTheSamePtxWithAndWithoutPrecompiledHeader) {
  const CudaCompileOptions options{.optimization = 0};
  Compilation without = Take(library_->Compile(text_, options));  // the first of a process
  Compilation making = Take(library_->Compile(text_, options)), with = Take(library_->Compile(text_, options));
  ASSERT_TRUE(without.succeeded) << without.log;
  EXPECT_EQ(making.output, without.output);
  EXPECT_EQ(with.output, without.output);
}

TEST_F(CudaLibraryTest, CompilesToCubin) {
  Result<Compilation> compiled = library_->Compile(text_, {.output = CudaOutput::Cubin});
  ASSERT_TRUE(compiled.ok() && compiled->succeeded);
  EXPECT_TRUE(compiled->output.starts_with("\x7f" "ELF"));
}

TEST_F(CudaLibraryTest, SaysWhichArchitectureIsUnknown) {
  for (const auto& [arch, suffix] : {std::pair{33, ""}, {90, "z"}, {-1, ""}}) {
    Result<Compilation> compiled = library_->Compile(text_, {.arch = arch, .arch_suffix = suffix});
    ASSERT_FALSE(compiled.ok());
    EXPECT_EQ(compiled.message(), "NVRTC " + library_->nvrtc_version() + " does not know the architecture " +
                                      std::to_string(arch) + suffix);
  }
}

TEST_F(CudaLibraryTest, GivesErrorsWithLinesAndKernels) {
  std::string wrong = Replaced(text_, "wp::array_store(var_y, var_0, var_1, ", "wp::no_such_store(var_y, var_0, var_1, ");
  Result<Compilation> compiled = library_->Compile(wrong, {});
  ASSERT_TRUE(compiled.ok());
  EXPECT_FALSE(compiled->succeeded);
  ASSERT_EQ(compiled->messages.size(), 1u) << compiled->log;
  std::vector<std::string> spoiled = KernelsWithErrors(wrong, compiled->messages);
  ASSERT_EQ(spoiled.size(), 1u);
  EXPECT_TRUE(spoiled[0].starts_with("apply_"));
}

}  // namespace
}  // namespace warpsmith
