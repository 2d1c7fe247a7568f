#include <algorithm>

#include "unit/reader.h"
#include "unit/work_limit.h"
#include "unit/warp_names.h"

namespace warpsmith {
namespace {
constexpr int kMaxDepth = 200;
}  // namespace

Object Reader::Lookup(SymbolId name) {
  if (const Object* found = frames_.back().names->Find(name);
      found != nullptr && found->kind != ObjectKind::None)
    return *found;
  for (ScopeId scope = frames_.back().scope; scope.valid();
       scope = implementation_.scopes[scope.index].parent) {
    const Object* found = implementation_.scopes[scope.index].names.Find(name);
    if (found != nullptr && found->kind != ObjectKind::None) return *found;
  }
  if (Object builtin = unit_.PythonBuiltin(name)) return builtin;
  bool has_all_names = file_->state == ModuleFile::State::Done && !file_->open && !Name(name).starts_with("__");
  return has_all_names ? Raised("an undefined name") : Unresolved("an undefined name");
}

Object Reader::Evaluate(NodeId node) {
  if (!Spend(steps_, 1) || depth_ >= kMaxDepth) return Unresolved("a computation that takes too long");
  ++depth_;
  Object result = Unresolved("an expression that only running the code evaluates");
  switch (ast_->Kind(node)) {
    case NodeKind::Name:
      result = EvaluateName(node);
      break;
    case NodeKind::Constant:
      result = EvaluateConstant(node);
      break;
    case NodeKind::Attribute: {
      auto attribute = ast_->Get<py::Attribute>(node);
      result = AttributeOf(Evaluate(attribute.value), attribute.attr);
      break;
    }
    case NodeKind::BinOp: {
      auto binary = ast_->Get<py::BinOp>(node);
      Object left = Evaluate(binary.left);
      result = Binary(binary.op, left, Evaluate(binary.right));
      break;
    }
    case NodeKind::UnaryOp: {
      auto unary = ast_->Get<py::UnaryOp>(node);
      result = Unary(unary.op, Evaluate(unary.operand));
      break;
    }
    case NodeKind::BoolOp:
      result = EvaluateBoolean(node);
      break;
    case NodeKind::Compare:
      result = EvaluateCompare(node);
      break;
    case NodeKind::IfExp: {
      auto choice = ast_->Get<py::IfExp>(node);
      if (auto truth = Truth(Evaluate(choice.test))) result = Evaluate(*truth ? choice.body : choice.orelse);
      break;
    }
    case NodeKind::Tuple:
      result = EvaluateElements(ast_->Get<py::Tuple>(node).elts, OpaqueKind::Tuple);
      break;
    case NodeKind::List:
      result = EvaluateElements(ast_->Get<py::List>(node).elts, OpaqueKind::List);
      break;
    case NodeKind::Dict:
      result = EvaluateMapping(node);
      break;
    case NodeKind::ListComp:
    case NodeKind::GeneratorExp:
    case NodeKind::DictComp:
      result = EvaluateComprehension(node);
      break;
    case NodeKind::JoinedStr:
      result = EvaluateJoinedString(node);
      break;
    case NodeKind::Subscript:
      result = EvaluateSubscript(node);
      break;
    case NodeKind::Call:
      result = EvaluateCall(node);
      break;
    case NodeKind::Lambda:
      result = MakePythonFunction(node, SymbolId());
      break;
    case NodeKind::NamedExpr: {
      auto named = ast_->Get<py::NamedExpr>(node);
      result = Evaluate(named.value);
      Assign(named.target, result);
      break;
    }
    default:
      break;
  }
  --depth_;
  return result;
}

Object Reader::EvaluateName(NodeId node) { return Lookup(ast_->Get<py::Name>(node).id); }

Object Reader::EvaluateConstant(NodeId node) {
  ConstantValue value = ast_->Get<py::Constant>(node).value;
  switch (value.kind) {
    case ConstantKind::None:
      return OpaqueObject(OpaqueKind::PythonNone);
    case ConstantKind::True:
      return MakeBool(true);
    case ConstantKind::False:
      return MakeBool(false);
    case ConstantKind::Int:
      return MakeInt(value.int_value());
    case ConstantKind::Float:
      return MakeFloat(value.float_value());
    case ConstantKind::String:
      return MakeString(std::string(ast_->Text(value)));
    case ConstantKind::BigInt: {
      unsigned __int128 big = 0;
      for (char digit : ast_->Text(value)) {
        if (big > (static_cast<unsigned __int128>(1) << 120)) return Unresolved("a very large integer");
        big = big * 10 + static_cast<unsigned>(digit - '0');
      }
      return MakeInt(static_cast<Int128>(big));
    }
    default:
      return Unresolved("a literal that kernels cannot use");
  }
}

Object Reader::AttributeOf(const Object& base, SymbolId name) {
  // A member of a plain Enum keeps its value behind an index one up.
  if (IsOpaque(base, OpaqueKind::Special) && base.constant.valid() && Name(name) == "value")
    return ConstantObject(base.constant, unit_.constants[base.constant].type);
  if (base.kind == ObjectKind::Type && Name(name) == "__name__") {
    // Classes that were made have names of their own.
    if (base.flavor == TypeFlavor::Python) return MakeString(std::string(Name(base.name)));
    if (base.flavor == TypeFlavor::Warp && IsScalarOrBool(base.type)) return MakeString(TypeRepr(unit_.types, base.type));
    std::string text = TypeRepr(unit_.types, base.type);
    bool is_named = IsComposite(unit_.types, base.type) && TypeByName(unit_.types, text) == base.type;
    return base.flavor == TypeFlavor::Warp && is_named ? MakeString(text) : Unresolved("the name of a type");
  }
  if (IsOpaque(base, OpaqueKind::PythonFunction) && (Name(name) == "__name__" || Name(name) == "__qualname__")) {
    const PythonFunction& function = python_functions_[base.detail];
    if (Name(name) == "__qualname__") return MakeString(function.name());
    if (function.plain_name) return function.plain_name->empty() ? Unresolved("the name of a function") : MakeString(*function.plain_name);
    return MakeString(function.qualified_name.substr(function.qualified_name.rfind('.') + 1));  // npos + 1 is 0
  }
  Object found = unit_.Attribute(base, name);
  return found ? found : Unresolved(Name(name));
}

std::optional<bool> Reader::Truth(const Object& object) {
  switch (object.kind) {
    case ObjectKind::Constant: {
      const Constant& constant = ConstantOf(object);
      switch (constant.form) {
        case ConstantForm::Bool:
          return constant.integer != 0;
        case ConstantForm::Int:
          return constant.integer != 0 || !constant.text.empty();
        case ConstantForm::Float:
          return constant.real != 0.0;
        case ConstantForm::String:
          return !constant.text.empty();
        default:
          return std::nullopt;
      }
    }
    case ObjectKind::Unknown:
      switch (object.opaque) {
        case OpaqueKind::PythonNone:
          return false;
        case OpaqueKind::Tuple:
        case OpaqueKind::List:
          return !implementation_.sequences[object.detail].empty();
        case OpaqueKind::Mapping:
          return !implementation_.mappings[object.detail].empty();
        case OpaqueKind::Kernel:
        case OpaqueKind::PythonFunction:
          return true;
        default:
          return std::nullopt;
      }
    case ObjectKind::Type:
    case ObjectKind::Struct:
    case ObjectKind::Function:
    case ObjectKind::WarpModule:
      return true;
    default:
      return std::nullopt;
  }
}

Object Reader::EvaluateBoolean(NodeId node) {
  auto boolean = ast_->Get<py::BoolOp>(node);
  std::vector<NodeId> operands(ast_->List(boolean.values).begin(), ast_->List(boolean.values).end());
  Object value;
  for (NodeId operand : operands) {
    value = Evaluate(operand);
    std::optional<bool> truth = Truth(value);
    if (!truth) {
      // `unknown and False` is falsy whatever the unknown is; only its truth is asked for in practice.
      if (boolean.op == BooleanOperator::And) {
        bool raised = raised_;  // Python may not come to these
        for (NodeId later : operands)
          if (auto other = Truth(Evaluate(later)); other && !*other) return MakeBool(false);
        raised_ = raised;
      }
      return Unresolved("a condition that only running the code evaluates");
    }
    if (*truth == (boolean.op == BooleanOperator::Or)) return value;
  }
  return value;
}

Object Reader::EvaluateCompare(NodeId node) {
  auto compare = ast_->Get<py::Compare>(node);
  std::vector<NodeId> operands(ast_->List(compare.comparators).begin(),
                               ast_->List(compare.comparators).end());
  std::vector<CompareOperator> operators(ast_->Operators(compare.ops).begin(),
                                         ast_->Operators(compare.ops).end());
  Object left = Evaluate(compare.left);
  for (size_t i = 0; i < operands.size(); ++i) {
    Object right = Evaluate(operands[i]);
    std::optional<bool> result = this->Compare(operators[i], left, right);
    if (!result) return Unresolved("a comparison that only running the code evaluates");
    if (!*result) return MakeBool(false);
    left = right;
  }
  return MakeBool(true);
}

Object Reader::EvaluateElements(NodeListId list, OpaqueKind kind) {
  std::vector<NodeId> nodes(ast_->List(list).begin(), ast_->List(list).end());
  std::vector<Object> elements;
  elements.reserve(nodes.size());
  for (NodeId node : nodes) {
    if (auto starred = ast_->If<py::Starred>(node)) {
      auto items = Iterate(Evaluate(starred->value));
      if (!items) return Unresolved("a sequence of unknown length");
      elements.insert(elements.end(), items->begin(), items->end());
    } else {
      elements.push_back(Evaluate(node));
    }
  }
  return MakeSequence(kind, std::move(elements));
}

Object Reader::EvaluateMapping(NodeId node) {
  auto dict = ast_->Get<py::Dict>(node);
  std::vector<NodeId> keys(ast_->List(dict.keys).begin(), ast_->List(dict.keys).end());
  std::vector<NodeId> values(ast_->List(dict.values).begin(), ast_->List(dict.values).end());
  std::vector<std::pair<Object, Object>> items;
  for (size_t i = 0; i < values.size(); ++i) {
    Object value = Evaluate(values[i]);
    if (keys[i].valid()) {
      items.emplace_back(Evaluate(keys[i]), value);
    } else if (IsOpaque(value, OpaqueKind::Mapping)) {
      for (const auto& item : std::vector(implementation_.mappings[value.detail])) items.push_back(item);
    } else {
      return Unresolved("a dictionary of unknown content");
    }
  }
  return MakeMapping(std::move(items));
}

Object Reader::EvaluateSubscript(NodeId node) {
  auto subscript = ast_->Get<py::Subscript>(node);
  Object base = Evaluate(subscript.value);
  if (ast_->Is(subscript.slice, NodeKind::Slice)) {
    auto slice = ast_->Get<py::Slice>(subscript.slice);
    if (!IsSequence(base)) return Unresolved("a slice of something unknown");
    const auto& elements = implementation_.sequences[base.detail];
    auto size = static_cast<int64_t>(elements.size());
    auto bound = [&](NodeId part, int64_t otherwise) -> std::optional<int64_t> {
      if (!part.valid()) return otherwise;
      auto value = IntegerOf(Evaluate(part));
      if (!value) return std::nullopt;
      int64_t index = static_cast<int64_t>(*value);
      if (index < 0) index += size;
      return std::clamp<int64_t>(index, 0, size);
    };
    auto lower = bound(slice.lower, 0);
    auto upper = bound(slice.upper, size);
    if (slice.step.valid() || !lower || !upper)
      return Unresolved("a slice that only running the code evaluates");
    std::vector<Object> part;
    for (int64_t i = *lower; i < *upper; ++i) part.push_back(implementation_.sequences[base.detail][i]);
    return MakeSequence(base.opaque, std::move(part));
  }
  Object index = Evaluate(subscript.slice);
  Object element = Subscript(base, index);
  return element;
}

}  // namespace warpsmith
