// Names and phrases, by what they name. Only words: nothing here decides structure.
#pragma once

#include <span>
#include <string_view>

#include "generate/value_type.h"

namespace warpsmith::generate {

/// Names for arrays of `type` ("positions"), for single values ("velocity") and for fields.
[[nodiscard]] std::span<const std::string_view> ArrayNames(ValueType type);
[[nodiscard]] std::span<const std::string_view> ValueNames(ValueType type);
[[nodiscard]] std::span<const std::string_view> OutputNames();
[[nodiscard]] std::span<const std::string_view> AtomicNames();
[[nodiscard]] std::span<const std::string_view> CountNames();
[[nodiscard]] std::span<const std::string_view> IndexNames();      // of loops
[[nodiscard]] std::span<const std::string_view> AccumulatorNames();
[[nodiscard]] std::span<const std::string_view> StructNames();
[[nodiscard]] std::span<const std::string_view> FunctionNames();
[[nodiscard]] std::span<const std::string_view> ConstantNames();
[[nodiscard]] std::span<const std::string_view> EnumNames();
[[nodiscard]] std::span<const std::string_view> EnumMembers();
[[nodiscard]] std::span<const std::string_view> ViewNames();
[[nodiscard]] std::span<const std::string_view> Verbs();
[[nodiscard]] std::span<const std::string_view> Nouns();
[[nodiscard]] std::span<const std::string_view> Comments();
[[nodiscard]] std::span<const std::string_view> DocstringObjects();

}  // namespace warpsmith::generate
