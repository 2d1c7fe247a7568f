// How a run finds its directory: new, unfinished, finished, or someone else's.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <set>

#include "dataset/dataset_card.h"
#include "dataset/run_directory.h"

namespace warpsmith {
namespace {

/// The parameters that the directory itself depends on, beside those of the caller.
std::map<std::string, std::string> WithOwnParameters(const DatasetOptions& options) {
  std::map<std::string, std::string> parameters = options.parameters;
  std::string devices;
  for (const std::string& device : options.devices) devices += (devices.empty() ? "" : ",") + device;
  parameters["device"] = devices;
  parameters["format"] = DatasetFormatName(options.format);
  parameters["start"] = fmt::format("{}", options.start);
  if (options.format != DatasetFormat::JsonFiles) parameters["zstd-level"] = fmt::format("{}", options.zstd_level);
  if (options.ir_lines && options.format != DatasetFormat::Parquet) parameters["ir-lines"] = "true";
  DatasetLimits usual;
  auto add_limit = [&](const char* name, size_t value, size_t usual_value) {
    if (value != usual_value) parameters[name] = fmt::format("{}", value);
  };
  add_limit("segment-bytes", options.limits.segment_bytes, usual.segment_bytes);
  add_limit("segment-rows", options.limits.segment_rows, usual.segment_rows);
  add_limit("segments-per-shard", options.limits.segments_per_shard, usual.segments_per_shard);
  return parameters;
}

/// The ordinal of `train-00003.EXT` or `train-00003-of-00012.EXT`.
std::optional<size_t> ShardOrdinal(std::string_view name, std::string_view extension) {
  constexpr std::string_view kPrefix = "train-";
  if (!name.starts_with(kPrefix) || !name.ends_with(extension)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(extension.size());
  size_t ordinal = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), ordinal);
  if (error != std::errc()) return std::nullopt;
  std::string_view rest = name.substr(static_cast<size_t>(end - name.data()));
  if (!rest.empty() && !rest.starts_with("-of-")) return std::nullopt;
  return ordinal;
}

/// NAME-ID8.json or NAME-ID.json.
bool IsRecordFile(std::string_view name) {
  if (!name.ends_with(".json")) return false;
  name.remove_suffix(std::string_view(".json").size());
  size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return false;
  std::string_view id = name.substr(dash + 1);
  return (id.size() == 8 || id.size() == 32) && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsDatasetFile(std::string_view name) {
  return IsRecordFile(name) || ShardOrdinal(name, ".parquet") || ShardOrdinal(name, ".jsonl.zst");
}

}  // namespace

Result<std::unique_ptr<RunDirectory>> RunDirectory::Open(const DatasetOptions& options, const SegmentCodec& codec) {
  std::unique_ptr<RunDirectory> directory(new RunDirectory(options, codec));
  directory->parameters_ = WithOwnParameters(options);
  if (Status status = MakeDirectories(options.directory); !status.ok()) return status;
  if (Status status = directory->Lock(); !status.ok()) return status;
  if (Status status = directory->Prepare(); !status.ok()) return status;
  return directory;
}

Status RunDirectory::Lock() {
  lock_descriptor_ = open(options_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_descriptor_ < 0) return SystemError("open", options_.directory);
  if (flock(lock_descriptor_, LOCK_EX | LOCK_NB) == 0) return Status::Ok();
  if (errno == EWOULDBLOCK) return Status::Error(fmt::format("another run is writing to {}", options_.directory));
  return SystemError("lock", options_.directory);
}

Status RunDirectory::Prepare() {
  bool is_unfinished = FileExists(StatePath("log"));
  bool is_finished = FileExists(manifest_path_) && !is_unfinished;
  if (options_.fresh && (is_unfinished || is_finished)) {
    if (Status status = RemoveDataset(); !status.ok()) return status;
    is_unfinished = is_finished = false;
  }
  Status status = is_unfinished ? ContinueUnfinished() : is_finished ? ContinueFinished() : StartNew();
  if (!status.ok() || is_complete_) return status;
  for (const auto& [device, state] : state_.devices) {
    if (status = MakeDirectories(options_.directory + "/" + device); !status.ok()) return status;
    if (status = Normalise(device); !status.ok()) return status;
    if (status = CheckPart(device); !status.ok()) return status;
    if (status = OpenPart(device); !status.ok()) return status;
    // Interrupted between the shard's last segment and its tail.
    if (state.open.size() < options_.limits.segments_per_shard) continue;
    if (status = CloseShard(device); !status.ok()) return status;
    if (status = SyncDirectory(options_.directory + "/" + device); !status.ok()) return status;
    if (status = SaveState(); !status.ok()) return status;
    if (status = OpenPart(device); !status.ok()) return status;
  }
  return Lengthen();
}

Status RunDirectory::RefuseForeignFiles(const std::string& device) const {
  Result<std::vector<std::string>> names = ListDirectory(options_.directory + "/" + device);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (IsDatasetFile(name)) continue;
    return Status::Error(fmt::format("{} holds {}/{}, which is of no dataset: move it elsewhere to start over",
                                     options_.directory, device, name));
  }
  return Status::Ok();
}

