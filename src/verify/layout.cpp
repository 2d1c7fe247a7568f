#include "verify/layout.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "toolchain/launch.h"

namespace warpsmith {

namespace {

constexpr size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
constexpr std::string_view kNames[] = {"bool",  "int8",   "uint8", "int16",  "uint16",  "int32",
                                       "uint32", "int64", "uint64", "float16", "float32", "float64"};

/// The number type of a scalar type of Warp's; nothing for bfloat16 and what is no scalar.
std::optional<NumberType> NumberTypeOf(TypeId type) {
  switch (SimpleKind(type)) {
    case TypeKind::Bool: return NumberType::Bool;
    case TypeKind::Int8: return NumberType::Int8;
    case TypeKind::Uint8: return NumberType::Uint8;
    case TypeKind::Int16: return NumberType::Int16;
    case TypeKind::Uint16: return NumberType::Uint16;
    case TypeKind::Int32: return NumberType::Int32;
    case TypeKind::Uint32: return NumberType::Uint32;
    case TypeKind::Int64: return NumberType::Int64;
    case TypeKind::Uint64: return NumberType::Uint64;
    case TypeKind::Float16: return NumberType::Float16;
    case TypeKind::Float32: return NumberType::Float32;
    case TypeKind::Float64: return NumberType::Float64;
    default: return std::nullopt;
  }
}

/// A value laid out by the rules of C.
struct ValueLayout {
  size_t size = 0, alignment = 1;
  std::vector<NumberPlace> numbers;
  std::vector<std::string> names;  // beside `numbers`: path of fields, empty for a value that is no struct
  std::vector<ArrayPlace> arrays;
};

/// Lays values out; `widened` turns every smaller float into float64.
class LayoutBuilder {
 public:
  LayoutBuilder(const TypeTable& types, bool widened) : types_(types), widened_(widened) {}

  Result<ValueLayout> Of(TypeId type) const {
    if (IsStruct(types_, type)) return OfStruct(type);
    if (IsArray(types_, type)) return OfArray(type);
    std::optional<NumberType> number;
    if (IsValue(types_, type)) number = NumberTypeOf(ScalarTypeOf(types_, type));
    if (!number) return Status::Error(fmt::format("inputs of type {} cannot be made", RecordType(types_, type)));
    // A composite is its scalars, packed, however Warp names its parts.
    const size_t count = SizeInBytes(types_, type) / SizeOf(*number);
    if (widened_ && IsFloatNumber(*number)) number = NumberType::Float64;
    ValueLayout layout;
    layout.alignment = SizeOf(*number);
    layout.size = count * layout.alignment;
    for (size_t i = 0; i < count; ++i) layout.numbers.push_back({i * layout.alignment, *number});
    layout.names.assign(count, "");
    return layout;
  }

 private:
  Result<ValueLayout> OfStruct(TypeId type) const {
    StructLayout places;
    ValueLayout layout;
    for (const StructField& field : types_.structure(type).fields) {
      Result<ValueLayout> inner = Of(field.type);
      if (!inner.ok()) return inner.status();
      const size_t offset = places.Add(inner->size, inner->alignment);
      for (size_t i = 0; i < inner->numbers.size(); ++i) {
        layout.numbers.push_back({offset + inner->numbers[i].offset, inner->numbers[i].type});
        layout.names.push_back("." + field.name + inner->names[i]);
      }
      for (ArrayPlace& array : inner->arrays) {
        array.offset += offset;
        array.name = "." + field.name + array.name;
        layout.arrays.push_back(std::move(array));
      }
    }
    layout.size = places.size();
    layout.alignment = places.alignment();
    return layout;
  }

  Result<ValueLayout> OfArray(TypeId type) const {
    if (types_[type].family != ArrayFamily::Regular)
      return Status::Error(fmt::format("inputs of type {} cannot be made", RecordType(types_, type)));
    Result<ValueLayout> element = Of(types_[type].element);
    if (!element.ok()) return element.status();
    ValueLayout layout;
    layout.size = sizeof(ArrayDescriptor);
    layout.alignment = alignof(ArrayDescriptor);
    layout.arrays.push_back({"", 0, types_[type].dimensions, element->size, std::move(element->numbers)});
    return layout;
  }

