#include "source/source_buffer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <algorithm>
#include <memory>
#include <utility>

#include "source/utf8.h"

namespace warpsmith {
namespace {

constexpr size_t kMaxSize = size_t{1} << 30;

Status FileError(const std::string& path, int error) {
  return Status::Error("cannot read " + path + ": " + std::strerror(error));
}

}  // namespace

SourceBuffer SourceBuffer::FromText(std::string path, std::string text) {
  Check(text.size() < kMaxSize, "source text of 1 GiB or more");
  SourceBuffer buffer;
  buffer.path_ = std::move(path);
  buffer.text_ = std::move(text);
  buffer.had_byte_order_mark_ = buffer.text_.starts_with("\xEF\xBB\xBF");
  if (buffer.had_byte_order_mark_) buffer.text_.erase(0, 3);
  buffer.IndexLines();
  return buffer;
}

Result<SourceBuffer> SourceBuffer::FromFile(const std::string& path) { return FromFile(path, path); }

Result<SourceBuffer> SourceBuffer::FromFile(const std::string& path, std::string shown_path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return FileError(path, errno);
  std::string text;
  char block[1 << 16];
  while (size_t count = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, count);
    if (text.size() >= kMaxSize) return Status::Error("cannot read " + path + ": larger than 1 GiB");
  }
  if (std::ferror(file.get())) return FileError(path, errno);
  return FromText(std::move(shown_path), std::move(text));
}

void SourceBuffer::IndexLines() {
  line_starts_.reserve(text_.size() / 32 + 2);
  line_starts_.push_back(0);
  const char* data = text_.data();
  const char* end = data + text_.size();
  bool has_returns = std::memchr(data, '\r', text_.size()) != nullptr;
  for (const char* at = data; at < end;) {
    if (!has_returns) {
      at = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
      if (at == nullptr) break;
    } else {
      at = std::find_if(at, end, [](char c) { return c == '\n' || c == '\r'; });
      if (at == end) break;
      if (*at == '\r' && at + 1 < end && at[1] == '\n') ++at;
    }
    line_starts_.push_back(static_cast<uint32_t>(++at - data));
  }
}

uint32_t SourceBuffer::LineAt(uint32_t offset) const {
  auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<uint32_t>(after - line_starts_.begin());
}

LineColumn SourceBuffer::Locate(uint32_t offset) const {
  uint32_t line = LineAt(offset);
  return {line, offset - line_starts_[line - 1]};
}

Span SourceBuffer::LineSpan(uint32_t line) const {
  if (line == 0 || line > line_count()) return {size(), size()};
  uint32_t begin = line_starts_[line - 1];
  uint32_t end = line == line_count() ? size() : line_starts_[line];
  if (end > begin && text_[end - 1] == '\n') --end;
  if (end > begin && text_[end - 1] == '\r') --end;
  return {begin, end};
}

std::optional<uint32_t> SourceBuffer::FindInvalidUtf8() const {
  size_t offset = 0;
  while (offset < text_.size()) {
    if (offset + 8 <= text_.size()) {
      uint64_t block;
      std::memcpy(&block, text_.data() + offset, 8);
      if ((block & 0x8080808080808080u) == 0) {
        offset += 8;
        continue;
      }
    }
    size_t length = Utf8SequenceLength(text_, offset);
    if (length == 0) return static_cast<uint32_t>(offset);
    offset += length;
  }
  return std::nullopt;
}

}  // namespace warpsmith