Status RunDirectory::RemoveDataset() {
  std::set<std::string> devices(options_.devices.begin(), options_.devices.end());
  devices.insert({"cpu", "cuda"});
  // Nothing is deleted where the new dataset could not be begun.
  for (const std::string& device : options_.devices) {
    if (Status status = RefuseForeignFiles(device); !status.ok()) return status;
  }
  // The log goes first: without it and the manifest nothing here counts any more.
  for (const std::string& path : {manifest_path_, StatePath("log"), options_.directory + "/README.md"}) {
    if (Status status = RemoveFile(path); !status.ok()) return status;
  }
  if (Status status = RemoveTree(state_directory_); !status.ok()) return status;
  for (const std::string& device : devices) {
    std::string path = options_.directory + "/" + device;
    Result<std::vector<std::string>> names = ListDirectory(path);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (!IsDatasetFile(name)) continue;
      if (Status status = RemoveFile(path + "/" + name); !status.ok()) return status;
    }
    rmdir(path.c_str());  // stays where something else is in it
  }
  return Status::Ok();
}

Status RunDirectory::StartNew() {
  std::vector<std::string> taken = {"README.md"};
  for (const std::string& device : options_.devices) {
    Result<std::vector<std::string>> names = ListDirectory(options_.directory + "/" + device);
    if (!names.ok()) return names.status();
    if (!names->empty()) taken.push_back(device + "/" + names->front());
  }
  for (const std::string& name : taken) {
    if (!FileExists(options_.directory + "/" + name)) continue;
    return Status::Error(fmt::format("{} holds {}, which no run of warpsmith left; give an empty directory",
                                     options_.directory, name));
  }
  state_.parameters = parameters_;
  state_.start = options_.start;
  state_.count = options_.count;
  for (const std::string& device : options_.devices) state_.devices[device].next_index = options_.start;
  if (Status status = RemoveTree(state_directory_); !status.ok()) return status;
  if (Status status = MakeDirectories(state_directory_); !status.ok()) return status;
  return SaveState();
}

