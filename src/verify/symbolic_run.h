// A kernel's text run on symbols in place of numbers: what a thread leaves in the arrays and their gradients, as
// expressions of what it is given.
//
// Both ways of a condition are followed and joined; functions are followed into; of loops the variables are found that
// their turns change, and what those are after the loop is one expression of all that a turn does to them. Two texts for
// which this gives the same compute the same, wherever numbers are finite and arrays of different names lie apart.
// A text that it cannot follow, or not within its limits, gives nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verify/symbolic_values.h"
#include "verify/text_statements.h"

namespace warpsmith {

/// A statement to run in the place of another; none: nothing is run there.
struct ReplacedStatement {
  size_t line = 0;
  std::optional<TextStatement> by;
};

/// What a launch of `kernel` leaves: the contents and the gradients of its arrays, in an order that depends on the text
/// alone. `replaced` may be null.
[[nodiscard]] std::optional<std::vector<ValueId>> RunOnSymbols(const GeneratedText& text, const TextFunction& kernel,
                                                               const ReplacedStatement* replaced, ValueTable& values);

}  // namespace warpsmith
