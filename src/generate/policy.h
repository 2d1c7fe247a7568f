// What to generate: weights and limits, apart from how it is written. The defaults are data/policy/default.json, which a
// JSON file may override in part. A policy is part of what a dataset depends on; `Fingerprint` names it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "generate/value_type.h"

namespace warpsmith::generate {

enum class Category : uint8_t {
#define CATEGORY(name, text) name,
#include "generate/categories.def"
};
inline constexpr uint32_t kCategoryCount = 0
#define CATEGORY(name, text) +1
#include "generate/categories.def"
    ;

/// Families of operations; a category says how much it likes each.
enum class Group : uint8_t {
  Arithmetic, Bits, Rounding, Math, Select, Compare, Logic, Vector, Matrix, Quaternion, Transform, Random, Cast,
  Construct
};
inline constexpr uint32_t kGroupCount = 14;

/// Statements a body is made of.
enum class StatementKind : uint8_t {
  Let, Accumulator, Augment, Assign, Component, If, Unrolled, Counted, Dynamic, While, Atomic, Unpack, Call, Store,
  View, Custom, Diagnose
};
inline constexpr uint32_t kStatementKindCount = 17;

/// Weights of one category. Zero: never.
struct Profile {
  std::array<uint32_t, kShapeCount> shapes{};
  std::array<uint32_t, kGroupCount> groups{};
  std::array<uint32_t, kStatementKindCount> statements{};
  std::array<uint32_t, 4> ranks{};       // launch dimensions 1 to 4
  std::array<uint32_t, 4> functions{};   // 0 to 3 @wp.func helpers
  std::array<uint32_t, 3> structs{};     // 0 to 2 @wp.struct definitions
  std::array<uint32_t, 6> scalars{};     // 0 to 5 scalar parameters
  std::array<uint32_t, 4> array_ranks{}; // beyond the launch's: 0 to 3 more dimensions
  uint32_t integers = 30;                // percent of scalar values that are integers
  uint32_t random_state = 4;             // percent of kernels that draw random numbers
};

struct Policy {
  std::array<uint32_t, 3> float_kinds{84, 10, 6};            // float32, float64, float16
  std::array<uint32_t, 8> integer_kinds{84, 6, 5, 1, 1, 1, 1, 1};  // int32, int64, uint32, uint64, 16 and 8 bits
  std::array<uint32_t, 5> statement_limits{1, 2, 3, 6, 20};  // most statements outside loops, by complexity
  std::array<uint32_t, 5> expression_limits{6, 6, 6, 7, 8};   // most operations in an expression, by complexity
  std::array<uint32_t, 5> nesting_limits{2, 2, 3, 3, 4};      // deepest block, by complexity
  uint32_t docstrings = 12;                                   // percent of kernels with one
  uint32_t comments = 6;                                      // percent of statements with one
  std::array<uint32_t, 4> kernel_options{95, 3, 0, 2};        // none, enable_backward=False, launch_bounds, grid_stride=False
  uint32_t module_options = 2;                                // percent of modules that set options
  uint32_t enums = 3;                                         // percent of modules with an IntEnum
  uint32_t array_parameters = 15;                             // percent of functions that take an array
  uint32_t overloads = 15;                                    // percent of functions after the first: overloads of it
  std::array<Profile, kCategoryCount> profiles{};
};

[[nodiscard]] Policy DefaultPolicy();
/// The default with what `json` overrides. Unknown keys, wrong types and categories that cannot be are errors.
[[nodiscard]] Result<Policy> ParsePolicy(std::string_view json);
/// All of `policy` as JSON; ParsePolicy reads it back to the same policy.
[[nodiscard]] std::string PolicyText(const Policy& policy);
/// Names the policy's content.
[[nodiscard]] uint64_t Fingerprint(const Policy& policy);

[[nodiscard]] std::string_view CategoryName(Category category);
[[nodiscard]] std::optional<Category> FindCategory(std::string_view name);

}  // namespace warpsmith::generate
