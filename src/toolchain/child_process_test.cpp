#include "toolchain/child_process.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>
#include <unistd.h>

#include "toolchain/launch.h"
#include "toolchain/memory.h"

namespace warpsmith {
namespace {

TEST(ChildProcess, ReturnsCodeAndOutput) {
  Result<ChildResult> result = RunInChild(
      [] {
        std::puts("to stdout");
        std::fputs("to stderr\n", stderr);
        return 3;
      },
      {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, ChildEnd::Exited);
  EXPECT_EQ(result->code, 3);
  EXPECT_FALSE(result->succeeded());
  EXPECT_NE(result->output.find("to stdout\n"), std::string::npos);
  EXPECT_NE(result->output.find("to stderr\n"), std::string::npos);
  EXPECT_EQ(DescribeEnd(*result, {}), "exited with code 3");
}

TEST(ChildProcess, TellsCrashesFromErrors) {
  Result<ChildResult> result = RunInChild([] { return std::raise(SIGSEGV); }, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, ChildEnd::Signaled);
  EXPECT_EQ(DescribeEnd(*result, {}), "ended with signal 11 (Segmentation fault)");
}

TEST(ChildProcess, StopsWhatHangs) {
  ChildLimits limits{.seconds = 0.1};
  Result<ChildResult> result = RunInChild([] { while (true) usleep(1000); return 0; }, limits);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, ChildEnd::TimedOut);
  EXPECT_EQ(DescribeEnd(*result, limits), "was stopped after 0.1 s");
}

TEST(ChildProcess, StopsWhatHangsWithoutOutput) {
  auto work = [] {
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    while (true) usleep(1000);
    return 0;
  };
  Result<ChildResult> result = RunInChild([&] { return work(); }, {.seconds = 0.1});
  ASSERT_TRUE(result.ok());
}

TEST(ChildProcess, LimitsMemoryAndOutput) {
  auto work = [] {
    void* memory = std::malloc(size_t{256} << 20);
    for (int i = 0; i < 1000; ++i) std::puts("a line of output");
    return memory == nullptr ? 7 : 0;
  };
  Result<ChildResult> result = RunInChild(work, {.seconds = 0, .memory_bytes = 64 << 20, .output_bytes = 100});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->code, 7);
  EXPECT_EQ(result->output.size(), 100u);
}

TEST(ChildProcess, StopsWhenTheOutputSaysSo) {
  auto work = [] {
    std::puts("enough");
    std::fflush(stdout);
    while (true) usleep(1000);
    return 0;
  };
  auto stop = [](std::string_view output) { return output.find("enough") != std::string_view::npos; };
  Result<ChildResult> result = RunInChild(work, {.seconds = 60}, stop);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, ChildEnd::Stopped);
}

TEST(ChildProcess, RunsPrograms) {
  Result<ChildResult> found = RunProgram({"echo", "hello"}, {});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->output, "hello\n");
  const std::string input(300000, 'x');
  Result<ChildResult> copied = RunProgram({"cat"}, {}, input);
  ASSERT_TRUE(copied.ok());
  EXPECT_EQ(copied->output, input);
  Result<ChildResult> missing = RunProgram({"no-such-program-here"}, {});
  ASSERT_TRUE(missing.ok());
  EXPECT_EQ(missing->code, 127);
}

TEST(SharedMemory, IsSharedWithChildrenAndTrapsBehindItsEnd) {
  Result<SharedMemory> memory = SharedMemory::Allocate(64);
  ASSERT_TRUE(memory.ok());
  Result<ChildResult> within = RunInChild([&] { memory->as<int>()[15] = 42; return 0; }, {});
  ASSERT_TRUE(within.ok() && within->succeeded());
  EXPECT_EQ(memory->as<int>()[15], 42);
  Result<ChildResult> beyond = RunInChild([&] { memory->data()[64] = std::byte{1}; return 0; }, {});
  ASSERT_TRUE(beyond.ok());
  EXPECT_EQ(beyond->end, ChildEnd::Signaled);
  EXPECT_FALSE(SharedMemory::Allocate(size_t{1} << 60).ok());
  EXPECT_FALSE(SharedMemory::Allocate(~size_t{0}).ok());
}

TEST(Launch, BoundsAreLaidOutAsInWarp) {
  const uint32_t shape[] = {2, 3, 5};
  auto word = [](LaunchBounds& bounds, size_t at) {
    uint64_t value;
    std::memcpy(&value, static_cast<std::byte*>(bounds.data()) + at, sizeof value);
    return value;
  };
  LaunchBounds one(1, {shape, 1}), three(3, shape), folded(1, shape), padded(4, {shape, 2});
  EXPECT_EQ(one.size_in_bytes(), 24u);
  EXPECT_EQ(word(one, 8), 2u);
  EXPECT_EQ(word(one, 16), 1u);
  EXPECT_EQ(three.size_in_bytes(), 32u);
  EXPECT_EQ(word(three, 16), 30u);
  EXPECT_EQ(folded.threads(), 30u);
  EXPECT_EQ(word(folded, 16), 15u);  // threads that share a coordinate
  EXPECT_EQ(word(padded, 8), (uint64_t{1} << 32) | 1u);
  EXPECT_EQ(word(padded, 16), 6u);
}

TEST(Launch, StructsAreLaidOutAsInC) {
  struct Example {
    bool a;
    double b;
    uint16_t c;
    float d[3];
  };
  StructLayout layout;
  EXPECT_EQ(layout.Add(1, 1), offsetof(Example, a));
  EXPECT_EQ(layout.Add(8, 8), offsetof(Example, b));
  EXPECT_EQ(layout.Add(2, 2), offsetof(Example, c));
  EXPECT_EQ(layout.Add(12, 4), offsetof(Example, d));
  EXPECT_EQ(layout.size(), sizeof(Example));
  EXPECT_EQ(StructLayout().size(), 1u);
}

TEST(Launch, ArraysDescribeThemselves) {
  const uint32_t shape[] = {2, 3};
  Result<HostArray> array = HostArray::Make(12, shape, true);
  ASSERT_TRUE(array.ok());
  ArrayDescriptor descriptor = array->descriptor();
  EXPECT_EQ(array->values<float>().size(), 18u);
  EXPECT_EQ(descriptor.data, array->data().data());
  EXPECT_EQ(descriptor.grad, array->gradient().data());
  EXPECT_EQ(descriptor.shape[1], 3);
  EXPECT_EQ(descriptor.strides[0], 36);
  EXPECT_EQ(descriptor.strides[1], 12);
  EXPECT_EQ(descriptor.dimensions, 2);
  const uint32_t large[] = {1u << 31};
  EXPECT_FALSE(HostArray::Make(4, large).ok());
}

}  // namespace
}  // namespace warpsmith
