// Expressions of a wanted type, from operations.def and what is in scope.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/check.h"
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

// -- literals --------------------------------------------------------------------------------------------------------

void Writer::LiteralText(ScalarKind kind, Hole hole) {
  if (hole == Hole::ZeroLiteral) return Put(IsFloat(kind) ? "0.0" : "0");
  if (kind == ScalarKind::Bool) return Put(random_.Percent(50) ? "True" : "False");
  if (hole == Hole::Shift) return PutNumber(1 + random_.Below(3));
  if (!IsFloat(kind)) return PutNumber(2 + random_.Below(random_.Percent(70) ? 3 : 11));
  if (hole == Hole::UnitLiteral) return Put(kUnitFloats[random_.Below(std::size(kUnitFloats))]);
  Put(kPositiveFloats[random_.Below(std::size(kPositiveFloats))]);
}

void Writer::Literal(ScalarKind kind, Hole hole) {
  last_leaf_ = kLiteral;
  Typed(kind, [&] { LiteralText(kind, hole); });
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

void Writer::WriteLeaf(Leaf& leaf) {
  leaf.is_used = true;
  varying_leaves_ += leaf.varies;
  if (leaf.array < 0) return Put(leaf.text);
  const std::string suffix = leaf.text;
  WriteElement(static_cast<uint32_t>(leaf.array));
  Put(suffix);
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

bool Writer::WriteComponentOf(ValueType scalar) {
  std::array<uint16_t, 64> candidates;
  uint32_t count = 0;
  for (size_t i = 0; i < leaves_.size() && count < candidates.size(); ++i)
    if (leaves_[i].type.scalar == scalar.scalar && leaves_[i].type.shape != Shape::Scalar && i != muted_leaf_)
      candidates[count++] = static_cast<uint16_t>(i);
  if (count == 0) return false;
  Leaf& leaf = leaves_[candidates[chooser_.Below(count)]];
  const Shape shape = leaf.type.shape;
  WriteLeaf(leaf);
  if (IsVector(shape) && chooser_.Percent(4)) {
    Put("[-" + std::to_string(1 + random_.Below(Length(shape))) + "]");
  } else if ((shape <= Shape::Vec4 || shape == Shape::Quat) && chooser_.Percent(50)) {
    Put(".");
    Put(kComponents[chooser_.Below(Length(shape))]);
  } else {
    WriteSubscript(shape);
  }
  return true;
}

/// "v[1:3]": neighbouring components of a longer vector.
bool Writer::WriteSliceOf(ValueType vector) {
  std::array<uint16_t, 64> candidates;
  uint32_t count = 0;
  for (size_t i = 0; i < leaves_.size() && count < candidates.size(); ++i)
    if (leaves_[i].type.scalar == vector.scalar && IsVector(leaves_[i].type.shape) && leaves_[i].type.shape > vector.shape &&
        i != muted_leaf_)
      candidates[count++] = static_cast<uint16_t>(i);
  if (count == 0) return false;
  Leaf& leaf = leaves_[candidates[chooser_.Below(count)]];
  const uint32_t wanted = Length(vector.shape), length = Length(leaf.type.shape);
  const uint32_t form = chooser_.Below(3), begin = random_.Below(length - wanted + 1);
  WriteLeaf(leaf);
  if (form == 0) Put("[:" + std::to_string(wanted) + "]");
  else if (form == 1) Put("[" + std::to_string(length - wanted) + ":]");
  else Put("[" + std::to_string(begin) + ":" + std::to_string(begin + wanted) + "]");
  return true;
}

void Writer::Fallback(ValueType type, int precedence) {
  const ValueType scalar = type.element();
  if (type.shape == Shape::Scalar) {
    if (type == kBool) {
      constexpr int kComparison = 5;
      if (precedence > kComparison) Put("(");
      LeafExpression({Shape::Scalar, skeleton_.float_kind});
      Put(chooser_.Percent(50) ? " < " : " > ");
      avoided_leaf_ = last_leaf_;
      LeafExpression({Shape::Scalar, skeleton_.float_kind});
      if (precedence > kComparison) Put(")");
      return;
    }
    if (WriteComponentOf(type)) return;
    if (chooser_.Percent(60) && VaryingScalar(type.scalar)) return;
    if (!thread_indices_.empty() && type.scalar != ScalarKind::Int32 && chooser_.Percent(50)) {
      ConstructorName(type);
      return Put("(" + thread_indices_[0] + ")");
    }
    return Literal(type.scalar, Hole::PositiveLiteral);
  }
  const std::string dtype = type.scalar == ScalarKind::Float32 ? "" : "dtype=" + std::string(Spelling(scalar));
  if (type.shape == Shape::Quat && chooser_.Percent(40)) return Use("quat_identity"), Put("wp.quat_identity(" + dtype + ")");
  if (type.shape == Shape::Transform && chooser_.Percent(30))
    return Use("transform_identity"), Put("wp.transform_identity(" + dtype + ")");
  if (IsMatrix(type.shape) && chooser_.Percent(35)) {
    Use("identity");
    return Put("wp.identity(n=" + std::to_string(Length(type.shape)) + ", dtype=" + std::string(Spelling(scalar)) + ")");
  }
  if (IsMatrix(type.shape)) {
    Use("diag");
    Put("wp.diag(");
    LeafExpression({static_cast<Shape>(static_cast<uint32_t>(Shape::Vec2) + Length(type.shape) - 2), type.scalar});
    return Put(")");
  }
  ConstructorName(type);
  Put("(");
  const bool spatial = type.shape == Shape::Vec6 && type.scalar == ScalarKind::Float32;
  if (type.shape == Shape::Transform || spatial) {
    LeafExpression({Shape::Vec3, type.scalar});
    Put(", ");
    LeafExpression({spatial ? Shape::Vec3 : Shape::Quat, type.scalar});
  } else if (type.shape != Shape::Quat && chooser_.Percent(20)) {
    LeafExpression(scalar);
  } else {
    const bool literals = chooser_.Percent(HasNumber(scalar) ? 15 : 60);
    for (uint32_t i = 0; i < Length(type.shape); ++i) {
      if (i > 0) Put(", ");
      if (literals) Literal(type.scalar, random_.Percent(50) ? Hole::ZeroLiteral : Hole::PositiveLiteral);
      else LeafExpression(scalar);
    }
  }
  Put(")");
}

void Writer::LeafExpression(ValueType type, int precedence) {
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
    const bool is_rare = i == last_leaf_ || (wants_varying_ && leaf.is_mutable && !leaf.varies);
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
    case kThread: return Put(thread_indices_[chooser_.Below(static_cast<uint32_t>(thread_indices_.size()))]);
    case kLoop: {
      const LoopVariable& loop = loops_[chooser_.Below(static_cast<uint32_t>(loops_.size()))];
      return Put((is_wide && loop.is_unrolled ? loops_.back() : loop).name);
    }
    case kSlice:
      if (!WriteSliceOf(type)) Fallback(type, precedence);
      return;
    case kComponent:
      if (WriteComponentOf(type)) return;
      [[fallthrough]];
    case kLiteral: return Literal(type.scalar, Hole::PositiveLiteral);
    default:
      last_leaf_ = picked;
      other_element_ = picked == avoided;
      WriteLeaf(leaves_[picked]);
      other_element_ = false;
  }
}

// -- dependence on the inputs ----------------------------------------------------------------------------------------

/// A scalar that varies, converted where there is none of the kind. False (and nothing written) if nothing varies.
bool Writer::VaryingScalar(ScalarKind kind) {
  std::vector<uint16_t> candidates;
  // Of the kind, of its class, or any.
  for (uint32_t likeness = 0; likeness < 3 && candidates.empty(); ++likeness) {
    for (size_t i = 0; i < leaves_.size(); ++i) {
      const ScalarKind other = leaves_[i].type.scalar;
      if (!leaves_[i].varies || other == ScalarKind::Bool || (likeness == 0 && other != kind)) continue;
      if (likeness < 2 && IsFloat(other) != IsFloat(kind)) continue;
      candidates.push_back(static_cast<uint16_t>(i));
    }
  }
  if (candidates.empty()) return false;
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
  WriteLeaf(leaf);
  if (shape != Shape::Scalar) WriteSubscript(shape);
  if (clamps) {
    Put(", ");
    number("0.0");
    Put(", ");
    number(std::to_string(16 + random_.Below(48)) + ".0");
    Put(")");
  }
  if (converts) Put(")");
  return true;
}

/// " + " and something of the type that varies.
void Writer::AddVarying(ValueType type) {
  Put(" + ");
  std::vector<uint16_t> candidates;
  for (size_t i = 0; i < leaves_.size(); ++i)
    if (leaves_[i].varies && leaves_[i].type == type) candidates.push_back(static_cast<uint16_t>(i));
  if (!candidates.empty()) return WriteLeaf(leaves_[candidates[chooser_.Below(static_cast<uint32_t>(candidates.size()))]]);
  const auto put_scalar = [&] {
    if (!VaryingScalar(type.scalar)) Literal(type.scalar, Hole::PositiveLiteral);
  };
  if (type.shape == Shape::Scalar) return put_scalar();
  ConstructorName(type);
  Put("(");
  const auto put_vector = [&] {
    Put(std::string(Spelling({Shape::Vec3, type.scalar})) + "(");
    put_scalar();
    Put(")");
  };
  if (type.shape == Shape::Vec6 && type.scalar == ScalarKind::Float32) {  // a spatial vector
    put_vector();
    Put(", ");
    put_vector();
  } else if (type.shape == Shape::Transform) {
    put_vector();
    Put(", ");
    Use("quat_identity");
    Put("wp.quat_identity(");
    WriteText(Hole::DtypeKeyword, type, type.scalar);
    Put(")");
  } else {
    const uint32_t count = type.shape == Shape::Quat ? 4 : 1;
    for (uint32_t i = 0; i < count; ++i) {
      if (i > 0) Put(", ");
      put_scalar();
    }
  }
  Put(")");
}

void Writer::VaryingExpression(ValueType type, int budget, int precedence) {
  constexpr int kSum = 10;
  const size_t begin = out_.size();
  wants_varying_ = true;
  const bool varies = Varies([&] { Expression(type, budget, precedence); });
  wants_varying_ = false;
  if (varies) return;
  // What stands alone needs no parentheses in a sum.
  const std::string_view text = std::string_view(out_).substr(begin);
  const bool is_simple = std::all_of(text.begin(), text.end(), [](char c) { return c == '_' || c == '.' || isalnum(static_cast<unsigned char>(c)); });
  if (!is_simple) {
    out_.insert(begin, precedence > kSum ? "((" : "(");
    Put(")");
  } else if (precedence > kSum) {
    out_.insert(begin, "(");
  }
  AddVarying(type);
  if (precedence > kSum) Put(")");
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
    case Hole::RandomState:
      ++varying_leaves_;  // by the seed
      return Put(random_state_);
    case Hole::PlainInteger: return PutNumber(1 + random_.Below(9));
    case Hole::Constructor: return ConstructorName(result);
    case Hole::ScalarConstructor: return Put(Spelling({Shape::Scalar, kind}));
    case Hole::DtypeKeyword:
      if (kind == ScalarKind::Float32) return;
      Put("dtype=");
      return Put(Spelling({Shape::Scalar, kind}));
    default: return Literal(kind, hole);
  }
}

