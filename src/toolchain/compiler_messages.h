// What a compiler said about a generated text, and which kernels it is about.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warpsmith {

enum class MessageKind : uint8_t { Warning, Error };

struct CompilerMessage {
  MessageKind kind = MessageKind::Error;
  std::string text;
  /// The line of the compiled text (from 1) that it is about: where it stands, or where the code of a header that it
  /// stands in was asked for. 0: none, as for a wrong option.
  int32_t line = 0;
  int32_t column = 0;  // from 1; 0: unknown
};

/// Reads the errors and warnings that Clang or NVRTC wrote about the text they know as `input_name`, in order, each
/// once. Notes only serve to find lines.
[[nodiscard]] std::vector<CompilerMessage> ParseCompilerMessages(std::string_view log, std::string_view input_name);

/// The first errors as lines "line 12: message"; where there are more than `limit`, the last line says how many.
[[nodiscard]] std::string DescribeErrors(const std::vector<CompilerMessage>& messages, size_t limit = 5);

/// The mangled names of the kernels of a generated module text (for the CPU or CUDA) that errors in these lines spoil, in
/// the order of the text: the kernels that hold a line, and those that use, directly or not, a function or a struct that
/// does. Empty if a line belongs to none of them (the header, for instance): then all are spoiled.
[[nodiscard]] std::vector<std::string> KernelsWithErrors(std::string_view module_text,
                                                         const std::vector<CompilerMessage>& messages);

/// The mangled names of all kernels of a generated module text, in its order.
[[nodiscard]] std::vector<std::string> KernelsOfText(std::string_view module_text);

}  // namespace warpsmith
