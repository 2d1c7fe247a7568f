// Gradients that Warp, by design, does not give, told from the text of the backward kernel.
//
// Warp's reverse does not restore what the forward had. It runs the straight-line part of the forward again, then the
// statements' adjoints backwards, and of a loop it runs the body again, last turn first. An adjoint is therefore right
// only where the values it reads are those of the forward. They are not, or may not be, where they come from
//   - a variable that a loop changes: at its replay it has the value from before the loop;
//   - an array that the kernel itself writes: at its replay it has the value from after the kernel;
//   - the result of an atomic operation, which is not replayed, or random numbers drawn in a loop;
//   - a vector or matrix before one of its components was overwritten: that component keeps its gradient;
//   - an array's elements that an atomic minimum or maximum replaced: they keep their gradient;
//   - a turn of a loop left by break, continue or return, or of a while loop, whose turns nobody counts;
// and what is computed from such values, or done where they decide. An adjoint that reads one in an operation whose
// derivative depends on it (a product, not a sum) is wrong, and so is all that flows on from it: to which arrays it flows
// is what this analysis finds. It errs on the side of finding too many, so that no gradient it leaves out is one that
// Warp promises; those in turn are checked against differences.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "verify/text_statements.h"

namespace warpsmith {

/// Why the gradient of an argument is not given, by the argument's name in Python. Arrays in structs count to their struct.
using GradientLimits = std::map<std::string, std::string>;

[[nodiscard]] GradientLimits FindGradientLimits(const GeneratedText& text, std::string_view mangled_name);

}  // namespace warpsmith
