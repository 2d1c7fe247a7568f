// Proofs that a planted fault changes nothing, from the text.
#pragma once

#include <string>
#include <string_view>

#include "verify/faults.h"
#include "verify/text_statements.h"

namespace warpsmith {

/// Why the fault has no effect on any launch: "..."; empty if no rule shows that.
[[nodiscard]] std::string ProveEquivalent(const GeneratedText& text, std::string_view mangled_name, const Fault& fault);

}  // namespace warpsmith
