// warpsmith builtins: the built-in functions of the pinned Warp, which of them are supported, and which a dataset uses.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "builtins/builtins.h"
#include "cli/command.h"
#include "cli/open_dataset.h"
#include "cli/progress.h"
#include "dataset/statistics.h"
#include "diagnostics/renderer.h"

namespace warpsmith {

namespace {

struct BuiltinsOptions {
  std::string coverage;
};

struct BuiltinRow {
  std::string name;
  std::string group;
  uint32_t overloads = 0;
  uint32_t supported = 0;
  bool hidden = true;    // every overload is
  uint64_t records = 0;  // of the dataset that use it
};

/// Without those that Warp keeps for itself; by group, then by name.
std::vector<BuiltinRow> ReadTable() {
  TypeTable types;
  ConstantStore constants;
  Builtins builtins(types, constants);
  std::vector<BuiltinRow> rows;
  for (uint32_t i = 0; i < Builtins::builtin_count(); ++i) {
    BuiltinRow row;
    row.name = Builtins::Name(BuiltinId(i));
    auto [begin, end] = Builtins::Overloads(BuiltinId(i));
    for (uint32_t id = begin.index; id < end.index; ++id) {
      OverloadInfo info = builtins.Info(OverloadId(id));
      if (row.overloads++ == 0) row.group = info.group;
      row.supported += info.supported;
      row.hidden = row.hidden && info.hidden;
    }
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const BuiltinRow& a, const BuiltinRow& b) {
    return std::pair(a.group, a.name) < std::pair(b.group, b.name);
  });
  return rows;
}

/// Counts the records that use each built-in; the exit code, with what is wrong printed unless it is kExitDone.
int ReadUses(const std::string& directory, const GlobalOptions& global, std::map<std::string, uint64_t>& uses) {
  Result<DatasetReader> reader = OpenDataset(directory, {.skip_lower_levels = true});
  if (!reader.ok()) return Fail(global, kExitInputOutput, reader.message());
  Result<DatasetStatistics> statistics = ComputeStatistics(*reader);
  if (!statistics.ok()) return Fail(global, kExitFellShort, statistics.message());
  uses = std::move(statistics->builtins);
  return kExitDone;
}

std::string SupportText(const BuiltinRow& row) {
  if (row.supported == row.overloads) return "";
  if (row.supported == 0) return "not supported yet";
  return fmt::format("{} supported", row.supported);
}

std::string TableText(const std::vector<BuiltinRow>& rows, bool coverage) {
  std::string text;
  const std::string* group = nullptr;
  size_t supported = 0, used = 0, shown = 0;
  for (const BuiltinRow& row : rows) {
    if (row.hidden && row.records == 0) continue;
    if (group == nullptr || *group != row.group) text += fmt::format("{}{}\n", group == nullptr ? "" : "\n", row.group);
    group = &row.group;
    ++shown;
    supported += row.supported != 0;
    used += row.records != 0;
    std::string line = fmt::format("  {:<32} {:>3} overload{}", row.name, row.overloads, row.overloads == 1 ? " " : "s");
    if (coverage) line += fmt::format("  {:>11} records", WithThousands(row.records));
    if (std::string support = SupportText(row); !support.empty()) line += "  " + support;
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  text += fmt::format("\n{} built-ins of Warp {}, {} supported", shown, Builtins::WarpVersion(), supported);
  if (coverage) text += fmt::format(", {} used by the dataset", used);
  return text + "\n";
}

std::string TableJson(const std::vector<BuiltinRow>& rows, bool coverage) {
  std::string text = fmt::format("{{\"warp_version\":{},\"builtins\":[", JsonString(Builtins::WarpVersion()));
  for (size_t i = 0; i < rows.size(); ++i) {
    const BuiltinRow& row = rows[i];
    text += fmt::format("{}{{\"name\":{},\"group\":{},\"overloads\":{},\"supported\":{},\"hidden\":{}", i == 0 ? "" : ",",
                        JsonString(row.name), JsonString(row.group), row.overloads, row.supported, row.hidden);
    if (coverage) text += fmt::format(",\"records\":{}", row.records);
    text += "}";
  }
  return text + "]}\n";
}

int RunBuiltins(const BuiltinsOptions& options, const GlobalOptions& global) {
  std::vector<BuiltinRow> rows = ReadTable();
  bool coverage = !options.coverage.empty();
  if (coverage) {
    std::map<std::string, uint64_t> uses;
    if (int code = ReadUses(options.coverage, global, uses); code != kExitDone) return code;
    for (BuiltinRow& row : rows) {
      auto found = uses.find(row.name);
      if (found != uses.end()) row.records = found->second;
    }
  }
  return WriteOutput(global, global.json ? TableJson(rows, coverage) : TableText(rows, coverage));
}

}  // namespace

void RegisterBuiltins(CommandContext context) {
  auto options = std::make_shared<BuiltinsOptions>();
  CLI::App* command = context.app.add_subcommand("builtins", "List Warp's built-in functions and which are supported");
  command->add_option("--coverage", options->coverage, "Dataset directory: also count the records that use each");
  command->footer("Text for people on standard output, or with --json one JSON object, which also has built-ins that Warp hides.");
  command->callback([options, context] { context.exit_code = RunBuiltins(*options, context.global); });
}

}  // namespace warpsmith
