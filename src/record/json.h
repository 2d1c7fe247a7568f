// Records as JSON, in the schema of docs/architecture.md: every column is a key, `metadata` is nested and begins with
// kernel_name, category, device, ir_type and has_backward. The writer is fast and the same bytes everywhere; the reader
// accepts any JSON of this schema and never trusts it.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "record/record.h"

namespace warpsmith {

struct RecordJsonOptions {
  /// Adds `ir`: the statement lines of the forward kernel's body, without indentation, comments and empty lines.
  bool ir_lines = false;
};

/// Appends `text` as a JSON string, quotes included. Bytes beyond ASCII are copied.
void AppendJsonString(std::string_view text, std::string& out);

/// Appends the record as one line of JSON, without a newline at the end.
void AppendRecordJson(const Record& record, const RecordJsonOptions& options, std::string& out);

/// The record of one JSON object. Keys that the schema does not name are ignored (`ir` among them); a missing or
/// mistyped one is an error that names it. The error carries no path: the caller knows it.
Result<Record> ParseRecordJson(std::string_view text);

}  // namespace warpsmith
