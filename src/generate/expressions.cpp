// Expressions of a wanted type, from operations.def and what is in scope.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/check.h"
#include "generate/writer.h"

namespace warpsmith::generate {
std::string Writer::Name(std::span<const std::string_view> words) {
  const auto taken = [&](const std::string& name) {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  };
  std::string name;
  for (int attempt = 0; attempt < 3; ++attempt) {
    name = words[random_.Below(static_cast<uint32_t>(words.size()))];
    if (!taken(name)) break;
  }
  if (taken(name)) {
    const std::string stem = name;
    for (uint32_t suffix = 1; taken(name); ++suffix) name = stem + (stem.size() > 1 ? "_" : "") + std::to_string(suffix);
  }
  names_.push_back(name);
  return name;
}

void Writer::Use(std::string_view builtin) {
  if (std::find(builtins_.begin(), builtins_.end(), builtin) == builtins_.end()) builtins_.push_back(builtin);
}

void Writer::ConstructorName(ValueType type) {
  const bool scalar = type.shape == Shape::Scalar;
  const bool alternative = scalar ? short_types_ : suffixed_ && type.shape != Shape::Vec6;
  const std::string_view name = alternative ? AlternativeSpelling(type) : Spelling(type);
  Put(name);
}

// -- dependence on the inputs ----------------------------------------------------------------------------------------

std::optional<Flow> Writer::VaryingScalar(ScalarKind kind, bool inputs_only, uint64_t avoided) {
  std::vector<uint16_t> candidates;
  // Of the kind, of its class, or any.
  for (uint32_t likeness = 0; likeness < 3 && candidates.empty(); ++likeness) {
    for (size_t i = 0; i < leaves_.size(); ++i) {
      const ScalarKind other = leaves_[i].type.scalar;
      if (!(inputs_only ? leaves_[i].is_input : leaves_[i].flow.varies) || (SourceOf(leaves_[i]) & avoided) != 0) continue;
      if (other == ScalarKind::Bool || (likeness == 0 && other != kind)) continue;
      if (likeness < 2 && IsFloat(other) != IsFloat(kind)) continue;
      candidates.push_back(static_cast<uint16_t>(i));
    }
  }
  if (candidates.empty()) return std::nullopt;
  Leaf& leaf = leaves_[candidates[chooser_.Below(static_cast<uint32_t>(candidates.size()))]];
  const Shape shape = leaf.type.shape;
  const ScalarKind from = leaf.type.scalar;
  const bool converts = from != kind;
  // Conversions to integers are defined within their range alone.
  const bool clamps = IsFloat(from) && !IsFloat(kind);
  if (converts) Put(std::string(Spelling({Shape::Scalar, kind})) + "(");
  const auto number = [&](const std::string& text) { Typed(from, [&] { Put(text); }); };
  if (clamps) {
    Use("clamp");
    Put("wp.clamp(");
    number(std::to_string(4 + random_.Below(12)) + ".0");
    Put(" * ");
  }
  Flow flow = WriteLeaf(leaf);
  flow.reaches = flow.reaches && !clamps;
  if (shape != Shape::Scalar) WriteSubscript(shape);
  if (clamps) {
    Put(", ");
    number("0.0");
    Put(", ");
    number(std::to_string(16 + random_.Below(48)) + ".0");
    Put(")");
  }
  if (converts) Put(")");
  return flow;
}

Flow Writer::WriteVarying(ValueType type) {
  std::vector<uint16_t> candidates;
  for (size_t i = 0; i < leaves_.size(); ++i)
    if (leaves_[i].type == type && leaves_[i].flow.varies) candidates.push_back(static_cast<uint16_t>(i));
  if (!candidates.empty()) return WriteLeaf(leaves_[candidates[chooser_.Below(static_cast<uint32_t>(candidates.size()))]]);
  return WriteFilled(type, [&]() -> Flow {
    if (std::optional<Flow> flow = VaryingScalar(type.scalar)) return *flow;
    return Literal(type.scalar, Hole::PositiveLiteral);
  });
}

Flow Writer::WriteAnchor(ValueType type, uint64_t avoided) {
  std::vector<uint16_t> candidates;
  for (size_t i = 0; i < leaves_.size(); ++i)
    if (leaves_[i].type == type && leaves_[i].is_input && (SourceOf(leaves_[i]) & avoided) == 0)
      candidates.push_back(static_cast<uint16_t>(i));
  if (!candidates.empty()) return WriteLeaf(leaves_[candidates[chooser_.Below(static_cast<uint32_t>(candidates.size()))]]);
  return WriteFilled(type, [&]() -> Flow {
    // An integer made of a float has to be clamped; the thread's index varies for certain.
    if (!IsFloat(type.scalar)) return WriteThreadAs(type.scalar);
    for (uint64_t mask : {avoided, uint64_t{0}})
      if (std::optional<Flow> flow = VaryingScalar(type.scalar, true, mask)) return *flow;
    return WriteThreadAs(type.scalar);
  });
}

/// A value of the type of which all parts are scalars that `put_scalar` writes.
template <typename Scalar>
Flow Writer::WriteFilled(ValueType type, Scalar&& put_scalar) {
  if (type.shape == Shape::Scalar) return put_scalar();
  ConstructorName(type);
  Put("(");
  const auto put_vector = [&] {
    Put(std::string(Spelling({Shape::Vec3, type.scalar})) + "(");
    const Flow flow = put_scalar();
    Put(")");
    return flow;
  };
  Flow flow;
  if (type.shape == Shape::Vec6 && type.scalar == ScalarKind::Float32) {  // a spatial vector
    flow = put_vector();
    Put(", ");
    flow = Both(flow, put_vector());
  } else if (type.shape == Shape::Transform) {
    flow = put_vector();
    Put(", ");
    Use("quat_identity");
    Put("wp.quat_identity(");
    WriteText(Hole::DtypeKeyword, type, type.scalar);
    Put(")");
  } else {
    const uint32_t count = type.shape == Shape::Quat ? 4 : 1;
    for (uint32_t i = 0; i < count; ++i) {
      if (i > 0) Put(", ");
      flow = put_scalar();
    }
  }
  Put(")");
  return flow;
}

Flow Writer::WriteThreadAs(ScalarKind kind) {
  if (kind == ScalarKind::Int32) Put(thread_indices_[0]);
  else Put(std::string(Spelling({Shape::Scalar, kind})) + "(" + thread_indices_[0] + ")");
  return ThreadFlow();
}

Flow Writer::VaryingExpression(ValueType type, int budget, int precedence) {
  constexpr int kSum = 10;
  const size_t begin = out_.size();
  wants_varying_ = true;
  const Flow flow = Expression(type, budget, precedence);
  wants_varying_ = false;
  if (flow.varies) return flow;
  // What stands alone needs no parentheses in a sum.
  const std::string_view text = std::string_view(out_).substr(begin);
  const bool is_simple = std::all_of(text.begin(), text.end(), [](char c) { return c == '_' || c == '.' || isalnum(static_cast<unsigned char>(c)); });
  if (!is_simple) {
    out_.insert(begin, precedence > kSum ? "((" : "(");
    Put(")");
  } else if (precedence > kSum) {
    out_.insert(begin, "(");
  }
  Put(" + ");
  const Flow added = WriteVarying(type);
  if (precedence > kSum) Put(")");
  return Sum(flow, added);
}

// -- operations ------------------------------------------------------------------------------------------------------

ScalarKind Writer::OperandKind(const Operation& operation, ValueType type) {
  if (type.scalar != ScalarKind::Bool) return type.scalar;
  switch (operation.scalar_class) {
    case ScalarClass::I: return skeleton_.integer_kind;
    case ScalarClass::N: return chooser_.Percent(30) ? skeleton_.integer_kind : skeleton_.float_kind;
    case ScalarClass::s: return ScalarKind::Float32;
    case ScalarClass::i: return ScalarKind::Int32;
    default: return skeleton_.float_kind;
  }
}

Shape Writer::PickDimension(Shape first, ScalarKind kind) {
  // Prefer what is in scope.
  std::array<uint32_t, 4> cumulative{};
  for (uint32_t i = 0; i < 3; ++i) {
    uint32_t weight = first == Shape::Vec2 && i == 1 ? 3 : 1;
    const ValueType type{static_cast<Shape>(static_cast<uint32_t>(first) + i), kind};
    for (const Leaf& leaf : leaves_)
      if (leaf.type == type) weight += 8;
    cumulative[i + 1] = cumulative[i] + weight;
  }
  return static_cast<Shape>(static_cast<uint32_t>(first) + chooser_.Weighted(cumulative));
}

void Writer::WriteText(Hole hole, ValueType result, ScalarKind kind) {
  switch (hole) {
    case Hole::RandomState: return Put(random_state_);
    case Hole::PlainInteger: return PutNumber(1 + random_.Below(9));
    case Hole::Constructor: return ConstructorName(result);
    case Hole::ScalarConstructor: return Put(Spelling({Shape::Scalar, kind}));
    case Hole::DtypeKeyword:
      if (kind == ScalarKind::Float32) return;
      Put("dtype=");
      return Put(Spelling({Shape::Scalar, kind}));
    default: Literal(kind, hole);
  }
}

Flow Writer::WriteOperation(const Operation& operation, ValueType type, int budget) {
  for (uint16_t builtin : operation.builtins) Use(context_.operations().builtin_names()[builtin]);
  const ScalarKind kind = OperandKind(operation, type);
  Shape vector = Shape::Vec3, matrix = Shape::Mat33;
  for (const Piece& piece : operation.pieces) {
    if (piece.hole == Hole::AnyVector) { vector = PickDimension(Shape::Vec2, kind); break; }
    if (piece.hole == Hole::AnyMatrix) { matrix = PickDimension(Shape::Mat22, kind); break; }
  }
  int remaining = budget - 1;
  uint32_t holes = operation.expression_holes;
  bool was_leaf = false;
  // Random numbers follow from the seed.
  Flow flow{.varies = operation.needs_random_state, .reaches = operation.needs_random_state};
  bool is_first = !operation.needs_random_state;
  for (const Piece& piece : operation.pieces) {
    if (piece.hole == Hole::Text) {
      Put(piece.text);
    } else if (IsExpression(piece.hole)) {
      int share = remaining;
      if (holes > 1 && remaining > 0) share = static_cast<int>(chooser_.Below(static_cast<uint32_t>(remaining) + 1));
      remaining -= share;
      --holes;
      if (piece.hole == Hole::ScalarValue) share = std::max(share, 1);
      if (operation.cancels && was_leaf && share == 0) avoided_leaf_ = last_leaf_;
      was_leaf = share == 0;
      const Flow part = Expression(HoleType(piece.hole, {type, kind, vector, matrix}), share, piece.precedence);
      flow = std::exchange(is_first, false) ? part : operation.effect.Join(flow, part);
    } else {
      WriteText(piece.hole, type, kind);
    }
  }
  return operation.effect.Apply(flow);
}

bool Writer::CanBePassed(const ArrayInScope& array, ValueType type) const {
  return array.role == ArgumentRole::Input && array.struct_index == kNoStruct && array.type == type && array.dimensions <= 2;
}

/// An array of one dimension, or a row of one of two.
Flow Writer::WriteArrayArgument(ValueType type) {
  std::vector<uint32_t> candidates;
  for (uint32_t i = 0; i < arrays_.size(); ++i)
    if (CanBePassed(arrays_[i], type)) candidates.push_back(i);
  const uint32_t index = candidates[chooser_.Below(static_cast<uint32_t>(candidates.size()))];
  const ArrayInScope array = arrays_[index];
  const Flow flow{.varies = true, .reaches = true, .degree = 1, .sources = uint64_t{1} << (index % 64)};
  Put(array.name);
  if (array.dimensions == 1) return flow;
  Put("[");
  WriteIndex(array, index, 0);
  Put("]");
  return flow;
}

/// Whether there is what its array parameter takes. Functions of one name do not call each other: that would be
/// recursion by name.
bool Writer::IsCallable(uint32_t index) const {
  const FunctionPlan& plan = skeleton_.functions[index];
  if (in_function_ && skeleton_.functions[function_names_.size()].overload_of != kNoFunction &&
      std::max<int>(plan.overload_of, static_cast<int>(index)) >= skeleton_.functions[function_names_.size()].overload_of)
    return false;
  if (!plan.parameters[0].is_array) return true;
  return std::any_of(arrays_.begin(), arrays_.end(),
                     [&](const ArrayInScope& array) { return CanBePassed(array, plan.parameters[0].type); });
}

Flow Writer::WriteFunctionCall(uint32_t index, int budget) {
  const FunctionPlan& plan = skeleton_.functions[index];
  Put(function_names_[index]);
  Put("(");
  const auto count = static_cast<uint32_t>(plan.parameters.size());
  const bool overloaded = plan.overload_of != kNoFunction ||
                          (index + 1 < skeleton_.functions.size() && skeleton_.functions[index + 1].overload_of != kNoFunction);
  // From here on arguments are given by name; those that have defaults may then be left out anywhere.
  const uint32_t named_from = overloaded || !chooser_.Percent(20) ? count : chooser_.Below(count);
  Flow flow;
  bool is_first = true;
  for (uint32_t i = 0; i < count; ++i) {
    const bool has_default = i + plan.defaults >= count;
    const bool may_leave_out = has_default && (i >= named_from || named_from == count);
    if (may_leave_out && chooser_.Percent(50)) {
      if (i < named_from) break;
      continue;
    }
    if (i > 0 && out_.back() != '(') Put(", ");
    if (i >= named_from) Put(function_parameters_[index][i] + "=");
    const int share = budget > 0 ? static_cast<int>(chooser_.Below(static_cast<uint32_t>(budget) + 1)) : 0;
    budget -= share;
    const ValueType type = plan.parameters[i].type;
    const Flow argument = plan.parameters[i].is_array ? WriteArrayArgument(type) : Expression(type, share);
    flow = std::exchange(is_first, false) ? argument : Both(flow, argument);
  }
  Put(")");
  const Flow& body = function_flows_[index];
  flow.reaches = flow.reaches && body.reaches;
  flow.is_number = false;
  flow.degree = std::min(std::max(flow.degree, 1u) * std::max(body.degree, 1u), kUnboundedDegree);
  return flow;
}

std::optional<Flow> Writer::TryFunctionCall(ValueType type, int budget) {
  for (uint32_t i = 0; i < function_names_.size(); ++i) {
    const FunctionPlan& plan = skeleton_.functions[i];
    if (plan.results.size() != 1 || plan.results[0] != type || !IsCallable(i)) continue;
    if (!chooser_.Percent(skeleton_.category == Category::Function ? 30 : 12)) continue;
    return WriteFunctionCall(i, budget - 1);
  }
  return std::nullopt;
}

Flow Writer::Expression(ValueType type, int budget, int precedence) {
  if (budget <= 0) return LeafExpression(type, precedence);
  if (!function_names_.empty())
    if (std::optional<Flow> flow = TryFunctionCall(type, budget)) return *flow;
  const OperationList& list = context_.operations().List(skeleton_.category, type, in_scope_random_);
  if (list.operations.empty()) return LeafExpression(type, precedence);
  const Operation& operation = context_.operations().operation(list.operations[chooser_.Weighted(list.cumulative)]);
  const bool parenthesize = operation.precedence < precedence;
  if (parenthesize) Put("(");
  const Flow flow = WriteOperation(operation, type, budget);
  if (parenthesize) Put(")");
  return flow;
}

}  // namespace warpsmith::generate
