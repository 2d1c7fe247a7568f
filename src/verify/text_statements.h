// The statements of a generated CPU text, read back: what is computed from what, line by line.
//
// Checks of a generated text must judge the text itself, also one that somebody changed, and not the program it came
// from. Generated code is plain enough for that: one statement a line, each a call or an assignment of named variables,
// blocks that are guards or loops. This reader knows that shape and nothing of C++ beyond it; a line it does not know is
// kept as Other, with the variables it names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace warpsmith {

enum class TextStatementKind : uint8_t {
  Call,        // [result =] callee(arguments);
  Assignment,  // result = or += an expression
  Guard,       // if (condition) {
  Close,       // }
  LoopBegin,   // start_for_1:; start_while_1:;
  LoopEnd,     // end_for_1:; end_while_1:;
  LoopTest,    // if (condition) goto end_for_1;
  Jump,        // goto label; out of a loop, to its next turn, or to the reverse of a return
  Return,      // return value;
  Other,
};

struct TextStatement {
  TextStatementKind kind = TextStatementKind::Other;
  size_t line = 0;            // from 0, in the module's text
  std::string_view text;      // without indentation
  std::string_view callee;    // "wp::mul", "scale_0"; of a Call
  std::string_view result;    // "var_2", "adj_3.x"; empty if there is none
  bool accumulates = false;   // Assignment: +=
  std::vector<std::string_view> arguments;  // of a Call, as written
  std::vector<std::string_view> variables;  // var_... and adj_... that the right side or the condition names, in order
  int32_t loop = -1;          // position in `loops` of the innermost loop it stands in
  std::vector<size_t> guards; // positions of the guards it stands in, outermost first
};

struct TextLoop {
  bool is_while = false;
  int32_t parent = -1;
  size_t begin = 0, end = 0;  // positions of LoopBegin and LoopEnd
};

enum class TextFunctionKind : uint8_t { Function, FunctionAdjoint, KernelForward, KernelBackward };

struct TextFunction {
  TextFunctionKind kind = TextFunctionKind::Function;
  std::string_view name;  // "scale_0", "adj_scale_0"; of a kernel its mangled name
  std::map<std::string_view, std::string_view> types;      // of var_... and adj_..., as declared
  std::map<std::string_view, std::string_view> constants;  // values of constant variables
  std::vector<std::string_view> parameters;                // var_..., in order
  std::vector<TextStatement> statements;                   // forward or replay, then reverse
  size_t reverse_begin = 0;                                // the first of the reverse; their number if there is none
  std::vector<TextLoop> loops;
  [[nodiscard]] std::string_view TypeOf(std::string_view variable) const;
  [[nodiscard]] bool is_kernel() const { return kind == TextFunctionKind::KernelForward || kind == TextFunctionKind::KernelBackward; }
};

struct GeneratedText {
  std::vector<std::string_view> lines;
  std::vector<TextFunction> functions;  // in the order of the text
  [[nodiscard]] const TextFunction* Find(TextFunctionKind kind, std::string_view name) const;
};

/// Reads the functions and kernels of a module text, which must outlive the result.
[[nodiscard]] GeneratedText ReadGeneratedText(std::string_view text);

/// A module text and what was read of it, together, since that refers to the text.
struct ParsedText {
  explicit ParsedText(std::string module) : text(std::move(module)), generated(ReadGeneratedText(text)) {}
  ParsedText(const ParsedText&) = delete;
  ParsedText& operator=(const ParsedText&) = delete;
  const std::string text;
  const GeneratedText generated;
};

/// Reads one statement, as it stands in a function: `text` must outlive the result.
[[nodiscard]] TextStatement ReadTextStatement(std::string_view text, size_t line);
/// The variables that a text names, in order.
[[nodiscard]] std::vector<std::string_view> VariablesOf(std::string_view text);
/// "var_5" of "*(var_5)", "&adj_3", "adj_3.x": the first variable that an argument names; empty if there is none.
[[nodiscard]] std::string_view VariableOf(std::string_view argument);
/// The variable of the other lane: "adj_5" for "var_5" and the reverse.
[[nodiscard]] std::string AdjointName(std::string_view primal);
/// Whether a C++ type holds numbers that have gradients: float scalars and composites, arrays and structs.
[[nodiscard]] bool HasGradient(std::string_view type);

}  // namespace warpsmith
