#include "unit/references.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/small_vector.h"
#include "unit/hashes.h"
#include "unit/implementation.h"

namespace warpsmith {
namespace {

class Collector {
 public:
  Collector(const Unit& unit, const Definition& definition)
      : unit_(unit), definition_(definition), ast_(*definition.ast) {}

  References Run() {
    names_.resize(unit_.symbols.size());
    Walk();
    FindScopes();
    for (NodeId node : nodes_)
      if (auto assign = ast_.If<py::Assign>(node)) NoteTargets(*assign);
    FindTidAliases();
    for (NodeId node : nodes_) Visit(node);
    return std::move(references_);
  }

 private:
  struct Path {
    Object object;
    SmallVector<SymbolId, 6> names;
  };

  void Walk() {
    std::vector<NodeId> queue{definition_.node};
    queue.reserve(256);
    nodes_.reserve(256);
    for (size_t i = 0; i < queue.size(); ++i) {
      NodeId node = queue[i];
      switch (ast_.Kind(node)) {
        case NodeKind::Call:
          if (definition_.StaticResult(node) != nullptr) continue;  // replaced by its value
          [[fallthrough]];
        case NodeKind::Name:
        case NodeKind::Attribute:
        case NodeKind::Assign:
          nodes_.push_back(node);
          break;
        default:
          break;
      }
      AppendChildren(ast_, node, queue);
    }
  }

  // A closure holds what the body mentions: decorators, annotations and defaults see the module's names
  // alone.
  void FindScopes() {
    module_scope_ = definition_.scope;
    while (unit_.implementation().scopes[module_scope_.index].parent.valid())
      module_scope_ = unit_.implementation().scopes[module_scope_.index].parent;
    if (module_scope_ == definition_.scope) return;
    auto body = ast_.List(ast_.Get<py::FunctionDef>(definition_.node).body);
    std::vector<NodeId> pending(body.begin(), body.end());
    std::vector<SymbolId> bound;
    for (const Parameter& parameter : definition_.parameters) bound.push_back(parameter.name);
    while (!pending.empty()) {
      NodeId node = pending.back();
      pending.pop_back();
      if (auto name = ast_.If<py::Name>(node))
        (name->ctx == ExpressionContext::Load ? body_names_ : bound).push_back(name->id);
      AppendChildren(ast_, node, pending);
    }
    std::erase_if(body_names_,
                  [&](SymbolId name) { return std::find(bound.begin(), bound.end(), name) != bound.end(); });
  }

  [[nodiscard]] Object External(SymbolId name) const {
    bool captured = module_scope_ == definition_.scope ||
                    std::find(body_names_.begin(), body_names_.end(), name) != body_names_.end();
    return unit_.Resolve(captured ? definition_.scope : module_scope_, name);
  }

  void NoteTargets(const py::Assign& assign) {
    std::vector<NodeId> pending(ast_.List(assign.targets).begin(), ast_.List(assign.targets).end());
    while (!pending.empty()) {
      NodeId target = pending.back();
      pending.pop_back();
      if (auto name = ast_.If<py::Name>(target)) names_[name->id.index].is_local = true;
      NodeListId list;
      if (auto tuple = ast_.If<py::Tuple>(target)) list = tuple->elts;
      if (auto elements = ast_.If<py::List>(target)) list = elements->elts;
      if (list.valid()) pending.insert(pending.end(), ast_.List(list).begin(), ast_.List(list).end());
    }
    if (ast_.Is(assign.value, NodeKind::Call)) {
      auto tuple = ast_.If<py::Tuple>(ast_.List(assign.targets)[0]);
      call_dimensions_.emplace_back(assign.value,
                                    tuple ? static_cast<int>(ast_.List(tuple->elts).size()) : 1);
    }
  }

  [[nodiscard]] bool IsLocal(SymbolId name) const {
    return names_[name.index].is_local;
  }

  // Warp's static resolution of a dotted name: parameters hide everything, a last attribute that does not
  // exist is ignored.
  Path Resolve(NodeId node) const {
    Path path;
    while (auto attribute = ast_.If<py::Attribute>(node)) {
      path.names.push_back(attribute->attr);
      node = attribute->value;
    }
    auto name = ast_.If<py::Name>(node);
    if (name) path.names.push_back(name->id);
    std::reverse(path.names.begin(), path.names.end());
    if (!name) return path;
    // Kernels repeat few names of two parts: wp.vec3, wp.sin, ...
    Resolved* known = path.names.size() == 2 ? &resolved_[path.names[1].index % std::size(resolved_)] : nullptr;
    if (known != nullptr && known->base == path.names[0] && known->attribute == path.names[1]) {
      path.object = known->object;
      return path;
    }
    path.object = ResolveNames(path.names);
    if (known != nullptr) *known = {path.names[0], path.names[1], path.object};
    return path;
  }

