// The `check` of a record: what was run and what came out, as a JSON text that stands by itself.
//
//   recipe, seed       inputs: see inputs.h; `launch` and `shapes` follow from them and are given for readers
//   target             flags and level of optimisation of the compilation
//   tolerances         [relative, absolute] by type: see tolerance.h
//   sets               for each set of inputs that the check needs, the arrays that the forward launch changed and the
//                      gradients that the backward launch left, by array: a hash of the bytes, and the numbers, in full or,
//                      of longer arrays, every `stride`-th
//   gradients          what is known of each array's gradient: see gradient_check.h
//   faults             counts, and each planted fault with its verdict
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "verify/run_record.h"

namespace warpsmith {

/// What the compilation of a check was made for.
struct CheckTarget {
  std::string flags = "-target-cpu x86-64-v3";
  int32_t optimization = 0;
};

[[nodiscard]] std::string WriteCheck(const RunSubject& subject, const RunFinding& finding, const CheckTarget& target);

/// Some numbers of an array of results, as a check holds them.
struct StoredArray {
  std::string array;
  size_t stride = 1;
  std::vector<std::optional<double>> values;  // nothing: not a number
};

/// What judging other code needs of a check.
struct StoredCheck {
  uint64_t seed = 0;
  bool indices = false;
  std::vector<size_t> sets;
  std::vector<std::vector<StoredArray>> outputs, gradients;  // by set
};
/// Reads a check that somebody else wrote: an error says what is missing.
Result<StoredCheck> ReadCheck(std::string_view text);

/// The first number of a result that does not agree with what is stored; empty if there is none.
[[nodiscard]] std::string CompareStored(const RunSubject& subject, const SetResult& result, const std::vector<StoredArray>& outputs,
                                        const std::vector<StoredArray>& gradients);

/// 16 hexadecimal digits.
[[nodiscard]] std::string HashOf(const std::vector<std::byte>& bytes);

}  // namespace warpsmith
