#include "generate/skeleton.h"

#include <algorithm>
#include <span>

namespace warpsmith::generate {
namespace {

/// Of the innermost body of nested loops: a launch stays short on any thread.
constexpr uint32_t kMostTurns = 4096;

class Planner {
 public:
  Planner(const Policy& policy, Chooser& chooser, Skeleton& skeleton)
      : policy_(policy),
        profile_(policy.profiles[static_cast<uint32_t>(skeleton.category)]),
        chooser_(chooser),
        skeleton_(skeleton) {}

  void Plan() {
    const uint32_t level = skeleton_.complexity - 1;
    static constexpr ScalarKind kFloats[] = {ScalarKind::Float32, ScalarKind::Float64, ScalarKind::Float16};
    static constexpr ScalarKind kIntegers[] = {ScalarKind::Int32, ScalarKind::Int64,  ScalarKind::UInt32,
                                               ScalarKind::UInt64, ScalarKind::Int16, ScalarKind::UInt16,
                                               ScalarKind::Int8,   ScalarKind::UInt8};
    skeleton_.float_kind = kFloats[Pick(policy_.float_kinds)];
    skeleton_.integer_kind = kIntegers[Pick(policy_.integer_kinds)];
    skeleton_.rank = static_cast<uint8_t>(1 + Pick(profile_.ranks));
    skeleton_.has_random_state = chooser_.Percent(profile_.random_state);
    skeleton_.structs.resize(Pick(profile_.structs));
    PlanPalette();
    for (uint32_t i = 0; i < skeleton_.structs.size(); ++i) PlanStruct(i);
    skeleton_.functions.resize(Pick(profile_.functions));
    for (uint32_t i = 0; i < skeleton_.functions.size(); ++i) PlanFunction(i);
    PlanBody(level);
    PlanParameters(level);
  }

 private:
  template <size_t kCount>
  uint32_t Pick(const std::array<uint32_t, kCount>& weights) {
    std::array<uint32_t, kCount + 1> cumulative{};
    for (size_t i = 0; i < kCount; ++i) cumulative[i + 1] = cumulative[i] + weights[i];
    return chooser_.Weighted(cumulative);
  }

  /// A kernel works with few types, so that its values flow into each other.
  ValueType PickType() {
    if (palette_size_ > 0 && !chooser_.Percent(8)) return palette_[chooser_.Below(palette_size_)];
    return FreshType();
  }
  void PlanPalette() {
    uint32_t size = 2 + chooser_.Below(2);
    if (skeleton_.complexity > 2) size += chooser_.Below(2);
    for (uint32_t i = 0; i < size; ++i) palette_[i] = FreshType();
    palette_size_ = size;
  }

  ValueType FreshType() {
    const Shape shape = static_cast<Shape>(Pick(profile_.shapes));
    if (shape == Shape::Scalar)
      return {shape, chooser_.Percent(profile_.integers) ? skeleton_.integer_kind : skeleton_.float_kind};
    if (shape <= Shape::Vec4 && profile_.integers > 0 && chooser_.Percent(8)) return {shape, skeleton_.integer_kind};
    return {shape, skeleton_.float_kind};
  }

  void PlanStruct(uint32_t index) {
    StructPlan& plan = skeleton_.structs[index];
    plan.fields.resize(2 + chooser_.Below(4));
    for (FieldPlan& field : plan.fields) {
      field = {PickType(), kNoStruct, false};
      if (chooser_.Percent(10)) field.is_array = true;
    }
    if (index > 0 && chooser_.Percent(40)) plan.fields.push_back({{}, static_cast<int8_t>(index - 1), false});
  }

