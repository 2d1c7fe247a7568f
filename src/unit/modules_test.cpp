// Imports that are followed from source, over files in memory.
#include <gtest/gtest.h>

#include "diagnostics/renderer.h"
#include "unit/source_reader.h"

namespace warpsmith {
namespace {

using Files = std::map<std::string, std::string>;

class Package {
 public:
  Package(Files files, const std::string& main)
      : loader_(std::move(files)), source_(std::move(*loader_.Load(main))) {
    unit_ = ReadSource(source_, {.module_name = {}, .loader = &loader_, .library_folder = "lib/warp"}, sink_);
  }
  Unit& unit() { return *unit_; }
  std::string diagnostics() const { return Render(sink_.diagnostics()); }
  Object Global(std::string_view name) { return unit_->Resolve(ScopeId(0), unit_->symbols.Intern(name)); }
  int64_t Integer(std::string_view name) {
    Object object = Global(name);
    return object.kind == ObjectKind::Constant ? unit_->constants[object.constant].integer : -999;
  }
  std::vector<std::string> Functions() {
    std::vector<std::string> names;
    for (const FunctionDefinition& function : unit_->functions.values()) names.push_back(function.native_name);
    return names;
  }

 private:
  MemoryLoader loader_;
  SourceBuffer source_;
  DiagnosticSink sink_;
  std::unique_ptr<Unit> unit_;
};

constexpr const char* kFunction = "import warp as wp\n@wp.func\ndef f(x: int):\n    return x\n";

TEST(Imports, FindThePackageAboveAFolderThatIsNone) {
  Package package({{"root/p/__init__.py", ""},
                   {"root/p/a.py", "N = 2\n"},
                   {"root/p/inner/q/__init__.py", ""},
                   {"root/p/inner/q/b.py", "K = 5\n"},
                   {"root/p/inner/q/beside.py", "B = 7\n"},
                   {"root/p/inner/q/main.py",
                    "from p.a import N\nfrom p.inner.q.b import K\nfrom ...a import N as M\nimport beside\nB = beside.B\n"}},
                  "root/p/inner/q/main.py");
  EXPECT_EQ(package.unit().name, "p.inner.q.main");
  EXPECT_EQ(package.Integer("N"), 2);
  EXPECT_EQ(package.Integer("K"), 5);
  EXPECT_EQ(package.Integer("M"), 2);
  EXPECT_EQ(package.Integer("B"), 7);
}

TEST(Imports, FindFilesOfThePackageInEveryWay) {
  Package package({{"root/p/__init__.py", "TOP = 1\n"},
                   {"root/p/a.py", "N = 2\nM = N * 3\n"},
                   {"root/p/q/__init__.py", "from ..a import M as R\n"},
                   {"root/p/q/b.py", "K = 5\n"},
                   {"root/p/main.py",
                    "from .a import N\nfrom . import a as other, TOP\nfrom p.q import R, b\nimport p.q.b\nimport "
                    "p.a as short\nA = other.M\nB = p.q.b.K + b.K\nC = short.N\nD = __name__\n"}},
                  "root/p/main.py");
  EXPECT_EQ(package.unit().name, "p.main");
  EXPECT_EQ(package.Integer("N"), 2);
  EXPECT_EQ(package.Integer("TOP"), 1);
  EXPECT_EQ(package.Integer("R"), 6);
  EXPECT_EQ(package.Integer("A"), 6);
  EXPECT_EQ(package.Integer("B"), 10);
  EXPECT_EQ(package.Integer("C"), 2);
}

TEST(Imports, FindFilesBesideAScript) {
  Package script({{"dir/helper.py", "N = 4\n"}, {"dir/main.py", "from helper import N\nimport helper\nM = helper.N\n"}},
                 "dir/main.py");
  EXPECT_EQ(script.unit().name, "main");
  EXPECT_EQ(script.Integer("N"), 4);
  EXPECT_EQ(script.Integer("M"), 4);
}

TEST(Imports, StarTakesPublicNamesOrThoseListed) {
  Package package({{"a.py", "N = 1\n_H = 2\n"},
                   {"b.py", "__all__ = ['_K']\n_K = 3\nL = 4\n"},
                   {"main.py", "from a import *\nfrom b import *\n"}},
                  "main.py");
  EXPECT_EQ(package.Integer("N"), 1);
  EXPECT_EQ(package.Global("_H").kind, ObjectKind::None);
  EXPECT_EQ(package.Integer("_K"), 3);
  EXPECT_EQ(package.Global("L").kind, ObjectKind::None);
}

TEST(Imports, FollowCyclesAsPythonDoes) {
  Package package({{"a.py", "X = 1\nimport main\nfrom main import EARLY\nY = EARLY + 1\n"},
                   {"main.py", "EARLY = 7\nimport a\nfrom a import Y\nLATE = a.X\n"}},
                  "main.py");
  EXPECT_EQ(package.Integer("Y"), 8);
  EXPECT_EQ(package.Integer("LATE"), 1);
}

TEST(Imports, RunPackagesBeforeTheirModules) {
  Package package({{"p/__init__.py", "from .main import N\nfrom .f1 import f\n"},
                   {"p/f1.py", kFunction},
                   {"p/main.py", std::string("N = 1\nfrom .f2 import f as g\n") + kFunction},
                   {"p/f2.py", kFunction}},
                  "p/main.py");
  // Functions of one key are counted in the order of the imports: f2, main, f1.
  EXPECT_EQ(package.Functions(), (std::vector<std::string>{"f_0", "f_1", "f_2"}));
  Object own = package.Global("f"), other = package.Global("g");
  EXPECT_EQ(package.unit().functions[package.unit().function_sets[own.function_set].top].native_name, "f_1");
  EXPECT_EQ(package.unit().functions[package.unit().function_sets[other.function_set].top].native_name, "f_0");
}

TEST(Imports, LeaveKernelsAndOptionsToTheirModule) {
  Package package({{"other.py",
                    "import warp as wp\nwp.set_module_options({'max_unroll': 2})\n@wp.kernel\ndef k(a: int):\n    pass\n"
                    "@wp.kernel\ndef broken(a: nothing_known):\n    pass\n"
                    "def make():\n    @wp.kernel\n    def made(a: int):\n        pass\n    return made\n"},
                   {"main.py", "import warp as wp\nfrom other import k, make\nm = make()\n@wp.kernel\ndef own(a: int):\n"
                               "    pass\n"}},
                  "main.py");
  ASSERT_EQ(package.unit().kernels.size(), 1u);
  EXPECT_EQ(package.unit().kernels[0].key, "own");
  EXPECT_EQ(package.unit().options.max_unroll, 16);
  EXPECT_EQ(package.diagnostics(), "");
}

TEST(Imports, EvaluateFunctionsOfOtherFilesThere) {
  Package package({{"helper.py", "BASE = 10\ndef add(n):\n    return BASE + n\n"},
                   {"main.py", "from helper import add\nBASE = 1\nN = add(2)\n"}},
                  "main.py");
  EXPECT_EQ(package.Integer("N"), 12);
}

TEST(Imports, MakeNamesUnknownWhereAFileCannotBeRead) {
  Package package({{"bad.py", "def (:\n"},
                   {"main.py", "from bad import X\nfrom .up import Y\nimport absent\nZ = absent.Q\nW = 3\n"}},
                  "main.py");
  EXPECT_EQ(package.Global("X").kind, ObjectKind::Unknown);
  EXPECT_EQ(package.Global("Y").kind, ObjectKind::Unknown);
  EXPECT_EQ(package.Global("Z").kind, ObjectKind::Unknown);
  EXPECT_EQ(package.Integer("W"), 3);
}

TEST(Imports, HandleImportErrorsThatAreCertain) {
  Package package({{"p/__init__.py", ""},
                   {"p/main.py",
                    "try:\n    from .fast import N\nexcept ImportError:\n    N = 2\n"
                    "try:\n    from p import missing\nexcept ImportError:\n    missing = 3\n"
                    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .never import M\nelse:\n    M = 4\n"}},
                  "p/main.py");
  EXPECT_EQ(package.Integer("N"), 2);
  EXPECT_EQ(package.Integer("missing"), 3);
  EXPECT_EQ(package.Integer("M"), 4);
}

TEST(Imports, ReadWarpsLibraryWhenItIsNeeded) {
  Package package({{"lib/warp/fem/__init__.py", "from warp._src.fem.types import Sample, NULL\n"},
                   {"lib/warp/_src/fem/__init__.py", ""},
                   {"lib/warp/_src/fem/types.py", "import warp as wp\nNULL = -1\n@wp.struct\nclass Sample:\n    a: int\n"},
                   {"main.py", "import warp as wp\nimport warp.fem as fem\nN = fem.NULL\nfrom warp.fem import Sample\nM = wp.fem.NULL\n"}},
                  "main.py");
  EXPECT_EQ(package.Integer("N"), -1);
  EXPECT_EQ(package.Integer("M"), -1);
  EXPECT_EQ(package.Global("Sample").kind, ObjectKind::Struct);
}

}  // namespace
}  // namespace warpsmith
