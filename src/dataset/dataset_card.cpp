#include "dataset/dataset_card.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace warpsmith {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kManifestVersion = 1;

constexpr std::string_view kColumns = R"(
| column | content |
|---|---|
| `id` | stable id of (source, device, options) |
| `name`, `category`, `device` | the kernel, the kind of kernel, `cpu` or `cuda` |
| `python_source` | a Python file that defines the kernel and what it needs |
| `args` | the kernel's arguments in order: `name`, `type` |
| `ir_forward` | the C++ or CUDA text that Warp generates for it: structs, functions, forward kernel |
| `ir_backward` | its adjoint; null without backward |
| `llvm_ir`, `asm`, `ptx` | lower levels; null where not asked for |
| `check` | what was run to verify it, as JSON; null where it was not |
| `metadata` | hashes, versions, seed and index, complexity, built-ins used, `line_map` (lines `begin` to `end` of the part come from `python_line`) |
)";

/// The features that a JSON reader cannot tell from a column that begins with nulls; Parquet carries them itself.
constexpr std::string_view kFeatures = R"(  features:
  - {name: id, dtype: string}
  - {name: name, dtype: string}
  - {name: category, dtype: string}
  - {name: device, dtype: string}
  - {name: python_source, dtype: string}
  - {name: args, list: [{name: name, dtype: string}, {name: type, dtype: string}]}
  - {name: ir_forward, dtype: string}
  - {name: ir_backward, dtype: string}
  - {name: llvm_ir, dtype: string}
  - {name: asm, dtype: string}
  - {name: ptx, dtype: string}
  - {name: check, dtype: string}
  - name: metadata
    struct:
    - {name: kernel_name, dtype: string}
    - {name: category, dtype: string}
    - {name: device, dtype: string}
    - {name: ir_type, dtype: string}
    - {name: has_backward, dtype: bool}
    - {name: module_hash, dtype: string}
    - {name: kernel_hash, dtype: string}
    - {name: warp_version, dtype: string}
    - {name: generator_version, dtype: string}
    - {name: seed, dtype: uint64}
    - {name: index, dtype: uint64}
    - {name: complexity, dtype: int32}
    - {name: fingerprint, dtype: string}
    - {name: builtins, list: string}
    - name: line_map
      list:
      - {name: python_line, dtype: int32}
      - {name: part, dtype: string}
      - {name: begin, dtype: int32}
      - {name: end, dtype: int32}
    - {name: verification, dtype: string}
)";

std::string_view SizeCategory(uint64_t rows) {
  if (rows < 1000) return "n<1K";
  if (rows < 10000) return "1K<n<10K";
  if (rows < 100000) return "10K<n<100K";
  if (rows < 1000000) return "100K<n<1M";
  if (rows < 10000000) return "1M<n<10M";
  return "10M<n<100M";
}

std::string FilePattern(std::string_view device, DatasetFormat format) {
  switch (format) {
    case DatasetFormat::Parquet: return fmt::format("{}/train-*.parquet", device);
    case DatasetFormat::JsonLines: return fmt::format("{}/train-*.jsonl.zst", device);
    case DatasetFormat::JsonFiles: return fmt::format("{}/*.json", device);
  }
  return {};
}

/// An unsigned member of an object, 0 with `ok` cleared where there is none.
uint64_t Number(const Json& object, const char* key, bool& ok) {
  auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_number_unsigned()) return ok = false, 0;
  return found->get<uint64_t>();
}

DeviceState ReadDevice(const Json& object, bool& ok) {
  DeviceState device;
  device.rows = Number(object, "rows", ok);
  device.next_index = Number(object, "end_index", ok);
  if (!ok || !object.contains("shards") || !object["shards"].is_array()) return ok = false, device;
  for (const Json& item : object["shards"]) {
    ClosedShard& shard = device.closed.emplace_back();
    shard.rows = Number(item, "rows", ok);
    shard.bytes = Number(item, "bytes", ok);
    shard.first_index = Number(item, "first_index", ok);
    shard.end_index = Number(item, "end_index", ok);
    shard.is_full = Number(item, "full", ok) != 0;
  }
  return device;
}

}  // namespace