  void PlanFunction(uint32_t index) {
    FunctionPlan& plan = skeleton_.functions[index];
    plan = {};
    const uint32_t count = 1 + chooser_.Below(3);
    for (uint32_t i = 0; i < count; ++i) plan.parameters.push_back({PickType()});
    if (chooser_.Percent(policy_.array_parameters)) {
      plan.parameters[0].is_array = true;
      if (chooser_.Percent(60)) plan.parameters.push_back({{Shape::Scalar, ScalarKind::Int32}});
    }
    const uint32_t results = chooser_.Percent(16) ? 2 : 1;
    for (uint32_t i = 0; i < results; ++i) plan.results.push_back(PickType());
    plan.statements = static_cast<uint8_t>(chooser_.Below(3));
    plan.budget = static_cast<uint8_t>(2 + chooser_.Below(4));
    plan.branches = chooser_.Percent(25);
    plan.annotated = results == 1 && chooser_.Percent(15);
    const Shape first = plan.results[0].shape;
    plan.sums = plan.parameters[0].is_array && first != Shape::Quat && first != Shape::Transform && chooser_.Percent(50);
    PlanOverload(index);
    if (plan.overload_of == kNoFunction && chooser_.Percent(30)) PlanDefaults(plan);
  }
  /// Functions of one name differ in their parameters' types; which one a call means must not hang on defaults.
  void PlanOverload(uint32_t index) {
    FunctionPlan& plan = skeleton_.functions[index];
    if (index == 0) return;
    const FunctionPlan& previous = skeleton_.functions[index - 1];
    const auto first = previous.overload_of == kNoFunction ? static_cast<int8_t>(index - 1) : previous.overload_of;
    if (previous.defaults > 0) return;
    for (uint32_t i = static_cast<uint32_t>(first); i < index; ++i)
      if (skeleton_.functions[i].parameters == plan.parameters) return;
    if (chooser_.Percent(policy_.overloads)) plan.overload_of = first;
  }
  void PlanDefaults(FunctionPlan& plan) {
    // Plain Python numbers stand for these kinds.
    for (size_t i = plan.parameters.size(); i-- > 1 && plan.defaults < 2; ++plan.defaults) {
      const ValueType type = plan.parameters[i].type;
      if (type.shape != Shape::Scalar || (type.scalar != ScalarKind::Float32 && type.scalar != ScalarKind::Int32)) return;
      if (plan.defaults == 1 && chooser_.Percent(50)) return;
    }
  }

  uint8_t Budget(uint32_t level) {
    return static_cast<uint8_t>(1 + chooser_.Below(policy_.expression_limits[level]));
  }

  void PlanBody(uint32_t level) {
    skeleton_.body.clear();
    const uint32_t limit = policy_.statement_limits[level];
    const uint32_t most = limit, least = level == 0 ? 1 : policy_.statement_limits[level - 1];
    remaining_ = least + chooser_.Below(most - std::min(least, most) + 1);
    depth_limit_ = policy_.nesting_limits[level];
    level_ = level;
    // Loops and branches need something to change.
    PlanBlock(0, remaining_);
    EnsureCategory();
  }

  StatementKind PickKind(uint32_t depth) {
    auto weights = profile_.statements;
    if (depth >= depth_limit_)
      for (StatementKind kind : {StatementKind::If, StatementKind::Unrolled, StatementKind::Counted, StatementKind::Dynamic,
                                 StatementKind::While})
        weights[static_cast<uint32_t>(kind)] = 0;
    for (StatementKind kind : {StatementKind::Unrolled, StatementKind::Counted, StatementKind::Dynamic, StatementKind::While})
      if (turns_ * Turns(kind) > kMostTurns) weights[static_cast<uint32_t>(kind)] = 0;
    if (skeleton_.functions.empty()) weights[static_cast<uint32_t>(StatementKind::Call)] = 0;
    if (depth > 0) weights[static_cast<uint32_t>(StatementKind::Accumulator)] /= 4;
    return static_cast<StatementKind>(Pick(weights));
  }

  static bool IsBlock(StatementKind kind) {
    return kind >= StatementKind::If && kind <= StatementKind::While;
  }

  /// About how often a loop's body runs, at most.
  static uint32_t Turns(StatementKind kind) {
    switch (kind) {
      case StatementKind::Unrolled: return 4;
      case StatementKind::Counted: return 32;
      case StatementKind::Dynamic:
      case StatementKind::While: return 16;
      default: return 1;
    }
  }

  void PlanBlock(uint32_t depth, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) PlanStatement(PickKind(depth), depth);
    // A block that changes nothing would be dead code.
    if (depth > 0) PlanStatement(chooser_.Percent(70) ? StatementKind::Augment : StatementKind::Assign, depth);
  }

  void PlanStatement(StatementKind kind, uint32_t depth) {
    StatementPlan plan{kind, StatementPlan::Mark::None, PickType(), Budget(level_),
                       static_cast<uint8_t>(chooser_.details().Below(256))};
    skeleton_.body.push_back(plan);
    if (!IsBlock(kind)) return;
    const uint32_t most = depth == 0 && level_ > 1 ? 3 : 2;
    turns_ *= Turns(kind);
    PlanBlock(depth + 1, chooser_.Below(most));
    turns_ /= Turns(kind);
    if (kind == StatementKind::If) {
      if (chooser_.Percent(skeleton_.category == Category::MultiCondition ? 50 : 15)) {
        const uint32_t count = 1 + chooser_.Below(skeleton_.category == Category::MultiCondition ? 3 : 2);
        for (uint32_t i = 0; i < count; ++i) {
          skeleton_.body.push_back({kind, StatementPlan::Mark::Elif, {}, static_cast<uint8_t>(1 + chooser_.Below(3)), 0});
          PlanBlock(depth + 1, chooser_.Below(2));
        }
      }
      if (chooser_.Percent(40)) {
        skeleton_.body.push_back({kind, StatementPlan::Mark::Else, {}, 0, 0});
        PlanBlock(depth + 1, chooser_.Below(2));
      }
    }
    skeleton_.body.push_back({kind, StatementPlan::Mark::End, {}, 0, 0});
  }

