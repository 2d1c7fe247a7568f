// Gradients against differences of the forward.
//
// A kernel maps the initial contents x of its arrays to the final ones, f(x). The backward launch, given weights w as the
// gradients of the arrays, must leave d(w . f)/dx there. Each number of each array is checked by itself: central
// differences at two steps, combined so that the error of the second order drops out (Richardson's extrapolation). The
// number of components an array is checked at is bounded; which ones, the recipe's key says.
//
// A point where f has a kink or a jump has no gradient. There the two one-sided differences do not come closer as the
// step shrinks; such components are counted and left out, and so are those whose gradient is not finite, or changes by
// itself with the rounding of the inputs as much as it is off (a matrix that is all but singular is inverted).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "launch/kernel.h"
#include "verify/gradient_limits.h"
#include "verify/launch_memory.h"

namespace warpsmith {

enum class GradientStatus : uint8_t {
  Verified,
  ByDesign,           // Warp does not give it, see gradient_limits.h
  NotDifferentiable,  // nowhere that was looked at
  Wrong,
};
/// "verified", "by design not given", "not differentiable", "wrong".
[[nodiscard]] std::string_view GradientStatusName(GradientStatus status);

/// What is known of the gradient of one array.
struct ArrayGradient {
  std::string array;
  GradientStatus status = GradientStatus::NotDifferentiable;
  uint32_t verified = 0, kinks = 0, not_finite = 0, wrong = 0;  // components, over all sets
  double error = 0;     // the largest deviation of a verified component, relative to its allowance
  std::string reason;   // ByDesign: why; Wrong: the first deviation
};

/// How differences are taken and what deviation is allowed: |g - d| <= relative * |g| + absolute * s + 2 * e, with s the
/// largest magnitude in the gradients of the launch (at least 1) and e the estimated error of the difference, itself
/// never more than `estimate` * (|d| + s): beyond, the component counts as a kink. Where a gradient is not what it should be,
/// other steps are tried, if `other_steps` says so: what oscillates differs from its gradient over a step that is too wide,
/// what is all but singular over one that is too narrow, and a wrong gradient is wrong over any.
struct DifferenceRule {
  double step = 0;  // times max(1, |x|), rounded to a power of two
  double relative = 0, absolute = 0, estimate = 0;
  double rounding = 0;  // some rounding errors, relative to x
  bool other_steps = false;
};
inline constexpr DifferenceRule kDoubleDifferences = {0x1p-17, 1e-6, 1e-8, 1e-4, 0x1p-48, true};
inline constexpr DifferenceRule kSingleDifferences = {0x1p-6, 1e-2, 2e-3, 2e-2, 0x1p-22};

/// One result each of a forward and a backward launch.
struct LaunchResult {
  ArrayBytes outputs, gradients;
};

/// Checks the gradients of a launch whose inputs `memory` holds, and adds what it finds to `findings`, one an array.
/// `result` is that of the launch with `weights` as gradients. Arrays in `limits` are left out.
void CheckGradients(LaunchMemory& memory, const Kernel& kernel, const std::vector<std::vector<double>>& weights,
                    const LaunchResult& result, const DifferenceRule& rule, const GradientLimits& limits, uint64_t key,
                    std::vector<ArrayGradient>& findings);

/// Sets the status of each finding from its counts.
void ConcludeGradients(const GradientLimits& limits, std::vector<ArrayGradient>& findings);

}  // namespace warpsmith
