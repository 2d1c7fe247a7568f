#include "verify/check.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "record/json.h"
#include "record/record.h"
#include "verify/tolerance.h"

namespace warpsmith {

namespace {

/// Numbers of an array that are stored, at most.
constexpr size_t kStoredNumbers = 64;

void AppendNumber(const Number& number, NumberType type, std::string& out) {
  if (!number.is_float) {
    if (type == NumberType::Uint64) fmt::format_to(std::back_inserter(out), "{}", static_cast<uint64_t>(number.whole));
    else fmt::format_to(std::back_inserter(out), "{}", number.whole);
  } else if (!std::isfinite(number.real)) {
    out += std::isnan(number.real) ? "\"nan\"" : number.real > 0 ? "\"inf\"" : "\"-inf\"";
  } else if (type == NumberType::Float64) {
    fmt::format_to(std::back_inserter(out), "{}", number.real);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<float>(number.real));
  }
}

class Writer {
 public:
  Writer(const RunSubject& subject, const RunFinding& finding) : subject_(subject), finding_(finding) {}

  std::string Write(const CheckTarget& target) {
    out_ = fmt::format("{{\"recipe\":{},\"seed\":\"{}\",\"indices\":{}", kRecipeVersion, HexDigits(subject_.key), subject_.recipe.indices);
    WriteShapes();
    out_ += fmt::format(",\"target\":{{\"flags\":\"{}\",\"optimization\":{}}}", target.flags, target.optimization);
    WriteTolerances();
    out_ += ",\"sets\":[";
    for (size_t s = 0; s < finding_.sets.size(); ++s) WriteSet(finding_.sets[s], s == 0);
    out_ += "]";
    WriteGradients();
    WriteFaults();
    return out_ + "}";
  }

 private:
  void Quote(std::string_view text) { AppendJsonString(text, out_); }
  void Key(std::string_view name, bool first) {
    if (!first) out_ += ',';
    Quote(name);
    out_ += ':';
  }

  void WriteShapes() {
    const InputShapes shapes = MakeShapes(subject_.key, subject_.layout, subject_.launch_dimensions);
    auto list = [&](const std::vector<uint32_t>& extents) {
      out_ += '[';
      for (size_t d = 0; d < extents.size(); ++d) out_ += (d == 0 ? "" : ",") + std::to_string(extents[d]);
      out_ += ']';
    };
    out_ += ",\"launch\":";
    list(shapes.launch);
    out_ += ",\"shapes\":{";
    for (size_t i = 0; i < shapes.arrays.size(); ++i) {
      Key(subject_.layout.arrays[i].name, i == 0);
      list(shapes.arrays[i]);
    }
    out_ += '}';
  }

  void WriteTolerances() {
    out_ += ",\"tolerances\":{";
    bool first = true;
    for (NumberType type : {NumberType::Float16, NumberType::Float32, NumberType::Float64}) {
      Key(NumberTypeName(type), first);
      first = false;
      out_ += fmt::format("[{},{}]", ToleranceOf(type).relative, ToleranceOf(type).absolute);
    }
    out_ += '}';
  }

  void WriteArray(size_t array, const std::vector<std::byte>& bytes) {
    const ArrayPlace& place = subject_.layout.arrays[array];
    const size_t count = place.NumberCount(bytes.size());
    const size_t stride = (count + kStoredNumbers - 1) / kStoredNumbers;
    out_ += fmt::format("{{\"hash\":\"{}\"", HashOf(bytes));
    if (stride > 1) out_ += fmt::format(",\"stride\":{}", stride);
    out_ += ",\"values\":[";
    for (size_t n = 0; n < count; n += std::max<size_t>(stride, 1)) {
      if (n > 0) out_ += ',';
      const NumberPlace at = place.PlaceOf(n);
      AppendNumber(ReadNumber(bytes.data(), at), at.type, out_);
    }
    out_ += "]}";
  }

