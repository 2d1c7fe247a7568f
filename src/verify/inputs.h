// Inputs for a launch, from a recipe: a pure function of a key (of the record), a set number and the kernel's arguments.
//
// Shapes are small, since results are kept and compared in full: 7 threads of one dimension, 4 by 3, 3 by 2 by 2, 2 by 2
// by 2 by 2. An array has at least the launch's extent in each dimension that it shares with it, and up to two more, so
// that an index that is off finds something else. All sets of a record have the same shapes.
//
// Sets differ in style: how large floats and integers are, whether they are whole, repeat, or change their sign. The first
// sets have one style for all arguments; the others, made to reach branches that those leave out, one for each, and numbers
// among them that the kernel itself names. Floats are rounded to their type, so that float32 and float64 launches get the
// same values.
#pragma once

#include <cstdint>
#include <vector>

#include "verify/layout.h"

namespace warpsmith {

/// Part of every check; to be raised whenever any input changes.
inline constexpr int kRecipeVersion = 2;
/// Sets that every check has, and how many there are to choose from where these leave something untold: a fault that is
/// proven to change nothing, or any other.
inline constexpr size_t kBaseSets = 3, kProvenSets = 12, kMaxSets = 60;

struct InputShapes {
  std::vector<uint32_t> launch;
  std::vector<std::vector<uint32_t>> arrays;  // beside the layout's arrays
  [[nodiscard]] size_t Elements(size_t array) const;
};

/// Numbers in the order of the layout: of each array element by element, then outside of arrays.
struct InputValues {
  std::vector<std::vector<Number>> arrays;
  std::vector<Number> numbers;
};

struct RecipeOptions {
  /// Integers may be used as indices: they stay below every extent. For kernels that nobody promises to guard them.
  bool indices = false;
  /// Numbers of the kernel's text, finite and each once: what its branches compare with.
  std::vector<double> constants;
};

[[nodiscard]] InputShapes MakeShapes(uint64_t key, const ArgumentLayout& layout, size_t launch_dimensions);
/// The layout must be that of the original, not widened.
[[nodiscard]] InputValues MakeInputs(uint64_t key, size_t set, const ArgumentLayout& layout, const InputShapes& shapes,
                                     const RecipeOptions& options);
/// A multiplier for each number of array `array`, in [0.5, 1.5] with either sign: what the backward launch gets as the
/// gradient of the kernel's results. 0 for integers.
[[nodiscard]] std::vector<double> MakeWeights(uint64_t key, size_t set, size_t array, const ArgumentLayout& layout,
                                              const InputShapes& shapes);

}  // namespace warpsmith
