// Analyses of texts, without compiling any.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "launch/kernel.h"
#include "verify/equivalence.h"
#include "verify/faults.h"
#include "verify/gradient_limits.h"
#include "verify/inputs.h"
#include "verify/test_records.h"
#include "verify/widen.h"

namespace warpsmith {
namespace {

struct Text {
  explicit Text(const std::string& body)
      : record(TestRecord("k", "import warp as wp\n\n\n@wp.kernel\ndef k(x: wp.array(dtype=float), n: wp.array(dtype=int), y: wp.array(dtype=float), a: float):\n    i = wp.tid()\n" + body)),
        text(TestModule(record)),
        generated(ReadGeneratedText(text)) {
    for (const TextFunction& function : generated.functions) name = function.name;
  }
  GradientLimits Limits() const { return FindGradientLimits(generated, name); }
  /// The proof for a fault in the first line that holds `part`.
  std::string Proof(FaultKind kind, const std::string& part) const {
    for (size_t line = 0; line < generated.lines.size(); ++line)
      if (generated.lines[line].find(part) != std::string_view::npos) return EquivalenceProver(generated).Prove({kind, line, part, "", false});
    return "there is no such line";
  }
  Record record;
  std::string text;
  GeneratedText generated;
  std::string_view name;
};

TEST(GradientLimits, FollowStaleValues) {
  EXPECT_TRUE(Text("    y[i] = x[i] * x[i]\n").Limits().empty());
  EXPECT_TRUE(Text("    s = float(0.0)\n    for j in range(n[i]):\n        s += x[j] * x[j]\n    y[i] = s\n").Limits().empty());
  EXPECT_TRUE(Text("    s = float(1.0)\n    for j in range(3):\n        s = s * x[j]\n    y[i] = s\n").Limits().empty());
  EXPECT_EQ(Text("    s = float(1.0)\n    for j in range(n[i]):\n        s = s * x[j]\n    y[i] = s\n").Limits().count("x"), 1u);
  EXPECT_EQ(Text("    s = float(1.0)\n    for j in range(n[i]):\n        s += x[j]\n    y[i] = s * s\n").Limits().count("x"), 1u);
  EXPECT_EQ(Text("    s = float(0.0)\n    while s < 3.0:\n        s += x[i]\n    y[i] = s\n").Limits().count("x"), 1u);
  EXPECT_EQ(Text("    s = float(0.0)\n    for j in range(n[i]):\n        if x[j] > 1.0:\n            break\n        s += x[j]\n    y[i] = s\n").Limits().count("x"), 1u);
  EXPECT_EQ(Text("    old = wp.atomic_add(y, 0, x[i])\n    x[i] = old * old\n").Limits().count("y"), 1u);
  EXPECT_EQ(Text("    v = wp.vec2(x[i], x[i])\n    v.x = a\n    y[i] = wp.dot(v, v)\n").Limits().count("x"), 1u);
  EXPECT_TRUE(Text("    v = wp.vec2(a, a)\n    v.x = x[i]\n    y[i] = wp.dot(v, v)\n").Limits().empty());
  EXPECT_EQ(Text("    y[i] = wp.frac(x[i])\n").Limits().count("x"), 1u);
  EXPECT_EQ(Text("    y[i] = x[i] % a\n").Limits().count("x"), 0u);
  EXPECT_EQ(Text("    y[i] = a % x[i]\n").Limits().count("x"), 1u);
}

TEST(GradientLimits, LookIntoFunctions) {
  const Record record = TestRecord("k", R"(import warp as wp


@wp.func
def grow(v: wp.array(dtype=wp.vec3), rate: float):
    net = float(0.6)
    for row in range(v.shape[0]):
        net += net * rate
    return net


@wp.kernel
def k(x: wp.array(dtype=float), v: wp.array(dtype=wp.vec3), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = grow(v, x[i])
)");
  const std::string text = TestModule(record);
  const GeneratedText generated = ReadGeneratedText(text);
  const TextFunction* adjoint = generated.Find(TextFunctionKind::FunctionAdjoint, "adj_grow_0");
  ASSERT_NE(adjoint, nullptr);
  EXPECT_EQ(adjoint->loops.size(), 1u);
  EXPECT_EQ(FindGradientLimits(generated, generated.functions.back().name).count("x"), 1u);
}

TEST(Equivalence, ProvesWhatIsNeverUsed) {
  EXPECT_EQ(Text("    z = x[i] - a\n    y[i] = x[i] * 2.0\n").Proof(FaultKind::SwappedOperands, "wp::sub"), "nothing that it computes reaches an array");
  EXPECT_EQ(Text("    y[i] = x[i] - a\n").Proof(FaultKind::SwappedOperands, "wp::sub"), "");
  EXPECT_EQ(Text("    y[i] = 1.0\n    y[i] = x[i]\n").Proof(FaultKind::ZeroedOutput, "wp::array_store"), "nothing that it computes reaches an array");
  EXPECT_EQ(Text("    y[i] = 1.0\n    if x[i] > 0.0:\n        y[i] = x[i]\n").Proof(FaultKind::ZeroedOutput, "wp::array_store"), "");
  EXPECT_EQ(Text("    y[i] = 1.0\n    z = y[i]\n    y[i] = z\n").Proof(FaultKind::ZeroedOutput, "wp::array_store"), "");
  EXPECT_EQ(Text("    b = a * a\n    y[i] = x[i] + b\n").Proof(FaultKind::DroppedAdjoint, "wp::adj_mul"), "the gradient that it moves is zero or reaches no array");
  EXPECT_EQ(Text("    b = a * x[i]\n    y[i] = x[i] + b\n").Proof(FaultKind::DroppedAdjoint, "wp::adj_mul"), "");
  EXPECT_EQ(Text("    y[i] = x[i] * x[i]\n").Proof(FaultKind::SwappedOperands, "wp::adj_mul"), "the operands hold the same value");
  EXPECT_EQ(Text("    z = x[i]\n    if 2 == 3:\n        z = x[i] - a\n    y[i] = z\n").Proof(FaultKind::SwappedOperands, "wp::sub"), "nothing that it computes reaches an array");
  EXPECT_EQ(Text("    z = x[i]\n    if 2 != 3:\n        z = x[i] - a\n    y[i] = z\n").Proof(FaultKind::SwappedOperands, "wp::sub"), "");
  EXPECT_EQ(Text("    z = float(1.0)\n    y[i] = z\n    for j in range(n[i]):\n        z = x[j] - z\n").Proof(FaultKind::SwappedOperands, "wp::sub"), "nothing that it computes reaches an array");
  EXPECT_EQ(Text("    z = float(1.0)\n    for j in range(n[i]):\n        y[j] = z\n        z = x[j] - z\n").Proof(FaultKind::SwappedOperands, "wp::sub"), "");
  EXPECT_EQ(Text("    y[i] = x[i] * a\n").Proof(FaultKind::SwappedOperands, "wp::adj_mul"), "");
}

TEST(Equivalence, LooksIntoFunctions) {
  const Record record = TestRecord("k", R"(import warp as wp


@wp.func
def first(a: float, b: float):
    if 1.0 < 2.0:
        return a * 2.0
    return a - b


@wp.kernel
def k(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    z = x[i] - 3.0
    if i == 0:
        wp.printf("%d\n", i)
    y[i] = first(x[i], z)
)");
  const std::string text = TestModule(record);
  const GeneratedText generated = ReadGeneratedText(text);
  auto proof = [&](std::string_view part) {
    for (size_t line = 0; line < generated.lines.size(); ++line)
      if (generated.lines[line].find(part) != std::string_view::npos)
        return EquivalenceProver(generated).Prove({FaultKind::SwappedOperands, line, "", "", false});
    return std::string("there is no such line");
  };
  EXPECT_EQ(proof("wp::sub(var_a, var_b)"), "nothing that it computes reaches an array");
  EXPECT_EQ(proof("= wp::mul("), "");
  EXPECT_EQ(proof("= wp::sub(var_4"), "nothing that it computes reaches an array");
  EXPECT_EQ(proof(" == var_"), "nothing that it computes reaches an array");
}

TEST(PlantFaults, ChoosesAmongAllKinds) {
  const Text text("    if x[i] < a:\n        y[i] = x[i] - a\n");
  const PlantedText planted = Take(PlantFaults(text.generated, text.name, 1, Random(3)));
  std::set<FaultKind> kinds;
  for (const Fault& fault : planted.faults) {
    kinds.insert(fault.kind);
    EXPECT_NE(text.generated.lines[fault.line].find(fault.from), std::string_view::npos);
  }
  EXPECT_EQ(kinds.size(), kFaultKinds);
  EXPECT_FALSE(PlantFaults(ReadGeneratedText("int x;\n"), "k", 1, Random(3)).ok());
}

TEST(Widen, KeepsConstantsAndRefusesSinglePrecision) {
  const std::string wide = Take(Widen(Text("    y[i] = 0.1 * x[i] + float(n[i])\n").text));
  EXPECT_NE(wide.find("const wp::float64 var_1 = static_cast<wp::float32>(0.1);"), std::string::npos);
  EXPECT_NE(wide.find("wp::array_t<wp::float64> x;"), std::string::npos);
  EXPECT_EQ(wide.find("wp::float("), std::string::npos);
  EXPECT_EQ(Widen(Text("    y[i] = wp.noise(wp.rand_init(1), x[i])\n").text).message(), "wp.noise has no double precision");
}

TEST(Numbers, RoundToHalf) {
  std::byte bytes[2];
  const NumberPlace place{0, NumberType::Float16};
  for (double value : {0.0, 1.0, -2.5, 65504.0, 0x1p-24, 0x1p-14, 1.0 + 0x1p-10}) {
    WriteNumber(bytes, place, {true, value, 0});
    EXPECT_EQ(ReadNumber(bytes, place).real, value);
  }
  EXPECT_EQ(RoundTo(NumberType::Float16, 1.0 + 0x1p-11), 1.0);            // ties to even
  EXPECT_EQ(RoundTo(NumberType::Float16, 1.0 + 3 * 0x1p-11), 1.0 + 0x1p-9);
  EXPECT_TRUE(std::isinf(RoundTo(NumberType::Float16, 65520.0)));
  EXPECT_TRUE(std::isnan(RoundTo(NumberType::Float16, std::numeric_limits<double>::quiet_NaN())));
}

TEST(Inputs, AreAFunctionOfKeyAndSet) {
  ArgumentLayout layout;
  layout.arrays.push_back({"x", 0, 2, 4, {{0, NumberType::Float32}}});
  layout.numbers = {{56, NumberType::Int32}};
  layout.number_names = {"n"};
  const InputShapes shapes = MakeShapes(7, layout, 1);
  EXPECT_EQ(shapes.launch, std::vector<uint32_t>{7});
  EXPECT_GE(shapes.arrays[0][0], 7u);
  auto first = [&](uint64_t key, size_t set) { return MakeInputs(key, set, layout, shapes, {}).arrays[0][0].real; };
  EXPECT_EQ(first(7, 0), first(7, 0));
  EXPECT_NE(first(7, 0), first(7, 1));
  EXPECT_NE(first(7, 0), first(8, 0));
  for (size_t set = 0; set < kMaxSets; ++set) {
    const int64_t n = MakeInputs(7, set, layout, shapes, {.indices = true}).numbers[0].whole;
    EXPECT_TRUE(n >= 0 && n < *std::min_element(shapes.arrays[0].begin(), shapes.arrays[0].end())) << n;
  }
}

}  // namespace
}  // namespace warpsmith
