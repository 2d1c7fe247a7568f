#include "emit/spelled_program.h"

#include <algorithm>

#include "emit/constant_text.h"
#include "emit/statement_writer.h"

namespace warpsmith {
namespace {

/// Runs over the lanes and lets a StatementWriter spell what has not been spelled yet.
class LaneSpeller {
 public:
  LaneSpeller(const Program& program, const SpellOptions& options, TypeSpellings& spellings, SpellScratch& scratch,
              SpelledProgram& out)
      : program_(program),
        spellings_(spellings),
        scratch_(scratch),
        out_(out),
        lines_(out.text, options.directive_path, program.first_line),
        writer_(program, spellings, lines_) {}

  [[nodiscard]] size_t line_count() const { return lines_.count(); }
  void Declarations(bool with_dual);
  void PrimalDeclarations(bool with_gradients);
  void DualDeclarations();
  void Forward();
  void Replay();
  void Reverse();

 private:
  void CopyForward(StatementId id, SpelledLines& lines) {
    SpellScratch::Range range = scratch_.forward_lines[id.index];
    for (uint32_t i = range.begin; i < range.end; ++i) lines.push_back(out_.forward[i]);
  }

  const Program& program_;
  TypeSpellings& spellings_;
  SpellScratch& scratch_;
  SpelledProgram& out_;
  LineWriter lines_;
  StatementWriter writer_;
};

void LaneSpeller::Declarations(bool with_dual) {
  lines_.SetTarget(out_.primal);
  PrimalDeclarations(false);
  if (!with_dual) return;
  bool has_shared_tiles = std::any_of(program_.locals.begin(), program_.locals.end(), [&](VarId id) {
    return IsSharedTile(*program_.types, program_.variables[id].type);
  });
  if (has_shared_tiles) {
    lines_.SetTarget(out_.primal_in_reverse);
    PrimalDeclarations(true);
  }
  lines_.SetTarget(out_.dual);
  DualDeclarations();
}

void LaneSpeller::PrimalDeclarations(bool with_gradients) {
  TextBuffer& text = out_.text;
  VariableWriter names(program_, spellings_, text);
  const TypeTable& types = *program_.types;
  std::string initializer;
  for (VarId id : program_.locals) {
    const Variable& variable = program_.variables[id];
    lines_.Begin(0, variable.line);
    if (variable.constant) text.Append("const ");
    text.Append(spellings_.Cpp(variable.type));
    text.Append(' ');
    names.Primal(id);
    if (variable.constant) {
      text.Append(" = ");
      AppendConstant(*program_.constants, variable.constant, spellings_, text);
    } else if (IsTile(types, variable.type) || IsTileStack(types, variable.type)) {
      initializer.clear();
      AppendTileInitializer(types, variable.type, with_gradients, initializer);
      text.Append(" = ");
      text.Append(initializer);
    }
    text.Append(';');
    lines_.End();
  }
}

/// A tile in shared memory holds its gradient itself, so that its adjoint is another name for it; the adjoint of a
/// stack is never read.
void LaneSpeller::DualDeclarations() {
  TextBuffer& text = out_.text;
  VariableWriter names(program_, spellings_, text);
  const TypeTable& types = *program_.types;
  for (VarId id : program_.locals) {
    const Variable& variable = program_.variables[id];
    lines_.Begin(0, variable.line);
    text.Append(spellings_.CppValue(variable.type));
    if (IsSharedTile(types, variable.type)) {
      text.Append("& ");
      names.Adjoint(id);
      text.Append(" = ");
      names.Primal(id);
      text.Append(';');
    } else {
      text.Append(' ');
      names.Adjoint(id);
      text.Append(IsTile(types, variable.type) ? "{};" : IsTileStack(types, variable.type) ? ";" : " = {};");
    }
    lines_.End();
  }
}

void LaneSpeller::Forward() {
  lines_.SetTarget(out_.forward);
  scratch_.forward_lines.assign(program_.statements.size(), {});
  for (const LaneEntry& entry : scratch_.lanes.forward) {
    auto begin = static_cast<uint32_t>(out_.forward.size());
    writer_.Write(entry);
    if (entry.face == Face::Forward)
      scratch_.forward_lines[entry.statement.index] = {begin, static_cast<uint32_t>(out_.forward.size())};
  }
}

void LaneSpeller::Replay() {
  lines_.SetTarget(out_.replay);
  for (const LaneEntry& entry : scratch_.lanes.replay) {
    if (writer_.ReplaysForward(entry.statement)) {
      CopyForward(entry.statement, out_.replay);
    } else {
      writer_.Write(entry);
    }
  }
}

void LaneSpeller::Reverse() {
  lines_.SetTarget(out_.reverse);
  for (const LaneEntry& entry : scratch_.lanes.reverse) {
    if (entry.face == Face::Forward || (entry.face == Face::Replay && writer_.ReplaysForward(entry.statement))) {
      CopyForward(entry.statement, out_.reverse);
    } else {
      writer_.Write(entry);
    }
  }
}

}  // namespace

void SpellProgram(const Program& program, const SpellOptions& options, TypeSpellings& spellings, SpellScratch& scratch,
                  SpelledProgram& out) {
  out.text.Clear();
  out.text.Reserve(1);  // so that lines have storage to point at even where there are none
  for (SpelledLines* lines : {&out.primal, &out.primal_in_reverse, &out.dual, &out.forward, &out.replay, &out.reverse}) lines->clear();
  out.has_reverse = options.with_reverse;
  BuildLanes(program, options.with_reverse, scratch.lanes);
  LaneSpeller speller(program, options, spellings, scratch, out);
  speller.Declarations(options.with_reverse);
  speller.Forward();
  if (options.with_reverse) {
    speller.Replay();
    speller.Reverse();
  }
  out.has_multiline = CountNewlines(out.text.view()) != speller.line_count();
}

void AppendDirectivePath(std::string_view path, TextBuffer& out) {
  for (char c : path) {
    auto code = static_cast<unsigned char>(c);
    if (c == '\\') {
      out.Append('/');
    } else if (c == '"') {
      out.Append("\\\"");
    } else if (c == '\n') {
      out.Append("\\n");
    } else if (c == '\r') {
      out.Append("\\r");
    } else if (c == '\t') {
      out.Append("\\t");
    } else if (code < 32 || code == 127) {
      out.Append('\\');
      out.Append(static_cast<char>('0' + (code >> 6)));
      out.Append(static_cast<char>('0' + ((code >> 3) & 7)));
      out.Append(static_cast<char>('0' + (code & 7)));
    } else {
      out.Append(c);
    }
  }
}

}  // namespace warpsmith
