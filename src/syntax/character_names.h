// Unicode character names, for the escape \N{...}.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace warpsmith {

/// The code point with this name or alias (any case), as Python 3.11 knows them.
[[nodiscard]] std::optional<uint32_t> FindCharacterByName(std::string_view name);

}  // namespace warpsmith
