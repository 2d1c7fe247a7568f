// Faults planted in a generated text, to see whether its check notices.
//
// A fault changes one statement of a kernel or of a function that it calls, forward or reverse. All faults of a record
// stand in one text: each changed line chooses by a number between what was there and the fault, and the number comes
// with the arguments of the launch. So one compilation serves them all, and with the number 0 the text is the original.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "verify/text_statements.h"

namespace warpsmith {

enum class FaultKind : uint8_t {
  ZeroedOutput,       // a store or atomic update of an array gets zero
  DroppedAdjoint,     // a statement of the reverse is missing
  SwappedOperands,    // two arguments of the same type change places, forward or reverse
  IndexOffByOne,      // an index of an array access is one too large
  FlippedComparison,  // < becomes >, == becomes !=
};
inline constexpr size_t kFaultKinds = 5;
/// "zeroed output".
[[nodiscard]] std::string_view FaultKindName(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::ZeroedOutput;
  size_t line = 0;         // from 0, in the module's text
  std::string from, to;    // the statement, and what it becomes; `to` is empty for a dropped one
  bool in_reverse_kernel = false;  // it changes the backward launch alone
};

struct PlantedText {
  std::string text;
  std::vector<Fault> faults;  // fault number i + 1
};

/// Chooses up to `per_kind` places of each kind for the kernel `mangled_name` of `text`, by `random`, and writes the text
/// that holds them all. Places are the statements that a kind applies to and that are not by their form without effect:
/// of a commutative operation operands are not swapped, and adjoints of integers are not dropped. The struct of the
/// arguments gets an int32 at its end, the fault's number. An error if the text has not the shape of a generated one.
Result<PlantedText> PlantFaults(const GeneratedText& text, std::string_view mangled_name, size_t per_kind, Random random);

}  // namespace warpsmith
