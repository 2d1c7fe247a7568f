#include "cli/dataset_checks.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "cli/progress.h"
#include "diagnostics/renderer.h"

namespace warpsmith {

namespace {

/// So many faults are shown; all are counted.
constexpr size_t kShown = 20;

int32_t LineCount(std::string_view text) { return static_cast<int32_t>(std::count(text.begin(), text.end(), '\n')) + 1; }

}  // namespace

void DatasetChecks::Report(const std::string& message) {
  ++faults_;
  if (messages_.size() < kShown) messages_.push_back(message);
}

void DatasetChecks::Add(const Record& record) {
  ++records_;
  ++categories_[record.device][record.category];
  const std::string name = fmt::format("{} ({})", record.id, record.name);
  if (!ids_.insert(record.id).second) Report(name + ": the id occurs twice");
  if (record.category != "extracted" && record.id != MakeRecordId(record.python_source, record.device, "backward") &&
      record.id != MakeRecordId(record.python_source, record.device, "forward"))
    Report(name + ": the id is not that of its source and device");
  if (record.device != "cpu" && record.device != "cuda") Report(name + ": unknown device " + record.device);
  CheckText(record);
}

void DatasetChecks::CheckText(const Record& record) {
  const std::string name = fmt::format("{} ({})", record.id, record.name);
  if (record.python_source.empty() || record.ir_forward.empty()) Report(name + ": it has no source or no forward text");
  if (record.metadata.has_backward != record.ir_backward.has_value())
    Report(name + ": has_backward is not what the texts say");
  const int32_t source = LineCount(record.python_source), forward = LineCount(record.ir_forward);
  const int32_t backward = record.ir_backward ? LineCount(*record.ir_backward) : 0;
  for (const LineRange& range : record.metadata.line_map) {
    const int32_t end = range.part == RecordPart::Forward ? forward : backward;
    if (range.python_line >= 1 && range.python_line <= source && range.begin >= 1 && range.begin <= range.end && range.end <= end)
      continue;
    Report(fmt::format("{}: its line map names lines {} to {} of a text with {}, or line {} of a source with {}", name, range.begin,
                       range.end, end, range.python_line, source));
    break;
  }
}

void DatasetChecks::Finish() {
  for (const auto& [device, counts] : categories_) {
    uint64_t least = UINT64_MAX, most = 0;
    for (const auto& [category, count] : counts) {
      if (category == "extracted") continue;
      least = std::min(least, count);
      most = std::max(most, count);
    }
    // Indices go through the categories in turn, so only kernels that are missing make a difference.
    if (most > 0 && most - least > 1 + most / 10)
      Report(fmt::format("{}: categories are not balanced: from {} to {} records", device, least, most));
  }
}

std::string DatasetChecks::Text() const {
  std::string text = fmt::format("{} records", WithThousands(records_));
  for (const auto& [device, counts] : categories_) text += fmt::format(", {}: {} categories", device, counts.size());
  text += faults_ == 0 ? "; schema, ids, categories and lines are in order\n" : fmt::format("; {} faults\n", WithThousands(faults_));
  for (const std::string& message : messages_) text += "  " + message + "\n";
  return text;
}

std::string DatasetChecks::Json() const {
  std::string text = fmt::format("{{\"records\":{},\"faults\":{},\"categories\":{{", records_, faults_);
  bool first_device = true;
  for (const auto& [device, counts] : categories_) {
    text += fmt::format("{}{}:{{", first_device ? "" : ",", JsonString(device));
    first_device = false;
    bool first = true;
    for (const auto& [category, count] : counts) {
      text += fmt::format("{}{}:{}", first ? "" : ",", JsonString(category), count);
      first = false;
    }
    text += "}";
  }
  text += "},\"messages\":[";
  for (size_t i = 0; i < messages_.size(); ++i) text += (i == 0 ? "" : ",") + JsonString(messages_[i]);
  return text + "]}";
}

uint64_t RecordSample::Rank(const std::string& id) {
  StreamHash hash;
  hash.Add(id);
  return hash.value();
}

void RecordSample::Add(const std::string& id) {
  ++count_;
  if (limit_ == 0) return;
  chosen_.emplace(Rank(id), id);
  if (chosen_.size() > limit_) chosen_.erase(std::prev(chosen_.end()));
}

bool RecordSample::Contains(const std::string& id) const { return limit_ == 0 || chosen_.contains({Rank(id), id}); }

}  // namespace warpsmith
