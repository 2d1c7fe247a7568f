#include "diagnostics/renderer.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "source/utf8.h"

namespace warpsmith {
namespace {

constexpr size_t kMaxShownColumns = 160;

std::string_view ColorOf(Severity severity) {
  switch (severity) {
    case Severity::Content:
    case Severity::Rejected: return "\x1b[1;31m";
    case Severity::Unsupported: return "\x1b[1;35m";
    case Severity::Note: return "\x1b[1;36m";
  }
  return "";
}

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// `text` as a terminal may be given it: what is not UTF-8 and control characters other than tabs are replaced, so that
/// a file cannot move the cursor or change colours.
std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    auto byte = static_cast<unsigned char>(text[at]);
    size_t length = Utf8SequenceLength(text, at);
    bool is_c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    bool is_control = byte == 0x7F || is_c1 || (byte < 0x20 && byte != '\t');
    if (length == 0 || is_control) out += kReplacement;
    else out += text.substr(at, length);
    at += std::max<size_t>(1, length);
  }
  return out;
}

/// The line of source with carets below the span, as far as it is on its first line.
void AppendSnippet(const SourceBuffer& source, Span span, std::string_view text, const RenderOptions& options,
                   std::string_view color, std::string& out) {
  LineColumn place = source.Locate(std::min(span.begin, source.size()));
  std::string_view line = source.LineText(place.line);
  size_t column = std::min<size_t>(place.column, line.size());
  // Of a long line only the part around the place is shown.
  size_t skipped = column > kMaxShownColumns / 2 && line.size() > kMaxShownColumns ? column - kMaxShownColumns / 2 : 0;
  while (skipped > 0 && !StartsCharacter(line[skipped])) --skipped;
  line = line.substr(skipped, kMaxShownColumns);
  column -= skipped;
  size_t end = std::min(line.size(), column + size_t{span.size()});
  std::string number = fmt::format("{}", place.line);
  fmt::format_to(std::back_inserter(out), " {} | {}\n {:{}} | ", number, Printable(line), "", number.size());
  for (char c : Printable(line.substr(0, column))) {
    if (StartsCharacter(c)) out += c == '\t' ? '\t' : ' ';
  }
  size_t carets = end > column ? std::max<size_t>(1, CountCharacters(Printable(line.substr(column, end - column)))) : 1;
  if (options.color) out += color;
  out.append(carets, '^');
  if (options.color) out += "\x1b[0m";
  if (!text.empty()) fmt::format_to(std::back_inserter(out), " {}", text);
  out += '\n';
}

void AppendDiagnostic(const Diagnostic& diagnostic, const RenderOptions& options, std::string& out) {
  std::string_view color = ColorOf(diagnostic.severity());
  if (diagnostic.source != nullptr) {
    const SourceBuffer& source = *diagnostic.source;
    LineColumn place = source.Locate(std::min(diagnostic.span.begin, source.size()));
    size_t character = CountCharacters(Printable(source.LineText(place.line).substr(0, place.column))) + 1;
    fmt::format_to(std::back_inserter(out), "{}:{}:{}: ", Printable(source.path()), place.line, character);
  }
  fmt::format_to(std::back_inserter(out), "{}{}:{} {} [{}]\n", options.color ? color : "",
                 NameOf(diagnostic.severity()), options.color ? "\x1b[0m" : "",
                 Printable(FormatMessage(diagnostic)), NameOf(diagnostic.kind));
  if (diagnostic.source == nullptr) return;
  AppendSnippet(*diagnostic.source, diagnostic.span, "", options, color, out);
  for (const DiagnosticLabel& label : diagnostic.labels) {
    AppendSnippet(*diagnostic.source, label.span, label.text, options, ColorOf(Severity::Note), out);
  }
}

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    auto byte = static_cast<unsigned char>(text[at]);
    size_t length = Utf8SequenceLength(text, at);
    if (length == 0) out += kReplacement;
    else if (byte == '"' || byte == '\\') out += '\\', out += text[at];
    else if (byte < 0x20) fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    else out += text.substr(at, length);
    at += std::max<size_t>(1, length);
  }
  out += '"';
}

void AppendJsonPlace(const SourceBuffer& source, Span span, std::string& out) {
  LineColumn begin = source.Locate(std::min(span.begin, source.size()));
  LineColumn end = source.Locate(std::min(span.end, source.size()));
  fmt::format_to(std::back_inserter(out), ",\"line\":{},\"column\":{},\"end_line\":{},\"end_column\":{}", begin.line,
                 begin.column, end.line, end.column);
}

void AppendJson(const Diagnostic& diagnostic, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{{\"kind\":\"{}\",\"severity\":\"{}\",\"message\":", NameOf(diagnostic.kind),
                 NameOf(diagnostic.severity()));
  AppendJsonString(FormatMessage(diagnostic), out);
  if (const SourceBuffer* source = diagnostic.source) {
    out += ",\"path\":";
    AppendJsonString(source->path(), out);
    AppendJsonPlace(*source, diagnostic.span, out);
    out += ",\"labels\":[";
    for (size_t i = 0; i < diagnostic.labels.size(); ++i) {
      if (i != 0) out += ',';
      out += "{\"text\":";
      AppendJsonString(diagnostic.labels[i].text, out);
      AppendJsonPlace(*source, diagnostic.labels[i].span, out);
      out += '}';
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string Render(const Diagnostic& diagnostic, RenderOptions options) {
  std::string out;
  AppendDiagnostic(diagnostic, options, out);
  return out;
}

std::string Render(const std::vector<Diagnostic>& diagnostics, RenderOptions options) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) AppendDiagnostic(diagnostic, options, out);
  return out;
}

std::string RenderJson(const std::vector<Diagnostic>& diagnostics) {
  std::string out = "[";
  for (size_t i = 0; i < diagnostics.size(); ++i) {
    if (i != 0) out += ',';
    AppendJson(diagnostics[i], out);
  }
  return out + "]";
}

std::string JsonString(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

}  // namespace warpsmith
