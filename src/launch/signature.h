// What a launch must know of a kernel: how its arguments lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "compile/compile.h"

namespace warpsmith {

/// An argument of a kernel, or a field of one that is a struct.
struct KernelParameter {
  std::string name;      // "x"; of a field "settings.scale"
  std::string type;      // as records spell it: "float32", "vec3f", "array(dtype=float32, ndim=2)"
  bool is_array = false;
  size_t offset = 0;     // in the struct of the arguments
  size_t size = 0;       // there
  /// What the value, or each element of the array, is made of: "float32" of a vec3f. Empty where elements are structs.
  std::string scalar;
  size_t element_size = 0;  // of an array
  uint8_t dimensions = 0;   // of an array
};

/// Which entry points of a text are wanted; what the others call is then not compiled.
enum class KernelEntries : uint8_t { Both, Forward, Backward };

struct KernelSignature {
  std::string key;           // the name in Python
  std::string mangled_name;  // that of the entry points
  size_t dimensions = 1;     // of wp.tid()
  bool has_backward = true;
  std::vector<KernelParameter> parameters;  // structs taken apart, in order
  std::vector<size_t> argument_offsets;     // of the arguments as they are declared
  size_t size = 0;                          // of the struct of the arguments
  /// Dynamic shared memory in bytes that the entry points for CUDA need; 0 but for tiles.
  uint32_t shared_bytes = 0, shared_bytes_backward = 0;

  /// Null if there is none of this name.
  [[nodiscard]] const KernelParameter* Find(std::string_view name) const;
};

/// The signature of kernel number `position` of a module that was made from `unit`. An error if it takes arguments that
/// cannot be made here: textures, indexed and fabric arrays.
Result<KernelSignature> SignatureOf(const Unit& unit, const CompiledModule& module, size_t position);

}  // namespace warpsmith