  [[nodiscard]] bool Has(StatementKind first, StatementKind last) const {
    for (const StatementPlan& statement : skeleton_.body)
      if (statement.kind >= first && statement.kind <= last && statement.mark == StatementPlan::Mark::None) return true;
    return false;
  }

  /// What a category promises by its name is there.
  void EnsureCategory() {
    switch (skeleton_.category) {
      case Category::Atomic:
        if (!Has(StatementKind::Atomic, StatementKind::Atomic)) PlanStatement(StatementKind::Atomic, 1);
        break;
      case Category::ControlFlow:
        if (!Has(StatementKind::If, StatementKind::While))
          PlanStatement(chooser_.Percent(60) ? StatementKind::If : StatementKind::Dynamic, 0);
        break;
      case Category::MultiCondition:
        if (!Has(StatementKind::If, StatementKind::If)) PlanStatement(StatementKind::If, 0);
        break;
      case Category::NestedLoop: PlanNest(); break;
      case Category::Function:
        if (!Has(StatementKind::Call, StatementKind::Call)) PlanStatement(StatementKind::Call, 0);
        break;
      default: break;
    }
  }

  /// Loops around loops, two deep or three.
  void PlanNest() {
    static constexpr StatementKind kLoops[] = {StatementKind::Dynamic, StatementKind::Unrolled, StatementKind::Counted};
    const uint32_t depth = 2 + chooser_.Percent(skeleton_.complexity > 2 ? 40 : 10);
    for (uint32_t i = 0; i < depth; ++i) {
      std::array<uint32_t, 3> weights{6, 3, 1};
      for (size_t kind = 0; kind < weights.size(); ++kind)
        if (turns_ * Turns(kLoops[kind]) > kMostTurns) weights[kind] = 0;
      const StatementKind loop = kLoops[Pick(weights)];
      turns_ *= Turns(loop);
      skeleton_.body.push_back({loop, StatementPlan::Mark::None, PickType(), 2,
                                static_cast<uint8_t>(chooser_.details().Below(256))});
      if (chooser_.Percent(30)) PlanStatement(StatementKind::Let, depth_limit_);
    }
    PlanStatement(StatementKind::Augment, depth_limit_);
    for (uint32_t i = 0; i < depth; ++i) {
      skeleton_.body.push_back({StatementKind::Dynamic, StatementPlan::Mark::End, {}, 0, 0});
      if (i + 1 < depth && chooser_.Percent(25)) PlanStatement(StatementKind::Augment, depth_limit_);
    }
    turns_ = 1;
  }

  void PlanParameters(uint32_t level) {
    auto& parameters = skeleton_.parameters;
    parameters.clear();
    const uint32_t inputs = 1 + chooser_.Below(2 + level / 2 + (skeleton_.structs.empty() ? 1 : 0));
    for (uint32_t i = 0; i < inputs; ++i)
      parameters.push_back({ArgumentRole::Input, PickType(), kNoStruct, InputDimensions()});
    for (uint32_t i = 0; i < skeleton_.structs.size(); ++i) PlanStructParameter(i);
    PlanFunctionArrays();
    PlanScalars();
    uint32_t outputs = chooser_.Percent(25) ? 2 : 1;
    if (chooser_.Percent(5)) ++outputs;
    for (uint32_t i = 0; i < outputs; ++i) {
      const auto extra = static_cast<uint8_t>(chooser_.Percent(6) && skeleton_.rank < 4);
      parameters.push_back({ArgumentRole::Output, PickType(), kNoStruct, static_cast<uint8_t>(skeleton_.rank + extra)});
    }
    if (Has(StatementKind::Atomic, StatementKind::Atomic)) PlanAtomicTargets();
    if (skeleton_.has_random_state) parameters.push_back({ArgumentRole::Seed, {Shape::Scalar, ScalarKind::Int32}, kNoStruct, 0});
    // Usually inputs come first; sometimes people mix.
    if (chooser_.Percent(20)) {
      const uint32_t from = chooser_.Below(static_cast<uint32_t>(parameters.size()));
      std::rotate(parameters.begin(), parameters.begin() + from, parameters.end());
    }
  }

