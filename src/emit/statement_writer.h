// The text of single statements: one method a kind and face.
#pragma once

#include "adjoint/lanes.h"
#include "emit/spelled_program.h"
#include "emit/variable_text.h"

namespace warpsmith {

/// Collects lines: text goes to the shared buffer between Begin and End.
class LineWriter {
 public:
  LineWriter(TextBuffer& text, std::string_view directive_path, int32_t first_line)
      : text_(text), directive_path_(directive_path), first_line_(first_line) {}

  void SetTarget(SpelledLines& lines) { lines_ = &lines; }
  TextBuffer& text() { return text_; }

  /// Starts a line that stems from Python line `line` (relative; negative: none), indented `depth` steps, and writes the
  /// #line directive before it where directives are on and `directive` holds.
  void Begin(uint32_t depth, int32_t line, bool directive = true) {
    python_line_ = line < 0 ? -1 : line + first_line_;
    if (directive && line >= 0 && !directive_path_.empty()) [[unlikely]] Directive();
    begin_ = static_cast<uint32_t>(text_.size()) + kLineIndent;
    text_.AppendSpaces(kLineIndent + size_t{depth} * 4);
  }
  void End(LineKind kind = LineKind::Plain) {
    lines_->push_back({begin_, static_cast<uint32_t>(text_.size()) - begin_, python_line_, kind});
    text_.Append('\n');
    ++count_;
  }
  /// Lines written, directives included.
  [[nodiscard]] size_t count() const { return count_; }

 private:
  void Directive();

  TextBuffer& text_;
  std::string_view directive_path_;
  int32_t first_line_;
  SpelledLines* lines_ = nullptr;
  uint32_t begin_ = 0;
  int32_t python_line_ = -1;
  size_t count_ = 0;
};

class StatementWriter {
 public:
  StatementWriter(const Program& program, TypeSpellings& spellings, LineWriter& lines)
      : program_(program),
        spellings_(spellings),
        lines_(lines),
        text_(lines.text()),
        names_(program, spellings, lines.text()) {}

  /// Writes the lines of one entry of a lane.
  void Write(const LaneEntry& entry);

  /// Whether the replay text of a statement is its forward text.
  [[nodiscard]] bool ReplaysForward(StatementId id) const;

 private:
  void WriteForward(const Statement& statement);
  void WriteReplay(const Statement& statement);
  void WriteReverse(const Statement& statement);
  void WriteForwardClose(const Statement& loop);
  void WriteReverseOpen(const Statement& loop);
  void WriteZeroAdjoint(const Statement& loop, VarId variable);
  void WriteReverseClose(const Statement& loop);

  void Body(const Statement& statement);
  void WriteComment(const Statement& statement, bool adjoint);
  void WriteReturn(const Statement& statement, bool replay);
  void CallText(const Call& call, bool replay);
  void CompareText(const Statement& statement);
  void AssignmentText(const Statement& statement);
  void LoopText(const Statement& statement);
  void FieldAddressText(const Statement& statement);
  void SlotText(const Statement& statement);
  void CallArguments(const Call& call, ListId context);
  void GuardedCallText(const Call& call, bool replay);
  // Deterministic modes (deterministic_text.cpp).
  void DeferredText(const Statement& statement);
  void GuardedSlotText(const Statement& statement);
  void SlotFillText(const Statement& statement);
  void RecordHead(const Deferral& deferral);
  void RecordPlace(const Deferral& deferral);

  void CallReverse(const Statement& statement);
  void AdjointCallText(const Call& call);
  [[nodiscard]] const CallContext* ContextOf(const Call& call) const {
    return call.context ? &program_.call_contexts[call.context] : nullptr;
  }
  void AdjointArguments(const Call& call);
  void AdjointListArguments(const Call& call);
  void ReturnReverse(const Statement& statement);
  void FieldAddressReverse(const Statement& statement);
  void FieldStoreReverse(const Statement& statement);
  void SlotReverse(const Statement& statement);

  /// "for_3" or "while_3".
  void LoopLabel(bool is_while, uint32_t label);
  void Goto(std::string_view where, bool is_while, uint32_t label);
  void Assign(VarId target) {
    names_.Primal(target);
    text_.Append(" = ");
  }

  const Program& program_;
  TypeSpellings& spellings_;
  LineWriter& lines_;
  TextBuffer& text_;
  VariableWriter names_;
};

}  // namespace warpsmith
