#include "base/warp_version.h"

namespace warpsmith {

const char* const kWarpVersion = WARPSMITH_WARP_VERSION;

}  // namespace warpsmith
