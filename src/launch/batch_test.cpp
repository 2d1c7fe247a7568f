#include "launch/batch.h"

#include <cstring>

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

constexpr const char* kSource = R"(import warp as wp

@wp.struct
class Settings:
    scale: float
    offset: wp.vec3

@wp.func
def shape(x: float, settings: Settings):
    return wp.sin(x) * settings.scale + settings.offset[1] / (1.0 + x * x)

@wp.kernel
def curve(x: wp.array(dtype=float), settings: Settings, y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = shape(x[i], settings) + wp.exp(-x[i])

@wp.kernel
def table(x: wp.array(dtype=float), y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[i, j] = x[i] * float(j)

@wp.kernel
def stored(x: wp.array(dtype=float), settings: wp.array(dtype=Settings)):
    i = wp.tid()
    settings[i].scale = x[i] * settings[i].offset[0]
)";

KernelText Generated() { return Take(GenerateKernels(kSource, {})); }

KernelText Changed(const std::string& from, const std::string& to) {
  KernelText text = Generated();
  text.text = Replaced(text.text, from, to);
  return text;
}

/// What launches of `curve` leave: results and gradients, as bytes; with `backward`, its kernels give the gradients.
std::string Outcome(const std::vector<Kernel>& kernels, size_t stride = 4, const std::vector<Kernel>& backward = {}) {
  for (const Kernel& kernel : kernels) {
    if (kernel.signature().key != "curve") continue;
    constexpr uint32_t kCount = 7;
    const uint32_t shape[] = {kCount}, space[] = {kCount * static_cast<uint32_t>(stride) / 4};
    HostArray x = Take(HostArray::Of<float>(space, true)), y = Take(HostArray::Of<float>(shape, true));
    for (size_t i = 0; i < kCount; ++i) x.values<float>()[i * stride / 4] = 0.3f * static_cast<float>(i) - 1;
    for (float& gradient : y.gradients<float>()) gradient = 1;
    ArrayDescriptor strided = x.descriptor();
    strided.shape[0] = kCount;
    strided.strides[0] = static_cast<int32_t>(stride);
    KernelArguments arguments = kernel.NewArguments();
    const float offset[] = {1, 2, 3};
    Check(arguments.SetDescriptor("x", strided).ok() && arguments.SetArray("y", y).ok() &&
              arguments.Set("settings.scale", 0.7f).ok() && arguments.Set("settings.offset", std::span<const float>(offset)).ok(),
          "arguments");
    kernel.Launch(shape, arguments);
    const Kernel& reverse = backward.empty() ? kernel : backward[static_cast<size_t>(&kernel - kernels.data())];
    Check(reverse.LaunchBackward(shape, arguments).ok(), "backward");
    std::string outcome(reinterpret_cast<const char*>(y.data().data()), y.data().size());
    for (size_t i = 0; i < kCount; ++i)
      outcome.append(reinterpret_cast<const char*>(&x.gradients<float>()[i * stride / 4]), sizeof(float));
    return outcome;
  }
  return {};
}

std::string OutcomeAlone(const KernelText& text, int32_t optimization) {
  CpuCompileOptions options = TestCompileOptions();
  options.optimization = optimization;
  KernelModule module = Take(KernelModule::FromText(TestCpuLibrary(), text, options));
  return Outcome({Take(module.Find("curve"))});
}

TEST(BatchText, TellsTextsThatReachBeyondTheirEnd) {
  const std::string text = Generated().text;
  EXPECT_TRUE(CanBeBatched(text));
  for (const char* more : {"// ends here", "/* } */\n", "const char* s = \"}\\\"{\"; char c = '}';\n",
                           "#if 0\n#endif\n", "int x = 1'000;\n", "}  // {"}) {
    const bool closed = more[0] != '}';
    EXPECT_EQ(CanBeBatched(text + more), closed) << more;
  }
  for (const char* more : {"}\n", "{\n", "int a[3;\n", "/* open\n", "#define y x\n", "#endif\n", "#if 1\n", "// \\",
                           "#include \"vec.h\"\n", "#line 7 \"k.py\"\n", "const char* s = \"open\n", "int x = (1;\n", "\\",
                           "const char* s = R\"x()\" )x\";\n"})
    EXPECT_FALSE(CanBeBatched(text + more)) << more;
  EXPECT_FALSE(CanBeBatched("#include <cmath>\nint x;\n"));
  EXPECT_EQ(BatchHeader(text), BatchHeader(Replaced(text, "#define WP_NO_BFLOAT16\n", "")));
}

TEST(BatchText, KnowsTheTextOfALine) {
  KernelText first = Generated(), second = Changed("wp::sin(", "wp::cos(");
  const TextToJoin texts[] = {{first.text}, {second.text}};
  JoinedTexts joined = JoinTexts(texts);
  auto line_of = [&](size_t at) {
    return 1 + static_cast<int32_t>(std::count(joined.text.begin(), joined.text.begin() + static_cast<long>(at), '\n'));
  };
  EXPECT_EQ(joined.TextAtLine(line_of(joined.text.find("#include"))), -1);
  EXPECT_EQ(joined.TextAtLine(line_of(joined.text.find("struct Settings"))), 0);
  EXPECT_EQ(joined.TextAtLine(line_of(joined.text.find("wp::exp("))), 0);
  EXPECT_EQ(joined.TextAtLine(line_of(joined.text.find("wp::cos("))), 1);
  EXPECT_EQ(joined.TextAtLine(0), -1);
  EXPECT_EQ(line_of(joined.text.find("wp::sin(")) - joined.first_lines[0],
            line_of(joined.text.find("wp::cos(")) - joined.first_lines[1]);
}

TEST(KernelBatch, GivesTheBitsOfTextsCompiledAlone) {
  for (int32_t optimization : {0, 2}) {
    std::vector<KernelText> texts = {Generated(), Changed("wp::sin(", "wp::cos("), Generated()};
    const std::string original = OutcomeAlone(texts[0], optimization), variant = OutcomeAlone(texts[1], optimization);
    ASSERT_NE(original, variant);
    for (CpuInstantiations instantiations : {CpuInstantiations::Both, CpuInstantiations::Generic}) {
      if (optimization == 2 && instantiations == CpuInstantiations::Both) continue;  // takes long, and says nothing more
      BatchOptions options{TestCompileOptions(), instantiations};
      options.compile.optimization = optimization;
      KernelBatch batch = Take(KernelBatch::Compile(TestCpuLibrary(), texts, options));
      ASSERT_EQ(batch.size(), 3u);
      for (size_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(batch.status(i).ok()) << batch.status(i).message();
        ASSERT_EQ(batch.kernels(i).size(), 3u);
        EXPECT_EQ(batch.kernels(i)[0].signature().mangled_name, texts[0].kernels[0].mangled_name);
        EXPECT_EQ(Outcome(batch.kernels(i)), i == 1 ? variant : original);
      }
      EXPECT_EQ(batch.times().compilations, 1);
      EXPECT_GT(batch.times().compile, 0);
    }
  }
}

TEST(KernelBatch, LaunchesOverStridesWithEitherInstantiation) {
  for (CpuInstantiations instantiations : {CpuInstantiations::Both, CpuInstantiations::Generic}) {
    KernelBatch batch =
        Take(KernelBatch::Compile(TestCpuLibrary(), {Generated(), Generated()}, {TestCompileOptions(), instantiations}));
    EXPECT_EQ(Outcome(batch.kernels(1), 12), Outcome(batch.kernels(0), 4));
  }
}

TEST(KernelBatch, CompilesWhatIsWantedOfAText) {
  KernelText forward = Generated(), backward = Generated();
  forward.entries = KernelEntries::Forward;
  backward.entries = KernelEntries::Backward;
  for (bool together : {true, false}) {
    std::vector<KernelText> texts = {forward, backward};
    if (!together) texts[0].text += "#define ALONE\n", texts[1].text += "#define ALONE\n";
    const CpuInstantiations instantiations = together ? CpuInstantiations::Generic : CpuInstantiations::Both;
    KernelBatch batch = Take(KernelBatch::Compile(TestCpuLibrary(), texts, {TestCompileOptions(), instantiations}));
    ASSERT_TRUE(batch.status(0).ok()) << batch.status(0).message();
    ASSERT_TRUE(batch.status(1).ok()) << batch.status(1).message();
    EXPECT_EQ(Outcome(batch.kernels(0), 4, batch.kernels(1)), OutcomeAlone(Generated(), 0));
    const uint32_t shape[] = {1};
    KernelArguments arguments = batch.kernels(0)[0].NewArguments();
    EXPECT_FALSE(batch.kernels(0)[0].LaunchBackward(shape, arguments).ok());
  }
}

TEST(KernelBatch, LosesOnlyTextsThatAreWrong) {
  KernelText unknown = Changed("wp::sin(", "wp::no_such_function("), unclosed = Generated(), foreign = Generated();
  unclosed.text += "void f() {\n";
  foreign.text += "#include \"no_such_header.h\"\n";
  KernelText global = Generated();
  global.text += "namespace other { int value; }\nint* pointer = &::other::value;\n";  // right only by itself
  KernelText nameless = Generated();
  nameless.kernels[0].mangled_name = "nobody";
  KernelBatch batch = Take(KernelBatch::Compile(
      TestCpuLibrary(), {Generated(), unknown, unclosed, Generated(), foreign, global, nameless}, {TestCompileOptions()}));
  const std::string expected = OutcomeAlone(Generated(), 0);
  for (size_t right : {0u, 3u, 5u}) {
    ASSERT_TRUE(batch.status(right).ok()) << batch.status(right).message();
    EXPECT_EQ(Outcome(batch.kernels(right)), expected);
  }
  for (size_t wrong : {1u, 2u, 4u, 6u}) {
    EXPECT_FALSE(batch.status(wrong).ok());
    EXPECT_TRUE(batch.kernels(wrong).empty());
  }
  auto line = 1 + std::count(unknown.text.begin(), unknown.text.begin() + static_cast<long>(unknown.text.find("no_such")), '\n');
  EXPECT_NE(batch.status(1).message().find("line " + std::to_string(line) + ": no member named 'no_such_function'"),
            std::string::npos) << batch.status(1).message();
  EXPECT_NE(batch.status(2).message().find("expected '}'"), std::string::npos) << batch.status(2).message();
  EXPECT_NE(batch.status(4).message().find("no_such_header.h"), std::string::npos) << batch.status(4).message();
  EXPECT_NE(batch.status(6).message().find("nobody"), std::string::npos) << batch.status(6).message();
}

TEST(KernelBatch, HalvesTheTextsWhenTheCompilerFails) {
  // A compiler that crashes over one text, and says nothing.
  class Fragile : public CpuCompiler {
   public:
    Result<Compilation> Compile(const std::string& text, const CpuCompileOptions& options) const override {
      if (text.find("wp::cos(") != std::string::npos) return Status::Error("the CPU compiler crashed");
      return library->Compile(text, options);
    }
    Status PrepareHeader(const CpuCompileOptions& options) const override { return library->PrepareHeader(options); }
    std::shared_ptr<CpuLibrary> library = TestCpuLibrary();
  } fragile;
  KernelBatch batch = Take(KernelBatch::Compile(
      fragile.library, fragile, {Generated(), Generated(), Changed("wp::sin(", "wp::cos("), Generated()},
      {TestCompileOptions()}));
  for (size_t i : {0u, 1u, 3u}) EXPECT_TRUE(batch.status(i).ok());
  EXPECT_EQ(batch.status(2).message(), "the CPU compiler crashed");
  CpuCompileOptions wrong = TestCompileOptions();
  wrong.flags = {"-target-cpu", "x86-64-v99"};
  Result<KernelBatch> none = KernelBatch::Compile(fragile.library, fragile, {Generated()}, {wrong});
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.message().find("unknown target CPU"), std::string::npos);
}

}  // namespace
}  // namespace warpsmith
