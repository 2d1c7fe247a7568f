#include "base/python_float.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace warpsmith {

namespace {

void Append(FloatSpelling& spelling, std::string_view text) {
  std::memcpy(spelling.text + spelling.size, text.data(), text.size());
  spelling.size += static_cast<unsigned>(text.size());
}
void Append(FloatSpelling& spelling, char c) { spelling.text[spelling.size++] = c; }

template <typename Value>
FloatSpelling Spell(Value value) {
  FloatSpelling out;
  if (std::isnan(value)) return Append(out, "nan"), out;
  if (std::isinf(value)) return Append(out, value < 0 ? "-inf" : "inf"), out;
  // The shortest digits come in the form d.ddde±xx; Python then decides by the exponent how to set them.
  char text[32];
  char* end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  char* digits = text;
  if (*digits == '-') {
    Append(out, '-');
    ++digits;
  }
  char* mark = end;
  while (*--mark != 'e') {
  }
  int exponent = 0;
  std::from_chars(mark[1] == '+' ? mark + 2 : mark + 1, end, exponent);
  if (exponent < -4 || exponent >= 16) return Append(out, std::string_view(digits, static_cast<size_t>(end - digits))), out;

  char bare[24];
  int count = 0;
  for (char* c = digits; c != mark; ++c)
    if (*c != '.') bare[count++] = *c;
  if (exponent < 0) {
    Append(out, "0.");
    for (int i = -1; i > exponent; --i) Append(out, '0');
    return Append(out, std::string_view(bare, static_cast<size_t>(count))), out;
  }
  for (int i = 0; i <= exponent; ++i) Append(out, i < count ? bare[i] : '0');
  Append(out, '.');
  if (count <= exponent + 1) return Append(out, '0'), out;
  return Append(out, std::string_view(bare + exponent + 1, static_cast<size_t>(count - exponent - 1))), out;
}

}  // namespace

FloatSpelling SpellPythonFloat(double value) { return Spell(value); }
FloatSpelling SpellPythonFloat(float value) { return Spell(value); }

}  // namespace warpsmith
