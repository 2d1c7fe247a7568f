#include "compile/fingerprint.h"

#include <array>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace warpsmith {

namespace {

class Fingerprinter {
 public:
  explicit Fingerprinter(const Ast& ast) : ast_(ast), names_(ast.symbols().size()), is_field_(ast.symbols().size()) {
    for (size_t i = 0; i < kKeptNames.size(); ++i) kept_[i] = ast.symbols().Find(kKeptNames[i]);
  }

  uint64_t Run() {
    CollectFields(ast_.root());
    Visit(ast_.root());
    return hash_.value();
  }

 private:
  void CollectFields(NodeId module) {
    for (NodeId statement : ast_.List(ast_.Get<py::Module>(module).body))
      if (auto definition = ast_.If<py::ClassDef>(statement))
        for (NodeId member : ast_.List(definition->body))
          if (auto field = ast_.If<py::AnnAssign>(member))
            if (auto name = ast_.If<py::Name>(field->target)) is_field_[name->id.index] = true;
  }

  void AddName(SymbolId name) {
    for (SymbolId kept : kept_)
      if (kept == name) return hash_.Add(ast_.Text(name));
    uint64_t& number = names_[name.index];
    if (number == 0) number = ++name_count_;
    hash_.Add(number - 1);
  }

  void AddAttribute(SymbolId name) {
    if (is_field_[name.index]) AddName(name);
    else hash_.Add(ast_.Text(name));
  }

  void AddOwn(NodeId node) {
    switch (ast_.Kind(node)) {
      case NodeKind::Name: return AddName(ast_.Get<py::Name>(node).id);
      case NodeKind::Attribute: return AddAttribute(ast_.Get<py::Attribute>(node).attr);
      case NodeKind::Arg: return AddName(ast_.Get<py::Arg>(node).arg);
      case NodeKind::FunctionDef: return AddName(ast_.Get<py::FunctionDef>(node).name);
      case NodeKind::ClassDef: return AddName(ast_.Get<py::ClassDef>(node).name);
      case NodeKind::Keyword:
        if (SymbolId name = ast_.Get<py::Keyword>(node).arg; name.valid()) AddName(name);
        return;
      case NodeKind::BinOp: return hash_.Add(static_cast<uint64_t>(ast_.Get<py::BinOp>(node).op));
      case NodeKind::UnaryOp: return hash_.Add(static_cast<uint64_t>(ast_.Get<py::UnaryOp>(node).op));
      case NodeKind::BoolOp: return hash_.Add(static_cast<uint64_t>(ast_.Get<py::BoolOp>(node).op));
      case NodeKind::AugAssign: return hash_.Add(static_cast<uint64_t>(ast_.Get<py::AugAssign>(node).op));
      case NodeKind::Compare:
        for (CompareOperator op : ast_.Operators(ast_.Get<py::Compare>(node).ops)) hash_.Add(static_cast<uint64_t>(op));
        return;
      case NodeKind::Constant: return AddConstant(ast_.Get<py::Constant>(node).value);
      default: return;
    }
  }

  void AddConstant(const ConstantValue& value) {
    bool number = value.kind == ConstantKind::Int || value.kind == ConstantKind::BigInt ||
                  value.kind == ConstantKind::Float || value.kind == ConstantKind::Complex;
    hash_.Add(static_cast<uint64_t>(number ? ConstantKind::Int : value.kind));
  }

  void Visit(NodeId node) {
    hash_.Add(static_cast<uint64_t>(ast_.Kind(node)));
    AddOwn(node);
    size_t begin = children_.size();
    AppendChildren(ast_, node, children_);
    size_t end = children_.size();
    hash_.Add(end - begin);
    for (size_t i = begin; i < end; ++i) Visit(children_[i]);
    children_.resize(begin);
  }

  /// Names that mean the same in every kernel.
  static constexpr std::array<std::string_view, 5> kKeptNames = {"wp", "range", "int", "float", "bool"};

  const Ast& ast_;
  StreamHash hash_;
  std::vector<NodeId> children_;  // a stack: each level appends its own and takes them away
  std::array<SymbolId, kKeptNames.size()> kept_;
  std::vector<uint64_t> names_;  // by symbol: 1 + its position in order of first use; 0: not met
  uint64_t name_count_ = 0;
  std::vector<bool> is_field_;  // by symbol
};

}  // namespace

uint64_t StructuralFingerprint(const Ast& ast) {
  return ast.root().valid() ? Fingerprinter(ast).Run() : 0;
}

}  // namespace warpsmith
