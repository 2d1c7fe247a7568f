#include "syntax/dump.h"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "syntax/characters.h"

namespace warpsmith {
namespace {

/// The quote Python chooses: double only where the text has single and no double quotes.
char QuoteFor(std::string_view text) {
  bool has_single = text.find('\'') != std::string_view::npos;
  return has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
}

void AppendAsciiCharacter(uint32_t code_point, char quote, std::string& out) {
  switch (code_point) {
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (code_point == static_cast<uint32_t>(quote)) out += '\\';
  if (code_point >= 0x20 && code_point < 0x7F) out += static_cast<char>(code_point);
  else if (code_point < 0x100) fmt::format_to(std::back_inserter(out), "\\x{:02x}", code_point);
  else if (code_point < 0x10000) fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
  else fmt::format_to(std::back_inserter(out), "\\U{:08x}", code_point);
}

void AppendQuoted(std::string_view text, bool bytes, std::string& out) {
  char quote = QuoteFor(text);
  if (bytes) out += 'b';
  out += quote;
  while (!text.empty()) {
    DecodedCharacter character{static_cast<unsigned char>(text[0]), 1};
    if (!bytes) character = DecodeCharacter(text);
    AppendAsciiCharacter(character.code_point, quote, out);
    text.remove_prefix(character.length);
  }
  out += quote;
}

class Dumper {
 public:
  Dumper(const Ast& ast, const SourceBuffer& source, std::string& out, DumpOptions options)
      : ast_(ast), source_(source), out_(out), options_(options) {}

  void Node(NodeId id) {
    if (!id.valid()) {
      out_ += "None";
      return;
    }
    out_ += PythonName(ast_.Kind(id));
    out_ += '(';
    first_ = true;
    VisitNode(ast_, id, [this](const auto& view) { Fields(view); });
    if (ast_.Kind(id) == NodeKind::Module) {
      Key("type_ignores");
      out_ += "[]";
    }
    NodeCategory category = CategoryOf(ast_.Kind(id));
    if (options_.include_attributes && category != NodeCategory::Part && category != NodeCategory::Module) Attributes(id);
    out_ += ')';
    first_ = false;
  }

 private:
  // Not inlined: one frame for the fields of all kinds would be large, and trees are high.
#define FIELD(type, name) Field(#name, view.name);
#define NODE(Name, python_name, Category, fields) \
  [[gnu::noinline]] void Fields([[maybe_unused]] const py::Name& view) { fields }
#include "syntax/ast_kinds.def"
#undef FIELD

  void Key(std::string_view name) {
    if (!first_) out_ += ", ";
    first_ = false;
    out_ += name;
    out_ += '=';
  }
  void Field(std::string_view name, NodeId id) {
    if (!id.valid()) return;
    Key(name);
    Node(id);
  }
  void Field(std::string_view name, SymbolId symbol) {
    if (!symbol.valid()) return;
    Key(name);
    AppendQuoted(ast_.Text(symbol), false, out_);
  }
  void Field(std::string_view name, NodeListId list) {
    ListField(name, ast_.List(list), [this](NodeId id) { Node(id); });
  }
  void Field(std::string_view name, SymbolListId list) {
    ListField(name, ast_.Symbols(list), [this](SymbolId symbol) { AppendQuoted(ast_.Text(symbol), false, out_); });
  }
  void Field(std::string_view name, CompareOperatorListId list) {
    ListField(name, ast_.Operators(list), [this](CompareOperator op) { Operator(op); });
  }
  void Field(std::string_view name, const ConstantValue& value) {
    Key(name);
    AppendConstant(ast_, value, out_);
    if (value.has_u_prefix) out_ += ", kind='u'";
  }
  void Field(std::string_view name, int32_t value) {
    Key(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  void Field(std::string_view name, Enum value) {
    Key(name);
    Operator(value);
  }
  template <typename Enum>
  void Operator(Enum value) {
    out_ += PythonName(value);
    out_ += "()";
  }
  template <typename Elements, typename Append>
  void ListField(std::string_view name, Elements elements, Append append) {
    Key(name);
    out_ += '[';
    bool first = true;
    for (auto element : elements) {
      if (!first) out_ += ", ";
      first = false;
      append(element);
    }
    out_ += ']';
    first_ = false;
  }
  void Attributes(NodeId id) {
    Span span = ast_.SpanOf(id);
    uint32_t line = ast_.Line(id);
    LineColumn end = source_.Locate(span.end);
    uint32_t column = span.begin - source_.LineSpan(line).begin;
    if (!first_) out_ += ", ";
    fmt::format_to(std::back_inserter(out_), "lineno={}, col_offset={}, end_lineno={}, end_col_offset={}", line, column,
                   end.line, end.column);
  }

  const Ast& ast_;
  const SourceBuffer& source_;
  std::string& out_;
  DumpOptions options_;
  bool first_ = true;
};

}  // namespace

void AppendFloat(double value, std::string& out) {
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", value);
  if (std::string_view(out).substr(begin).find_first_of(".en") == std::string_view::npos) out += ".0";
}

void AppendConstant(const Ast& ast, const ConstantValue& value, std::string& out) {
  switch (value.kind) {
    case ConstantKind::None: out += "None"; return;
    case ConstantKind::True: out += "True"; return;
    case ConstantKind::False: out += "False"; return;
    case ConstantKind::Ellipsis: out += "Ellipsis"; return;
    case ConstantKind::Int: fmt::format_to(std::back_inserter(out), "{}", value.int_value()); return;
    case ConstantKind::BigInt: out += ast.Text(value); return;
    case ConstantKind::Float: return AppendFloat(value.float_value(), out);
    case ConstantKind::Complex:
      AppendFloat(value.float_value(), out);
      if (out.ends_with(".0")) out.resize(out.size() - 2);
      out += 'j';
      return;
    case ConstantKind::String: return AppendQuoted(ast.Text(value), false, out);
    case ConstantKind::Bytes: return AppendQuoted(ast.Text(value), true, out);
  }
}

void DumpAst(const Ast& ast, NodeId root, const SourceBuffer& source, std::string& out, DumpOptions options) {
  Dumper(ast, source, out, options).Node(root);
}

}  // namespace warpsmith
