// The reverse faces of statements and loops.
#include "base/ranges.h"
#include "emit/statement_writer.h"

namespace warpsmith {

void StatementWriter::WriteReverse(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::Comment:
      return WriteComment(statement, true);
    case StatementKind::Call:
    case StatementKind::CallReverse:
      return CallReverse(statement);
    case StatementKind::GuardBegin:
      lines_.Begin(statement.depth, statement.line);
      text_.Append('}');
      return lines_.End();
    case StatementKind::GuardReverse:
      lines_.Begin(statement.depth, statement.line);
      statement.flag ? text_.Append("if (!") : text_.Append("if (");
      names_.Primal(statement.a);
      text_.Append(") {");
      return lines_.End();
    case StatementKind::Return:
      return ReturnReverse(statement);
    case StatementKind::FieldAddress:
      return FieldAddressReverse(statement);
    case StatementKind::FieldStore:
      return FieldStoreReverse(statement);
    case StatementKind::SlotStore:
    case StatementKind::SlotAtomic:
      return SlotReverse(statement);
    default:
      InternalError("a statement without reverse text stands in a reverse lane");
  }
}

void StatementWriter::CallReverse(const Statement& statement) {
  const Call& call = program_.calls[statement.call];
  for (VarId id : program_.List(call.reverse_prelude)) {
    lines_.Begin(statement.depth, statement.line);
    text_.Append("auto ");
    names_.Primal(id);
    text_.Append(" = ");
    names_.OriginLvalue(program_.origins[program_.variables[id].origin], true);
    text_.Append(';');
    lines_.End();
  }
  lines_.Begin(statement.depth, statement.line);
  const CallContext* context = ContextOf(call);
  if (context != nullptr && context->reverse_deferral) {
    RecordHead(program_.deferrals[context->reverse_deferral]);
    names_.Adjoint(program_.List(call.outputs)[0]);
    text_.Append(", ");
    AdjointCallText(call);
    text_.Append(");");
  } else {
    AdjointCallText(call);
  }
  lines_.End();
}

void StatementWriter::AdjointCallText(const Call& call) {
  text_.Append(call.function_namespace);
  text_.Append("adj_");
  text_.Append(program_.symbols->Text(call.native_name));
  if (call.reverse_has_template_arguments && call.template_arguments)
    text_.Append(program_.symbols->Text(call.template_arguments));
  text_.Append('(');
  call.initializer_list ? AdjointListArguments(call) : AdjointArguments(call);
  text_.Append(");");
}

/// Arguments, results where wanted, adjoints of the arguments, adjoints of the results.
void StatementWriter::AdjointArguments(const Call& call) {
  bool first = true;
  auto separate = [&] {
    if (!first) text_.Append(", ");
    first = false;
  };
  for (VarId id : program_.List(call.arguments)) {
    separate();
    names_.Primal(id);
  }
  if (const CallContext* context = ContextOf(call); context != nullptr) {
    for (VarId id : program_.List(context->reverse_arguments)) {
      separate();
      names_.Primal(id);
    }
  }
  std::span<const VarId> outputs = program_.List(call.outputs);
  if (call.reverse_has_outputs && (call.require_original_output || outputs.size() > 1)) {
    for (VarId id : outputs) {
      separate();
      names_.Primal(id);
    }
  }
  for (VarId id : program_.List(call.adjoint_arguments)) {
    separate();
    names_.Adjoint(id);
  }
  for (VarId id : outputs) {
    separate();
    names_.Adjoint(id);
  }
}

/// The same, arguments and their adjoints as initialiser lists.
void StatementWriter::AdjointListArguments(const Call& call) {
  std::span<const VarId> outputs = program_.List(call.outputs);
  text_.Append('{');
  names_.PrimalList(call.arguments);
  text_.Append('}');
  if (outputs.size() > 1) {
    text_.Append(", {");
    if (call.reverse_has_outputs) names_.PrimalList(call.outputs);
    text_.Append('}');
  }
  text_.Append(", {");
  bool first = true;
  for (VarId id : program_.List(call.adjoint_arguments)) {
    if (!first) text_.Append(", ");
    first = false;
    names_.AdjointAddress(id);
  }
  text_.Append('}');
  for (VarId id : outputs) {
    text_.Append(", ");
    names_.Adjoint(id);
  }
}

void StatementWriter::ReturnReverse(const Statement& statement) {
  lines_.Begin(statement.depth, statement.line);
  text_.Append("label");
  text_.AppendNumber(statement.label);
  text_.Append(":;");
  lines_.End();
  std::span<const VarId> values = program_.List(statement.list);
  for (size_t i = values.size(); i-- > 0;) {
    lines_.Begin(statement.depth, statement.line);
    names_.Adjoint(values[i]);
    text_.Append(" += adj_ret");
    if (values.size() > 1) {
      text_.Append('_');
      text_.AppendNumber(i);
    }
    text_.Append(';');
    lines_.End();
  }
}

