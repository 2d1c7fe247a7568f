#include "emit/statement_writer.h"

#include "emit/constant_text.h"
#include "emit/utf8.h"

namespace warpsmith {

void LineWriter::Directive() {
  auto begin = static_cast<uint32_t>(text_.size());
  text_.Append("#line ");
  text_.AppendNumber(python_line_);
  text_.Append(" \"");
  text_.Append(directive_path_);
  text_.Append('"');
  lines_->push_back({begin, static_cast<uint32_t>(text_.size()) - begin, -1, LineKind::Directive});
  text_.Append('\n');
  ++count_;
}

void StatementWriter::Write(const LaneEntry& entry) {
  const Statement& statement = program_.statements[entry.statement];
  switch (entry.face) {
    case Face::Forward:
      return WriteForward(statement);
    case Face::Replay:
      return WriteReplay(statement);
    case Face::Reverse:
      return WriteReverse(statement);
    case Face::ForwardClose:
      return WriteForwardClose(statement);
    case Face::ReverseOpen:
      return WriteReverseOpen(statement);
    case Face::ZeroAdjoint:
      return WriteZeroAdjoint(statement, entry.variable);
    case Face::ReverseClose:
      return WriteReverseClose(statement);
  }
}

bool StatementWriter::ReplaysForward(StatementId id) const {
  const Statement& statement = program_.statements[id];
  if (statement.replay != ReplayMode::Same || statement.kind == StatementKind::Return) return false;
  if (statement.kind == StatementKind::DeferredUpdate) return false;
  if (statement.kind != StatementKind::Call) return true;
  const Call& call = program_.calls[statement.call];
  return !call.custom_replay && !call.context;
}

void StatementWriter::WriteForward(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::Comment:
      return WriteComment(statement, false);
    case StatementKind::Return:
      return WriteReturn(statement, false);
    case StatementKind::LoopStart:
      lines_.Begin(statement.flag ? 0 : statement.depth, statement.line, !statement.flag);
      text_.Append("start_");
      LoopLabel(statement.flag, statement.label);
      text_.Append(":;");
      return lines_.End();
    case StatementKind::WhileTest:
      lines_.Begin(0, statement.line, false);
      break;
    default:
      lines_.Begin(statement.depth, statement.line);
  }
  Body(statement);
  lines_.End();
}

void StatementWriter::WriteReplay(const Statement& statement) {
  if (statement.kind == StatementKind::Return) return WriteReturn(statement, true);
  lines_.Begin(statement.depth, statement.line);
  if (statement.replay == ReplayMode::Commented) text_.Append("// ");
  if (statement.kind == StatementKind::Call) GuardedCallText(program_.calls[statement.call], true);
  else if (statement.kind == StatementKind::DeferredUpdate) text_.Append("// deterministic scatter replay (skipped)");
  else Body(statement);
  lines_.End();
}

void StatementWriter::Body(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::Call:
      return GuardedCallText(program_.calls[statement.call], false);
    case StatementKind::Compare:
      return CompareText(statement);
    case StatementKind::AssignConstant:
    case StatementKind::AssignText:
    case StatementKind::Copy:
    case StatementKind::AdjointStore:
    case StatementKind::Combine:
    case StatementKind::ReferenceStore:
    case StatementKind::AddressOf:
    case StatementKind::FieldStore:
      return AssignmentText(statement);
    case StatementKind::FieldAddress:
      return FieldAddressText(statement);
    case StatementKind::SlotAddress:
    case StatementKind::SlotStore:
    case StatementKind::SlotAtomic:
      return statement.flag ? GuardedSlotText(statement) : SlotText(statement);
    case StatementKind::DeferredUpdate:
    case StatementKind::DeferredCount:
      return DeferredText(statement);
    case StatementKind::SlotFill:
      return SlotFillText(statement);
    case StatementKind::RangeTest:
    case StatementKind::CountedTest:
    case StatementKind::WhileTest:
    case StatementKind::CountedStart:
    case StatementKind::CountedStep:
    case StatementKind::Break:
    case StatementKind::Continue:
      return LoopText(statement);
    case StatementKind::GuardBegin:
      statement.flag ? text_.Append("if (!") : text_.Append("if (");
      names_.Primal(statement.a);
      return text_.Append(") {");
    case StatementKind::GuardEnd:
      return text_.Append('}');
    case StatementKind::ReturnDefault:
      return text_.Append("return {};");
    case StatementKind::Assert:
      text_.Append("assert(((void)\"");
      text_.Append(program_.symbols->Text(statement.symbol));
      text_.Append("\",");
      names_.Primal(statement.a);
      return text_.Append("));");
    default:
      InternalError("a statement without forward text stands in a forward lane");
  }
}