std::string ShardStem(size_t ordinal) { return fmt::format("train-{:05}", ordinal); }
std::string ShardStem(size_t ordinal, size_t total) { return fmt::format("train-{:05}-of-{:05}", ordinal, total); }

std::string DatasetCard(const RunState& state, DatasetFormat format) {
  uint64_t rows = 0;
  std::string configurations;
  for (const auto& [name, device] : state.devices) {
    rows += device.rows;
    configurations += fmt::format("- config_name: {}\n  data_files:\n  - split: train\n    path: \"{}\"\n", name,
                                  FilePattern(name, format));
  }
  if (format != DatasetFormat::Parquet) {
    configurations += "dataset_info:\n";
    for (const auto& [name, device] : state.devices) {
      configurations += fmt::format("- config_name: {}\n{}", name, kFeatures);
      if (state.parameters.contains("ir-lines")) configurations += "  - {name: ir, list: string}\n";
    }
  }
  std::string card = fmt::format(
      "---\nlicense: apache-2.0\ntask_categories:\n- text-generation\ntags:\n- code\n- cuda\n- nvidia-warp\n"
      "size_categories:\n- {}\nconfigs:\n{}---\n\n# Warp kernels and their generated code\n\n"
      "Python kernels for NVIDIA Warp beside the C++ and CUDA that Warp's compiler generates for them, made by "
      "Warpsmith.\n\n",
      SizeCategory(rows), configurations);
  for (const auto& [name, device] : state.devices) {
    card += fmt::format("- `{}`: {} records\n", name, device.rows);
  }
  card += kColumns;
  card += fmt::format("\nKernels {} to {}, made with:\n\n", state.start, state.start + state.count);
  for (const auto& [name, value] : state.parameters) card += fmt::format("- {}: `{}`\n", name, value);
  return card;
}

std::string DatasetManifest(const RunState& state, std::string_view extension) {
  Json manifest;
  manifest["warpsmith"] = kManifestVersion;
  manifest["parameters"] = state.parameters;
  manifest["start"] = state.start;
  manifest["count"] = state.count;
  for (const auto& [name, device] : state.devices) {
    Json& out = manifest["devices"][name];
    out["rows"] = device.rows;
    out["end_index"] = device.next_index;
    out["shards"] = Json::array();
    for (size_t ordinal = 0; ordinal < device.closed.size(); ++ordinal) {
      const ClosedShard& shard = device.closed[ordinal];
      out["shards"].push_back({{"file", fmt::format("{}/{}{}", name, ShardStem(ordinal, device.closed.size()), extension)},
                               {"rows", shard.rows},
                               {"bytes", shard.bytes},
                               {"first_index", shard.first_index},
                               {"end_index", shard.end_index},
                               {"full", shard.is_full ? 1 : 0}});
    }
  }
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunState> ParseDatasetManifest(std::string_view text) {
  Json manifest = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  bool ok = manifest.is_object();
  if (ok) ok = manifest.contains("parameters") && manifest["parameters"].is_object();
  if (ok) ok = manifest.contains("devices") && manifest["devices"].is_object();
  if (!ok) return Status::Error("not the manifest of a dataset");
  if (Number(manifest, "warpsmith", ok) != kManifestVersion) return Status::Error("a manifest of another version");
  RunState state;
  state.start = Number(manifest, "start", ok);
  state.count = Number(manifest, "count", ok);
  for (const auto& item : manifest["parameters"].items()) {
    if (!item.value().is_string()) return Status::Error("not the manifest of a dataset");
    state.parameters[item.key()] = item.value().get<std::string>();
  }
  for (const auto& item : manifest["devices"].items()) state.devices[item.key()] = ReadDevice(item.value(), ok);
  if (!ok) return Status::Error("not the manifest of a dataset");
  return state;
}

}  // namespace warpsmith
