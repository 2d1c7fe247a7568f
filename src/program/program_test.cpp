#include "program/program.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/ranges.h"
#include "program/printer.h"
#include "program/test_programs.h"
#include "program/verifier.h"

namespace warpsmith {
namespace {

const std::vector<std::string_view> kSource = {"@wp.kernel", "def f(n: int):", "    for i in range(n):", "        pass",
                                               "    return"};

/// A loop over range(n) with a guarded early return, and a while loop.
class ProgramTest : public testing::Test {
 protected:
  ProgramTest() : b_(world_, kSource, 1) {
    n_ = b_.Parameter("n", kInt32Type);
    b_.Line(2);
    b_.Line(3);
    range_ = b_.Local(kRangeType);
    b_.Call("range", {range_}, {n_}, {n_});
    VarId i = b_.BeginFor(range_);
    test_ = b_.Local(kBoolType);
    b_.Compare(test_, "<", {i, n_});
    b_.GuardBegin(test_);
    b_.Return();
    b_.GuardEnd(test_);
    b_.EndFor();
    b_.BeginWhile();
    b_.WhileBody(test_);
    Statement& leave = b_.Add(StatementKind::Break, VarId(), VarId(), 1);
    leave.label = b_.program.label_count - 2;  // the body block has a label of its own
    b_.EndWhile();
  }

  Statement& Find(StatementKind kind) {
    for (Statement& statement : b_.program.statements)
      if (statement.kind == kind) return statement;
    InternalError("no such statement");
  }
  void ExpectProblem(std::string_view part) {
    std::vector<std::string> problems = VerifyProgram(b_.program);
    for (const std::string& problem : problems)
      if (problem.find(part) != std::string::npos) return;
    FAIL() << "no problem says: " << part << (problems.empty() ? "" : "; first: " + problems[0]);
  }

  TestWorld world_;
  ProgramBuilder b_;
  VarId n_, range_, test_;
};

TEST_F(ProgramTest, ListsKeepTheirOrder) {
  ListId list = b_.List({test_, n_});
  ASSERT_EQ(b_.program.List(list).size(), 2u);
  EXPECT_EQ(b_.program.List(list)[0], test_);
  EXPECT_FALSE(b_.List({}).valid());
  EXPECT_TRUE(b_.program.List(ListId()).empty());
}

TEST_F(ProgramTest, SoundProgramHasNoProblems) {
  std::vector<std::string> problems = VerifyProgram(b_.program);
  EXPECT_TRUE(problems.empty()) << problems[0];
}

TEST_F(ProgramTest, VerifierSeesMissingFields) {
  Find(StatementKind::Compare).a = VarId();
  ExpectProblem("(Compare): lacks a");
}

TEST_F(ProgramTest, VerifierCountsOperators) {
  Find(StatementKind::Compare).symbol = b_.Symbol("< <");
  ExpectProblem("has 2 operators for its operands");
}

TEST_F(ProgramTest, VerifierSeesUseBeforeDefinition) {
  VarId late = b_.Local(kInt32Type);
  Find(StatementKind::Compare).list = b_.List({late, n_});
  ExpectProblem("uses variable 3 before any statement defines it");
}

TEST_F(ProgramTest, VerifierSeesOpenGuards) {
  b_.Add(StatementKind::GuardBegin, test_);
  ExpectProblem("is never closed");
}

TEST_F(ProgramTest, VerifierSeesGuardsWithoutReverse) {
  b_.Add(StatementKind::GuardBegin, test_);
  b_.Add(StatementKind::GuardEnd);
  ExpectProblem("has no reverse");
}

TEST_F(ProgramTest, VerifierSeesWrongIndentation) {
  Find(StatementKind::Return).depth = 0;
  ExpectProblem("stands in a guard without being indented");
}

TEST_F(ProgramTest, VerifierSeesLabelsThatClash) {
  Find(StatementKind::Return).label = Find(StatementKind::RangeLoop).label;
  ExpectProblem("is used twice");
}

TEST_F(ProgramTest, VerifierSeesJumpsOutOfNowhere) {
  b_.Add(StatementKind::Continue).label = 0;
  ExpectProblem("jumps to a loop that it is not in");
}

TEST_F(ProgramTest, VerifierSeesStrayStatements) {
  Statement stray;
  stray.kind = StatementKind::GuardEnd;
  b_.program.statements.Add(stray);
  ExpectProblem("stands in no block");
}

TEST_F(ProgramTest, VerifierSeesLoopsWithoutTest) {
  Find(StatementKind::WhileTest).kind = StatementKind::Assert;
  Find(StatementKind::Assert).symbol = b_.Symbol("x");
  ExpectProblem("is never left by its test");
}

TEST_F(ProgramTest, EveryKindHasANameAndFaces) {
  for (int kind = 0; kind <= static_cast<int>(StatementKind::AdjointStore); ++kind) {
    EXPECT_FALSE(StatementKindName(static_cast<StatementKind>(kind)).empty());
    std::string_view faces = StatementFaces(static_cast<StatementKind>(kind));
    EXPECT_FALSE(faces.empty());
    EXPECT_EQ(faces.find_first_not_of("FPR"), std::string_view::npos);
  }
}

TEST_F(ProgramTest, PrinterShowsTheTree) {
  EXPECT_EQ(PrintProgram(b_.program), R"(parameter n: int32
local %0: range_t
local %1: int32
local %2: bool
root: zeroes %0 %1 %2
  Comment <2>
  Comment <3>
  Call %0 = wp::range(n) <3>
  RangeLoop %0 label 0 <3>
    condition: zeroes %1
      LoopStart <3>
        RangeTest %0 <3>
        Call %1 = wp::iter_next(%0) <3>
    body: zeroes %2
        Compare %2 (%1, n) `<` <3>
        GuardBegin %2 <3>
          Return label 2 <3>
        GuardEnd <3>
        GuardReverse %2 <3>
  WhileLoop label 3 <3>
    condition:
      LoopStart flag 1 <3>
      WhileTest %2 <3>
    body:
        Break flag 1 label 3 <3>
)");
}

TEST(Ranges, AreThoseOfPythonUpToTheEndsOfTheNumbers) {
  EXPECT_EQ(RangeLength(0, 10, 3), 4u);
  EXPECT_EQ(RangeValue(0, 3, 3), 9);
  EXPECT_EQ(RangeLength(5, -1, -2), 3u);
  EXPECT_EQ(RangeValue(5, -2, 2), 1);
  EXPECT_EQ(RangeLength(3, 3, 1), 0u);
  EXPECT_EQ(RangeLength(3, 4, -1), 0u);
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kMost = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(RangeLength(kLeast, kMost, 1), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(RangeLength(kMost, kLeast, kLeast), 2u);
  EXPECT_EQ(RangeValue(kLeast, 1, std::numeric_limits<uint64_t>::max() - 1), kMost - 1);
}

}  // namespace
}  // namespace warpsmith
