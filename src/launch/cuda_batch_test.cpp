#include "launch/cuda_batch.h"

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

TEST(CudaBatch, TellsTextsThatAreWrong) {
  const std::string text = TestText("two_kernels.cu.txt");
  const std::string wrong = Replaced(text, "wp::array_store(var_y, var_0, var_1, ", "wp::no_such_store(var_y, var_0, var_1, ");
  const std::string unclosed = text + "void f() {\n";
  std::shared_ptr<CudaLibrary> library = Take(CudaLibrary::Load(TestWarp()));
  std::vector<Status> statuses = Take(CheckCudaTexts(*library, {text, wrong, text, unclosed}, {.optimization = 0}));
  ASSERT_EQ(statuses.size(), 4u);
  EXPECT_TRUE(statuses[0].ok()) << statuses[0].message();
  EXPECT_TRUE(statuses[2].ok()) << statuses[2].message();
  ASSERT_FALSE(statuses[1].ok());
  auto line = 1 + std::count(wrong.begin(), wrong.begin() + static_cast<long>(wrong.find("no_such_store")), '\n');
  EXPECT_TRUE(statuses[1].message().starts_with("line " + std::to_string(line) + ": ")) << statuses[1].message();
  EXPECT_FALSE(statuses[3].ok());
  Result<std::vector<Status>> unknown = CheckCudaTexts(*library, {text}, {.arch = 33});
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.message().find("does not know the architecture 33"), std::string::npos);
}

}  // namespace
}  // namespace warpsmith
