#include "types/common_types.h"

namespace warpsmith {

const CommonTypes& CommonTypes::Get() {
  static const CommonTypes types;
  return types;
}

TypeId CommonTypes::Add(const TypeInfo& info) {
  TypeKey key(info);
  if (TypeId known = Find(key)) return known;
  size_t slot = TypeKeyHash()(key) % kSlots;
  while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
  infos_.push_back(info);
  keys_.push_back(key);
  slots_[slot] = static_cast<uint16_t>(infos_.size());
  return TypeId(static_cast<uint32_t>(infos_.size() - 1));
}

/// Composites of a scalar type.
void CommonTypes::AddValues() {
  for (uint32_t index = kInt8Type.index; index <= kFloat64Type.index; ++index) {
    TypeId scalar(index);
    for (uint32_t length : {2u, 3u, 4u, 6u}) Add({.kind = TypeKind::Vector, .rows = length, .element = scalar});
    if (!IsFloat(scalar)) continue;
    for (uint32_t rows : {2u, 3u, 4u, 6u})
      for (uint32_t columns : {2u, 3u, 4u, 6u})
        Add({.kind = TypeKind::Matrix, .rows = rows, .columns = columns, .element = scalar});
    Add({.kind = TypeKind::Quaternion, .element = scalar});
    Add({.kind = TypeKind::Transform, .element = scalar});
  }
}

CommonTypes::CommonTypes() : slots_(kSlots) {
#define WARPSMITH_SIMPLE_TYPE(kind_name, python_name, cpp_name, code) Add({.kind = TypeKind::kind_name});
#include "types/simple_types.def"
#undef WARPSMITH_SIMPLE_TYPE
  const size_t simple = infos_.size();
  AddValues();
  std::vector<TypeId> values = {kBoolType};
  for (uint32_t index = kInt8Type.index; index <= kFloat64Type.index; ++index) values.push_back(TypeId(index));
  for (size_t index = simple; index < infos_.size(); ++index) values.push_back(TypeId(static_cast<uint32_t>(index)));
  Add({.kind = TypeKind::Reference, .element = kShapeType});
  for (TypeId value : values) {
    Add({.kind = TypeKind::Reference, .element = value});
    for (uint8_t dimensions = 1; dimensions <= 4; ++dimensions)
      Add({.kind = TypeKind::Array, .dimensions = dimensions, .element = value});
  }
}

}  // namespace warpsmith
