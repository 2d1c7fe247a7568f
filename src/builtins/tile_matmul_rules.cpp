// Products of tiles.
#include "builtins/link_time.h"
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

constexpr int32_t kFirstTf32Architecture = 80;

ResultOrError TileMatmulOut(RuleContext&) { return CallResult{}; }

ResultOrError TileMatmul(RuleContext& context) {
  TypeId a = context.Type("a"), b = context.Type("b");
  int64_t shape[] = {context.types.shape(a)[0], context.types.shape(b)[1]};
  return Returns(context.types.NewTile(context.types[a].element, shape, {.storage = TileStorage::Shared}));
}

ResultOrError TileMatmulComplex(RuleContext&) {
  return Reject("tile_matmul() does not support complex tiles (vec2h, vec2f, vec2d)");
}

// The tiles of a product and what of them decides the function that computes it.
struct Product {
  std::array<TypeId, 3> types;
  NativeArguments tiles;
  bool has_result = false;
};

Product TilesOf(RuleContext& context, const CallResult& result) {
  Product product;
  product.has_result = !result.types.empty();
  product.tiles = {BoundValue(context, "a"), BoundValue(context, "b")};
  product.types = {context.Type("a"), context.Type("b"), product.has_result ? result.types[0] : context.Type("out")};
  if (product.has_result)
    product.tiles.push_back({{.type = result.types[0], .handle = result.handle}});
  else
    product.tiles.push_back(BoundValue(context, "out"));
  return product;
}

std::optional<BuiltinError> CheckElements(const RuleContext& context, const Product& product, bool tf32) {
  for (TypeId tile : product.types) {
    TypeId element = context.types[tile].element;
    if (!IsFloat(element))
      return Reject("tile_matmul() arguments must be tiles of float16, bfloat16, float32, or float64 entries");
    if (tf32 && element != kFloat32Type)
      return Reject("tile_matmul() precision='tf32' requires float32 tiles for a, b, and out");
  }
  auto is_bfloat16 = [&](size_t i) { return context.types[product.types[i]].element == kBfloat16Type; };
  if (is_bfloat16(2)) return Reject("tile_matmul() does not support a bfloat16 'out' tile");
  if (context.link_target.enable_backward && (is_bfloat16(0) || is_bfloat16(1)))
    return Reject("tile_matmul() does not support bfloat16 'a' or 'b' tiles when the backward pass is enabled");
  return std::nullopt;
}

/// How the library sees a tile; nothing if no leading dimension describes it.
std::optional<GemmOperand> OperandOf(const RuleContext& context, TypeId tile, const ArgumentValue& value) {
  const TypeInfo& info = context.types[tile];
  auto shape = context.types.shape(tile), strides = context.types.strides(tile);
  GemmOperand operand;
  operand.scalar = info.element;
  operand.aligned = info.tile.owner && !value.is_parameter;
  bool rows = strides[1] == 1 && strides[0] >= shape[1], columns = strides[0] == 1 && strides[1] >= shape[0];
  if (!rows && !columns) return std::nullopt;
  operand.row_major = info.tile.layout == TileLayout::ColumnMajor ? !columns : rows;
  operand.leading_dimension = operand.row_major ? strides[0] : strides[1];
  return operand;
}

/// The functions of a product and of the gradients of its operands; empty where Warp's own loops take their place.
std::vector<LinkFunction> FunctionsOf(const RuleContext& context, const Product& product, bool tf32) {
  std::vector<LinkFunction> functions;
  std::array<GemmOperand, 3> operands;
  for (size_t i = 0; i < operands.size(); ++i) {
    std::optional<GemmOperand> operand = OperandOf(context, product.types[i], product.tiles[i].value);
    if (!operand) return functions;
    operands[i] = *operand;
  }
  const auto& [a, b, c] = operands;
  auto shape = context.types.shape(product.types[0]);
  int64_t m = shape[0], k = shape[1], n = context.types.shape(product.types[1])[1];
  std::vector<Gemm> gemms = {{m, n, k, {a, b, c}, tf32}};
  if (context.link_target.enable_backward) {
    gemms.push_back({m, k, n, {c, b.Transposed(), a}, tf32});
    gemms.push_back({k, n, m, {a.Transposed(), c, b}, tf32});
  }
  bool may_fail = !gemms[0].IsDense() && (m % 16 != 0 || n % 16 != 0 || k % 16 != 0) &&
                  std::ranges::any_of(operands, [&](const GemmOperand& x) { return SizeInBytes(context.types, x.scalar) == 2; });
  for (const Gemm& gemm : gemms) {
    auto found = FindGemm(context.types, gemm, context.link_target, context.block_dim);
    if (!found && may_fail) return {};
    if (!found) found = UnknownProduct();
    functions.push_back(*found);
  }
  functions.resize(3, functions[0]);  // without gradients Warp names the first in their place
  return functions;
}

NativeOrError TileMatmulDispatch(RuleContext& context, const CallResult& result) {
  std::string_view precision = TextOf(context, "precision");
  if (precision != "default" && precision != "tf32")
    return Reject("tile_matmul() precision must be the string literal 'default' or 'tf32'");
  Product product = TilesOf(context, result);
  if (auto error = CheckElements(context, product, precision == "tf32")) return *error;
  auto a = context.types.shape(product.types[0]), b = context.types.shape(product.types[1]),
       out = context.types.shape(product.types[2]);
  if (a[1] != b[0] || a[0] != out[0] || b[1] != out[1])
    return Reject("tile_matmul(A, B, C) requires sizes of A, B and C to be consistent for a matmul");
  for (TypeId tile : product.types) context.types.MoveToShared(tile);

  const LinkTarget& target = context.link_target;
  NativeCall call;
  if (target.architecture != 0 && target.use_gemm) {
    bool tf32 = precision == "tf32" && target.architecture >= kFirstTf32Architecture;
    call.link_functions = FunctionsOf(context, product, tf32);
  }
  for (size_t i = 0; i < 3; ++i) {
    if (call.link_functions.empty()) call.arguments.push_back(IntegerConstant(context, 0));
    else call.AddText(call.link_functions[i].symbol);
  }
  for (const NativeArgument& tile : product.tiles) call.arguments.push_back(tile);
  call.arguments.push_back(BoundValue(context, "alpha"));
  if (product.has_result) {
    ConstantId zero = context.constants.Add(Constant::Float(0.0));
    call.arguments.push_back({{.type = kFloat32Type, .constant = zero}});
  } else {
    call.arguments.push_back(BoundValue(context, "beta"));
  }
  return call;
}

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileMatmulOut, TileMatmulOut},
    {ResultRule::TileMatmul, TileMatmul},
    {ResultRule::TileMatmulOutComplex, TileMatmulComplex},
    {ResultRule::TileMatmulComplex, TileMatmulComplex},
};

constexpr DispatchRuleRow kDispatches[] = {{DispatchRule::TileMatmulLto, TileMatmulDispatch}};

}  // namespace

TileRules TileMatmulRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
