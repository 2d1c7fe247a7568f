// Return and dispatch rules of the built-ins that make or take tiles, and what these rules share.
//
// A rule that needs the elements of a tile to have addresses moves the tile to shared memory: it changes the type of
// its argument, and with it the declaration of every variable of that type (TypeTable::MoveToShared). Warp decides in
// the same order, so that a rule must be applied exactly once a call.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "builtins/dispatch_rules.h"
#include "builtins/result_rules.h"

namespace warpsmith {

/// The function of a rule about tiles; null if there is none or it is not written yet.
[[nodiscard]] ResultRuleFunction FindTileResultRule(builtin_tables::ResultRule rule);
[[nodiscard]] DispatchRuleFunction FindTileDispatchRule(builtin_tables::DispatchRule rule);

/// The type of a copy of a tile in shared memory: of the same shape and strides, with memory of its own.
[[nodiscard]] TypeId CopyOfSharedTile(TypeTable& types, TypeId tile);

// ---- arguments of calls with tiles, for the tile_*_rules.cpp

using NativeOrError = BuiltinResult<NativeCall>;

/// The elements of a tuple, or a value that stands for a tuple of itself. Empty for a tuple whose elements nobody knows.
[[nodiscard]] std::span<const ArgumentValue> ElementsOf(const RuleContext& context, const ArgumentValue& value);
/// An element of `tuple` as a native argument. Of a tuple that the program holds, Warp keeps the values of constants
/// and not their variables, so that such an element becomes a variable once more.
[[nodiscard]] NativeArgument ElementArgument(const RuleContext& context, const ArgumentValue& tuple, size_t index);
/// The integers of the tuple (or single integer) bound to `name`; nothing if one of them is not constant.
[[nodiscard]] std::optional<std::vector<int64_t>> ConstantTuple(const RuleContext& context, std::string_view name);
/// The text or truth of a constant argument.
[[nodiscard]] std::string_view TextOf(const RuleContext& context, std::string_view name);
[[nodiscard]] bool IsTrue(const RuleContext& context, std::string_view name);
/// Where a tile is to live by the argument `storage`; nothing if its text means neither place.
[[nodiscard]] std::optional<TileStorage> StorageOf(const RuleContext& context);
/// A new constant variable of an argument list.
[[nodiscard]] NativeArgument IntegerConstant(RuleContext& context, int64_t value, TypeId type = kInt32Type);
[[nodiscard]] NativeArgument BoundValue(const RuleContext& context, std::string_view name);
/// Dimensions as they stand in messages: (4, 8).
[[nodiscard]] std::string ReprOfShape(std::span<const int64_t> shape);
[[nodiscard]] BuiltinError ShapeNotConstant();
[[nodiscard]] inline bool SameShape(const TypeTable& types, TypeId a, TypeId b) {
  return std::ranges::equal(types.shape(a), types.shape(b));
}

/// Rules of one family of calls.
struct ResultRuleRow {
  builtin_tables::ResultRule rule;
  ResultRuleFunction function;
};
struct DispatchRuleRow {
  builtin_tables::DispatchRule rule;
  DispatchRuleFunction function;
};
struct TileRules {
  std::span<const ResultRuleRow> results;
  std::span<const DispatchRuleRow> dispatches;
};
[[nodiscard]] TileRules TileConstructionRules();
[[nodiscard]] TileRules TileMemoryRules();
[[nodiscard]] TileRules TileViewRules();
[[nodiscard]] TileRules TileArithmeticRules();
[[nodiscard]] TileRules TileElementRules();
[[nodiscard]] TileRules TileMatmulRules();
[[nodiscard]] TileRules TileSolverRules();
[[nodiscard]] TileRules TileTransformRules();
[[nodiscard]] TileRules TileFunctionRules();
/// The tile of what a function returns for pairs of elements: the rule of tile_map() with two tiles.
[[nodiscard]] ResultOrError MapPairs(RuleContext& context);

}  // namespace warpsmith