  /// What functions read must be there to be passed.
  void PlanFunctionArrays() {
    for (const FunctionPlan& function : skeleton_.functions) {
      const FunctionParameter& wanted = function.parameters[0];
      const auto fits = [&](const ParameterPlan& plan) {
        return plan.role == ArgumentRole::Input && plan.struct_index == kNoStruct && plan.type == wanted.type &&
               (plan.dimensions == 1 || plan.dimensions == 2);
      };
      if (!wanted.is_array || std::any_of(skeleton_.parameters.begin(), skeleton_.parameters.end(), fits)) continue;
      skeleton_.parameters.push_back(
          {ArgumentRole::Input, wanted.type, kNoStruct, static_cast<uint8_t>(chooser_.Percent(30) ? 2 : 1)});
    }
  }

  uint8_t InputDimensions() {
    const uint32_t extra = Pick(profile_.array_ranks);
    if (skeleton_.rank > 1 && chooser_.Percent(25)) return static_cast<uint8_t>(1 + chooser_.Below(skeleton_.rank));
    return static_cast<uint8_t>(std::min(4u, skeleton_.rank + extra));
  }

  void PlanStructParameter(uint32_t index) {
    for (const StructPlan& other : skeleton_.structs)
      for (const FieldPlan& field : other.fields)
        if (field.nested == static_cast<int8_t>(index) && chooser_.Percent(70)) return;
    bool has_array = false;
    for (const FieldPlan& field : skeleton_.structs[index].fields)
      has_array |= field.is_array ||
                   (field.nested != kNoStruct && HasArray(skeleton_.structs[static_cast<size_t>(field.nested)]));
    const uint32_t form = has_array ? 0 : chooser_.Below(3);
    const auto struct_index = static_cast<int8_t>(index);
    if (form == 0) skeleton_.parameters.push_back({ArgumentRole::Scalar, {}, struct_index, 0});
    if (form >= 1) skeleton_.parameters.push_back({ArgumentRole::Input, {}, struct_index, skeleton_.rank});
    if (form == 2) skeleton_.parameters.push_back({ArgumentRole::Output, {}, struct_index, skeleton_.rank});
  }
  static bool HasArray(const StructPlan& plan) {
    return std::any_of(plan.fields.begin(), plan.fields.end(), [](const FieldPlan& field) { return field.is_array; });
  }

  void PlanScalars() {
    const uint32_t count = Pick(profile_.scalars);
    for (uint32_t i = 0; i < count; ++i) {
      ValueType type{Shape::Scalar, skeleton_.float_kind};
      const uint32_t form = chooser_.Below(20);
      ArgumentRole role = ArgumentRole::Scalar;
      if (form < 3) type = {Shape::Scalar, skeleton_.integer_kind};
      else if (form < 6) role = ArgumentRole::Count, type = {Shape::Scalar, ScalarKind::Int32};
      else if (form < 8) type = PickType();
      else if (form < 9) type = {Shape::Scalar, ScalarKind::Bool};
      else if (form < 10) type = {Shape::Scalar, ScalarKind::UInt32};
      skeleton_.parameters.push_back({role, type, kNoStruct, 0});
    }
  }

  void PlanAtomicTargets() {
    static constexpr std::array<uint32_t, 3> kCounts{0, 70, 30};
    const uint32_t count = Pick(kCounts);
    for (uint32_t i = 0; i < count; ++i) {
      ValueType type = PickType();
      const ScalarKind kind = type.scalar;
      if (type.shape == Shape::Quat || type.shape == Shape::Transform || type.shape == Shape::Vec6) type.shape = Shape::Vec3;
      if (kind == ScalarKind::Int16 || kind == ScalarKind::UInt16 || kind == ScalarKind::Int8 || kind == ScalarKind::UInt8 ||
          (type.shape != Shape::Scalar && IsInteger(kind)))
        type = {Shape::Scalar, ScalarKind::Int32};
      skeleton_.parameters.push_back(
          {ArgumentRole::Atomic, type, kNoStruct, static_cast<uint8_t>(1 + (chooser_.Percent(20) ? chooser_.Below(3) : 0))});
    }
  }

  const Policy& policy_;
  const Profile& profile_;
  Chooser& chooser_;
  Skeleton& skeleton_;
  std::array<ValueType, 4> palette_{};
  uint32_t palette_size_ = 0;
  uint32_t remaining_ = 0;
  uint32_t depth_limit_ = 2;
  uint32_t level_ = 0;
  uint32_t turns_ = 1;  // of the loops around what is planned
};

}  // namespace

void PlanSkeleton(const Policy& policy, Category category, uint32_t complexity, Chooser& chooser, Skeleton& skeleton) {
  skeleton.category = category;
  skeleton.complexity = complexity;
  Planner(policy, chooser, skeleton).Plan();
}

}  // namespace warpsmith::generate
