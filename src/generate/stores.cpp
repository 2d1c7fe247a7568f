// What a kernel leaves in its outputs: elements that one thread alone writes.
#include <algorithm>
#include <array>
#include <cctype>

#include "generate/vocabulary.h"
#include "generate/writer.h"

namespace warpsmith::generate {
namespace {

/// The highest degree in the inputs that does not overflow, with room for squares.
uint32_t DegreeLimit(ScalarKind kind) {
  switch (kind) {
    case ScalarKind::Float16: return 4;
    case ScalarKind::Float32: return 30;
    case ScalarKind::Float64: return 250;
    default: return kUnboundedDegree;
  }
}

/// A name, a call, an element: what needs no parentheses as an operand.
bool IsAtom(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '[') ++depth;
    else if (c == ')' || c == ']') --depth;
    else if (depth == 0 && c != '_' && c != '.' && !isalnum(static_cast<unsigned char>(c))) return false;
  }
  return text.empty() || text.front() != '(';
}

}  // namespace

/// "out[i, j]": the element that this thread alone writes.
void Writer::WriteOwnElement(const ArrayInScope& array) {
  Put(array.name + "[");
  for (uint32_t dimension = 0; dimension < skeleton_.rank; ++dimension) {
    if (dimension > 0) Put(", ");
    Put(thread_indices_[dimension]);
  }
  if (array.dimensions > skeleton_.rank) Put(", " + loops_.back().name);
  Put("]");
}

void Writer::WriteStore(const StatementPlan& plan) {
  std::array<uint16_t, 8> targets;
  uint32_t count = 0;
  for (size_t i = 0; i < arrays_.size() && count < targets.size(); ++i)
    if (arrays_[i].role == ArgumentRole::Output && arrays_[i].dimensions == skeleton_.rank)
      targets[count++] = static_cast<uint16_t>(i);
  if (count == 0) return WriteLet(plan.type, plan.budget);
  const ArrayInScope array = arrays_[targets[chooser_.Below(count)]];
  if (array.struct_index != kNoStruct) return WriteStructStore(array, false);
  BeginLine();
  WriteOwnElement(array);
  Put(" = ");
  VaryingExpression(array.type, plan.budget);
  EndLine();
}

/// A value that may be infinite or not a number, taken to what is not: within bounds, whatever it is compared with.
void Writer::WriteTamed(ValueType type, const std::string& value) {
  const bool is_scalar = type.shape == Shape::Scalar;
  const auto limit = [&](bool negative) {
    if (is_scalar) {
      if (negative) Put("-");
      return void(Literal(type.scalar, Hole::PositiveLiteral));
    }
    ConstructorName(type);
    Put(negative ? "(-" : "(");
    Literal(type.scalar, Hole::PositiveLiteral);
    Put(")");
  };
  if (is_scalar) {
    Use("clamp");
    Put("wp.clamp(" + value + ", ");
    limit(true);
    Put(", ");
    limit(false);
    return Put(")");
  }
  Use("min");
  Use("max");
  Put("wp.min(wp.max(");
  limit(true);
  Put(", " + value + "), ");
  limit(false);
  Put(")");
}

/// Joins the value written from `begin` with something that an input brings, as an update of a state does.
void Writer::AnchorValue(ValueType type, size_t begin, const Flow& flow) {
  const bool is_wild = IsFloat(type.scalar) && flow.degree > DegreeLimit(type.scalar);
  if (is_wild && type.shape > Shape::Vec4) return AnchorFiniteValue(type, begin, flow);
  const std::string value = CutFrom(begin);
  const Flow anchor_flow = WriteAnchor(type, flow.sources);
  const std::string anchor = CutFrom(begin);
  const auto put_value = [&] {
    if (is_wild) WriteTamed(type, value);
    else Put(IsAtom(value) ? value : "(" + value + ")");
  };
  const auto put_factor = [&] {
    Literal(type.scalar, Hole::UnitLiteral);
    Put(" * ");
  };
  if (type.shape == Shape::Transform) {
    Put(anchor + " * ");
    return put_value();
  }
  // What follows from the anchor too might cancel it, but for a factor.
  const bool is_apart = (anchor_flow.sources & flow.sources) == 0;
  const uint32_t form = !IsFloat(type.scalar) ? chooser_.Below(3) : is_apart ? chooser_.Below(5) : 3 + chooser_.Below(2);
  if (form == 0 || form == 3) {
    put_value();
    Put(" + ");
    if (form == 3) put_factor();
    return Put(anchor);
  }
  Put(anchor);
  Put(form == 2 ? " - " : " + ");
  if (form == 4) put_factor();
  put_value();
}

