// Diagnostics as text for people and as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace warpsmith {

struct RenderOptions {
  bool color = false;
};

/// `path:line:column: severity: message [Kind]`, then the line of text with carets under the span, then the labels
/// likewise. Columns count characters from 1. Ends with a newline.
[[nodiscard]] std::string Render(const Diagnostic& diagnostic, RenderOptions options = {});
[[nodiscard]] std::string Render(const std::vector<Diagnostic>& diagnostics, RenderOptions options = {});

/// A JSON array of objects with keys kind, severity, message, and where there is a source path, line, column, end_line,
/// end_column (columns in UTF-8 bytes from 0), labels.
[[nodiscard]] std::string RenderJson(const std::vector<Diagnostic>& diagnostics);

}  // namespace warpsmith
