#include "builtins/link_time.h"

#include <gtest/gtest.h>

namespace warpsmith {
namespace {

class LinkTime : public testing::Test {
 protected:
  // The product of warp.examples.tile.example_tile_matmul.
  Gemm gemm_{8, 4, 8, {GemmOperand{kFloat16Type, true, 8, true}, {kFloat32Type, true, 4, true}, {kFloat64Type, true, 4, true}}, false};
  TypeTable types_;
};

TEST_F(LinkTime, ProductsAreNamedAfterWhatTheyCompute) {
  LinkResults results = {{"dot_8_4_8_90_256_1_1_1_3_5_6_0_al16_16_16_sb1", 0}};
  auto found = FindGemm(types_, gemm_, {.architecture = 90, .results = &results}, 256);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->declaration,
            "void dot_8_4_8_90_256_1_1_1_3_5_6_0_al16_16_16_sb1(wp::float64*, wp::float16*, wp::float32*, wp::float64*, "
            "wp::float64*);");
}

TEST_F(LinkTime, AlignmentsThatTheLibraryRefusedAreLeftOut) {
  LinkResults results = {{"dot_8_4_8_90_256_1_1_1_3_5_6_0_al0_0_0_sb1", 0}};
  auto found = FindGemm(types_, gemm_, {.architecture = 90, .results = &results}, 256);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->symbol, results.begin()->first);
  results.clear();
  found = FindGemm(types_, gemm_, {.architecture = 90, .results = &results}, 256);
  EXPECT_FALSE(found.has_value());
}

TEST_F(LinkTime, WhatOnlyABuildTellsIsNotGuessed) {
  EXPECT_NE(FindGemm(types_, gemm_, {.architecture = 90}, 256)->unknown, "");
  EXPECT_NE(FindTransform({64, 2, false, kFloat32Type}, {.architecture = 90}).first.unknown, "");
  LinkResults results = {{"fft_64_2_90_forward_5", 512}};
  auto [function, bytes] = FindTransform({64, 2, false, kFloat32Type}, {.architecture = 90, .results = &results});
  EXPECT_EQ(function.unknown, "");
  EXPECT_EQ(bytes, 512);
}

TEST_F(LinkTime, LibrariesServeNeighbouringArchitectures) {
  EXPECT_EQ(LibraryArchitecture(90), 90);
  EXPECT_EQ(LibraryArchitecture(107), 103);
  EXPECT_EQ(LibraryArchitecture(122), 120);
}

}  // namespace
}  // namespace warpsmith