  [[nodiscard]] Object ResolveNames(std::span<const SymbolId> names) const {
    for (const Parameter& parameter : definition_.parameters)
      if (parameter.name == names[0]) return Object();
    Object object = External(names[0]);
    if (!object) object = unit_.WarpAttribute(names[0]);
    if (!object) object = unit_.PythonBuiltin(names[0]);
    for (size_t i = 1; object && i < names.size(); ++i) {
      if (Object next = unit_.Attribute(object, names[i]))
        object = next;
      else if (i + 1 < names.size())
        object = Object();
    }
    return object;
  }

  // The function that a resolved callee stands for: names that the package does not have are built-ins by
  // key.
  Object Callee(const Path& path) const {
    if (path.object.kind == ObjectKind::WarpModule && !path.names.empty())
      return unit_.Builtin(path.names.back());
    return path.object;
  }

  [[nodiscard]] bool IsTid(const Object& object) const {
    return object.kind == ObjectKind::Builtin && unit_.symbols.Text(object.name) == "tid";
  }

  void FindTidAliases() {
    bool called = false;
    for (const auto& [call, dimensions] : call_dimensions_) {
      auto name = ast_.If<py::Name>(ast_.Get<py::Call>(call).func);
      called = called || (name && IsLocal(name->id));
    }
    if (!called) return;
    for (size_t round = 0; round < nodes_.size(); ++round) {
      size_t before = tid_aliases_.size();
      for (NodeId node : nodes_) {
        auto assign = ast_.If<py::Assign>(node);
        if (!assign) continue;
        for (NodeId target : ast_.List(assign->targets)) BindAlias(target, assign->value);
      }
      if (tid_aliases_.size() == before) break;
    }
  }

  void BindAlias(NodeId target, NodeId value) {
    if (auto name = ast_.If<py::Name>(target)) {
      bool alias = false;
      if (auto source = ast_.If<py::Name>(value); source && IsLocal(source->id))
        alias = IsAlias(source->id);
      else
        alias = IsTid(Callee(Resolve(value)));
      if (alias && !IsAlias(name->id)) tid_aliases_.push_back(name->id);
      return;
    }
    auto elements = [this](NodeId node) -> std::span<const NodeId> {
      if (auto tuple = ast_.If<py::Tuple>(node)) return ast_.List(tuple->elts);
      if (auto list = ast_.If<py::List>(node)) return ast_.List(list->elts);
      return {};
    };
    std::span<const NodeId> targets = elements(target), values = elements(value);
    for (size_t i = 0; i < std::min(targets.size(), values.size()); ++i) BindAlias(targets[i], values[i]);
  }

  [[nodiscard]] bool IsAlias(SymbolId name) const {
    return std::find(tid_aliases_.begin(), tid_aliases_.end(), name) != tid_aliases_.end();
  }

  void NoteUnknown(NodeId node, const Object& object) {
    if (object.kind == ObjectKind::Unknown && object.opaque == OpaqueKind::Unresolved && !references_.unknown.valid())
      references_.unknown = node;
  }

  void NoteConstant(std::string name, const Object& object) {
    if (object.kind != ObjectKind::Constant) return;
    ConstantForm form = unit_.constants[object.constant].form;
    if (form == ConstantForm::String || form == ConstantForm::Struct) return;
    for (const auto& [known, constant] : references_.constants)
      if (known == name) return;
    references_.constants.emplace_back(std::move(name), object.constant);
  }

  void NoteFunction(const Object& object) {
    if (object.kind == ObjectKind::Builtin) {
      // The only built-in of the pinned release whose identity is hashed where it is called.
      if (unit_.symbols.Text(object.name) != "tile_sum") return;
    } else if (object.kind != ObjectKind::Function) {
      return;
    }
    AddFunction(object);
  }

