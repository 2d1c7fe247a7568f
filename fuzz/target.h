// What a fuzz target is. One file fuzz/NAME_target.cpp defines the three functions; libfuzzer.cpp and replay.cpp are two
// programs around them. A finding is whatever ends the process: a failed Check, a sanitizer's report, a hang.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace warpsmith::fuzz {

/// Does the work under test. Any input must give a result or an error, and what results must have the target's properties.
void Run(std::string_view input);

/// Inputs to start from, derived from the files of the tests. They are not kept in fuzz/corpus, which holds findings.
std::vector<std::string> Seeds();

/// A variant of `input` of at most `limit` bytes that is likely to pass the first checks of what is tested; it may take
/// parts of `other`.
std::string Mutate(std::string_view input, std::string_view other, size_t limit, Random& random);

}  // namespace warpsmith::fuzz
