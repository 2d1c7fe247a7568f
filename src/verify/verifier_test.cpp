#include "verify/verifier.h"

#include <nlohmann/json.hpp>

#include "verify/judge.h"
#include "verify/test_records.h"

namespace warpsmith {
namespace {

using Json = nlohmann::json;

constexpr const char* kScale = R"(import warp as wp


@wp.kernel
def scale(x: wp.array(dtype=float), y: wp.array(dtype=float), factor: float):
    i = wp.tid()
    if x[i] > 0.5:
        y[i] = factor * x[i] - wp.sin(x[i])
    else:
        y[i] = x[i] / (1.0 + x[i] * x[i])
)";

constexpr const char* kHead = "import warp as wp\n\n\n@wp.kernel\ndef k(x: wp.array(dtype=float), n: wp.array(dtype=int), y: wp.array(dtype=float)):\n    i = wp.tid()\n";

Record KernelOf(const std::string& body) { return TestRecord("k", kHead + body); }

TEST(Verifier, VerifiesAKernel) {
  const Verdict verdict = VerifyOne(TestRecord("scale", kScale));
  EXPECT_EQ(verdict.Summary(), "verified") << verdict.detail;
  EXPECT_TRUE(verdict.missed.empty()) << verdict.missed.front();
  const Json check = Json::parse(*verdict.check);
  EXPECT_EQ(check["gradients"]["x"]["status"], "verified");
  EXPECT_GT(check["gradients"]["x"]["components"], 10);
  EXPECT_EQ(check["differences"], "double");
  EXPECT_EQ(check["single_precision"], "agrees");
  EXPECT_EQ(check["without_gradient"], Json({"factor"}));
  EXPECT_GE(check["faults"]["planted"], 8);
  EXPECT_EQ(check["faults"]["missed"], 0);
  EXPECT_EQ(check["sets"][0]["outputs"].size(), 1u);
}

TEST(Verifier, IsTheSameAloneAndAmongOthers) {
  const Record scale = TestRecord("scale", kScale), bad = KernelOf("    y[i] = x[i + 100000000]\n");
  VerifyOptions options;
  options.compile = TestCompileOptions();
  const Record* records[] = {&bad, &scale, &bad};
  const std::vector<Verdict> verdicts = Take(Verifier(TestCpuLibrary(), options).Verify(records));
  EXPECT_EQ(verdicts[0].cause, FailureCause::Crash);
  EXPECT_EQ(verdicts[2].cause, FailureCause::Crash);
  EXPECT_EQ(verdicts[1].check, VerifyOne(scale).check);
}

TEST(Verifier, ComputesTheSameWithFaultsThatAreNotChosen) {
  const Record record = TestRecord("scale", kScale);
  const Json own = Json::parse(*VerifyOne(record, VerifyLevel::Run).check), planted = Json::parse(*VerifyOne(record).check);
  for (size_t set = 0; set < kBaseSets; ++set) EXPECT_EQ(own["sets"][set], planted["sets"][set]);
}

TEST(Verifier, NamesTheCause) {
  EXPECT_EQ(VerifyOne(KernelOf("    y[i] = 2.0\n"), VerifyLevel::Run).cause, FailureCause::ConstantOutput);
  EXPECT_EQ(VerifyOne(KernelOf("    z = x[i]\n"), VerifyLevel::Run).cause, FailureCause::NoOutput);
  EXPECT_EQ(VerifyOne(KernelOf("    y[i + 100000000] = x[i]\n"), VerifyLevel::Run).cause, FailureCause::Crash);
  EXPECT_EQ(VerifyOne(KernelOf("    y[-1 - i - y.shape[0]] = x[i]\n"), VerifyLevel::Run).cause, FailureCause::OutOfBounds);
  EXPECT_EQ(VerifyOne(KernelOf("    j = int(0)\n    while n[i] < 1000:\n        j += 1\n    y[i] = x[i] + float(j)\n"), VerifyLevel::Run).cause,
            FailureCause::Timeout);
  Record changed = TestRecord("scale", kScale);
  changed.ir_forward += " ";
  EXPECT_EQ(VerifyOne(changed, VerifyLevel::Compile).cause, FailureCause::Text);
  changed.python_source += "    y[i] = unknown\n";
  EXPECT_EQ(VerifyOne(changed, VerifyLevel::Compile).cause, FailureCause::Source);
}

TEST(Verifier, KnowsWhatCancelsInHalfPrecision) {
  const Verdict verdict = VerifyOne(TestRecord("k", R"(import warp as wp


@wp.kernel
def k(p: wp.array(dtype=wp.vec3h), a: wp.array(dtype=wp.float16), k: wp.float16, y: wp.array(dtype=wp.float16)):
    i = wp.tid()
    v = a[i] - wp.abs(k / wp.float16(4.0))
    w = (wp.vec3h(a[i]) - wp.float16(9.81) * p[i]) / (wp.abs(wp.float16(2.5) * a[i]) + wp.float16(1.25))
    t = wp.dot(p[(i + 3) % p.shape[0]], wp.cross(w, p[i])) + wp.float16(1.0)
    y[i] = v * t * (wp.sqrt(wp.max(k, wp.float16(0.125))) + t) + wp.float16(0.5)
)"));
  EXPECT_EQ(verdict.cause, FailureCause::None) << verdict.detail;
  EXPECT_NE(verdict.single, FloatAgreement::Differs);
}

TEST(Verifier, TellsGradientsThatWarpDoesNotGive) {
  // The product's factors are not there in reverse.
  const Verdict loop = VerifyOne(KernelOf("    p = float(1.0)\n    for j in range(n[i] % 3 + 2):\n        p = p * x[i]\n    y[i] = p\n"));
  EXPECT_EQ(loop.cause, FailureCause::None) << loop.detail;
  EXPECT_EQ(Json::parse(*loop.check)["gradients"]["x"]["status"], "by design not given");
  // A sum needs none.
  const Verdict sum = VerifyOne(KernelOf("    p = float(1.0)\n    for j in range(n[i] % 3 + 2):\n        p = p + x[i] * x[i]\n    y[i] = p\n"));
  EXPECT_EQ(Json::parse(*sum.check)["gradients"]["x"]["status"], "verified") << sum.detail;
  // The array has other values when the reverse reads it.
  const Verdict overwritten = VerifyOne(KernelOf("    y[i] = y[i] * x[i]\n"));
  EXPECT_EQ(overwritten.cause, FailureCause::None) << overwritten.detail;
  EXPECT_EQ(Json::parse(*overwritten.check)["gradients"]["x"]["status"], "by design not given");
}

TEST(Verifier, TakesSmallerStepsWhereAFunctionTurnsQuickly) {
  // Over the usual step the phase of these goes round more than once.
  const Verdict quick = VerifyOne(KernelOf("    y[i] = wp.sin(x[i] * 1.0e6)\n"));
  EXPECT_EQ(quick.cause, FailureCause::None) << quick.detail;
  EXPECT_EQ(Json::parse(*quick.check)["gradients"]["x"]["status"], "verified");
  const std::string grad = "import warp as wp\n\n\n@wp.func\ndef f(a: float):\n    return a * a\n\n\n@wp.func_grad(f)\ndef adj_f(a: float, adj_ret: float):\n"
                           "    wp.adjoint[a] += 1.0e5 * adj_ret\n\n\n";
  const Verdict wrong = VerifyOne(TestRecord("k", grad + std::string(kHead).substr(19) + "    y[i] = wp.sin(x[i] * 1.0e6) + f(x[i])\n"));
  EXPECT_EQ(wrong.cause, FailureCause::Gradient) << wrong.detail;
}

class JudgeTest : public testing::Test {
 protected:
  void SetUp() override {
    record_ = TestRecord("scale", kScale);
    record_.check = VerifyOne(record_).check;
    module_ = TestModule(record_);
  }
  Judgement Of(const std::string& code) { return Take(Judge(TestCpuLibrary(), record_, code, {.warp_folder = {}, .compile = TestCompileOptions()})); }

  Record record_;
  std::string module_;
};

TEST_F(JudgeTest, AcceptsTheSameAndOtherCodeThatComputesIt) {
  EXPECT_EQ(Of(module_).detail, "");
  EXPECT_EQ(Of(module_).verdict, JudgeVerdict::Same);
  const std::string other = Replaced(module_, "wp::sub(var_6, var_9)", "wp::add(var_6, wp::neg(var_9))");
  EXPECT_NE(other, module_);
  EXPECT_EQ(Of(other).verdict, JudgeVerdict::Same);
}

TEST_F(JudgeTest, RefusesWhatDiffers) {
  const Judgement forward = Of(Replaced(module_, "wp::sub(var_6, var_9)", "wp::sub(var_9, var_6)"));
  EXPECT_EQ(forward.verdict, JudgeVerdict::Differs);
  EXPECT_NE(forward.detail.find("forward, y: number"), std::string::npos) << forward.detail;
  const Judgement backward = Of(Replaced(module_, "    wp::adj_sin(", "    // wp::adj_sin("));
  EXPECT_NE(backward.detail.find("backward, x: number"), std::string::npos) << backward.detail;
  EXPECT_EQ(Of(module_ + "int x = ;\n").verdict, JudgeVerdict::DoesNotCompile);
  EXPECT_EQ(Of("#include \"builtin.h\"\n").verdict, JudgeVerdict::NoEntryPoints);
}

TEST_F(JudgeTest, OutlivesCodeThatMisbehaves) {
  auto with = [&](const std::string& statement) { return Of(Replaced(module_, "    var_0 = builtin_tid1d();", "    " + statement + " var_0 = builtin_tid1d();")); };
  EXPECT_NE(with("for (volatile int i = 0; i < 1; i = 0) {}").detail.find("did not end"), std::string::npos);
  EXPECT_NE(with("*(volatile int*)8 = 1;").detail.find("signal 11"), std::string::npos);
  EXPECT_NE(with("((float*)_wp_args->y.data)[-3] = 1;").detail.find("writes beside array y"), std::string::npos);
  EXPECT_NE(with("((float*)_wp_args->y.data)[4096] = 1;").detail.find("signal 11"), std::string::npos);
  const Judgement hog = Of("extern \"C\" void* malloc(unsigned long);\nextern \"C\" void* memset(void*, int, unsigned long);\n" +
                           Replaced(module_, "    var_0 = builtin_tid1d();",
                                    "    for (;;) memset(malloc(1 << 26), 1, 1 << 26); var_0 = builtin_tid1d();"));
  EXPECT_EQ(hog.verdict, JudgeVerdict::Differs);
}

TEST_F(JudgeTest, RefusesRecordsWithoutAnHonestCheck) {
  auto error = [&] { return Judge(TestCpuLibrary(), record_, module_, {.warp_folder = {}, .compile = TestCompileOptions()}).message(); };
  Json check = Json::parse(*record_.check);
  check["sets"][0]["outputs"]["y"]["values"][0] = 1e6;
  record_.check = check.dump();
  EXPECT_NE(error().find("something else than its check says"), std::string::npos);
  record_.check = "[1]";
  EXPECT_EQ(error(), "the record's check is not a JSON object");
  record_.check.reset();
  EXPECT_NE(error().find("has no check"), std::string::npos);
}

}  // namespace
}  // namespace warpsmith
