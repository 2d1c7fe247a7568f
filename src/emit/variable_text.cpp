#include "emit/variable_text.h"

namespace warpsmith {

void VariableWriter::Label(const Variable& variable) {
  switch (variable.kind) {
    case VariableKind::Local:
      return out_.AppendNumber(variable.number);
    case VariableKind::Member:
      Label(program_.variables[variable.base]);
      out_.Append('.');
      return out_.Append(program_.symbols->Text(variable.name));
    default:
      return out_.Append(program_.symbols->Text(variable.name));
  }
}

void VariableWriter::Prefixed(const Variable& variable, bool adjoint) {
  switch (variable.kind) {
    case VariableKind::Local:
    case VariableKind::Parameter:
    case VariableKind::Member:
      adjoint ? out_.Append("adj_") : out_.Append("var_");
      return Label(variable);
    case VariableKind::Pointer:
      return OriginPointer(program_.origins[variable.origin], false);
    case VariableKind::AdjointPointer:
      return OriginPointer(program_.origins[variable.origin], true);
    case VariableKind::AdjointOf:
      out_.Append("adj_");
      return Label(program_.variables[variable.base]);
    case VariableKind::AdjointOrigin:
      return OriginLvalue(program_.origins[variable.origin], true);
    case VariableKind::Function:
      if (variable.function_namespace) out_.Append(program_.symbols->Text(variable.function_namespace));
      if (adjoint) out_.Append("adj_");
      return Label(variable);
    case VariableKind::Text:
    case VariableKind::Materialized:
      return Label(variable);
  }
}

void VariableWriter::AdjointAddress(VarId id) {
  VariableKind kind = program_.variables[id].kind;
  if (kind == VariableKind::Local || kind == VariableKind::Parameter || kind == VariableKind::Member) out_.Append('&');
  Adjoint(id);
}

void VariableWriter::PrimalList(ListId id) {
  bool first = true;
  for (VarId variable : program_.List(id)) {
    if (!first) out_.Append(", ");
    first = false;
    Primal(variable);
  }
}

void VariableWriter::PrimalTail(ListId id) {
  for (VarId variable : program_.List(id)) {
    out_.Append(", ");
    Primal(variable);
  }
}

void VariableWriter::Root(const Origin& origin, bool adjoint) {
  if (!origin.root_is_reference_parameter) return Prefixed(origin.root, adjoint);
  out_.Append("*(");
  Prefixed(origin.root, adjoint);
  out_.Append(')');
}

void VariableWriter::StepHead(const OriginStep& step) {
  switch (step.kind) {
    case OriginStep::Kind::Field:
      return out_.Append('(');
    case OriginStep::Kind::Array:
      return out_.Append("(*wp::address(");
    case OriginStep::Kind::View:
      return out_.Append("wp::view(");
    case OriginStep::Kind::Index:
      return out_.Append("(*wp::index(");
  }
}

void VariableWriter::StepTail(const OriginStep& step) {
  if (step.kind == OriginStep::Kind::Field) {
    out_.Append(").");
    return out_.Append(program_.symbols->Text(step.field));
  }
  out_.Append(", ");
  PrimalList(step.indices);
  step.kind == OriginStep::Kind::View ? out_.Append(')') : out_.Append("))");
}

void VariableWriter::Steps(const Origin& origin, size_t count, bool adjoint) {
  for (size_t i = count; i > 0; --i) StepHead(origin.steps[i - 1]);
  Root(origin, adjoint);
  for (size_t i = 0; i < count; ++i) StepTail(origin.steps[i]);
}

void VariableWriter::OriginPointer(const Origin& origin, bool adjoint) {
  if (origin.steps.empty()) {
    if (origin.root_is_reference_parameter) return Prefixed(origin.root, adjoint);
    out_.Append("&(");
    Prefixed(origin.root, adjoint);
    return out_.Append(')');
  }
  const OriginStep& last = origin.steps.back();
  if (TypeId cast = adjoint ? last.adjoint_pointer_type : last.pointer_type; cast) {
    out_.Append('(');
    out_.Append(spellings_.Cpp(cast));
    out_.Append("*)");
  }
  if (last.kind == OriginStep::Kind::Array || last.kind == OriginStep::Kind::Index) {
    last.kind == OriginStep::Kind::Array ? out_.Append("wp::address(") : out_.Append("wp::index(");
    Steps(origin, origin.steps.size() - 1, adjoint);
    out_.Append(", ");
    PrimalList(last.indices);
    return out_.Append(')');
  }
  out_.Append("&(");
  Steps(origin, origin.steps.size(), adjoint);
  out_.Append(')');
}

void VariableWriter::SlotAccesses(const Slot& slot) {
  for (const SlotAccess& access : slot.access) {
    switch (access.kind) {
      case SlotAccess::Kind::Row:
        out_.Append(".row_ref(");
        break;
      case SlotAccess::Kind::Element:
        out_.Append(".element_ref(");
        break;
      case SlotAccess::Kind::Component:
        out_.Append(".component_ref(");
        break;
      case SlotAccess::Kind::Field:
        out_.Append('.');
        out_.Append(program_.symbols->Text(access.field));
        continue;
    }
    Primal(access.first);
    if (access.kind == SlotAccess::Kind::Element) {
      out_.Append(", ");
      Primal(access.second);
    }
    out_.Append(')');
  }
}

void VariableWriter::SlotRoot(const Slot& slot) {
  if (!IsReference(*program_.types, program_.variables[slot.root].type)) return Primal(slot.root);
  out_.Append("*(");
  Primal(slot.root);
  out_.Append(')');
}

void VariableWriter::SlotLvalue(const Slot& slot) {
  out_.Append("wp::index(");
  SlotRoot(slot);
  PrimalTail(slot.indices);
  out_.Append(')');
  SlotAccesses(slot);
}

void VariableWriter::SlotAccessor(const Slot& slot) {
  out_.Append("[&](auto& _e) -> auto& { return _e");
  SlotAccesses(slot);
  out_.Append("; }");
}

TypeId VariableWriter::AfterStep(TypeId type, const OriginStep& step) const {
  const TypeTable& types = *program_.types;
  if (step.kind == OriginStep::Kind::Array) return types[type].element;
  if (step.kind == OriginStep::Kind::Field && (IsStruct(types, type) || IsNative(types, type))) {
    const StructField* field = types.structure(type).Find(program_.symbols->Text(step.field));
    Check(field != nullptr, "a path names a field that its struct lacks");
    return StripReference(types, field->type);
  }
  return type;
}

bool VariableWriter::SlotAdjointNeedsFallback(const Origin& origin) const {
  const TypeTable& types = *program_.types;
  TypeId type = StripReference(types, program_.variables[origin.root].type);
  for (const OriginStep& step : origin.steps) {
    if (step.kind == OriginStep::Kind::Index) return true;
    // Views of arrays of other families carry no gradient storage.
    bool is_plain = IsArray(types, type) &&
                    (types[type].family == ArrayFamily::Regular || types[type].family == ArrayFamily::Fixed);
    if (step.kind != OriginStep::Kind::Field && !is_plain) return true;
    type = AfterStep(type, step);
  }
  return false;
}

void VariableWriter::SlotAdjoint(const Slot& slot, OriginId origin_id) {
  if (!origin_id) return Adjoint(slot.root);
  const Origin& origin = program_.origins[origin_id];
  if (origin.steps.empty()) return Root(origin, true);
  if (SlotAdjointNeedsFallback(origin)) return Adjoint(slot.root);
  out_.Append("([&]() -> ");
  out_.Append(spellings_.CppValue(program_.variables[slot.root].type));
  out_.Append(" { auto slot_adj_0 = ");
  Root(origin, true);
  out_.Append("; ");
  uint32_t index = 0;
  for (const OriginStep& step : origin.steps) {
    if (step.kind != OriginStep::Kind::Field) {
      out_.Append("if (!slot_adj_");
      out_.AppendNumber(index);
      out_.Append(".data) return {}; ");
    }
    out_.Append("auto slot_adj_");
    out_.AppendNumber(index + 1);
    out_.Append(" = ");
    StepHead(step);
    out_.Append("slot_adj_");
    out_.AppendNumber(index);
    StepTail(step);
    out_.Append("; ");
    ++index;
  }
  out_.Append("return slot_adj_");
  out_.AppendNumber(index);
  out_.Append("; }())");
}

}  // namespace warpsmith
