// Diagnostics as text for people and as JSON for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace warpsmith {

struct RenderOptions {
  bool color = false;
};

/// `path:line:column: severity: message [Kind]`, then the line of text with carets under the span, then the labels
/// likewise. Columns count characters from 1. Control characters and what is not UTF-8 show as U+FFFD. Ends with a
/// newline.
[[nodiscard]] std::string Render(const Diagnostic& diagnostic, RenderOptions options = {});
[[nodiscard]] std::string Render(const std::vector<Diagnostic>& diagnostics, RenderOptions options = {});

/// A JSON array of objects with keys kind, severity, message, and where there is a source path, line, column, end_line,
/// end_column (columns in UTF-8 bytes from 0), labels.
[[nodiscard]] std::string RenderJson(const std::vector<Diagnostic>& diagnostics);

/// `text` as a JSON string with its quotes. What is not UTF-8 becomes U+FFFD.
[[nodiscard]] std::string JsonString(std::string_view text);

}  // namespace warpsmith
