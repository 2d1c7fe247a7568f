// Analyses of texts, without compiling any.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

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
  const std::string noise = "    s = wp.rand_init(3, i)\n    y[i] = wp.noise(s, x[i])\n";
  EXPECT_TRUE(Text(noise).Limits().empty());
  EXPECT_EQ(Text(noise + "    y[i + 1] = wp.randf(s)\n").Limits().count("x"), 1u);
  EXPECT_TRUE(Text("    s = wp.rand_init(3, i)\n    y[i] = wp.randf(s) * wp.noise(s, x[i])\n").Limits().empty());
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

/// The proof for the first fault of a kind, of a kernel with this body, in a statement that holds `part`.
std::string ArithmeticProof(const std::string& body, FaultKind kind, const std::string& part) {
  const Text text(body);
  const PlantedText planted = Take(PlantFaults(text.generated, text.name, 1000, Random(3)));
  std::vector<Fault> faults = planted.faults;
  std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.line < b.line; });
  for (const Fault& fault : faults)
    if (fault.kind == kind && fault.from.find(part) != std::string::npos) return EquivalenceProver(text.generated).Prove(fault);
  return "there is no such fault";
}
constexpr const char* kSame = "what reaches the arrays is the same, up to rounding, by the rules of arithmetic";
constexpr FaultKind kSwapped = FaultKind::SwappedOperands, kIndex = FaultKind::IndexOffByOne, kFlipped = FaultKind::FlippedComparison,
                    kDropped = FaultKind::DroppedAdjoint, kZeroed = FaultKind::ZeroedOutput;

TEST(Equivalence, KnowsEvenFunctionsAndWhatCancels) {
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.cos(x[i] - a)\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.sin(x[i] - a)\n", kSwapped, "wp::sub("), "");
  EXPECT_EQ(ArithmeticProof("    z = x[i] * x[i]\n    y[i] = z + (a - z)\n", kIndex, "wp::address(var_x"), kSame);
  EXPECT_EQ(ArithmeticProof("    z = x[i] * x[i]\n    y[i] = z + (a + z)\n", kIndex, "wp::address(var_x"), "");
  EXPECT_EQ(ArithmeticProof("    v = wp.vec2(x[i], a)\n    y[i] = wp.length(v)\n", kSwapped, "vec_t<"), kSame);
  EXPECT_EQ(ArithmeticProof("    v = wp.vec2(x[i], a)\n    y[i] = wp.length(v) * v[0]\n", kSwapped, "vec_t<"), "");
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.determinant(wp.diag(wp.vec3(x[i], a, 2.0)))\n", kSwapped, "vec_t<"), kSame);
  EXPECT_EQ(ArithmeticProof("    m = wp.diag(wp.vec2(x[i], a))\n    y[i] = m[0, 0]\n", kSwapped, "vec_t<"), "");
}

TEST(Equivalence, KnowsConstantsAndRanges) {
  // Neither 1 > 1 nor 1 < 1 holds; of 1 > 3 the reverse does.
  EXPECT_EQ(ArithmeticProof("    z = a\n    if 3 - 2 > 3 - 2:\n        z = x[i]\n    y[i] = z\n", kFlipped, " > "), kSame);
  EXPECT_EQ(ArithmeticProof("    z = a\n    if 3 - 2 > 3 - 1:\n        z = x[i]\n    y[i] = z\n", kFlipped, " > "), "");
  EXPECT_EQ(ArithmeticProof("    z = a\n    if n[i] > 3:\n        z = x[i]\n    y[i] = z\n", kFlipped, " > "), "");
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.max(wp.sin(x[i]), 2.0) + a\n", kIndex, "wp::address(var_x"), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.max(wp.sin(x[i]), 0.5) + a\n", kIndex, "wp::address(var_x"), "");
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.where(x[i] > a, x[i], x[i])\n", kFlipped, " > "), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.where(x[i] > a, x[i], a)\n", kFlipped, " > "), "");
}

