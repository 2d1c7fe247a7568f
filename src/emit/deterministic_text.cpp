// The text of Warp's deterministic modes: macros that record an update or skip an effect where the kernel runs
// deterministically, and make it as usual elsewhere.
#include "emit/module_writer.h"
#include "emit/statement_writer.h"

namespace warpsmith {

void StatementWriter::GuardedCallText(const Call& call, bool replay) {
  const CallContext* context = ContextOf(call);
  CallContext::Guard guard = context == nullptr ? CallContext::Guard::None : context->guard;
  if (guard == CallContext::Guard::Effect) {
    text_.Append("WP_DET_SIDE_EFFECT_IF_ACTIVE(det_ctx, ");
    CallText(call, replay);
    text_.Append(");");
  } else if (guard == CallContext::Guard::Store && !replay) {
    text_.Append("WP_DET_STORE_IF_ACTIVE(det_ctx, ");
    names_.PrimalList(call.arguments);
    text_.Append(");");
  } else {
    CallText(call, replay);
  }
}

void StatementWriter::GuardedSlotText(const Statement& statement) {
  if (statement.kind == StatementKind::SlotStore) {
    text_.Append("WP_DET_SLOT_STORE_IF_ACTIVE(det_ctx, ");
    names_.SlotLvalue(program_.slots[statement.slot]);
    text_.Append(", ");
    names_.Primal(statement.b);
  } else {
    text_.Append("WP_DET_SIDE_EFFECT_IF_ACTIVE(det_ctx, ");
    SlotText(statement);
  }
  text_.Append(");");
}

/// The macro up to the recorded value; the place of an element counts elements from the array's first.
void StatementWriter::RecordHead(const Deferral& deferral) {
  text_.Append("WP_DET_SCATTER_OR_FALLBACK(det_ctx, ");
  RecordPlace(deferral);
}

void StatementWriter::RecordPlace(const Deferral& deferral) {
  text_.Append(program_.symbols->Text(deferral.helper));
  text_.Append(", ((");
  auto array = [&] { deferral.adjoint ? names_.Adjoint(deferral.array) : names_.Primal(deferral.array); };
  uint32_t axis = 0;
  for (VarId index : program_.List(deferral.indices)) {
    if (axis != 0) text_.Append(" + ");
    text_.Append("((");
    names_.Primal(index);
    text_.Append(" < 0) ? (");
    names_.Primal(index);
    text_.Append(" + ");
    array();
    text_.Append(".shape[");
    text_.AppendNumber(axis);
    text_.Append("]) : ");
    names_.Primal(index);
    text_.Append(") * ");
    array();
    text_.Append(".strides[");
    text_.AppendNumber(axis++);
    text_.Append(']');
  }
  text_.Append(") / static_cast<int>(sizeof(");
  text_.Append(spellings_.Cpp(deferral.element));
  text_.Append("))), ");
}

void StatementWriter::DeferredText(const Statement& statement) {
  const Deferral& deferral = program_.deferrals[statement.deferral];
  if (statement.kind == StatementKind::DeferredCount) {
    text_.Append("WP_DET_COUNTER_OR_FALLBACK(");
    names_.Primal(statement.a);
    text_.Append(", det_ctx, ");
    RecordPlace(deferral);
    names_.Primal(statement.b);
  } else {
    RecordHead(deferral);
    if (statement.flag) text_.Append("(-");
    names_.Primal(statement.a ? statement.a : statement.b);
    if (statement.flag) text_.Append(')');
  }
  text_.Append(", ");
  statement.call ? CallText(program_.calls[statement.call], false) : SlotText(statement);
  text_.Append(");");
}

void StatementWriter::SlotFillText(const Statement& statement) {
  names_.Primal(statement.a);
  names_.SlotAccesses(program_.slots[statement.slot]);
  text_.Append(" = ");
  if (statement.flag) text_.Append("-(");
  names_.Primal(statement.b);
  statement.flag ? text_.Append(");") : text_.Append(';');
}

// ---- parameters --------------------------------------------------------------------------------------------------

void ModuleWriter::DeferredType(const DeferredParameter& parameter) {
  if (parameter.is_counter) return out_.Append("wp::det_counter_buf_t");
  out_.Append("wp::det_scatter_buf_t<");
  out_.Append(spellings_.Cpp(parameter.value));
  out_.Append('>');
}

void ModuleWriter::DeferredKernelParameters(const Program& program) {
  if (!program.is_deterministic) return;
  out_.Append(",\n    int _wp_det_phase,\n    int _wp_det_debug,\n    int* _wp_det_overflow");
  for (const DeferredParameter& parameter : program.deferred_parameters) {
    out_.Append(",\n    ");
    DeferredType(parameter);
    out_.Append(" _wp_");
    out_.Append(program.symbols->Text(parameter.name));
  }
}

/// What a kernel's body calls det_ctx and the recorders: on the CPU they record nothing.
void ModuleWriter::DeferredLocals(const Program& program) {
  if (!program.is_deterministic) return;
  cuda() ? DeferredLocalsCuda(program) : out_.Append("    wp::det_ctx det_ctx{1, 0, 0, nullptr, nullptr, 0};\n");
  for (const DeferredParameter& parameter : program.deferred_parameters) {
    out_.Append("    ");
    cuda() ? out_.Append("auto&") : DeferredType(parameter);
    out_.Append(' ');
    out_.Append(program.symbols->Text(parameter.name));
    if (cuda()) {
      out_.Append(" = _wp_");
      out_.Append(program.symbols->Text(parameter.name));
      out_.Append(";\n");
    } else {
      parameter.is_counter ? out_.Append("{nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0, "
                                         "wp::array_t<int>{}, 0};\n")
                           : out_.Append("{nullptr, nullptr, nullptr, 0};\n");
    }
  }
}

void ModuleWriter::DeferredLocalsCuda(const Program& program) {
  uint32_t counters = 0;
  for (const DeferredParameter& parameter : program.deferred_parameters) counters += parameter.is_counter;
  if (counters == 0)
    return out_.Append("    wp::det_ctx det_ctx{_wp_det_phase, _wp_det_debug, _idx, _wp_det_overflow, nullptr, 0};\n");
  out_.Append("    wp::array_t<int> _wp_det_counter_targets[");
  out_.AppendNumber(counters);
  out_.Append("] = {");
  bool first = true;
  for (const DeferredParameter& parameter : program.deferred_parameters) {
    if (!parameter.is_counter) continue;
    first ? out_.Append("_wp_") : out_.Append(", _wp_");
    first = false;
    out_.Append(program.symbols->Text(parameter.name));
    out_.Append(".target");
  }
  out_.Append("};\n    wp::det_ctx det_ctx{_wp_det_phase, _wp_det_debug, _idx, _wp_det_overflow, "
              "_wp_det_counter_targets, ");
  out_.AppendNumber(counters);
  out_.Append("};\n");
}

}  // namespace warpsmith
