// What generated statements read and write, as values and as gradients: the rules that the analyses of texts share.
#pragma once

#include <string_view>
#include <vector>

#include "verify/text_statements.h"

namespace warpsmith {

[[nodiscard]] inline bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
[[nodiscard]] inline bool IsAdjointVariable(std::string_view variable) { return variable.starts_with("adj_"); }

/// Whether a statement of the reverse is one that moves gradients: an adjoint call, or an assignment to an adjoint.
[[nodiscard]] bool IsAdjointStatement(const TextStatement& statement);
/// Clears an adjoint: "adj_3 = {};".
[[nodiscard]] bool ClearsAdjoint(const TextStatement& statement);

/// The values of the forward that an adjoint statement reads: none of a sum, the indices of an access, the condition of a
/// choice, all operands of what is not linear.
[[nodiscard]] std::vector<std::string_view> ValuesRead(const TextFunction& function, const TextStatement& statement);

/// The adjoints that an adjoint statement reads and those that it adds to. Where the text does not tell, both.
struct AdjointEffect {
  std::vector<std::string_view> reads, writes;
};
[[nodiscard]] AdjointEffect EffectOf(const TextFunction& function, const TextStatement& statement);

/// Writes elements of the array that its first argument is, or belongs to.
[[nodiscard]] bool WritesArray(std::string_view callee);
/// Calls that leave nothing in memory: assertions, which are compiled as nothing but in debug mode, and what is printed.
[[nodiscard]] bool IsSilent(std::string_view callee);
/// Whether a statement of `function` may write elements of arrays, directly or by what it calls: WritesArray, or a function
/// of the module that does so, or one whose text is not read.
[[nodiscard]] bool MayWriteArrays(const GeneratedText& text, const TextFunction& function, const TextStatement& statement);
/// The jump in a loop's last line, back to its begin.
[[nodiscard]] bool IsLoopEdge(const TextFunction& function, size_t at);
/// Takes random numbers from the state that is its first argument, and moves that on.
[[nodiscard]] bool DrawsRandom(std::string_view callee);
/// Changes its first argument, a local value.
[[nodiscard]] bool ChangesInPlace(std::string_view callee);
/// The adjoint of an access of an array's element: it reads the indices.
[[nodiscard]] bool IsAccessAdjoint(std::string_view callee);

}  // namespace warpsmith