  void AddFunction(const Object& object) {
    bool builtin = object.kind == ObjectKind::Builtin;
    for (const Object& known : references_.functions)
      if (known.kind == object.kind && (builtin ? known.name == object.name : known.function_set == object.function_set))
        return;
    references_.functions.push_back(object);
  }

  // What the call gives for parameters of type wp.Function, of every overload that it may mean.
  void NoteFunctionArguments(const Object& callee, const py::Call& call) {
    if (callee.kind != ObjectKind::Function) return;
    std::vector<TypeId> positional;
    std::vector<std::pair<SymbolId, TypeId>> keywords;
    if (StaticArgumentTypes(call, positional, keywords)) {
      FunctionId overload = unit_.ResolveOverload(callee.function_set, positional, keywords);
      return NoteFunctionArguments(overload.valid() ? overload : unit_.function_sets[callee.function_set].top, call);
    }
    for (bool generic : {false, true})
      for (FunctionId id : unit_.function_sets[callee.function_set].overloads)
        if (unit_.functions[id].generic == generic) NoteFunctionArguments(id, call);
  }

  void NoteFunctionArguments(FunctionId id, const py::Call& call) {
    const std::vector<Parameter>& parameters = unit_.functions[id].parameters;
    auto positional = ast_.List(call.args);
    if (positional.size() > parameters.size()) return;
    std::vector<Object> given(parameters.size());
    std::vector<bool> bound(parameters.size(), false);
    for (size_t i = 0; i < positional.size(); ++i) {
      given[i] = Resolve(positional[i]).object;
      bound[i] = true;
    }
    for (NodeId node : ast_.List(call.keywords)) {
      auto keyword = ast_.Get<py::Keyword>(node);
      size_t index = 0;
      while (index < parameters.size() && parameters[index].name != keyword.arg) ++index;
      if (index == parameters.size() || bound[index]) return;
      given[index] = Resolve(keyword.value).object;
      bound[index] = true;
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!bound[i] && !parameters[i].default_value) return;
      if (!bound[i]) given[i] = *parameters[i].default_value;
    }
    for (size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].type == kFunctionType &&
          (given[i].kind == ObjectKind::Function || given[i].kind == ObjectKind::Builtin))
        AddFunction(given[i]);
  }

  // The types of the arguments of a call where all of them are known without lowering it.
  bool StaticArgumentTypes(const py::Call& call, std::vector<TypeId>& positional,
                           std::vector<std::pair<SymbolId, TypeId>>& keywords) const {
    for (NodeId node : ast_.List(call.args)) {
      TypeId type = StaticType(node);
      if (!type.valid()) return false;
      positional.push_back(type);
    }
    for (NodeId node : ast_.List(call.keywords)) {
      auto keyword = ast_.Get<py::Keyword>(node);
      TypeId type = StaticType(keyword.value);
      if (!type.valid() || !keyword.arg.valid()) return false;
      keywords.emplace_back(keyword.arg, type);
    }
    return true;
  }

  [[nodiscard]] TypeId StaticType(NodeId node) const {
    if (auto unary = ast_.If<py::UnaryOp>(node); unary && ast_.Is(unary->operand, NodeKind::Constant)) {
      if (unary->op == UnaryOperator::USub || unary->op == UnaryOperator::UAdd) return StaticType(unary->operand);
      return TypeId();
    }
    if (auto constant = ast_.If<py::Constant>(node)) {
      switch (constant->value.kind) {
        case ConstantKind::True:
        case ConstantKind::False: return kBoolType;
        case ConstantKind::Int: return kInt32Type;
        case ConstantKind::Float: return kFloat32Type;
        case ConstantKind::String: return kStringType;
        default: return TypeId();
      }
    }
    if (const Object* result = definition_.StaticResult(node))
      return result->kind == ObjectKind::Constant ? result->type : TypeId();
    Object object;
    if (auto name = ast_.If<py::Name>(node)) object = External(name->id);
    if (ast_.Is(node, NodeKind::Attribute)) object = Resolve(node).object;
    switch (object.kind) {
      case ObjectKind::Function:
      case ObjectKind::Builtin: return kFunctionType;
      case ObjectKind::Constant:
      case ObjectKind::Type:
      case ObjectKind::Struct: return object.type;
      default: return TypeId();
    }
  }

