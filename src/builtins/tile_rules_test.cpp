#include <gtest/gtest.h>

#include "builtins/builtins.h"

namespace warpsmith {
namespace {

class TileRulesTest : public testing::Test {
 protected:
  ArgumentValue Variable(TypeId type) { return {.type = type, .handle = next_handle_++}; }
  ArgumentValue Text(std::string text) {
    return {.type = kStringType, .constant = constants.Add(Constant::String(std::move(text), kStringType))};
  }
  TypeId Tile(std::vector<int64_t> shape, TypeId dtype = kFloat32Type, TileTraits traits = {}) {
    return types.NewTile(dtype, shape, traits);
  }
  /// The result and the template arguments of a call.
  struct Called {
    CallResult result;
    NativeCall native;
  };
  BuiltinResult<Called> Call(std::string_view name, std::vector<ArgumentValue> positional,
                             std::vector<KeywordArgument> keywords = {}) {
    auto overload = builtins.Resolve(Builtins::Find(name), positional, keywords);
    if (!overload) return overload.error();
    auto bound = builtins.Bind(*overload, positional, keywords);
    if (!bound) return bound.error();
    auto result = builtins.ResultOf(*bound);
    if (!result) return result.error();
    auto native = builtins.Dispatch(*bound, *result);
    if (!native) return native.error();
    return Called{*result, *native};
  }
  std::vector<int64_t> Shape(TypeId tile) { return {types.shape(tile).begin(), types.shape(tile).end()}; }
  std::vector<int64_t> Strides(TypeId tile) { return {types.strides(tile).begin(), types.strides(tile).end()}; }

  TypeTable types;
  ConstantStore constants;
  Builtins builtins{types, constants};
  uint32_t next_handle_ = 0;
};

using Extents = std::vector<int64_t>;

TEST_F(TileRulesTest, ConstructionNamesElementTypeAndShape) {
  auto zeros = Call("tile_zeros", {builtins.IntArgument(8)},
                    {{"dtype", Builtins::TypeArgument(kFloat64Type)}, {"storage", Text("shared")}});
  ASSERT_TRUE(zeros.ok()) << zeros.error().message;
  EXPECT_EQ(zeros->native.template_arguments, "<wp::float64, 8>");
  EXPECT_TRUE(IsSharedTile(types, zeros->result.types[0]));
  EXPECT_EQ(SharedMemoryOf(types, zeros->result.types[0]), 64u);
  auto elsewhere = Call("tile_zeros", {builtins.IntArgument(8)}, {{"storage", Text("global")}});
  EXPECT_EQ(elsewhere.error().kind, BuiltinError::Kind::Rejected);
}

TEST_F(TileRulesTest, TheSizeOfABlockIsTheLastExtent) {
  builtins.set_block_dim(64);
  auto spread = Call("tile", {Variable(types.Vector(3, kFloat32Type))});
  ASSERT_TRUE(spread.ok()) << spread.error().message;
  EXPECT_EQ(Shape(spread->result.types[0]), (Extents{3, 64}));
  EXPECT_EQ(spread->native.template_arguments, "<wp::float32, 3>");
}

TEST_F(TileRulesTest, LoadsStartAtZeroUnlessTold) {
  auto load = Call("tile_load", {Variable(types.Array(kInt32Type, 1)), builtins.IntArgument(4)});
  ASSERT_TRUE(load.ok()) << load.error().message;
  EXPECT_EQ(load->native.template_arguments, "<wp::int32, true, false, 4>");
  ASSERT_EQ(load->native.arguments.size(), 2u);
  EXPECT_EQ(constants[load->native.arguments[1].value.constant].integer, 0);
}

TEST_F(TileRulesTest, ViewsMoveTheirTileToSharedMemory) {
  TypeId tile = Tile({4, 8});
  auto transposed = Call("tile_transpose", {Variable(tile)});
  ASSERT_TRUE(transposed.ok()) << transposed.error().message;
  EXPECT_TRUE(IsSharedTile(types, tile));
  TypeId view = transposed->result.types[0];
  EXPECT_EQ(Shape(view), (Extents{8, 4}));
  EXPECT_EQ(Strides(view), (Extents{1, 8}));
  EXPECT_FALSE(types[view].tile.owner);
  EXPECT_EQ(SharedMemoryOf(types, view), 0u);
}

TEST_F(TileRulesTest, ArithmeticWantsEqualShapes) {
  EXPECT_TRUE(Call("add", {Variable(Tile({4})), Variable(Tile({4}))}).ok());
  auto different = Call("add", {Variable(Tile({4})), Variable(Tile({5}))});
  ASSERT_FALSE(different.ok());
  EXPECT_EQ(different.error().kind, BuiltinError::Kind::Rejected);
  auto scaled = Call("mul", {Variable(kFloat32Type), Variable(Tile({4}))});
  ASSERT_TRUE(scaled.ok()) << scaled.error().message;
  EXPECT_EQ(scaled->native.arguments[0].value.handle, 5u);  // the tile comes first
}

TEST_F(TileRulesTest, ExtractGoesIntoTheElement) {
  TypeId tile = Tile({4}, types.Matrix(2, 3, kFloat32Type));
  auto row = Call("tile_extract", {Variable(tile), Variable(kInt32Type), Variable(kInt32Type)});
  ASSERT_TRUE(row.ok()) << row.error().message;
  EXPECT_EQ(row->result.types[0], types.Vector(3, kFloat32Type));
}

TEST_F(TileRulesTest, CopiesOfSharedTilesHaveMemoryOfTheirOwn) {
  TypeId registers = Tile({4}), shared = Tile({4}, kFloat32Type, {.storage = TileStorage::Shared, .owner = false});
  EXPECT_EQ(Call("copy", {Variable(registers)})->result.types[0], registers);
  TypeId copy = Call("copy", {Variable(shared)})->result.types[0];
  EXPECT_NE(copy, shared);
  EXPECT_TRUE(types[copy].tile.owner);
}

TEST_F(TileRulesTest, RangesCountTheirElements) {
  auto count = [&](std::vector<ArgumentValue> bounds) {
    auto range = Call("tile_arange", std::move(bounds), {{"dtype", Builtins::TypeArgument(kInt32Type)}});
    return range ? Shape(range->result.types[0])[0] : -1;
  };
  EXPECT_EQ(count({builtins.IntArgument(5)}), 5);
  EXPECT_EQ(count({builtins.IntArgument(0), builtins.IntArgument(10), builtins.IntArgument(3)}), 4);
  EXPECT_EQ(count({builtins.IntArgument(10), builtins.IntArgument(0), builtins.IntArgument(-5)}), 2);
  EXPECT_EQ(count({builtins.IntArgument(0)}), -1);
}

}  // namespace
}  // namespace warpsmith
