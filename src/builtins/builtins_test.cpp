#include "builtins/builtins.h"

#include <gtest/gtest.h>

#include "base/warp_version.h"

namespace warpsmith {
namespace {

class BuiltinsTest : public testing::Test {
 protected:
  ArgumentValue Variable(TypeId type) { return {.type = type, .handle = next_++}; }

  // "native<template>(args) -> result" or the error.
  std::string Call(std::string_view name, std::vector<ArgumentValue> positional,
                   std::vector<KeywordArgument> keywords = {}, TypeId constructed = TypeId(),
                   uint32_t outputs = 0) {
    auto overload = builtins.Resolve(Builtins::Find(name), positional, keywords, outputs);
    if (!overload) return "error: " + overload.error().message;
    std::vector<KeywordArgument> type_arguments;
    if (constructed) type_arguments = builtins.ConstructorOf(constructed).type_arguments;
    auto call = builtins.Bind(*overload, positional, keywords, type_arguments);
    if (!call) return "error: " + call.error().message;
    auto result = builtins.ResultOf(*call);
    if (!result) return "error: " + result.error().message;
    if (result->constant) return "constant " + std::to_string(constants[result->constant].integer);
    auto native = builtins.Dispatch(*call, *result);
    if (!native) return "error: " + native.error().message;
    const OverloadInfo& info = builtins.Info(*overload);
    std::string out =
        std::string(info.native_namespace) + std::string(info.native_name) + native->template_arguments;
    out += native->initializer_list ? "({" : "(";
    for (const NativeArgument& argument : native->arguments) {
      if (&argument != native->arguments.data()) out += ", ";
      if (argument.by_reference) out += "&";
      out += argument.value.handle == ArgumentValue::kNoHandle ? CppType(types, argument.value.type)
                                                               : "v" + std::to_string(argument.value.handle);
    }
    out += native->initializer_list ? "}) ->" : ") ->";
    for (TypeId type : result->types) out += " " + CppType(types, type);
    return out;
  }