  void NoteType(const Object& object) {
    if (object.kind == ObjectKind::Type && !IsValue(unit_.types, object.type)) return;
    for (const Object& known : references_.types)
      if (known.type == object.type && known.flavor == object.flavor && known.name_space == object.name_space) return;
    references_.types.push_back(object);
  }

  void VisitCall(NodeId node, const py::Call& call) {
    Object callee;
    auto name = ast_.If<py::Name>(call.func);
    if (name && IsLocal(name->id)) {
      if (IsAlias(name->id)) callee = unit_.Builtin(unit_.symbols.Find("tid"));
    } else if (!ast_.Is(call.func, NodeKind::Call) || definition_.StaticResult(call.func) == nullptr) {
      callee = Callee(Resolve(call.func));
      if (!callee) callee = GradTarget(call.func);
    }
    if (IsTid(callee))
      for (const auto& [assigned, dimensions] : call_dimensions_)
        if (assigned == node)
          references_.kernel_dimensions = std::max(references_.kernel_dimensions, dimensions);
    NoteFunction(callee);
    NoteFunctionArguments(callee, call);
    if (callee.kind == ObjectKind::Struct || callee.kind == ObjectKind::Type) NoteType(callee);
  }

  // wp.grad(f)(...) refers to f.
  Object GradTarget(NodeId node) const {
    auto call = ast_.If<py::Call>(node);
    if (!call || ast_.List(call->args).size() != 1 || !ast_.List(call->keywords).empty()) return Object();
    if (Resolve(call->func).object.kind != ObjectKind::Grad) return Object();
    Object target = Resolve(ast_.List(call->args)[0]).object;
    bool function = target.kind == ObjectKind::Function || target.kind == ObjectKind::Builtin;
    return function ? target : Object();
  }

  void Visit(NodeId node) {
    switch (ast_.Kind(node)) {
      case NodeKind::Name: {
        SymbolId name = ast_.Get<py::Name>(node).id;
        if (IsLocal(name) || std::exchange(names_[name.index].is_seen, true)) break;
        Object object = External(name);
        if (object.opaque == OpaqueKind::Unresolved && object.detail == kUnresolvedDefinition &&
            ast_.Get<py::Name>(node).ctx == ExpressionContext::Store) {
          names_[name.index].is_seen = false;  // it may be read elsewhere
          break;
        }
        NoteUnknown(node, object);
        if (object.kind == ObjectKind::Constant) NoteConstant(std::string(ast_.Text(name)), object);
        break;
      }
      case NodeKind::Attribute: {
        Path path = Resolve(node);
        NoteUnknown(node, path.object);
        if (path.object.kind != ObjectKind::Constant) break;
        std::string dotted;
        for (SymbolId part : path.names) {
          if (!dotted.empty()) dotted += '.';
          dotted += ast_.Text(part);
        }
        NoteConstant(std::move(dotted), path.object);
        break;
      }
      case NodeKind::Call:
        VisitCall(node, ast_.Get<py::Call>(node));
        break;
      case NodeKind::Assign: {
        NodeId value = ast_.Get<py::Assign>(node).value;
        std::span<const NodeId> values(&value, 1);
        if (auto tuple = ast_.If<py::Tuple>(value)) values = ast_.List(tuple->elts);
        for (NodeId part : values) NoteFunction(Callee(Resolve(part)));
        break;
      }
      default:
        break;
    }
  }

  const Unit& unit_;
  const Definition& definition_;
  const Ast& ast_;
  ScopeId module_scope_;
  std::vector<SymbolId> body_names_;  // of the body, where there is a closure
  std::vector<NodeId> nodes_;
  struct NameFlags {
    bool is_local = false;  // assigned in the body
    bool is_seen = false;   // met where it is read
  };
  std::vector<NameFlags> names_;  // by symbol
  struct Resolved {
    SymbolId base, attribute;
    Object object;
  };
  mutable std::array<Resolved, 32> resolved_;
  std::vector<SymbolId> tid_aliases_;
  std::vector<std::pair<NodeId, int>> call_dimensions_;
  References references_;
};

}  // namespace

References CollectReferences(const Unit& unit, const Definition& definition) {
  return Collector(unit, definition).Run();
}

int KernelDimensions(const Unit& unit, const Definition& kernel) {
  for (const auto& [known, dimensions] : unit.implementation().kernel_dimensions)
    if (known == &kernel) return dimensions;
  return CollectReferences(unit, kernel).kernel_dimensions;
}

}  // namespace warpsmith
