// The bytes of a constant as Warp hashes it. Private to unit/.
#pragma once

#include <string>

#include "unit/unit.h"

namespace warpsmith {

/// Plain Python integers and bools count as a C int and floats as a C float, whatever their value; constants
/// of Warp's types count whole (half precision as float, except in vectors).
void AppendConstantBytes(const Unit& unit, ConstantId constant, std::string& out);

}  // namespace warpsmith
