#include "verify/gpu_check.h"

#include <csignal>

#include <nlohmann/json.hpp>

#include "launch/test_driver.h"
#include "verify/test_records.h"

namespace warpsmith {
namespace {

using Json = nlohmann::json;

constexpr const char* kSource = R"(import warp as wp


@wp.kernel
def scale(x: wp.array(dtype=float), y: wp.array(dtype=float), factor: float):
    i = wp.tid()
    y[i] = factor * x[i] - wp.sin(x[i])
)";

class GpuCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.driver = TestDriver();
    options_.limits.seconds = 2;
    cpu_module = &module_;
    launch_result = 0;
    record_.ptx = TestPtx(module_);
    record_.check = VerifyOne(record_, VerifyLevel::Run).check;
    ASSERT_TRUE(record_.check.has_value());
  }
  GpuVerdict Of(const Record& record) {
    const Record* records[] = {&record};
    return Take(CheckOnGpu(records, options_)).front();
  }

  GpuCheckOptions options_;
  Record record_ = TestRecord("scale", kSource);
  KernelModule module_ = Take(KernelModule::FromPython(TestCpuLibrary(), kSource, {.name = "scale"}, TestCompileOptions()));
};

TEST_F(GpuCheckTest, ComparesWithTheCheck) {
  EXPECT_EQ(Take(FindGpu(options_)), "Stand-in");
  EXPECT_EQ(Of(record_).outcome, GpuOutcome::Same) << Of(record_).detail;
  Json check = Json::parse(*record_.check);
  check["sets"][1]["gradients"]["x"]["values"][2] = 1e6;
  Record other = record_;
  other.check = check.dump();
  EXPECT_EQ(Of(other).outcome, GpuOutcome::Differs);
  EXPECT_EQ(Of(other).detail, "inputs 1: gradient of x, number 2");
  other.check.reset();
  EXPECT_EQ(Of(other).outcome, GpuOutcome::Ran);
  other.ptx.reset();
  EXPECT_EQ(Of(other).outcome, GpuOutcome::NoPtx);
}

TEST_F(GpuCheckTest, LosesNoOtherRecord) {
  Record broken = record_, foreign = record_;
  broken.ptx = "hello";
  foreign.python_source += "    y[i] = unknown\n";
  const Record* records[] = {&record_, &broken, &foreign, &record_};
  const std::vector<GpuVerdict> verdicts = Take(CheckOnGpu(records, options_));
  EXPECT_EQ(verdicts[0].outcome, GpuOutcome::Same);
  EXPECT_EQ(verdicts[1].detail, "cannot load the module on the GPU: device kernel image is invalid (CUDA error 200)");
  EXPECT_EQ(verdicts[2].outcome, GpuOutcome::Failed);
  EXPECT_EQ(verdicts[3].outcome, GpuOutcome::Same);
  launch_result = 719;
  EXPECT_EQ(Of(record_).detail, "cannot finish the launch: unspecified launch failure (CUDA error 719)");
  cpu_module = nullptr;  // a launch that crashes
  launch_result = 0;
  EXPECT_NE(Of(record_).detail.find("signal 11"), std::string::npos) << Of(record_).detail;
}

TEST_F(GpuCheckTest, SaysWhatIsMissing) {
  options_.driver = "libno_such_cuda.so.1";
  EXPECT_TRUE(FindGpu(options_).message().starts_with("no CUDA driver: "));
  options_.driver = TestDriver();
  options_.ordinal = 3;
  EXPECT_EQ(FindGpu(options_).message(), "there is no GPU 3: the CUDA driver knows 1");
}

}  // namespace
}  // namespace warpsmith
