#include "adjoint/lanes.h"

#include <gtest/gtest.h>

#include "program/printer.h"
#include "program/test_programs.h"

namespace warpsmith {
namespace {

const std::vector<std::string_view> kSource = {"def f():", "    pass"};

std::string Describe(const Program& program, const Lane& lane) {
  static constexpr std::string_view kFaces[] = {"F", "P", "R", "close", "open", "zero", "reverse-close"};
  std::string text;
  for (const LaneEntry& entry : lane) {
    const Statement& statement = program.statements[entry.statement];
    if (!text.empty()) text += ' ';
    if (statement.kind == StatementKind::Call) {
      text += program.symbols->Text(program.calls[statement.call].native_name);
    } else {
      text += StatementKindName(statement.kind);
    }
    text += ':';
    text += kFaces[static_cast<size_t>(entry.face)];
    if (entry.variable) text += PrintVariable(program, entry.variable);
  }
  return text;
}

class LanesTest : public testing::Test {
 protected:
  LanesTest() : b_(world_, kSource, 1) {}

  /// A differentiable call named `name` with a new result.
  VarId Call(std::string_view name, CallOptions options = {.reverse = true}) {
    VarId result = b_.Local(kFloat32Type);
    b_.Call(name, {result}, {result}, {result}, options);
    return result;
  }
  std::string Forward() { return Build(), Describe(b_.program, lanes_.forward); }
  std::string Replay() { return Build(), Describe(b_.program, lanes_.replay); }
  std::string Reverse() { return Build(), Describe(b_.program, lanes_.reverse); }

  TestWorld world_;
  ProgramBuilder b_;

 private:
  void Build() { BuildLanes(b_.program, true, lanes_); }
  Lanes lanes_;
};

TEST_F(LanesTest, StraightCodeRunsBackwards) {
  Call("a");
  Call("b", {});
  Call("c");
  EXPECT_EQ(Forward(), "a:F b:F c:F");
  EXPECT_EQ(Replay(), "a:P b:P c:P");
  EXPECT_EQ(Reverse(), "c:R a:R");
}

TEST_F(LanesTest, CallsWithoutOperandsHaveNoReverse) {
  b_.Call("a", {}, {}, {}, {.reverse = true});
  EXPECT_EQ(Reverse(), "");
}

TEST_F(LanesTest, GuardsChangeTheirEnds) {
  VarId test = b_.Local(kBoolType);
  b_.GuardBegin(test);
  Call("a");
  b_.Return();
  b_.GuardEnd(test);
  EXPECT_EQ(Forward(), "GuardBegin:F a:F Return:F GuardEnd:F");
  EXPECT_EQ(Replay(), "GuardBegin:P a:P Return:P GuardEnd:P");
  EXPECT_EQ(Reverse(), "GuardReverse:R Return:R a:R GuardBegin:R");
}

TEST_F(LanesTest, RangeLoopsRepeatTheirCondition) {
  VarId range = Call("range", {});
  b_.BeginFor(range);
  Call("a");
  b_.EndFor();
  EXPECT_EQ(Forward(), "range:F LoopStart:F RangeTest:F iter_next:F a:F RangeLoop:close");
  EXPECT_EQ(Replay(), "range:P");
  EXPECT_EQ(Reverse(),
            "RangeLoop:open LoopStart:F RangeTest:F iter_next:F RangeLoop:zero%2 a:P a:R RangeLoop:reverse-close");
}

TEST_F(LanesTest, CountedLoopsCountDown) {
  b_.BeginCountedFor(b_.Local(kInt32Type), 0, 20, 1);
  Call("a");
  b_.EndFor();
  EXPECT_EQ(Forward(), "CountedStart:F LoopStart:F CountedTest:F Copy:F CountedStep:F a:F CountedLoop:close");
  EXPECT_EQ(Replay(), "CountedStart:P");
  EXPECT_EQ(Reverse(), "CountedLoop:open CountedLoop:zero%2 a:P a:R CountedLoop:reverse-close");
}

TEST_F(LanesTest, InnerLoopsAreNotReplayed) {
  b_.BeginFor(Call("range", {}));
  VarId test = Call("a");
  b_.BeginWhile();
  b_.WhileBody(test);
  Call("b");
  b_.EndWhile();
  b_.EndFor();
  EXPECT_EQ(Forward(),
            "range:F LoopStart:F RangeTest:F iter_next:F a:F LoopStart:F WhileTest:F b:F WhileLoop:close "
            "RangeLoop:close");
  // The variables of the while loop are zeroed by its own reverse alone.
  EXPECT_EQ(Reverse(),
            "RangeLoop:open LoopStart:F RangeTest:F iter_next:F RangeLoop:zero%2 a:P "
            "LoopStart:F WhileTest:F WhileLoop:zero%3 b:P b:R WhileLoop:reverse-close "
            "a:R RangeLoop:reverse-close");
}

TEST_F(LanesTest, ForwardAloneOnRequest) {
  Call("a");
  Lanes lanes;
  BuildLanes(b_.program, false, lanes);
  EXPECT_EQ(lanes.forward.size(), 1u);
  EXPECT_TRUE(lanes.replay.empty() && lanes.reverse.empty());
}

}  // namespace
}  // namespace warpsmith
