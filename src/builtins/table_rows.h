// The rows of the tables that scripts/generate_builtin_tables.py writes. Indices point into the tables beside
// them.
#pragma once

#include <cstdint>
#include <string_view>

namespace warpsmith::builtin_tables {

enum class DefaultKind : uint8_t { Bool, Int, Float, String, Type };

struct DefaultRow {
  DefaultKind kind;
  uint16_t pattern;  // type of the value; for Type: the value
  bool flag;         // an instance of a Warp type; for Type: spelled as Python's int, float or bool
  int64_t integer;
  double real;
  std::string_view text;
};

struct ParameterRow {
  std::string_view name;
  uint16_t pattern;
  int16_t default_index;  // -1: none, or None
  bool has_default;
  bool variadic;
};

/// An argument of a rule: any text, and the pattern of the same text, which is invalid unless the text is a
/// type.
struct RuleArgument {
  std::string_view text;
  uint16_t pattern;
};

struct RuleUse {
  uint16_t rule;
  uint16_t first_argument;
  uint8_t argument_count;
};

struct OverloadRow {
  uint16_t name;
  std::string_view native_name;
  std::string_view native_namespace;
  uint8_t group;
  uint16_t first_parameter;
  uint8_t parameter_count;
  RuleUse result;
  RuleUse dispatch;
  RuleUse initializer_list;
  uint16_t flags;
  int8_t outputs;  // several results known before the arguments are; -1: unpacking the results is an error
  int16_t value_type;  // pattern of the fixed result type; -1: none
};

}  // namespace warpsmith::builtin_tables
