#include "diagnostics/diagnostic.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include "base/check.h"

namespace warpsmith {
namespace {

struct KindRow {
  std::string_view name;
  Severity severity;
  std::string_view message;
};

constexpr KindRow kKinds[] = {
#define DIAGNOSTIC(Name, severity, message) {#Name, Severity::severity, message},
#include "diagnostics/diagnostic_kinds.def"
};

const KindRow& RowOf(DiagnosticKind kind) {
  Check(static_cast<size_t>(kind) < std::size(kKinds), "unknown diagnostic kind");
  return kKinds[static_cast<size_t>(kind)];
}

}  // namespace

std::string_view NameOf(DiagnosticKind kind) { return RowOf(kind).name; }
Severity SeverityOf(DiagnosticKind kind) { return RowOf(kind).severity; }
std::string_view MessageFormat(DiagnosticKind kind) { return RowOf(kind).message; }
uint32_t DiagnosticKindCount() { return static_cast<uint32_t>(std::size(kKinds)); }

std::string_view NameOf(Severity severity) {
  switch (severity) {
    case Severity::Content: return "error";
    case Severity::Rejected: return "rejected";
    case Severity::Unsupported: return "unsupported";
    case Severity::Note: return "note";
  }
  InternalError("unknown severity");
}

std::string FormatMessage(const Diagnostic& diagnostic) {
  fmt::dynamic_format_arg_store<fmt::format_context> arguments;
  for (const DiagnosticArgument& argument : diagnostic.arguments) {
    std::visit([&](const auto& value) { arguments.push_back(value); }, argument);
  }
  std::string_view format = MessageFormat(diagnostic.kind);
  // A row whose placeholders do not fit what was emitted is a bug; better a plain message than a lost diagnostic.
  try {
    return fmt::vformat(fmt::string_view(format.data(), format.size()), arguments);
  } catch (const fmt::format_error&) {
    return std::string(format);
  }
}

}  // namespace warpsmith
