// Statements of a kernel's body, from the plan.
#include <algorithm>
#include <array>

#include "generate/vocabulary.h"
#include "generate/writer.h"

namespace warpsmith::generate {
namespace {

using Mark = StatementPlan::Mark;

constexpr ValueType kInt32{Shape::Scalar, ScalarKind::Int32};

bool IsBlock(StatementKind kind) { return kind >= StatementKind::If && kind <= StatementKind::While; }

/// Restores what a block adds to the scope.
class ScopeMark {
 public:
  ScopeMark(std::vector<Leaf>& leaves, std::vector<ArrayInScope>& arrays)
      : leaves_(leaves), arrays_(arrays), leaf_count_(leaves.size()), array_count_(arrays.size()) {}
  ~ScopeMark() {
    leaves_.resize(leaf_count_);
    arrays_.resize(array_count_);
  }

 private:
  std::vector<Leaf>& leaves_;
  std::vector<ArrayInScope>& arrays_;
  size_t leaf_count_, array_count_;
};

}  // namespace

void Writer::MaybeComment() {
  if (!random_.Percent(context_.policy().comments)) return;
  BeginLine();
  Put("# ");
  Put(Comments()[random_.Below(static_cast<uint32_t>(Comments().size()))]);
  EndLine();
}

void Writer::WriteBody() {
  const size_t count = skeleton_.body.size();
  for (size_t at = 0; at < count;) at = WriteStatement(at);
  // The walk must end in the text, however short the plan was.
  while (!chooser_.exhausted()) WriteLet({Shape::Scalar, skeleton_.float_kind}, 3);
  WriteStores();
}

size_t Writer::WriteStatement(size_t at) {
  const StatementPlan plan = skeleton_.body[at];
  MaybeComment();
  const bool changes = plan.kind == StatementKind::Augment || plan.kind == StatementKind::Assign ||
                       plan.kind == StatementKind::Component || IsBlock(plan.kind);
  if (changes && PickMutable(plan.type) == nullptr) WriteAccumulator(plan.type, !IsBlock(plan.kind));
  switch (plan.kind) {
    case StatementKind::Let: WriteLet(plan.type, plan.budget); break;
    case StatementKind::Accumulator: WriteAccumulator(plan.type, chooser_.Percent(35)); break;
    case StatementKind::Augment: WriteAugment(plan); break;
    case StatementKind::Assign: WriteAssign(plan); break;
    case StatementKind::Component: WriteComponent(plan); break;
    case StatementKind::If: return WriteIf(at);
    case StatementKind::Unrolled:
    case StatementKind::Counted:
    case StatementKind::Dynamic: return WriteLoop(at);
    case StatementKind::While: return WriteWhile(at);
    case StatementKind::Atomic: WriteAtomic(plan); break;
    case StatementKind::Unpack: WriteUnpack(plan); break;
    case StatementKind::Call: WriteCall(plan); break;
    case StatementKind::Store: WriteStore(plan); break;
    case StatementKind::View: WriteView(plan); break;
    case StatementKind::Custom: WriteCustom(plan); break;
    case StatementKind::Diagnose: WriteDiagnose(plan); break;
  }
  return at + 1;
}

/// Statements up to the next mark of the same block; returns where that is.
size_t Writer::WriteBlock(size_t at) {
  ScopeMark scope(leaves_, arrays_);
  ++indent_;
  const size_t begin = out_.size();
  while (skeleton_.body[at].mark == Mark::None) at = WriteStatement(at);
  if (out_.size() == begin) Line("pass");
  --indent_;
  return at;
}

void Writer::WriteLet(ValueType type, int budget) {
  const std::string name = Name(ValueNames(type));
  BeginLine();
  Put(name);
  Put(" = ");
  const size_t begin = out_.size();
  const Flow flow = Expression(type, std::max(budget, 1));
  if (loop_depth_ > 0) MakeVariable(type, begin);
  EndLine();
  AddLocal(type, name, flow);
}

/// What was written from `begin` as the value of a variable: a bare constant, with its sign, would make a constant, which may
/// not change inside dynamic loops.
void Writer::MakeVariable(ValueType type, size_t begin) {
  const size_t unsigned_begin = std::min(out_.find_first_not_of("+-", begin), out_.size());
  const std::string_view text = std::string_view(out_).substr(unsigned_begin);
  const bool is_number = text.find_first_not_of(".0123456789") == std::string_view::npos;
  const bool is_named = std::any_of(leaves_.begin(), leaves_.end(),
                                    [&](const Leaf& leaf) { return leaf.is_constant && leaf.text == text; });
  if (!is_number && !(is_named && type.shape == Shape::Scalar)) return;
  const std::string constant = CutFrom(begin);
  ConstructorName(type);
  Put("(" + constant + ")");
}

/// A variable that may change, also inside dynamic loops: never a bare constant.
Leaf* Writer::WriteAccumulator(ValueType type, bool from_expression) {
  const std::string name = Name(AccumulatorNames());
  BeginLine();
  Put(name);
  Put(" = ");
  Flow flow;
  if (from_expression) {
    const size_t begin = out_.size();
    flow = Expression(type, 1 + static_cast<int>(chooser_.Below(3)));
    MakeVariable(type, begin);
  } else if (type.shape == Shape::Quat || type.shape == Shape::Transform) {
    Use(type.shape == Shape::Quat ? "quat_identity" : "transform_identity");
    Put(type.shape == Shape::Quat ? "wp.quat_identity(" : "wp.transform_identity(");
    WriteText(Hole::DtypeKeyword, type, type.scalar);
    Put(")");
  } else {
    // int(0) and float(0.0) make variables; a bare number would be a constant.
    ConstructorName(type);
    Put("(");
    if (type.shape == Shape::Scalar) {
      LiteralText(type.scalar, random_.Percent(75) ? Hole::ZeroLiteral : Hole::PositiveLiteral);
    } else if (IsMatrix(type.shape)) {
      Literal(type.scalar, Hole::ZeroLiteral);
    } else if (type.shape == Shape::Vec6) {
      // Filled with zeros.
    } else if (chooser_.Percent(30)) {
      if (chooser_.Percent(50)) Literal(type.scalar, Hole::ZeroLiteral);
    } else {
      for (uint32_t i = 0; i < Length(type.shape); ++i) {
        if (i > 0) Put(", ");
        Literal(type.scalar, Hole::ZeroLiteral);
      }
    }
    Put(")");
  }
  EndLine();
  AddLocal(type, name, flow);
  leaves_.back().is_mutable = true;
  return &leaves_.back();
}

Leaf* Writer::PickMutable(ValueType preferred) {
  std::array<uint16_t, 32> candidates;
  uint32_t count = 0, exact = 0;
  for (size_t i = leaves_.size(); i-- > 0 && count < candidates.size();) {
    if (!leaves_[i].is_mutable) continue;
    if (leaves_[i].type == preferred) std::swap(candidates[exact++], candidates[count]), candidates[exact - 1] = static_cast<uint16_t>(i), ++count;
    else candidates[count++] = static_cast<uint16_t>(i);
  }
  if (count == 0) return nullptr;
  return &leaves_[candidates[chooser_.Below(exact > 0 ? exact : count)]];
}

/// An expression, for integers where `bound` is set taken modulo something small: what a loop repeats must not overflow.
Flow Writer::BoundedExpression(ValueType type, int budget, bool bound) {
  if (!bound || !IsInteger(type.scalar)) return Expression(type, budget);
  constexpr int kProduct = 11;
  Flow flow = Expression(type, budget, kProduct);
  flow.reaches = false;
  Put(" % ");
  if (type.shape == Shape::Scalar) {
    Literal(type.scalar, Hole::PositiveLiteral);
    return flow;
  }
  ConstructorName(type);
  Put("(");
  Literal(type.scalar, Hole::PositiveLiteral);
  Put(")");
  return flow;
}

void Writer::NoteChange(Leaf& leaf, const Flow& change, Change kind) {
  leaf.is_used = false;
  const Flow before = leaf.flow;
  Flow after;
  switch (kind) {
    case Change::Replace: after = change; break;
    case Change::Add: after = Sum(before, change); break;
    case Change::Scale: after = Product(before, change); break;
    case Change::Part: after = Both(before, change); break;
  }
  if (loop_depth_ > 0) {
    // What follows from a variable that may change feeds back, in this turn or in a later one.
    uint64_t changing = 0;
    for (const Leaf& other : leaves_)
      if (other.is_mutable) changing |= SourceOf(other);
    constexpr uint32_t kTurns = 6;  // some thousands, of sums
    const bool feeds_back = (change.sources & changing) != 0 || (kind == Change::Scale && !change.is_number);
    after.degree = feeds_back ? kUnboundedDegree : std::min(after.degree + kTurns, kUnboundedDegree);
  }
  const bool may_not_run = condition_depth_ > 0 || std::any_of(loops_.begin(), loops_.end(), [](const LoopVariable& loop) {
                             return loop.may_be_empty;
                           });
  if (may_not_run) after = {.varies = after.varies, .reaches = before.reaches && after.reaches,
                            .degree = std::max(before.degree, after.degree), .sources = before.sources | after.sources};
  // Inside an `if` a change may or may not be made: what varied still does.
  after.varies = change.varies || ((kind != Change::Replace || condition_depth_ > 0) && before.varies);
  after.is_number = false;
  leaf.flow = after;
}

/// What is added to a variable, or to a part of it.
void Writer::WriteAdded(Leaf& leaf, ValueType type, int budget, bool bound, Change change) {
  if (!leaf.flow.varies) muted_leaf_ = static_cast<uint16_t>(&leaf - leaves_.data());
  const Flow flow = BoundedExpression(type, budget, bound);
  muted_leaf_ = 0xFFFF;
  NoteChange(leaf, flow, change);
}

void Writer::WriteAugment(const StatementPlan& plan) {
  Leaf* leaf = PickMutable(plan.type);
  const ValueType type = leaf->type;
  const std::string name = leaf->text;
  const auto add = [&] { WriteAdded(*leaf, type, plan.budget, loop_depth_ > 0); };
  const auto scale = [&](ValueType by) { NoteChange(*leaf, Expression(by, plan.budget), Change::Scale); };
  leaf->is_used = false;
  BeginLine();
  Put(name);
  const bool is_float = IsFloat(type.scalar);
  const uint32_t form = chooser_.Below(20);
  if (type.shape == Shape::Transform) {
    Put(" *= ");
    scale(type);
  } else if (form < 12) {
    Put(" += ");
    add();
  } else if (form < 16) {
    Put(" -= ");
    add();
  } else if (!is_float) {
    static constexpr std::string_view kOperators[] = {" &= ", " |= ", " ^= "};
    if (type.shape == Shape::Scalar) Put(kOperators[chooser_.Below(3)]);
    else Put(" += ");
    add();
    leaf->flow.reaches = false;  // bits may hide others
  } else if (form < 18) {
    Put(" *= ");
    NoteChange(*leaf, Literal(type.scalar, Hole::UnitLiteral), Change::Scale);
  } else if (form < 19 && type.shape != Shape::Quat) {
    Put(" /= ");
    NoteChange(*leaf, Literal(type.scalar, Hole::PositiveLiteral), Change::Scale);
    if (loop_depth_ > 0) leaf->flow.degree = kUnboundedDegree;  // the number may be less than one
  } else if (type.shape == Shape::Quat || type.shape == Shape::Scalar || IsMatrix(type.shape)) {
    Put(" *= ");
    scale(type);
  } else {
    Put(" *= ");
    scale(type.element());
  }
  EndLine();
}

void Writer::WriteAssign(const StatementPlan& plan) {
  Leaf* leaf = PickMutable(plan.type);
  const ValueType type = leaf->type;
  const std::string name = leaf->text;
  leaf->is_used = false;
  BeginLine();
  Put(name);
  Put(" = ");
  const size_t begin = out_.size();
  NoteChange(*leaf, BoundedExpression(type, std::max<int>(plan.budget, 1), true), Change::Replace);
  MakeVariable(type, begin);
  EndLine();
}

void Writer::WriteComponent(const StatementPlan& plan) {
  Leaf* target = nullptr;
  for (Leaf& leaf : leaves_)
    if (leaf.is_mutable && (IsVector(leaf.type.shape) || IsMatrix(leaf.type.shape) || leaf.type.shape == Shape::Quat))
      if (target == nullptr || chooser_.Percent(50)) target = &leaf;
  if (target == nullptr) return WriteLet(plan.type, plan.budget);
  target->is_used = false;
  const ValueType type = target->type;
  const std::string name = target->text;
  ValueType value = type.element();
  if (IsVector(type.shape) && type.shape != Shape::Vec2 && chooser_.Percent(10)) {
    const uint32_t begin = random_.Below(Length(type.shape) - 1);
    BeginLine();
    Put(name + "[" + std::to_string(begin) + ":" + std::to_string(begin + 2) + "] = ");
    WriteAdded(*target, {Shape::Vec2, type.scalar}, plan.budget, loop_depth_ > 0, Change::Part);
    return EndLine();
  }
  BeginLine();
  Put(name);
  const std::string component = std::to_string(random_.Below(Length(type.shape)));
  if (IsMatrix(type.shape)) {
    if (chooser_.Percent(25)) {
      Put("[" + component + "]");
      value = {static_cast<Shape>(static_cast<uint32_t>(Shape::Vec2) + Length(type.shape) - 2), type.scalar};
    } else {
      Put("[" + component + ", " + std::to_string(random_.Below(Length(type.shape))) + "]");
    }
  } else if (type.shape != Shape::Vec6 && chooser_.Percent(50)) {
    static constexpr std::string_view kNames[] = {".x", ".y", ".z", ".w"};
    Put(kNames[chooser_.Below(Length(type.shape))]);
  } else {
    Put("[" + component + "]");
  }
  static constexpr std::string_view kOperators[] = {" = ", " += ", " -= "};
  Put(kOperators[chooser_.Below(3)]);
  WriteAdded(*target, value, plan.budget, loop_depth_ > 0, Change::Part);
  EndLine();
}

// -- blocks ----------------------------------------------------------------------------------------------------------

void Writer::WriteLeave() {
  if (in_function_) return;
  ++indent_;
  if (loop_depth_ > 0) {
    loops_.back().may_be_empty = true;
    Line(in_while_ || chooser_.Percent(50) ? "break" : "continue");
  } else {
    // Some threads alone, since the condition around may hold for all: the first always goes on.
    const std::string every = std::to_string(2 + random_.Below(3));
    Line("if " + thread_indices_[0] + " % " + every + " == 1:");
    ++indent_;
    Line("return");
    --indent_;
  }
  --indent_;
}

size_t Writer::WriteIf(size_t at) {
  std::vector<bool> varied;  // before: what only a branch makes vary is taken not to
  for (const Leaf& leaf : leaves_) varied.push_back(leaf.flow.varies);
  ++condition_depth_;
  BeginLine();
  Put("if ");
  Condition(1 + static_cast<int>(chooser_.Below(3)));
  Put(":\n");
  at = WriteBlock(at + 1);
  if (skeleton_.body[at].mark == Mark::End && chooser_.Percent(loop_depth_ > 0 ? 14 : 5)) WriteLeave();
  while (skeleton_.body[at].mark != Mark::End) {
    BeginLine();
    if (skeleton_.body[at].mark == Mark::Elif) {
      Put("elif ");
      Condition(skeleton_.body[at].budget);
      Put(":\n");
    } else {
      Put("else:\n");
    }
    at = WriteBlock(at + 1);
  }
  --condition_depth_;
  for (size_t i = 0; i < varied.size(); ++i) leaves_[i].flow.varies = varied[i];
  return at + 1;
}

void Writer::WriteLoopHeader(StatementKind kind, LoopVariable& variable) {
  Put("range(");
  if (kind == StatementKind::Unrolled) {
    const uint32_t form = chooser_.Below(8);
    const uint32_t count = 2 + random_.Below(3);
    if (form < 5) Put(std::to_string(count));
    else if (form < 6) Put("1, " + std::to_string(count + 1));
    else if (form < 7) Put("0, " + std::to_string(2 * count) + ", 2");
    else Put(std::to_string(count) + ", 0, -1");
  } else if (kind == StatementKind::Counted) {
    Put(std::to_string(17 + random_.Below(16)));
  } else {
    WriteDynamicRange(variable);
  }
  Put(")");
}

void Writer::WriteDynamicRange(LoopVariable& variable) {
  std::vector<std::string> counts;
  for (const Leaf& leaf : leaves_)
    if (leaf.type == kInt32 && leaf.array < 0) counts.push_back(leaf.text);
  const uint32_t form = chooser_.Below(10);
  if (form < 5 && !arrays_.empty()) {
    const uint32_t array = chooser_.Below(static_cast<uint32_t>(arrays_.size()));
    // The innermost extent that the launch does not cover, else any.
    const uint32_t dimensions = arrays_[array].dimensions;
    const uint32_t dimension = dimensions > skeleton_.rank && chooser_.Percent(80)
                                   ? skeleton_.rank + chooser_.Below(dimensions - skeleton_.rank)
                                   : chooser_.Below(dimensions);
    Put(arrays_[array].name + ".shape[" + std::to_string(dimension) + "]");
    variable.array = static_cast<int16_t>(array);
    variable.dimension = static_cast<uint8_t>(dimension);
  } else if (form < 8 && !counts.empty()) {
    Use("min");
    if (chooser_.Percent(20)) Put("1, ");
    Put("wp.min(" + counts[chooser_.Below(static_cast<uint32_t>(counts.size()))] + ", ");
    Put(std::to_string(4 + random_.Below(13)) + ")");
    variable.may_be_empty = true;
  } else if (form < 9) {
    Put(thread_indices_[0] + " % " + std::to_string(3 + random_.Below(6)) + " + 1");
  } else {
    Put("0, " + thread_indices_[0] + " % " + std::to_string(5 + random_.Below(6)) + " + 2, 2");
  }
}

size_t Writer::WriteLoop(size_t at) {
  const StatementKind kind = skeleton_.body[at].kind;
  LoopVariable variable{Name(IndexNames())};
  BeginLine();
  Put("for ");
  Put(variable.name);
  Put(" in ");
  WriteLoopHeader(kind, variable);
  Put(":\n");
  const bool was_in_while = in_while_;
  in_while_ = false;
  ++loop_depth_;
  variable.is_unrolled = kind == StatementKind::Unrolled;
  loops_.push_back(variable);
  at = WriteBlock(at + 1);
  loops_.pop_back();
  --loop_depth_;
  in_while_ = was_in_while;
  return at + 1;
}

size_t Writer::WriteWhile(size_t at) {
  const std::string counter = Name(IndexNames());
  Line(counter + " = int(0)");
  BeginLine();
  Put("while " + counter + " < " + std::to_string(3 + random_.Below(14)));
  const bool is_conditional = chooser_.Percent(40);
  if (is_conditional) {
    Put(" and ");
    Expression({Shape::Scalar, ScalarKind::Bool}, 1, 4);
  }
  Put(":\n");
  const bool was_in_while = in_while_;
  in_while_ = true;
  ++loop_depth_;
  loops_.push_back({counter});
  loops_.back().may_be_empty = is_conditional;
  at = WriteBlock(at + 1);
  loops_.pop_back();
  --loop_depth_;
  in_while_ = was_in_while;
  ++indent_;
  Line(counter + " += 1");
  --indent_;
  return at + 1;
}

// -- calls -----------------------------------------------------------------------------------------------------------

void Writer::WriteAtomic(const StatementPlan& plan) {
  std::array<uint16_t, 8> targets;
  uint32_t count = 0;
  for (size_t i = 0; i < arrays_.size() && count < targets.size(); ++i)
    if (arrays_[i].role == ArgumentRole::Atomic) targets[count++] = static_cast<uint16_t>(i);
  if (count == 0) return WriteLet(plan.type, plan.budget);
  const ArrayInScope array = arrays_[targets[chooser_.Below(count)]];
  const bool scalar = array.type.shape == Shape::Scalar, integer = IsInteger(array.type.scalar);
  const bool half = array.type.scalar == ScalarKind::Float16;
  static constexpr std::string_view kNames[] = {"atomic_add", "atomic_sub", "atomic_min", "atomic_max", "atomic_and",
                                                "atomic_or",  "atomic_xor", "atomic_exch", "atomic_cas"};
  static constexpr std::array<uint32_t, 10> kCumulative{0, 50, 60, 72, 84, 87, 90, 93, 97, 100};
  const uint32_t kinds = half || IsMatrix(array.type.shape) ? 2 : !scalar ? 4 : !integer ? 4 : 9;
  const uint32_t operation = chooser_.Weighted({kCumulative.data(), kinds + 1});
  const auto write_index = [&] {
    for (uint32_t dimension = 0; dimension < array.dimensions; ++dimension) {
      if (dimension > 0) Put(", ");
      if (chooser_.Percent(30)) Put("0");
      else if (dimension < thread_indices_.size() && chooser_.Percent(60))
        Put(thread_indices_[dimension] + " % " + array.name + ".shape[" + std::to_string(dimension) + "]");
      else WriteSafeIndex(array, dimension);
    }
  };
  BeginLine();
  if (operation == 0 && chooser_.Percent(15)) {
    Put(array.name + "[");
    write_index();
    Put("] += ");
    VaryingExpression(array.type, plan.budget);
    return EndLine();
  }
  std::string result;
  if (chooser_.Percent(25)) {
    result = Name(ValueNames(array.type));
    Put(result + " = ");
  }
  Use(kNames[operation]);
  Put("wp.");
  Put(kNames[operation]);
  Put("(" + array.name + ", ");
  write_index();
  Put(", ");
  if (operation == 8) {
    Expression(array.type, 0);
    Put(", ");
  }
  VaryingExpression(array.type, plan.budget);
  Put(")");
  EndLine();
  if (!result.empty()) AddLeaf(array.type, result).flow = {.varies = true, .degree = kUnboundedDegree};
}

void Writer::WriteUnpack(const StatementPlan& plan) {
  const ScalarKind kind = skeleton_.float_kind;
  struct Form {
    std::string_view builtin;
    ValueType argument;
    std::array<ValueType, 3> results;
    uint32_t count;
  };
  const ValueType scalar{Shape::Scalar, kind}, vec2{Shape::Vec2, kind}, vec3{Shape::Vec3, kind};
  const ValueType mat22{Shape::Mat22, kind}, mat33{Shape::Mat33, kind}, quat{Shape::Quat, kind};
  const Form forms[] = {{"quat_to_axis_angle", quat, {vec3, scalar, scalar}, 2},
                        {"qr3", mat33, {mat33, mat33, mat33}, 2},
                        {"eig3", mat33, {mat33, vec3, vec3}, 2},
                        {"svd3", mat33, {mat33, vec3, mat33}, 3},
                        {"svd2", mat22, {mat22, vec2, mat22}, 3}};
  if (kind == ScalarKind::Float16 || chooser_.Percent(35)) {
    const ValueType other = scalar;
    const std::string first = Name(ValueNames(plan.type)), second = Name(ValueNames(other));
    BeginLine();
    Put(first + ", " + second + " = ");
    const Flow first_flow = Expression(plan.type, plan.budget, 2);
    Put(", ");
    const Flow second_flow = Expression(other, 1, 2);
    EndLine();
    AddLocal(plan.type, first, first_flow);
    AddLocal(other, second, second_flow);
    return;
  }
  const bool matrices = skeleton_.category == Category::Matrix;
  const Form& form = forms[matrices ? 1 + chooser_.Below(4) : chooser_.Below(5)];
  Use(form.builtin);
  std::array<std::string, 3> names;
  for (uint32_t i = 0; i < form.count; ++i) names[i] = Name(ValueNames(form.results[i]));
  BeginLine();
  for (uint32_t i = 0; i < form.count; ++i) Put((i > 0 ? ", " : "") + names[i]);
  Put(" = wp.");
  Put(form.builtin);
  Put("(");
  Flow flow = Expression(form.argument, 1);
  flow.reaches = false;  // of matrices that are all alike the parts are constant
  flow.degree = std::min(2 * flow.degree, kUnboundedDegree);
  Put(")");
  EndLine();
  for (uint32_t i = 0; i < form.count; ++i) AddLocal(form.results[i], names[i], flow);
}

void Writer::WriteCall(const StatementPlan& plan) {
  if (function_names_.empty()) return WriteLet(plan.type, plan.budget);
  const uint32_t index = chooser_.Below(static_cast<uint32_t>(function_names_.size()));
  if (!IsCallable(index)) return WriteLet(plan.type, plan.budget);
  const std::vector<ValueType>& results = skeleton_.functions[index].results;
  std::vector<std::string> names;
  for (ValueType type : results) names.push_back(Name(ValueNames(type)));
  BeginLine();
  for (size_t i = 0; i < names.size(); ++i) Put((i > 0 ? ", " : "") + names[i]);
  Put(" = ");
  const Flow flow = WriteFunctionCall(index, plan.budget);
  EndLine();
  for (size_t i = 0; i < names.size(); ++i) AddLocal(results[i], names[i], flow);
}

}  // namespace warpsmith::generate
