#include "emit/constant_text.h"

#include <cmath>

#include "base/check.h"
#include "base/python_float.h"
#include "emit/utf8.h"

namespace warpsmith {

void AppendPythonFloat(double value, TextBuffer& out) { out.Append(SpellPythonFloat(value).view()); }

namespace {

void AppendHex(uint32_t value, int digits, TextBuffer& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out.Append("0123456789abcdef"[(value >> shift) & 15]);
}

/// An element of a vector or matrix: Python's str in lower case, so that special values keep Python's names.
void AppendElement(const Constant& element, TypeId scalar, TextBuffer& out) {
  switch (element.form) {
    case ConstantForm::Bool:
      return element.integer ? out.Append("true") : out.Append("false");
    case ConstantForm::Int:
      if (scalar == kBoolType) return element.integer ? out.Append("true") : out.Append("false");
      if (IsFloat(scalar)) return AppendPythonFloat(static_cast<double>(element.integer), out);
      if (!element.text.empty()) return out.Append(element.text);
      if (scalar == kUint64Type) return out.AppendNumber(static_cast<uint64_t>(element.integer));
      return out.AppendNumber(element.integer);
    case ConstantForm::Float:
      return AppendPythonFloat(scalar == kFloat32Type ? static_cast<float>(element.real) : element.real, out);
    default:
      InternalError("a composite constant holds something that is no number");
  }
}

void AppendComposite(const ConstantStore& constants, const Constant& value, TypeSpellings& spellings,
                     TextBuffer& out) {
  TypeId scalar = spellings.types()[value.type].element;
  out.Append("wp::initializer_array<");
  out.AppendNumber(value.elements.size());
  out.Append(',');
  out.Append(spellings.Cpp(scalar));
  out.Append(">{");
  bool first = true;
  for (ConstantId element : value.elements) {
    if (!first) out.Append(", ");
    first = false;
    AppendElement(constants[element], scalar, out);
  }
  out.Append('}');
}

void AppendInteger(const Constant& value, TextBuffer& out) {
  if (!value.text.empty()) {
    out.Append(value.text);
  } else if (value.type == kUint64Type) {
    out.AppendNumber(static_cast<uint64_t>(value.integer));
  } else {
    out.AppendNumber(value.integer);
  }
  if (!value.typed) return;
  if (value.type == kUint64Type) out.Append("ull");
  if (value.type == kInt64Type) out.Append("ll");
  if (value.type == kUint32Type) out.Append('u');
}

void AppendFloat(double value, TextBuffer& out) {
  if (std::isnan(value)) return out.Append("NAN");
  if (std::isinf(value)) return value < 0 ? out.Append("-INFINITY") : out.Append("INFINITY");
  AppendPythonFloat(value, out);
}

}  // namespace

void AppendUnicodeEscaped(std::string_view text, TextBuffer& out) {
  for (size_t i = 0; i < text.size();) {
    uint32_t code = NextCodePoint(text, i);
    if (code == '\\') {
      out.Append("\\\\");
    } else if (code == '\n') {
      out.Append("\\n");
    } else if (code == '\r') {
      out.Append("\\r");
    } else if (code == '\t') {
      out.Append("\\t");
    } else if (code >= 0x20 && code < 0x7F) {
      out.Append(static_cast<char>(code));
    } else if (code < 0x100) {
      out.Append("\\x");
      AppendHex(code, 2, out);
    } else if (code < 0x10000) {
      out.Append("\\u");
      AppendHex(code, 4, out);
    } else {
      out.Append("\\U");
      AppendHex(code, 8, out);
    }
  }
}

void AppendConstant(const ConstantStore& constants, ConstantId id, TypeSpellings& spellings, TextBuffer& out) {
  const Constant& value = constants[id];
  switch (value.form) {
    case ConstantForm::Bool:
      return value.integer ? out.Append("true") : out.Append("false");
    case ConstantForm::Int:
      return AppendInteger(value, out);
    case ConstantForm::Float:
      return value.text.empty() ? AppendFloat(value.real, out) : out.Append(value.text);
    case ConstantForm::String:
      out.Append('"');
      AppendUnicodeEscaped(value.text, out);
      return out.Append('"');
    case ConstantForm::Composite:
      return AppendComposite(constants, value, spellings, out);
    case ConstantForm::Struct: {
      const StructInfo& info = spellings.types().structure(value.type);
      Check(info.fields.size() == value.elements.size(), "a struct constant must give every field");
      bool is_native = IsNative(spellings.types(), value.type);
      out.Append(info.native_name);
      out.Append(is_native ? '{' : '(');
      for (size_t i = 0; i < value.elements.size(); ++i) {
        if (i != 0) out.Append(", ");
        if (!is_native) {
          out.Append(spellings.Cpp(info.fields[i].type));
          out.Append('(');
        }
        AppendConstant(constants, value.elements[i], spellings, out);
        if (!is_native) out.Append(')');
      }
      return out.Append(is_native ? '}' : ')');
    }
  }
  InternalError("unknown form of constant");
}

}  // namespace warpsmith
