// The abstract syntax of one Python 3.11 file: the node kinds and fields of CPython's `ast`, in flat vectors.
//
//   if (ast.Kind(id) == NodeKind::BinOp) {
//     auto binary = ast.Get<py::BinOp>(id);       // a small struct of ids, by value
//     Lower(binary.left); ...
//   }
//   for (NodeId statement : ast.List(module.body)) ...
//
// An Ast refers to the symbol table it was made with and does not own it; several files share one. Nodes are never
// removed or changed in structure; adding is public because lowering makes synthetic nodes. Spans returned by List,
// Symbols and Operators are valid until something is added to the same Ast.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/ids.h"
#include "base/symbols.h"
#include "source/span.h"

namespace warpsmith {

using NodeId = Id<struct NodeTag>;
using NodeListId = Id<struct NodeListTag>;
using SymbolListId = Id<struct SymbolListTag>;
using CompareOperatorListId = Id<struct CompareOperatorListTag>;
// Fields that may be invalid, where Python has None. Aliases: they only document the table.
using OptionalNodeId = NodeId;
using OptionalSymbolId = SymbolId;

enum class NodeKind : uint8_t {
#define FIELD(type, name)
#define NODE(Name, python_name, Category, fields) Name,
#include "syntax/ast_kinds.def"
#undef FIELD
};

enum class NodeCategory : uint8_t { Module, Statement, Expression, Part, PositionedPart, Pattern };

enum class BinaryOperator : uint32_t {
  Add, Sub, Mult, MatMult, Div, Mod, Pow, LShift, RShift, BitOr, BitXor, BitAnd, FloorDiv
};
enum class UnaryOperator : uint32_t { Invert, Not, UAdd, USub };
enum class BooleanOperator : uint32_t { And, Or };
enum class CompareOperator : uint32_t { Eq, NotEq, Lt, LtE, Gt, GtE, Is, IsNot, In, NotIn };
enum class ExpressionContext : uint32_t { Load, Store, Del };

/// The names CPython gives: "Add", "USub", "And", "NotIn", "Store", "BinOp", "arguments".
[[nodiscard]] std::string_view PythonName(BinaryOperator op);
[[nodiscard]] std::string_view PythonName(UnaryOperator op);
[[nodiscard]] std::string_view PythonName(BooleanOperator op);
[[nodiscard]] std::string_view PythonName(CompareOperator op);
[[nodiscard]] std::string_view PythonName(ExpressionContext context);
[[nodiscard]] std::string_view PythonName(NodeKind kind);
[[nodiscard]] NodeCategory CategoryOf(NodeKind kind);

/// The operator as written in Python: "+", "not", "and", "not in".
[[nodiscard]] std::string_view Spelling(BinaryOperator op);
[[nodiscard]] std::string_view Spelling(UnaryOperator op);
[[nodiscard]] std::string_view Spelling(BooleanOperator op);
[[nodiscard]] std::string_view Spelling(CompareOperator op);

enum class ConstantKind : uint8_t {
  None,
  True,
  False,
  Ellipsis,
  Int,      // fits int64: int_value()
  BigInt,   // text(): decimal digits, never a sign
  Float,    // float_value(); may be infinite
  Complex,  // float_value() is the imaginary part; the real part is 0
  String,   // text(): UTF-8; a lone surrogate is encoded as if it were a code point of three bytes
  Bytes,    // text(): the raw bytes
};

/// The value of a constant: four words. Text is interned in the symbol table of the Ast.
struct ConstantValue {
  ConstantKind kind = ConstantKind::None;
  bool has_u_prefix = false;  // u"text": CPython keeps this as `kind`
  uint16_t unused = 0;
  SymbolId text_id;   // BigInt, String, Bytes
  uint32_t bits[2] = {0, 0};  // Int, Float, Complex

  [[nodiscard]] int64_t int_value() const { return Load<int64_t>(); }
  [[nodiscard]] double float_value() const { return Load<double>(); }
  [[nodiscard]] bool is_bool() const { return kind == ConstantKind::True || kind == ConstantKind::False; }

