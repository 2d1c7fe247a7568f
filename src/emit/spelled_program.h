// A program as lines of text, without the indentation and frame that the device and the kind of function decide. It is
// computed once; the text of both devices, and of records, copies its lines. A line may stand in several places (the
// replay lane mostly repeats the forward lane), so lines refer to one shared text.
#pragma once

#include <string_view>
#include <vector>

#include "adjoint/lanes.h"
#include "emit/text_buffer.h"
#include "emit/type_spellings.h"
#include "program/program.h"

namespace warpsmith {

enum class LineKind : uint8_t {
  Plain,
  Directive,   // #line: never indented
  BareReturn,  // "return;", which a grid-stride kernel writes as "continue;"
};

/// Spaces in front of each line that is no directive, as most lines are indented: with its newline behind it, a run of lines
/// that follow each other can be copied at once.
inline constexpr uint32_t kLineIndent = 4;

/// A line of text, without these spaces and the newline. Text from a multi-line Python statement may hold newlines inside.
struct SpelledLine {
  uint32_t begin = 0;
  uint32_t length = 0;
  int32_t python_line = -1;  // line in the file; -1 none
  LineKind kind = LineKind::Plain;
};

using SpelledLines = std::vector<SpelledLine>;

struct SpelledProgram {
  TextBuffer text;
  SpelledLines primal;   // declarations of the variables
  SpelledLines primal_in_reverse;  // likewise in the adjoint, where tiles have gradients; empty: as `primal`
  SpelledLines dual;     // declarations of their adjoints
  SpelledLines forward;
  SpelledLines replay;
  SpelledLines reverse;
  bool has_reverse = false;
  /// Whether some line holds newlines inside.
  bool has_multiline = false;
};

struct SpellOptions {
  bool with_reverse = true;
  /// Path for #line directives as it stands between the quotes; empty: no directives.
  std::string_view directive_path;
};

/// Storage that spelling reuses from one program to the next.
struct SpellScratch {
  struct Range {
    uint32_t begin = 0, end = 0;
  };
  Lanes lanes;
  std::vector<Range> forward_lines;  // by statement: its lines in `forward`
};

/// Spells `program` into `out`, whose storage is reused.
void SpellProgram(const Program& program, const SpellOptions& options, TypeSpellings& spellings, SpellScratch& scratch,
                  SpelledProgram& out);

/// `path` as it stands between the quotes of a #line directive.
void AppendDirectivePath(std::string_view path, TextBuffer& out);

}  // namespace warpsmith