void StatementWriter::AssignmentText(const Statement& statement) {
  if (statement.kind == StatementKind::ReferenceStore) text_.Append('*');
  names_.Primal(statement.a);
  if (statement.kind == StatementKind::FieldStore) {
    text_.Append('.');
    text_.Append(program_.symbols->Text(statement.symbol));
  }
  text_.Append(" = ");
  switch (statement.kind) {
    case StatementKind::AssignConstant:
      AppendConstant(*program_.constants, statement.constant, spellings_, text_);
      break;
    case StatementKind::AssignText:
      text_.Append(program_.symbols->Text(statement.symbol));
      break;
    case StatementKind::Combine:
      names_.Primal(statement.a);
      statement.flag ? text_.Append(" || ") : text_.Append(" && ");
      names_.Primal(statement.b);
      break;
    case StatementKind::AddressOf:
      text_.Append("(wp::uint64)(");
      names_.Primal(statement.b);
      text_.Append(')');
      break;
    default:
      names_.Primal(statement.b);
  }
  text_.Append(';');
}

void StatementWriter::LoopText(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::RangeTest:
      text_.Append("if (iter_cmp(");
      names_.Primal(statement.a);
      text_.Append(") == 0) ");
      return Goto("end_", false, statement.label);
    case StatementKind::CountedTest:
      text_.Append("if (");
      names_.Primal(statement.a);
      statement.step > 0 ? text_.Append(" >= ") : text_.Append(" <= ");
      text_.AppendNumber(statement.stop);
      text_.Append(") ");
      return Goto("end_", false, statement.label);
    case StatementKind::WhileTest:
      text_.Append("if ((");
      names_.Primal(statement.a);
      text_.Append(") == false) ");
      return Goto("end_", true, statement.label);
    case StatementKind::CountedStart:
      Assign(statement.a);
      text_.AppendNumber(statement.start);
      return text_.Append(';');
    case StatementKind::CountedStep:
      names_.Primal(statement.a);
      text_.Append(" += ");
      text_.AppendNumber(statement.step);
      return text_.Append(';');
    default:
      return Goto(statement.kind == StatementKind::Break ? "end_" : "start_", statement.flag, statement.label);
  }
}

void StatementWriter::WriteComment(const Statement& statement, bool adjoint) {
  auto index = static_cast<size_t>(statement.line);
  Check(index < program_.source_lines.size(), "a comment names a line outside the function");
  std::string_view source = StripPython(program_.source_lines[index]);
  lines_.Begin(statement.depth, statement.line, false);
  adjoint ? text_.Append("// adj: ") : text_.Append("// ");
  text_.Append(source);
  size_t width = CountCodePoints(source) + size_t{statement.depth} * 4;
  if (width < 80) text_.AppendSpaces(80 - width);
  adjoint ? text_.Append("  <L ") : text_.Append("       <L ");
  text_.AppendNumber(statement.line + program_.first_line);
  text_.Append('>');
  lines_.End();
}

void StatementWriter::WriteReturn(const Statement& statement, bool replay) {
  std::span<const VarId> values = program_.List(statement.list);
  if (values.size() > 1) {
    for (size_t i = 0; i < values.size(); ++i) {
      lines_.Begin(statement.depth, statement.line);
      text_.Append("ret_");
      text_.AppendNumber(i);
      text_.Append(" = ");
      names_.Primal(values[i]);
      text_.Append(';');
      lines_.End();
    }
  }
  lines_.Begin(statement.depth, statement.line);
  if (replay) {
    text_.Append("goto label");
    text_.AppendNumber(statement.label);
    text_.Append(';');
    return lines_.End();
  }
  if (values.size() == 1) {
    text_.Append("return ");
    names_.Primal(values[0]);
    text_.Append(';');
    return lines_.End();
  }
  text_.Append("return;");
  lines_.End(LineKind::BareReturn);
}

