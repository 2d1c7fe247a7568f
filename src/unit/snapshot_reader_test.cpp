#include "unit/snapshot_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "unit/hashes.h"

namespace warpsmith {
namespace {

using Json = nlohmann::json;

std::string Sample() {
  std::ifstream file(WARPSMITH_SOURCE_DIR "/tests/snapshots/sample.snapshot.json");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The message of the error, or "" if the snapshot was read.
std::string Read(const std::string& text, const SnapshotOptions& options = {}) {
  DiagnosticSink sink;
  Result<std::unique_ptr<Unit>> unit = ReadSnapshot(text, options, sink);
  return unit.ok() ? "" : unit.message();
}

TEST(SnapshotReader, MakesTheUnitThatWasLive) {
  DiagnosticSink sink;
  Result<std::unique_ptr<Unit>> read = ReadSnapshot(Sample(), {}, sink);
  ASSERT_TRUE(read.ok()) << read.message();
  Unit& unit = **read;
  ASSERT_EQ(unit.kernels.size(), 1u);
  const KernelDefinition& kernel = unit.kernels[0];
  EXPECT_EQ(kernel.key, "make__locals__kernel");
  EXPECT_EQ(kernel.parameters.size(), 4u);
  EXPECT_EQ(kernel.first_line, 28);
  Object count = unit.Resolve(kernel.scope, unit.symbols.Intern("count"));
  ASSERT_EQ(count.kind, ObjectKind::Constant);
  EXPECT_EQ(unit.constants[count.constant].integer, 3);
  EXPECT_EQ(kernel.static_calls.size(), 2u);
  EXPECT_EQ(kernel.enable_backward, true);
}

// The live process and this program hash alike where nothing is deferred.
TEST(SnapshotReader, HashesAgreeWithThoseOfWarp) {
  for (const char* target : {"cpu", "cuda"}) {
    DiagnosticSink sink;
    Result<std::unique_ptr<Unit>> read = ReadSnapshot(Sample(), {.target = target}, sink);
    ASSERT_TRUE(read.ok()) << read.message();
    for (const KernelDefinition& kernel : (*read)->kernels) {
      ASSERT_TRUE(kernel.known_hash);
      EXPECT_EQ(Hex(HashKernel(**read, kernel)), Hex(*kernel.known_hash)) << target;
    }
  }
}

TEST(SnapshotReader, TruncatedTextIsRefused) {
  std::string text = Sample();
  for (size_t size = 0; size + 2 < text.size(); size += 61)
    EXPECT_EQ(Read(text.substr(0, size)), "the snapshot is damaged: it is not valid JSON") << size;
}

TEST(SnapshotReader, TheMessageNamesThePlace) {
  auto with = [](const char* pointer, const Json& value) {
    Json document = Json::parse(Sample());
    document[Json::json_pointer(pointer)] = value;
    return Read(document.dump());
  };
  EXPECT_EQ(with("/format", "other"), "this is not a module snapshot");
  EXPECT_EQ(with("/version", 7), "the snapshot has version 7 of the format; this program reads version 1");
  EXPECT_EQ(with("/kernels/0/parameters/1/type", 99),
            "the snapshot is damaged at $.kernels[0].parameters[1].type: 99 is out of range");
  EXPECT_EQ(with("/kernels/0/names", 1),
            "the snapshot is damaged at $.kernels[0].names: an object is expected");
  EXPECT_EQ(with("/kernels/0/source", "x = 1\n"),
            "the snapshot is damaged at $.kernels[0].source: it is not one function");
  EXPECT_EQ(with("/kernels/0/static_calls/0/column", 1),
            "the snapshot is damaged at $.kernels[0].static_calls[0]: there is no call at this place");
  for (const char* digits : {"0.5; abort()", "0.7", "nan", ""})
    EXPECT_EQ(with("/functions/3/parameters/2/default/value", {{"type", 0}, {"value", "0x1p-1"}, {"digits", digits}}),
              "the snapshot is damaged at $.functions[3].parameters[2].default.value.digits: not the digits of its value");
  EXPECT_EQ(Read("[]"), "the snapshot is damaged at $: an object is expected");
  EXPECT_EQ(Read(Sample(), {.target = "other"}), "the snapshot is damaged at $.targets.other: it is missing");
}

TEST(SnapshotReader, DeepNestingIsRefused) {
  Json document = Json::parse(Sample());
  Json object = {{"kind", "unknown"}, {"reason", "x"}};
  for (int i = 0; i < 5000; ++i)
    object = Json{{"kind", "namespace"}, {"name", "n"}, {"names", {{"a", std::move(object)}}}};
  document["kernels"][0]["names"]["deep"] = std::move(object);
  EXPECT_NE(Read(document.dump()).find("nested too deeply"), std::string::npos);
  EXPECT_FALSE(Read(std::string(1000000, '[')).empty());
}

}  // namespace
}  // namespace warpsmith
