// Comparison of types, generic and exact, after types_equal_generic and type_matches_template of Warp 1.19.0.
#include <algorithm>

#include "types/types.h"

namespace warpsmith {
namespace {

bool ScalarsEqual(TypeId a, TypeId b, bool match_generic) {
  if (match_generic) {
    if (a == kAnyType || b == kAnyType) return true;
    if ((a == kAnyIntType && IsInt(b)) || (b == kAnyIntType && IsInt(a))) return true;
    if ((a == kAnyScalarType && IsScalar(b)) || (b == kAnyScalarType && IsScalar(a))) return true;
    if ((a == kAnyFloatType && IsFloat(b)) || (b == kAnyFloatType && IsFloat(a))) return true;
  }
  if ((a == kHandleType && b == kUint64Type) || (a == kUint64Type && b == kHandleType)) return true;
  return a == b;
}

bool LengthsEqual(uint32_t a, uint32_t b, bool match_generic) {
  return a == b || (match_generic && (a == kAnyLength || b == kAnyLength));
}

bool IsListKind(TypeKind kind) {
  return kind == TypeKind::Tuple || kind == TypeKind::Sequence || kind == TypeKind::RepeatedTuple ||
         kind == TypeKind::AnyTuple;
}

bool Equal(const TypeTable& types, TypeId a, TypeId b, bool match_generic);

bool AllEqualTo(const TypeTable& types, std::span<const TypeId> elements, TypeId repeated) {
  for (TypeId element : elements)
    if (!Equal(types, element, repeated, true)) return false;
  return true;
}

bool ListsEqual(const TypeTable& types, TypeId a, TypeId b) {
  const TypeInfo& a_info = types[a];
  const TypeInfo& b_info = types[b];
  if (!IsListKind(a_info.kind) || !IsListKind(b_info.kind)) return false;
  // A tuple of unknown or no elements matches every sequence.
  auto bare = [](const TypeInfo& info) {
    return info.kind == TypeKind::AnyTuple || (info.kind == TypeKind::Tuple && info.list_count == 0);
  };
  if (bare(a_info) || bare(b_info)) return true;
  bool a_repeats = a_info.kind == TypeKind::RepeatedTuple, b_repeats = b_info.kind == TypeKind::RepeatedTuple;
  if (a_repeats && b_repeats) return Equal(types, a_info.element, b_info.element, true);
  if (a_repeats) return AllEqualTo(types, types.elements(b), a_info.element);
  if (b_repeats) return AllEqualTo(types, types.elements(a), b_info.element);
  std::span<const TypeId> a_elements = types.elements(a), b_elements = types.elements(b);
  if (a_elements.size() != b_elements.size()) return false;
  for (size_t i = 0; i < a_elements.size(); ++i)
    if (!Equal(types, a_elements[i], b_elements[i], true)) return false;
  return true;
}

bool Equal(const TypeTable& types, TypeId a, TypeId b, bool match_generic) {
  if (a == b) return true;
  const TypeInfo& a_info = types[a];
  const TypeInfo& b_info = types[b];
  if (a_info.kind == TypeKind::Tuple && b_info.kind == TypeKind::Tuple &&
      std::ranges::equal(types.elements(a), types.elements(b)))
    return true;  // the names that annotations use of the same types do not matter
  if (match_generic && (IsListKind(a_info.kind) || IsListKind(b_info.kind))) return ListsEqual(types, a, b);
  switch (a_info.kind) {
    case TypeKind::Vector:
    case TypeKind::Matrix:
      if (a_info.kind != b_info.kind) break;
      return LengthsEqual(a_info.rows, b_info.rows, match_generic) &&
             LengthsEqual(a_info.columns, b_info.columns, match_generic) &&
             ScalarsEqual(a_info.element, b_info.element, match_generic);
    case TypeKind::Quaternion:
    case TypeKind::Transform:
      if (a_info.kind != b_info.kind) break;
      return ScalarsEqual(a_info.element, b_info.element, match_generic);
    case TypeKind::Array:
      return b_info.kind == TypeKind::Array && a_info.family == b_info.family &&
             Equal(types, a_info.element, b_info.element, match_generic);
    case TypeKind::Tile:
      return b_info.kind == TypeKind::Tile && Equal(types, a_info.element, b_info.element, match_generic);
    case TypeKind::TileStack:
      return b_info.kind == TypeKind::TileStack && a_info.rows == b_info.rows &&
             Equal(types, a_info.element, b_info.element, match_generic);
    default:
      break;
  }
  return ScalarsEqual(a, b, match_generic);
}

bool MatchesLength(uint32_t argument, uint32_t pattern) {
  return pattern == kAnyLength || pattern == 0 || argument == pattern;
}

// Whether an array of `argument`'s family is one of `pattern`'s: a fixed array is a regular array.
bool IsFamily(ArrayFamily argument, ArrayFamily pattern) {
  return argument == pattern || (argument == ArrayFamily::Fixed && pattern == ArrayFamily::Regular);
}

}  // namespace

bool TypesEqual(const TypeTable& types, TypeId a, TypeId b) { return Equal(types, a, b, false); }
bool TypesEqualGeneric(const TypeTable& types, TypeId a, TypeId b) { return Equal(types, a, b, true); }

bool FamiliesCompatible(ArrayFamily a, ArrayFamily b) { return IsFamily(a, b) || IsFamily(b, a); }

bool TypeMatchesTemplate(const TypeTable& types, TypeId argument, TypeId pattern) {
  if (IsGeneric(types, argument)) return false;
  const TypeInfo& argument_info = types[argument];
  const TypeInfo& pattern_info = types[pattern];
  if (argument_info.kind == TypeKind::Array && pattern_info.kind == TypeKind::Array &&
      IsFamily(argument_info.family, pattern_info.family)) {
    return TypeMatchesTemplate(types, argument_info.element, pattern_info.element) &&
           argument_info.dimensions == pattern_info.dimensions;
  }
  if (!IsGeneric(types, pattern)) return TypesEqual(types, argument, pattern);
  switch (pattern_info.kind) {
    case TypeKind::Any:
      return true;
    case TypeKind::AnyFloat:
      return IsFloat(argument);
    case TypeKind::AnyInt:
      return IsInt(argument);
    case TypeKind::AnyScalar:
      return IsScalar(argument);
    case TypeKind::Array:
      return false;
    case TypeKind::Vector:
    case TypeKind::Matrix:
    case TypeKind::Quaternion:
    case TypeKind::Transform: {
      if (!IsComposite(types, argument)) return false;
      if (!TypeMatchesTemplate(types, argument_info.element, pattern_info.element)) return false;
      CompositeShape extents = ShapeOf(types, argument), wanted = ShapeOf(types, pattern);
      if (extents.size() != wanted.size()) return false;
      for (size_t i = 0; i < extents.size(); ++i) {
        if (!MatchesLength(static_cast<uint32_t>(extents[i]), static_cast<uint32_t>(wanted[i]))) return false;
      }
      return true;
    }
    default:
      return true;  // tuple[...] annotations are checked when the call is resolved, not here
  }
}

TypeId ErasedParent(TypeId type) {
  switch (SimpleKind(type)) {
    case TypeKind::BvhQueryAabb:
    case TypeKind::BvhQueryRay:
    case TypeKind::BvhQueryCapsule:
    case TypeKind::BvhQuerySphere:
      return kBvhQueryType;
    case TypeKind::MeshQueryAabb:
    case TypeKind::MeshQuerySphere:
      return kMeshQueryType;
    default:
      return TypeId();
  }
}

}  // namespace warpsmith
