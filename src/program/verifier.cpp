#include "program/verifier.h"

#include <fmt/format.h>

#include <array>

namespace warpsmith {
namespace {

/// Which fields a kind of statement must have set.
enum Field : uint16_t {
  kA = 1,
  kB = 2,
  kList = 4,
  kSymbol = 8,
  kCall = 16,
  kSlot = 32,
  kConstant = 64,
  kLoop = 128,   // condition, body, label
  kLabel = 256,  // label below label_count
  kLine = 512,   // line inside the source
  kDeferral = 1024,
};

uint16_t RequiredFields(StatementKind kind) {
  using enum StatementKind;
  switch (kind) {
    case Comment:
      return kLine;
    case Call:
      return kCall;
    case AssignConstant:
      return kA | kConstant;
    case AssignText:
      return kA | kSymbol;
    case Compare:
      return kA | kList | kSymbol;
    case Copy:
    case Combine:
    case AddressOf:
    case AdjointStore:
    case ReferenceStore:
      return kA | kB;
    case GuardBegin:
    case GuardReverse:
    case CountedStart:
    case CountedStep:
      return kA;
    case GuardEnd:
    case ReturnDefault:
      return 0;
    case Return:
    case LoopStart:
    case Break:
    case Continue:
      return kLabel;
    case RangeTest:
    case CountedTest:
    case WhileTest:
      return kA | kLabel;
    case RangeLoop:
      return kA | kLoop | kLabel;
    case CountedLoop:
      return kA | kB | kLoop | kLabel;
    case WhileLoop:
      return kLoop | kLabel;
    case FieldAddress:
    case FieldStore:
      return kA | kB | kSymbol;
    case SlotAddress:
      return kA | kSlot;
    case SlotStore:
      return kB | kSlot;
    case SlotAtomic:
      return kB | kSlot | kSymbol;
    case Assert:
      return kA | kSymbol;
    case CallReverse:
      return kCall;
    case DeferredUpdate:
      return kB | kDeferral;
    case DeferredCount:
      return kA | kB | kCall | kDeferral;
    case SlotFill:
      return kA | kB | kSlot;
  }
  InternalError("unknown statement kind");
}

class Verifier {
 public:
  explicit Verifier(const Program& program)
      : program_(program),
        statement_seen_(program.statements.size()),
        block_seen_(program.blocks.size()),
        defined_(program.variables.size()) {}

  std::vector<std::string> Run();

