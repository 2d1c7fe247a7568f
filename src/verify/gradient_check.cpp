#include "verify/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/random.h"
#include "verify/guarded_call.h"

namespace warpsmith {

namespace {

/// So many components of an array are checked in each set of inputs.
constexpr size_t kComponents = 16;

/// Steps that are tried where the gradient is not what it should be, of the usual one.
constexpr double kOtherSteps[] = {1.0 / 64, 1.0 / 4096, 16};

/// "settings" of "settings.table".
std::string RootName(const std::string& array) { return array.substr(0, array.find('.')); }

/// The components to check: all, or some that the key chooses.
std::vector<size_t> ChooseComponents(size_t count, Random random) {
  std::vector<size_t> chosen(count);
  for (size_t i = 0; i < count; ++i) chosen[i] = i;
  for (size_t i = 0; i < std::min(kComponents, count); ++i)
    std::swap(chosen[i], chosen[i + random.Below(static_cast<uint32_t>(count - i))]);
  chosen.resize(std::min(kComponents, count));
  return chosen;
}

class Differences {
 public:
  Differences(LaunchMemory& memory, const Kernel& kernel, const std::vector<std::vector<double>>& weights,
              const ArrayBytes& base, const DifferenceRule& rule)
      : memory_(memory), kernel_(kernel), weights_(weights), base_(base), rule_(rule) {}

  struct Estimate {
    double value = 0, error = 0;
    bool kink = false;
  };

  /// d(w . f)/dx at one number; nothing if a launch fails or its results are not finite.
  std::optional<Estimate> At(size_t array, size_t number, double scale = 1) {
    const double x = memory_.Input(array, number);
    const double step = scale * rule_.step * std::ldexp(1.0, std::max(0, x == 0 ? 0 : std::ilogb(x)));
    Side sides[4];
    static constexpr double kFactors[] = {1, -1, 0.5, -0.5};
    bool ok = true;
    for (size_t i = 0; i < 4 && ok; ++i) ok = Evaluate(array, number, x, kFactors[i] * step, sides[i]);
    memory_.SetInput(array, number, x);
    if (!ok) return std::nullopt;
    auto central = [](const Side& plus, const Side& minus) { return (plus.change - minus.change) / (plus.step - minus.step); };
    auto gap = [](const Side& plus, const Side& minus) { return std::fabs(plus.change / plus.step - minus.change / minus.step); };
    Estimate estimate;
    const double wide = central(sides[0], sides[1]), narrow = central(sides[2], sides[3]);
    estimate.value = narrow + (narrow - wide) / 3;
    // What rounding alone may make of the difference: all of it, where a result is too large to show the step.
    estimate.error = std::fabs(narrow - wide) + (sides[2].noise + sides[3].noise) / std::fabs(sides[2].step - sides[3].step);
    // Where f is smooth, half the step halves the gap of the one-sided differences.
    estimate.kink = gap(sides[2], sides[3]) > 0.75 * gap(sides[0], sides[1]);
    return estimate;
  }

  /// How much the gradient of one number changes by itself where the inputs change by some rounding errors.
  double Unrest(size_t array, size_t number, double gradient) {
    if (!unrest_) {
      unrest_.emplace();
      std::vector<std::vector<double>> kept;
      for (size_t i = 0; i < weights_.size(); ++i) {
        kept.emplace_back(memory_.NumberCount(i));
        for (size_t n = 0; n < kept[i].size(); ++n) {
          if (!IsFloatNumber(memory_.PlaceOf(i, n).type)) continue;
          kept[i][n] = memory_.Input(i, n);
          memory_.SetInput(i, n, kept[i][n] * (1 + (n % 2 == 0 ? rule_.rounding : -rule_.rounding)));
        }
      }
      memory_.Restore();
      memory_.ClearGradients();
      for (size_t i = 0; i < weights_.size(); ++i) memory_.SetGradient(i, weights_[i]);
      const bool ran = GuardedCall([&] { memory_.Forward(kernel_); }).ok() && GuardedCall([&] { memory_.Backward(kernel_); }).ok();
      if (ran) *unrest_ = memory_.Gradients();
      for (size_t i = 0; i < kept.size(); ++i)
        for (size_t n = 0; n < kept[i].size(); ++n)
          if (IsFloatNumber(memory_.PlaceOf(i, n).type)) memory_.SetInput(i, n, kept[i][n]);
    }
    if (unrest_->empty()) return 0;
    const double change = std::fabs(ReadNumber((*unrest_)[array].data(), memory_.PlaceOf(array, number)).real - gradient);
    return std::isnan(change) ? HUGE_VAL : change;
  }

 private:
  struct Side {
    double step = 0, change = 0, noise = 0;
  };