void Writer::WriteOperation(const Operation& operation, ValueType type, int budget) {
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
      Expression(HoleType(piece.hole, {type, kind, vector, matrix}), share, piece.precedence);
    } else {
      WriteText(piece.hole, type, kind);
    }
  }
}

bool Writer::CanBePassed(const ArrayInScope& array, ValueType type) const {
  return array.role == ArgumentRole::Input && array.struct_index == kNoStruct && array.type == type && array.dimensions <= 2;
}

/// An array of one dimension, or a row of one of two.
void Writer::WriteArrayArgument(ValueType type) {
  std::vector<uint32_t> candidates;
  for (uint32_t i = 0; i < arrays_.size(); ++i)
    if (CanBePassed(arrays_[i], type)) candidates.push_back(i);
  const uint32_t index = candidates[chooser_.Below(static_cast<uint32_t>(candidates.size()))];
  const ArrayInScope array = arrays_[index];
  ++varying_leaves_;
  Put(array.name);
  if (array.dimensions == 1) return;
  Put("[");
  WriteIndex(array, index, 0);
  Put("]");
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

void Writer::WriteFunctionCall(uint32_t index, int budget) {
  const FunctionPlan& plan = skeleton_.functions[index];
  Put(function_names_[index]);
  Put("(");
  const auto count = static_cast<uint32_t>(plan.parameters.size());
  const bool overloaded = plan.overload_of != kNoFunction ||
                          (index + 1 < skeleton_.functions.size() && skeleton_.functions[index + 1].overload_of != kNoFunction);
  // From here on arguments are given by name; those that have defaults may then be left out anywhere.
  const uint32_t named_from = overloaded || !chooser_.Percent(20) ? count : chooser_.Below(count);
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
    if (plan.parameters[i].is_array) WriteArrayArgument(plan.parameters[i].type);
    else Expression(plan.parameters[i].type, share);
  }
  Put(")");
}

bool Writer::TryFunctionCall(ValueType type, int budget) {
  for (uint32_t i = 0; i < function_names_.size(); ++i) {
    const FunctionPlan& plan = skeleton_.functions[i];
    if (plan.results.size() != 1 || plan.results[0] != type || !IsCallable(i)) continue;
    if (!chooser_.Percent(skeleton_.category == Category::Function ? 30 : 12)) continue;
    WriteFunctionCall(i, budget - 1);
    return true;
  }
  return false;
}

void Writer::Expression(ValueType type, int budget, int precedence) {
  if (budget <= 0) return LeafExpression(type, precedence);
  if (!function_names_.empty() && TryFunctionCall(type, budget)) return;
  const OperationList& list = context_.operations().List(skeleton_.category, type, in_scope_random_);
  if (list.operations.empty()) return LeafExpression(type, precedence);
  const Operation& operation = context_.operations().operation(list.operations[chooser_.Weighted(list.cumulative)]);
  const bool parenthesize = operation.precedence < precedence;
  if (parenthesize) Put("(");
  WriteOperation(operation, type, budget);
  if (parenthesize) Put(")");
}

}  // namespace warpsmith::generate
