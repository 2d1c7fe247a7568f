#include "syntax/ast.h"

#include <iterator>

namespace warpsmith {
namespace {

struct KindRow {
  std::string_view python_name;
  NodeCategory category;
};

constexpr KindRow kKinds[] = {
#define FIELD(type, name)
#define NODE(Name, python_name, Category, fields) {python_name, NodeCategory::Category},
#include "syntax/ast_kinds.def"
#undef FIELD
};

struct OperatorRow {
  std::string_view python_name;
  std::string_view spelling;
};

constexpr OperatorRow kBinary[] = {{"Add", "+"},     {"Sub", "-"},     {"Mult", "*"},  {"MatMult", "@"}, {"Div", "/"},
                                   {"Mod", "%"},     {"Pow", "**"},    {"LShift", "<<"}, {"RShift", ">>"},
                                   {"BitOr", "|"},   {"BitXor", "^"},  {"BitAnd", "&"}, {"FloorDiv", "//"}};
constexpr OperatorRow kUnary[] = {{"Invert", "~"}, {"Not", "not"}, {"UAdd", "+"}, {"USub", "-"}};
constexpr OperatorRow kBoolean[] = {{"And", "and"}, {"Or", "or"}};
constexpr OperatorRow kCompare[] = {{"Eq", "=="}, {"NotEq", "!="}, {"Lt", "<"},          {"LtE", "<="}, {"Gt", ">"},
                                    {"GtE", ">="}, {"Is", "is"},   {"IsNot", "is not"}, {"In", "in"},  {"NotIn", "not in"}};
constexpr std::string_view kContexts[] = {"Load", "Store", "Del"};

template <typename Row, size_t kCount, typename Enum>
const Row& RowOf(const Row (&rows)[kCount], Enum value) {
  Check(static_cast<size_t>(value) < kCount, "enum value out of range");
  return rows[static_cast<size_t>(value)];
}

}  // namespace

std::string_view PythonName(BinaryOperator op) { return RowOf(kBinary, op).python_name; }
std::string_view PythonName(UnaryOperator op) { return RowOf(kUnary, op).python_name; }
std::string_view PythonName(BooleanOperator op) { return RowOf(kBoolean, op).python_name; }
std::string_view PythonName(CompareOperator op) { return RowOf(kCompare, op).python_name; }
std::string_view PythonName(ExpressionContext context) { return RowOf(kContexts, context); }
std::string_view PythonName(NodeKind kind) { return RowOf(kKinds, kind).python_name; }
NodeCategory CategoryOf(NodeKind kind) { return RowOf(kKinds, kind).category; }
std::string_view Spelling(BinaryOperator op) { return RowOf(kBinary, op).spelling; }
std::string_view Spelling(UnaryOperator op) { return RowOf(kUnary, op).spelling; }
std::string_view Spelling(BooleanOperator op) { return RowOf(kBoolean, op).spelling; }
std::string_view Spelling(CompareOperator op) { return RowOf(kCompare, op).spelling; }

template <typename Element>
uint32_t Ast::Append(std::vector<Element>& elements, std::span<const Element> added) {
  auto first = static_cast<uint32_t>(elements.size());
  elements.push_back(std::bit_cast<Element>(static_cast<uint32_t>(added.size())));
  elements.insert(elements.end(), added.begin(), added.end());
  return first;
}

NodeListId Ast::AddList(std::span<const NodeId> nodes) { return NodeListId(Append(nodes_in_lists_, nodes)); }

SymbolListId Ast::AddSymbols(std::span<const SymbolId> symbols) {
  return SymbolListId(Append(symbols_in_lists_, symbols));
}

CompareOperatorListId Ast::AddOperators(std::span<const CompareOperator> operators) {
  return CompareOperatorListId(Append(operators_in_lists_, operators));
}

void Ast::Reserve(uint32_t nodes) {
  nodes_.reserve(nodes);
  words_.reserve(size_t{nodes} * 3);
  nodes_in_lists_.reserve(nodes);
}

void Ast::SetContext(NodeId id, ExpressionContext context) {
  const Node& node = At(id);
  uint32_t word = node.first_word;
  auto set = [&](size_t offset) { words_[word + offset / 4] = static_cast<uint32_t>(context); };
  switch (node.kind) {
    case NodeKind::Name: return set(offsetof(py::Name, ctx));
    case NodeKind::Attribute: return set(offsetof(py::Attribute, ctx));
    case NodeKind::Subscript: return set(offsetof(py::Subscript, ctx));
    case NodeKind::Starred:
      set(offsetof(py::Starred, ctx));
      return SetContext(Get<py::Starred>(id).value, context);
    case NodeKind::List: set(offsetof(py::List, ctx)); break;
    case NodeKind::Tuple: set(offsetof(py::Tuple, ctx)); break;
    default: InternalError("node has no context");
  }
  NodeListId elements = node.kind == NodeKind::List ? Get<py::List>(id).elts : Get<py::Tuple>(id).elts;
  for (NodeId element : List(elements)) SetContext(element, context);
}

void Ast::SetSpan(NodeId id, NodePosition position) {
  Check(id.index < nodes_.size(), "node id out of range");
  Node& node = nodes_[id.index];
  node.line = position.line;
  node.begin = position.span.begin;
  node.end = position.span.end;
}

namespace {

/// Appends the node ids of one field.
struct ChildCollector {
  const Ast& ast;
  std::vector<NodeId>& children;

