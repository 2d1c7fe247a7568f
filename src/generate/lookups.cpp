// Statements that look things up or tell people: views of arrays, searches, vectors of a length of the module's own,
// printing and assertions.
#include <algorithm>
#include <array>

#include "generate/vocabulary.h"
#include "generate/writer.h"

namespace warpsmith::generate {
namespace {

constexpr ValueType kInt32{Shape::Scalar, ScalarKind::Int32};

}  // namespace

void Writer::WriteView(const StatementPlan& plan) {
  std::vector<uint32_t> searchable, rows;
  for (uint32_t i = 0; i < arrays_.size(); ++i) {
    const ArrayInScope& array = arrays_[i];
    if (array.role != ArgumentRole::Input || array.struct_index != kNoStruct) continue;
    if (array.dimensions == 1 && array.type.shape == Shape::Scalar) searchable.push_back(i);
    // Struct fields and views of views are left as they are.
    if (array.first_dimension == 0 && array.name.find('.') == std::string::npos) rows.push_back(i);
  }
  if (!searchable.empty() && chooser_.Percent(30))
    return WriteSearch(searchable[chooser_.Below(static_cast<uint32_t>(searchable.size()))]);
  if (rows.empty()) return WriteLet(plan.type, plan.budget);
  WriteRow(rows[chooser_.Below(static_cast<uint32_t>(rows.size()))]);
}

/// "row = a[i]", "column = a[:, j]", "part = a[::2]": arrays with extents of at least 1.
void Writer::WriteRow(uint32_t index) {
  const ArrayInScope array = arrays_[index];
  ArrayInScope view{Name(ViewNames()), array.type, 1, ArgumentRole::Input, kNoStruct, kUncovered};
  BeginLine();
  Put(view.name + " = " + array.name + "[");
  if (array.dimensions == 1) {
    Put("::" + std::to_string(2 + random_.Below(2)));
  } else {
    static constexpr std::array<uint32_t, 4> kForms{0, 50, 75, 100};
    const uint32_t form = array.dimensions == 2 ? chooser_.Weighted(kForms) : 0;
    if (form == 2) {
      Put(":, ");
      WriteIndex(array, index, 1);
    } else {
      WriteIndex(array, index, 0);
      if (form == 1) Put(", :");
      view.dimensions = static_cast<uint8_t>(array.dimensions - 1);
      view.first_dimension = 1;
    }
  }
  Put("]");
  EndLine();
  arrays_.push_back(view);
  AddInput(array.type, "", static_cast<int16_t>(arrays_.size() - 1));
  leaves_.back().is_used = false;
}

/// A position in an array taken as sorted; any content is defined.
void Writer::WriteSearch(uint32_t index) {
  const ArrayInScope array = arrays_[index];
  const std::string name = Name(ValueNames(kInt32));
  Use("lower_bound");
  BeginLine();
  Put(name + " = wp.lower_bound(" + array.name + ", ");
  Expression(array.type, static_cast<int>(chooser_.Below(2)));
  Put(")");
  EndLine();
  AddLocal(kInt32, name, {.varies = true});
}

/// A vector of the module's own type, and something taken from it.
void Writer::WriteCustom(const StatementPlan& plan) {
  const ValueType scalar{Shape::Scalar, skeleton_.float_kind};
  static constexpr std::string_view kNames[] = {"stencil", "coefficients", "basis_values", "packed_values", "terms"};
  static constexpr std::string_view kResults[] = {"partial", "combined", "component", "norm"};
  const std::string name = Name(kNames), result = Name(kResults);
  BeginLine();
  Put(name + " = " + custom_type_ + "(");
  Flow flow;
  const bool fill = chooser_.Percent(20);
  for (uint32_t i = 0; i < (fill ? 1 : custom_length_); ++i) {
    if (i > 0) Put(", ");
    const bool is_literal = !fill && chooser_.Percent(20);
    const Flow part = is_literal ? Literal(scalar.scalar, Hole::PositiveLiteral)
                                 : Expression(scalar, i == 0 ? std::min<int>(plan.budget, 3) : 0);
    flow = i == 0 ? part : Both(flow, part);
  }
  Put(")");
  flow.reaches = false;  // one component alone may be what is taken
  flow.degree = std::min(2 * flow.degree + 2, kUnboundedDegree);
  EndLine();
  if (chooser_.Percent(40)) {
    Line(name + "[" + std::to_string(random_.Below(custom_length_)) + "] += " + name + "[-1]");
  }
  BeginLine();
  Put(result + " = ");
  ValueType type = scalar;
  switch (chooser_.Below(4)) {
    case 0:
      Use("dot");
      Put("wp.dot(" + name + ", " + name + ")");
      break;
    case 1:
      Use("length");
      Put("wp.length(" + name + " * ");
      Literal(scalar.scalar, Hole::PositiveLiteral);
      Put(")");
      break;
    case 2: {
      type.shape = static_cast<Shape>(static_cast<uint32_t>(Shape::Vec2) + chooser_.Below(2));
      const uint32_t begin = random_.Below(custom_length_ - 2);
      Put(name + "[" + std::to_string(begin) + ":" + std::to_string(begin + Length(type.shape)) + "]");
      break;
    }
    default:
      Put(name + "[" + std::to_string(random_.Below(custom_length_)) + "] + " + name);
      Put("[-" + std::to_string(1 + random_.Below(custom_length_)) + "]");
  }
  EndLine();
  AddLocal(type, result, flow);
}

/// Prints of one thread alone, and assertions that hold whatever the input.
void Writer::WriteDiagnose(const StatementPlan& plan) {
  const std::string& thread = thread_indices_[chooser_.Below(static_cast<uint32_t>(thread_indices_.size()))];
  static constexpr std::array<uint32_t, 5> kForms{0, 20, 40, 80, 100};
  const uint32_t form = chooser_.Weighted(kForms);
  if (form < 2) {
    BeginLine();
    if (form == 0 && !arrays_.empty()) {
      const ArrayInScope& array = arrays_[chooser_.Below(static_cast<uint32_t>(arrays_.size()))];
      Put("assert " + array.name + ".shape[" + std::to_string(random_.Below(array.dimensions)) + "] > 0");
    } else {
      Put("assert " + thread + " >= 0");
    }
    if (chooser_.Percent(40)) Put(random_.Percent(50) ? ", \"unexpected input\"" : ", \"out of range\"");
    return EndLine();
  }
  Line("if " + thread + " == 0:");
  ++indent_;
  BeginLine();
  if (form == 2) {
    Use("print");
    Put("wp.print(");
    LeafExpression(plan.type);
    Put(")");
  } else {
    Use("printf");
    Put(random_.Percent(50) ? "wp.printf(\"thread %d: %d\\n\", " : "wp.printf(\"%d of %d\\n\", ");
    Put(thread + ", ");
    LeafExpression(kInt32);
    Put(")");
  }
  EndLine();
  --indent_;
}

}  // namespace warpsmith::generate