/// The same where a value that may be infinite or not a number has no bounds to be taken to: it counts if it is finite.
void Writer::AnchorFiniteValue(ValueType type, size_t begin, const Flow& flow) {
  static constexpr std::string_view kNames[] = {"update", "proposal", "candidate", "correction"};
  const std::string name = Name(kNames), value = CutFrom(begin);
  // Into a variable of its own, on the line before.
  out_.insert(out_.rfind('\n') + 1, std::string(4 * indent_, ' ') + name + " = " + value + "\n");
  begin = out_.size();
  WriteAnchor(type, flow.sources);
  const std::string anchor = CutFrom(begin);
  Use("where");
  Use("isfinite");
  if (type.shape == Shape::Transform) {
    Use("transform_get_translation");
    return Put("wp.where(wp.isfinite(wp.transform_get_translation(" + name + ")), " + anchor + " * " + name + ", " + anchor + ")");
  }
  Put(anchor + " + wp.where(wp.isfinite(" + name + "), " + name + ", " + anchor + ")");
}

void Writer::WriteStored(ValueType type, int budget, bool anchors) {
  const size_t begin = out_.size();
  const Flow flow = VaryingExpression(type, budget);
  if (type.scalar == ScalarKind::Bool) return;
  if (flow.reaches && flow.degree <= DegreeLimit(type.scalar)) {
    is_anchored_ = true;
  } else if (anchors && !is_anchored_) {
    AnchorValue(type, begin, flow);
    is_anchored_ = true;
  }
}

void Writer::WriteStructStore(const ArrayInScope& array, bool anchors) {
  const auto struct_index = static_cast<size_t>(array.struct_index);
  const StructPlan& plan = skeleton_.structs[struct_index];
  const bool local = chooser_.Percent(45);
  std::string target;
  if (local) {
    target = Name(ValueNames({Shape::Vec6, ScalarKind::Float32}));
    Line(target + " = " + struct_names_[struct_index] + "()");
  }
  bool wrote = false;
  for (size_t field = 0; field < plan.fields.size(); ++field) {
    if (plan.fields[field].nested != kNoStruct || plan.fields[field].is_array) continue;
    if (wrote && chooser_.Percent(30)) continue;
    BeginLine();
    if (local) Put(target);
    else WriteOwnElement(array);
    Put("." + field_names_[struct_index][field] + " = ");
    WriteStored(plan.fields[field].type, 1 + static_cast<int>(chooser_.Below(4)), anchors);
    EndLine();
    wrote = true;
  }
  if (!local) return;
  BeginLine();
  WriteOwnElement(array);
  Put(" = " + target);
  EndLine();
}

void Writer::WriteStores() {
  is_anchored_ = false;  // these stores may replace what earlier ones left
  const auto is_output = [](const ArrayInScope& array) { return array.role == ArgumentRole::Output; };
  const auto last = static_cast<size_t>(std::find_if(arrays_.rbegin(), arrays_.rend(), is_output).base() - arrays_.begin());
  for (size_t i = 0; i < arrays_.size(); ++i) {
    const ArrayInScope array = arrays_[i];
    if (!is_output(array)) continue;
    const bool anchors = i + 1 == last;
    const bool loop = array.dimensions > skeleton_.rank;
    if (loop) {
      loops_.push_back({Name(IndexNames()), static_cast<int16_t>(i), skeleton_.rank});
      Line("for " + loops_.back().name + " in range(" + array.name + ".shape[" + std::to_string(skeleton_.rank) + "]):");
      ++indent_;
    }
    if (array.struct_index != kNoStruct) {
      WriteStructStore(array, anchors);
    } else {
      BeginLine();
      WriteOwnElement(array);
      const ScalarKind kind = array.type.scalar;
      const bool addable = kind == ScalarKind::Float32 || kind == ScalarKind::Float64 || kind == ScalarKind::Int32;
      Put(addable && array.type.shape <= Shape::Vec4 && chooser_.Percent(8) ? " += " : " = ");
      WriteStored(array.type, 1 + static_cast<int>(chooser_.Below(2 + skeleton_.complexity)), anchors);
      EndLine();
    }
    if (loop) {
      --indent_;
      loops_.pop_back();
    }
  }
}

}  // namespace warpsmith::generate