  void WriteSet(const SetResult& set, bool first_set) {
    out_ += fmt::format("{}{{\"set\":{},\"outputs\":{{", first_set ? "" : ",", set.set);
    bool first = true;
    for (size_t i = 0; i < set.initial.size(); ++i) {
      if (set.initial[i] == set.result.outputs[i]) continue;
      Key(subject_.layout.arrays[i].name, first);
      first = false;
      WriteArray(i, set.result.outputs[i]);
    }
    out_ += "},\"gradients\":{";
    first = true;
    for (size_t i = 0; i < set.result.gradients.size(); ++i) {
      if (!subject_.layout.arrays[i].has_floats() || set.unset[i]) continue;
      Key(subject_.layout.arrays[i].name, first);
      first = false;
      WriteArray(i, set.result.gradients[i]);
    }
    out_ += "}}";
  }

  void WriteGradients() {
    if (finding_.gradients.empty()) return;
    out_ += fmt::format(",\"differences\":\"{}\"", finding_.double_differences ? "double" : "single");
    if (!finding_.double_differences) {
      out_ += ",\"differences_reason\":";
      Quote(subject_.wide_reason);
    }
    out_ += fmt::format(",\"single_precision\":\"{}\",\"gradients\":{{", FloatAgreementName(finding_.single));
    bool first = true;
    for (size_t i = 0; i < finding_.gradients.size(); ++i) {
      const ArrayGradient& gradient = finding_.gradients[i];
      if (!subject_.layout.arrays[i].has_floats()) continue;
      Key(gradient.array, first);
      first = false;
      out_ += fmt::format("{{\"status\":\"{}\",\"components\":{},\"kinks\":{},\"not_finite\":{}", GradientStatusName(gradient.status),
                          gradient.verified, gradient.kinks, gradient.not_finite);
      if (!gradient.reason.empty()) {
        out_ += ",\"reason\":";
        Quote(gradient.reason);
      }
      out_ += '}';
    }
    out_ += '}';
    WriteValues();
  }

  /// Scalar arguments with gradients: Warp's launch gives none.
  void WriteValues() {
    out_ += ",\"without_gradient\":[";
    std::string last;
    for (size_t n = 0; n < subject_.layout.numbers.size(); ++n) {
      const std::string& name = subject_.layout.number_names[n];
      if (!IsFloatNumber(subject_.layout.numbers[n].type) || name == last) continue;
      if (!last.empty()) out_ += ',';
      Quote(name);
      last = name;
    }
    out_ += ']';
  }

  void WriteFaults() {
    size_t counts[3] = {};
    for (const FaultFinding& fault : finding_.faults) ++counts[static_cast<size_t>(fault.verdict)];
    out_ += fmt::format(",\"faults\":{{\"planted\":{},\"killed\":{},\"equivalent\":{},\"missed\":{},\"list\":[", finding_.faults.size(),
                        counts[0], counts[1], counts[2]);
    for (size_t f = 0; f < finding_.faults.size(); ++f) {
      const Fault& fault = subject_.faults[f];
      out_ += fmt::format("{}{{\"kind\":\"{}\",\"line\":{},\"from\":", f == 0 ? "" : ",", FaultKindName(fault.kind), fault.line + 1);
      Quote(fault.from);
      out_ += ",\"to\":";
      Quote(fault.to);
      out_ += fmt::format(",\"verdict\":\"{}\",\"by\":", FaultVerdictName(finding_.faults[f].verdict));
      Quote(finding_.faults[f].by);
      out_ += '}';
    }
    out_ += "]}";
  }

  const RunSubject& subject_;
  const RunFinding& finding_;
  std::string out_;
};

}  // namespace

std::string WriteCheck(const RunSubject& subject, const RunFinding& finding, const CheckTarget& target) {
  return Writer(subject, finding).Write(target);
}

namespace {

using Json = nlohmann::json;

/// False where a number is neither a number nor the name of one that JSON does not have.
bool ReadValue(const Json& json, std::optional<double>& value) {
  if (json.is_number()) {
    value = json.get<double>();
    return true;
  }
  if (!json.is_string()) return false;
  const auto& text = json.get_ref<const std::string&>();
  if (text == "inf" || text == "-inf") value = text == "inf" ? HUGE_VAL : -HUGE_VAL;
  return value.has_value() || text == "nan";
}

bool ReadArrays(const Json& set, const char* name, std::vector<StoredArray>& arrays) {
  if (!set.contains(name) || !set[name].is_object()) return false;
  for (const auto& [array, content] : set[name].items()) {
    if (!content.is_object() || !content.contains("values") || !content["values"].is_array()) return false;
    StoredArray& stored = arrays.emplace_back();
    stored.array = array;
    if (content.contains("stride")) {
      if (!content["stride"].is_number_unsigned() || content["stride"] == 0) return false;
      stored.stride = content["stride"].get<size_t>();
    }
    for (const Json& value : content["values"])
      if (!ReadValue(value, stored.values.emplace_back())) return false;
  }
  return true;
}

Status ReadSet(const Json& set, StoredCheck& check) {
  if (!set.is_object() || !set.contains("set") || !set["set"].is_number_unsigned() || set["set"].get<size_t>() >= kMaxSets)
    return Status::Error("the record's check has a set without a number");
  check.sets.push_back(set["set"].get<size_t>());
  if (!ReadArrays(set, "outputs", check.outputs.emplace_back()) || !ReadArrays(set, "gradients", check.gradients.emplace_back()))
    return Status::Error("the record's check has a set without outputs and gradients");
  return Status::Ok();
}

}  // namespace

