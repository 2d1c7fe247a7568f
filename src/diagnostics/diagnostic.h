// What is wrong with an input, and where. Plain data: kind, place, arguments; text is made when it is rendered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "source/source_buffer.h"
#include "source/span.h"

namespace warpsmith {

enum class DiagnosticKind : uint16_t {
#define DIAGNOSTIC(Name, Severity, message) Name,
#include "diagnostics/diagnostic_kinds.def"
};

/// Whose fault it is. The first three are counted apart and never mixed up.
enum class Severity : uint8_t {
  Content,      // the input is damaged: a syntax error, bytes that are not UTF-8
  Rejected,     // Warp refuses it too
  Unsupported,  // Warp accepts it, we do not yet
  Note,         // belongs to the diagnostic before it
};

/// The kind's name as declared, e.g. "UnknownName".
[[nodiscard]] std::string_view NameOf(DiagnosticKind kind);
[[nodiscard]] Severity SeverityOf(DiagnosticKind kind);
[[nodiscard]] std::string_view NameOf(Severity severity);
/// The fmt format string of the kind.
[[nodiscard]] std::string_view MessageFormat(DiagnosticKind kind);
[[nodiscard]] uint32_t DiagnosticKindCount();

using DiagnosticArgument = std::variant<int64_t, double, std::string>;

/// A further place that explains a diagnostic.
struct DiagnosticLabel {
  Span span;
  std::string text;
};

/// `source` may be null where there is no text to show (a snapshot, an option); it must outlive the diagnostic.
struct Diagnostic {
  DiagnosticKind kind;
  const SourceBuffer* source = nullptr;
  Span span;
  std::vector<DiagnosticArgument> arguments;
  std::vector<DiagnosticLabel> labels;

  [[nodiscard]] Severity severity() const { return SeverityOf(kind); }
};

/// The message with its arguments filled in, without place or severity.
[[nodiscard]] std::string FormatMessage(const Diagnostic& diagnostic);

}  // namespace warpsmith
