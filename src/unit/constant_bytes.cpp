#include "unit/constant_bytes.h"

#include <bit>
#include <cstdint>

#include "unit/half.h"

namespace warpsmith {
namespace {

void AppendLittleEndian(std::string& out, uint64_t value, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

void AppendFloat(std::string& out, double value) {
  AppendLittleEndian(out, std::bit_cast<uint32_t>(static_cast<float>(value)), 4);
}

// An element of a vector, matrix, quaternion or transform: as it lies in memory.
void AppendElement(const Unit& unit, const Constant& element, TypeId scalar, std::string& out) {
  double real = element.form == ConstantForm::Float ? element.real : static_cast<double>(element.integer);
  if (scalar == kFloat16Type)
    AppendLittleEndian(out, HalfBits(static_cast<float>(real)), 2);
  else if (scalar == kBfloat16Type)
    AppendLittleEndian(out, BrainBits(static_cast<float>(real)), 2);
  else if (scalar == kFloat32Type)
    AppendFloat(out, real);
  else if (scalar == kFloat64Type)
    AppendLittleEndian(out, std::bit_cast<uint64_t>(real), 8);
  else
    AppendLittleEndian(out, static_cast<uint64_t>(element.integer), SizeInBytes(unit.types, scalar));
}

void AppendScalarFloat(const Constant& constant, double value, std::string& out) {
  if (constant.typed && constant.type == kFloat64Type)
    AppendLittleEndian(out, std::bit_cast<uint64_t>(value), 8);
  else
    AppendFloat(out, value);
}

}  // namespace

void AppendConstantBytes(const Unit& unit, ConstantId id, std::string& out) {
  const Constant& constant = unit.constants[id];
  switch (constant.form) {
    case ConstantForm::Bool:
    case ConstantForm::Int:
      if (constant.typed && IsFloat(constant.type)) {
        AppendScalarFloat(constant, static_cast<double>(constant.integer), out);
        break;
      }
      AppendLittleEndian(out, static_cast<uint64_t>(constant.integer),
                         constant.typed ? SizeInBytes(unit.types, constant.type) : 4);
      break;
    case ConstantForm::Float:
      AppendScalarFloat(constant, constant.real, out);
      break;
    case ConstantForm::Composite:
      for (ConstantId element : constant.elements)
        AppendElement(unit, unit.constants[element], ScalarTypeOf(unit.types, constant.type), out);
      break;
    case ConstantForm::String:
    case ConstantForm::Struct:
      break;  // Warp cannot hash strings; struct instances come from snapshots
  }
}

}  // namespace warpsmith
