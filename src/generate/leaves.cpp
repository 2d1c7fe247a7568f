// What an expression ends in: numbers, names, elements and parts of what is in scope.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "generate/writer.h"

namespace warpsmith::generate {
namespace {

constexpr ValueType kInt32{Shape::Scalar, ScalarKind::Int32};
constexpr ValueType kBool{Shape::Scalar, ScalarKind::Bool};
constexpr std::string_view kComponents[] = {"x", "y", "z", "w"};

bool Is64Bit(ScalarKind kind) {
  return kind == ScalarKind::Float64 || kind == ScalarKind::Int64 || kind == ScalarKind::UInt64;
}

// What LeafExpression may pick besides a leaf.
constexpr uint16_t kThread = 60000, kComponent = 60001, kLiteral = 60002, kLoop = 60003, kSlice = 60004;

constexpr std::string_view kPositiveFloats[] = {"0.5", "2.0", "1.0", "3.0", "1.5", "0.75", "4.0", "9.81", "0.9", "1.25",
                                                "2.5", "0.8", "5.0", "1.2", "0.6", "6.0", "3.14159", "0.7"};
constexpr std::string_view kUnitFloats[] = {"0.1", "0.25", "0.01", "0.05", "0.3", "0.001", "0.2", "0.4", "0.15", "0.02",
                                            "0.33", "0.125"};

}  // namespace

void Writer::LiteralText(ScalarKind kind, Hole hole) {
  if (hole == Hole::ZeroLiteral) return Put(IsFloat(kind) ? "0.0" : "0");
  if (kind == ScalarKind::Bool) return Put(random_.Percent(50) ? "True" : "False");
  if (hole == Hole::Shift) return PutNumber(1 + random_.Below(3));
  if (!IsFloat(kind)) return PutNumber(2 + random_.Below(random_.Percent(70) ? 3 : 11));
  if (hole == Hole::UnitLiteral) return Put(kUnitFloats[random_.Below(std::size(kUnitFloats))]);
  Put(kPositiveFloats[random_.Below(std::size(kPositiveFloats))]);
}

Flow Writer::Literal(ScalarKind kind, Hole hole) {
  last_leaf_ = kLiteral;
  Typed(kind, [&] { LiteralText(kind, hole); });
  return {.is_number = hole != Hole::ZeroLiteral};
}

// -- leaves ----------------------------------------------------------------------------------------------------------

void Writer::WriteSafeIndex(const ArrayInScope& array, uint32_t dimension) {
  if (leaves_.size() > 0 && chooser_.Percent(in_function_ ? 70 : 15)) {
    std::vector<uint16_t> integers;
    for (size_t i = 0; i < leaves_.size(); ++i)
      if (leaves_[i].type == kInt32 && leaves_[i].array < 0 && !leaves_[i].is_constant) integers.push_back(static_cast<uint16_t>(i));
    if (!integers.empty()) {
      Leaf& leaf = leaves_[integers[chooser_.Below(static_cast<uint32_t>(integers.size()))]];
      leaf.is_used = true;
      Use("clamp");
      return Put("wp.clamp(" + leaf.text + ", 0, " + array.name + ".shape[" + std::to_string(dimension) + "] - 1)");
    }
  }
  // Any non-negative integer, taken modulo the extent.
  if (!loops_.empty() && chooser_.Percent(60)) {
    Put(loops_[chooser_.Below(static_cast<uint32_t>(loops_.size()))].name);
  } else if (!thread_indices_.empty()) {
    Put("(");
    Put(thread_indices_[chooser_.Below(static_cast<uint32_t>(thread_indices_.size()))]);
    Put(" + ");
    PutNumber(1 + random_.Below(7));
    Put(")");
  } else {
    PutNumber(1 + random_.Below(7));
  }
  Put(" % ");
  Put(array.name);
  Put(".shape[");
  PutNumber(dimension);
  Put("]");
}

void Writer::WriteIndex(const ArrayInScope& array, uint32_t array_index, uint32_t dimension) {
  for (const LoopVariable& loop : loops_)
    if (loop.array == static_cast<int16_t>(array_index) && loop.dimension == dimension && chooser_.Percent(75))
      return Put(loop.name);
  const uint32_t covered = dimension + array.first_dimension;
  const bool has_thread = covered < thread_indices_.size();
  const bool may_be_own = !(other_element_ && dimension == 0);
  const std::array<uint32_t, 7> weights{has_thread && may_be_own ? 60u : 0u, 5, has_thread ? 3u : 0u, has_thread ? 2u : 0u,
                                        has_thread ? 0u : 6u, 1, static_cast<uint32_t>(loops_.empty() ? 0 : 12)};
  std::array<uint32_t, 8> cumulative{};
  for (size_t i = 0; i < weights.size(); ++i) cumulative[i + 1] = cumulative[i] + weights[i];
  switch (chooser_.Weighted(cumulative)) {
    case 0: return Put(thread_indices_[covered]);
    case 2:
      Use("min");
      Put("wp.min(" + thread_indices_[covered] + " + 1, ");
      Put(array.name);
      Put(".shape[" + std::to_string(dimension) + "] - 1)");
      return;
    case 3:
      Use("max");
      return Put("wp.max(" + thread_indices_[covered] + " - 1, 0)");
    case 4: return Put("0");
    case 5: return Put(array.name + ".shape[" + std::to_string(dimension) + "] - 1");
    default: return WriteSafeIndex(array, dimension);
  }
}

void Writer::WriteElement(uint32_t index) {
  const ArrayInScope array = arrays_[index];
  Put(array.name);
  Put("[");
  // Outputs are read at the thread's own element only; they have at least the launch's dimensions.
  for (uint32_t dimension = 0; dimension < array.dimensions; ++dimension) {
    if (dimension > 0) Put(", ");
    WriteIndex(array, index, dimension);
  }
  Put("]");
}

Flow Writer::WriteLeaf(Leaf& leaf) {
  leaf.is_used = true;
  Flow flow = leaf.flow;
  flow.sources |= SourceOf(leaf);
  if (leaf.array < 0) {
    Put(leaf.text);
    return flow;
  }
  const std::string suffix = leaf.text;
  WriteElement(static_cast<uint32_t>(leaf.array));
  Put(suffix);
  return flow;
}

/// Whether something in scope has or holds scalars of this type.
bool Writer::HasNumber(ValueType scalar) const {
  return std::any_of(leaves_.begin(), leaves_.end(), [&](const Leaf& leaf) { return leaf.type.scalar == scalar.scalar; });
}

/// "[2]", of a matrix "[0, 1]": some component. Which is a detail: constants are blanked when structures are compared.
void Writer::WriteSubscript(Shape shape) {
  const uint32_t first = random_.Below(Length(shape));
  Put("[" + std::to_string(first));
  if (IsMatrix(shape)) Put(", " + std::to_string(random_.Below(Length(shape))));
  Put("]");
}

std::optional<Flow> Writer::WriteComponentOf(ValueType scalar) {
  std::array<uint16_t, 64> candidates;
  uint32_t count = 0;
  for (size_t i = 0; i < leaves_.size() && count < candidates.size(); ++i)
    if (leaves_[i].type.scalar == scalar.scalar && leaves_[i].type.shape != Shape::Scalar && i != muted_leaf_)
      candidates[count++] = static_cast<uint16_t>(i);
  if (count == 0) return std::nullopt;
  Leaf& leaf = leaves_[candidates[chooser_.Below(count)]];
  const Shape shape = leaf.type.shape;
  const Flow flow = WriteLeaf(leaf);
  if (IsVector(shape) && chooser_.Percent(4)) {
    Put("[-" + std::to_string(1 + random_.Below(Length(shape))) + "]");
  } else if ((shape <= Shape::Vec4 || shape == Shape::Quat) && chooser_.Percent(50)) {
    Put(".");
    Put(kComponents[chooser_.Below(Length(shape))]);
  } else {
    WriteSubscript(shape);
  }
  return flow;
}

/// "v[1:3]": neighbouring components of a longer vector.
std::optional<Flow> Writer::WriteSliceOf(ValueType vector) {
  std::array<uint16_t, 64> candidates;
  uint32_t count = 0;
  for (size_t i = 0; i < leaves_.size() && count < candidates.size(); ++i)
    if (leaves_[i].type.scalar == vector.scalar && IsVector(leaves_[i].type.shape) && leaves_[i].type.shape > vector.shape &&
        i != muted_leaf_)
      candidates[count++] = static_cast<uint16_t>(i);
  if (count == 0) return std::nullopt;
  Leaf& leaf = leaves_[candidates[chooser_.Below(count)]];
  const uint32_t wanted = Length(vector.shape), length = Length(leaf.type.shape);
  const uint32_t form = chooser_.Below(3), begin = random_.Below(length - wanted + 1);
  const Flow flow = WriteLeaf(leaf);
  if (form == 0) Put("[:" + std::to_string(wanted) + "]");
  else if (form == 1) Put("[" + std::to_string(length - wanted) + ":]");
  else Put("[" + std::to_string(begin) + ":" + std::to_string(begin + wanted) + "]");
  return flow;
}

Flow Writer::FallbackScalar(ValueType type, int precedence) {
  if (type == kBool) {
    constexpr int kComparison = 5;
    const ValueType operand{Shape::Scalar, skeleton_.float_kind};
    if (precedence > kComparison) Put("(");
    Flow flow = LeafExpression(operand);
    Put(chooser_.Percent(50) ? " < " : " > ");
    avoided_leaf_ = last_leaf_;
    flow = Both(flow, LeafExpression(operand));
    flow.reaches = false;
    if (precedence > kComparison) Put(")");
    return flow;
  }
  if (std::optional<Flow> flow = WriteComponentOf(type)) return *flow;
  if (chooser_.Percent(60))
    if (std::optional<Flow> flow = VaryingScalar(type.scalar)) return *flow;
  if (!thread_indices_.empty() && type.scalar != ScalarKind::Int32 && chooser_.Percent(50)) {
    ConstructorName(type);
    Put("(" + thread_indices_[0] + ")");
    return ThreadFlow();
  }
  return Literal(type.scalar, Hole::PositiveLiteral);
}

Flow Writer::Fallback(ValueType type, int precedence) {
  const ValueType scalar = type.element();
  if (type.shape == Shape::Scalar) return FallbackScalar(type, precedence);
  const auto constant = [&](std::string_view builtin, const std::string& arguments) {
    Use(builtin);
    Put("wp." + std::string(builtin) + "(" + arguments + ")");
    return Flow{};
  };
  const std::string dtype = type.scalar == ScalarKind::Float32 ? "" : "dtype=" + std::string(Spelling(scalar));
  if (type.shape == Shape::Quat && chooser_.Percent(40)) return constant("quat_identity", dtype);
  if (type.shape == Shape::Transform && chooser_.Percent(30)) return constant("transform_identity", dtype);
  if (IsMatrix(type.shape) && chooser_.Percent(35))
    return constant("identity", "n=" + std::to_string(Length(type.shape)) + ", dtype=" + std::string(Spelling(scalar)));
  Flow flow;
  if (IsMatrix(type.shape)) {
    Use("diag");
    Put("wp.diag(");
    flow = LeafExpression({static_cast<Shape>(static_cast<uint32_t>(Shape::Vec2) + Length(type.shape) - 2), type.scalar});
    Put(")");
    flow.reaches = false;  // what is beside the diagonal is zero
    return flow;
  }
  ConstructorName(type);
  Put("(");
  const bool spatial = type.shape == Shape::Vec6 && type.scalar == ScalarKind::Float32;
  if (type.shape == Shape::Transform || spatial) {
    flow = LeafExpression({Shape::Vec3, type.scalar});
    Put(", ");
    flow = Both(flow, LeafExpression({spatial ? Shape::Vec3 : Shape::Quat, type.scalar}));
  } else if (type.shape != Shape::Quat && chooser_.Percent(20)) {
    flow = LeafExpression(scalar);
  } else {
    const bool literals = chooser_.Percent(HasNumber(scalar) ? 15 : 60);
    for (uint32_t i = 0; i < Length(type.shape); ++i) {
      if (i > 0) Put(", ");
      const Flow part = literals ? Literal(type.scalar, random_.Percent(50) ? Hole::ZeroLiteral : Hole::PositiveLiteral)
                                 : LeafExpression(scalar);
      flow = i == 0 ? part : Both(flow, part);
    }
  }
  Put(")");
  flow.is_number = false;
  return flow;
}

Flow Writer::LeafExpression(ValueType type, int precedence) {
  const uint16_t avoided = std::exchange(avoided_leaf_, uint16_t{0xFFFF});
  std::array<uint32_t, 50> cumulative{};
  std::array<uint16_t, 48> candidates;
  uint32_t count = 0;
  const auto add = [&](uint16_t candidate, uint32_t weight) {
    candidates[count] = candidate;
    cumulative[count + 1] = cumulative[count] + weight;
    ++count;
  };
  for (size_t i = leaves_.size(); i-- > 0 && count < 44;) {
    const Leaf& leaf = leaves_[i];
    if (leaf.type != type || i == muted_leaf_ || (i == avoided && leaf.array < 0)) continue;
    const bool is_rare = i == last_leaf_ || (wants_varying_ && leaf.is_mutable && !leaf.flow.varies);
    add(static_cast<uint16_t>(i), is_rare ? 1 : leaf.is_constant ? 4 : leaf.is_used ? 16 : 60);
  }
  const bool is_number = type.shape == Shape::Scalar && type != kBool;
  // Warp converts a constant in place: after wp.float64(n), the n of an unrolled loop is no int32 any more.
  const bool is_wide = Is64Bit(skeleton_.float_kind) || Is64Bit(skeleton_.integer_kind);
  const bool has_loop = !loops_.empty() && type == kInt32 && !(is_wide && loops_.back().is_unrolled);
  if (is_number) {
    const bool has_thread = !thread_indices_.empty() && type == kInt32;
    if (count == 0 && !has_thread) return Fallback(type, precedence);
    if (has_thread) add(kThread, 10);
    if (has_loop) add(kLoop, 16);
    add(kComponent, 10);
    if (last_leaf_ != kLiteral) add(kLiteral, 4);
  }
  if (count == 0) return Fallback(type, precedence);
  if (IsVector(type.shape)) add(kSlice, 1);
  const uint16_t picked = candidates[chooser_.Weighted({cumulative.data(), count + 1})];
  switch (picked) {
    case kThread:
      Put(thread_indices_[chooser_.Below(static_cast<uint32_t>(thread_indices_.size()))]);
      return ThreadFlow();
    case kLoop: {
      const LoopVariable& loop = loops_[chooser_.Below(static_cast<uint32_t>(loops_.size()))];
      Put((is_wide && loop.is_unrolled ? loops_.back() : loop).name);
      return {.degree = 2};
    }
    case kSlice:
      if (std::optional<Flow> flow = WriteSliceOf(type)) return *flow;
      return Fallback(type, precedence);
    case kComponent:
      if (std::optional<Flow> flow = WriteComponentOf(type)) return *flow;
      [[fallthrough]];
    case kLiteral: return Literal(type.scalar, Hole::PositiveLiteral);
    default: break;
  }
  last_leaf_ = picked;
  other_element_ = picked == avoided;
  const Flow flow = WriteLeaf(leaves_[picked]);
  other_element_ = false;
  return flow;
}

}  // namespace warpsmith::generate
