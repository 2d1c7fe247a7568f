// Constants as Warp writes them into C++, and Python's spelling of numbers, on which that rests.
#pragma once

#include "emit/text_buffer.h"
#include "emit/type_spellings.h"
#include "types/constant.h"

namespace warpsmith {

/// Python's repr of a float: shortest digits that read back; exponent form below 1e-4 and from 1e16; inf, nan.
void AppendPythonFloat(double value, TextBuffer& out);

/// Python's str.encode("unicode-escape") of UTF-8 text.
void AppendUnicodeEscaped(std::string_view text, TextBuffer& out);

/// Appends the initialiser of a variable that holds `id`.
void AppendConstant(const ConstantStore& constants, ConstantId id, TypeSpellings& spellings, TextBuffer& out);

}  // namespace warpsmith
