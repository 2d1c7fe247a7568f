// Checks of the program's own invariants. A failed check is a bug of Warpsmith, never of its input: it prints where
// and why, and aborts. Input errors are diagnostics (diagnostics/) or statuses (base/status.h).
#pragma once

#include <source_location>
#include <string_view>

namespace warpsmith {

/// Reports an internal error on stderr and aborts.
[[noreturn]] void InternalError(std::string_view message,
                                std::source_location where = std::source_location::current());

/// Aborts with a report unless `condition` holds. Always on: the cost is a predicted branch.
inline void Check(bool condition, std::string_view message = "check failed",
                  std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]] InternalError(message, where);
}

}  // namespace warpsmith