Status RunDirectory::CheckAgreement(const RunState& found) const {
  auto value = [](const std::map<std::string, std::string>& parameters, const std::string& name) -> std::string {
    auto found = parameters.find(name);
    return found == parameters.end() ? "none" : "'" + found->second + "'";
  };
  std::map<std::string, std::string> all = found.parameters;
  all.insert(parameters_.begin(), parameters_.end());
  for (const auto& [name, unused] : all) {
    std::string before = value(found.parameters, name);
    std::string now = value(parameters_, name);
    if (before == now) continue;
    return Status::Error(fmt::format("{} holds a run with {} {}, and this one has {}: give the same, another directory, "
                                     "or --fresh to start over",
                                     options_.directory, name, before, now));
  }
  if (options_.count < found.count) {
    return Status::Error(fmt::format("{} holds a run of {} kernels, and this one asks for {}: give no fewer, another "
                                     "directory, or --fresh to start over",
                                     options_.directory, found.count, options_.count));
  }
  if (!IsConsistent(found, options_.devices)) {
    return Status::Error(fmt::format("what {} says of its run is damaged: give another directory, or --fresh to start over",
                                     options_.directory));
  }
  return Status::Ok();
}

Status RunDirectory::ContinueFinished() {
  Result<std::string> text = ReadWholeFile(manifest_path_);
  if (!text.ok()) return text.status();
  Result<RunState> found = ParseDatasetManifest(*text);
  if (!found.ok()) return Status::Error(fmt::format("{}: {}", manifest_path_, found.message()));
  if (Status status = CheckAgreement(*found); !status.ok()) return status;
  state_ = std::move(*found);
  // What an interrupted clean-up may have left.
  if (Status status = RemoveTree(state_directory_); !status.ok()) return status;
  is_complete_ = options_.count == state_.count;
  if (is_complete_) return Status::Ok();
  if (Status status = MakeDirectories(state_directory_); !status.ok()) return status;
  return SaveState();
}

Status RunDirectory::ContinueUnfinished() {
  Result<RunLog> log = RunLog::Continue(StatePath("log"), !codec_.makes_files(), state_);
  if (!log.ok()) return log.status();
  log_.emplace(std::move(*log));
  return CheckAgreement(state_);
}

Status RunDirectory::Lengthen() {
  if (options_.count == state_.count) return Status::Ok();
  for (auto& [device, state] : state_.devices) {
    if (state.has_short_tail && !codec_.makes_files()) {
      if (Status status = CloseShard(device); !status.ok()) return status;
      if (Status status = SaveState(); !status.ok()) return status;
    }
    if (state.closed.empty() || state.closed.back().is_full) continue;
    // Its records are read back and come first in the shard that takes its place.
    if (Status status = RemoveFile(RecycledPath(device)); !status.ok()) return status;
    state.rows -= state.closed.back().rows;
    state.next_index = state.closed.back().first_index;
    state.closed.pop_back();
    state.recycles = true;
  }
  state_.count = options_.count;
  if (Status status = SaveState(); !status.ok()) return status;
  parts_.clear();
  for (const auto& [device, state] : state_.devices) {
    if (Status status = Normalise(device); !status.ok()) return status;
    if (Status status = OpenPart(device); !status.ok()) return status;
  }
  return Status::Ok();
}

/// Gives the files of the device the names that the state expects, whatever step a run was interrupted at.
Status RunDirectory::Normalise(const std::string& device) {
  if (codec_.makes_files()) return Status::Ok();
  const DeviceState& state = state_.devices.at(device);
  Result<std::vector<std::string>> names = ListDirectory(options_.directory + "/" + device);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    std::optional<size_t> ordinal = ShardOrdinal(name, codec_.extension());
    if (!ordinal) continue;
    std::string place = DevicePath(device, ShardStem(*ordinal) + std::string(codec_.extension()));
    if (*ordinal == state.closed.size()) {
      bool is_recycled = state.recycles && !FileExists(RecycledPath(device));
      place = is_recycled ? RecycledPath(device) : PartPath(device);
    } else if (*ordinal > state.closed.size()) {
      return Status::Error(fmt::format("{} is not part of the run found in {}", DevicePath(device, name),
                                       options_.directory));
    }
    if (place == DevicePath(device, name)) continue;
    if (Status status = RenameFile(DevicePath(device, name), place); !status.ok()) return status;
  }
  return SyncDirectory(options_.directory + "/" + device);
}

}  // namespace warpsmith