  void operator()(NodeId child) const {
    if (child.valid()) children.push_back(child);
  }
  void operator()(NodeListId list) const {
    for (NodeId child : ast.List(list)) (*this)(child);
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

#define FIELD(type, name) collect(view.name);
#define NODE(Name, python_name, Category, fields)                                            \
  [[maybe_unused]] void Collect([[maybe_unused]] const py::Name& view,                        \
                                [[maybe_unused]] const ChildCollector& collect) {             \
    fields                                                                                    \
  }
#include "syntax/ast_kinds.def"
#undef FIELD

struct TreeComparison {
  const Ast& a;
  const Ast& b;
  std::vector<std::pair<NodeId, NodeId>> pending;  // iterative, so that height does not matter

  bool Same(NodeId x, NodeId y) {
    if (x.valid() != y.valid()) return false;
    if (x.valid()) pending.emplace_back(x, y);
    return true;
  }
  bool Same(NodeListId x, NodeListId y) {
    auto left = a.List(x);
    auto right = b.List(y);
    if (left.size() != right.size()) return false;
    for (size_t i = 0; i < left.size(); ++i) {
      if (!Same(left[i], right[i])) return false;
    }
    return true;
  }
  bool Same(SymbolId x, SymbolId y) const {
    if (x.valid() != y.valid()) return false;
    return !x.valid() || a.Text(x) == b.Text(y);
  }
  bool Same(SymbolListId x, SymbolListId y) const {
    auto left = a.Symbols(x);
    auto right = b.Symbols(y);
    if (left.size() != right.size()) return false;
    for (size_t i = 0; i < left.size(); ++i) {
      if (!Same(left[i], right[i])) return false;
    }
    return true;
  }
  bool Same(CompareOperatorListId x, CompareOperatorListId y) const {
    auto left = a.Operators(x);
    auto right = b.Operators(y);
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
  }
  bool Same(const ConstantValue& x, const ConstantValue& y) const {
    return x.kind == y.kind && x.has_u_prefix == y.has_u_prefix && x.bits[0] == y.bits[0] && x.bits[1] == y.bits[1] &&
           Same(x.text_id, y.text_id);
  }
  template <typename Value>
    requires std::is_enum_v<Value> || std::is_integral_v<Value>
  bool Same(Value x, Value y) const {
    return x == y;
  }
};

#define FIELD(type, name) &&comparison.Same(x.name, y.name)
#define NODE(Name, python_name, Category, fields)                                                                  \
  bool SameFields([[maybe_unused]] TreeComparison& comparison, [[maybe_unused]] const py::Name& x,                \
                  [[maybe_unused]] const py::Name& y) {                                                            \
    return true fields;                                                                                            \
  }
#include "syntax/ast_kinds.def"
#undef FIELD

}  // namespace

void AppendChildrenOfAny(const Ast& ast, NodeId id, std::vector<NodeId>& children) {
  ChildCollector collect{ast, children};
  VisitNode(ast, id, [&](const auto& view) { Collect(view, collect); });
}

bool SameTree(const Ast& a, NodeId a_id, const Ast& b, NodeId b_id) {
  TreeComparison comparison{a, b, {}};
  if (!comparison.Same(a_id, b_id)) return false;
  while (!comparison.pending.empty()) {
    auto [x, y] = comparison.pending.back();
    comparison.pending.pop_back();
    if (a.Kind(x) != b.Kind(y)) return false;
    bool same = VisitNode(a, x, [&, y = y](const auto& view) {  // clang 14 cannot capture a binding by reference
      return SameFields(comparison, view, b.Get<std::remove_cvref_t<decltype(view)>>(y));
    });
    if (!same) return false;
  }
  return true;
}

}  // namespace warpsmith
