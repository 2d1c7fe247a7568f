// Encoding declarations of Python files (PEP 263).
#pragma once

#include <optional>

#include "diagnostics/sink.h"
#include "source/source_buffer.h"

namespace warpsmith {

/// The name in a `coding` comment on one of the first two lines, if there is one.
[[nodiscard]] std::optional<Span> FindEncodingDeclaration(const SourceBuffer& source);

/// Only UTF-8 is read, and text in ASCII alone where the declared encoding agrees on it. Emits what is wrong.
[[nodiscard]] bool CheckEncodingDeclaration(const SourceBuffer& source, DiagnosticSink& sink);

}  // namespace warpsmith
