#include "toolchain/compiler_messages.h"

#include <algorithm>

#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

using Names = std::vector<std::string>;

/// The line of `text` (from 1) that holds `part` first.
int32_t LineOf(const std::string& text, const std::string& part) {
  size_t at = text.find(part);
  Check(at != std::string::npos, "no such text");
  return 1 + static_cast<int32_t>(std::count(text.begin(), text.begin() + static_cast<long>(at), '\n'));
}

TEST(CompilerMessages, ReadsClang) {
  auto messages = ParseCompilerMessages(
      "module.cpp:83:28: error: expected expression\n   83 |     x = (;\n      |      ^\n"
      "/opt/warp/native/vec.h:20:3: error: no matching function for call to 'f'\n   20 | f(a)\n"
      "/opt/warp/native/vec.h:7:3: note: candidate function\n"
      "module.cpp:99:5: note: in instantiation of function template specialization 'g<3>' requested here\n"
      "module.cpp:12:1: warning: unused\n"
      "module.cpp:83:28: error: expected expression\n"
      "error: unknown target CPU 'x'\nnote: valid target CPU values are: nocona\n",
      "module.cpp");
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[0].line, 83);
  EXPECT_EQ(messages[0].column, 28);
  EXPECT_EQ(messages[0].text, "expected expression");
  EXPECT_EQ(messages[1].line, 99);
  EXPECT_EQ(messages[1].text, "no matching function for call to 'f' (/opt/warp/native/vec.h:20)");
  EXPECT_EQ(messages[2].kind, MessageKind::Warning);
  EXPECT_EQ(messages[3].line, 0);
  EXPECT_EQ(DescribeErrors(messages, 2),
            "line 83: expected expression\nline 99: no matching function for call to 'f' (/opt/warp/native/vec.h:20)\n"
            "and 1 more errors");
}

TEST(CompilerMessages, ReadsNvrtc) {
  auto messages = ParseCompilerMessages(
      "Warp NVRTC compilation error 6: NVRTC_ERROR_COMPILATION (/builds/warp/native/warp.cu:4837)\n"
      "module.cu(189): error: no instance of overloaded function \"wp::add\" matches the argument list\n"
      "            argument types are: (wp::float32, wp::int32)\n          var_7 = wp::add(var_5, var_0);\n"
      "/opt/warp/native/vec.h(349): note #3322-D: number of parameters of function \"wp::add\" does not match the call\n"
      "/opt/warp/native/mat.h(12): error #20-D: identifier \"x\" is undefined\n"
      "          detected during instantiation of \"void f()\" at line 44 of module.cu\n"
      "nvrtc: error: invalid value for --gpu-architecture (-arch)\n",
      "module.cu");
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].line, 189);
  EXPECT_EQ(messages[1].line, 44);
  EXPECT_EQ(messages[2].text, "invalid value for --gpu-architecture (-arch)");
  EXPECT_TRUE(ParseCompilerMessages("nothing to see: 12\n", "module.cu").empty());
}

TEST(CompilerMessages, FindsTheKernelsOfErrors) {
  for (const char* name : {"two_kernels.cpp.txt", "two_kernels.cu.txt"}) {
    const std::string text = TestText(name);
    Names all = KernelsOfText(text);
    ASSERT_EQ(all.size(), 2u) << name;
    std::string apply = all[0].starts_with("apply") ? all[0] : all[1], spread = all[0] == apply ? all[1] : all[0];
    EXPECT_TRUE(spread.starts_with("spread_"));
    auto spoiled = [&](const std::string& part) {
      return KernelsWithErrors(text, {{MessageKind::Error, "wrong", LineOf(text, part), 1}});
    };
    EXPECT_EQ(spoiled("wp::array_store(var_y, var_0, var_1, "), Names{apply}) << name;
    EXPECT_EQ(spoiled("wp::vec_t<3, wp::float32>(var_"), Names{spread}) << name;
    EXPECT_EQ(spoiled("var_0 = wp::mul(var_x, var_x)"), Names{apply}) << name;   // of the function that it calls
    EXPECT_EQ(spoiled("wp::adj_mul(var_x, var_x"), Names{apply}) << name;       // of its adjoint
    EXPECT_EQ(spoiled("offset += rhs.offset"), Names{apply}) << name;            // of the struct
    EXPECT_TRUE(spoiled("#define WP_NO_CRT").empty()) << name;
    EXPECT_TRUE(KernelsWithErrors(text, {{MessageKind::Error, "wrong option", 0, 0}}).empty());
    EXPECT_TRUE(KernelsWithErrors(text, {{MessageKind::Warning, "unused", LineOf(text, "array_store"), 1}}).empty());
  }
}

}  // namespace
}  // namespace warpsmith
