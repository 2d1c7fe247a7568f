// Changes of single elements of a tile in shared memory, in place.
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

std::optional<BuiltinError> CheckValue(const RuleContext& context) {
  TypeId element = context.types[context.Type("a")].element, value = context.Type("value");
  if (TypesEqual(context.types, element, value)) return std::nullopt;
  return Reject("'value' must have the same dtype as the target tile, got " + context.Repr(element) + " and " +
                context.Repr(value));
}

ResultOrError TileInplace(RuleContext& context) {
  if (auto error = CheckValue(context)) return *error;
  context.types.MoveToShared(context.Type("a"));
  return CallResult{};
}

ResultOrError TileInplaceBitwise(RuleContext& context) {
  if (IsStruct(context.types, context.types[context.Type("a")].element))
    return Reject("Tile bitwise inplace operators do not support Warp struct tile elements");
  return TileInplace(context);
}

ResultOrError TileScatter(RuleContext& context) {
  TypeId tile = context.Type("a");
  context.types.MoveToShared(tile);
  if (context.Indices().size() != context.types.shape(tile).size())
    return Reject("incorrect number of indices (" + std::to_string(context.Indices().size()) + ") for tile shape " +
                  ReprOfShape(context.types.shape(tile)));
  if (auto error = CheckValue(context)) return *error;
  return CallResult{};
}

NativeOrError TileScatterAddDispatch(RuleContext& context, const CallResult&) {
  const ArgumentValue& atomic = *context.Value("atomic");
  if (!atomic.constant) return Reject("tile_scatter_add() 'atomic' must be a compile-time constant");
  NativeCall call{.arguments = {BoundValue(context, "a")}};
  for (const ArgumentValue* index : context.Indices()) call.arguments.push_back({*index});
  call.arguments.push_back(BoundValue(context, "value"));
  call.arguments.push_back(BoundValue(context, "has_value"));
  if (!IsTrue(context, "atomic")) call.template_arguments = "<false>";
  return call;
}

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileInplace, TileInplace},
    {ResultRule::TileInplaceBitwise, TileInplaceBitwise},
    {ResultRule::TileScatterAdd, TileScatter},
    {ResultRule::TileScatterMasked, TileScatter},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileScatterAdd, TileScatterAddDispatch},
};

}  // namespace

TileRules TileElementRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
