#include "toolchain/compiler_messages.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

namespace warpsmith {

namespace {

/// Calls `line(text)` for each line of `text` without its end.
template <typename Line>
void ForEachLine(std::string_view text, Line line) {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Takes a decimal number off the front of `text`.
std::optional<int32_t> TakeNumber(std::string_view& text) {
  int32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

enum class Label : uint8_t { Error, Warning, Note };

/// Takes "error: ", "fatal error: ", "error #20-D: " and the like off the front.
std::optional<Label> TakeLabel(std::string_view& text) {
  std::string_view rest = text;
  std::optional<Label> label;
  if (TakePrefix(rest, "error") || TakePrefix(rest, "fatal error") || TakePrefix(rest, "catastrophic error")) label = Label::Error;
  else if (TakePrefix(rest, "warning")) label = Label::Warning;
  else if (TakePrefix(rest, "note")) label = Label::Note;
  else return std::nullopt;
  if (TakePrefix(rest, " #")) rest.remove_prefix(std::min(rest.find(':'), rest.size()));
  if (!TakePrefix(rest, ": ")) return std::nullopt;
  text = rest;
  return label;
}

struct Located {
  std::string_view file;
  int32_t line = 0, column = 0;
  Label label = Label::Error;
  std::string_view text;
};

/// FILE:LINE:COLUMN: label: text (Clang) or FILE(LINE): label: text (NVRTC), or without a place.
std::optional<Located> ParseLine(std::string_view line) {
  Located found;
  std::string_view rest = line;
  TakePrefix(rest, "nvrtc: ");
  if (auto label = TakeLabel(rest)) return Located{{}, 0, 0, *label, rest};
  for (size_t at = line.find_first_of(":("); at != std::string_view::npos; at = line.find_first_of(":(", at + 1)) {
    rest = line.substr(at + 1);
    auto number = TakeNumber(rest);
    if (!number) continue;
    found.file = line.substr(0, at);
    found.line = *number;
    if (line[at] == ':') {
      std::optional<int32_t> column;
      if (!TakePrefix(rest, ":") || !(column = TakeNumber(rest)) || !TakePrefix(rest, ": ")) continue;
      found.column = *column;
    } else if (!TakePrefix(rest, "): ")) {
      continue;
    }
    auto label = TakeLabel(rest);
    if (!label) continue;
    found.label = *label;
    found.text = rest;
    return found;
  }
  return std::nullopt;
}

/// NVRTC's "... at line 12 of module.cu" below an error; the file is left out where it is that of the error.
std::optional<int32_t> InstantiationLine(std::string_view line, std::string_view input_name, bool error_in_input) {
  size_t at = line.find(" at line ");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(at + 9);
  auto number = TakeNumber(rest);
  if (!number) return std::nullopt;
  bool in_input = TakePrefix(rest, " of ") ? rest.find(input_name) != std::string_view::npos : error_in_input;
  return in_input ? number : std::nullopt;
}

bool IsIdentifier(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// A struct, a function (with its adjoint) or a kernel of a module text: the lines from its first one to the next
/// definition, and what they mention.
struct Definition {
  std::string name;
  bool is_kernel = false;
  bool spoiled = false;
  std::set<size_t> mentions;
};

struct OutlinedText {
  std::vector<Definition> definitions;
  std::vector<int32_t> owner_of_line;  // from line 1; -1: none
};

/// The identifier that ends at `end`.
std::string_view IdentifierBefore(std::string_view text, size_t end) {
  size_t begin = end;
  while (begin > 0 && IsIdentifier(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

/// What a line at the left edge defines: its name and whether it is a kernel. Empty: nothing.
std::pair<std::string_view, bool> DefinitionAt(std::string_view line) {
  std::string_view rest = line;
  if (TakePrefix(rest, "struct wp_args_")) return {rest.substr(0, rest.find_first_of(" {")), true};
  if (TakePrefix(rest, "struct ")) {
    std::string_view name = rest.substr(0, rest.find_first_of(" {;"));
    return {rest.find(';') == std::string_view::npos ? name : std::string_view{}, false};
  }
  size_t open = line.find('(');
  if (open == std::string_view::npos || line.empty() || line[0] == ' ' || line[0] == '/' || line[0] == '#') return {};
  if (line.find("__global__") != std::string_view::npos) {
    size_t end = line.find("_cuda_kernel_");
    if (end == std::string_view::npos) return {};
    return {IdentifierBefore(line, end), true};
  }
  std::string_view name = IdentifierBefore(line, line.rfind('('));
  TakePrefix(name, "adj_");
  return {line.starts_with("static ") || line.starts_with("CUDA_CALLABLE ") ? name : std::string_view{}, false};
}

/// Kernels of CPU texts begin with the struct of their arguments and end where the next one begins, entry points
/// included: what looks like a function between them belongs to the kernel.
OutlinedText Outline(std::string_view text) {
  OutlinedText outline;
  std::unordered_map<std::string_view, size_t> by_name;
  bool in_cpu_kernels = false;
  int32_t current = -1;
  outline.owner_of_line.push_back(-1);
  ForEachLine(text, [&](std::string_view line) {
    auto [name, is_kernel] = DefinitionAt(line);
    if (line.starts_with("struct wp_args_")) in_cpu_kernels = true;
    if (!name.empty() && (is_kernel || !in_cpu_kernels) && !(name == "add" || name == "atomic_add")) {
      auto [found, is_new] = by_name.emplace(name, outline.definitions.size());
      if (is_new) outline.definitions.push_back({std::string(name), is_kernel, false, {}});
      current = static_cast<int32_t>(found->second);
    }
    outline.owner_of_line.push_back(current);
    if (current < 0) return;
    for (size_t i = 0; i < line.size();) {
      size_t begin = i;
      while (i < line.size() && IsIdentifier(line[i])) ++i;
      if (i == begin) {
        ++i;
        continue;
      }
      std::string_view word = line.substr(begin, i - begin);
      TakePrefix(word, "adj_");
      auto used = by_name.find(word);
      if (used != by_name.end()) outline.definitions[static_cast<size_t>(current)].mentions.insert(used->second);
    }
  });
  return outline;
}

/// Marks what mentions something spoiled. What is mentioned stands before: definitions come before their use.
void Spread(std::vector<Definition>& definitions) {
  for (Definition& definition : definitions)
    for (size_t used : definition.mentions) definition.spoiled |= definitions[used].spoiled;
}

}  // namespace

std::vector<CompilerMessage> ParseCompilerMessages(std::string_view log, std::string_view input_name) {
  std::vector<CompilerMessage> messages;
  bool current_in_input = false;
  ForEachLine(log, [&](std::string_view line) {
    CompilerMessage* current = messages.empty() ? nullptr : &messages.back();
    std::optional<Located> found = ParseLine(line);
    if (!found) {
      if (current == nullptr || current->line != 0) return;
      if (auto number = InstantiationLine(line, input_name, current_in_input)) current->line = *number;
      return;
    }
    const bool in_input = found->file == input_name;
    if (found->label == Label::Note) {
      if (current != nullptr && current->line == 0 && in_input) current->line = found->line;
      return;
    }
    current_in_input = in_input;
    CompilerMessage message;
    message.kind = found->label == Label::Error ? MessageKind::Error : MessageKind::Warning;
    message.text = found->text;
    if (in_input) message.line = found->line, message.column = found->column;
    else if (!found->file.empty()) message.text += fmt::format(" ({}:{})", found->file, found->line);
    messages.push_back(std::move(message));
  });
  std::vector<CompilerMessage> unique;
  for (CompilerMessage& message : messages) {
    bool is_new = std::none_of(unique.begin(), unique.end(), [&](const CompilerMessage& other) {
      return other.line == message.line && other.column == message.column && other.text == message.text;
    });
    if (is_new) unique.push_back(std::move(message));
  }
  return unique;
}

std::string DescribeErrors(const std::vector<CompilerMessage>& messages, size_t limit) {
  std::string text;
  size_t count = 0;
  for (const CompilerMessage& message : messages) {
    if (message.kind != MessageKind::Error || count++ >= limit) continue;
    if (message.line != 0) text += fmt::format("line {}: ", message.line);
    text += message.text + "\n";
  }
  if (count > limit) text += fmt::format("and {} more errors\n", count - limit);
  if (!text.empty()) text.pop_back();
  return text;
}

std::vector<std::string> KernelsWithErrors(std::string_view module_text, const std::vector<CompilerMessage>& messages) {
  OutlinedText outline = Outline(module_text);
  for (const CompilerMessage& message : messages) {
    if (message.kind != MessageKind::Error) continue;
    auto line = static_cast<size_t>(std::max(message.line, 0));
    int32_t owner = line < outline.owner_of_line.size() ? outline.owner_of_line[line] : -1;
    if (owner < 0) return {};
    outline.definitions[static_cast<size_t>(owner)].spoiled = true;
  }
  Spread(outline.definitions);
  std::vector<std::string> names;
  for (const Definition& definition : outline.definitions)
    if (definition.is_kernel && definition.spoiled) names.push_back(definition.name);
  return names;
}

std::vector<std::string> KernelsOfText(std::string_view module_text) {
  std::vector<std::string> names;
  for (const Definition& definition : Outline(module_text).definitions)
    if (definition.is_kernel) names.push_back(definition.name);
  return names;
}

}  // namespace warpsmith
