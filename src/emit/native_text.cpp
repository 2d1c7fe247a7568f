// Assertions that the user's own C++ types are what Python was told of them.
#include <algorithm>

#include "emit/module_writer.h"

namespace warpsmith {
namespace {

constexpr std::string_view kSameType =
    "template <typename T, typename U> struct wp_external_type_is_same { static constexpr bool value = false; };\n"
    "template <typename T> struct wp_external_type_is_same<T, T> { static constexpr bool value = true; };\n";

}  // namespace

void ModuleWriter::Assertion(std::initializer_list<std::string_view> condition, std::initializer_list<std::string_view> message) {
  out_.Append("static_assert(");
  for (std::string_view part : condition) out_.Append(part);
  out_.Append(", \"Native ");
  for (std::string_view part : message) out_.Append(part);
  out_.Append("\");\n");
}

void ModuleWriter::NativeTypes() {
  const TypeTable& types = *module_.types;
  if (std::ranges::any_of(module_.native_types, [&](TypeId type) { return !types.structure(type).fields.empty(); }))
    out_.Append(kSameType);
  for (TypeId type : module_.native_types) {
    const StructInfo& info = types.structure(type);
    std::string_view name = info.native_name;
    Assertion({"__is_trivially_copyable(", name, ")"}, {"type ", name, " must be trivially copyable"});
    Assertion({"__is_standard_layout(", name, ")"}, {"type ", name, " must be standard-layout"});
    Assertion({"sizeof(", name, ") == ", std::to_string(info.size)}, {"type ", name, " has an incompatible size"});
    Assertion({"alignof(", name, ") == ", std::to_string(info.alignment)}, {"type ", name, " has an incompatible alignment"});
    for (const StructField& field : info.fields) {
      Assertion({"wp_external_type_is_same<decltype(((", name, "*)0)->", field.name, "), ", spellings_.Cpp(field.type), ">::value"},
                {"field ", name, "::", field.name, " has an incompatible type"});
      if (cuda())
        Assertion({"sizeof(((", name, "*)0)->", field.name, ") == ", std::to_string(field.size)},
                  {"field ", name, "::", field.name, " has an incompatible size"});
      else
        Assertion({"__builtin_offsetof(", name, ", ", field.name, ") == ", std::to_string(field.offset)},
                  {"field ", name, "::", field.name, " has an incompatible offset"});
    }
  }
}

}  // namespace warpsmith
