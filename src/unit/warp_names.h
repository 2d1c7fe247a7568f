// What the names of the `warp` package, of Python's builtins and of a few standard modules are. Private to
// unit/.
#pragma once

#include <span>
#include <string_view>

#include "unit/implementation.h"

namespace warpsmith {

enum class WarpNameKind : uint8_t {
  None,  // a built-in function that is no attribute of the package
  Builtin,
  LibraryFunction,  // a @wp.func of Warp's own library
  Module,
  Int,
  Float,
  Type,
  Other,
};

struct WarpName {
  std::string_view name;
  WarpNameKind kind;
  double value;
  bool is_builtin_key;
};

/// All of them.
[[nodiscard]] std::span<const WarpName> WarpNames();
/// The name in the package, or null.
[[nodiscard]] const WarpName* FindWarpName(std::string_view name);
[[nodiscard]] bool IsPythonBuiltin(std::string_view name);
/// A class of the package that holds integers, such as wp.Volume, as a namespace; None for other classes.
[[nodiscard]] Object WarpClass(Unit& unit, std::string_view text);
/// A tuple of scalar types of warp._src.types, such as float_types; None for other names.
[[nodiscard]] Object WarpTypeTuple(Unit& unit, std::string_view text);
/// A name of kind Other or LibraryFunction as an object.
[[nodiscard]] Object WarpSpecial(std::string_view text, SymbolId name);
/// The value of warp.config.<name> before anybody assigns it.
[[nodiscard]] Object ConfigDefault(Unit& unit, std::string_view name);
/// An attribute of math, numpy, typing or enum.
[[nodiscard]] Object PythonModuleAttribute(Unit& unit, NamespaceKind module, SymbolId name);
/// The math function of this name with `arguments` arguments applied to them; nothing if there is none or it
/// raises.
[[nodiscard]] bool EvaluateMathFunction(std::string_view name, std::span<const double> arguments,
                                        double& result);

}  // namespace warpsmith