Result<StoredCheck> ReadCheck(std::string_view text) {
  const Json check = Json::parse(text, nullptr, false);
  if (!check.is_object()) return Status::Error("the record's check is not a JSON object");
  if (!check.contains("recipe") || check["recipe"] != kRecipeVersion)
    return Status::Error(fmt::format("the record's check is not of recipe {}", kRecipeVersion));
  StoredCheck stored;
  std::optional<uint64_t> seed;
  if (check.contains("seed") && check["seed"].is_string()) seed = ParseHexDigits(check["seed"].get_ref<const std::string&>());
  if (!seed) return Status::Error("the record's check has no seed");
  stored.seed = *seed;
  stored.indices = check.contains("indices") && check["indices"] == true;
  if (!check.contains("sets") || !check["sets"].is_array() || check["sets"].empty())
    return Status::Error("the record's check has no sets");
  for (const Json& set : check["sets"])
    if (Status status = ReadSet(set, stored); !status.ok()) return status;
  return stored;
}

std::string CompareStored(const RunSubject& subject, const SetResult& result, const std::vector<StoredArray>& outputs,
                          const std::vector<StoredArray>& gradients) {
  auto compare = [&](const std::vector<StoredArray>& stored, const ArrayBytes& found, const char* what) -> std::string {
    for (const StoredArray& expected : stored) {
      const auto& arrays = subject.layout.arrays;
      const auto at = std::find_if(arrays.begin(), arrays.end(), [&](const ArrayPlace& a) { return a.name == expected.array; });
      const auto i = static_cast<size_t>(at - arrays.begin());
      if (at == arrays.end() || i >= found.size()) return fmt::format("there is no {} of {}", what, expected.array);
      const size_t count = at->NumberCount(found[i].size());
      if (expected.values.size() != (count + expected.stride - 1) / expected.stride)
        return fmt::format("{} of {} has {} numbers", what, expected.array, count);
      std::vector<Number> numbers(count);
      for (size_t n = 0; n < count; ++n) numbers[n] = ReadNumber(found[i].data(), at->PlaceOf(n));
      const double scale = ScaleOf(numbers);
      for (size_t v = 0; v < expected.values.size(); ++v) {
        const NumberType type = at->PlaceOf(v * expected.stride).type;
        const std::optional<double>& value = expected.values[v];
        Number reference{IsFloatNumber(type), value.value_or(NAN), static_cast<int64_t>(value.value_or(0))};
        if (type == NumberType::Int64 || type == NumberType::Uint64) {
          // JSON numbers hold 53 bits of these.
          reference = {true, value.value_or(0), 0};
          const Number own = numbers[v * expected.stride];
          if (std::fabs((type == NumberType::Int64 ? static_cast<double>(own.whole) : static_cast<double>(static_cast<uint64_t>(own.whole))) -
                        reference.real) <= 1e-15 * std::fabs(reference.real))
            continue;
        } else if (Agrees(type, reference, numbers[v * expected.stride], scale)) {
          continue;
        }
        return fmt::format("{} of {}, number {}", what, expected.array, v * expected.stride);
      }
    }
    return {};
  };
  std::string different = compare(outputs, result.result.outputs, "result");
  return different.empty() ? compare(gradients, result.result.gradients, "gradient") : different;
}

std::string HashOf(const std::vector<std::byte>& bytes) {
  StreamHash hash;
  hash.Add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return HexDigits(hash.value());
}

}  // namespace warpsmith
