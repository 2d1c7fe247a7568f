#include "compile/fingerprint.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hash.h"

namespace warpsmith {

namespace {

class Fingerprinter {
 public:
  explicit Fingerprinter(const Ast& ast) : ast_(ast) {}

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
            if (auto name = ast_.If<py::Name>(field->target)) fields_.insert(name->id.index);
  }

  void AddName(SymbolId name) {
    std::string_view text = ast_.Text(name);
    if (text == "wp" || text == "range" || text == "int" || text == "float" || text == "bool") {
      hash_.Add(text);
      return;
    }
    hash_.Add(names_.emplace(name.index, names_.size()).first->second);
  }

  void AddAttribute(SymbolId name) {
    if (fields_.contains(name.index)) AddName(name);
    else hash_.Add(ast_.Text(name));
  }

  void AddOwn(NodeId node) {
    if (auto name = ast_.If<py::Name>(node)) AddName(name->id);
    else if (auto attribute = ast_.If<py::Attribute>(node)) AddAttribute(attribute->attr);
    else if (auto argument = ast_.If<py::Arg>(node)) AddName(argument->arg);
    else if (auto function = ast_.If<py::FunctionDef>(node)) AddName(function->name);
    else if (auto definition = ast_.If<py::ClassDef>(node)) AddName(definition->name);
    else if (auto keyword = ast_.If<py::Keyword>(node); keyword && keyword->arg.valid()) AddName(keyword->arg);
    else if (auto binary = ast_.If<py::BinOp>(node)) hash_.Add(static_cast<uint64_t>(binary->op));
    else if (auto unary = ast_.If<py::UnaryOp>(node)) hash_.Add(static_cast<uint64_t>(unary->op));
    else if (auto boolean = ast_.If<py::BoolOp>(node)) hash_.Add(static_cast<uint64_t>(boolean->op));
    else if (auto augmented = ast_.If<py::AugAssign>(node)) hash_.Add(static_cast<uint64_t>(augmented->op));
    else if (auto compare = ast_.If<py::Compare>(node))
      for (CompareOperator op : ast_.Operators(compare->ops)) hash_.Add(static_cast<uint64_t>(op));
    else if (auto constant = ast_.If<py::Constant>(node)) AddConstant(constant->value);
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

  const Ast& ast_;
  StreamHash hash_;
  std::vector<NodeId> children_;  // a stack: each level appends its own and takes them away
  std::unordered_map<uint32_t, uint64_t> names_;
  std::unordered_set<uint32_t> fields_;
};

}  // namespace

uint64_t StructuralFingerprint(const Ast& ast) {
  return ast.root().valid() ? Fingerprinter(ast).Run() : 0;
}

}  // namespace warpsmith
