// Compile-time values as Warp's generator meets them: Python literals, module-level constants, enum members, typed
// Warp scalars, vectors and matrices, struct instances. What a value *is* (a Python int or a wp.int64) matters for its
// spelling, its hash and the type of the variable that holds it, so both are kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "types/types.h"

namespace warpsmith {

using ConstantId = Id<struct ConstantTag>;

enum class ConstantKind : uint8_t {
  kBool,      // Python bool or wp.bool: `integer` 0 or 1
  kInt,       // integer: `integer` holds the value, or its two's complement low 64 bits where `text` is set
  kFloat,     // floating point: `real`
  kString,    // `text`: decoded UTF-8
  kComposite, // vector, matrix, quaternion, transform: `elements` in storage order, row-major
  kStruct,    // struct instance: `elements` by field
};

struct Constant {
  ConstantKind kind = ConstantKind::kInt;
  /// The type of a variable that holds the value: int32 for a Python int, float32 for a Python float, bool, ...
  TypeId type;
  /// True for an instance of a Warp type (wp.int64(3)), false for plain Python (3). Composites are always typed.
  bool typed = false;
  /// Unsigned 64-bit values above INT64_MAX are stored as their two's complement when `type` is uint64.
  int64_t integer = 0;
  double real = 0.0;
  std::string text;  // kString; kInt: the decimal digits where the Python int does not fit int64
  std::vector<ConstantId> elements;

  [[nodiscard]] static Constant Bool(bool value) {
    Constant constant;
    constant.kind = ConstantKind::kBool;
    constant.type = kBoolType;
    constant.integer = value;
    return constant;
  }
  /// A plain Python int.
  [[nodiscard]] static Constant Int(int64_t value) {
    Constant constant;
    constant.type = kInt32Type;
    constant.integer = value;
    return constant;
  }
  /// A plain Python float.
  [[nodiscard]] static Constant Float(double value) {
    Constant constant;
    constant.kind = ConstantKind::kFloat;
    constant.type = kFloat32Type;
    constant.real = value;
    return constant;
  }
  [[nodiscard]] static Constant String(std::string value, TypeId type) {
    Constant constant;
    constant.kind = ConstantKind::kString;
    constant.type = type;
    constant.text = std::move(value);
    return constant;
  }
};

/// Holds constants; does not deduplicate.
using ConstantStore = Store<ConstantId, Constant>;

}  // namespace warpsmith