TEST(Equivalence, FollowsLoops) {
  const std::string head = "    z = float(0.0)\n    for j in range(n[i]):\n", tail = "    y[i] = z + a\n";
  // Zero stays zero.
  EXPECT_EQ(ArithmeticProof(head + "        z += z * x[j]\n" + tail, kIndex, "wp::address(var_x"), kSame);
  EXPECT_EQ(ArithmeticProof(head + "        z += z + x[j]\n" + tail, kIndex, "wp::address(var_x"), "");
  // An element that every turn sets is what the last one leaves; a range may have no turn.
  EXPECT_EQ(ArithmeticProof("    y[i] = 1.0\n    for j in range(20):\n        y[i] = x[j]\n", kZeroed, "wp::array_store"), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = 1.0\n    for j in range(n[i]):\n        y[i] = x[j]\n", kZeroed, "wp::array_store"), "");
  EXPECT_EQ(ArithmeticProof("    for j in range(n[i]):\n        if j > 3:\n            break\n        y[i] = x[j]\n", kFlipped, " > "), "");
  // Another number of turns may be none that ends.
  EXPECT_EQ(ArithmeticProof("    j = n[i]\n    while j < 10:\n        j += n[i]\n    y[i] = x[i]\n", kFlipped, " < "), "");
}

TEST(Equivalence, KnowsDerivativesThatVanish) {
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.max(x[i] * x[i], -1.0) * a\n", kDropped, "wp::adj_max("), "");
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.abs(x[i] * x[i])\n", kDropped, "wp::adj_mul("), "");
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.max(wp.sin(x[i]), 2.0)\n", kDropped, "wp::adj_sin("), kSame);
  EXPECT_EQ(ArithmeticProof("    z = float(0.0)\n    y[i] = wp.sin(x[i]) * z\n", kDropped, "wp::adj_sin("), kSame);
}

TEST(Equivalence, KnowsDerivativesOfOddAndEvenFunctions) {
  // The derivative of an even function has another sign at -x, that of an odd one has not.
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.sin(x[i] - a) * wp.sin(x[i] - a)\n", kSwapped, "wp::sub("), "");
  EXPECT_EQ(ArithmeticProof("    d = x[i] - a\n    y[i] = wp.cos(d) * d\n", kSwapped, "wp::sub("), "");
  EXPECT_EQ(ArithmeticProof("    d = x[i] - a\n    y[i] = wp.cosh(d) + d * wp.tan(d)\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.asin(wp.clamp(wp.abs(x[i] - a), 0.0, 0.5))\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof("    v = wp.vec2(x[i], 0.0)\n    y[i] = wp.length(v) + wp.length_sq(v) * a\n", kIndex, "wp::address(var_x"), "");
}

TEST(Equivalence, KnowsTransformsByTheirHalves) {
  const std::string head = "    t = wp.transform(wp.vec3(x[i], a, 1.0), wp.quat(a, 1.0, x[i], 0.5))\n    v = wp.vec3(a, x[i], 2.0)\n";
  EXPECT_EQ(ArithmeticProof(head + "    y[i] = wp.length(wp.transform_vector(t, v))\n", kSwapped, "vec_t<3, wp::float32>("), kSame);
  EXPECT_EQ(ArithmeticProof(head + "    y[i] = wp.length(wp.transform_point(t, v))\n", kSwapped, "vec_t<3, wp::float32>("), "");
  EXPECT_EQ(ArithmeticProof(head + "    y[i] = wp.transform_get_rotation(t * t)[0]\n", kSwapped, "vec_t<3, wp::float32>("), kSame);
  EXPECT_EQ(ArithmeticProof(head + "    y[i] = wp.transform_get_translation(t * t)[0]\n", kSwapped, "vec_t<3, wp::float32>("), "");
  EXPECT_EQ(ArithmeticProof("    q = wp.quat(a, x[i], 1.0, 2.0)\n    y[i] = (wp.normalize(wp.quat_identity()) * q)[3]\n", kSwapped, "quat_t<wp::float32>("), kSame);
  EXPECT_EQ(ArithmeticProof("    q = wp.quat(a, x[i], 1.0, 2.0) - wp.quat(1.0, a, x[i], a)\n    y[i] = wp.quat_rotate(q, wp.vec3(a, 1.0, x[i]))[1]\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = wp.length(wp.vec2(x[i] - a, a))\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof("    v = wp.vec2(x[i] - a, a)\n    y[i] = wp.length(v) + v[0]\n", kSwapped, "wp::sub("), "");
  EXPECT_EQ(ArithmeticProof("    q = wp.quat_from_matrix(wp.identity(n=3, dtype=float))\n    y[i] = q[0] * (x[i] - a)\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof("    q = wp.quat(a, x[i], 1.0, 2.0) * x[i]\n    y[i] = q[1]\n", kSwapped, "quat_t<wp::float32>("), "");
}

TEST(Equivalence, KnowsPartsOfVectorsAndMatrices) {
  EXPECT_EQ(ArithmeticProof("    v = wp.vec4(x[i], a, 1.0, 2.0)\n    w = v[2:4]\n    y[i] = w[0] + a\n", kSwapped, "vec_t<4"), kSame);
  EXPECT_EQ(ArithmeticProof("    v = wp.vec4(x[i], a, 1.0, 2.0)\n    w = v[0:2]\n    y[i] = w[-2] + a\n", kSwapped, "vec_t<4"), "");
  EXPECT_EQ(ArithmeticProof("    v = wp.vec3(x[i], a, 1.0)\n    v[0] = a\n    v[1] += x[i]\n    v[1] = 2.0\n    y[i] = v[-1] + v[1] + a\n", kSwapped, "vec_t<3"), kSame);
  EXPECT_EQ(ArithmeticProof("    v = wp.vec3(x[i], a, 1.0)\n    v[0] = a\n    v[1] += x[i]\n    y[i] = v[1]\n", kSwapped, "vec_t<3"), "");
  EXPECT_EQ(ArithmeticProof("    m = wp.matrix_from_rows(wp.vec2(x[i], a), wp.vec2(1.0, 2.0))\n    y[i] = m[1, 0] * a\n", kDropped, "wp::adj_extract("), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = x[::2][0] + a\n", kSwapped, "wp::slice_t("), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = x[1::2][0] + a\n", kSwapped, "wp::slice_t("), "");
}

TEST(Equivalence, FollowsStoresAndWhatIsNotSet) {
  // Where nothing is computed, there is nothing that a choice could take.
  EXPECT_EQ(ArithmeticProof("    z = a\n    if wp.isinf(x[i]):\n        z = x[i]\n    y[i] = z\n", kSwapped, "wp::where("), "");
  EXPECT_EQ(ArithmeticProof("    y[i] = x[i] - a\n    for j in range(n[i]):\n        y[i] = x[j]\n    y[i] = a\n", kIndex, "wp::address(var_x"), kSame);
  EXPECT_EQ(ArithmeticProof("    y[i] = x[i] - a\n    for j in range(n[i]):\n        y[j] = x[j]\n    y[i] = a\n", kIndex, "wp::address(var_x"), "");
  EXPECT_EQ(ArithmeticProof("    z = y[i]\n    if n[i] > 2:\n        y[i] = x[i] - a\n    y[i] = a + z\n", kFlipped, " > "), kSame);
  EXPECT_EQ(ArithmeticProof("    z = y[i]\n    if n[i] > 2:\n        y[i] = x[i] - a\n    y[0] = a + z\n", kFlipped, " > "), "");
  // Numbers of a vector that no turn of a loop changes stay as they are.
  const std::string turns = "    v = wp.vec3(0.0, a, 1.0)\n    for j in range(n[i]):\n        v += wp.vec3(0.0, x[i], a)\n";
  EXPECT_EQ(ArithmeticProof(turns + "    y[i] = v[0] * (x[i] - a)\n", kSwapped, "wp::sub("), kSame);
  EXPECT_EQ(ArithmeticProof(turns + "    y[i] = v[2] * (x[i] - a)\n", kSwapped, "wp::sub("), "");
  EXPECT_EQ(ArithmeticProof("    for j in range(i % 3 + 1):\n        z = x[i] - a\n    z = wp.max(x[i], a)\n    y[i] = z\n", kFlipped, "=="), "there is no such fault");
  // A store that another hides can be left out, and not moved.
  const Text hidden("    y[i] = x[i]\n    y[i] = a * x[i]\n");
  EXPECT_EQ(hidden.Proof(kZeroed, "wp::array_store("), "nothing that it computes reaches an array");
  for (size_t line = 0; line < hidden.generated.lines.size(); ++line) {
    std::string moved(hidden.generated.lines[line]);
    const size_t at = moved.find("array_store(var_y, var_0");
    if (at == std::string::npos) continue;
    moved.replace(at, 24, "array_store(var_y, (var_0 + 1)");
    EXPECT_EQ(EquivalenceProver(hidden.generated).Prove({kIndex, line, "", moved.substr(4), false}), "") << moved;
  }
}

TEST(Equivalence, FollowsFunctionsWithSeveralResults) {
  const Record record = TestRecord("k", R"(import warp as wp


@wp.func
def both(p: float, q: float):
    return wp.cos(p - q), p * 2.0


@wp.kernel
def k(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    c, d = both(x[i], 3.0)
    y[i] = c - d
)");
  const ParsedText parsed(TestModule(record));
  EquivalenceProver prover(parsed.generated);
  auto proof = [&](const std::string& from, const std::string& to) {
    for (size_t line = 0; line < parsed.generated.lines.size(); ++line)
      if (parsed.generated.lines[line].find(from) != std::string_view::npos) return prover.Prove({kSwapped, line, from, to, false});
    return std::string("there is no such line");
  };
  EXPECT_EQ(proof("var_0 = wp::sub(var_p, var_q);", "var_0 = wp::sub(var_q, var_p);"), kSame);
  EXPECT_EQ(proof("wp::cos(var_0)", "var_1 = wp::sin(var_0);"), "");
  EXPECT_EQ(proof("both_0(var_", ""), "");
}

/// Whatever a launch tells by finite numbers, no proof may deny.
TEST(Equivalence, DeniesNothingThatALaunchTells) {
  const std::string head =
      "import warp as wp\n\n\n@wp.func\ndef f(p: float, v: wp.vec3):\n    if p > 1.0:\n        return wp.length(v) * p\n    s = float(0.0)\n"
      "    for l in range(3):\n        s += v[l] * p\n    return s\n\n\n@wp.kernel\ndef k(x: wp.array(dtype=float), n: wp.array(dtype=int), "
      "m: wp.array(dtype=wp.mat33), y: wp.array(dtype=float), w: wp.array(dtype=wp.vec3), a: float):\n    i = wp.tid()\n";
  const std::string bodies[] = {
      "    v = wp.vec3(x[i], a, 2.0) * 0.5 - w[i]\n    z = f(x[i], v) + f(a, wp.cross(v, w[i]))\n    if z > 0.0 and n[i] > 2:\n        z = z * z - a\n"
      "    y[i] = wp.clamp(z, -3.0, 40.0) + wp.cos(x[i] - a) + wp.min(z, wp.lerp(a, z, 0.25))\n",
      "    q = m[i] * wp.diag(wp.vec3(a, x[i], 1.0)) + wp.outer(w[i], w[i])\n    t = float(1.0)\n    for j in range(n[i]):\n        if t > 20.0:\n"
      "            break\n        t += wp.abs(x[j % x.shape[0]]) + wp.trace(q) * 0.1\n    w[i] = q * w[i] * t\n    y[i] = wp.determinant(q) - wp.dot(w[i], wp.vec3(a, t, 1.0))\n",
      "    t = wp.transform(w[i], wp.quat(a, x[i], 0.5, 1.0)) * wp.transform_inverse(wp.transform(wp.vec3(a, 1.0, x[i]), wp.quat(0.5, a, 1.0, x[i])))\n"
      "    v = wp.transform_point(t, w[i]) + wp.transform_vector(t * 0.5, wp.cross(w[i], wp.vec3(1.0, a, x[i])))\n    v[1] += wp.sinh(wp.clamp(x[i] - a, -1.0, 1.0))\n"
      "    v[-1] = wp.tan(wp.clamp(a * x[i], -0.5, 0.5)) + t[4]\n    s = wp.spatial_vector(v, wp.quat_rotate_inv(wp.transform_get_rotation(t), w[i]))\n"
      "    g = s[1:4]\n    y[i] = wp.dot(g, wp.normalize(v * (wp.abs(a) + 1.0))) + wp.exp(-wp.length(wp.spatial_bottom(s)))\n"
      "    r = wp.matrix_from_rows(v, g, wp.vec3(x[i]))\n    w[i] = v @ r + wp.lerp(g, r[1], a) * wp.tanh(wp.sqrt(wp.abs(x[i]) + 1.0)) + wp.cw_div(v, wp.abs(g) + wp.vec3(1.0))\n",
      "    p = wp.transform_point(wp.diag(wp.vec4(a, x[i], 1.0, 2.0)) + wp.outer(wp.vec4(x[i], 1.0, a, 0.5), wp.vec4(a)), w[i])\n    wp.atomic_max(y, i, wp.length_sq(p) * 0.1)\n"
      "    for j in range(i % 3 + 1):\n        w[i] = p * float(j + 1) - wp.vec3(x[i], 0.0, a)\n    z = wp.acos(wp.clamp(x[i], -0.5, 0.5)) / (a * a + 1.0) % 0.75\n"
      "    for l in range(n[i] % 4):\n        w[i] = wp.vec3(z, a, float(l)) + w[i] * 0.5\n    y[i] += wp.ddot(m[i], wp.skew(p) * z) + wp.trace(a * m[i] / 3.0)\n",
      "    if i >= y.shape[0] - 3:\n        y[i] = -x[i]\n        return\n    j = int(0)\n    s = wp.vec3(0.0)\n    while j < n[i] % 5:\n        s += w[i] * x[i] - s * 0.5\n"
      "        j += 1\n    y[i] = wp.where(s[0] > s[1], wp.length(s) * a, s[2] / (wp.abs(a) + 1.0)) - float(n[i] // 3)\n    wp.atomic_add(y, i, wp.atan2(s[0], x[i]))\n"};
  size_t told = 0;
  for (const std::string& body : bodies) {
    const Record record = TestRecord("k", head + body);
    VerifyOptions options;
    options.compile = TestCompileOptions();
    options.faults_per_kind = 1000;
    const Record* records[] = {&record};
    const Verdict verdict = Take(Verifier(TestCpuLibrary(), options).Verify(records)).front();
    ASSERT_TRUE(verdict.check.has_value()) << verdict.detail;
    const nlohmann::json check = nlohmann::json::parse(*verdict.check);
    const ParsedText parsed(TestModule(record));
    EquivalenceProver prover(parsed.generated);
    for (const auto& fault : check["faults"]["list"]) {
      const std::string by = fault["by"];
      if (fault["verdict"] != "killed" || by.find(" is ") == std::string::npos || by.find("nan") != std::string::npos || by.find("inf") != std::string::npos) continue;
      ++told;
      EXPECT_EQ(prover.Prove({FaultKind::ZeroedOutput, fault["line"].get<size_t>() - 1, fault["from"], fault["to"], false}), "") << fault.dump();
    }
  }
  EXPECT_GT(told, 150u);
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
