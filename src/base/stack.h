// How much room the calling thread's stack has left, for recursion whose depth the input decides.
#pragma once

namespace warpsmith {

/// Whether less than five eighths of the stack are left: then nothing should be begun that may itself recurse as deeply as
/// the tree of one definition is high.
[[nodiscard]] bool StackIsLow();

}  // namespace warpsmith