  const TypeTable& types_;
  bool widened_;
};

float HalfToFloat(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 0x1F, mantissa = half & 0x3FF;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13);
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                        : std::ldexp(static_cast<float>(mantissa | 0x400), static_cast<int>(exponent) - 25);
  return sign != 0 ? -magnitude : magnitude;
}

/// Round to nearest, ties to even.
uint16_t DoubleToHalf(double value) {
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | 0x7E00);
  value = std::fabs(value);
  if (value >= 65520) return static_cast<uint16_t>(sign | 0x7C00);
  int exponent = value == 0 ? -14 : std::max(std::ilogb(value), -14);
  const double scaled = std::nearbyint(std::ldexp(value, 10 - exponent));  // 0 to 2048
  const auto mantissa = static_cast<uint32_t>(scaled);
  return static_cast<uint16_t>(sign | (mantissa + (static_cast<uint32_t>(exponent + 14) << 10)));
}

template <typename T>
T GetBytes(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename T>
void PutBytes(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

}  // namespace

size_t SizeOf(NumberType type) { return kSizes[static_cast<size_t>(type)]; }
std::string_view NumberTypeName(NumberType type) { return kNames[static_cast<size_t>(type)]; }

bool ArrayPlace::has_floats() const {
  return std::any_of(numbers.begin(), numbers.end(), [](const NumberPlace& n) { return IsFloatNumber(n.type); });
}

NumberPlace ArrayPlace::PlaceOf(size_t number) const {
  const NumberPlace& inner = numbers[number % numbers.size()];
  return {number / numbers.size() * element_size + inner.offset, inner.type};
}

Result<ArgumentLayout> LayoutOf(const Unit& unit, const KernelDefinition& kernel, bool widened) {
  LayoutBuilder builder(unit.types, widened);
  ArgumentLayout layout;
  StructLayout places;
  for (const Parameter& parameter : kernel.parameters) {
    const std::string name(unit.symbols.Text(parameter.name));
    Result<ValueLayout> value = builder.Of(parameter.type);
    if (!value.ok()) return Status::Error(fmt::format("{} (argument {})", value.message(), name));
    const size_t offset = places.Add(value->size, value->alignment);
    layout.end = offset + value->size;
    for (size_t i = 0; i < value->numbers.size(); ++i) {
      layout.numbers.push_back({offset + value->numbers[i].offset, value->numbers[i].type});
      layout.number_names.push_back(name + value->names[i]);
    }
    for (ArrayPlace& array : value->arrays) {
      array.offset += offset;
      array.name = name + array.name;
      layout.arrays.push_back(std::move(array));
    }
  }
  layout.size = places.size();
  return layout;
}

Number ReadNumber(const std::byte* value, const NumberPlace& place) {
  const std::byte* at = value + place.offset;
  Number number;
  number.is_float = IsFloatNumber(place.type);
  switch (place.type) {
    case NumberType::Bool:
    case NumberType::Uint8: number.whole = GetBytes<uint8_t>(at); break;
    case NumberType::Int8: number.whole = GetBytes<int8_t>(at); break;
    case NumberType::Int16: number.whole = GetBytes<int16_t>(at); break;
    case NumberType::Uint16: number.whole = GetBytes<uint16_t>(at); break;
    case NumberType::Int32: number.whole = GetBytes<int32_t>(at); break;
    case NumberType::Uint32: number.whole = GetBytes<uint32_t>(at); break;
    case NumberType::Int64:
    case NumberType::Uint64: number.whole = GetBytes<int64_t>(at); break;
    case NumberType::Float16: number.real = HalfToFloat(GetBytes<uint16_t>(at)); break;
    case NumberType::Float32: number.real = GetBytes<float>(at); break;
    case NumberType::Float64: number.real = GetBytes<double>(at); break;
  }
  return number;
}

void WriteNumber(std::byte* value, const NumberPlace& place, const Number& number) {
  std::byte* at = value + place.offset;
  switch (place.type) {
    case NumberType::Bool: return PutBytes(at, static_cast<uint8_t>(number.whole != 0));
    case NumberType::Int8:
    case NumberType::Uint8: return PutBytes(at, static_cast<uint8_t>(number.whole));
    case NumberType::Int16:
    case NumberType::Uint16: return PutBytes(at, static_cast<uint16_t>(number.whole));
    case NumberType::Int32:
    case NumberType::Uint32: return PutBytes(at, static_cast<uint32_t>(number.whole));
    case NumberType::Int64:
    case NumberType::Uint64: return PutBytes(at, number.whole);
    case NumberType::Float16: return PutBytes(at, DoubleToHalf(number.real));
    case NumberType::Float32: return PutBytes(at, static_cast<float>(number.real));
    case NumberType::Float64: return PutBytes(at, number.real);
  }
}

double RoundTo(NumberType type, double value) {
  if (type == NumberType::Float16) return HalfToFloat(DoubleToHalf(value));
  return type == NumberType::Float32 ? static_cast<float>(value) : value;
}

}  // namespace warpsmith
