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

enum class ConstantForm : uint8_t {
  Bool,      // Python bool or wp.bool: `integer` 0 or 1
  Int,       // integer: `integer` holds the value, or its two's complement low 64 bits where `text` is set
  Float,     // floating point: `real`
  String,    // `text`: decoded UTF-8
  Composite, // vector, matrix, quaternion, transform: `elements` in storage order, row-major
  Struct,    // struct instance: `elements` by field
};

struct Constant {
  ConstantForm form = ConstantForm::Int;
  /// The type of a variable that holds the value: int32 for a Python int, float32 for a Python float, bool, ...
  TypeId type;
  /// True for an instance of a Warp type (wp.int64(3)), false for plain Python (3). Composites are always typed.
  bool typed = false;
  /// Unsigned 64-bit values above INT64_MAX are stored as their two's complement when `type` is uint64.
  int64_t integer = 0;
  double real = 0.0;
  /// String; Int: the decimal digits where the Python int does not fit int64; Float: how Python spells a number of numpy's
  /// that has fewer digits than a double.
  std::string text;
  std::vector<ConstantId> elements;

  [[nodiscard]] static Constant Bool(bool value) {
    Constant constant;
    constant.form = ConstantForm::Bool;
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
    constant.form = ConstantForm::Float;
    constant.type = kFloat32Type;
    constant.real = value;
    return constant;
  }
  [[nodiscard]] static Constant String(std::string value, TypeId type) {
    Constant constant;
    constant.form = ConstantForm::String;
    constant.type = type;
    constant.text = std::move(value);
    return constant;
  }
};

/// Holds constants; does not deduplicate.
using ConstantStore = Store<ConstantId, Constant>;

}  // namespace warpsmith
