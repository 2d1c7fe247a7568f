#include "generate/policy.h"

#include <nlohmann/json.hpp>

#include "base/random.h"

namespace warpsmith::generate {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, kShapeCount> kShapeNames{"scalar", "vec2",  "vec3",  "vec4", "spatial_vector",
                                                                "mat22",  "mat33", "mat44", "quat", "transform"};
constexpr std::array<std::string_view, kGroupCount> kGroupNames{
    "arithmetic", "bits",   "rounding",   "math",      "select", "compare", "logic",
    "vector",     "matrix", "quaternion", "transform", "random", "cast",    "construct"};
constexpr std::array<std::string_view, kStatementKindCount> kStatementNames{
    "let",     "accumulator", "augment", "assign", "component", "if",   "unrolled_loop",
    "counted_loop", "dynamic_loop", "while_loop", "atomic", "unpack", "call", "store", "view", "custom_vector", "diagnose"};

Profile BaseProfile() {
  Profile profile;
  profile.shapes = {60, 4, 18, 2, 1, 2, 4, 1, 3, 2};
  profile.groups = {30, 4, 10, 8, 6, 10, 8, 10, 10, 10, 10, 6, 5, 6};
  profile.statements = {80, 16, 28, 12, 8, 16, 4, 2, 6, 2, 0, 2, 8, 4, 3, 1, 1};
  profile.ranks = {82, 12, 5, 1};
  profile.functions = {86, 11, 2, 1};
  profile.structs = {90, 9, 1};
  profile.scalars = {35, 30, 20, 10, 4, 1};
  profile.array_ranks = {90, 7, 2, 1};
  return profile;
}

void SetGroups(Profile& profile, std::initializer_list<std::pair<Group, uint32_t>> weights) {
  for (auto [group, weight] : weights) profile.groups[static_cast<uint32_t>(group)] = weight;
}
void SetStatements(Profile& profile, std::initializer_list<std::pair<StatementKind, uint32_t>> weights) {
  for (auto [kind, weight] : weights) profile.statements[static_cast<uint32_t>(kind)] = weight;
}

void ShapeValueCategories(Policy& policy) {
  auto at = [&](Category category) -> Profile& { return policy.profiles[static_cast<uint32_t>(category)]; };
  Profile& arithmetic = at(Category::Arithmetic);
  arithmetic.shapes = {100, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  arithmetic.integers = 40;
  SetGroups(arithmetic, {{Group::Arithmetic, 60}, {Group::Bits, 12}, {Group::Math, 2}, {Group::Vector, 1},
                         {Group::Matrix, 0}, {Group::Quaternion, 0}, {Group::Transform, 0}});
  SetStatements(arithmetic, {{StatementKind::If, 2}, {StatementKind::Dynamic, 2}});
  Profile& vector = at(Category::Vector);
  vector.shapes = {25, 25, 40, 18, 5, 0, 2, 0, 2, 1};
  vector.integers = 12;
  SetGroups(vector, {{Group::Vector, 40}, {Group::Math, 4}, {Group::Construct, 10}});
  SetStatements(vector, {{StatementKind::Component, 20}, {StatementKind::Custom, 6}});
  Profile& matrix = at(Category::Matrix);
  matrix.shapes = {20, 6, 14, 6, 1, 20, 26, 16, 3, 2};
  matrix.integers = 8;
  SetGroups(matrix, {{Group::Matrix, 45}, {Group::Construct, 10}});
  SetStatements(matrix, {{StatementKind::Component, 16}, {StatementKind::Unpack, 12}});
  Profile& math = at(Category::Math);
  math.shapes = {75, 5, 10, 2, 2, 1, 2, 1, 5, 3};
  math.integers = 8;
  math.random_state = 25;
  SetGroups(math, {{Group::Math, 45}, {Group::Rounding, 25}, {Group::Random, 30}});
  SetStatements(math, {{StatementKind::Unpack, 8}});
}

void ShapeFlowCategories(Policy& policy) {
  auto at = [&](Category category) -> Profile& { return policy.profiles[static_cast<uint32_t>(category)]; };
  SetStatements(at(Category::ControlFlow), {{StatementKind::If, 40}, {StatementKind::Accumulator, 24},
                                            {StatementKind::Dynamic, 16}, {StatementKind::While, 10},
                                            {StatementKind::Unrolled, 10}, {StatementKind::Counted, 6}});
  Profile& atomic = at(Category::Atomic);
  atomic.integers = 40;
  SetStatements(atomic, {{StatementKind::Atomic, 60}, {StatementKind::If, 16}});
  Profile& nested = at(Category::NestedLoop);
  nested.array_ranks = {50, 35, 12, 3};
  SetStatements(nested, {{StatementKind::Accumulator, 32}, {StatementKind::Augment, 48}, {StatementKind::Dynamic, 44},
                         {StatementKind::Counted, 12}, {StatementKind::Unrolled, 20}, {StatementKind::While, 6}});
  Profile& conditions = at(Category::MultiCondition);
  SetGroups(conditions, {{Group::Logic, 30}, {Group::Select, 14}});
  SetStatements(conditions, {{StatementKind::If, 68}, {StatementKind::Assign, 20}});
  Profile& combined = at(Category::Combined);
  combined.functions = {60, 30, 8, 2};
  combined.structs = {75, 20, 5};
  combined.random_state = 12;
  SetStatements(combined, {{StatementKind::If, 24}, {StatementKind::Dynamic, 16}, {StatementKind::Atomic, 12},
                           {StatementKind::Component, 12}, {StatementKind::Unpack, 6}, {StatementKind::Call, 16}});
  at(Category::ScalarParam).scalars = {0, 5, 25, 30, 25, 15};
  Profile& structs = at(Category::Struct);
  structs.structs = {0, 70, 30};
  SetStatements(structs, {{StatementKind::Store, 16}});
  Profile& function = at(Category::Function);
  function.functions = {0, 55, 32, 13};
  SetStatements(function, {{StatementKind::Call, 44}});
  Profile& arrays = at(Category::MultiDimArray);
  arrays.ranks = {15, 50, 25, 10};
  arrays.array_ranks = {55, 32, 10, 3};
  SetStatements(arrays, {{StatementKind::Dynamic, 12}, {StatementKind::Unrolled, 10}, {StatementKind::View, 12}});
}

template <size_t kCount>
Json NamedWeights(const std::array<uint32_t, kCount>& weights, const std::array<std::string_view, kCount>& names) {
  Json json = Json::object();
  for (size_t i = 0; i < kCount; ++i) json[std::string(names[i])] = weights[i];
  return json;
}

Json ProfileJson(const Profile& profile) {
  return Json{{"shapes", NamedWeights(profile.shapes, kShapeNames)},
              {"operations", NamedWeights(profile.groups, kGroupNames)},
              {"statements", NamedWeights(profile.statements, kStatementNames)},
              {"launch_dimensions", profile.ranks},
              {"functions", profile.functions},
              {"structs", profile.structs},
              {"scalar_parameters", profile.scalars},
              {"extra_array_dimensions", profile.array_ranks},
              {"integer_percent", profile.integers},
              {"random_state_percent", profile.random_state}};
}

constexpr uint32_t kMaxWeight = 10000;

/// Collects the first error and leaves the policy half-written then.
class Reader {
 public:
  template <size_t kCount>
  void Weights(const Json& json, std::array<uint32_t, kCount>& target, std::string_view key, bool may_be_zero = true) {
    if (!json.is_array() || json.size() != kCount)
      return Fail(std::string(key) + " must be a list of " + std::to_string(kCount) + " whole numbers");
    uint64_t sum = 0;
    for (size_t i = 0; i < kCount; ++i) {
      Number(json[i], target[i], key);
      sum += target[i];
      if (!may_be_zero && target[i] == 0) Fail(std::string(key) + " must be positive");
    }
    if (sum == 0) Fail(std::string(key) + " must not be all zero");
  }
  template <size_t kCount>
  void Named(const Json& json, std::array<uint32_t, kCount>& target, const std::array<std::string_view, kCount>& names,
             std::string_view key) {
    if (!json.is_object()) return Fail(std::string(key) + " must be an object");
    for (const auto& [name, value] : json.items()) {
      size_t i = 0;
      while (i < kCount && names[i] != name) ++i;
      if (i == kCount) return Fail(std::string(key) + " has no \"" + name + "\"");
      Number(value, target[i], name);
    }
    uint64_t sum = 0;
    for (uint32_t weight : target) sum += weight;
    if (sum == 0) Fail(std::string(key) + " must not be all zero");
  }
  void Number(const Json& json, uint32_t& target, std::string_view key, uint32_t limit = kMaxWeight) {
    if (!json.is_number_integer() || json.get<int64_t>() < 0 || json.get<int64_t>() > limit)
      return Fail(std::string(key) + " must be a whole number from 0 to " + std::to_string(limit));
    target = json.get<uint32_t>();
  }
  void ReadProfile(const Json& json, Profile& profile) {
    if (!json.is_object()) return Fail("a category must be an object");
    for (const auto& [key, value] : json.items()) {
      if (key == "shapes") Named(value, profile.shapes, kShapeNames, key);
      else if (key == "operations") Named(value, profile.groups, kGroupNames, key);
      else if (key == "statements") Named(value, profile.statements, kStatementNames, key);
      else if (key == "launch_dimensions") Weights(value, profile.ranks, key);
      else if (key == "functions") Weights(value, profile.functions, key);
      else if (key == "structs") Weights(value, profile.structs, key);
      else if (key == "scalar_parameters") Weights(value, profile.scalars, key);
      else if (key == "extra_array_dimensions") Weights(value, profile.array_ranks, key);
      else if (key == "integer_percent") Number(value, profile.integers, key, 100);
      else if (key == "random_state_percent") Number(value, profile.random_state, key, 100);
      else Fail("unknown key \"" + key + "\"");
    }
    // Bodies need something that can stand anywhere, and guards of domains need arithmetic.
    if (profile.statements[static_cast<uint32_t>(StatementKind::Let)] == 0) Fail("statements: let must be positive");
    for (Group group : {Group::Arithmetic, Group::Compare, Group::Construct})
      if (profile.groups[static_cast<uint32_t>(group)] == 0)
        Fail("operations: arithmetic, compare and construct must be positive");
  }
  void ReadPolicy(const Json& json, Policy& policy) {
    if (!json.is_object()) return Fail("a policy must be an object");
    for (const auto& [key, value] : json.items()) {
      if (key == "float_kinds") Weights(value, policy.float_kinds, key);
      else if (key == "integer_kinds") Weights(value, policy.integer_kinds, key);
      else if (key == "statement_limits") Limits(value, policy.statement_limits, key, 200);
      else if (key == "expression_limits") Limits(value, policy.expression_limits, key, 40);
      else if (key == "nesting_limits") Limits(value, policy.nesting_limits, key, 6);
      else if (key == "docstring_percent") Number(value, policy.docstrings, key, 100);
      else if (key == "comment_percent") Number(value, policy.comments, key, 100);
      else if (key == "kernel_options") Weights(value, policy.kernel_options, key);
      else if (key == "module_option_percent") Number(value, policy.module_options, key, 100);
      else if (key == "enum_percent") Number(value, policy.enums, key, 100);
      else if (key == "array_parameter_percent") Number(value, policy.array_parameters, key, 100);
      else if (key == "overload_percent") Number(value, policy.overloads, key, 100);
      else if (key == "categories") Categories(value, policy);
      else Fail("unknown key \"" + key + "\"");
    }
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void Limits(const Json& json, std::array<uint32_t, 5>& target, std::string_view key, uint32_t limit) {
    Weights(json, target, key, false);
    for (uint32_t value : target)
      if (value > limit) Fail(std::string(key) + " must not exceed " + std::to_string(limit));
  }
  void Categories(const Json& json, Policy& policy) {
    if (!json.is_object()) return Fail("categories must be an object");
    for (const auto& [name, value] : json.items()) {
      const std::optional<Category> category = FindCategory(name);
      if (!category) return Fail("no category \"" + name + "\"");
      ReadProfile(value, policy.profiles[static_cast<uint32_t>(*category)]);
    }
  }
  void Fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }
  std::string error_;
};

}  // namespace

Policy DefaultPolicy() {
  Policy policy;
  policy.profiles.fill(BaseProfile());
  ShapeValueCategories(policy);
  ShapeFlowCategories(policy);
  return policy;
}

Result<Policy> ParsePolicy(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Status::Error("policy: not valid JSON");
  Policy policy = DefaultPolicy();
  Reader reader;
  reader.ReadPolicy(json, policy);
  if (!reader.error().empty()) return Status::Error("policy: " + reader.error());
  return policy;
}

std::string PolicyText(const Policy& policy) {
  Json json{{"float_kinds", policy.float_kinds},
            {"integer_kinds", policy.integer_kinds},
            {"statement_limits", policy.statement_limits},
            {"expression_limits", policy.expression_limits},
            {"nesting_limits", policy.nesting_limits},
            {"docstring_percent", policy.docstrings},
            {"comment_percent", policy.comments},
            {"kernel_options", policy.kernel_options},
            {"module_option_percent", policy.module_options},
            {"enum_percent", policy.enums},
            {"array_parameter_percent", policy.array_parameters},
            {"overload_percent", policy.overloads}};
  for (uint32_t i = 0; i < kCategoryCount; ++i)
    json["categories"][std::string(CategoryName(static_cast<Category>(i)))] = ProfileJson(policy.profiles[i]);
  // Lists of weights stay on one line.
  std::string text;
  bool in_list = false;
  for (char c : json.dump(1)) {
    if (c == '[' || c == ']') in_list = c == '[';
    if (!in_list || (c != '\n' && c != ' ')) text += c;
    if (in_list && c == ',') text += ' ';
  }
  return text + "\n";
}

uint64_t Fingerprint(const Policy& policy) {
  uint64_t hash = 0;
  for (char c : PolicyText(policy)) hash = Mix64(hash ^ static_cast<unsigned char>(c)) + 1;
  return hash;
}

std::string_view CategoryName(Category category) {
  static constexpr std::string_view kNames[] = {
#define CATEGORY(name, text) text,
#include "generate/categories.def"
  };
  return kNames[static_cast<uint32_t>(category)];
}

std::optional<Category> FindCategory(std::string_view name) {
  for (uint32_t i = 0; i < kCategoryCount; ++i)
    if (CategoryName(static_cast<Category>(i)) == name) return static_cast<Category>(i);
  return std::nullopt;
}

}  // namespace warpsmith::generate
