#include <gtest/gtest.h>

#include "unit/source_reader.h"

namespace warpsmith {
namespace {

class Specializations : public testing::Test {
 protected:
  Specializations()
      : source_(SourceBuffer::FromText("module.py",
                                       "import warp as wp\n"
                                       "@wp.func\ndef square(x: float):\n    return x * x\n"
                                       "@wp.func\ndef apply(f: wp.Function, x: float):\n    return f(x)\n")),
        unit_(ReadSource(source_, {}, sink_)) {}
  Object Global(std::string_view name) { return unit_->Resolve(ScopeId(0), unit_->symbols.Intern(name)); }
  FunctionId Apply(const Object& target) {
    FunctionId apply = unit_->function_sets[Global("apply").function_set].top;
    std::pair<SymbolId, Object> arguments[] = {{unit_->symbols.Intern("f"), target}};
    return unit_->Specialize(apply, arguments);
  }

  SourceBuffer source_;
  DiagnosticSink sink_;
  std::unique_ptr<Unit> unit_;
};

TEST_F(Specializations, HaveTheNamesThatWarpGives) {
  EXPECT_EQ(unit_->functions[Apply(Global("square"))].native_name, "apply_0_callable_40131139f50c");
  EXPECT_EQ(unit_->functions[Apply(unit_->Builtin(unit_->symbols.Intern("sin")))].native_name, "apply_0_callable_c40038140639");
}

TEST_F(Specializations, AreMadeOnce) {
  FunctionId square = Apply(Global("square"));
  uint32_t count = unit_->functions.size();
  EXPECT_EQ(Apply(Global("square")), square);
  EXPECT_EQ(unit_->functions.size(), count);
  EXPECT_NE(Apply(unit_->Builtin(unit_->symbols.Intern("sin"))), square);
}

}  // namespace
}  // namespace warpsmith
