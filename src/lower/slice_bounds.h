// What an omitted bound of a slice is: the extremes of a 32-bit integer, which no bound that counts elements reaches.
#pragma once

#include <cstdint>

namespace warpsmith {

inline constexpr int64_t kSliceBegin = INT32_MAX;
inline constexpr int64_t kSliceEnd = INT32_MIN;

}  // namespace warpsmith
