#include "dataset/run_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>

#include "dataset/dataset_card.h"

namespace warpsmith {

namespace {

uint64_t HashOf(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace

std::unique_ptr<SegmentCodec> MakeCodec(const DatasetOptions& options) {
  switch (options.format) {
    case DatasetFormat::Parquet: return MakeParquetCodec(options.zstd_level);
    case DatasetFormat::JsonLines: return MakeJsonLinesCodec(options.zstd_level, options.ir_lines);
    case DatasetFormat::JsonFiles: return MakeJsonFilesCodec(options.ir_lines);
  }
  InternalError("unknown dataset format");
}

RunDirectory::RunDirectory(const DatasetOptions& options, const SegmentCodec& codec)
    : options_(options),
      codec_(codec),
      parameters_(options.parameters),
      state_directory_(options.directory + "/.warpsmith"),
      manifest_path_(options.directory + "/warpsmith.json") {}

RunDirectory::~RunDirectory() {
  if (lock_descriptor_ >= 0) close(lock_descriptor_);
}

std::string RunDirectory::DevicePath(const std::string& device, const std::string& name) const {
  return fmt::format("{}/{}/{}", options_.directory, device, name);
}
std::string RunDirectory::PartPath(const std::string& device) const {
  return StatePath(fmt::format("{}-{:05}.part", device, state_.devices.at(device).closed.size()));
}
std::string RunDirectory::RecycledPath(const std::string& device) const {
  return StatePath(fmt::format("{}.recycled{}", device, codec_.extension()));
}
std::string RunDirectory::PendingPath(const std::string& device, uint64_t ordinal) const {
  return StatePath(fmt::format("{}-{}.pending", device, ordinal));
}

std::optional<std::string> RunDirectory::RecycledFile(const std::string& device) const {
  if (!state_.devices.at(device).recycles || !FileExists(RecycledPath(device))) return std::nullopt;
  return RecycledPath(device);
}

Status RunDirectory::Add(const FinishedSegment& segment) {
  SegmentEntry entry{segment.device, {}, segment.first_index, segment.end_index, segment.is_short};
  entry.segment.rows = segment.rows;
  entry.segment.footer = segment.encoded.footer;
  if (codec_.makes_files()) {
    if (Status status = StageFiles(segment); !status.ok()) return status;
  } else {
    GrowingFile& part = parts_.at(segment.device);
    entry.segment.offset = part.size();
    entry.segment.bytes = segment.encoded.bytes.size();
    entry.segment.hash = HashOf(segment.encoded.bytes);
    if (Status status = part.Append(segment.encoded.bytes); !status.ok()) return status;
    bytes_written_ += segment.encoded.bytes.size();
  }
  is_dirty_ = true;
  log_->Append(entry);
  ApplySegment(entry, !codec_.makes_files(), state_);
  if (state_.devices.at(segment.device).open.size() < options_.limits.segments_per_shard) return Status::Ok();
  if (Status status = Sync(); !status.ok()) return status;
  if (Status status = CloseShard(segment.device); !status.ok()) return status;
  if (Status status = SyncDirectory(options_.directory + "/" + segment.device); !status.ok()) return status;
  if (Status status = SaveState(); !status.ok()) return status;
  return OpenPart(segment.device);
}

Status RunDirectory::Sync() {
  if (!is_dirty_) return Status::Ok();
  for (auto& [device, part] : parts_) {
    if (Status status = part.Sync(); !status.ok()) return status;
  }
  if (Status status = PublishStaged(); !status.ok()) return status;
  if (Status status = log_->Sync(); !status.ok()) return status;
  is_dirty_ = false;
  for (const auto& [device, state] : state_.devices) {
    if (Status status = RemoveStalePending(device); !status.ok()) return status;
  }
  return Status::Ok();
}

Status RunDirectory::StageFiles(const FinishedSegment& segment) {
  for (const RecordFile& file : segment.encoded.files) {
    StagedFile staged{StatePath(fmt::format("staged-{}", staged_.size())), segment.device, {file.name, file.id, ""}};
    Result<GrowingFile> out = GrowingFile::Open(staged.staged, 0);
    if (!out.ok()) return out.status();
    if (Status status = out->Append(file.text); !status.ok()) return status;
    bytes_written_ += file.text.size();
    staged_.push_back(std::move(staged));
  }
  return Status::Ok();
}

/// NAME-ID8.json; NAME-ID.json where another record has that name already. A name that is no plain file name has its
/// other characters replaced.
Result<std::string> RunDirectory::RecordPath(const StagedFile& staged) const {
  std::string name = staged.file.name.substr(0, 100);
  for (char& c : name) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!is_plain) c = '_';
  }
  std::string path = DevicePath(staged.device, fmt::format("{}-{}.json", name, staged.file.id.substr(0, 8)));
  if (!FileExists(path)) return path;
  Result<std::string> other = ReadWholeFile(path);
  if (!other.ok()) return other.status();
  if (other->starts_with(fmt::format("{{\"id\":\"{}\"", staged.file.id))) return path;
  return DevicePath(staged.device, fmt::format("{}-{}.json", name, staged.file.id));
}

Status RunDirectory::PublishStaged() {
  if (staged_.empty()) return Status::Ok();
  // The lock is a descriptor of the directory: one call makes all staged files durable.
  if (syncfs(lock_descriptor_) != 0) return SystemError("synchronise", options_.directory);
  for (const StagedFile& staged : staged_) {
    Result<std::string> path = RecordPath(staged);
    if (!path.ok()) return path.status();
    if (Status status = RenameFile(staged.staged, *path); !status.ok()) return status;
  }
  staged_.clear();
  for (const auto& [device, state] : state_.devices) {
    if (Status status = SyncDirectory(options_.directory + "/" + device); !status.ok()) return status;
  }
  return Status::Ok();
}

Status RunDirectory::SaveState() {
  Result<RunLog> log = RunLog::Create(StatePath("log"), state_);
  if (!log.ok()) return log.status();
  log_.emplace(std::move(*log));
  return SyncDirectory(state_directory_);
}

Status RunDirectory::CheckPart(const std::string& device) const {
  if (codec_.makes_files() || state_.devices.at(device).open.empty()) return Status::Ok();
  Result<std::string> content = ReadWholeFile(PartPath(device));
  if (!content.ok()) return content.status();
  for (const PlacedSegment& segment : state_.devices.at(device).open) {
    bool fits = segment.offset <= content->size() && segment.bytes <= content->size() - segment.offset;
    if (fits && HashOf(std::string_view(*content).substr(segment.offset, segment.bytes)) == segment.hash) continue;
    return Status::Error(fmt::format("{} is damaged: give another directory, or --fresh to start over", PartPath(device)));
  }
  return Status::Ok();
}

Status RunDirectory::OpenPart(const std::string& device) {
  if (codec_.makes_files()) return Status::Ok();
  const std::vector<PlacedSegment>& open = state_.devices.at(device).open;
  uint64_t size = open.empty() ? 0 : open.back().offset + open.back().bytes;
  Result<GrowingFile> part = GrowingFile::Open(PartPath(device), size);
  if (!part.ok()) return part.status();
  if (size == 0) {
    if (Status status = part->Append(codec_.head()); !status.ok()) return status;
  }
  parts_.insert_or_assign(device, std::move(*part));
  return Status::Ok();
}

Status RunDirectory::CloseShard(const std::string& device) {
  DeviceState& state = state_.devices.at(device);
  Result<std::string> tail = codec_.Tail(state.open);
  if (!tail.ok()) return tail.status();
  GrowingFile& part = parts_.at(device);
  if (Status status = part.Append(*tail); !status.ok()) return status;
  if (Status status = part.Sync(); !status.ok()) return status;
  ClosedShard shard{0, part.size(), state.open.empty() ? state.next_index : state.open_first_index, state.next_index,
                    state.open.size() >= options_.limits.segments_per_shard && !state.has_short_tail};
  for (const PlacedSegment& segment : state.open) shard.rows += segment.rows;
  std::string place = DevicePath(device, ShardStem(state.closed.size()) + std::string(codec_.extension()));
  if (Status status = RenameFile(part.path(), place); !status.ok()) return status;
  parts_.erase(device);
  state.closed.push_back(shard);
  state.open.clear();
  state.has_short_tail = false;
  return Status::Ok();
}

Status RunDirectory::Finish() {
  if (Status status = Sync(); !status.ok()) return status;
  for (auto& [device, state] : state_.devices) {
    if (codec_.makes_files()) continue;
    if (!state.open.empty() || state.closed.empty()) {
      if (Status status = CloseShard(device); !status.ok()) return status;
    }
    for (size_t ordinal = 0; ordinal < state.closed.size(); ++ordinal) {
      std::string extension(codec_.extension());
      std::string from = DevicePath(device, ShardStem(ordinal) + extension);
      std::string to = DevicePath(device, ShardStem(ordinal, state.closed.size()) + extension);
      if (Status status = RenameFile(from, to); !status.ok()) return status;
    }
    if (Status status = SyncDirectory(options_.directory + "/" + device); !status.ok()) return status;
  }
  std::string card = DatasetCard(state_, options_.format);
  std::string card_path = options_.directory + "/README.md";
  if (Status status = WriteFileAtomically(card_path, StatePath("card"), card); !status.ok()) return status;
  std::string manifest = DatasetManifest(state_, codec_.extension());
  if (Status status = WriteFileAtomically(manifest_path_, StatePath("manifest"), manifest); !status.ok()) return status;
  if (Status status = SyncDirectory(options_.directory); !status.ok()) return status;
  // The manifest counts from the moment the log is gone.
  if (Status status = RemoveFile(StatePath("log")); !status.ok()) return status;
  parts_.clear();
  pending_.clear();
  log_.reset();
  is_complete_ = true;
  return RemoveTree(state_directory_);
}

}  // namespace warpsmith
