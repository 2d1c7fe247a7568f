// Half-open byte ranges of one source buffer. A span does not know its buffer; whoever reports it does.
#pragma once

#include <algorithm>
#include <cstdint>

namespace warpsmith {

struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  [[nodiscard]] constexpr uint32_t size() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return begin == end; }
  friend constexpr bool operator==(Span, Span) = default;
};

/// The smallest span that covers both.
[[nodiscard]] constexpr Span Cover(Span a, Span b) { return {std::min(a.begin, b.begin), std::max(a.end, b.end)}; }

}  // namespace warpsmith
