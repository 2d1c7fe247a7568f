#include "syntax/encoding.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace warpsmith {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// The encoding in a comment line: `coding`, then `:` or `=`, then the name.
std::optional<Span> EncodingInComment(std::string_view line, uint32_t line_begin) {
  constexpr std::string_view kKey = "coding";
  for (size_t at = line.find(kKey); at != std::string_view::npos; at = line.find(kKey, at + 1)) {
    size_t begin = at + kKey.size();
    if (begin >= line.size() || (line[begin] != ':' && line[begin] != '=')) continue;
    begin = line.find_first_not_of(" \t", begin + 1);
    if (begin == std::string_view::npos) continue;
    size_t end = begin;
    while (end < line.size() && IsNameCharacter(line[end])) ++end;
    if (end > begin) return Span{line_begin + static_cast<uint32_t>(begin), line_begin + static_cast<uint32_t>(end)};
  }
  return std::nullopt;
}

std::string Normalize(std::string_view name) {
  std::string normal(name);
  for (char& c : normal) c = c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return normal;
}

bool IsUtf8(std::string_view name) { return name == "utf-8" || name.starts_with("utf-8-"); }

/// Other names of the codec, which Python does not take together with a byte order mark.
bool IsUtf8Alias(std::string_view name) { return name == "utf8" || name == "u8" || name == "cp65001"; }

/// Encodings in which bytes below 0x80 are ASCII.
bool ExtendsAscii(std::string_view name) {
  for (std::string_view prefix : {"ascii", "us-ascii", "latin", "iso-8859", "iso8859", "cp125", "windows-125", "koi8",
                                  "euc", "gb", "big5", "mac-", "l1"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

std::optional<Span> FindEncodingDeclaration(const SourceBuffer& source) {
  for (uint32_t number = 1; number <= 2; ++number) {
    Span span = source.LineSpan(number);
    std::string_view line = source.Text(span);
    size_t first = line.find_first_not_of(" \t\f");
    if (first == std::string_view::npos) continue;
    if (line[first] != '#') return std::nullopt;
    if (auto found = EncodingInComment(line, span.begin)) return found;
  }
  return std::nullopt;
}

bool CheckEncodingDeclaration(const SourceBuffer& source, DiagnosticSink& sink) {
  std::optional<Span> declared = FindEncodingDeclaration(source);
  if (!declared) return true;
  std::string name = Normalize(source.Text(*declared));
  if (IsUtf8(name)) return true;
  if (source.had_byte_order_mark()) {
    sink.Emit(DiagnosticKind::EncodingConflict, &source, *declared, source.Text(*declared));
    return false;
  }
  if (IsUtf8Alias(name)) return true;
  std::string_view text = source.text();
  bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (ascii && ExtendsAscii(name)) return true;
  sink.Emit(DiagnosticKind::UnsupportedEncoding, &source, *declared, source.Text(*declared));
  return false;
}

}  // namespace warpsmith
