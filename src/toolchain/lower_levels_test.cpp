#include "toolchain/lower_levels.h"

#include <cstdlib>

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

class LowerLevelsTest : public testing::Test {
 protected:
  std::string text_ = TestText("two_kernels.cpp.txt");
  std::shared_ptr<CpuLibrary> library_ = TestCpuLibrary();
  LowerLevelOptions options_{.compile = TestCompileOptions(), .debug_lines = false};
};

TEST_F(LowerLevelsTest, MakesLlvmIr) {
  if (!FindLlvmDis().ok()) GTEST_SKIP() << FindLlvmDis().message();
  options_.debug_lines = true;
  options_.compile.header_cache.clear();  // another header for these options alone would take longer
  // As if the module had been emitted with line information.
  std::string text = Replaced(text_, "var_7 = ", "\n#line 20 \"two_kernels.py\"\n    var_7 = ");
  Result<std::string> ir = MakeLlvmIr(*library_, text, options_);
  ASSERT_TRUE(ir.ok()) << ir.message();
  EXPECT_TRUE(ir->starts_with("; ModuleID = 'module.cpp'\n"));
  EXPECT_NE(ir->find("_cpu_backward(ptr"), std::string::npos);
  EXPECT_NE(ir->find("!DIFile(filename: \"two_kernels.py\""), std::string::npos);
  EXPECT_EQ(ir->find("/tmp"), std::string::npos);
}

TEST_F(LowerLevelsTest, SaysHowToGetLlvmDis) {
  setenv("WARPSMITH_LLVM_DIS", "/no/llvm-dis", 1);
  Result<std::string> ir = MakeLlvmIr(*library_, text_, options_);
  unsetenv("WARPSMITH_LLVM_DIS");
  ASSERT_FALSE(ir.ok());
  EXPECT_EQ(ir.message(), "$WARPSMITH_LLVM_DIS is /no/llvm-dis, which cannot be run");
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  Result<std::string> missing = FindLlvmDis();
  Result<std::string> assembly = MakeAssembly(*library_, text_, options_);
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(missing.message(), "LLVM IR needs llvm-dis of LLVM 22: apt-get install llvm-22");
  EXPECT_EQ(assembly.message(), "assembly needs objdump: apt-get install binutils");
}

TEST_F(LowerLevelsTest, MakesBothLevelsFromOneCompilation) {
  if (!FindLlvmDis().ok()) GTEST_SKIP() << FindLlvmDis().message();
  if (!FindLlvmObjdump().ok()) GTEST_SKIP() << FindLlvmObjdump().message();
  LowerLevels both = Take(MakeLowerLevels(*library_, text_, {.llvm_ir = true, .assembly = true}, options_));
  EXPECT_EQ(*both.llvm_ir, Take(MakeLlvmIr(*library_, text_, options_)));
  EXPECT_EQ(*both.assembly, Take(MakeAssembly(*library_, text_, options_)));
}

TEST_F(LowerLevelsTest, MakesAssembly) {
  Result<std::string> assembly = MakeAssembly(*library_, text_, options_);
  ASSERT_TRUE(assembly.ok()) << assembly.message();
  EXPECT_TRUE(assembly->starts_with("Disassembly of section ."));
  EXPECT_NE(assembly->find("_cpu_forward>:"), std::string::npos);
  Result<std::string> wrong = MakeAssembly(*library_, "int x = ;\n", options_);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.message(), "line 1: expected expression");
}

}  // namespace
}  // namespace warpsmith