  static ConstantValue Simple(ConstantKind kind) { return WithKind(kind); }
  static ConstantValue Bool(bool value) { return WithKind(value ? ConstantKind::True : ConstantKind::False); }
  static ConstantValue Int(int64_t value) { return Make(ConstantKind::Int, value); }
  static ConstantValue Float(double value) { return Make(ConstantKind::Float, value); }
  static ConstantValue Complex(double imaginary) { return Make(ConstantKind::Complex, imaginary); }
  static ConstantValue Text(ConstantKind kind, SymbolId text_id, bool has_u_prefix = false) {
    ConstantValue result = WithKind(kind);
    result.has_u_prefix = has_u_prefix;
    result.text_id = text_id;
    return result;
  }

 private:
  static ConstantValue WithKind(ConstantKind kind) {
    ConstantValue result;
    result.kind = kind;
    return result;
  }
  template <typename T>
  [[nodiscard]] T Load() const {
    T value;
    std::memcpy(&value, bits, sizeof value);
    return value;
  }
  template <typename T>
  static ConstantValue Make(ConstantKind kind, T value) {
    ConstantValue result = WithKind(kind);
    std::memcpy(result.bits, &value, sizeof value);
    return result;
  }

 public:
  friend bool operator==(const ConstantValue&, const ConstantValue&) = default;
};

/// One struct a node kind, with the fields of ast_kinds.def, e.g. `py::BinOp { NodeId left; BinaryOperator op; ... }`.
namespace py {
#define FIELD(type, name) type name;
#define NODE(Name, python_name, Category, fields)           \
  struct Name {                                             \
    static constexpr NodeKind kKind = NodeKind::Name;       \
    fields                                                  \
  };
#include "syntax/ast_kinds.def"
#undef FIELD
}  // namespace py

/// Calls `visit(view)` with the view of the node's kind; for code that treats all kinds alike (dumper, walker).
template <typename AstType, typename Visitor>
decltype(auto) VisitNode(const AstType& ast, NodeId id, Visitor&& visit);

/// Where a node is. `line` is that of its first byte, as CPython's lineno (a function starts at `def`, not at its
/// decorators; a parenthesised expression excludes the parentheses).
struct NodePosition {
  Span span;
  uint32_t line = 1;
};

class Ast {
 public:
  explicit Ast(SymbolTable& symbols) : symbols_(&symbols) {}
  Ast(Ast&&) = default;
  Ast& operator=(Ast&&) = default;
  Ast(const Ast&) = delete;
  Ast& operator=(const Ast&) = delete;

  /// The Module node; invalid where parsing failed.
  [[nodiscard]] NodeId root() const { return root_; }
  void set_root(NodeId root) { root_ = root; }
  [[nodiscard]] SymbolTable& symbols() const { return *symbols_; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(nodes_.size()); }

  [[nodiscard]] NodeKind Kind(NodeId id) const { return At(id).kind; }
  [[nodiscard]] bool Is(NodeId id, NodeKind kind) const { return id.valid() && At(id).kind == kind; }
  [[nodiscard]] Span SpanOf(NodeId id) const { return {At(id).begin, At(id).end}; }
  /// CPython's `lineno` of the node.
  [[nodiscard]] uint32_t Line(NodeId id) const { return At(id).line; }
  [[nodiscard]] NodePosition Position(NodeId id) const { return {SpanOf(id), Line(id)}; }

  /// The fields of a node, which must be of that kind (checked).
  template <typename View>
  [[nodiscard]] View Get(NodeId id) const {
    const Node& node = At(id);
    Check(node.kind == View::kKind, "node is of another kind");
    View view;
    if constexpr (!std::is_empty_v<View>) std::memcpy(static_cast<void*>(&view), words_.data() + node.first_word, sizeof(View));
    return view;
  }
  /// The fields of a node if it is of that kind: `if (auto name = ast.If<py::Name>(id))`. Invalid ids give nothing.
  template <typename View>
  [[nodiscard]] std::optional<View> If(NodeId id) const {
    if (!Is(id, View::kKind)) return std::nullopt;
    return Get<View>(id);
  }
  [[nodiscard]] std::span<const NodeId> List(NodeListId id) const { return Slice(nodes_in_lists_, id.index); }
  [[nodiscard]] std::span<const SymbolId> Symbols(SymbolListId id) const { return Slice(symbols_in_lists_, id.index); }
  [[nodiscard]] std::span<const CompareOperator> Operators(CompareOperatorListId id) const {
    return Slice(operators_in_lists_, id.index);
  }
  [[nodiscard]] std::string_view Text(SymbolId id) const { return symbols_->Text(id); }
  /// The text of a String, Bytes or BigInt constant.
  [[nodiscard]] std::string_view Text(const ConstantValue& value) const { return symbols_->Text(value.text_id); }
  /// The name of a Name node, or an empty view if it is another node.
  [[nodiscard]] std::string_view NameText(NodeId id) const {
    auto name = If<py::Name>(id);
    return name ? Text(name->id) : std::string_view();
  }

