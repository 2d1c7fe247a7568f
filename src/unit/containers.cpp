// Tuples, lists and dictionaries as files use them to compute constants; subscripted types.
#include "unit/reader.h"
#include "unit/work_limit.h"

namespace warpsmith {

namespace {

constexpr size_t kElementsAStep = 64;  // of those that are merely copied or looked through

}  // namespace

Object Reader::MakeSequence(OpaqueKind kind, std::vector<Object> elements) {
  implementation_.sequences.push_back(std::move(elements));
  return OpaqueObject(kind, static_cast<uint32_t>(implementation_.sequences.size() - 1),
                      unit_.symbols.Intern(kind == OpaqueKind::Tuple ? "a tuple" : "a list"));
}

Object Reader::MakeMapping(std::vector<std::pair<Object, Object>> items) {
  implementation_.mappings.push_back(std::move(items));
  return OpaqueObject(OpaqueKind::Mapping, static_cast<uint32_t>(implementation_.mappings.size() - 1),
                      unit_.symbols.Intern("a dictionary"));
}

bool Reader::IsSequence(const Object& object) const {
  return IsOpaque(object, OpaqueKind::Tuple) || IsOpaque(object, OpaqueKind::List);
}

std::optional<std::vector<Object>> Reader::Iterate(const Object& object) {
  if (IsSequence(object)) {
    if (!Spend(steps_, implementation_.sequences[object.detail].size() / kElementsAStep)) return std::nullopt;
    return implementation_.sequences[object.detail];
  }
  if (IsOpaque(object, OpaqueKind::Mapping)) {
    if (!Spend(steps_, implementation_.mappings[object.detail].size() / kElementsAStep)) return std::nullopt;
    std::vector<Object> keys;
    for (const auto& [key, value] : implementation_.mappings[object.detail]) keys.push_back(key);
    return keys;
  }
  if (object.kind == ObjectKind::Namespace) {
    const Namespace& space = implementation_.name_space(object.name_space);
    if (space.kind != NamespaceKind::Class) return std::nullopt;
    std::vector<Object> members;
    for (const auto& [name, member] : space.names.entries())
      if (member.enum_member) members.push_back(member);
    if (!members.empty()) return members;
    return std::nullopt;
  }
  if (object.kind == ObjectKind::Constant) {
    const Constant constant = ConstantOf(object);
    std::vector<Object> items;
    if (constant.form == ConstantForm::Composite) {
      if (unit_.types.kind(constant.type) == TypeKind::Matrix) return std::nullopt;
      bool real = IsFloat(ScalarTypeOf(unit_.types, constant.type));
      for (ConstantId id : constant.elements)
        items.push_back(real ? MakeFloat(unit_.constants[id].real) : MakeInt(unit_.constants[id].integer));
      return items;
    }
    if (constant.form == ConstantForm::String) {
      if (!Spend(steps_, constant.text.size())) return std::nullopt;
      for (char c : constant.text) {
        if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
        items.push_back(MakeString(std::string(1, c)));
      }
      return items;
    }
  }
  return std::nullopt;
}

Object Reader::Subscript(const Object& base, const Object& index) {
  if (base.kind == ObjectKind::Type || IsOpaque(base, OpaqueKind::Special) ||
      base.kind == ObjectKind::PythonBuiltin)
    return SubscriptType(base, index);
  if (IsOpaque(base, OpaqueKind::Mapping)) {
    for (const auto& [key, value] : implementation_.mappings[base.detail]) {
      std::optional<bool> same = Equal(key, index);
      if (!same) return Unresolved("a dictionary whose keys cannot be compared");
      if (*same) return value;
    }
    return Unresolved("a missing key");
  }
  if (base.kind == ObjectKind::Namespace) {
    // Enumerations are subscripted by name.
    if (index.kind == ObjectKind::Constant && ConstantOf(index).form == ConstantForm::String)
      return AttributeOf(base, unit_.symbols.Intern(ConstantOf(index).text));
    return Unresolved("an element of a module");
  }
  std::optional<Int128> position = IntegerOf(index);
  std::optional<std::vector<Object>> items = position ? Iterate(base) : std::nullopt;
  if (!items) return Unresolved("an element of something unknown");
  auto size = static_cast<Int128>(items->size());
  if (*position < 0) *position += size;
  if (*position < 0 || *position >= size) {
    bool may_have_grown = IsOpaque(base, OpaqueKind::List);  // where what is not evaluated appended to it
    return may_have_grown ? Unresolved("an index out of range") : Raised("an index out of range");
  }
  return (*items)[static_cast<size_t>(*position)];
}

void Reader::StoreSubscript(const Object& base, const Object& index, const Object& value) {
  if (IsOpaque(base, OpaqueKind::Mapping)) {
    auto& items = implementation_.mappings[base.detail];
    static_cast<void>(Spend(steps_, items.size() / kElementsAStep));  // what comes after the limit is not known anyway
    for (auto& [key, old] : items)
      if (Equal(key, index) == true) {
        old = value;
        return;
      }
    items.emplace_back(index, value);
  } else if (IsOpaque(base, OpaqueKind::List)) {
    std::optional<Int128> position = IntegerOf(index);
    auto& elements = implementation_.sequences[base.detail];
    auto size = static_cast<Int128>(elements.size());
    if (position && *position < 0) *position += size;
    if (position && *position >= 0 && *position < size) {
      elements[static_cast<size_t>(*position)] = value;
    } else {
      for (Object& element : elements) element = Unresolved("an element of a list that was changed");
    }
  }
}

// wp.array[float], wp.array[float, 2], wp.ref[int], tuple[int, float], wp.types.Vector[float, 3], Literal[3].
Object Reader::SubscriptType(const Object& base, const Object& index) {
  std::vector<Object> parameters = IsOpaque(index, OpaqueKind::Tuple)
                                       ? implementation_.sequences[index.detail]
                                       : std::vector<Object>{index};
  bool is_tuple = base.kind == ObjectKind::PythonBuiltin && Name(base.name) == "tuple";
  if (is_tuple || IsSpecial(base, SpecialKind::TypingTuple)) {
    std::vector<TypeId> elements;
    for (const Object& parameter : parameters) {
      TypeId type = TypeOf(parameter);
      if (!type.valid()) return Unresolved("a tuple of something other than types");
      elements.push_back(type);
    }
    return TypeObject(unit_.types.Tuple(elements), TypeFlavor::Made);
  }
  if (base.kind == ObjectKind::Type && base.type == kHashGridQueryType && parameters.size() == 1) {
    TypeId coordinates = TypeOf(parameters[0]);
    if (coordinates == kFloat16Type) return TypeObject(kHashGridQueryHalfType);
    if (coordinates == kFloat32Type) return TypeObject(kHashGridQueryType);
    if (coordinates == kFloat64Type) return TypeObject(kHashGridQueryDoubleType);
  }
  if (!IsOpaque(base, OpaqueKind::Special)) return Unresolved("a subscripted type");
  auto special = static_cast<SpecialKind>(base.detail);
  std::optional<Int128> second;
  if (parameters.size() > 1) second = IntegerOf(parameters[1]);
  TypeId dtype = TypeOf(parameters[0]);
  switch (special) {
    case SpecialKind::TypingLiteral:
      return parameters[0];
    case SpecialKind::Array:
    case SpecialKind::IndexedArray:
    case SpecialKind::FabricArray:
    case SpecialKind::IndexedFabricArray:
      if (parameters.size() == 2 && parameters[1].kind == ObjectKind::Type && parameters[1].type == kAnyType)
        return ArrayOf(special, parameters[0], kAnyDimensions);
      if (parameters.size() > 1 && !second) return Unresolved("an array of unknown dimensions");
      if (second && (*second < 1 || *second > 4)) return Unresolved("an array of invalid dimensions");
      return ArrayOf(special, parameters[0], second ? static_cast<int64_t>(*second) : 1);
    case SpecialKind::Array1d:
    case SpecialKind::Array2d:
    case SpecialKind::Array3d:
    case SpecialKind::Array4d:
      return ArrayOf(special, parameters[0], std::nullopt);
    case SpecialKind::Tile:
      if (parameters.size() == 2 && IsSequence(parameters[1])) {
        std::optional<std::vector<Object>> shape = Iterate(parameters[1]);
        return shape ? TileOf(parameters[0], *shape) : Unresolved("a computation that takes too long");
      }
      return TileOf(parameters[0], {parameters.begin() + 1, parameters.end()});
    case SpecialKind::Reference:
      if (!dtype.valid()) return Unresolved("a reference to something unknown");
      return TypeObject(unit_.types.Reference(dtype, parameters[0].flavor == TypeFlavor::Python));
    case SpecialKind::VectorHint:
      if (!dtype.valid() || !second || *second < 1) return Unresolved("a vector type of unknown length");
      return TypeObject(unit_.types.Vector(static_cast<uint32_t>(*second), dtype), TypeFlavor::Made);
    case SpecialKind::MatrixHint: {
      std::optional<Int128> columns = parameters.size() > 2 ? IntegerOf(parameters[2]) : std::nullopt;
      if (!dtype.valid() || !second || !columns) return Unresolved("a matrix type of unknown shape");
      return TypeObject(
          unit_.types.Matrix(static_cast<uint32_t>(*second), static_cast<uint32_t>(*columns), dtype),
          TypeFlavor::Made);
    }
    case SpecialKind::QuaternionHint:
      return dtype.valid() ? TypeObject(unit_.types.Quaternion(dtype), TypeFlavor::Made)
                           : Unresolved("a quaternion");
    case SpecialKind::TransformationHint:
      return dtype.valid() ? TypeObject(unit_.types.Transform(dtype), TypeFlavor::Made)
                           : Unresolved("a transform");
    default:
      return Unresolved(Name(base.name));
  }
}

std::optional<std::string> Reader::Text(const Object& object) {
  if (IsOpaque(object, OpaqueKind::PythonNone)) return "None";
  if (IsSequence(object)) {
    bool tuple = object.opaque == OpaqueKind::Tuple;
    std::string out = tuple ? "(" : "[";
    const std::vector<Object> elements = implementation_.sequences[object.detail];
    for (size_t i = 0; i < elements.size(); ++i) {
      if (i != 0) out += ", ";
      std::optional<std::string> text = Text(elements[i]);
      if (!text) return std::nullopt;
      out += *text;
    }
    if (tuple && elements.size() == 1) out += ",";
    return out + (tuple ? ")" : "]");
  }
  if (object.kind != ObjectKind::Constant) return std::nullopt;
  const Constant& constant = ConstantOf(object);
  if (constant.typed) return std::nullopt;
  switch (constant.form) {
    case ConstantForm::Bool:
      return constant.integer != 0 ? "True" : "False";
    case ConstantForm::Int:
      return constant.text.empty() ? std::to_string(constant.integer) : constant.text;
    case ConstantForm::String:
      return constant.text;
    default:
      return std::nullopt;
  }
}

}  // namespace warpsmith
