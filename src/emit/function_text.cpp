// User functions, native snippets, and the bodies that functions and kernels share.
#include <algorithm>

#include "emit/module_writer.h"

namespace warpsmith {
namespace {

/// Separates entries the way Warp sets parameter lists: each on a line of its own.
class ParameterList {
 public:
  explicit ParameterList(TextBuffer& out) : out_(out) {}
  TextBuffer& Next() {
    if (!first_) out_.Append(",\n    ");
    first_ = false;
    return out_;
  }

 private:
  TextBuffer& out_;
  bool first_ = true;
};

bool IsTileParameter(const TypeTable& types, TypeId type) { return IsTile(types, type) || IsTileStack(types, type); }

bool IsFunctionParameter(TypeId type) { return type == kFunctionType || type == kCallableType; }

}  // namespace

void ModuleWriter::LinkFunctions() {
  if (module_.link_functions.empty()) return;
  out_.Append("#define WP_LTO_LINK_INPUTS 1\nextern \"C\" {\n");
  for (const auto& [symbol, declaration] : module_.link_functions) {
    out_.Append(declaration);
    out_.Append('\n');
  }
  out_.Append("}\n");
}

std::string_view ModuleWriter::ReturnType(const Program& program) {
  if (program.return_variables.size() != 1) return "void";
  return spellings_.Cpp(program.variables[program.return_variables[0]].type);
}

/// The type that holds the gradient of a parameter: that of an indexed array is a plain array.
void ModuleWriter::AdjointType(TypeId type) {
  const TypeInfo& info = (*module_.types)[type];
  if (info.kind != TypeKind::Array || info.family != ArrayFamily::Indexed) return out_.Append(spellings_.Cpp(type));
  out_.Append("wp::array_t<");
  out_.Append(spellings_.Cpp(info.element));
  out_.Append('>');
}

void ModuleWriter::DefinitionDirective(const Program& program, std::string_view path) {
  if (!module_.options.line_info || program.first_line == 0 || path.empty()) return;
  out_.Append("#line ");
  out_.AppendNumber(program.definition_line - 1 + program.first_line);
  out_.Append(" \"");
  AppendDirectivePath(path, out_);
  out_.Append("\"\n");
}

/// Functions take tiles wherever these live: the type of a tile parameter is a parameter of the function's template.
void ModuleWriter::ParameterType(const Variable& parameter) {
  if (!IsTileParameter(*module_.types, parameter.type)) return out_.Append(spellings_.Cpp(parameter.type));
  out_.Append("tile_");
  out_.Append(Text(parameter.name));
}

void ModuleWriter::TemplateHead(const Program& program) {
  bool is_template = false;
  for (VarId id : program.parameters) {
    const Variable& parameter = program.variables[id];
    if (!IsTileParameter(*module_.types, parameter.type)) continue;
    is_template ? out_.Append(", typename ") : out_.Append("template<typename ");
    ParameterType(parameter);
    is_template = true;
  }
  if (is_template) out_.Append(">\n");
}

void ModuleWriter::FunctionHead(const FunctionDescription& function, bool adjoint) {
  out_.Append("\n// ");
  out_.Append(function.path);
  out_.Append(':');
  out_.AppendNumber(function.first_line);
  out_.Append('\n');
  if (cuda() && !function.is_native) DefinitionDirective(*function.program, function.path);
  out_.Append("static ");
  if (function.inline_hint == InlineHint::NoInline) out_.Append("WP_NOINLINE ");
  if (function.inline_hint == InlineHint::ForceInline) out_.Append("WP_FORCEINLINE ");
  if (cuda() || function.is_native) out_.Append("CUDA_CALLABLE ");
  out_.Append(adjoint ? "void" : ReturnType(*function.program));
  adjoint ? out_.Append(" adj_") : out_.Append(' ');
}

void ModuleWriter::FunctionParameters(const FunctionDescription& function, bool adjoint) {
  const Program& program = *function.program;
  ParameterList list(out_);
  size_t inputs = adjoint && function.custom_reverse ? static_cast<size_t>(function.custom_reverse_input_count)
                                                     : program.parameters.size();
  for (size_t i = 0; i < std::min(inputs, program.parameters.size()); ++i) {
    const Variable& parameter = program.variables[program.parameters[i]];
    if (IsFunctionParameter(parameter.type)) continue;
    list.Next();
    ParameterType(parameter);
    IsTileParameter(*module_.types, parameter.type) ? out_.Append("& var_") : out_.Append(" var_");
    out_.Append(Text(parameter.name));
  }
  if (program.is_deterministic) {
    list.Next().Append("wp::det_ctx det_ctx");
    for (const DeferredParameter& parameter : program.deferred_parameters) {
      list.Next();
      DeferredType(parameter);
      out_.Append(' ');
      out_.Append(program.symbols->Text(parameter.name));
    }
  }
  bool many = program.return_variables.size() > 1;
  for (size_t i = 0; many && i < program.return_variables.size(); ++i) {
    list.Next().Append(spellings_.Cpp(program.variables[program.return_variables[i]].type));
    out_.Append(" & ret_");
    out_.AppendNumber(i);
  }
  if (!adjoint) return;
  for (size_t i = 0; i < std::min(inputs, program.parameters.size()); ++i) {
    const Variable& parameter = program.variables[program.parameters[i]];
    if (IsFunctionParameter(parameter.type)) continue;
    list.Next();
    IsTileParameter(*module_.types, parameter.type) ? ParameterType(parameter) : AdjointType(parameter.type);
    IsReference(*module_.types, parameter.type) ? out_.Append(" adj_") : out_.Append(" & adj_");
    out_.Append(Text(parameter.name));
  }
  for (size_t i = 0; i < program.return_variables.size(); ++i) {
    list.Next().Append(spellings_.Cpp(program.variables[program.return_variables[i]].type));
    out_.Append(" & adj_ret");
    if (!many) continue;
    out_.Append('_');
    out_.AppendNumber(i);
  }
  // A custom gradient declares the adjoints of the results as parameters of its own.
  for (size_t i = inputs; i < program.parameters.size(); ++i) {
    const Variable& parameter = program.variables[program.parameters[i]];
    list.Next();
    ParameterType(parameter);
    IsReference(*module_.types, parameter.type) ? out_.Append(" var_") : out_.Append(" & var_");
    out_.Append(Text(parameter.name));
  }
}

void ModuleWriter::FunctionForward(const FunctionDescription& function, const SpelledProgram& spelled) {
  if (function.is_native) {
    Snippet(function, "", function.native_snippet, false);
    if (function.has_replay_snippet) Snippet(function, "replay_", function.replay_snippet, false);
    return;
  }
  if (function.skip_forward) return;
  TemplateHead(*function.program);
  FunctionHead(function, false);
  out_.Append(function.native_name);
  out_.Append("(\n    ");
  FunctionParameters(function, false);
  out_.Append(")\n{\n");
  ForwardBody(*function.program, spelled, FunctionKind::Function, false);
  if (cuda()) DefinitionDirective(*function.program, function.path);
  out_.Append("}\n\n");
}

void ModuleWriter::FunctionReverse(const FunctionDescription& function, const SpelledProgram& spelled) {
  if (function.is_native)
    return Snippet(function, "", function.has_adjoint_snippet ? function.adjoint_snippet : std::string_view(), true);
  if (function.skip_reverse) return;
  TemplateHead(*function.program);
  FunctionHead(function, true);
  out_.Append(function.native_name);
  out_.Append("(\n    ");
  FunctionParameters(function, true);
  out_.Append(")\n{\n");
  if (function.custom_reverse) {
    out_.Append("\t// user-defined adjoint code\n");
    ForwardBody(*function.program, spelled, FunctionKind::Function, false);
  } else if (spelled.has_reverse) {
    ReverseBody(*function.program, spelled, FunctionKind::Function, false);
  } else {
    out_.Append("\t// reverse mode disabled (no backward-enabled kernel depends on this function)\n");
  }
  if (cuda()) DefinitionDirective(*function.program, function.path);
  out_.Append("}\n\n");
}

// ---- native snippets -----------------------------------------------------------------------------------------

/// Inside a snippet a parameter goes by its Python name. Warp removes every "var_" from the generated name, also those
/// that were in the Python name.
void ModuleWriter::SnippetName(const Program& program, const Variable& parameter) {
  std::string_view name = program.symbols->Text(parameter.name);
  for (size_t found; (found = name.find("var_")) != std::string_view::npos;) {
    out_.Append(name.substr(0, found));
    name.remove_prefix(found + 4);
  }
  out_.Append(name);
}

void ModuleWriter::SnippetParameters(const FunctionDescription& function, bool reverse) {
  const Program& program = *function.program;
  ParameterList list(out_);
  for (VarId id : program.parameters) {
    const Variable& parameter = program.variables[id];
    list.Next();
    ParameterType(parameter);
    if (IsTileParameter(*module_.types, parameter.type)) out_.Append('&');
    IsReference(*module_.types, parameter.type) ? out_.Append(" _wp_ref_") : out_.Append(' ');
    SnippetName(program, parameter);
  }
  if (!reverse) return;
  for (VarId id : program.parameters) {
    const Variable& parameter = program.variables[id];
    list.Next();
    IsTileParameter(*module_.types, parameter.type) ? ParameterType(parameter) : AdjointType(parameter.type);
    IsReference(*module_.types, parameter.type) ? out_.Append(" _wp_ref_adj_") : out_.Append(" & adj_");
    out_.Append(Text(parameter.name));
  }
  if (std::string_view type = ReturnType(program); type != "void") {
    list.Next().Append(type);
    out_.Append(" & adj_ret");
  }
}

/// Reference parameters come as pointers; the snippet sees references.
void ModuleWriter::SnippetAliases(const FunctionDescription& function, bool reverse) {
  const Program& program = *function.program;
  for (bool adjoint : {false, true}) {
    if (adjoint && !reverse) return;
    for (VarId id : program.parameters) {
      const Variable& parameter = program.variables[id];
      if (!IsReference(*module_.types, parameter.type)) continue;
      auto name = [&] { adjoint ? out_.Append(Text(parameter.name)) : SnippetName(program, parameter); };
      out_.Append("    ");
      out_.Append(spellings_.CppValue(parameter.type));
      adjoint ? out_.Append("& adj_") : out_.Append("& ");
      name();
      adjoint ? out_.Append(" = *_wp_ref_adj_") : out_.Append(" = *_wp_ref_");
      name();
      out_.Append(";\n");
    }
  }
}

void ModuleWriter::Snippet(const FunctionDescription& function, std::string_view prefix, std::string_view snippet,
                           bool reverse) {
  TemplateHead(*function.program);
  FunctionHead(function, reverse);
  out_.Append(prefix);
  out_.Append(function.native_name);
  out_.Append("(\n    ");
  SnippetParameters(function, reverse);
  out_.Append(")\n{\n");
  SnippetAliases(function, reverse);
  out_.Append(snippet);
  out_.Append("}\n\n");
}

// ---- bodies --------------------------------------------------------------------------------------------------

void ModuleWriter::CountLines() {
  line_ += static_cast<uint32_t>(CountNewlines(out_.view(counted_, out_.size() - counted_)));
  counted_ = out_.size();
}

void ModuleWriter::MapLine(const SpelledProgram& spelled, const SpelledLine& line) {
  uint32_t last = line_;
  if (spelled.has_multiline) {
    std::string_view text = spelled.text.view(line.begin, line.length);
    last += static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
  }
  if (line.python_line < 0) {
    // Stems from no line of the file.
  } else if (!map_->empty() && map_->back().python_line == line.python_line && map_->back().last + 1 == line_) {
    map_->back().last = last;
  } else {
    map_->push_back({line.python_line, line_, last});
  }
  line_ = last + 1;
}

/// Lines as they are spelled: those that follow each other at once.
void ModuleWriter::CopyRuns(const SpelledProgram& spelled, const SpelledLines& lines) {
  uint32_t begin = 0, end = 0;  // of the run
  for (const SpelledLine& line : lines) {
    uint32_t from = line.kind == LineKind::Directive ? line.begin : line.begin - kLineIndent;
    if (from != end) {
      out_.Append(spelled.text.view(begin, end - begin));
      begin = from;
    }
    end = line.begin + line.length + 1;
  }
  out_.Append(spelled.text.view(begin, end - begin));
}

void ModuleWriter::Lines(const SpelledProgram& spelled, const SpelledLines& lines, uint32_t indent, bool grid_stride) {
  const char* text = spelled.text.data();
  if (map_ != nullptr) {
    CountLines();
    for (const SpelledLine& line : lines) MapLine(spelled, line);
  }
  if (indent == kLineIndent && !grid_stride) {
    CopyRuns(spelled, lines);
    counted_ = out_.size();
    return;
  }
  for (const SpelledLine& line : lines) {
    if (line.kind == LineKind::BareReturn && grid_stride) {
      out_.AppendSpaces(indent + line.length - std::string_view("return;").size());
      out_.Append("continue;\n");
      continue;
    }
    out_.AppendLine(line.kind == LineKind::Directive ? 0 : indent, text + line.begin, line.length);
  }
  counted_ = out_.size();
}

void ModuleWriter::ArgumentVariables(const Program& program, bool backward) {
  out_.Append("    //---------\n    // argument vars\n");
  for (bool adjoint : {false, true}) {
    if (adjoint && !backward) return;
    for (VarId id : program.parameters) {
      std::string_view name = Name(program, id);
      out_.Append("    ");
      out_.Append(spellings_.Cpp(program.variables[id].type));
      adjoint ? out_.Append(" adj_") : out_.Append(" var_");
      out_.Append(name);
      adjoint ? out_.Append(" = _wp_adj_args->") : out_.Append(" = _wp_args->");
      out_.Append(name);
      out_.Append(";\n");
    }
  }
}

void ModuleWriter::ForwardBody(const Program& program, const SpelledProgram& spelled, FunctionKind kind,
                               bool grid_stride) {
  bool wide = cuda() && kind == FunctionKind::Kernel;
  uint32_t indent = wide ? 8 : 4;
  if (!cuda() && kind == FunctionKind::Kernel) ArgumentVariables(program, false);
  wide ? out_.Append("        //---------\n        // primal vars\n") : out_.Append("    //---------\n    // primal vars\n");
  Lines(spelled, spelled.primal, indent, false);
  wide ? out_.Append("        //---------\n        // forward\n") : out_.Append("    //---------\n    // forward\n");
  Lines(spelled, spelled.forward, indent, wide && grid_stride);
}

void ModuleWriter::ReverseBody(const Program& program, const SpelledProgram& spelled, FunctionKind kind,
                               bool grid_stride) {
  bool wide = cuda() && kind == FunctionKind::Kernel;
  uint32_t indent = wide ? 8 : 4;
  if (!cuda() && kind == FunctionKind::Kernel) ArgumentVariables(program, true);
  wide ? out_.Append("        //---------\n        // primal vars\n") : out_.Append("    //---------\n    // primal vars\n");
  Lines(spelled, spelled.primal_in_reverse.empty() ? spelled.primal : spelled.primal_in_reverse, indent, false);
  wide ? out_.Append("        //---------\n        // dual vars\n") : out_.Append("    //---------\n    // dual vars\n");
  Lines(spelled, spelled.dual, indent, false);
  wide ? out_.Append("        //---------\n        // forward\n") : out_.Append("    //---------\n    // forward\n");
  Lines(spelled, spelled.replay, indent, false);
  wide ? out_.Append("        //---------\n        // reverse\n") : out_.Append("    //---------\n    // reverse\n");
  Lines(spelled, spelled.reverse, indent, false);
  out_.AppendSpaces(indent);
  wide && grid_stride ? out_.Append("continue;\n") : out_.Append("return;\n");
}

}  // namespace warpsmith
