// Proofs that a planted fault changes nothing, from the text: what it changes is never used.
//
// Used is what reaches an array: a value by a store that is not overwritten, a gradient by the access of an element, and
// the values that such a gradient is made of. Where the text does not tell, everything is taken to be used.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "verify/faults.h"
#include "verify/text_statements.h"

namespace warpsmith {

/// The statements of a function that can have an effect on what a launch leaves behind, by position.
[[nodiscard]] std::set<size_t> UsedStatements(const GeneratedText& text, const TextFunction& function);

/// Why the fault has no effect on any launch; empty if no rule shows that. Gradients that are zero times infinity, where a
/// derivative is not finite, are left out of account.
[[nodiscard]] std::string ProveEquivalent(const GeneratedText& text, const Fault& fault);

}  // namespace warpsmith
