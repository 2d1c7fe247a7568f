// What the generator knows of how a value follows from the inputs of its kernel. A kernel whose results are the same
// whatever it is given is of no use, so one of its stores must depend on the inputs for certain (stores.cpp).
#pragma once

#include <algorithm>
#include <cstdint>

namespace warpsmith::generate {

/// Of a value that overflows for all that is known: a loop feeds it into itself.
inline constexpr uint32_t kUnboundedDegree = 1u << 20;

struct Flow {
  bool varies = false;     // something in it comes from an input
  bool reaches = false;    // other inputs give another value, but for rare ones: nothing flattens it, no terms cancel
  bool is_number = false;  // a literal, which is not zero
  uint32_t degree = 0;     // at most so high a power of the inputs; operations count too
  uint64_t sources = 0;    // the leaves that it follows from: by index, modulo 64
};

/// All of both: the arguments of a call, the parts of a vector.
[[nodiscard]] constexpr Flow Both(const Flow& a, const Flow& b) {
  return {.varies = a.varies || b.varies,
          .reaches = a.reaches && b.reaches,
          .is_number = a.is_number && b.is_number,
          .degree = std::min(a.degree + b.degree, kUnboundedDegree),
          .sources = a.sources | b.sources};
}

/// A product or a quotient.
[[nodiscard]] constexpr Flow Product(const Flow& a, const Flow& b) {
  Flow flow = Both(a, b);
  flow.reaches = (a.reaches && (b.reaches || b.is_number)) || (b.reaches && a.is_number);
  return flow;
}

/// A sum or a difference: terms that follow from the same leaves may cancel.
[[nodiscard]] constexpr Flow Sum(const Flow& a, const Flow& b) {
  Flow flow = Both(a, b);
  const bool apart = (a.sources & b.sources) == 0;
  flow.reaches = apart ? a.reaches || b.reaches : a.reaches && b.reaches && a.sources != b.sources;
  flow.is_number = false;
  flow.degree = std::max(a.degree, b.degree);
  return flow;
}

}  // namespace warpsmith::generate
