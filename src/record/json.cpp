#include "record/json.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <vector>

namespace warpsmith {
namespace {

constexpr std::array<bool, 256> MakeEscapeTable() {
  std::array<bool, 256> table{};
  for (int byte = 0; byte < 0x20; ++byte) table[byte] = true;
  table['"'] = table['\\'] = true;
  return table;
}
constexpr std::array<bool, 256> kNeedsEscape = MakeEscapeTable();

/// Whether one of eight bytes is a control character, a quote or a backslash (a bit trick that may also say so of
/// bytes beyond ASCII that follow one).
bool MayNeedEscape(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  auto has_zero = [](uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighs; };
  uint64_t controls = (word - kOnes * 0x20) & ~word & kHighs;
  return (controls | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'))) != 0;
}

void AppendEscape(char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

void AppendKey(std::string_view key, std::string& out) {
  out += '"';
  out += key;
  out += "\":";
}

void AppendMember(std::string_view key, std::string_view value, std::string& out) {
  AppendKey(key, out);
  AppendJsonString(value, out);
  out += ',';
}

void AppendNullable(std::string_view key, const std::optional<std::string>& value, std::string& out) {
  AppendKey(key, out);
  if (value) {
    AppendJsonString(*value, out);
  } else {
    out += "null";
  }
  out += ',';
}

void AppendNumber(std::string_view key, uint64_t value, std::string& out) {
  AppendKey(key, out);
  fmt::format_to(std::back_inserter(out), "{},", value);
}

/// Replaces the comma after the last element by `close`, or just adds it to an empty list.
void CloseList(char close, std::string& out) {
  if (out.back() == ',') {
    out.back() = close;
  } else {
    out += close;
  }
}

void AppendMetadata(const Record& record, std::string& out) {
  const RecordMetadata& metadata = record.metadata;
  out += "\"metadata\":{";
  AppendMember("kernel_name", record.name, out);
  AppendMember("category", record.category, out);
  AppendMember("device", record.device, out);
  AppendMember("ir_type", record.device, out);
  out += metadata.has_backward ? "\"has_backward\":true," : "\"has_backward\":false,";
  AppendMember("module_hash", metadata.module_hash, out);
  AppendMember("kernel_hash", metadata.kernel_hash, out);
  AppendMember("warp_version", metadata.warp_version, out);
  AppendMember("generator_version", metadata.generator_version, out);
  AppendNumber("seed", metadata.seed, out);
  AppendNumber("index", metadata.index, out);
  fmt::format_to(std::back_inserter(out), "\"complexity\":{},", metadata.complexity);
  AppendMember("fingerprint", HexDigits(metadata.fingerprint), out);
  out += "\"builtins\":[";
  for (const std::string& name : metadata.builtins) {
    AppendJsonString(name, out);
    out += ',';
  }
  CloseList(']', out);
  out += ",\"line_map\":[";
  for (const LineRange& range : metadata.line_map) {
    fmt::format_to(std::back_inserter(out), "{{\"python_line\":{},\"part\":\"{}\",\"begin\":{},\"end\":{}}},",
                   range.python_line, RecordPartName(range.part), range.begin, range.end);
  }
  CloseList(']', out);
  out += ',';
  AppendNullable("verification", metadata.verification, out);
  CloseList('}', out);
}

/// The lines of the last function body in `ir_forward`, which is the forward kernel's.
void AppendIrLines(std::string_view text, std::string& out) {
  size_t body = text.rfind("\n{");
  out += ",\"ir\":[";
  text.remove_prefix(body == std::string_view::npos ? text.size() : body + 2);
  while (!text.empty()) {
    size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.starts_with('}')) break;
    size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || line.substr(begin).starts_with("//")) continue;
    AppendJsonString(line.substr(begin), out);
    out += ',';
  }
  CloseList(']', out);
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    for (uint64_t word; text.size() - at > sizeof word; at += sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if (MayNeedEscape(word)) break;
    }
    while (at + 1 < text.size() && !kNeedsEscape[static_cast<unsigned char>(text[at])]) ++at;
    if (!kNeedsEscape[static_cast<unsigned char>(text[at])]) continue;
    out.append(text, copied, at - copied);
    AppendEscape(text[at], out);
    copied = at + 1;
  }
  out.append(text, copied);
  out += '"';
}

void AppendRecordJson(const Record& record, const RecordJsonOptions& options, std::string& out) {
  out += '{';
  AppendMember("id", record.id, out);
  AppendMember("name", record.name, out);
  AppendMember("category", record.category, out);
  AppendMember("device", record.device, out);
  AppendMember("python_source", record.python_source, out);
  out += "\"args\":[";
  for (const RecordArgument& argument : record.args) {
    out += '{';
    AppendMember("name", argument.name, out);
    AppendMember("type", argument.type, out);
    CloseList('}', out);
    out += ',';
  }
  CloseList(']', out);
  out += ',';
  AppendMember("ir_forward", record.ir_forward, out);
  AppendNullable("ir_backward", record.ir_backward, out);
  AppendNullable("llvm_ir", record.llvm_ir, out);
  AppendNullable("asm", record.assembly, out);
  AppendNullable("ptx", record.ptx, out);
  AppendNullable("check", record.check, out);
  AppendMetadata(record, out);
  if (options.ir_lines) AppendIrLines(record.ir_forward, out);
  out += '}';
}

}  // namespace warpsmith
