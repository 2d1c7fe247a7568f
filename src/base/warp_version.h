// The Warp release whose text this program reproduces. It is pinned in requirements.txt and nowhere else.
#pragma once

namespace warpsmith {

extern const char* const kWarpVersion;

}  // namespace warpsmith
