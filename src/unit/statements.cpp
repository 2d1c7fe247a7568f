// What the statements of a module's top level, and of its class bodies, do when the file is imported.
#include <algorithm>

#include "unit/reader.h"

namespace warpsmith {
namespace {
constexpr uint32_t kMaxIterations = 20'000;
}

Reader::Flow Reader::Execute(std::span<const NodeId> body) {
  std::vector<NodeId> statements(body.begin(), body.end());
  for (NodeId statement : statements) {
    Flow flow = ExecuteStatement(statement);
    if (flow != Flow::Normal) return flow;
  }
  return Flow::Normal;
}

Reader::Flow Reader::ExecuteStatement(NodeId node) {
  switch (ast_->Kind(node)) {
    case NodeKind::Import:
      return ExecuteImport(node);
    case NodeKind::ImportFrom:
      return ExecuteImportFrom(node);
    case NodeKind::FunctionDef:
      ExecuteFunctionDef(node);
      break;
    case NodeKind::AsyncFunctionDef:
      Bind(ast_->Get<py::AsyncFunctionDef>(node).name, Unresolved("an asynchronous function"));
      break;
    case NodeKind::ClassDef:
      ExecuteClass(node);
      break;
    case NodeKind::Assign: {
      auto assign = ast_->Get<py::Assign>(node);
      Object value = Evaluate(assign.value);
      std::vector<NodeId> targets(ast_->List(assign.targets).begin(), ast_->List(assign.targets).end());
      for (NodeId target : targets) Assign(target, value);
      break;
    }
    case NodeKind::AnnAssign: {
      auto assign = ast_->Get<py::AnnAssign>(node);
      if (assign.value.valid()) Assign(assign.target, Evaluate(assign.value));
      break;
    }
    case NodeKind::AugAssign:
      ExecuteAugmentedAssignment(node);
      break;
    case NodeKind::Expr:
      Evaluate(ast_->Get<py::Expr>(node).value);
      break;
    case NodeKind::If:
      return ExecuteIf(node);
    case NodeKind::For:
      return ExecuteFor(node);
    case NodeKind::While:
      return ExecuteWhile(node);
    case NodeKind::Try:
      return ExecuteTry(node);
    case NodeKind::With: {
      auto with = ast_->Get<py::With>(node);
      std::vector<NodeId> items(ast_->List(with.items).begin(), ast_->List(with.items).end());
      for (NodeId item : items) {
        auto view = ast_->Get<py::WithItem>(item);
        Object value = Evaluate(view.context_expr);
        if (view.optional_vars.valid()) Assign(view.optional_vars, Unresolved("a context manager's value"));
        (void)value;
      }
      return Execute(ast_->List(with.body));
    }
    case NodeKind::Delete:
      for (NodeId target : ast_->List(ast_->Get<py::Delete>(node).targets))
        if (auto name = ast_->If<py::Name>(target)) frames_.back().names->Erase(name->id);
      break;
    case NodeKind::Assert:
      break;
    case NodeKind::Raise:
      return Flow::Raise;
    case NodeKind::Return: {
      NodeId value = ast_->Get<py::Return>(node).value;
      returned_ = value.valid() ? Evaluate(value) : OpaqueObject(OpaqueKind::PythonNone);
      return Flow::Return;
    }
    case NodeKind::Global:
      for (SymbolId name : ast_->Symbols(ast_->Get<py::Global>(node).names))
        frames_.back().globals.push_back(name);
      break;
    case NodeKind::Break:
      return Flow::Break;
    case NodeKind::Continue:
      return Flow::Continue;
    case NodeKind::Match: {
      std::vector<NodeId> children{node};
      Poison(children, "a name bound by match");
      break;
    }
    default:
      break;
  }
  return Flow::Normal;
}

Reader::Flow Reader::ExecuteIf(NodeId node) {
  auto branch = ast_->Get<py::If>(node);
  if (std::optional<bool> truth = Truth(Evaluate(branch.test)))
    return Execute(ast_->List(*truth ? branch.body : branch.orelse));
  std::vector<NodeId> both(ast_->List(branch.body).begin(), ast_->List(branch.body).end());
  both.insert(both.end(), ast_->List(branch.orelse).begin(), ast_->List(branch.orelse).end());
  Poison(both, "a name whose value depends on a condition that only running the code evaluates");
  if (!Contains(both, NodeKind::Return)) return Flow::Normal;
  returned_ = Unresolved("a result that depends on a condition that only running the code evaluates");
  return Flow::Return;
}

Reader::Flow Reader::ExecuteFor(NodeId node) {
  auto loop = ast_->Get<py::For>(node);
  std::optional<std::vector<Object>> items = Iterate(Evaluate(loop.iter));
  if (!items || items->size() > kMaxIterations) {
    PoisonTarget(loop.target);
    Poison(std::vector(ast_->List(loop.body).begin(), ast_->List(loop.body).end()),
           "a name whose value depends on a loop that only running the code evaluates");
    return Flow::Normal;
  }
  for (const Object& item : *items) {
    Assign(loop.target, item);
    Flow flow = Execute(ast_->List(loop.body));
    if (flow == Flow::Break) return Flow::Normal;
    if (flow == Flow::Raise || flow == Flow::Return) return flow;
  }
  return Execute(ast_->List(loop.orelse));
}

Reader::Flow Reader::ExecuteWhile(NodeId node) {
  auto loop = ast_->Get<py::While>(node);
  for (uint32_t i = 0; i < kMaxIterations; ++i) {
    std::optional<bool> truth = Truth(Evaluate(loop.test));
    if (!truth) break;
    if (!*truth) return Execute(ast_->List(loop.orelse));
    Flow flow = Execute(ast_->List(loop.body));
    if (flow == Flow::Break) return Flow::Normal;
    if (flow == Flow::Raise || flow == Flow::Return) return flow;
  }
  Poison(std::vector(ast_->List(loop.body).begin(), ast_->List(loop.body).end()),
         "a name whose value depends on a loop that only running the code evaluates");
  return Flow::Normal;
}

Reader::Flow Reader::ExecuteTry(NodeId node) {
  auto attempt = ast_->Get<py::Try>(node);
  // Imports of what is not known are taken to succeed; an exception known to be raised goes to the first handler.
  bool handled = !ast_->List(attempt.handlers).empty();
  handlers_ += handled ? 1 : 0;
  Flow flow = Execute(ast_->List(attempt.body));
  handlers_ -= handled ? 1 : 0;
  if (flow == Flow::Raise && handled) {
    auto handler = ast_->Get<py::ExceptHandler>(ast_->List(attempt.handlers)[0]);
    flow = Execute(ast_->List(handler.body));
  } else if (flow == Flow::Normal) {
    flow = Execute(ast_->List(attempt.orelse));
  }
  Flow last = Execute(ast_->List(attempt.finalbody));
  return last == Flow::Normal ? flow : last;
}

void Reader::ExecuteAugmentedAssignment(NodeId node) {
  auto assign = ast_->Get<py::AugAssign>(node);
  Object value = Evaluate(assign.value);
  if (auto name = ast_->If<py::Name>(assign.target)) {
    Object old = Lookup(name->id);
    Bind(name->id, Binary(assign.op, old, value));
  } else if (auto subscript = ast_->If<py::Subscript>(assign.target)) {
    Object base = Evaluate(subscript->value), index = Evaluate(subscript->slice);
    StoreSubscript(base, index, Binary(assign.op, Subscript(base, index), value));
  } else {
    PoisonTarget(assign.target);
  }
}

void Reader::Assign(NodeId target, const Object& value) {
  if (!target.valid()) return;
  switch (ast_->Kind(target)) {
    case NodeKind::Name:
      Bind(ast_->Get<py::Name>(target).id, value);
      break;
    case NodeKind::Attribute: {
      auto attribute = ast_->Get<py::Attribute>(target);
      AssignAttribute(Evaluate(attribute.value), attribute.attr, value);
      break;
    }
    case NodeKind::Subscript: {
      auto subscript = ast_->Get<py::Subscript>(target);
      Object base = Evaluate(subscript.value);
      if (!ast_->Is(subscript.slice, NodeKind::Slice)) StoreSubscript(base, Evaluate(subscript.slice), value);
      break;
    }
    case NodeKind::Tuple:
    case NodeKind::List: {
      NodeListId list = ast_->Is(target, NodeKind::Tuple) ? ast_->Get<py::Tuple>(target).elts
                                                          : ast_->Get<py::List>(target).elts;
      std::vector<NodeId> parts(ast_->List(list).begin(), ast_->List(list).end());
      std::optional<std::vector<Object>> items = Iterate(value);
      bool starred = false;
      for (NodeId part : parts) starred = starred || ast_->Is(part, NodeKind::Starred);
      if (!items || items->size() != parts.size() || starred) {
        for (NodeId part : parts) PoisonTarget(part);
      } else {
        for (size_t i = 0; i < parts.size(); ++i) Assign(parts[i], (*items)[i]);
      }
      break;
    }
    default:
      PoisonTarget(target);
      break;
  }
}

void Reader::AssignAttribute(const Object& base, SymbolId attribute, const Object& value) {
  if (IsOpaque(base, OpaqueKind::PythonFunction)) return AssignFunctionAttribute(python_functions_[base.detail], Name(attribute), value);
  if (base.kind != ObjectKind::Namespace) return;
  Namespace& space = implementation_.name_space(base.name_space);
  space.names.Set(attribute, value);
}

/// Warp names kernels after __qualname__ and reads the code, the annotations and the defaults of a function.
void Reader::AssignFunctionAttribute(PythonFunction& function, std::string_view attribute, const Object& value) {
  static constexpr std::string_view kRead[] = {"__qualname__", "__annotations__", "__code__", "__defaults__", "__kwdefaults__", "__module__", "__wrapped__"};
  if (attribute == "__name__") function.plain_name = Text(value).value_or("");
  if (std::find(std::begin(kRead), std::end(kRead), attribute) == std::end(kRead)) return;
  std::optional<std::string> text = attribute == "__qualname__" ? Text(value) : std::nullopt;
  if (text && !text->empty()) function.renamed = *text;
  else function.is_changed = true;
}

void Reader::PoisonTarget(NodeId target) {
  switch (ast_->Kind(target)) {
    case NodeKind::Name:
      Bind(ast_->Get<py::Name>(target).id, Unresolved("a value that only running the code computes"));
      break;
    case NodeKind::Starred:
      PoisonTarget(ast_->Get<py::Starred>(target).value);
      break;
    case NodeKind::Tuple:
      for (NodeId part : ast_->List(ast_->Get<py::Tuple>(target).elts)) PoisonTarget(part);
      break;
    case NodeKind::List:
      for (NodeId part : ast_->List(ast_->Get<py::List>(target).elts)) PoisonTarget(part);
      break;
    case NodeKind::Attribute: {
      auto attribute = ast_->Get<py::Attribute>(target);
      AssignAttribute(Evaluate(attribute.value), attribute.attr,
                      Unresolved("a value that only running the code computes"));
      break;
    }
    default:
      break;
  }
}

void Reader::Poison(std::span<const NodeId> body, std::string_view reason) {
  bool raised = raised_;  // nothing of it is certain to be executed
  std::vector<NodeId> pending(body.begin(), body.end());
  Object unknown = Unresolved(reason);
  auto set = [&](SymbolId name) { Bind(name, unknown); };
  for (NodeId node : body) {
    if (!MayDefine(node)) continue;
    Emit(DiagnosticKind::HiddenDefinition, ast_ == file_->ast ? node : NodeId(),
         "under a condition or loop that cannot be evaluated");
    break;
  }
  while (!pending.empty()) {
    NodeId node = pending.back();
    pending.pop_back();
    switch (ast_->Kind(node)) {
      case NodeKind::FunctionDef:
        set(ast_->Get<py::FunctionDef>(node).name);
        continue;
      case NodeKind::AsyncFunctionDef:
        set(ast_->Get<py::AsyncFunctionDef>(node).name);
        continue;
      case NodeKind::ClassDef:
        set(ast_->Get<py::ClassDef>(node).name);
        continue;
      case NodeKind::Lambda:
        continue;
      case NodeKind::Name:
        if (auto name = ast_->Get<py::Name>(node); name.ctx != ExpressionContext::Load) set(name.id);
        continue;
      case NodeKind::Attribute:
        if (ast_->Get<py::Attribute>(node).ctx == ExpressionContext::Store) PoisonTarget(node);
        continue;
      case NodeKind::Import:
        ExecuteImport(node);
        continue;
      case NodeKind::ImportFrom:
        ExecuteImportFrom(node);
        continue;
      default:
        break;
    }
    AppendChildren(*ast_, node, pending);
  }
  raised_ = raised;
}

// A decorated definition, or a call of something of Warp that makes one, anywhere below.
bool Reader::Contains(std::span<const NodeId> body, NodeKind kind) {
  std::vector<NodeId> pending(body.begin(), body.end());
  while (!pending.empty()) {
    NodeId node = pending.back();
    pending.pop_back();
    NodeKind found = ast_->Kind(node);
    if (found == kind) return true;
    if (found != NodeKind::FunctionDef && found != NodeKind::Lambda && found != NodeKind::ClassDef)
      AppendChildren(*ast_, node, pending);
  }
  return false;
}

void Reader::Bind(SymbolId name, const Object& value) {
  const std::vector<SymbolId>& globals = frames_.back().globals;
  bool global = std::find(globals.begin(), globals.end(), name) != globals.end();
  NameTable* names = global ? &implementation_.scopes[file_->scope.index].names : frames_.back().names;
  bool automatic = frames_.back().enumeration.has_value() && IsSpecial(value, SpecialKind::Auto);
  names->Set(name, automatic ? NextMember() : value);
}

bool Reader::MayDefine(NodeId node, int depth) {
  constexpr int kMaxDepth = 4;
  std::vector<NodeId> pending{node};
  while (!pending.empty()) {
    NodeId current = pending.back();
    pending.pop_back();
    auto decorates = [&](NodeListId decorators) {
      for (NodeId decorator : ast_->List(decorators)) {
        if (auto call = ast_->If<py::Call>(decorator)) decorator = call->func;
        Object object = Evaluate(decorator);
        if (IsOpaque(object, OpaqueKind::Special) &&
            object.detail <= static_cast<uint32_t>(SpecialKind::Overload))
          return true;
      }
      return false;
    };
    if (auto function = ast_->If<py::FunctionDef>(current); function && decorates(function->decorator_list))
      return true;
    if (auto type = ast_->If<py::ClassDef>(current); type && decorates(type->decorator_list)) return true;
    // wp.overload(kernel, types) makes a kernel too, wp.Kernel(function) does, and so may functions of this file.
    if (auto call = ast_->If<py::Call>(current)) {
      auto attribute = ast_->If<py::Attribute>(call->func);
      std::string_view name = attribute ? Name(attribute->attr) : ast_->NameText(call->func);
      if (name == "overload" || name == "Kernel") return true;
      Object callee = attribute || name.empty() || depth == kMaxDepth ? Object() : Evaluate(call->func);
      if (IsOpaque(callee, OpaqueKind::PythonFunction)) {
        const PythonFunction function = python_functions_[callee.detail];
        Context caller = Enter(function);
        bool may = in_main() && MayDefine(function.node, depth + 1);
        Leave(caller);
        if (may) return true;
      }
    }
    AppendChildren(*ast_, current, pending);
  }
  return false;
}

}  // namespace warpsmith
