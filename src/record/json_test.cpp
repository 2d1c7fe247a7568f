#include "record/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace warpsmith {
namespace {

Record ExampleRecord() {
  Record record;
  record.id = MakeRecordId("source", "cpu", "options");
  record.name = "k";
  record.category = "arithmetic";
  record.device = "cpu";
  record.python_source = "import warp as wp\n\t\"q\" \\ \x01 \xc3\xa9\n";
  record.args = {{"a", "array(dtype=float32, ndim=2)"}, {"s", "float32"}};
  record.ir_forward = "struct wp_args_k {\n};\n\nstatic void k_forward(\n    int a)\n{\n    // note\n    x = 1;\n\n    y;\n}\n";
  record.ir_backward = "back";
  record.check = R"({"seed":1})";
  record.metadata.module_hash = "abc";
  record.metadata.seed = ~uint64_t{0};
  record.metadata.index = 7;
  record.metadata.complexity = 3;
  record.metadata.fingerprint = 0xfedcba9876543210;
  record.metadata.builtins = {"add", "sin"};
  record.metadata.line_map = {{7, RecordPart::Forward, 1, 2}, {8, RecordPart::Backward, 3, 9}};
  return record;
}

TEST(RecordJson, RoundTripsEveryField) {
  Record record = ExampleRecord();
  std::string text;
  AppendRecordJson(record, {}, text);
  Result<Record> read = ParseRecordJson(text);
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(*read, record);

  record.metadata.verification = "ran";
  record.llvm_ir = "";
  record.ir_backward.reset();
  record.args.clear();
  record.metadata.builtins.clear();
  record.metadata.line_map.clear();
  text.clear();
  AppendRecordJson(record, {.ir_lines = true}, text);
  read = ParseRecordJson(text);
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(*read, record);
}

TEST(RecordJson, HasTheColumnsInTheOrderOfTheSchema) {
  std::string text;
  AppendRecordJson(ExampleRecord(), {.ir_lines = true}, text);
  auto json = nlohmann::ordered_json::parse(text);
  std::vector<std::string> keys;
  for (auto& item : json.items()) keys.push_back(item.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"id", "name", "category", "device", "python_source", "args", "ir_forward",
                                            "ir_backward", "llvm_ir", "asm", "ptx", "check", "metadata", "ir"}));
  std::vector<std::string> metadata;
  for (auto& item : json["metadata"].items()) metadata.push_back(item.key());
  metadata.resize(5);
  EXPECT_EQ(metadata, (std::vector<std::string>{"kernel_name", "category", "device", "ir_type", "has_backward"}));
  EXPECT_EQ(json["ir"].dump(), R"(["x = 1;","y;"])");
  EXPECT_TRUE(json["ptx"].is_null());
}

TEST(RecordJson, EscapesAtEveryPosition) {
  for (int byte = 1; byte < 0x80; ++byte) {
    for (size_t size = 1; size < 20; ++size) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        std::string json;
        AppendJsonString(text, json);
        ASSERT_EQ(nlohmann::json::parse(json).get<std::string>(), text) << byte << " at " << at;
      }
    }
  }
}

TEST(RecordJson, RefusesWhatIsNoRecord) {
  std::string text;
  AppendRecordJson(ExampleRecord(), {}, text);
  for (std::string_view bad : {"", "[]", "{}", "3", "{\"id\":1}", "\xff", "{\"id\":\"\xff\"}"}) {
    EXPECT_FALSE(ParseRecordJson(bad).ok()) << bad;
  }
  for (size_t size = 0; size < text.size(); size += 7) EXPECT_FALSE(ParseRecordJson(text.substr(0, size)).ok());
  auto json = nlohmann::json::parse(text);
  json["metadata"]["line_map"][0]["part"] = "sideways";
  EXPECT_EQ(ParseRecordJson(json.dump()).message(), "'metadata.line_map.part' is not 'forward' or 'backward'");
  json = nlohmann::json::parse(text);
  json["metadata"]["index"] = -1;
  EXPECT_FALSE(ParseRecordJson(json.dump()).ok());
  EXPECT_FALSE(ParseRecordJson(std::string(100000, '[')).ok());
}

TEST(RecordId, DependsOnEachPartAlone) {
  std::string id = MakeRecordId("a", "cpu", "x");
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(id, MakeRecordId("a", "cpu", "x"));
  EXPECT_NE(id, MakeRecordId("a", "cuda", "x"));
  EXPECT_NE(id, MakeRecordId("ac", "pu", "x"));
  EXPECT_NE(id, MakeRecordId("a", "cpu", "y"));
}

}  // namespace
}  // namespace warpsmith
