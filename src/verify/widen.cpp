#include "verify/widen.h"

#include <algorithm>
#include <array>

#include "base/words.h"

namespace warpsmith {

namespace {

/// Built-in functions that take or give float32 vectors, or whose reverse writes float32 adjoints.
constexpr std::array<std::string_view, 12> kSinglePrecision = {
    "wp::noise(",      "wp::pnoise(",        "wp::curlnoise(",  "wp::sample_unit", "wp::sample_triangle(",
    "wp::sample_cdf(", "wp::mesh_",          "wp::volume_",     "wp::texture_",    "wp::bvh_",
    "wp::hash_grid_",  "wp::closest_point_",
};

struct Replacement {
  std::string_view from, to;
};

/// Longest first where one begins another. The casts that Python's float() becomes are macros of the text's header.
constexpr std::array<Replacement, 8> kReplacements = {{
    {"wp::adj_float32", "wp::adj_float64"},
    {"wp::adj_float16", "wp::adj_float64"},
    {"wp::adj_float(", "wp::adj_float64("},
    {"wp::float32", "wp::float64"},
    {"wp::float16", "wp::float64"},
    {"wp::float(", "wp::float64("},
    {"wp::quat_t<float>", "wp::quat_t<wp::float64>"},
    {"wp::transform_t<float>", "wp::transform_t<wp::float64>"},
}};

/// "    const wp::float32 var_1 = 0.1;": the value is that of the float32 constant.
bool AppendConstant(std::string_view line, std::string& out) {
  constexpr std::string_view kHead = "const wp::float32 ";
  const size_t head = line.find_first_not_of(' ');
  if (head == std::string_view::npos || line.substr(head, kHead.size()) != kHead) return false;
  const size_t equals = line.find(" = ", head);
  if (equals == std::string_view::npos || line.back() != ';') return false;
  out.append(line.substr(0, head)).append("const wp::float64 ");
  out.append(line.substr(head + kHead.size(), equals + 3 - head - kHead.size()));
  out.append("static_cast<wp::float32>(").append(line.substr(equals + 3, line.size() - equals - 4)).append(");");
  return true;
}

void AppendLine(std::string_view line, std::string& out) {
  if (AppendConstant(line, out)) return;
  for (size_t at = 0; at < line.size();) {
    const Replacement* found = nullptr;
    if (line[at] == 'w' && (at == 0 || !IsWordCharacter(line[at - 1])))
      for (const Replacement& replacement : kReplacements)
        if (line.substr(at, replacement.from.size()) == replacement.from) {
          found = &replacement;
          break;
        }
    if (found != nullptr && IsWordCharacter(found->from.back()) && at + found->from.size() < line.size() &&
        IsWordCharacter(line[at + found->from.size()]))
      found = nullptr;
    if (found == nullptr) {
      out.push_back(line[at++]);
      continue;
    }
    out.append(found->to);
    at += found->from.size();
  }
}

}  // namespace

Result<std::string> Widen(std::string_view text) {
  for (std::string_view name : kSinglePrecision)
    if (text.find(name) != std::string_view::npos) {
      std::string shown(name.substr(4));
      if (shown.back() == '(') shown.pop_back();
      return Status::Error("wp." + shown + " has no double precision");
    }
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    AppendLine(text.substr(0, end), out);
    if (end == std::string_view::npos) break;
    out.push_back('\n');
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace warpsmith