void StatementWriter::CallText(const Call& call, bool replay) {
  std::span<const VarId> outputs = program_.List(call.outputs);
  if (outputs.size() == 1) Assign(outputs[0]);
  text_.Append(call.function_namespace);
  if (replay && call.custom_replay && outputs.size() <= 1) text_.Append("replay_");
  text_.Append(program_.symbols->Text(call.native_name));
  if (call.template_arguments) text_.Append(program_.symbols->Text(call.template_arguments));
  call.initializer_list ? text_.Append("({") : text_.Append('(');
  const CallContext* context = ContextOf(call);
  CallArguments(call, context == nullptr ? ListId() : replay ? context->replay_arguments : context->arguments);
  call.initializer_list ? text_.Append("});") : text_.Append(");");
}

/// Arguments, those of a deterministic mode, and results where there are several.
void StatementWriter::CallArguments(const Call& call, ListId context) {
  bool has_results = program_.List(call.outputs).size() > 1, first = true;
  for (ListId list : {call.arguments, context, has_results ? call.outputs : ListId()}) {
    if (!list) continue;
    if (!first) text_.Append(", ");
    first = false;
    names_.PrimalList(list);
  }
}

void StatementWriter::CompareText(const Statement& statement) {
  std::span<const VarId> values = program_.List(statement.list);
  std::string_view operators = program_.symbols->Text(statement.symbol);
  Assign(statement.a);
  for (size_t i = 1; i < values.size(); ++i) text_.Append('(');
  for (size_t i = 1; i < values.size(); ++i) {
    size_t end = operators.find(' ');
    if (i > 1) text_.Append(" && (");
    names_.Primal(values[i - 1]);
    text_.Append(' ');
    text_.Append(operators.substr(0, end));
    text_.Append(' ');
    names_.Primal(values[i]);
    i > 1 ? text_.Append("))") : text_.Append(')');
    operators.remove_prefix(end == std::string_view::npos ? operators.size() : end + 1);
  }
  text_.Append(';');
}

void StatementWriter::FieldAddressText(const Statement& statement) {
  Assign(statement.a);
  if (statement.origin) {
    names_.OriginPointer(program_.origins[statement.origin], false);
    return text_.Append(';');
  }
  if (statement.type) text_.Append("(wp::uint64*)");
  text_.Append("&(");
  names_.Primal(statement.b);
  IsReference(*program_.types, program_.variables[statement.b].type) ? text_.Append("->") : text_.Append('.');
  text_.Append(program_.symbols->Text(statement.symbol));
  text_.Append(");");
}

void StatementWriter::SlotText(const Statement& statement) {
  const Slot& slot = program_.slots[statement.slot];
  switch (statement.kind) {
    case StatementKind::SlotAddress:
      Assign(statement.a);
      text_.Append("&(");
      names_.SlotLvalue(slot);
      return text_.Append(");");
    case StatementKind::SlotStore:
      text_.Append("wp::store(&(");
      names_.SlotLvalue(slot);
      text_.Append("), ");
      names_.Primal(statement.b);
      return text_.Append(");");
    default:
      text_.Append("wp::array_atomic_");
      text_.Append(program_.symbols->Text(statement.symbol));
      text_.Append("_slot(");
      names_.SlotRoot(slot);
      text_.Append(", ");
      names_.Primal(statement.b);
      text_.Append(", ");
      names_.SlotAccessor(slot);
      names_.PrimalTail(slot.indices);
      return text_.Append(");");
  }
}

void StatementWriter::LoopLabel(bool is_while, uint32_t label) {
  is_while ? text_.Append("while_") : text_.Append("for_");
  text_.AppendNumber(label);
}

void StatementWriter::Goto(std::string_view where, bool is_while, uint32_t label) {
  text_.Append("goto ");
  text_.Append(where);
  LoopLabel(is_while, label);
  text_.Append(';');
}

void StatementWriter::WriteForwardClose(const Statement& loop) {
  bool is_while = loop.kind == StatementKind::WhileLoop;
  lines_.Begin(is_while ? 0 : loop.depth + 1u, loop.line, !is_while);
  Goto("start_", is_while, loop.label);
  lines_.End();
  lines_.Begin(is_while ? 0 : loop.depth, loop.line, !is_while);
  text_.Append("end_");
  LoopLabel(is_while, loop.label);
  text_.Append(":;");
  lines_.End();
}

}  // namespace warpsmith
