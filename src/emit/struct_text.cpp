// Structs: fields, constructors and the functions that adjoints of struct values call.
#include "emit/module_writer.h"

namespace warpsmith {

void ModuleWriter::Struct(TypeId type) {
  const StructInfo& info = module_.types->structure(type);
  StructFields(info);
  StructConstructors(info);
  StructAddition(info);
  StructAdjoint(info, HasTiles(info));
}

void ModuleWriter::StructFields(const StructInfo& info) {
  out_.Append("\nstruct ");
  out_.Append(info.native_name);
  out_.Append("\n{\n");
  for (const StructField& field : info.fields) {
    out_.Append("    ");
    out_.Append(spellings_.Cpp(field.type));
    out_.Append(' ');
    out_.Append(field.name);
    out_.Append(";\n");
  }
  // An empty struct would have a size that depends on the compiler.
  if (info.fields.empty()) out_.Append("    char _dummy_;\n");
}

void ModuleWriter::StructConstructors(const StructInfo& info) {
  out_.Append("\n\n    ");
  if (!info.fields.empty()) {
    out_.Append(info.native_name);
    out_.Append("() = default;");
  }
  out_.Append("\n    CUDA_CALLABLE ");
  out_.Append(info.native_name);
  out_.Append('(');
  bool first = true;
  for (const StructField& field : info.fields) {
    if (!first) out_.Append(",\n    ");
    out_.Append(spellings_.Cpp(field.type));
    out_.Append(" const& ");
    out_.Append(field.name);
    if (!first) out_.Append(" = {}");
    first = false;
  }
  out_.Append(")\n    ");
  first = true;
  for (const StructField& field : info.fields) {
    first ? out_.Append("    : ") : out_.Append("        , ");
    first = false;
    out_.Append(field.name);
    out_.Append('{');
    out_.Append(field.name);
    out_.Append("}\n");
  }
  out_.Append("\n    {\n    }\n");
}

/// Whether += adds a field: structs by their own operator, values whose scalar type wp.atomic_add takes. Other fields
/// ride along.
bool ModuleWriter::Accumulates(TypeId type) const {
  const TypeTable& types = *module_.types;
  if (IsStruct(types, type)) return true;
  if (IsArray(types, type)) return false;
  TypeId scalar = ScalarTypeOf(types, type);
  return scalar == kInt32Type || scalar == kInt64Type || scalar == kUint32Type || scalar == kUint64Type ||
         IsFloat(scalar);
}

void ModuleWriter::StructAddition(const StructInfo& info) {
  out_.Append("\n    CUDA_CALLABLE ");
  out_.Append(info.native_name);
  out_.Append("& operator += (const ");
  out_.Append(info.native_name);
  out_.Append("& rhs)\n    {");
  for (const StructField& field : info.fields) {
    if (!Accumulates(field.type)) continue;
    out_.Append("    ");
    out_.Append(field.name);
    out_.Append(" += rhs.");
    out_.Append(field.name);
    out_.Append(";\n");
  }
  out_.Append("\n        return *this;}\n");
  if (HasTiles(info)) StructTileMembers(info);
  out_.Append("\n};\n");
}

void ModuleWriter::StructAdjoint(const StructInfo& info, bool with_tiles) {
  out_.Append("\nstatic CUDA_CALLABLE void adj_");
  out_.Append(info.native_name);
  out_.Append('(');
  for (const StructField& field : info.fields) {
    out_.Append(spellings_.Cpp(field.type));
    out_.Append(" const&,\n    ");
  }
  for (const StructField& field : info.fields) {
    out_.Append(spellings_.Cpp(field.type));
    out_.Append(" & adj_");
    out_.Append(field.name);
    out_.Append(",\n    ");
  }
  out_.Append(info.native_name);
  out_.Append(" & adj_ret)\n{\n");
  for (const StructField& field : info.fields) {
    if (IsNative(*module_.types, field.type)) continue;
    out_.Append("    adj_");
    out_.Append(field.name);
    IsArray(*module_.types, field.type) ? out_.Append(" = adj_ret.") : out_.Append(" += adj_ret.");
    out_.Append(field.name);
    out_.Append(";\n");
  }
  out_.Append("}\n\n// Required when compiling adjoints.\nCUDA_CALLABLE ");
  out_.Append(info.native_name);
  out_.Append(" add(const ");
  out_.Append(info.native_name);
  out_.Append("& a, const ");
  out_.Append(info.native_name);
  out_.Append("& b)\n{\n");
  StructLines(with_tiles ? "    @ ret = a;\n    ret += b;\n    return ret;" : "    return @();", info);
  out_.Append("\n}\n\nCUDA_CALLABLE void adj_atomic_add(");
  out_.Append(info.native_name);
  out_.Append("* p, ");
  out_.Append(info.native_name);
  out_.Append(" t)\n{\n");
  for (const StructField& field : info.fields) {
    if (IsNative(*module_.types, field.type)) continue;
    std::string_view type = spellings_.Cpp(field.type);
    out_.Append("    ");
    if (type.starts_with("wp::") || type == "bool") out_.Append("wp::");
    out_.Append("adj_atomic_add(&p->");
    out_.Append(field.name);
    out_.Append(", t.");
    out_.Append(field.name);
    out_.Append(");\n");
  }
  out_.Append("}\n\n");
  if (with_tiles) StructTileFunctions(info);
  out_.Append("\n\n");
}

}  // namespace warpsmith
