#include "unit/source_text.h"

#include <algorithm>
#include <optional>

namespace warpsmith {
namespace {

// Python's str.isspace for the characters that occur in sources; others are content.
size_t SpaceLength(std::string_view text) {
  auto byte = static_cast<unsigned char>(text[0]);
  if (byte == ' ' || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)) return 1;
  if (byte == 0xC2 && text.size() > 1 && (text[1] == '\x85' || text[1] == '\xA0')) return 2;
  if (text.starts_with("\xE3\x80\x80") || text.starts_with("\xE2\x80\xA8") ||
      text.starts_with("\xE2\x80\xA9"))
    return 3;
  return 0;
}

/// Number of leading white-space characters, and whether there is anything after them.
std::pair<uint32_t, bool> Indentation(std::string_view line) {
  uint32_t count = 0;
  while (!line.empty()) {
    size_t length = SpaceLength(line);
    if (length == 0) return {count, true};
    line.remove_prefix(length);
    ++count;
  }
  return {count, false};
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

}  // namespace

std::string ExtractSource(const SourceBuffer& source, uint32_t first_line, uint32_t last_line) {
  uint32_t base = Indentation(source.LineText(first_line)).first;
  uint32_t count = source.line_count();
  if (count > 0 && source.LineText(count).empty()) --count;  // no line after a final line end
  uint32_t end = std::min(last_line, count);
  while (end < count) {
    auto [indent, content] = Indentation(source.LineText(end + 1));
    if (content && indent <= base) break;
    ++end;
  }
  while (end > last_line && !Indentation(source.LineText(end)).second) --end;
  std::string text;
  text.reserve(source.LineSpan(end).end - source.LineSpan(first_line).begin + 1);
  for (uint32_t line = first_line; line <= end; ++line) {
    std::string_view content = source.LineText(line);
    if (base == 0 && IsBlank(content)) content = {};
    text += content;
    text += '\n';
  }
  return base == 0 ? text : Dedent(text);
}

std::string Dedent(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  std::optional<std::string_view> margin;
  for (std::string_view& line : lines) {
    if (IsBlank(line)) {
      line = {};
      continue;
    }
    std::string_view indent = line.substr(0, line.find_first_not_of(" \t"));
    if (!margin) {
      margin = indent;
    } else {
      size_t common = 0;
      while (common < margin->size() && common < indent.size() && (*margin)[common] == indent[common])
        ++common;
      margin = margin->substr(0, common);
    }
  }
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i != 0) out += '\n';
    out += lines[i].empty() || !margin ? lines[i] : lines[i].substr(margin->size());
  }
  return out;
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    size_t length = 0;
    if (byte == '\n' || byte == '\v' || byte == '\f' || (byte >= 0x1C && byte <= 0x1E))
      length = 1;
    else if (byte == '\r')
      length = i + 1 < text.size() && text[i + 1] == '\n' ? 2 : 1;
    else if (byte == 0xC2 && text.substr(i).starts_with("\xC2\x85"))
      length = 2;
    else if (byte == 0xE2 &&
             (text.substr(i).starts_with("\xE2\x80\xA8") || text.substr(i).starts_with("\xE2\x80\xA9")))
      length = 3;
    if (length == 0) continue;
    lines.push_back(text.substr(begin, i - begin));
    begin = i + length;
    i = begin - 1;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

}  // namespace warpsmith