 private:
  template <typename... Arguments>
  void Report(StatementId at, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    problems_.push_back(fmt::format("statement {} ({}): ", at.index, StatementKindName(program_.statements[at].kind)) +
                        fmt::format(text, std::forward<Arguments>(arguments)...));
  }
  template <typename... Arguments>
  void ReportProgram(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    problems_.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  void CheckVariables();
  void CheckBlock(BlockId id, BlockKind expected);
  void CheckStatement(StatementId id);
  void CheckFields(StatementId id, const Statement& statement);
  void CheckGuards(StatementId id, const Statement& statement, std::vector<StatementId>& open,
                   std::vector<StatementId>& closed);
  void CheckLoop(StatementId id, const Statement& loop);
  void CheckOperands(StatementId id, const Statement& statement);
  void CheckCall(StatementId id, const Call& call);
  void CheckSlot(StatementId id, SlotId slot);
  void CheckDeferred(StatementId id, const Statement& statement);
  void CheckUse(StatementId id, VarId variable);
  void CheckUses(StatementId id, ListId list) {
    for (VarId variable : program_.List(list)) CheckUse(id, variable);
  }
  void Define(StatementId id, VarId variable);
  void CheckCondition(StatementId id, const Statement& loop);

  const Program& program_;
  std::vector<std::string> problems_;
  std::vector<bool> statement_seen_, block_seen_, defined_;
  std::vector<uint32_t> loop_labels_, labels_;
};

void Verifier::CheckVariables() {
  for (size_t i = 0; i < program_.locals.size(); ++i) {
    VarId id = program_.locals[i];
    if (id.index >= program_.variables.size() || program_.variables[id].kind != VariableKind::Local ||
        program_.variables[id].number != i) {
      ReportProgram("local {} is not the local variable of that number", i);
    }
  }
  for (size_t i = 0; i < program_.parameters.size(); ++i) {
    VarId id = program_.parameters[i];
    if (id.index >= program_.variables.size() || program_.variables[id].kind != VariableKind::Parameter ||
        !program_.variables[id].name) {
      ReportProgram("parameter {} is no named parameter", i);
    }
  }
  for (uint32_t i = 0; i < program_.variables.size(); ++i) {
    const Variable& variable = program_.variables[VarId(i)];
    if (variable.origin && variable.origin.index >= program_.origins.size())
      ReportProgram("variable {} has an origin that does not exist", i);
    bool needs_base = variable.kind == VariableKind::Member || variable.kind == VariableKind::AdjointOf;
    // A base is made before what stands on it, which also rules out cycles.
    if (needs_base && !(variable.base && variable.base.index < i)) ReportProgram("variable {} lacks its base", i);
    bool needs_origin = variable.kind == VariableKind::Pointer || variable.kind == VariableKind::AdjointPointer ||
                        variable.kind == VariableKind::AdjointOrigin || variable.kind == VariableKind::Materialized;
    if (needs_origin && !variable.origin) ReportProgram("variable {} lacks its origin", i);
    bool needs_type = variable.kind == VariableKind::Local || variable.kind == VariableKind::Parameter;
    if (needs_type && !variable.type) ReportProgram("variable {} has no type", i);
    // Tiles have their storage from where they are declared; some calls take the one they fill as an argument.
    bool is_tile = variable.type && IsTile(*program_.types, variable.type);
    if (variable.constant || variable.kind != VariableKind::Local || is_tile) defined_[i] = true;
  }
}

void Verifier::Define(StatementId id, VarId variable) {
  if (!variable || variable.index >= program_.variables.size()) return Report(id, "defines no variable");
  defined_[variable.index] = true;
}

void Verifier::CheckUse(StatementId id, VarId variable) {
  if (!variable || variable.index >= program_.variables.size()) return Report(id, "uses no variable");
  while (program_.variables[variable].kind == VariableKind::Member) variable = program_.variables[variable].base;
  if (!defined_[variable.index])
    Report(id, "uses variable {} before any statement defines it", program_.variables[variable].number);
}

void Verifier::CheckCall(StatementId id, const Call& call) {
  if (!call.native_name) Report(id, "calls a function without a name");
  if (call.outputs.valid() == call.void_result) Report(id, "void_result contradicts its outputs");
  CheckUses(id, call.arguments);
  if (call.has_reverse) CheckUses(id, call.adjoint_arguments);
  for (VarId variable : program_.List(call.outputs)) Define(id, variable);
}

void Verifier::CheckSlot(StatementId id, SlotId slot_id) {
  if (slot_id.index >= program_.slots.size()) return Report(id, "has a slot that does not exist");
  const Slot& slot = program_.slots[slot_id];
  CheckUse(id, slot.root);
  CheckUses(id, slot.indices);
  for (const SlotAccess& access : slot.access) {
    if (access.kind == SlotAccess::Kind::Field) {
      if (!access.field) Report(id, "accesses a field without a name");
      continue;
    }
    CheckUse(id, access.first);
    if (access.kind == SlotAccess::Kind::Element) CheckUse(id, access.second);
  }
}

void Verifier::CheckDeferred(StatementId id, const Statement& statement) {
  CheckUse(id, statement.b);
  CheckUses(id, program_.deferrals[statement.deferral].indices);
  if (statement.call) CheckUses(id, program_.calls[statement.call].arguments);
  else if (statement.slot && statement.symbol) CheckSlot(id, statement.slot);
  else Report(id, "has nothing to do where updates are not deferred");
}

void Verifier::CheckFields(StatementId id, const Statement& statement) {
  uint16_t required = RequiredFields(statement.kind);
  if ((required & kA) && !statement.a) Report(id, "lacks a");
  if ((required & kB) && !statement.b) Report(id, "lacks b");
  if ((required & kList) && !statement.list) Report(id, "lacks its list");
  if ((required & kSymbol) && !statement.symbol) Report(id, "lacks its symbol");
  if ((required & kConstant) && !statement.constant) Report(id, "lacks its constant");
  if ((required & kCall) && statement.call.index >= program_.calls.size()) Report(id, "lacks its call");
  if ((required & kSlot) && !statement.slot) Report(id, "lacks its slot");
  if ((required & kDeferral) && statement.deferral.index >= program_.deferrals.size()) Report(id, "lacks its deferral");
  if ((required & kLabel) && statement.label >= program_.label_count) Report(id, "has a label out of range");
  if ((required & kLine) && static_cast<size_t>(statement.line) >= program_.source_lines.size())
    Report(id, "names line {} of {}", statement.line, program_.source_lines.size());
}

/// Uses come before definitions, in the order in which the forward text reads and writes.
void Verifier::CheckOperands(StatementId id, const Statement& statement) {
  using enum StatementKind;
  switch (statement.kind) {
    case Call:
      return CheckCall(id, program_.calls[statement.call]);
    case AssignConstant:
    case AssignText:
    case CountedStart:
      return Define(id, statement.a);
    case Compare: {
      CheckUses(id, statement.list);
      std::string_view operators = program_.symbols->Text(statement.symbol);
      size_t count = 1;
      for (char c : operators) count += c == ' ';
      if (program_.List(statement.list).size() != count + 1) Report(id, "has {} operators for its operands", count);
      return Define(id, statement.a);
    }
    case Copy:
    case AddressOf:
    case FieldAddress:
      CheckUse(id, statement.b);
      return Define(id, statement.a);
    case SlotAddress:
      CheckSlot(id, statement.slot);
      return Define(id, statement.a);
    case SlotStore:
    case SlotAtomic:
      CheckUse(id, statement.b);
      return CheckSlot(id, statement.slot);
    case CallReverse:
      return CheckUses(id, program_.calls[statement.call].arguments);
    case DeferredUpdate:
      return CheckDeferred(id, statement);
    case DeferredCount:
      CheckDeferred(id, statement);
      return Define(id, statement.a);
    case SlotFill:
      CheckUse(id, statement.b);
      CheckUse(id, statement.a);
      return CheckSlot(id, statement.slot);
    case Return:
      CheckUses(id, statement.list);
      return labels_.push_back(statement.label);
    case Combine:
    case AdjointStore:
    case ReferenceStore:
    case FieldStore:
      CheckUse(id, statement.b);
      return CheckUse(id, statement.a);
    case GuardBegin:
    case GuardReverse:
    case RangeTest:
    case CountedTest:
    case CountedStep:
    case WhileTest:
    case Assert:
      return CheckUse(id, statement.a);
    default:
      return;
  }
}

/// Guards nest, forward and reverse, and indent what they hold.
void Verifier::CheckGuards(StatementId id, const Statement& statement, std::vector<StatementId>& open,
                           std::vector<StatementId>& closed) {
  if (statement.kind == StatementKind::GuardBegin) return open.push_back(id);
  if (statement.kind == StatementKind::GuardEnd) {
    if (open.empty()) return Report(id, "closes no guard");
    if (program_.statements[open.back()].depth != statement.depth) Report(id, "is not indented like what it closes");
    closed.push_back(open.back());
    return open.pop_back();
  }
  if (statement.kind == StatementKind::GuardReverse) {
    if (closed.empty()) return Report(id, "reverses no guard");
    if (program_.statements[closed.back()].flag != statement.flag) Report(id, "negates what its guard does not");
    return closed.pop_back();
  }
  if (!open.empty() && statement.depth <= program_.statements[open.back()].depth)
    Report(id, "stands in a guard without being indented");
}

/// The condition block starts with its label and holds the test that leaves the loop.
void Verifier::CheckCondition(StatementId id, const Statement& loop) {
  const std::vector<StatementId>& statements = program_.blocks[loop.condition].statements;
  StatementKind wanted = loop.kind == StatementKind::RangeLoop     ? StatementKind::RangeTest
                         : loop.kind == StatementKind::CountedLoop ? StatementKind::CountedTest
                                                                   : StatementKind::WhileTest;
  if (program_.blocks[loop.condition].label != loop.label) Report(id, "has not the label of its condition block");
  if (statements.empty() || program_.statements[statements.front()].kind != StatementKind::LoopStart)
    Report(id, "has a condition that does not start with its label");
  bool tested = false;
  for (StatementId inner : statements) {
    const Statement& statement = program_.statements[inner];
    bool belongs = statement.kind == wanted || statement.kind == StatementKind::LoopStart;
    if (belongs && statement.label != loop.label) Report(inner, "has not the label of its loop");
    tested |= statement.kind == wanted;
  }
  if (!tested) Report(id, "is never left by its test");
}

void Verifier::CheckLoop(StatementId id, const Statement& loop) {
  size_t count = program_.blocks.size();
  if (loop.condition.index >= count || loop.body.index >= count) return Report(id, "lacks a block");
  bool is_while = loop.kind == StatementKind::WhileLoop;
  if (loop.kind == StatementKind::CountedLoop &&
      (loop.step == 0 || (loop.step > 0 ? loop.start >= loop.stop : loop.start <= loop.stop)))
    Report(id, "counts through nothing");
  labels_.push_back(loop.label);
  loop_labels_.push_back(loop.label);
  CheckBlock(loop.condition, is_while ? BlockKind::WhileCondition : BlockKind::ForCondition);
  CheckCondition(id, loop);
  CheckBlock(loop.body, BlockKind::Body);
  loop_labels_.pop_back();
}

void Verifier::CheckStatement(StatementId id) {
  const Statement& statement = program_.statements[id];
  size_t before = problems_.size();
  CheckFields(id, statement);
  if (problems_.size() != before) return;  // what follows would read fields that are not there
  CheckOperands(id, statement);
  if (RequiredFields(statement.kind) & kLoop) CheckLoop(id, statement);
  if (statement.kind == StatementKind::Break || statement.kind == StatementKind::Continue) {
    bool found = false;
    for (uint32_t label : loop_labels_) found |= label == statement.label;
    if (!found) Report(id, "jumps to a loop that it is not in");
  }
}

void Verifier::CheckBlock(BlockId id, BlockKind expected) {
  if (block_seen_[id.index]) return ReportProgram("block {} belongs to two loops", id.index);
  block_seen_[id.index] = true;
  const Block& block = program_.blocks[id];
  if (block.kind != expected) ReportProgram("block {} is not of the kind that its place asks for", id.index);
  std::vector<StatementId> open, closed;
  for (StatementId statement : block.statements) {
    if (statement.index >= program_.statements.size()) {
      ReportProgram("block {} lists a statement that does not exist", id.index);
      continue;
    }
    if (statement_seen_[statement.index]) Report(statement, "stands in two places");
    statement_seen_[statement.index] = true;
    CheckGuards(statement, program_.statements[statement], open, closed);
    CheckStatement(statement);
  }
  for (StatementId guard : open) Report(guard, "is never closed");
  for (StatementId guard : closed) Report(guard, "has no reverse");
  for (VarId variable : block.variables) {
    if (variable.index >= program_.variables.size() || program_.variables[variable].kind != VariableKind::Local)
      ReportProgram("block {} lists a variable that is no local", id.index);
  }
}

std::vector<std::string> Verifier::Run() {
  CheckVariables();
  if (!problems_.empty()) return std::move(problems_);
  if (!program_.root || program_.root.index >= program_.blocks.size()) return {"there is no root block"};
  CheckBlock(program_.root, BlockKind::Root);
  for (uint32_t i = 0; i < program_.statements.size(); ++i)
    if (!statement_seen_[i]) Report(StatementId(i), "stands in no block");
  for (uint32_t i = 0; i < program_.blocks.size(); ++i)
    if (!block_seen_[i]) ReportProgram("block {} belongs to no loop", i);
  std::vector<bool> taken(program_.label_count);
  for (uint32_t label : labels_) {
    if (taken[label]) ReportProgram("label {} is used twice", label);
    taken[label] = true;
  }
  return std::move(problems_);
}

}  // namespace

std::vector<std::string> VerifyProgram(const Program& program) { return Verifier(program).Run(); }

}  // namespace warpsmith
