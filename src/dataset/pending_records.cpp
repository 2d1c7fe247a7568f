// Records that wait for their segment to fill: kept as compressed JSON lines, so that little is lost when kernels come
// slowly.
#include <fmt/format.h>

#include "dataset/run_directory.h"
#include "dataset/zstd_frames.h"
#include "record/json.h"

namespace warpsmith {
namespace {

constexpr int kPendingLevel = 1;
constexpr uint64_t kLargestPending = uint64_t{1} << 32;

/// Appends the records of JSON lines; false at the first that is none.
bool AppendParsedLines(std::string_view lines, std::vector<Record>& records) {
  while (!lines.empty()) {
    size_t newline = lines.find('\n');
    if (newline == std::string_view::npos) return false;
    Result<Record> record = ParseRecordJson(lines.substr(0, newline));
    if (!record.ok()) return false;
    records.push_back(std::move(*record));
    lines.remove_prefix(newline + 1);
  }
  return true;
}

}  // namespace

Result<std::vector<Record>> RunDirectory::ReadPending(const std::string& device) {
  std::vector<Record> records;
  uint64_t ordinal = state_.devices.at(device).segments;
  if (Status status = RemoveStalePending(device); !status.ok()) return status;
  std::string path = PendingPath(device, ordinal);
  if (!FileExists(path)) return records;
  Result<std::string> content = ReadWholeFile(path);
  if (!content.ok()) return content.status();
  std::string_view rest = *content;
  uint64_t valid = 0;
  while (std::optional<std::string_view> frame = TakeCheckedEntry(rest)) {
    Result<std::string> lines = DecompressFrame(*frame, kLargestPending);
    if (!lines.ok() || !AppendParsedLines(*lines, records)) {
      return Status::Error(fmt::format("{} is damaged: remove it to go on without its records", path));
    }
    valid = content->size() - rest.size();
  }
  Result<GrowingFile> file = GrowingFile::Open(path, valid);
  if (!file.ok()) return file.status();
  pending_.insert_or_assign(device, PendingFile{ordinal, std::move(*file)});
  return records;
}

Status RunDirectory::AddPending(const std::string& device, uint64_t ordinal, std::span<const Record> records) {
  auto found = pending_.find(device);
  if (found == pending_.end() || found->second.ordinal != ordinal) {
    Result<GrowingFile> file = GrowingFile::Open(PendingPath(device, ordinal), 0);
    if (!file.ok()) return file.status();
    // The file of an earlier segment stays until that segment is durable.
    found = pending_.insert_or_assign(device, PendingFile{ordinal, std::move(*file)}).first;
  }
  std::string lines;
  for (const Record& record : records) {
    AppendRecordJson(record, {}, lines);
    lines += '\n';
  }
  Result<std::string> frame = CompressFrame(lines, kPendingLevel);
  if (!frame.ok()) return frame.status();
  std::string entry;
  AppendCheckedEntry(*frame, entry);
  if (Status status = found->second.file.Append(entry); !status.ok()) return status;
  return found->second.file.Sync();
}

/// Removes the pending files of segments that are durable by now.
Status RunDirectory::RemoveStalePending(const std::string& device) {
  uint64_t durable = state_.devices.at(device).segments;
  if (auto found = pending_.find(device); found != pending_.end()) {
    if (found->second.ordinal >= durable) return Status::Ok();
    pending_.erase(found);
  }
  Result<std::vector<std::string>> names = ListDirectory(state_directory_);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!name.starts_with(device + "-") || !name.ends_with(".pending")) continue;
    if (name == fmt::format("{}-{}.pending", device, durable)) continue;
    if (Status status = RemoveFile(StatePath(name)); !status.ok()) return status;
  }
  return Status::Ok();
}

}  // namespace warpsmith
