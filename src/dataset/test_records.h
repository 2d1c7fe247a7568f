// Records for tests: deterministic, varied, of about the size of real ones.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/warp_version.h"
#include "record/record.h"

namespace warpsmith {

inline Record TestRecord(uint64_t index, const std::string& device) {
  uint64_t state = index * 0x9e3779b97f4a7c15u + 1;
  auto draw = [&](uint64_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state % below;
  };
  Record record;
  record.name = fmt::format("kernel_{}", draw(1000));
  record.category = draw(2) ? "arithmetic" : "vector";
  record.device = device;
  record.python_source = "import warp as wp\n\n\n@wp.kernel\ndef " + record.name + "(a: wp.array(dtype=float)):\n";
  record.ir_forward = "static void " + record.name + "_forward()\n{\n    // forward\n";
  std::string reverse = "    // reverse\n";
  uint64_t lines = 5 + draw(40);
  for (uint64_t line = 0; line < lines; ++line) {
    uint64_t value = draw(100000);
    record.python_source += fmt::format("    x{} = wp.sin(a[{}]) * {}.5  # \xc3\xa9\n", line, line, value);
    record.ir_forward += fmt::format("    // x{0} = wp.sin(a[{0}])      <L {1}>\n    var_{0} = wp::sin({2}.5);\n", line,
                                     line + 6, value);
    reverse += fmt::format("    wp::adj_sin(var_{0}, adj_{0});\n    // adj: x{0} = wp.sin(a[{0}])   <L {1}>\n", line,
                           line + 6);
  }
  record.ir_forward += "}\n";
  if (index % 10 != 9) record.ir_backward = "static void k_backward()\n{\n" + reverse + "}\n";
  record.args = {{"a", "array(dtype=float32, ndim=1)"}, {"s", draw(2) ? "float32" : "vec3f"}};
  if (index % 5 == 0) record.check = fmt::format(R"({{"seed":{}}})", draw(100));
  record.id = MakeRecordId(record.python_source, device, "b");
  RecordMetadata& metadata = record.metadata;
  metadata.has_backward = record.ir_backward.has_value();
  metadata.module_hash = HexDigits(draw(~0u)) + HexDigits(draw(~0u));
  metadata.kernel_hash = HexDigits(draw(~0u));
  metadata.warp_version = kWarpVersion;
  metadata.generator_version = "0.1.0";
  metadata.seed = 3;
  metadata.index = index;
  metadata.complexity = static_cast<int32_t>(1 + draw(5));
  metadata.fingerprint = index % 100 == 99 ? 1 : state;
  metadata.builtins = {"mul", "sin"};
  if (index % 3 == 0) metadata.builtins.clear();
  if (index % 7 == 0) metadata.verification = "ran";
  for (int32_t line = 0; line < static_cast<int32_t>(index % 5); ++line) {
    metadata.line_map.push_back({line + 3, line % 2 == 0 ? RecordPart::Forward : RecordPart::Backward, 2 * line, 2 * line + 1});
  }
  return record;
}

}  // namespace warpsmith
