// Ways to vary inputs, shared by the targets. All are deterministic functions of their arguments.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"

namespace warpsmith::fuzz {

/// Changes some bytes: flips, copies, removals, parts of `other`, numbers at the limits of their types.
std::string MutateBytes(std::string_view input, std::string_view other, Random& random);

/// Changes tokens and lines of Python text, so that most variants still parse: names, operators and calls of `other`,
/// numbers at the limits, deep nesting, other indentation.
std::string MutatePython(std::string_view input, std::string_view other, Random& random);

/// Changes values of a JSON document: other values, parts of the same document, removed and repeated members, deep
/// nesting; strings of several lines as Python text. What is no JSON is changed as bytes.
std::string MutateJson(std::string_view input, std::string_view other, Random& random);

}  // namespace warpsmith::fuzz
