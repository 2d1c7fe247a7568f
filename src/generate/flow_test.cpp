// How values follow from inputs, and how often loops turn.
#include "generate/flow.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "generate/operations.h"
#include "generate/skeleton.h"

namespace warpsmith::generate {
namespace {

Flow Input(uint32_t leaf) { return {.varies = true, .reaches = true, .degree = 1, .sources = uint64_t{1} << leaf}; }
constexpr Flow kNumber{.is_number = true};

TEST(Flow, TermsOfTheSameInputsMayCancel) {
  EXPECT_TRUE(Sum(Input(0), Input(1)).reaches);
  EXPECT_TRUE(Sum(Input(0), kNumber).reaches);
  EXPECT_FALSE(Sum(Input(0), Input(0)).reaches);  // x - x
  Flow flat = Input(0);  // max(x, 2.0)
  flat.reaches = false;
  EXPECT_FALSE(Sum(Input(0), flat).reaches);
  EXPECT_TRUE(Sum(Input(1), flat).reaches);
}

TEST(Flow, ProductsWithWhatMayBeZeroDoNotReach) {
  EXPECT_TRUE(Product(Input(0), Input(0)).reaches);
  EXPECT_TRUE(Product(Input(0), kNumber).reaches);
  EXPECT_FALSE(Product(Input(0), Flow{}).reaches);
  EXPECT_EQ(Product(Input(0), Input(1)).degree, 2u);
}

/// The effect of the first operation with this text before its first operand, for float32.
OperationEffect EffectOf(const GeneratorContext& context, std::string_view text) {
  for (uint32_t i = 0; i < context.operations().size(); ++i) {
    const Operation& operation = context.operations().operation(i);
    if (operation.pieces.front().text == text) return operation.effect;
  }
  ADD_FAILURE() << text;
  return {};
}

TEST(Flow, IsToldFromTemplates) {
  const GeneratorContext context;
  EXPECT_FALSE(EffectOf(context, "wp.sin(").flattens);
  EXPECT_EQ(EffectOf(context, "wp.sin(").growth, OperationEffect::Growth::Bounded);
  for (std::string_view text : {"wp.max(", "wp.clamp(", "wp.floor(", "wp.where(", "wp.normalize(", "wp.inverse(", "wp.cross("})
    EXPECT_TRUE(EffectOf(context, text).flattens) << text;
  EXPECT_EQ(EffectOf(context, "wp.sqrt(wp.max(").flattens, true);
  // What may be infinite stays so: the sine of infinity is not a number.
  Flow wild = Input(0);
  wild.degree = kUnboundedDegree;
  EXPECT_EQ(EffectOf(context, "wp.sin(").Apply(wild).degree, kUnboundedDegree);
}

TEST(Skeleton, NestedLoopsTurnAFewThousandTimes) {
  const GeneratorContext context;
  uint32_t deepest = 0;
  for (uint64_t index = 0; index < 4000; ++index) {
    Chooser chooser(7, index);
    Skeleton skeleton;
    PlanSkeleton(context.policy(), index % 2 == 0 ? Category::NestedLoop : Category::ControlFlow, 5, chooser, skeleton);
    std::vector<uint32_t> turns{1};
    for (const StatementPlan& statement : skeleton.body) {
      if (statement.mark == StatementPlan::Mark::End) turns.pop_back();
      if (statement.mark != StatementPlan::Mark::None || statement.kind < StatementKind::If || statement.kind > StatementKind::While) continue;
      const uint32_t each = statement.kind == StatementKind::If         ? 1
                            : statement.kind == StatementKind::Unrolled ? 4
                            : statement.kind == StatementKind::Counted  ? 32
                                                                        : 16;
      turns.push_back(turns.back() * each);
      deepest = std::max(deepest, turns.back());
    }
  }
  EXPECT_GT(deepest, 500u);
  EXPECT_LE(deepest, 4096u);
}

}  // namespace
}  // namespace warpsmith::generate