  bool Evaluate(size_t array, size_t number, double x, double step, Side& side) {
    memory_.SetInput(array, number, x + step);
    side.step = memory_.Input(array, number) - x;
    if (side.step == 0) return false;
    memory_.Restore();
    if (!GuardedCall([&] { memory_.Forward(kernel_); }).ok()) return false;
    side.change = side.noise = 0;
    for (size_t i = 0; i < weights_.size(); ++i)
      for (size_t n = 0; n < weights_[i].size(); ++n) {
        if (weights_[i][n] == 0) continue;
        const NumberPlace place = memory_.PlaceOf(i, n);
        const double value = ReadNumber(memory_.data(i), place).real;
        side.change += weights_[i][n] * (value - ReadNumber(base_[i].data(), place).real);
        side.noise += std::fabs(weights_[i][n] * value) * rule_.rounding;
      }
    return std::isfinite(side.change);
  }

  LaunchMemory& memory_;
  const Kernel& kernel_;
  const std::vector<std::vector<double>>& weights_;
  const ArrayBytes& base_;
  const DifferenceRule& rule_;
  std::optional<ArrayBytes> unrest_;  // gradients at inputs that are slightly off; empty where that does not run
};

}  // namespace

std::string_view GradientStatusName(GradientStatus status) {
  static constexpr std::string_view kNames[] = {"verified", "by design not given", "not differentiable", "wrong"};
  return kNames[static_cast<size_t>(status)];
}

void CheckGradients(LaunchMemory& memory, const Kernel& kernel, const std::vector<std::vector<double>>& weights,
                    const LaunchResult& result, const DifferenceRule& rule, const GradientLimits& limits, uint64_t key,
                    std::vector<ArrayGradient>& findings) {
  Differences differences(memory, kernel, weights, result.outputs, rule);
  auto gradient = [&](size_t i, size_t n) { return ReadNumber(result.gradients[i].data(), memory.PlaceOf(i, n)).real; };
  double scale = 1;
  for (size_t i = 0; i < weights.size(); ++i)
    for (size_t n = 0; n < memory.NumberCount(i); ++n)
      if (IsFloatNumber(memory.PlaceOf(i, n).type) && std::isfinite(gradient(i, n))) scale = std::max(scale, std::fabs(gradient(i, n)));
  for (size_t i = 0; i < weights.size(); ++i) {
    ArrayGradient& finding = findings[i];
    if (!memory.layout().arrays[i].has_floats() || limits.contains(RootName(finding.array))) continue;
    for (size_t n : ChooseComponents(memory.NumberCount(i), Random(key, i))) {
      if (!IsFloatNumber(memory.PlaceOf(i, n).type)) continue;
      const double g = gradient(i, n);
      if (!std::isfinite(g)) {
        ++finding.not_finite;
        continue;
      }
      std::optional<Differences::Estimate> d = differences.At(i, n);
      if (!d) {
        ++finding.kinks;
        continue;
      }
      auto allow = [&](const Differences::Estimate& e) {
        return rule.relative * std::fabs(g) + rule.absolute * scale + 2 * std::min(e.error, rule.estimate * (std::fabs(e.value) + scale));
      };
      auto agrees = [&](const Differences::Estimate& e) { return std::fabs(g - e.value) <= allow(e); };
      for (double step : kOtherSteps) {
        if (!rule.other_steps || agrees(*d)) break;
        const std::optional<Differences::Estimate> other = differences.At(i, n, step);
        if (other && (agrees(*other) || other->error < d->error)) d = other;
      }
      const double allowed = allow(*d), deviation = std::fabs(g - d->value);
      if (deviation <= allowed) {
        ++finding.verified;
        finding.error = std::max(finding.error, deviation / allowed);
      } else if (differences.Unrest(i, n, g) > deviation / 8) {
        ++finding.kinks;
      } else if (d->kink || d->error > rule.estimate * (std::fabs(d->value) + scale)) {
        ++finding.kinks;
      } else {
        ++finding.wrong;
        if (finding.reason.empty())
          finding.reason = fmt::format("number {}: gradient {:.9g}, differences {:.9g} (+-{:.2g})", n, g, d->value, allowed);
      }
    }
  }
}

void ConcludeGradients(const GradientLimits& limits, std::vector<ArrayGradient>& findings) {
  for (ArrayGradient& finding : findings) {
    auto limit = limits.find(RootName(finding.array));
    if (limit != limits.end()) {
      finding.status = GradientStatus::ByDesign;
      finding.reason = limit->second;
    } else if (finding.wrong > 0) {
      finding.status = GradientStatus::Wrong;
    } else {
      finding.status = finding.verified > 0 ? GradientStatus::Verified : GradientStatus::NotDifferentiable;
    }
  }
}

}  // namespace warpsmith
