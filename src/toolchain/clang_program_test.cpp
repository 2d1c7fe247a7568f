#include "toolchain/clang_program.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

namespace fs = std::filesystem;

class ClangProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::shared_ptr<ClangProgram>> found = ClangProgram::Find(TestWarp());
    if (!found.ok()) GTEST_SKIP() << found.message();
    clang_ = *found;
  }
  std::shared_ptr<ClangProgram> clang_;
  std::string text_ = TestText("two_kernels.cpp.txt");
  CpuCompileOptions options_ = TestCompileOptions();
};

TEST_F(ClangProgramTest, MakesObjectsThatWarpsLibraryLoads) {
  std::shared_ptr<CpuLibrary> library = TestCpuLibrary();
  EXPECT_EQ(clang_->version(), library->llvm_version());
  for (int32_t optimization : {0, 3}) {
    options_.optimization = optimization;
    Compilation compiled = Take(clang_->Compile(text_, options_));
    ASSERT_TRUE(compiled.succeeded) << compiled.log;
    EXPECT_TRUE(compiled.messages.empty()) << compiled.log;
    CpuModule module = Take(library->LoadObject(compiled.output));
    for (const std::string& kernel : KernelsOfText(text_)) EXPECT_TRUE(module.Find(kernel + "_cpu_backward").ok());
  }
}

TEST_F(ClangProgramTest, GivesErrorsWithLines) {
  std::string wrong = Replaced(text_, "wp::array_store(var_y, var_0, var_1, ", "wp::no_such_store(var_y, var_0, var_1, ");
  Compilation ours = Take(clang_->Compile(wrong, options_)), warps = Take(TestCpuLibrary()->Compile(wrong, options_));
  EXPECT_FALSE(ours.succeeded);
  EXPECT_EQ(DescribeErrors(ours.messages), DescribeErrors(warps.messages));
  options_.flags = {"-target-cpu", "x86-64-v99"};
  options_.header_cache.clear();
  EXPECT_EQ(DescribeErrors(Take(clang_->Compile(text_, options_)).messages), "unknown target CPU 'x86-64-v99'");
  options_.flags = kWarpCpuFlags;
  EXPECT_NE(clang_->Compile(text_, options_).message().find("-march=native"), std::string::npos);
}

TEST_F(ClangProgramTest, GivesTheSameCodeWithAndWithoutPrecompiledHeader) {
  Compilation with = Take(clang_->Compile(text_, options_));
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(options_.header_cache), {}) > 0, true);
  options_.header_cache.clear();
  EXPECT_EQ(with.output, Take(clang_->Compile(text_, options_)).output);
}

TEST_F(ClangProgramTest, RenewsTheHeaderWhenWarpIsInstalledAnew) {
  TemporaryFolder installation = Take(TemporaryFolder::Make());
  WarpInstallation warp = TestWarp();
  fs::copy(warp.headers, installation.path() + "/native", fs::copy_options::recursive);
  warp.headers = installation.path() + "/native";
  std::shared_ptr<ClangProgram> clang = Take(ClangProgram::Find(warp));
  ASSERT_TRUE(Take(clang->Compile(text_, options_)).succeeded);
  const fs::path header = fs::path(warp.headers) / "builtin.h";
  fs::last_write_time(header, fs::last_write_time(header) + std::chrono::hours(1));
  Compilation compiled = Take(clang->Compile(text_, options_));
  EXPECT_TRUE(compiled.succeeded) << compiled.log;
}

TEST(ClangProgram, SaysWhichProgramIsWanted) {
  auto message = [](const char* program) {
    setenv("WARPSMITH_CLANG", program, 1);
    Result<std::shared_ptr<ClangProgram>> found = ClangProgram::Find(TestWarp());
    unsetenv("WARPSMITH_CLANG");
    return found.ok() ? std::string() : found.message();
  };
  EXPECT_EQ(message("/no/clang"), "$WARPSMITH_CLANG is /no/clang, which cannot be run");
  EXPECT_EQ(message("true"), "true is not Clang");
  TemporaryFolder folder = Take(TemporaryFolder::Make());
  const std::string old = folder.path() + "/clang";
  ASSERT_TRUE(WriteBytes(old, "#!/bin/sh\necho Debian clang version 14.0.6\n").ok());
  fs::permissions(old, fs::perms::owner_all);
  EXPECT_EQ(message(old.c_str()), old + " is Clang 14.0.6, and must be 22.1");
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  EXPECT_EQ(message(""), "clang-22 is not installed: apt-get install clang-22");
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace warpsmith
