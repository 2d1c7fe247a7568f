// Kernels by the million: typed, terminating, defined, and accepted by Warp, each a pure function of what names it.
//
// Generate(context, seed, index) depends on (seed, index, kGeneratorVersion, policy, options) alone: not on the machine,
// the compiler, the thread, or on other indices. Two indices below 2^40 of one run never share their structure (see
// chooser.h), and names contain the index.
//
// What a launch must respect for every access to be in range: all arrays have extents of at least 1, and extent d of an
// array is at least extent d of the launch where it has one. Input integers may hold any value: none is used as an index or a count unguarded. Loops add
// bounded terms, but products of large integers may wrap; small inputs (|x| <= 64) keep int32 arithmetic in range but
// for rare long products.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "generate/operations.h"
#include "generate/policy.h"

namespace warpsmith::generate {

/// Part of every record; to be raised whenever the text of any kernel changes.
inline constexpr std::string_view kGeneratorVersion = "4";

/// How a kernel uses an argument.
enum class ArgumentRole : uint8_t {
  Input,   // array, only read
  Output,  // array, each thread writes its own element
  Atomic,  // array, changed by atomics alone
  Scalar,  // value
  Count,   // integer value that bounds a loop
  Seed,    // seed of random numbers
};

struct KernelArgument {
  std::string name;
  std::string type;  // "float32", "array(dtype=vec3f, ndim=2)", "Particle"
  ArgumentRole role = ArgumentRole::Input;
};

struct GeneratedKernel {
  std::string name;
  Category category = Category::Arithmetic;
  uint32_t complexity = 1;
  std::string python_source;
  std::vector<KernelArgument> arguments;
  uint32_t launch_dimensions = 1;
  std::vector<std::string_view> builtins;  // names called as wp.NAME, sorted; views into static storage
};

struct GenerateOptions {
  std::vector<Category> categories;  // empty: all
  uint32_t min_complexity = 1;       // 1 to 5
  uint32_t max_complexity = 5;
};

/// Tables made once from a policy; immutable, so one serves all threads.
class GeneratorContext {
 public:
  explicit GeneratorContext(Policy policy = DefaultPolicy()) : policy_(std::move(policy)), operations_(policy_) {}
  [[nodiscard]] const Policy& policy() const { return policy_; }
  [[nodiscard]] const OperationTable& operations() const { return operations_; }

 private:
  Policy policy_;
  OperationTable operations_;
};

/// The kernel that (seed, index) names. `index` must be below 2^40.
[[nodiscard]] GeneratedKernel Generate(const GeneratorContext& context, uint64_t seed, uint64_t index,
                                       const GenerateOptions& options = {});

}  // namespace warpsmith::generate
