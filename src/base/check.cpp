#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace warpsmith {

void InternalError(std::string_view message, std::source_location where) {
  std::fprintf(stderr, "warpsmith: internal error: %.*s\n  at %s:%u in %s\n  This is a bug in Warpsmith; please report it.\n",
               static_cast<int>(message.size()), message.data(), where.file_name(), where.line(),
               where.function_name());
  std::abort();
}

}  // namespace warpsmith
