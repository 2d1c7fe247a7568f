// Proofs that a planted fault changes nothing, from the text: what it changes is never used.
//
// Used is what reaches an array: a value by a store that is not overwritten, a gradient by the access of an element, and
// the values that such a gradient is made of. Where the text does not tell, everything is taken to be used.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "verify/faults.h"
#include "verify/symbolic_values.h"
#include "verify/text_statements.h"

namespace warpsmith {

/// Proofs about one text, which must outlive it. What they need of the text is found once, when it is first needed.
class EquivalenceProver {
 public:
  explicit EquivalenceProver(const GeneratedText& text) : text_(text) {}

  /// Why the fault has no effect on any launch; empty if no rule shows that. Gradients that are zero times infinity, where
  /// a derivative is not finite, are left out of account.
  [[nodiscard]] std::string Prove(const Fault& fault);

  /// The statements of a function of the text that can have an effect on what a launch leaves behind, by position.
  [[nodiscard]] const std::set<size_t>& UsedStatements(const TextFunction& function);

 private:
  [[nodiscard]] bool IsCalled(const TextFunction& function);

  /// Whether the text with the fault leaves what the text leaves, run on symbols.
  [[nodiscard]] bool LeavesTheSame(const Fault& fault);

  const GeneratedText& text_;
  ValueTable values_;
  std::map<const TextFunction*, std::optional<std::vector<ValueId>>> left_;  // by kernel, without a fault
  std::map<const TextFunction*, std::set<size_t>> used_;
  std::optional<std::set<const TextFunction*>> called_;
};

}  // namespace warpsmith