void StatementWriter::FieldAddressReverse(const Statement& statement) {
  lines_.Begin(statement.depth, statement.line);
  names_.Adjoint(statement.b);
  text_.Append('.');
  text_.Append(program_.symbols->Text(statement.symbol));
  statement.flag ? text_.Append(" += ") : text_.Append(" = ");
  if (statement.type) {
    text_.Append('(');
    text_.Append(spellings_.Cpp(statement.type));
    text_.Append("*)");
  }
  names_.Adjoint(statement.a);
  text_.Append(';');
  lines_.End();
}

void StatementWriter::FieldStoreReverse(const Statement& statement) {
  auto field = [&] {
    names_.Adjoint(statement.a);
    text_.Append('.');
    text_.Append(program_.symbols->Text(statement.symbol));
  };
  if (statement.flag) {
    lines_.Begin(statement.depth, statement.line);
    names_.Adjoint(statement.b);
    text_.Append(" += ");
    field();
    text_.Append(';');
    lines_.End();
  }
  lines_.Begin(statement.depth, statement.line);
  field();
  text_.Append(" = {};");
  lines_.End();
}

void StatementWriter::SlotReverse(const Statement& statement) {
  const Slot& slot = program_.slots[statement.slot];
  lines_.Begin(statement.depth, statement.line);
  text_.Append("wp::adj_array_");
  if (statement.kind == StatementKind::SlotAtomic) {
    text_.Append("atomic_");
    text_.Append(program_.symbols->Text(statement.symbol));
  } else {
    text_.Append("store");
  }
  text_.Append("_slot(");
  names_.SlotRoot(slot);
  text_.Append(", ");
  names_.SlotAdjoint(slot, statement.origin);
  text_.Append(", ");
  names_.Adjoint(statement.b);
  text_.Append(", ");
  names_.SlotAccessor(slot);
  names_.PrimalTail(slot.indices);
  text_.Append(");");
  lines_.End();
}

void StatementWriter::WriteReverseOpen(const Statement& loop) {
  lines_.Begin(loop.depth, loop.line, false);
  if (loop.kind == StatementKind::RangeLoop) {
    Assign(loop.a);
    text_.Append("wp::iter_reverse(");
    names_.Primal(loop.a);
    text_.Append(");");
    return lines_.End();
  }
  uint64_t length = loop.step != 0 ? RangeLength(loop.start, loop.stop, loop.step) : 0;
  Check(length > 0, "empty counted loop");
  Assign(loop.a);
  text_.AppendNumber(RangeValue(loop.start, loop.step, length - 1));
  text_.Append(';');
  lines_.End();

  lines_.Begin(loop.depth, loop.line, false);
  text_.Append("start_");
  LoopLabel(false, loop.label);
  text_.Append(":;");
  lines_.End();

  lines_.Begin(loop.depth, loop.line, false);
  text_.Append("\tif (");
  names_.Primal(loop.a);
  loop.step > 0 ? text_.Append(" < ") : text_.Append(" > ");
  text_.AppendNumber(loop.start);
  text_.Append(") ");
  Goto("end_", false, loop.label);
  lines_.End();

  lines_.Begin(loop.depth, loop.line, false);
  text_.Append('\t');
  Assign(loop.b);
  names_.Primal(loop.a);
  text_.Append(';');
  lines_.End();

  lines_.Begin(loop.depth, loop.line, false);
  text_.Append('\t');
  names_.Primal(loop.a);
  text_.Append(" -= ");
  text_.AppendNumber(loop.step);
  text_.Append(';');
  lines_.End();
}

void StatementWriter::WriteZeroAdjoint(const Statement& loop, VarId variable) {
  const TypeInfo& info = (*program_.types)[program_.variables[variable].type];
  bool is_tile = info.kind == TypeKind::Tile;
  if (is_tile && !info.tile.owner) return;  // the gradient of a view is that of the tile it shows
  bool is_while = loop.kind == StatementKind::WhileLoop;
  lines_.Begin(is_while ? 0 : loop.depth, loop.line, false);
  if (!is_while) text_.Append('\t');
  names_.Adjoint(variable);
  is_tile ? text_.Append(".grad_zero();") : text_.Append(" = {};");
  lines_.End();
}

void StatementWriter::WriteReverseClose(const Statement& loop) {
  bool is_while = loop.kind == StatementKind::WhileLoop;
  uint32_t depth = is_while ? 0 : loop.depth;
  lines_.Begin(depth, loop.line, false);
  if (!is_while) text_.Append('\t');
  Goto("start_", is_while, loop.label);
  lines_.End();
  lines_.Begin(depth, loop.line, false);
  text_.Append("end_");
  LoopLabel(is_while, loop.label);
  text_.Append(":;");
  lines_.End();
}

}  // namespace warpsmith
