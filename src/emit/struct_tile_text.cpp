// What the templates of tiles call for elements that are structs: arithmetic, atomics and exchanges between threads, all
// field by field. Fields of which no sums are made take part as they are.
#include <algorithm>

#include "emit/module_writer.h"

namespace warpsmith {

bool ModuleWriter::HasTiles(const StructInfo& info) const {
  return std::ranges::any_of(module_.tile_helper_structs, [&](TypeId type) {
    return module_.types->structure(type).native_name == info.native_name;
  });
}

void ModuleWriter::StructLines(std::string_view text, const StructInfo& info) {
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
    out_.Append(text.substr(0, at));
    out_.Append(info.native_name);
    text.remove_prefix(at + 1);
  }
  out_.Append(text);
}

ModuleWriter::FieldKind ModuleWriter::KindOfField(TypeId type) const {
  const TypeTable& types = *module_.types;
  if (IsStruct(types, type)) return FieldKind::Struct;
  if (IsArray(types, type)) return types[type].family == ArrayFamily::Fixed ? FieldKind::Other : FieldKind::Array;
  return IsValue(types, type) ? FieldKind::Value : FieldKind::Other;
}

void ModuleWriter::StructTileMembers(const StructInfo& info) {
  StructLines("\n\n    CUDA_CALLABLE @& operator -= (const @& rhs)\n    {", info);
  for (const StructField& field : info.fields) {
    if (!Accumulates(field.type)) continue;
    out_.Append("    ");
    out_.Append(field.name);
    out_.Append(" -= rhs.");
    out_.Append(field.name);
    out_.Append(";\n");
  }
  StructLines("\n        return *this;}\n\n    CUDA_CALLABLE @ operator - () const\n    {\n        @ ret = *this;\n", info);
  for (const StructField& field : info.fields) {
    if (!Accumulates(field.type)) continue;
    out_.Append("    ret.");
    out_.Append(field.name);
    out_.Append(" = -ret.");
    out_.Append(field.name);
    out_.Append(";\n");
  }
  out_.Append("\n        return ret;\n    }\n");
}

void ModuleWriter::StructTileFunctions(const StructInfo& info) {
  StructLines(R"(
// Required by tile templates. The overloads are found by ADL when tile.h is
// instantiated with a generated struct type.
CUDA_CALLABLE void adj_add(const @& a, const @& b, @& adj_a, @& adj_b, const @& adj_ret)
{
    adj_a += adj_ret;
    adj_b += adj_ret;
}

CUDA_CALLABLE @ sub(const @& a, const @& b)
{
    @ ret = a;
    ret -= b;
    return ret;
}

CUDA_CALLABLE void adj_sub(const @& a, const @& b, @& adj_a, @& adj_b, const @& adj_ret)
{
    adj_a += adj_ret;
    adj_b -= adj_ret;
}

CUDA_CALLABLE @ atomic_add(@* p, @ t)
{
    @ old {};
)",
              info);
  for (const StructField& field : info.fields) {
    out_.Append("    old.");
    out_.Append(field.name);
    FieldKind kind = KindOfField(field.type);
    bool adds = (kind == FieldKind::Struct || kind == FieldKind::Value) && Accumulates(field.type);
    out_.Append(adds ? (spellings_.Cpp(field.type).starts_with("wp::") ? " = wp::atomic_add(&p->" : " = atomic_add(&p->") : " = p->");
    out_.Append(field.name);
    if (adds) {
      out_.Append(", t.");
      out_.Append(field.name);
      out_.Append(')');
    }
    out_.Append(";\n");
  }
  StructLines(R"(
    return old;
}

CUDA_CALLABLE @ tile_atomic_add_value(@* p, @ t)
{
    return atomic_add(p, t);
}

CUDA_CALLABLE @ tile_adj_atomic_add_value(@* p, @ t)
{
    // Tile adjoint struct atomics accumulate only for side effects; callers
    // currently ignore the returned old value, so avoid a second atomic here.
    @ old {};
    adj_atomic_add(p, t);
    return old;
}

#if defined(__CUDA_ARCH__)
)",
              info);
  StructShuffle(info, "warp_shuffle_down", "int offset, int mask", "offset, mask");
  out_.Append('\n');
  StructShuffle(info, "warp_shuffle_xor", "int lane_mask", "lane_mask");
  out_.Append("#endif\n");
}

void ModuleWriter::StructShuffle(const StructInfo& info, std::string_view name, std::string_view parameters,
                                 std::string_view arguments) {
  StructLines("CUDA_CALLABLE @ ", info);
  out_.Append(name);
  StructLines("(@ val, ", info);
  out_.Append(parameters);
  StructLines(")\n{\n    @ ret {};\n", info);
  for (const StructField& field : info.fields) {
    out_.Append("    ret.");
    out_.Append(field.name);
    out_.Append(" = ");
    FieldKind kind = KindOfField(field.type);
    if (kind == FieldKind::Array || kind == FieldKind::Value) out_.Append("wp::");
    if (kind != FieldKind::Other) {
      out_.Append(name);
      out_.Append('(');
    }
    out_.Append("val.");
    out_.Append(field.name);
    if (kind != FieldKind::Other) {
      out_.Append(", ");
      out_.Append(arguments);
      out_.Append(')');
    }
    out_.Append(";\n");
  }
  out_.Append("\n    return ret;\n}\n");
}

}  // namespace warpsmith
