#include "unit/source_reader.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "diagnostics/renderer.h"
#include "unit/constant_bytes.h"
#include "unit/hashes.h"

namespace warpsmith {
namespace {

class Module {
 public:
  explicit Module(std::string text) : source_(SourceBuffer::FromText("module.py", std::move(text))) {
    unit_ = ReadSource(source_, {}, sink_);
  }
  Unit& unit() { return *unit_; }
  [[nodiscard]] bool read() const { return unit_ != nullptr; }
  const DiagnosticSink& sink() const { return sink_; }
  std::string diagnostics() const { return Render(sink_.diagnostics()); }
  Object Global(std::string_view name) { return unit_->Resolve(ScopeId(0), unit_->symbols.Intern(name)); }
  int64_t Integer(std::string_view name) {
    Object object = Global(name);
    EXPECT_EQ(object.kind, ObjectKind::Constant) << name;
    return object.kind == ObjectKind::Constant ? unit_->constants[object.constant].integer : -999;
  }
  double Real(std::string_view name) {
    Object object = Global(name);
    EXPECT_EQ(object.kind, ObjectKind::Constant) << name;
    return object.kind == ObjectKind::Constant ? unit_->constants[object.constant].real : -999.0;
  }

 private:
  SourceBuffer source_;
  DiagnosticSink sink_;
  std::unique_ptr<Unit> unit_;
};

TEST(ReadSource, ComputesPythonArithmetic) {
  Module module(
      "a = -7 // 2\nb = -7 % 3\nc = 2 ** 40\nd = 7 / 2\ne = -7.5 % 2.0\nf = 1 << 5 | 3\ng = 3 if a < b else "
      "4\n"
      "h = [1, (2, 3)][1][-1]\ni = {'k': 5}['k'] + len('abc')\nj = True and not False\n");
  EXPECT_EQ(module.Integer("a"), -4);
  EXPECT_EQ(module.Integer("b"), 2);
  EXPECT_EQ(module.Integer("c"), int64_t{1} << 40);
  EXPECT_EQ(module.Real("d"), 3.5);
  EXPECT_EQ(module.Real("e"), 0.5);
  EXPECT_EQ(module.Integer("f"), 35);
  EXPECT_EQ(module.Integer("g"), 3);
  EXPECT_EQ(module.Integer("h"), 3);
  EXPECT_EQ(module.Integer("i"), 8);
  EXPECT_EQ(module.Integer("j"), 1);
}

TEST(ReadSource, DoesNotRunWhatItCannotEvaluate) {
  Module module("import os\nx = os.getpid()\nif x > 3:\n    y = 1\nz = 1 / 0\nw = None\n");
  EXPECT_EQ(module.Global("x").kind, ObjectKind::Unknown);
  EXPECT_EQ(module.Global("y").kind, ObjectKind::Unknown);
  EXPECT_EQ(module.Global("z").kind, ObjectKind::Unknown);
  EXPECT_EQ(module.Global("w").kind, ObjectKind::None) << "Warp treats names that are None as absent";
  EXPECT_TRUE(module.sink().diagnostics().empty()) << "only what a kernel needs is reported";
}

TEST(ReadSource, EndsEndlessLoopsAndRecursion) {
  Module module(
      "n = 0\nwhile True:\n    n += 1\ndef f(x):\n    return f(x + 1)\ny = f(0)\nz = [i for i in "
      "range(100000) for j in "
      "range(100000)]\n");
  EXPECT_TRUE(module.read());
  EXPECT_EQ(module.Global("y").kind, ObjectKind::Unknown);
}

TEST(ReadSource, EndsWhereAShapeIsReadTooOften) {
  Module module(
      "import warp as wp\nshape = (1,) * 10000 * 10\nfor i in range(100):\n    t = wp.tile[float, shape]\n");
  ASSERT_TRUE(module.read());
  EXPECT_EQ(module.Global("t").kind, ObjectKind::Unknown);
}

TEST(ReadSource, RefusesWhatIsNotPython) {
  Module module("def f(:\n");
  EXPECT_FALSE(module.read());
  EXPECT_EQ(module.sink().Count(Severity::Content), 1u);
}

TEST(ReadSource, RejectsParametersWithoutAnnotation) {
  Module module("import warp as wp\n@wp.kernel\ndef k(a, b: int):\n    pass\n");
  ASSERT_EQ(module.sink().Count(Severity::Rejected), 1u) << module.diagnostics();
  EXPECT_EQ(module.sink().diagnostics()[0].kind, DiagnosticKind::UnannotatedParameter);
  EXPECT_EQ(module.unit().kernels.size(), 0u);
}

TEST(ReadSource, RejectsAnnotationsThatAreNoTypes) {
  Module module("import warp as wp\n@wp.kernel\ndef k(a: 3):\n    pass\n");
  ASSERT_EQ(module.sink().Count(Severity::Rejected), 1u);
  EXPECT_EQ(module.sink().diagnostics()[0].kind, DiagnosticKind::InvalidAnnotation);
}

TEST(ReadSource, RejectsStructFieldsThatAreNoTypes) {
  Module module("import warp as wp\n@wp.struct\nclass S:\n    a: 'nothing at all'\n    b: 5\n");
  EXPECT_EQ(module.sink().diagnostics().size(), 0u) << "the first field may be known only at run time";
  Module wrong("import warp as wp\n@wp.struct\nclass S:\n    b: 5\n");
  EXPECT_EQ(wrong.sink().Count(Severity::Rejected), 1u);
}

TEST(ReadSource, RejectsOptionsThatWarpRefuses) {
  for (const char* options :
       {"cuda_max_registers=0", "cluster_dim=17", "cuda_max_registers=8, launch_bounds=64", "name='no name'",
        "speed=3", "enable_cuda_smem_spilling=1"}) {
    Module module(std::string("import warp as wp\n@wp.kernel(") + options + ")\ndef k(a: int):\n    pass\n");
    EXPECT_EQ(module.sink().Count(Severity::Rejected), 1u) << options;
  }
  Module module("import warp as wp\n@wp.func(inline=1)\ndef f(a: int):\n    pass\n");
  EXPECT_EQ(module.sink().Count(Severity::Rejected), 1u);
}

TEST(ReadSource, SaysWhichKernelCannotBeResolved) {
  Module module(
      "import warp as wp\nfrom .other import T\n@wp.kernel\ndef k(a: T):\n    pass\n@wp.func\ndef f(a: T):\n "
      "   pass\n");
  EXPECT_EQ(module.sink().Count(Severity::Unsupported), 1u) << "the function is never needed\n"
                                                            << module.diagnostics();
  EXPECT_EQ(module.unit().unavailable.size(), 2u);
}

TEST(ReadSource, SaysWhereKernelsMayHide) {
  Module module(
      "import warp as wp\nimport os\nif os.name == 'posix':\n    @wp.kernel\n    def k(a: int):\n        "
      "pass\n");
  ASSERT_EQ(module.sink().Count(Severity::Unsupported), 1u);
  EXPECT_EQ(module.sink().diagnostics()[0].kind, DiagnosticKind::HiddenDefinition);
}

TEST(ReadSource, DoesNotLoseKernelsWhoseDecoratorIsUnknown) {
  Module module("from helpers import *\n@wp.kernel\ndef k(a: int):\n    pass\n");
  EXPECT_EQ(module.sink().Count(Severity::Unsupported), 1u);
}

TEST(ReadSource, KnowsTheLimitsOfNumpysTypes) {
  Module module(
      "import numpy as np\nimport warp as wp\nA = wp.float32(np.finfo(np.float32).eps)\nB = float(np.finfo(np.float32).max)\n"
      "C = np.iinfo(np.uint32).max\nD = float(np.finfo(np.float64).tiny)\nE = np.finfo(np.float32).eps\n"
      "@wp.kernel\ndef k():\n    x = A + B + C + D\n@wp.kernel\ndef l():\n    x = E\n");
  EXPECT_EQ(module.Real("A"), std::ldexp(1.0, -23));
  EXPECT_EQ(module.unit().constants[module.Global("A").constant].text, "1.1920929e-07");
  EXPECT_EQ(module.Real("B"), static_cast<double>(std::numeric_limits<float>::max()));
  EXPECT_EQ(module.Integer("C"), 4294967295);
  EXPECT_EQ(module.Real("D"), std::numeric_limits<double>::min());
  std::vector<bool> certain;
  for (const KernelDefinition& kernel : module.unit().kernels) {
    HashFacts facts;
    (void)HashKernel(module.unit(), kernel, {}, &facts);
    certain.push_back(facts.unknown.definition == nullptr);
  }
  EXPECT_EQ(certain, (std::vector<bool>{true, false}));  // Warp takes no number of numpy's
}

TEST(HashKernel, TakesAVariableCalledConfigForNoModule) {
  Module module("import warp as wp\n@wp.struct\nclass S:\n    alpha: float\n@wp.kernel\ndef k(s: wp.array[S]):\n"
                "    config = s[0]\n    x = config.alpha\n");
  HashFacts facts;
  (void)HashKernel(module.unit(), module.unit().kernels[0], {}, &facts);
  EXPECT_EQ(facts.unknown.definition, nullptr);
}

TEST(ReadSource, AppliesDecoratorsThatTheFileDefines) {
  // What a decorator of the file makes is a function, so that a parameter of its name is no constant; and it may make a
  // kernel.
  Module module(
      "import functools\nimport warp as wp\ndef scope(fn):\n    @functools.wraps(fn)\n    def wrapper(*args):\n"
      "        return fn(*args)\n    return wrapper\ndef named(name):\n    def apply(fn):\n        return scope(fn)\n"
      "    return apply\ndef kernel(fn):\n    return wp.kernel(fn, enable_backward=False)\n"
      "@functools.lru_cache(maxsize=None)\ndef make(n):\n    return n * 2\nN = make(4)\n"
      "@scope\ndef size(a):\n    pass\n@named('x')\ndef width(a):\n    pass\n"
      "@kernel\ndef k(size: int, width: int):\n    x = size + width + N\n");
  ASSERT_EQ(module.unit().kernels.size(), 1u);
  const KernelDefinition& kernel = module.unit().kernels[0];
  EXPECT_EQ(kernel.options.at("enable_backward"), "False");
  HashFacts facts;
  (void)HashKernel(module.unit(), kernel, {}, &facts);
  EXPECT_TRUE(facts.certain());
}

TEST(HashKernel, SaysWhetherEverythingIsKnown) {
  Module module(
      "import warp as wp\nimport warp.other.place\nfrom .near import N\nM = 3\n@wp.kernel\ndef k(a: int):\n  "
      "  x = M\n"
      "@wp.kernel\ndef l(a: int):\n    x = N\n@wp.kernel\ndef m(a: int):\n    x = warp.other.place.P\n"
      // A Python function of Warp's and a built-in of the same name: the call is of the built-in.
      "@wp.kernel\ndef n(a: wp.vec2):\n    x = wp.matrix_from_cols(a, a)\n");
  std::vector<bool> certain;
  for (const KernelDefinition& kernel : module.unit().kernels) {
    HashFacts facts;
    (void)HashKernel(module.unit(), kernel, {}, &facts);
    certain.push_back(facts.certain());
  }
  EXPECT_EQ(certain, (std::vector<bool>{true, false, false, true}));
}

TEST(ReadSource, SaysWhatRaisesOnImport) {
  Module module("raise RuntimeError('no')\n");
  ASSERT_EQ(module.sink().Count(Severity::Rejected), 1u);
  EXPECT_EQ(module.sink().diagnostics()[0].kind, DiagnosticKind::UncaughtException);
}

TEST(ReadSource, CountsFunctionsPerKeyFromWarpsOwn) {
  Module module(
      "import warp as wp\n@wp.func\ndef norm_l1(x: float):\n    return x\n@wp.func\ndef g(x: float):\n    "
      "return x\n"
      "@wp.func\ndef g(x: int):\n    return x\n");
  const auto& functions = module.unit().functions.values();
  ASSERT_EQ(functions.size(), 3u);
  EXPECT_EQ(functions[0].native_name, "norm_l1_1");
  EXPECT_EQ(functions[1].native_name, "g_0");
  EXPECT_EQ(functions[2].native_name, "g_1");
}

TEST(ReadSource, KeepsTheLatestKernelOfAKeyAndThoseThatAreHeld) {
  const std::string kernel = "@wp.kernel\ndef k(a: int):\n    pass\n";
  Module module("import warp as wp\n" + kernel + kernel + "kept = [k]\n" + kernel);
  EXPECT_EQ(module.unit().kernels.size(), 2u);
}

TEST(ReadSource, CopiesConfigurationWhenTheModuleIsMade) {
  Module before("import warp as wp\nwp.config.max_unroll = 4\n@wp.kernel\ndef k(a: int):\n    pass\n");
  EXPECT_EQ(before.unit().options.max_unroll, 4);
  Module after("import warp as wp\n@wp.kernel\ndef k(a: int):\n    pass\nwp.config.max_unroll = 4\n");
  EXPECT_EQ(after.unit().options.max_unroll, 16);
  Module set("import warp as wp\nwp.set_module_options({'max_unroll': 2, 'enable_backward': False})\n");
  EXPECT_EQ(set.unit().options.max_unroll, 2);
  EXPECT_FALSE(set.unit().options.enable_backward);
  Module ignored("import warp as wp\nwp.set_module_options({'enable_vector_component_overwrites': True})\n");
  EXPECT_FALSE(ignored.unit().options.enable_vector_component_overwrites) << "only wp.config sets it";
}

TEST(ReadSource, RefusesSettingsThatOnlyRunningTheCodeTells) {
  const std::string kernel = "@wp.kernel\ndef k(a: int):\n    pass\n";
  Module module("import os\nimport warp as wp\nif os.environ.get('DEBUG'):\n    wp.config.mode = 'debug'\n" + kernel);
  EXPECT_NE(module.diagnostics().find("warp.config.mode"), std::string::npos);
  Module harmless("import os\nimport warp as wp\nif os.environ.get('DEBUG'):\n    wp.config.quiet = True\n" + kernel);
  EXPECT_EQ(harmless.diagnostics(), "");
}

TEST(ReadSource, EvaluatesMethodsOfContainers) {
  Module module(
      "d = {'a': 1}\nd.update({'b': 2}, c=3)\nd.update([('a', 4)])\nx = d['a'] * 100 + d['b'] * 10 + d['c']\n"
      "y = d.setdefault('e', 7) + d.pop('b') + d.get('b', 50)\ne = d.copy()\ne.clear()\nz = len(d) * 10 + len(e)\n"
      "l = [1, 2]\nl.insert(0, 5)\nl.append(2)\nu = l.pop(1) * 100 + l.count(2) * 10 + l.index(2)\nl.reverse()\nv = l[2]\n"
      "def f(a, **rest):\n    return len(rest) * 10 + rest['b']\nw = f(1, b=2, c=3)\n");
  EXPECT_EQ(module.Integer("x"), 423);
  EXPECT_EQ(module.Integer("y"), 59);
  EXPECT_EQ(module.Integer("z"), 30);
  EXPECT_EQ(module.Integer("u"), 121);
  EXPECT_EQ(module.Integer("v"), 5);
  EXPECT_EQ(module.Integer("w"), 22);
}

TEST(ReadSource, NamesKernelsAfterFunctionsThatAreRenamed) {
  const std::string made =
      "import warp as wp\ndef make(n, label):\n    def body(a: wp.array(dtype=float)):\n        a[n] = 1.0\n"
      "    body.__name__ = label\n    body.__qualname__ = f'{label}_{n}_{body.__name__}'\n    return wp.kernel(body)\n";
  Module module(made + "one = make(1, 'set')\n");
  ASSERT_EQ(module.unit().kernels.size(), 1u);
  EXPECT_EQ(module.unit().kernels[0].key, "set_1_set");
  Module unknown("import os\n" + made + "one = make(1, os.name)\n");
  EXPECT_TRUE(unknown.unit().kernels.empty());
  EXPECT_NE(unknown.diagnostics().find("attributes of the function"), std::string::npos);
}

TEST(ReadSource, EvaluatesStatics) {
  Module module(
      "import warp as wp\nN = 3\n@wp.kernel\ndef k(a: wp.array(dtype=int)):\n    a[0] = wp.static(N * 2)\n"
      "    for i in range(2):\n        a[i] = wp.static(i)\n");
  ASSERT_EQ(module.unit().kernels.size(), 1u);
  const KernelDefinition& kernel = module.unit().kernels[0];
  ASSERT_EQ(kernel.static_results.size(), 1u);
  EXPECT_EQ(kernel.static_results[0].first, "N * 2");
  EXPECT_EQ(module.unit().constants[kernel.static_results[0].second.constant].integer, 6);
  EXPECT_TRUE(kernel.has_unresolved_statics);
}

TEST(ResolveOverload, TakesTheFirstThatFits) {
  Module module(
      "import warp as wp\n@wp.func\ndef f(a: int, b: float = 1.0):\n    return a\n@wp.func\ndef f(a: "
      "float):\n"
      "    return a\n@wp.func\ndef f(a: wp.array(dtype=float)):\n    return a[0]\n");
  Unit& unit = module.unit();
  FunctionSetId set = module.Global("f").function_set;
  auto resolve = [&](std::vector<TypeId> types, std::vector<std::pair<SymbolId, TypeId>> keywords = {}) {
    return unit.ResolveOverload(set, types, keywords);
  };
  EXPECT_EQ(resolve({kInt32Type}).index, 0u);
  EXPECT_EQ(resolve({kFloat32Type}).index, 1u);
  EXPECT_EQ(resolve({kInt32Type, kFloat32Type}).index, 0u);
  EXPECT_EQ(resolve({kInt32Type}, {{unit.symbols.Intern("b"), kFloat32Type}}).index, 0u);
  EXPECT_FALSE(resolve({kInt32Type}, {{unit.symbols.Intern("c"), kFloat32Type}}).valid());
  EXPECT_FALSE(resolve({kInt64Type}).valid()) << "no conversion of arguments";
  EXPECT_FALSE(resolve({}).valid());
  EXPECT_EQ(resolve({unit.types.Array(kFloat32Type, 2)}).index, 2u) << "dimensions are not compared";
  EXPECT_EQ(resolve({unit.types.Reference(kFloat32Type)}).index, 1u);
}

TEST(Resolve, LooksUpWarpsNames) {
  Module module("import warp as wp\nimport numpy as np\n");
  Unit& unit = module.unit();
  auto warp = [&](std::string_view name) { return unit.WarpAttribute(unit.symbols.Intern(name)); };
  EXPECT_EQ(warp("vec3").kind, ObjectKind::Type);
  EXPECT_EQ(warp("sin").kind, ObjectKind::Builtin);
  EXPECT_EQ(warp("tid").kind, ObjectKind::None) << "no attribute of the package";
  EXPECT_EQ(unit.Builtin(unit.symbols.Intern("tid")).kind, ObjectKind::Builtin);
  EXPECT_EQ(warp("pi").kind, ObjectKind::Constant);
  EXPECT_EQ(warp("static").kind, ObjectKind::Static);
  EXPECT_EQ(warp("no_such_name").kind, ObjectKind::None);
  EXPECT_EQ(module.Global("wp").kind, ObjectKind::WarpModule);
  EXPECT_EQ(unit.PythonBuiltin(unit.symbols.Intern("float")).type, kFloat32Type);
  EXPECT_EQ(unit.PythonBuiltin(unit.symbols.Intern("range")).kind, ObjectKind::PythonBuiltin);
  EXPECT_EQ(unit.Attribute(module.Global("np"), unit.symbols.Intern("pi")).kind, ObjectKind::Constant);
}

TEST(ConstantBytes, TakePlainNumbersAsCTypes) {
  Module module(
      "import warp as wp\na = 1 << 40\nb = 1 << 41\nc = wp.int64(1 << 40)\nd = 0.1\ne = wp.float64(0.1)\n"
      "f = wp.float16(1.0)\ng = wp.vec3h(1.0)\n");
  auto bytes = [&](std::string_view name) {
    std::string out;
    AppendConstantBytes(module.unit(), module.Global(name).constant, out);
    return out;
  };
  EXPECT_EQ(bytes("a"), bytes("b"));
  EXPECT_EQ(bytes("a"), std::string(4, '\0'));
  EXPECT_EQ(bytes("c").size(), 8u);
  EXPECT_EQ(bytes("d").size(), 4u);
  EXPECT_EQ(bytes("e").size(), 8u);
  EXPECT_EQ(bytes("f"), std::string("\0\0\x80\x3F", 4));
  EXPECT_EQ(bytes("g"), std::string("\0\x3C\0\x3C\0\x3C", 6));
}

TEST(Sha256, IsTheStandardOne) {
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace warpsmith
