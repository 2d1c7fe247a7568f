#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace warpsmith {

void InternalError(std::string_view message, const char* file, int line, const char* function) {
  std::fprintf(stderr, "warpsmith: internal error: %.*s\n  at %s:%d in %s\n  This is a bug in Warpsmith; please report it.\n",
               static_cast<int>(message.size()), message.data(), file, line, function);
  std::abort();
}

}  // namespace warpsmith
