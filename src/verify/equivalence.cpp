#include "verify/equivalence.h"

namespace warpsmith {

std::string ProveEquivalent(const GeneratedText&, std::string_view, const Fault&) { return {}; }

}  // namespace warpsmith
