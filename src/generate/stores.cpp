// What a kernel leaves in its outputs: elements that one thread alone writes.
#include <array>

#include "generate/vocabulary.h"
#include "generate/writer.h"

namespace warpsmith::generate {

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
  if (array.struct_index != kNoStruct) return WriteStructStore(array);
  BeginLine();
  WriteOwnElement(array);
  Put(" = ");
  VaryingExpression(array.type, plan.budget);
  EndLine();
}

void Writer::WriteStructStore(const ArrayInScope& array) {
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
    VaryingExpression(plan.fields[field].type, 1 + static_cast<int>(chooser_.Below(4)));
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
  for (size_t i = 0; i < arrays_.size(); ++i) {
    const ArrayInScope array = arrays_[i];
    if (array.role != ArgumentRole::Output) continue;
    const bool loop = array.dimensions > skeleton_.rank;
    if (loop) {
      loops_.push_back({Name(IndexNames()), static_cast<int16_t>(i), skeleton_.rank});
      Line("for " + loops_.back().name + " in range(" + array.name + ".shape[" + std::to_string(skeleton_.rank) + "]):");
      ++indent_;
    }
    if (array.struct_index != kNoStruct) {
      WriteStructStore(array);
    } else {
      BeginLine();
      WriteOwnElement(array);
      const ScalarKind kind = array.type.scalar;
      const bool addable = kind == ScalarKind::Float32 || kind == ScalarKind::Float64 || kind == ScalarKind::Int32;
      Put(addable && array.type.shape <= Shape::Vec4 && chooser_.Percent(8) ? " += " : " = ");
      VaryingExpression(array.type, 1 + static_cast<int>(chooser_.Below(2 + skeleton_.complexity)));
      EndLine();
    }
    if (loop) {
      --indent_;
      loops_.pop_back();
    }
  }
}

}  // namespace warpsmith::generate
