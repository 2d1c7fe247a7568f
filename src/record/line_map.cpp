#include "record/line_map.h"

#include <charconv>
#include <optional>

namespace warpsmith {
namespace {

std::string_view TrimLeft(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

/// The n of a comment line that ends in `<L n>`.
std::optional<int32_t> CommentLine(std::string_view line) {
  if (!line.starts_with("//") || !line.ends_with('>')) return std::nullopt;
  size_t mark = line.rfind("<L ");
  if (mark == std::string_view::npos) return std::nullopt;
  const char* begin = line.data() + mark + 3;
  const char* end = line.data() + line.size() - 1;
  int32_t number = 0;
  auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end || number <= 0) return std::nullopt;
  return number;
}

bool IsBoundary(std::string_view line, std::string_view trimmed) {
  return trimmed.empty() || line.starts_with('}') || trimmed.starts_with("//---");
}

void AppendRanges(std::string_view text, RecordPart part, std::vector<LineRange>& ranges) {
  bool open = false;  // the last range still grows
  int32_t after_boundary = 1;  // first line that no range or boundary has taken
  int32_t number = 0;
  while (!text.empty()) {
    ++number;
    size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    std::string_view trimmed = TrimLeft(line);
    if (std::optional<int32_t> python_line = CommentLine(trimmed)) {
      bool is_reverse = TrimLeft(trimmed.substr(2)).starts_with("adj:");
      ranges.push_back({*python_line, part, is_reverse ? after_boundary : number, number});
      open = !is_reverse;
      after_boundary = number + 1;
    } else if (IsBoundary(line, trimmed)) {
      open = false;
      after_boundary = number + 1;
    } else if (open) {
      ranges.back().end = number;
      after_boundary = number + 1;
    } else if (trimmed == "// reverse") {
      after_boundary = number + 1;
    }
  }
}

}  // namespace

std::vector<LineRange> BuildLineMap(std::string_view ir_forward, std::string_view ir_backward) {
  std::vector<LineRange> ranges;
  AppendRanges(ir_forward, RecordPart::Forward, ranges);
  AppendRanges(ir_backward, RecordPart::Backward, ranges);
  return ranges;
}

}  // namespace warpsmith
