// Checks of the program's own invariants. A failed check is a bug of Warpsmith, never of its input: it prints where
// and why, and aborts. Input errors are diagnostics (diagnostics/) or statuses (base/status.h).
#pragma once

#include <string_view>

namespace warpsmith {

/// Reports an internal error on stderr and aborts. The place is the caller's (std::source_location is missing from
/// clang 14 with the standard library of GCC 12).
[[noreturn]] void InternalError(std::string_view message, const char* file = __builtin_FILE(),
                                int line = __builtin_LINE(), const char* function = __builtin_FUNCTION());

/// Aborts with a report unless `condition` holds. Always on: the cost is a predicted branch.
inline void Check(bool condition, std::string_view message = "check failed",
                  const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                  const char* function = __builtin_FUNCTION()) {
  if (!condition) [[unlikely]] InternalError(message, file, line, function);
}

}  // namespace warpsmith
