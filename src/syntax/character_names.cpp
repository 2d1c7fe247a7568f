#include "syntax/character_names.h"

namespace warpsmith {

std::optional<uint32_t> FindCharacterByName(std::string_view) { return std::nullopt; }

}  // namespace warpsmith
