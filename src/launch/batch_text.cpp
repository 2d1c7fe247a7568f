#include "launch/batch_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/words.h"
#include "emit/module_header.h"

namespace warpsmith {

namespace {

constexpr std::string_view kContiguousCall = "_tasks<true>(";
constexpr std::string_view kGenericCall = "_tasks<false>(";

/// Where the header ends; npos: the text has none.
size_t HeaderEnd(std::string_view text) {
  size_t at = text.find(kCastMacros);
  return at == std::string_view::npos ? at : at + kCastMacros.size();
}

/// Reads C++ as far as it must be known to tell what of a text could reach beyond its end.
class ClosedTextScanner {
 public:
  explicit ClosedTextScanner(std::string_view text) : text_(text) {}

  bool IsClosed() {
    bool line_begins = true;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') line_begins = true;
      else if (c == '#' && line_begins) {
        if (!Directive()) return false;
        continue;
      } else if (c != ' ' && c != '\t') line_begins = false;
      if (!Skip(c)) return false;
    }
    return open_.empty() && conditions_ == 0 && !text_.ends_with("\\\n") && !text_.ends_with('\\');
  }

 private:
  /// Passes what begins with `c`.
  bool Skip(char c) {
    if (text_.substr(at_).starts_with("//")) return Comment("\n");
    if (text_.substr(at_).starts_with("/*")) return Comment("*/");
    if (c == '"' || c == '\'') return Literal(c);
    ++at_;
    switch (c) {
      case '(': open_ += ')'; return true;
      case '[': open_ += ']'; return true;
      case '{': open_ += '}'; return true;
      case ')':
      case ']':
      case '}':
        if (open_.empty() || open_.back() != c) return false;
        open_.pop_back();
        return true;
      default: return true;
    }
  }

  /// To the end of a comment. One of a line may lack it, since another line follows; it must not be spliced with that.
  bool Comment(std::string_view end) {
    size_t found = text_.find(end, at_ + 2);
    const bool is_line = end == "\n";
    if (found == std::string_view::npos && !is_line) return false;
    if (found == std::string_view::npos) found = text_.size();
    if (is_line && text_[found - 1] == '\\') return false;
    at_ = is_line ? found : found + end.size();
    return true;
  }

  /// A string or a character, or the apostrophe in a number. Raw strings are not followed.
  bool Literal(char quote) {
    if (quote == '"' && at_ > 0 && text_[at_ - 1] == 'R') return false;
    if (quote == '\'' && at_ > 0 && IsWordCharacter(text_[at_ - 1])) return ++at_, true;
    for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      else if (text_[at_] == quote) return ++at_, true;
    }
    return false;
  }

  bool Directive() {
    size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view line = text_.substr(at_ + 1, end - at_ - 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    at_ = end;
    if (line.ends_with('\\')) return false;
    if (line.starts_with("if")) return ++conditions_, true;
    if (line.starts_with("endif")) return --conditions_ >= 0;
    return line.starts_with("el") && conditions_ > 0;
  }

  std::string_view text_;
  std::string open_;  // the brackets that are wanted, innermost last
  size_t at_ = 0;
  int conditions_ = 0;
};

/// Whether the name of a loop over tasks that `text` ends in is that of the wanted direction.
bool IsWanted(std::string_view text, KernelEntries entries) {
  if (entries == KernelEntries::Forward) return !text.ends_with("_cpu_backward");
  return entries == KernelEntries::Both || !text.ends_with("_cpu_forward");
}

/// Appends `text` with the calls of the loops over tasks as they are wanted: those of an entry point that is not wanted are
/// empty statements, and where only the generic instantiation is wanted, it is called in the place of the other.
void AppendWithInstantiations(std::string_view text, KernelEntries entries, CpuInstantiations instantiations,
                              std::string& out) {
  constexpr std::string_view kCall = "_tasks<";
  for (size_t at = text.find(kCall); at != std::string_view::npos; at = text.find(kCall)) {
    std::string_view call = text.substr(at);
    const bool is_contiguous = call.starts_with(kContiguousCall);
    if (!is_contiguous && !call.starts_with(kGenericCall)) {
      out += text.substr(0, at + kCall.size());
      text.remove_prefix(at + kCall.size());
      continue;
    }
    size_t after = at + (is_contiguous ? kContiguousCall : kGenericCall).size();
    if (IsWanted(text.substr(0, at), entries)) {
      out += text.substr(0, at);
      out += is_contiguous && instantiations == CpuInstantiations::Both ? kContiguousCall : kGenericCall;
    } else {
      out += text.substr(0, text.rfind(' ', at) + 1);
      after = std::min(text.find(';', at), text.size());
    }
    text.remove_prefix(after);
  }
  out += text;
}

/// The names of C that a text defines: its entry points, "WP_API void NAME(" on the CPU, "__global__ void ... NAME(" in
/// CUDA.
std::vector<std::string_view> EntryPoints(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::string_view mark : {"\nWP_API void ", "__global__ void "}) {
    for (size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at)) {
      at += mark.size();
      std::string_view line = text.substr(at, text.find('\n', at) - at);
      line = line.substr(0, line.rfind('('));
      names.push_back(line.substr(line.rfind(' ') + 1));
    }
  }
  return names;
}

