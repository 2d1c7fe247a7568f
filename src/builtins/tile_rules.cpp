#include "builtins/tile_rules.h"

#include <algorithm>

namespace warpsmith {
namespace {

using Family = TileRules (*)();
constexpr Family kFamilies[] = {TileConstructionRules, TileMemoryRules, TileViewRules, TileArithmeticRules,
                                TileElementRules,      TileMatmulRules,   TileSolverRules, TileTransformRules,
                                TileFunctionRules};

}  // namespace

ResultRuleFunction FindTileResultRule(builtin_tables::ResultRule rule) {
  for (Family family : kFamilies)
    for (const ResultRuleRow& row : family().results)
      if (row.rule == rule) return row.function;
  return nullptr;
}

DispatchRuleFunction FindTileDispatchRule(builtin_tables::DispatchRule rule) {
  for (Family family : kFamilies)
    for (const DispatchRuleRow& row : family().dispatches)
      if (row.rule == rule) return row.function;
  return nullptr;
}

TypeId CopyOfSharedTile(TypeTable& types, TypeId tile) {
  const TypeInfo info = types[tile];
  TileTraits traits = info.tile;
  traits.owner = true;
  return types.NewTile(info.element, types.shape(tile), traits, types.strides(tile));
}

std::span<const ArgumentValue> ElementsOf(const RuleContext& context, const ArgumentValue& value) {
  TypeKind kind = context.types.kind(StripReference(context.types, value.type));
  if (kind == TypeKind::Tuple || kind == TypeKind::Sequence) return value.elements;
  return std::span(&value, 1);
}

NativeArgument ElementArgument(const RuleContext& context, const ArgumentValue& tuple, size_t index) {
  ArgumentValue element = ElementsOf(context, tuple)[index];
  bool is_held = IsTuple(context.types, StripReference(context.types, tuple.type));
  if (is_held && element.constant) element.handle = ArgumentValue::kNoHandle;
  return {element};
}

std::optional<std::vector<int64_t>> ConstantTuple(const RuleContext& context, std::string_view name) {
  const ArgumentValue* value = context.Value(name);
  if (value == nullptr) return std::nullopt;
  std::span<const ArgumentValue> elements = ElementsOf(context, *value);
  if (elements.empty()) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const ArgumentValue& element : elements) {
    std::optional<int64_t> number = context.Integer(element);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::string_view TextOf(const RuleContext& context, std::string_view name) {
  const ArgumentValue* value = context.Value(name);
  if (value == nullptr || !value->constant) return {};
  const Constant& constant = context.constants[value->constant];
  return constant.form == ConstantForm::String ? std::string_view(constant.text) : std::string_view();
}

bool IsTrue(const RuleContext& context, std::string_view name) {
  const ArgumentValue* value = context.Value(name);
  return value != nullptr && context.Integer(*value).value_or(0) != 0;
}

std::optional<TileStorage> StorageOf(const RuleContext& context) {
  std::string_view text = TextOf(context, "storage");
  if (text == "register") return TileStorage::Register;
  if (text == "shared") return TileStorage::Shared;
  return std::nullopt;
}

NativeArgument IntegerConstant(RuleContext& context, int64_t value, TypeId type) {
  Constant constant = Constant::Int(value);
  constant.type = type;
  return {{.type = type, .constant = context.constants.Add(std::move(constant))}};
}

NativeArgument BoundValue(const RuleContext& context, std::string_view name) { return {*context.Value(name)}; }

std::string ReprOfShape(std::span<const int64_t> shape) {
  std::string out = "(";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + (shape.size() == 1 ? ",)" : ")");
}

BuiltinError ShapeNotConstant() { return Reject("Tile functions require shape to be a compile time constant."); }

}  // namespace warpsmith
