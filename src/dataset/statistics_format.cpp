#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "dataset/statistics.h"

namespace warpsmith {
namespace {

using Json = nlohmann::ordered_json;

/// A heading, column titles, and rows of cells; the first column is text, the others are numbers.
struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

std::string Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.2f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string Megabytes(uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

template <typename Key>
Table CountTable(std::string title, std::string column, const std::map<Key, uint64_t>& counts, uint64_t whole) {
  Table table{std::move(title), {std::move(column), "records", "share"}, {}};
  for (const auto& [key, count] : counts) {
    table.rows.push_back({fmt::format("{}", key), fmt::format("{}", count), Share(count, whole)});
  }
  return table;
}

Table SummaryTable(const DatasetStatistics& statistics) {
  uint64_t records = statistics.records;
  Table table{"Summary", {"", "number", "share"}, {}};
  auto add = [&](const char* name, uint64_t number, std::string share) {
    table.rows.push_back({name, fmt::format("{}", number), std::move(share)});
  };
  add("records", records, "");
  add("with backward code", statistics.with_backward, Share(statistics.with_backward, records));
  add("distinct structures", statistics.distinct.structures, Share(statistics.distinct.structures, records));
  add("distinct sources", statistics.distinct.sources, Share(statistics.distinct.sources, records));
  add("with a check", statistics.with_check, Share(statistics.with_check, records));
  add("built-ins used", statistics.builtins.size(), "");
  table.rows.push_back({"text", Megabytes(statistics.text_bytes), ""});
  table.rows.push_back({"on disk", Megabytes(statistics.disk_bytes), Share(statistics.disk_bytes, statistics.text_bytes)});
  return table;
}

Table LengthTable(const DatasetStatistics& statistics) {
  Table table{"Lengths", {"", "mean", "min", "5 %", "median", "95 %", "max"}, {}};
  auto add = [&](const char* name, const Distribution& lengths) {
    std::vector<std::string> row = {name, fmt::format("{:.1f}", lengths.Mean())};
    for (double fraction : {0.0, 0.05, 0.5, 0.95, 1.0}) row.push_back(fmt::format("{}", lengths.Percentile(fraction)));
    table.rows.push_back(std::move(row));
  };
  add("Python lines", statistics.python_lines);
  add("forward lines", statistics.forward_lines);
  add("backward lines", statistics.backward_lines);
  add("arguments", statistics.arguments);
  return table;
}

/// The built-ins from the most to the least used.
Table BuiltinTable(const DatasetStatistics& statistics) {
  std::vector<std::pair<std::string, uint64_t>> counts(statistics.builtins.begin(), statistics.builtins.end());
  std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  Table table{"Built-ins", {"built-in", "records", "share"}, {}};
  for (const auto& [name, count] : counts) {
    table.rows.push_back({name, fmt::format("{}", count), Share(count, statistics.records)});
  }
  return table;
}

std::vector<Table> Tables(const DatasetStatistics& statistics) {
  std::vector<Table> tables = {SummaryTable(statistics),
                               CountTable("Devices", "device", statistics.devices, statistics.records),
                               CountTable("Categories", "category", statistics.categories, statistics.records),
                               CountTable("Complexity", "level", statistics.complexities, statistics.records),
                               LengthTable(statistics)};
  if (!statistics.verifications.empty()) {
    tables.push_back(CountTable("Verification", "result", statistics.verifications, statistics.records));
  }
  if (!statistics.builtins.empty()) tables.push_back(BuiltinTable(statistics));
  return tables;
}

void AppendTextTable(const Table& table, std::string& out) {
  std::vector<size_t> widths(table.columns.size());
  for (size_t column = 0; column < widths.size(); ++column) {
    widths[column] = table.columns[column].size();
    for (const auto& row : table.rows) widths[column] = std::max(widths[column], row[column].size());
  }
  auto append_row = [&](const std::vector<std::string>& row) {
    std::string line = fmt::format("  {:<{}}", row[0], widths[0]);
    for (size_t column = 1; column < row.size(); ++column) line += fmt::format("  {:>{}}", row[column], widths[column]);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  out += table.title + "\n";
  append_row(table.columns);
  for (const auto& row : table.rows) append_row(row);
}

void AppendMarkdownTable(const Table& table, std::string& out) {
  out += fmt::format("## {}\n\n", table.title);
  auto append_row = [&](const std::vector<std::string>& row) { out += fmt::format("| {} |\n", fmt::join(row, " | ")); };
  append_row(table.columns);
  std::vector<std::string> rule(table.columns.size(), "---:");
  rule[0] = "---";
  append_row(rule);
  for (const auto& row : table.rows) append_row(row);
}

Json LengthJson(const Distribution& lengths) {
  return {{"mean", lengths.Mean()},
          {"min", lengths.Percentile(0)},
          {"p5", lengths.Percentile(0.05)},
          {"median", lengths.Percentile(0.5)},
          {"p95", lengths.Percentile(0.95)},
          {"max", lengths.Percentile(1)}};
}

}  // namespace

std::string StatisticsText(const DatasetStatistics& statistics) {
  std::string out;
  for (const Table& table : Tables(statistics)) {
    if (!out.empty()) out += '\n';
    AppendTextTable(table, out);
  }
  return out;
}

std::string StatisticsMarkdown(const DatasetStatistics& statistics) {
  std::string out = "# Dataset statistics\n";
  for (const Table& table : Tables(statistics)) {
    out += '\n';
    AppendMarkdownTable(table, out);
  }
  return out;
}

std::string StatisticsJson(const DatasetStatistics& statistics) {
  auto fraction = [&](uint64_t part) {
    return statistics.records == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(statistics.records);
  };
  Json json;
  json["records"] = statistics.records;
  json["text_bytes"] = statistics.text_bytes;
  json["disk_bytes"] = statistics.disk_bytes;
  json["with_backward"] = statistics.with_backward;
  json["with_check"] = statistics.with_check;
  json["distinct"] = {{"structures", statistics.distinct.structures},
                      {"structures_fraction", fraction(statistics.distinct.structures)},
                      {"sources", statistics.distinct.sources},
                      {"sources_fraction", fraction(statistics.distinct.sources)}};
  json["devices"] = statistics.devices;
  json["categories"] = statistics.categories;
  json["complexities"] = Json::object();
  for (const auto& [level, count] : statistics.complexities) json["complexities"][fmt::format("{}", level)] = count;
  json["verifications"] = statistics.verifications;
  json["lines"] = {{"python", LengthJson(statistics.python_lines)},
                   {"forward", LengthJson(statistics.forward_lines)},
                   {"backward", LengthJson(statistics.backward_lines)}};
  json["arguments"] = LengthJson(statistics.arguments);
  json["builtins_used"] = statistics.builtins.size();
  json["builtins"] = statistics.builtins;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace warpsmith
