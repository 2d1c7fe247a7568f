#include "types/types.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace warpsmith {
namespace {

TEST(TypeTable, InternsByStructure) {
  TypeTable types;
  EXPECT_EQ(types.Vector(3, kFloat32Type), types.Vector(3, kFloat32Type));
  EXPECT_NE(types.Vector(3, kFloat32Type), types.Vector(3, kFloat64Type));
  EXPECT_NE(types.Vector(4, kFloat32Type), types.Quaternion(kFloat32Type));
  EXPECT_EQ(types.Array(kInt32Type, 2), types.Array(kInt32Type, 2));
  EXPECT_NE(types.Array(kInt32Type, 2), types.Array(kInt32Type, 1));
  EXPECT_NE(types.Array(kInt32Type, 1), types.Array(kInt32Type, 1, ArrayFamily::Indexed));
  TypeId pair[] = {kInt32Type, kFloat32Type};
  EXPECT_EQ(types.Tuple(pair), types.Tuple(pair));
  EXPECT_NE(types.Tuple(pair), types.Sequence(pair));
  int64_t shape[] = {2, 3};
  EXPECT_EQ(types.FixedArray(kFloat32Type, shape), types.FixedArray(kFloat32Type, shape));
}

TEST(TypeTable, StructsAreDistinctByDeclaration) {
  TypeTable types;
  TypeId first = types.DeclareStruct("S", {{"x", kFloat32Type}});
  TypeId second = types.DeclareStruct("S", {{"x", kFloat32Type}});
  EXPECT_NE(first, second);
  types.structure(first).native_name = "S_12345678";
  EXPECT_EQ(CppType(types, first), "S_12345678");
  EXPECT_EQ(types.structure(first).Find("x")->type, kFloat32Type);
  EXPECT_EQ(types.structure(first).Find("y"), nullptr);
}

struct SpellingCase {
  TypeId (*make)(TypeTable&);
  const char* cpp;
  const char* repr;
  const char* record;
  const char* code;
};

class TypeSpelling : public testing::TestWithParam<SpellingCase> {};

TEST_P(TypeSpelling, IsWarps) {
  TypeTable types;
  TypeId type = GetParam().make(types);
  EXPECT_EQ(CppType(types, type), GetParam().cpp);
  EXPECT_EQ(TypeRepr(types, type), GetParam().repr);
  EXPECT_EQ(RecordType(types, type), GetParam().record);
  EXPECT_EQ(TypeCode(types, type), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Types, TypeSpelling,
    testing::Values(
        SpellingCase{[](TypeTable&) { return kFloat32Type; }, "wp::float32", "float32", "float32", "f4"},
        SpellingCase{[](TypeTable&) { return kBoolType; }, "bool", "bool", "bool", "b"},
        SpellingCase{[](TypeTable&) { return kHandleType; }, "wp::uint64", "handle", "handle", "u8"},
        SpellingCase{[](TypeTable& t) { return t.Vector(3, kFloat32Type); }, "wp::vec_t<3, wp::float32>",
                     "vec3f", "vec3f", "v3f4"},
        SpellingCase{[](TypeTable& t) { return t.Vector(6, kFloat64Type); }, "wp::vec_t<6, wp::float64>",
                     "vector(length=6, dtype=float64)", "vector(length=6, dtype=float64)", "v6f8"},
        SpellingCase{[](TypeTable& t) { return t.Vector(2, kBoolType); }, "wp::vec_t<2, bool>",
                     "vector(length=2, dtype=bool)", "vector(length=2, dtype=bool)", "v2b"},
        SpellingCase{[](TypeTable& t) { return t.Matrix(2, 3, kFloat16Type); },
                     "wp::mat_t<2, 3, wp::float16>", "mat23h", "mat23h", "m23f2"},
        SpellingCase{[](TypeTable& t) { return t.Quaternion(kFloat32Type); }, "wp::quat_t<wp::float32>",
                     "quatf", "quatf", "qf4"},
        SpellingCase{[](TypeTable& t) { return t.Quaternion(kFloat32Type, true); }, "wp::quat_t<float>",
                     "quatf", "quatf", "qf4"},
        SpellingCase{[](TypeTable& t) { return t.Transform(kFloat64Type); }, "wp::transform_t<wp::float64>",
                     "transformd", "transformd", "tf8"},
        SpellingCase{[](TypeTable& t) { return t.Array(t.Vector(3, kFloat32Type), 2); },
                     "wp::array_t<wp::vec_t<3, wp::float32>>", "array(ndim=2, dtype=vec3f)",
                     "array(dtype=vec3f, ndim=2)", "a2v3f4"},
        SpellingCase{[](TypeTable& t) { return t.Array(kInt8Type, 1, ArrayFamily::Indexed); },
                     "wp::indexedarray_t<wp::int8>", "indexedarray(ndim=1, dtype=int8)",
                     "indexedarray(dtype=int8, ndim=1)", "ia1i1"}));

TEST(Types, ReferencesTuplesAndFixedArrays) {
  TypeTable types;
  EXPECT_EQ(CppType(types, types.Reference(types.Array(kFloat32Type, 1))), "wp::array_t<wp::float32>*");
  TypeId pair[] = {kInt32Type, kBoolType};
  EXPECT_EQ(CppType(types, types.Tuple(pair)), "wp::tuple_t<wp::int32, bool>");
  int64_t shape[] = {2, 3};
  TypeId fixed = types.FixedArray(kFloat32Type, shape);
  EXPECT_EQ(CppType(types, fixed), "wp::fixedarray_t<6, wp::float32>");
  EXPECT_EQ(types[fixed].dimensions, 2);
}

TEST(Types, GenericEquality) {
  TypeTable types;
  TypeId any_vector = types.Vector(kAnyLength, kAnyScalarType);
  EXPECT_TRUE(TypesEqualGeneric(types, any_vector, types.Vector(7, kInt8Type)));
  EXPECT_FALSE(TypesEqualGeneric(types, any_vector, types.Quaternion(kFloat32Type)));
  EXPECT_FALSE(TypesEqualGeneric(types, types.Vector(kAnyLength, kAnyFloatType), types.Vector(7, kInt8Type)));
  EXPECT_FALSE(TypesEqualGeneric(types, kAnyScalarType, kBoolType));
  EXPECT_TRUE(TypesEqual(types, kHandleType, kUint64Type));
  EXPECT_TRUE(TypesEqual(types, types.Quaternion(kFloat32Type), types.Quaternion(kFloat32Type, true)));
  EXPECT_TRUE(TypesEqual(types, types.Array(kFloat32Type, 1), types.Array(kFloat32Type, 2)));
  EXPECT_FALSE(TypeMatchesTemplate(types, types.Array(kFloat32Type, 1), types.Array(kAnyType, 2)));
  EXPECT_TRUE(TypeMatchesTemplate(types, types.Array(kFloat32Type, 2), types.Array(kAnyType, 2)));
  TypeId three[] = {kInt32Type, kInt32Type, kInt32Type};
  EXPECT_TRUE(TypesEqualGeneric(types, types.RepeatedTuple(kInt32Type), types.Tuple(three)));
  EXPECT_FALSE(TypesEqualGeneric(types, types.RepeatedTuple(kInt32Type), kInt32Type));
}

TEST(Types, ErasedParentsAreOfQueriesOnly) {
  TypeTable types;
  EXPECT_EQ(ErasedParent(kBvhQueryRayType), kBvhQueryType);
  // A composite's id may equal a query's modulo 256.
  for (uint32_t extent = 1; extent < 400; ++extent)
    EXPECT_FALSE(ErasedParent(types.Vector(extent, kFloat32Type)).valid());
}

TEST(Types, ByName) {
  TypeTable types;
  EXPECT_EQ(TypeByName(types, "vec3"), types.Vector(3, kFloat32Type));
  EXPECT_EQ(TypeByName(types, "vec4ub"), types.Vector(4, kUint8Type));
  EXPECT_EQ(TypeByName(types, "mat33d"), types.Matrix(3, 3, kFloat64Type));
  EXPECT_EQ(TypeByName(types, "spatial_vectorh"), types.Vector(6, kFloat16Type));
  EXPECT_EQ(TypeByName(types, "transform"), types.Transform(kFloat32Type));
  EXPECT_EQ(TypeByName(types, "int"), kInt32Type);
  EXPECT_EQ(TypeByName(types, "uint64"), kUint64Type);
  for (const char* name : {"vec5", "mat23", "quati", "vec3x", "", "array", "_BvhQueryRay"})
    EXPECT_FALSE(TypeByName(types, name).valid()) << name;
}

TEST(Types, CommonTypesHaveTheSameIdsInEveryTable) {
  TypeTable first, second;
  second.DeclareStruct("S");
  for (TypeTable* types : {&first, &second}) {
    EXPECT_TRUE(types->IsCommon(types->Vector(3, kFloat32Type)));
    EXPECT_TRUE(types->IsCommon(types->Reference(types->Matrix(3, 3, kFloat64Type))));
    EXPECT_TRUE(types->IsCommon(kFloat32Type));
    EXPECT_FALSE(types->IsCommon(types->Vector(5, kFloat32Type)));
    EXPECT_FALSE(types->IsCommon(types->DeclareStruct("S")));
    EXPECT_EQ((*types)[types->Array(kInt32Type, 4)].dimensions, 4);
  }
  EXPECT_EQ(first.Array(first.Vector(2, kInt16Type), 3), second.Array(second.Vector(2, kInt16Type), 3));
  EXPECT_EQ(first.Vector(7, kFloat32Type), first.Vector(7, kFloat32Type));
}

TEST(Types, SizesAndShapes) {
  TypeTable types;
  EXPECT_EQ(SizeInBytes(types, types.Matrix(2, 3, kFloat64Type)), 48u);
  EXPECT_EQ(SizeInBytes(types, types.Transform(kFloat16Type)), 14u);
  EXPECT_TRUE(std::ranges::equal(ShapeOf(types, types.Quaternion(kFloat32Type)), std::vector<int64_t>{4}));
  EXPECT_EQ(RowTypeOf(types, types.Matrix(2, 3, kFloat64Type)), types.Vector(3, kFloat64Type));
  EXPECT_EQ(FindNativeField(types, types.Array(kFloat32Type, 1), "ptr")->cpp_member, "data");
  EXPECT_FALSE(FindNativeField(types, types.Array(kFloat32Type, 1), "size").has_value());
}

}  // namespace
}  // namespace warpsmith
