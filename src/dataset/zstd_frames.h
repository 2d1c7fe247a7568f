// zstd, as frames in memory and as a stream of lines from a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace warpsmith {

/// One frame with a content size and a checksum; the same bytes for the same input and library.
Result<std::string> CompressFrame(std::string_view content, int level);

/// The content of exactly one frame that declares at most `limit` bytes.
Result<std::string> DecompressFrame(std::string_view frame, uint64_t limit);

/// Lines of a text file, plain or zstd-compressed (by its content, not its name).
class LineReader {
 public:
  static Result<std::unique_ptr<LineReader>> Open(const std::string& path);
  virtual ~LineReader() = default;
  /// Puts the next line, without its newline, into `line`; false at the end. Lines over 1 GiB are refused.
  virtual Result<bool> Next(std::string& line) = 0;
};

}  // namespace warpsmith
