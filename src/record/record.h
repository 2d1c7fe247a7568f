// One training record: a kernel on one device, what Warp's compiler makes of it, and where it came from. The schema is
// the one of docs/architecture.md; JSON and Parquet spell it the same way. Nothing in a record depends on the machine
// that made it. Text is UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warpsmith {

/// A kernel argument; the type as people write it: `float32`, `vec3f`, `array(dtype=float32, ndim=2)`, a struct's name.
struct RecordArgument {
  std::string name;
  std::string type;
  bool operator==(const RecordArgument&) const = default;
};

/// Which text of the record a line range counts in.
enum class RecordPart : uint8_t { Forward, Backward };

/// `forward` or `backward`.
std::string_view RecordPartName(RecordPart part);

/// Lines `begin` to `end` (1-based, both included) of `ir_forward` or `ir_backward` come from line `python_line`
/// (1-based) of `python_source`.
struct LineRange {
  int32_t python_line = 0;
  RecordPart part = RecordPart::Forward;
  int32_t begin = 0;
  int32_t end = 0;
  bool operator==(const LineRange&) const = default;
};

/// The kernel's name, category and device stand in the record and are written into its metadata from there; `ir_type`
/// equals the device.
struct RecordMetadata {
  bool has_backward = true;
  std::string module_hash;
  std::string kernel_hash;
  std::string warp_version;
  std::string generator_version;  // of the program, then of the texts of kernels: "0.1.0+2"
  uint64_t seed = 0;
  uint64_t index = 0;
  int32_t complexity = 0;
  /// Structural hash of the kernel that ignores names and constants; computed by `compile`. 16 hexadecimal digits
  /// in JSON and Parquet.
  uint64_t fingerprint = 0;
  /// Names of the built-in functions used, sorted, each once.
  std::vector<std::string> builtins;
  std::vector<LineRange> line_map;
  /// What verification found (`compiled`, `ran`, or a cause); null where it was not asked for.
  std::optional<std::string> verification;
  bool operator==(const RecordMetadata&) const = default;
};

struct Record {
  std::string id;
  std::string name;
  std::string category;
  std::string device;
  std::string python_source;
  std::vector<RecordArgument> args;
  std::string ir_forward;
  std::optional<std::string> ir_backward;
  std::optional<std::string> llvm_ir;
  std::optional<std::string> assembly;
  std::optional<std::string> ptx;
  /// A JSON text.
  std::optional<std::string> check;
  RecordMetadata metadata;
  bool operator==(const Record&) const = default;
};

/// The record's stable id: 32 hexadecimal digits of XXH128 over the source, the device and the options that decide the
/// generated text (any spelling, as long as it is always the same one).
std::string MakeRecordId(std::string_view python_source, std::string_view device, std::string_view options);

/// Bytes of text in the record: a deterministic measure of its size.
size_t TextBytes(const Record& record);

/// `value` as 16 lower-case hexadecimal digits, and back; nothing unless `text` is exactly that.
std::string HexDigits(uint64_t value);
std::optional<uint64_t> ParseHexDigits(std::string_view text);

}  // namespace warpsmith
