#include "verify/inputs.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace warpsmith {

namespace {

/// How the numbers of a set look.
struct Style {
  double low, high;     // magnitude of floats
  uint32_t negative;    // percent of floats below zero
  uint32_t whole;       // percent of floats that are whole numbers
  uint32_t repeated;    // percent of floats that are one of three values
  int32_t least, most;  // integers
};

constexpr Style kStyles[] = {
    {0.25, 2.0, 50, 0, 0, -4, 9},    {0.05, 8.0, 40, 0, 0, 0, 6},      {0.5, 3.0, 0, 0, 0, 1, 12},
    {1.0, 20.0, 50, 0, 0, -20, 40},  {0.01, 0.3, 50, 0, 0, 0, 3},      {0.5, 4.0, 95, 0, 0, -9, 0},
    {1.0, 6.0, 50, 100, 30, 1, 3},   {10.0, 60.0, 30, 0, 0, 5, 60},
    {0.001, 0.06, 40, 0, 0, -60, 0}, {50.0, 900.0, 50, 0, 0, -3, 3},
};
constexpr size_t kStyleCount = std::size(kStyles);

/// Streams of random numbers of one key; far apart, so that they never share one.
constexpr uint64_t kShapeStream = 1ull << 32, kValueStream = 2ull << 32, kWeightStream = 3ull << 32, kStyleStream = 4ull << 32;

/// Uniform in [0, 1), a multiple of 2^-24: the same on every machine.
double Unit(Random& random) { return static_cast<double>(random.Next() >> 40) * 0x1p-24; }

/// What the numbers of one argument in one set are made by.
struct Maker {
  const Style& style;
  const std::vector<double>& constants;
  uint32_t special = 0;   // percent of numbers that are special: small whole ones, and those that the kernel names
  int32_t limit = 0;      // of integers that may be indices

  Number Make(NumberType type, Random& random) const {
    if (IsFloatNumber(type)) return {true, RoundTo(type, IsSpecial(random) ? Special(random) : Float(random)), 0};
    return {false, 0, Integer(type, random)};
  }

 private:
  bool IsSpecial(Random& random) const { return special > 0 && random.Percent(special); }

  double Float(Random& random) const {
    double magnitude = style.low + (style.high - style.low) * Unit(random);
    const bool negative = random.Percent(style.negative);
    if (random.Percent(style.whole)) magnitude = std::floor(magnitude);
    if (random.Percent(style.repeated)) magnitude = 1.0 + random.Below(3);
    return negative ? -magnitude : magnitude;
  }

  double Special(Random& random) const {
    static constexpr double kPlain[] = {0, 1, -1, 0.5, 2, -0.5};
    if (constants.empty() || random.Percent(30)) return kPlain[random.Below(std::size(kPlain))];
    const double constant = constants[random.Below(static_cast<uint32_t>(constants.size()))];
    switch (random.Below(5)) {
      case 0: return -constant;
      case 1: return constant * 1.0625;
      case 2: return constant - 0.25;
      case 3: return constant + 0.25;
      default: return constant;
    }
  }

  int64_t Integer(NumberType type, Random& random) const {
    if (type == NumberType::Bool) return random.Below(2);
    int32_t value = IsSpecial(random) ? static_cast<int32_t>(std::clamp(Special(random), -1e6, 1e6))
                                            : random.Between(style.least, style.most);
    if (IsUnsignedNumber(type)) value = std::abs(value);
    return limit > 0 ? std::abs(value) % limit : value;
  }
};

/// The maker of argument `argument` in a set.
Maker MakerOf(uint64_t key, size_t set, size_t argument, const RecipeOptions& options, int32_t limit) {
  if (set < kStyleCount) return {kStyles[set], options.constants, 0, limit};
  Random random(key, kStyleStream + set * 4096 + argument);
  static constexpr uint32_t kSpecial[] = {0, 10, 30, 60};
  const Style& style = kStyles[random.Below(kStyleCount)];
  return {style, options.constants, kSpecial[random.Below(std::size(kSpecial))], limit};
}

}  // namespace

size_t InputShapes::Elements(size_t array) const {
  size_t count = 1;
  for (uint32_t extent : arrays[array]) count *= extent;
  return count;
}

InputShapes MakeShapes(uint64_t key, const ArgumentLayout& layout, size_t launch_dimensions) {
  static const std::vector<uint32_t> kLaunches[] = {{7}, {4, 3}, {3, 2, 2}, {2, 2, 2, 2}};
  InputShapes shapes;
  shapes.launch = kLaunches[launch_dimensions - 1];
  for (size_t i = 0; i < layout.arrays.size(); ++i) {
    Random random(key, kShapeStream + i);
    std::vector<uint32_t>& extents = shapes.arrays.emplace_back();
    for (size_t d = 0; d < layout.arrays[i].dimensions; ++d) {
      const uint32_t least = d < shapes.launch.size() ? shapes.launch[d] : 3;
      extents.push_back(least + random.Below(3));
    }
  }
  return shapes;
}

InputValues MakeInputs(uint64_t key, size_t set, const ArgumentLayout& layout, const InputShapes& shapes,
                       const RecipeOptions& options) {
  uint32_t limit = 0;
  if (options.indices) {
    limit = 1u << 30;
    for (const std::vector<uint32_t>& extents : shapes.arrays)
      for (uint32_t extent : extents) limit = std::min(limit, extent);
  }
  InputValues values;
  for (size_t i = 0; i < layout.arrays.size(); ++i) {
    Random random(key, kValueStream + set * 4096 + i);
    std::vector<Number>& numbers = values.arrays.emplace_back();
    const std::vector<NumberPlace>& places = layout.arrays[i].numbers;
    const Maker maker = MakerOf(key, set, i, options, static_cast<int32_t>(limit));
    numbers.reserve(shapes.Elements(i) * places.size());
    for (size_t element = 0; element < shapes.Elements(i); ++element)
      for (const NumberPlace& place : places)
        numbers.push_back(maker.Make(place.type, random));
  }
  Random random(key, kValueStream + set * 4096 + 4095);
  for (size_t n = 0; n < layout.numbers.size(); ++n) {
    const Maker maker = MakerOf(key, set, 2048 + n, options, static_cast<int32_t>(limit));
    values.numbers.push_back(maker.Make(layout.numbers[n].type, random));
  }
  return values;
}

std::vector<double> MakeWeights(uint64_t key, size_t set, size_t array, const ArgumentLayout& layout,
                                const InputShapes& shapes) {
  Random random(key, kWeightStream + set * 4096 + array);
  std::vector<double> weights;
  const std::vector<NumberPlace>& places = layout.arrays[array].numbers;
  for (size_t element = 0; element < shapes.Elements(array); ++element)
    for (const NumberPlace& place : places) {
      // Eighths, which every float type holds.
      const double weight = (4 + random.Below(9)) * 0.125 * (random.Percent(50) ? -1 : 1);
      weights.push_back(IsFloatNumber(place.type) ? weight : 0);
    }
  return weights;
}

}  // namespace warpsmith