  template <typename View>
  NodeId Add(const View& view, NodePosition position) {
    static_assert(std::is_trivially_copyable_v<View> && alignof(View) <= 4);
    NodeId id(static_cast<uint32_t>(nodes_.size()));
    nodes_.push_back({View::kKind, position.line, position.span.begin, position.span.end,
                      static_cast<uint32_t>(words_.size())});
    if constexpr (!std::is_empty_v<View>) {
      words_.resize(words_.size() + sizeof(View) / 4);
      std::memcpy(words_.data() + nodes_.back().first_word, &view, sizeof(View));
    }
    return id;
  }
  NodeListId AddList(std::span<const NodeId> nodes);
  NodeListId AddList(std::initializer_list<NodeId> nodes) { return AddList(std::span(nodes.begin(), nodes.size())); }
  SymbolListId AddSymbols(std::span<const SymbolId> symbols);
  CompareOperatorListId AddOperators(std::span<const CompareOperator> operators);
  void Reserve(uint32_t nodes);

  /// The parser learns late that an expression is a target: `a` in `a = 1` or `(a, b.c) = f()`. Sets the context of a
  /// Name, Attribute, Subscript, Starred, List or Tuple and, for the last three, of what they contain.
  void SetContext(NodeId id, ExpressionContext context);
  void SetSpan(NodeId id, NodePosition position);

 private:
  struct Node {
    NodeKind kind;
    uint32_t line, begin, end;
    uint32_t first_word;  // into words_
  };

  [[nodiscard]] const Node& At(NodeId id) const {
    Check(id.index < nodes_.size(), "node id out of range");
    return nodes_[id.index];
  }
  // A list is its length, stored in the index of an element, then its elements.
  template <typename Element>
  static uint32_t Length(Element header) {
    return std::bit_cast<uint32_t>(header);
  }
  template <typename Element>
  static std::span<const Element> Slice(const std::vector<Element>& elements, uint32_t first) {
    Check(first < elements.size(), "list id out of range");
    return {elements.data() + first + 1, Length(elements[first])};
  }
  template <typename Element>
  static uint32_t Append(std::vector<Element>& elements, std::span<const Element> added);

  std::vector<Node> nodes_;
  std::vector<uint32_t> words_;
  std::vector<NodeId> nodes_in_lists_;
  std::vector<SymbolId> symbols_in_lists_;
  std::vector<CompareOperator> operators_in_lists_;
  SymbolTable* symbols_;
  NodeId root_;
};

template <typename AstType, typename Visitor>
decltype(auto) VisitNode(const AstType& ast, NodeId id, Visitor&& visit) {
  switch (ast.Kind(id)) {
#define FIELD(type, name)
#define NODE(Name, python_name, Category, fields) \
  case NodeKind::Name: return visit(ast.template Get<py::Name>(id));
#include "syntax/ast_kinds.def"
#undef FIELD
  }
  InternalError("unknown node kind");
}

/// As AppendChildren, for nodes of any kind.
void AppendChildrenOfAny(const Ast& ast, NodeId id, std::vector<NodeId>& children);

/// The direct children of a node in field order, absent ones left out.
inline void AppendChildren(const Ast& ast, NodeId id, std::vector<NodeId>& children) {
  // Half of all nodes are leaves of these two kinds.
  NodeKind kind = ast.Kind(id);
  if (kind != NodeKind::Name && kind != NodeKind::Constant) AppendChildrenOfAny(ast, id, children);
}

/// Whether two trees are equal up to positions. They may belong to different Asts and symbol tables.
[[nodiscard]] bool SameTree(const Ast& a, NodeId a_id, const Ast& b, NodeId b_id);

}  // namespace warpsmith
