#include "emit/constant_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "emit/utf8.h"

namespace warpsmith {
namespace {

std::string Repr(double value) {
  TextBuffer out;
  AppendPythonFloat(value, out);
  return out.str();
}

// Expected texts are what CPython 3.11 prints.
TEST(ConstantText, FloatsReadLikePython) {
  EXPECT_EQ(Repr(0.0), "0.0");
  EXPECT_EQ(Repr(-0.0), "-0.0");
  EXPECT_EQ(Repr(1.0), "1.0");
  EXPECT_EQ(Repr(0.1), "0.1");
  EXPECT_EQ(Repr(-12.5), "-12.5");
  EXPECT_EQ(Repr(123456789.125), "123456789.125");
  EXPECT_EQ(Repr(0.0001), "0.0001");
  EXPECT_EQ(Repr(0.00012), "0.00012");
  EXPECT_EQ(Repr(0.00001), "1e-05");
  EXPECT_EQ(Repr(1.5e-7), "1.5e-07");
  EXPECT_EQ(Repr(1e15), "1000000000000000.0");
  EXPECT_EQ(Repr(9007199254740993.0), "9007199254740992.0");
  EXPECT_EQ(Repr(1e16), "1e+16");
  EXPECT_EQ(Repr(1e22), "1e+22");
  EXPECT_EQ(Repr(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(Repr(5e-324), "5e-324");
  EXPECT_EQ(Repr(0.30000000000000004), "0.30000000000000004");
  EXPECT_EQ(Repr(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(Repr(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(Repr(std::nan("")), "nan");
}

class ConstantTextTest : public testing::Test {
 protected:
  ConstantTextTest() { spellings_.Bind(types_); }
  std::string Text(Constant value) {
    TextBuffer out;
    AppendConstant(constants_, constants_.Add(std::move(value)), spellings_, out);
    return out.str();
  }
  static Constant Typed(Constant value, TypeId type) {
    value.type = type;
    value.typed = true;
    return value;
  }
  Constant Composite(TypeId type, std::vector<Constant> elements) {
    Constant value;
    value.form = ConstantForm::Composite;
    value.type = type;
    for (Constant& element : elements) value.elements.push_back(constants_.Add(std::move(element)));
    return value;
  }

  TypeTable types_;
  ConstantStore constants_;
  TypeSpellings spellings_;
};

TEST_F(ConstantTextTest, PlainPythonValues) {
  EXPECT_EQ(Text(Constant::Bool(true)), "true");
  EXPECT_EQ(Text(Constant::Int(-7)), "-7");
  EXPECT_EQ(Text(Constant::Float(1e16)), "1e+16");
  EXPECT_EQ(Text(Constant::Float(-std::numeric_limits<double>::infinity())), "-INFINITY");
  EXPECT_EQ(Text(Constant::Float(std::nan(""))), "NAN");
  Constant big = Constant::Int(0);
  big.text = "1180591620717411303424";
  EXPECT_EQ(Text(big), "1180591620717411303424");
}

TEST_F(ConstantTextTest, TypedScalarsCarrySuffixes) {
  EXPECT_EQ(Text(Typed(Constant::Int(3), kInt64Type)), "3ll");
  EXPECT_EQ(Text(Typed(Constant::Int(-1), kUint64Type)), "18446744073709551615ull");
  EXPECT_EQ(Text(Typed(Constant::Int(3), kUint32Type)), "3u");
  EXPECT_EQ(Text(Typed(Constant::Int(3), kInt8Type)), "3");
  EXPECT_EQ(Text(Typed(Constant::Float(0.1), kFloat32Type)), "0.1");
  EXPECT_EQ(Text(Typed(Constant::Float(std::numeric_limits<double>::infinity()), kFloat64Type)), "INFINITY");
}

TEST_F(ConstantTextTest, StringsAreEscapedAsPythonDoes) {
  EXPECT_EQ(Text(Constant::String("a\"b\n\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x01\\\t\r\x7F", kStringType)),
            "\"a\"b\\n\\xe9\\u20ac\\U0001f600\\x01\\\\\\t\\r\\x7f\"");
}

TEST_F(ConstantTextTest, CompositesAreInitialiserArrays) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Text(Composite(types_.Vector(3, kFloat32Type),
                           {Constant::Float(0.1), Constant::Float(1e20), Constant::Float(infinity)})),
            "wp::initializer_array<3,wp::float32>{0.10000000149011612, 1.0000000200408773e+20, inf}");
  EXPECT_EQ(Text(Composite(types_.Vector(2, kBoolType), {Constant::Bool(true), Constant::Bool(false)})),
            "wp::initializer_array<2,bool>{true, false}");
  EXPECT_EQ(Text(Composite(types_.Vector(2, kUint64Type), {Constant::Int(-1), Constant::Int(2)})),
            "wp::initializer_array<2,wp::uint64>{18446744073709551615, 2}");
  EXPECT_EQ(Text(Composite(types_.Matrix(1, 2, kFloat64Type), {Constant::Float(0.1), Constant::Int(2)})),
            "wp::initializer_array<2,wp::float64>{0.1, 2.0}");
}

TEST_F(ConstantTextTest, StructsCastTheirFields) {
  TypeId type = types_.DeclareStruct("Pair", {{"a", kFloat32Type}, {"b", kInt64Type}});
  types_.structure(type).native_name = "Pair_01234567";
  Constant value = Composite(type, {Constant::Float(1.5), Typed(Constant::Int(2), kInt64Type)});
  value.form = ConstantForm::Struct;
  EXPECT_EQ(Text(value), "Pair_01234567(wp::float32(1.5), wp::int64(2ll))");
}

TEST(Utf8, StripsWhatPythonStrips) {
  EXPECT_EQ(StripPython(" \t\x0C x \xC2\xA0\xE3\x80\x80\n"), "x");
  EXPECT_EQ(StripPython("\xE2\x80\x8B"), "\xE2\x80\x8B");  // a zero-width space is none
  EXPECT_EQ(StripPython("  "), "");
  EXPECT_EQ(CountCodePoints("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4u);
}

}  // namespace
}  // namespace warpsmith
