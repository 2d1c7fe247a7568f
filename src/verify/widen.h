// The double-precision twin of a generated text: the same statements on float64 in place of float32 and float16.
//
// Differences of a float32 forward say little about a gradient: rounding leaves three digits at best. Differences of the
// twin leave ten. Since the twin has every statement of the original, forward and reverse, in the same order, an adjoint
// that is wrong in one is wrong in the other; that float32 and float64 agree is then checked on the results.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace warpsmith {

/// `text`, a CPU module text, in double precision; its entry points keep their names. Constants keep their float32 values.
/// An error names a built-in function that exists in single precision alone, such as noise.
Result<std::string> Widen(std::string_view text);

}  // namespace warpsmith
