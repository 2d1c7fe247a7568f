// Damaged snapshots through the whole compiler: text or a refusal, never a crash.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compile/compile.h"
#include "unit/snapshot_reader.h"

namespace warpsmith {
namespace {

using Json = nlohmann::json;

Json Sample(const std::string& name) {
  std::ifstream file(WARPSMITH_SOURCE_DIR "/tests/snapshots/" + name + ".snapshot.json");
  std::stringstream text;
  text << file.rdbuf();
  return Json::parse(text.str());
}

/// The text of the module; empty if the snapshot was refused.
std::string Compile(const Json& document) {
  DiagnosticSink sink;
  Result<std::unique_ptr<Unit>> unit = ReadSnapshot(document.dump(), {}, sink);
  if (!unit.ok()) return "";
  Builtins builtins((*unit)->types, (*unit)->constants);
  std::unique_ptr<CompiledModule> module = CompileUnit(**unit, builtins, {}, sink);
  if (module == nullptr) return "";
  return EmitModule(module->description(Device::Cpu), Device::Cpu) +
         EmitModule(module->description(Device::Cuda), Device::Cuda);
}

void CollectPointers(const Json& node, const Json::json_pointer& here, std::vector<Json::json_pointer>& out) {
  if (!here.empty()) out.push_back(here);
  if (node.is_object())
    for (const auto& [name, value] : node.items()) CollectPointers(value, here / name, out);
  if (node.is_array())
    for (size_t i = 0; i < node.size(); ++i) CollectPointers(node[i], here / i, out);
}

class DamagedSnapshots : public testing::TestWithParam<const char*> {};

TEST_P(DamagedSnapshots, EveryValueReplaced) {
  const Json sample = Sample(GetParam());
  ASSERT_FALSE(Compile(sample).empty());
  std::vector<Json::json_pointer> pointers;
  CollectPointers(sample, Json::json_pointer(), pointers);
  size_t refused = 0, tried = 0;
  for (const Json::json_pointer& pointer : pointers) {
    for (const Json& value : {Json(nullptr), Json(-1), Json(0), Json(2), Json(7), Json(1u << 31), Json("x"), Json(true),
                              Json::array(), Json::object(), Json(0.5)}) {
      if (sample[pointer] == value) continue;
      Json damaged = sample;
      damaged[pointer] = value;
      ++tried;
      refused += Compile(damaged).empty();
    }
  }
  EXPECT_GT(refused, tried / 2);
}

TEST_P(DamagedSnapshots, EveryValueRemoved) {
  const Json sample = Sample(GetParam());
  std::vector<Json::json_pointer> pointers;
  CollectPointers(sample, Json::json_pointer(), pointers);
  for (const Json::json_pointer& pointer : pointers) {
    Json damaged = sample;
    Json& parent = damaged[pointer.parent_pointer()];
    if (parent.is_object()) parent.erase(pointer.back());
    else parent.erase(std::stoul(pointer.back()));
    Compile(damaged);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DamagedSnapshots, testing::Values("sample", "transformed"));

}  // namespace
}  // namespace warpsmith
