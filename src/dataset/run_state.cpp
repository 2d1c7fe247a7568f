#include "dataset/run_state.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

namespace warpsmith {
namespace {

enum class EntryKind : uint8_t { State = 1, Segment = 2 };

/// Bytes of integers and strings, little endian.
class ByteWriter {
 public:
  void Number(uint64_t value) { out_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void Text(std::string_view text) {
    Number(text.size());
    out_.append(text);
  }
  void Segment(const PlacedSegment& segment) {
    Number(segment.offset);
    Number(segment.bytes);
    Number(segment.rows);
    Number(segment.hash);
    Text(segment.footer);
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads what ByteWriter wrote; once the bytes do not suffice everything is zero and `ok` is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}
  uint64_t Number() {
    uint64_t value = 0;
    if (in_.size() < sizeof value) return Fail(), 0;
    std::memcpy(&value, in_.data(), sizeof value);
    in_.remove_prefix(sizeof value);
    return value;
  }
  std::string Text() {
    uint64_t size = Number();
    if (size > in_.size()) return Fail(), std::string();
    std::string text(in_.substr(0, size));
    in_.remove_prefix(size);
    return text;
  }
  PlacedSegment Segment() {
    PlacedSegment segment;
    segment.offset = Number();
    segment.bytes = Number();
    segment.rows = Number();
    segment.hash = Number();
    segment.footer = Text();
    return segment;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  void Fail() {
    ok_ = false;
    in_ = {};
  }
  std::string_view in_;
  bool ok_ = true;
};

void WriteDevice(const DeviceState& device, ByteWriter& writer) {
  writer.Number(device.closed.size());
  for (const ClosedShard& shard : device.closed) {
    for (uint64_t value : {shard.rows, shard.bytes, shard.first_index, shard.end_index, uint64_t{shard.is_full}}) {
      writer.Number(value);
    }
  }
  writer.Number(device.open.size());
  for (const PlacedSegment& segment : device.open) writer.Segment(segment);
  for (uint64_t value : {device.open_first_index, device.next_index, device.segments, device.rows,
                         uint64_t{device.has_short_tail}, uint64_t{device.recycles}}) {
    writer.Number(value);
  }
}

DeviceState ReadDevice(ByteReader& reader) {
  DeviceState device;
  for (uint64_t left = reader.Number(); left > 0 && reader.ok(); --left) {
    ClosedShard& shard = device.closed.emplace_back();
    shard.rows = reader.Number();
    shard.bytes = reader.Number();
    shard.first_index = reader.Number();
    shard.end_index = reader.Number();
    shard.is_full = reader.Number() != 0;
  }
  for (uint64_t left = reader.Number(); left > 0 && reader.ok(); --left) device.open.push_back(reader.Segment());
  device.open_first_index = reader.Number();
  device.next_index = reader.Number();
  device.segments = reader.Number();
  device.rows = reader.Number();
  device.has_short_tail = reader.Number() != 0;
  device.recycles = reader.Number() != 0;
  return device;
}

std::string StateBytes(const RunState& state) {
  ByteWriter writer;
  writer.Number(static_cast<uint64_t>(EntryKind::State));
  writer.Number(state.parameters.size());
  for (const auto& [name, value] : state.parameters) {
    writer.Text(name);
    writer.Text(value);
  }
  writer.Number(state.start);
  writer.Number(state.count);
  writer.Number(state.devices.size());
  for (const auto& [name, device] : state.devices) {
    writer.Text(name);
    WriteDevice(device, writer);
  }
  return writer.Take();
}

RunState ReadState(ByteReader& reader) {
  RunState state;
  for (uint64_t left = reader.Number(); left > 0 && reader.ok(); --left) {
    std::string name = reader.Text();
    state.parameters[name] = reader.Text();
  }
  state.start = reader.Number();
  state.count = reader.Number();
  for (uint64_t left = reader.Number(); left > 0 && reader.ok(); --left) {
    std::string name = reader.Text();
    state.devices[name] = ReadDevice(reader);
  }
  return state;
}

std::string SegmentBytes(const SegmentEntry& entry) {
  ByteWriter writer;
  writer.Number(static_cast<uint64_t>(EntryKind::Segment));
  writer.Text(entry.device);
  writer.Segment(entry.segment);
  writer.Number(entry.first_index);
  writer.Number(entry.end_index);
  writer.Number(entry.is_short ? 1 : 0);
  return writer.Take();
}

SegmentEntry ReadSegment(ByteReader& reader) {
  SegmentEntry entry;
  entry.device = reader.Text();
  entry.segment = reader.Segment();
  entry.first_index = reader.Number();
  entry.end_index = reader.Number();
  entry.is_short = reader.Number() != 0;
  return entry;
}

}  // namespace

namespace {

/// Shards follow one another from the run's start, and the open segments follow one another in their file.
bool IsConsistent(const DeviceState& device, uint64_t start, uint64_t end) {
  uint64_t index = start, rows = 0, offset = 0;
  for (const ClosedShard& shard : device.closed) {
    if (shard.first_index < index || shard.end_index < shard.first_index) return false;
    if (shard.rows > shard.end_index - shard.first_index) return false;
    index = shard.end_index;
    rows += shard.rows;
  }
  for (const PlacedSegment& segment : device.open) {
    if (segment.offset < offset || segment.bytes > std::numeric_limits<int64_t>::max() - segment.offset) return false;
    if (segment.rows > end - start) return false;
    offset = segment.offset + segment.bytes;
    rows += segment.rows;
  }
  return rows <= device.rows && device.rows <= end - start && index <= device.next_index && device.next_index <= end;
}

}  // namespace

bool IsConsistent(const RunState& state, const std::vector<std::string>& devices) {
  if (state.count > std::numeric_limits<int64_t>::max() - std::min<uint64_t>(state.start, std::numeric_limits<int64_t>::max()))
    return false;
  if (state.devices.size() != std::set<std::string>(devices.begin(), devices.end()).size()) return false;
  return std::all_of(devices.begin(), devices.end(), [&](const std::string& name) {
    auto found = state.devices.find(name);
    return found != state.devices.end() && IsConsistent(found->second, state.start, state.start + state.count);
  });
}

void ApplySegment(const SegmentEntry& entry, bool keeps_segments, RunState& state) {
  DeviceState& device = state.devices[entry.device];
  if (keeps_segments) {
    if (device.open.empty()) device.open_first_index = entry.first_index;
    device.open.push_back(entry.segment);
  }
  device.next_index = entry.end_index;
  device.rows += entry.segment.rows;
  device.has_short_tail = entry.is_short;
  ++device.segments;
}

void AppendCheckedEntry(std::string_view payload, std::string& out) {
  ByteWriter header;
  header.Number(payload.size());
  header.Number(XXH3_64bits(payload.data(), payload.size()));
  out += header.Take();
  out += payload;
}

std::optional<std::string_view> TakeCheckedEntry(std::string_view& text) {
  constexpr size_t kHeader = 2 * sizeof(uint64_t);
  if (text.size() < kHeader) return std::nullopt;
  ByteReader header(text);
  uint64_t size = header.Number();
  uint64_t hash = header.Number();
  if (size > text.size() - kHeader) return std::nullopt;
  std::string_view payload = text.substr(kHeader, size);
  if (XXH3_64bits(payload.data(), payload.size()) != hash) return std::nullopt;
  text.remove_prefix(kHeader + size);
  return payload;
}

Result<RunLog> RunLog::Create(const std::string& path, const RunState& state) {
  std::string content;
  AppendCheckedEntry(StateBytes(state), content);
  if (Status status = WriteFileAtomically(path, path + ".new", content); !status.ok()) return status;
  Result<GrowingFile> file = GrowingFile::Open(path, content.size());
  if (!file.ok()) return file.status();
  return RunLog(std::move(*file));
}

Result<RunLog> RunLog::Continue(const std::string& path, bool keeps_segments, RunState& state) {
  Result<std::string> content = ReadWholeFile(path);
  if (!content.ok()) return content.status();
  std::string_view rest = *content;
  uint64_t valid = 0;
  bool has_state = false;
  while (std::optional<std::string_view> payload = TakeCheckedEntry(rest)) {
    ByteReader reader(*payload);
    auto kind = static_cast<EntryKind>(reader.Number());
    if (kind == EntryKind::State && !has_state) {
      state = ReadState(reader);
      has_state = reader.ok();
      if (!has_state) break;
    } else if (kind == EntryKind::Segment && has_state) {
      SegmentEntry entry = ReadSegment(reader);
      if (!reader.ok() || !state.devices.contains(entry.device)) break;
      ApplySegment(entry, keeps_segments, state);
    } else {
      break;
    }
    valid = content->size() - rest.size();
  }
  if (!has_state) return Status::Error(fmt::format("{} is damaged: it holds no state of a run", path));
  Result<GrowingFile> file = GrowingFile::Open(path, valid);
  if (!file.ok()) return file.status();
  return RunLog(std::move(*file));
}

void RunLog::Append(const SegmentEntry& entry) { AppendCheckedEntry(SegmentBytes(entry), pending_); }

Status RunLog::Sync() {
  if (pending_.empty()) return Status::Ok();
  if (Status status = file_.Append(pending_); !status.ok()) return status;
  pending_.clear();
  return file_.Sync();
}

}  // namespace warpsmith
