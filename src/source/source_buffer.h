// The text of one Python file and where its lines are. Immutable after construction.
//
// A UTF-8 byte order mark is dropped, so that byte 0 is the first character as Python counts columns. Lines end at
// "\n", "\r\n" or "\r", as Python's tokenizer has it; line numbers count from 1, columns are UTF-8 bytes from 0.
// Text need not be valid UTF-8: that is an error of content, which the parser reports (FindInvalidUtf8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "source/span.h"

namespace warpsmith {

struct LineColumn {
  uint32_t line = 1;    // from 1
  uint32_t column = 0;  // bytes from the start of the line
  friend constexpr bool operator==(LineColumn, LineColumn) = default;
};

class SourceBuffer {
 public:
  /// Owns `text`. `path` is what comments and diagnostics show. Text is limited to 1 GiB (checked).
  static SourceBuffer FromText(std::string path, std::string text);
  /// Reads the file at `path`. Errors are those of the operating system.
  static Result<SourceBuffer> FromFile(const std::string& path);
  /// As above, but shows `shown_path` in comments and diagnostics.
  static Result<SourceBuffer> FromFile(const std::string& path, std::string shown_path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool had_byte_order_mark() const { return had_byte_order_mark_; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(text_.size()); }
  [[nodiscard]] uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }

  [[nodiscard]] std::string_view Text(Span span) const { return text().substr(span.begin, span.size()); }
  /// The line (from 1) that contains the byte at `offset`; the last line for offsets at or past the end.
  [[nodiscard]] uint32_t LineAt(uint32_t offset) const;
  [[nodiscard]] LineColumn Locate(uint32_t offset) const;
  /// The byte range of a line, without its line end. Lines out of range give an empty span at the end.
  [[nodiscard]] Span LineSpan(uint32_t line) const;
  [[nodiscard]] std::string_view LineText(uint32_t line) const { return Text(LineSpan(line)); }
  /// The offset of the first byte that is not part of valid UTF-8 (no overlong forms, no surrogates), if any.
  [[nodiscard]] std::optional<uint32_t> FindInvalidUtf8() const;

 private:
  SourceBuffer() = default;
  void IndexLines();

  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
  bool had_byte_order_mark_ = false;
};

}  // namespace warpsmith
