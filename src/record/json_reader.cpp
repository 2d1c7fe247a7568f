#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "record/json.h"

namespace warpsmith {
namespace {

using Json = nlohmann::json;

/// Reads typed members of one object and remembers the first thing that was wrong.
class Members {
 public:
  Members(const Json& object, std::string_view prefix, std::string& error)
      : object_(object), prefix_(prefix), error_(error) {
    if (!object_.is_object()) Fail("", "an object");
  }

  void Read(const char* key, std::string& out) {
    const Json* value = Find(key);
    if (value == nullptr || !value->is_string()) return Fail(key, "a string");
    out = value->get_ref<const std::string&>();
  }

  /// Null and missing both read as nothing.
  void Read(const char* key, std::optional<std::string>& out) {
    const Json* value = Find(key);
    if (value == nullptr || value->is_null()) return out.reset();
    if (!value->is_string()) return Fail(key, "a string or null");
    out = value->get_ref<const std::string&>();
  }

  void Read(const char* key, bool& out) {
    const Json* value = Find(key);
    if (value == nullptr || !value->is_boolean()) return Fail(key, "a boolean");
    out = value->get<bool>();
  }

  void Read(const char* key, uint64_t& out) {
    const Json* value = Find(key);
    if (value == nullptr || !value->is_number_unsigned()) return Fail(key, "a number that is not negative");
    out = value->get<uint64_t>();
  }

  void Read(const char* key, int32_t& out) {
    const Json* value = Find(key);
    if (value == nullptr || !value->is_number_integer()) return Fail(key, "a whole number");
    int64_t wide = value->get<int64_t>();
    if (wide < std::numeric_limits<int32_t>::min() || wide > std::numeric_limits<int32_t>::max()) {
      return Fail(key, "a 32-bit number");
    }
    out = static_cast<int32_t>(wide);
  }

  /// The list under `key`, or an empty one.
  const Json& List(const char* key) {
    static const Json kEmpty = Json::array();
    const Json* value = Find(key);
    if (value != nullptr && value->is_array()) return *value;
    Fail(key, "a list");
    return kEmpty;
  }

  const Json* Find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  void Fail(std::string_view key, std::string_view wanted) {
    if (error_.empty()) error_ = fmt::format("'{}{}' is not {}", prefix_, key, wanted);
  }

 private:
  const Json& object_;
  std::string_view prefix_;
  std::string& error_;
};

void ReadLineMap(const Json& list, std::string& error, std::vector<LineRange>& out) {
  for (const Json& item : list) {
    Members members(item, "metadata.line_map.", error);
    LineRange range;
    std::string part;
    members.Read("python_line", range.python_line);
    members.Read("part", part);
    members.Read("begin", range.begin);
    members.Read("end", range.end);
    if (part != "forward" && part != "backward") members.Fail("part", "'forward' or 'backward'");
    range.part = part == "forward" ? RecordPart::Forward : RecordPart::Backward;
    out.push_back(range);
  }
}

void ReadMetadata(const Json& object, std::string& error, RecordMetadata& out) {
  Members members(object, "metadata.", error);
  members.Read("has_backward", out.has_backward);
  members.Read("module_hash", out.module_hash);
  members.Read("kernel_hash", out.kernel_hash);
  members.Read("warp_version", out.warp_version);
  members.Read("generator_version", out.generator_version);
  members.Read("seed", out.seed);
  members.Read("index", out.index);
  members.Read("complexity", out.complexity);
  std::string fingerprint;
  members.Read("fingerprint", fingerprint);
  if (std::optional<uint64_t> value = ParseHexDigits(fingerprint)) {
    out.fingerprint = *value;
  } else {
    members.Fail("fingerprint", "16 hexadecimal digits");
  }
  for (const Json& name : members.List("builtins")) {
    if (!name.is_string()) return members.Fail("builtins", "a list of strings");
    out.builtins.push_back(name.get<std::string>());
  }
  ReadLineMap(members.List("line_map"), error, out.line_map);
  members.Read("verification", out.verification);
}

}  // namespace

Result<Record> ParseRecordJson(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Status::Error("not valid JSON");
  Record record;
  std::string error;
  Members members(json, "", error);
  if (!error.empty()) return Status::Error("the record is not a JSON object");
  members.Read("id", record.id);
  members.Read("name", record.name);
  members.Read("category", record.category);
  members.Read("device", record.device);
  members.Read("python_source", record.python_source);
  for (const Json& item : members.List("args")) {
    Members argument(item, "args.", error);
    argument.Read("name", record.args.emplace_back().name);
    argument.Read("type", record.args.back().type);
  }
  members.Read("ir_forward", record.ir_forward);
  members.Read("ir_backward", record.ir_backward);
  members.Read("llvm_ir", record.llvm_ir);
  members.Read("asm", record.assembly);
  members.Read("ptx", record.ptx);
  members.Read("check", record.check);
  if (const Json* metadata = members.Find("metadata")) {
    ReadMetadata(*metadata, error, record.metadata);
  } else {
    members.Fail("metadata", "an object");
  }
  if (!error.empty()) return Status::Error(std::move(error));
  return record;
}

}  // namespace warpsmith