  TypeTable types;
  ConstantStore constants;
  Builtins builtins{types, constants};
  uint32_t next_ = 0;
};

/// Every list of one to three of these types.
template <typename Visitor>
void ForEachCombination(std::span<const TypeId> types, Visitor&& visit) {
  for (size_t count = 1; count <= 3; ++count) {
    std::vector<size_t> at(count, 0);
    for (bool more = true; more;) {
      std::vector<TypeId> chosen;
      for (size_t index : at) chosen.push_back(types[index]);
      visit(chosen);
      more = false;
      for (size_t i = 0; i < count && !more; ++i) {
        more = ++at[i] < types.size();
        if (!more) at[i] = 0;
      }
    }
  }
}

// What is kept of one call must be what the four steps say of any other of the same types, whatever is known of its values.
TEST_F(BuiltinsTest, PlainCallsAreWhatTheStepsSay) {
  TypeId vec3 = types.Vector(3, kFloat32Type), mat22 = types.Matrix(2, 2, kFloat64Type);
  const std::vector<TypeId> kinds = {kInt32Type, kUint64Type, kFloat32Type, kFloat64Type, vec3, mat22, types.Quaternion(kFloat32Type),
                                     types.Array(kFloat32Type, 1), types.Array(vec3, 2), types.Reference(kFloat32Type),
                                     types.Reference(vec3), kSliceType};
  size_t plain_calls = 0;
  for (uint32_t name = 0; name < Builtins::builtin_count(); ++name) {
    BuiltinId builtin(name);
    ForEachCombination(kinds, [&](const std::vector<TypeId>& chosen) {
      std::vector<ArgumentValue> positional, known;
      for (TypeId type : chosen) {
        positional.push_back(Variable(type));
        known.push_back(positional.back());
        if (type == kInt32Type) known.back().constant = constants.Add(Constant::Int(1));
      }
      auto overload = builtins.Resolve(builtin, positional);
      if (!overload) return;
      auto call = builtins.Bind(*overload, positional);
      if (!call) return;
      auto result = builtins.ResultOf(*call);
      if (!result || result->constant.valid() || !builtins.Dispatch(*call, *result)) return;
      builtins.NotePlain(builtin, positional, 0, *overload, *result);
      const PlainCall* plain = builtins.FindPlain(builtin, known, 0);
      if (plain == nullptr) return;
      ++plain_calls;
      std::string text = std::string(plain->native_namespace) + std::string(plain->native_name) + "(";
      for (size_t i = 0; i < known.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::string(i == 0 && plain->first_by_reference ? "&" : "") + "v" + std::to_string(known[i].handle);
      text += ") ->" + (plain->result.valid() ? " " + CppType(types, plain->result) : "");
      EXPECT_EQ(text, Call(Builtins::Name(builtin), known)) << Builtins::OverloadName(*overload);
    });
  }
  EXPECT_GT(plain_calls, 300u);
}

TEST_F(BuiltinsTest, PlainCallsOfCommonTypesHoldForEveryTable) {
  TypeTable other_types;
  ConstantStore other_constants;
  Builtins other{other_types, other_constants};
  std::vector<ArgumentValue> positional = {Variable(types.Vector(3, kFloat32Type)), Variable(types.Vector(3, kFloat32Type))};
  auto overload = builtins.Resolve(Builtins::Find("cross"), positional);
  ASSERT_TRUE(overload);
  auto call = builtins.Bind(*overload, positional);
  auto result = builtins.ResultOf(*call);
  builtins.NotePlain(Builtins::Find("cross"), positional, 0, *overload, *result);
  const PlainCall* plain = other.FindPlain(Builtins::Find("cross"), positional, 0);
  ASSERT_NE(plain, nullptr);
  EXPECT_TRUE(other_types.IsCommon(plain->result));
  EXPECT_EQ(plain->result, other_types.Vector(3, kFloat32Type));

  // A struct has another id in another table.
  TypeId structure = types.DeclareStruct("S");
  positional = {Variable(types.Reference(structure))};
  overload = builtins.Resolve(Builtins::Find("load"), positional);
  call = builtins.Bind(*overload, positional);
  result = builtins.ResultOf(*call);
  builtins.NotePlain(Builtins::Find("load"), positional, 0, *overload, *result);
  ASSERT_NE(builtins.FindPlain(Builtins::Find("load"), positional, 0), nullptr);
  EXPECT_FALSE(types.IsCommon(builtins.FindPlain(Builtins::Find("load"), positional, 0)->result));
  EXPECT_EQ(other.FindPlain(Builtins::Find("load"), positional, 0), nullptr);
}

TEST_F(BuiltinsTest, TableIsThere) {
  EXPECT_EQ(Builtins::WarpVersion(), kWarpVersion);
  EXPECT_GT(Builtins::builtin_count(), 300u);
  EXPECT_GT(Builtins::overload_count(), 1000u);
  EXPECT_FALSE(Builtins::Find("no_such_function").valid());
  EXPECT_FALSE(Builtins::Find("").valid());
  EXPECT_TRUE(Builtins::IsLibraryFunction("quat_from_euler"));
  for (uint32_t i = 0; i < Builtins::builtin_count(); ++i)
    EXPECT_EQ(Builtins::Find(Builtins::Name(BuiltinId(i))), BuiltinId(i));
  for (uint32_t i = 0; i < Builtins::overload_count(); ++i)
    for (TypeId type : builtins.ParameterTypes(OverloadId(i)))
      EXPECT_TRUE(type.valid()) << Builtins::OverloadName(OverloadId(i));
}

TEST_F(BuiltinsTest, ResolvesARepeatedCallAsTheFirst) {
  const TypeId kTypes[] = {kFloat32Type,
                           kInt32Type,
                           kUint64Type,
                           types.Vector(3, kFloat32Type),
                           types.Matrix(3, 3, kFloat32Type),
                           types.Reference(types.Vector(3, kFloat32Type)),
                           types.Array(kFloat32Type, 1)};
  auto resolve = [](Builtins& table, BuiltinId name, std::span<const ArgumentValue> arguments) {
    auto found = table.Resolve(name, arguments);
    return found ? *found : OverloadId();
  };
  for (std::string_view name : {"add", "mul", "dot", "min", "float", "vector", "atomic_add", "load", "where"}) {
    BuiltinId builtin = Builtins::Find(name);
    for (TypeId a : kTypes) {
      for (TypeId b : kTypes) {
        ArgumentValue arguments[] = {Variable(a), Variable(b)};
        Builtins fresh(types, constants);
        for (size_t count : {1, 2}) {
          OverloadId expected = resolve(fresh, builtin, std::span(arguments).first(count));
          for (int times = 0; times < 2; ++times)
            EXPECT_EQ(resolve(builtins, builtin, std::span(arguments).first(count)), expected) << name;
        }
      }
    }
  }
}

TEST_F(BuiltinsTest, EveryRuleIsWritten) {
  for (uint32_t i = 0; i < Builtins::overload_count(); ++i) {
    OverloadInfo info = builtins.Info(OverloadId(i));
    EXPECT_NE(info.result_rule, "Unmapped") << Builtins::OverloadName(OverloadId(i));
    EXPECT_NE(info.dispatch_rule, "Unmapped") << Builtins::OverloadName(OverloadId(i));
    EXPECT_TRUE(info.supported)
        << Builtins::OverloadName(OverloadId(i)) << " " << info.result_rule << " " << info.dispatch_rule;
  }
}

TEST_F(BuiltinsTest, Operators) {
  TypeId vec3 = types.Vector(3, kFloat32Type), mat33 = types.Matrix(3, 3, kFloat32Type);
  EXPECT_EQ(Call("mul", {Variable(kFloat32Type), Variable(kFloat32Type)}), "wp::mul(v0, v1) -> wp::float32");
  EXPECT_EQ(Call("mul", {Variable(mat33), Variable(vec3)}), "wp::mul(v2, v3) -> wp::vec_t<3, wp::float32>");
  EXPECT_EQ(Call("add", {Variable(kFloat32Type), Variable(kInt32Type)}).substr(0, 35),
            "error: Input types must be the same");
}

TEST_F(BuiltinsTest, ConstructorsCastConstantsOnly) {
  TypeId vec3d = types.Vector(3, kFloat64Type);
  std::vector<ArgumentValue> constants_only(3, builtins.IntArgument(1));
  for (uint32_t i = 0; i < 3; ++i) constants_only[i].handle = i;
  EXPECT_EQ(Call("vector", constants_only, {}, vec3d),
            "wp::vec_t<3, wp::float64>(wp::float64, wp::float64, wp::float64) -> wp::vec_t<3, wp::float64>");
  std::vector<ArgumentValue> variables(3, Variable(kFloat32Type));
  EXPECT_EQ(Call("vector", variables, {}, vec3d),
            "error: all values used to initialize this vector are expected to be of the type `float64`");
  std::vector<ArgumentValue> five(5, Variable(kFloat32Type));
  EXPECT_EQ(Call("vector", five),
            "wp::vec_t<5, wp::float32>({v1, v1, v1, v1, v1}) -> wp::vec_t<5, wp::float32>");
}

TEST_F(BuiltinsTest, UnpackedResultsChooseTheOverload) {
  EXPECT_EQ(Call("tid", {}), "builtin_tid1d() -> wp::int32");
  EXPECT_EQ(Call("tid", {}, {}, TypeId(), 3), "builtin_tid3d() -> wp::int32 wp::int32 wp::int32");
  EXPECT_EQ(Call("tid", {}, {}, TypeId(), 5).substr(0, 6), "error:");
}

TEST_F(BuiltinsTest, SlicesAndReferences) {
  TypeId vec4 = types.Vector(4, kFloat32Type);
  ArgumentValue bounds[] = {builtins.IntArgument(1), builtins.IntArgument(-2147483648LL),
                            builtins.IntArgument(1)};
  ArgumentValue slice{.type = kSliceType, .handle = 9, .elements = bounds};
  EXPECT_EQ(Call("extract", {Variable(vec4), slice}), "wp::extract<3>(v0, v9) -> wp::vec_t<3, wp::float32>");
  EXPECT_EQ(Call("index", {Variable(vec4), Variable(kInt32Type)}), "wp::index(&v1, v2) -> wp::float32*");
  EXPECT_EQ(Call("len", {Variable(vec4)}), "constant 4");
}

TEST_F(BuiltinsTest, DefaultsBecomeConstants) {
  EXPECT_EQ(Call("curlnoise", {Variable(kUint32Type), Variable(types.Vector(2, kFloat32Type))}),
            "wp::curlnoise(v0, v1, wp::uint32, wp::float32, wp::float32) -> wp::vec_t<2, wp::float32>");
}

TEST_F(BuiltinsTest, ErasureIsTheSecondChoice) {
  std::vector<ArgumentValue> arguments = {Variable(kBvhQueryRayType), Variable(kInt32Type)};
  auto exact = builtins.Resolve(Builtins::Find("bvh_query_next"), arguments);
  ASSERT_TRUE(exact.ok());
  EXPECT_EQ(builtins.ParameterTypes(*exact)[0], kBvhQueryRayType);
}

TEST(CastConstant, KeepsThePythonValue) {
  Constant cast = CastConstant(Constant::Int(3), kFloat64Type);
  EXPECT_EQ(cast.form, ConstantForm::Int);
  EXPECT_EQ(cast.type, kFloat64Type);
  EXPECT_TRUE(cast.typed);
  EXPECT_EQ(CastConstant(Constant::Float(0.5), kBoolType).integer, 1);
}

}  // namespace
}  // namespace warpsmith
