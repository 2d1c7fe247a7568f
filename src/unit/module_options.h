// What the options of a module mean, from their texts. Private to unit/.
#pragma once

#include "unit/unit.h"

namespace warpsmith {

/// Sets the members of `options` from `options.texts`; an option that is not there keeps its value.
void ApplyOptionTexts(ModuleOptions& options);

}  // namespace warpsmith