int32_t CountLines(std::string_view text) {
  return static_cast<int32_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

bool CanBeBatched(std::string_view text) {
  size_t end = HeaderEnd(text);
  return end != std::string_view::npos && ClosedTextScanner(text.substr(end)).IsClosed();
}

std::string_view BatchHeader(std::string_view text) {
  std::string_view header = text.substr(0, HeaderEnd(text));
  if (header.starts_with(kNoBfloat16)) header.remove_prefix(kNoBfloat16.size());
  return header;
}

std::string EntrySuffix(size_t position) { return fmt::format("_{}", position); }

int32_t JoinedTexts::TextAtLine(int32_t line) const {
  auto after = std::upper_bound(first_lines.begin(), first_lines.end(), line);
  return static_cast<int32_t>(after - first_lines.begin()) - 1;
}

JoinedTexts JoinTexts(std::span<const TextToJoin> texts, CpuInstantiations instantiations) {
  JoinedTexts joined;
  if (texts.empty()) return joined;
  std::string& out = joined.text;
  size_t size = 0;
  for (const TextToJoin& text : texts) size += text.text.size() + 4096;
  out.reserve(size);
  out += BatchHeader(texts[0].text);
  int32_t line = 1 + CountLines(out);
  for (size_t i = 0; i < texts.size(); ++i) {
    const size_t begin = out.size();
    const std::string suffix = EntrySuffix(i);
    std::string_view body = texts[i].text;
    body.remove_prefix(HeaderEnd(body));
    const std::vector<std::string_view> entries = EntryPoints(body);
    out += fmt::format("namespace warpsmith{} {{\n", suffix);
    // A name of C is one, whatever namespace it is in.
    for (std::string_view entry : entries) out += fmt::format("#define {0} {0}{1}\n", entry, suffix);
    joined.first_lines.push_back(line + CountLines(std::string_view(out).substr(begin)));
    AppendWithInstantiations(body, texts[i].entries, instantiations, out);
    out += '\n';
    for (std::string_view entry : entries) out += fmt::format("#undef {}\n", entry);
    out += "}\n";
    line += CountLines(std::string_view(out).substr(begin));
  }
  return joined;
}

SortedOut SortOut(const JoinedTexts& joined, const Result<Compilation>& compiled,
                  const std::vector<size_t>& positions) {
  std::vector<bool> is_wrong(positions.size());
  if (compiled.ok())
    for (const CompilerMessage& message : compiled->messages)
      if (int32_t text = joined.TextAtLine(message.line); message.kind == MessageKind::Error && text >= 0)
        is_wrong[static_cast<size_t>(text)] = true;
  SortedOut sorted;
  for (size_t i = 0; i < positions.size(); ++i) (is_wrong[i] ? sorted.wrong : sorted.right).push_back(positions[i]);
  return sorted;
}

std::string WithInstantiations(TextToJoin text, CpuInstantiations instantiations) {
  std::string out;
  AppendWithInstantiations(text.text, text.entries, instantiations, out);
  return out;
}

}  // namespace warpsmith
