// What a function does to arrays, kept while it is lowered, and what shows of that in its source.
#include <algorithm>
#include <array>

#include "lower/deterministic.h"
#include "syntax/ast.h"

namespace warpsmith {

namespace {

constexpr std::string_view kDeferrable[] = {"atomic_add", "atomic_sub", "atomic_min", "atomic_max"};
constexpr std::string_view kDirectAtomics[] = {"atomic_cas", "atomic_exch", "atomic_xor", "atomic_and", "atomic_or"};
constexpr std::string_view kOtherEffects[] = {
    "printf",       "tile_atomic_add", "tile_atomic_add_indexed", "tile_store",    "tile_store_indexed",
    "volume_store", "volume_store_f",  "volume_store_i",          "volume_store_v"};

template <size_t N>
bool IsAmong(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// How a call's function is named at its end: `a.b.f` and `f` both as f.
std::string_view CalledName(const Ast& ast, NodeId function) {
  if (auto attribute = ast.If<py::Attribute>(function)) return ast.Text(attribute->attr);
  return ast.NameText(function);
}

/// Looks through one function's source, and through the sources of functions that it names.
class AtomicResultScan {
 public:
  explicit AtomicResultScan(const Unit& unit) : unit_(unit) {}

  bool Scan(const Definition& definition) {
    const Ast& ast = *definition.ast;
    std::set<SymbolId> locals;
    CollectLocals(ast, definition.node, locals);
    std::map<SymbolId, FunctionSetId> aliases;
    CollectAliases(definition, locals, aliases);
    std::vector<std::pair<NodeId, NodeId>> pending{{definition.node, NodeId()}};
    std::vector<NodeId> children;
    while (!pending.empty()) {
      auto [node, parent] = pending.back();
      pending.pop_back();
      if (auto call = ast.If<py::Call>(node)) {
        if (IsDeferrableAtomic(CalledName(ast, call->func))) {
          if (!parent.valid() || !ast.Is(parent, NodeKind::Expr)) return true;
        } else if (FunctionSetId callee = Callee(definition, call->func, locals, aliases); callee.valid()) {
          const FunctionDefinition& function = unit_.functions[unit_.function_sets[callee].top];
          if (seen_.insert(callee).second && function.ast != nullptr && Scan(function)) return true;
        }
      }
      children.clear();
      AppendChildren(ast, node, children);
      for (NodeId child : children) pending.emplace_back(child, node);
    }
    return false;
  }

 private:
  static void AddTarget(const Ast& ast, NodeId target, std::set<SymbolId>& names) {
    if (auto name = ast.If<py::Name>(target)) names.insert(name->id);
    if (auto tuple = ast.If<py::Tuple>(target))
      for (NodeId element : ast.List(tuple->elts)) AddTarget(ast, element, names);
    if (auto list = ast.If<py::List>(target))
      for (NodeId element : ast.List(list->elts)) AddTarget(ast, element, names);
  }

  static void CollectLocals(const Ast& ast, NodeId node, std::set<SymbolId>& names) {
    if (auto argument = ast.If<py::Arg>(node)) names.insert(argument->arg);
    if (auto assign = ast.If<py::Assign>(node))
      for (NodeId target : ast.List(assign->targets)) AddTarget(ast, target, names);
    if (auto assign = ast.If<py::AnnAssign>(node)) AddTarget(ast, assign->target, names);
    if (auto named = ast.If<py::NamedExpr>(node)) AddTarget(ast, named->target, names);
    if (auto loop = ast.If<py::For>(node)) AddTarget(ast, loop->target, names);
    std::vector<NodeId> children;
    AppendChildren(ast, node, children);
    for (NodeId child : children) CollectLocals(ast, child, names);
  }

  /// The Warp function that a dotted name means; invalid if it means none.
  FunctionSetId Callee(const Definition& definition, NodeId node, const std::set<SymbolId>& locals,
                       const std::map<SymbolId, FunctionSetId>& aliases) const {
    const Ast& ast = *definition.ast;
    std::vector<SymbolId> path;
    while (auto attribute = ast.If<py::Attribute>(node)) {
      path.push_back(attribute->attr);
      node = attribute->value;
    }
    auto name = ast.If<py::Name>(node);
    if (!name) return FunctionSetId();
    if (auto alias = aliases.find(name->id); alias != aliases.end())
      return path.empty() ? alias->second : FunctionSetId();
    if (locals.contains(name->id)) return FunctionSetId();
    Object object = unit_.Resolve(definition.scope, name->id);
    if (!object) object = unit_.WarpAttribute(name->id);
    for (size_t i = path.size(); i-- > 0 && object;) object = unit_.Attribute(object, path[i]);
    return object.kind == ObjectKind::Function ? object.function_set : FunctionSetId();
  }

  void CollectAliases(const Definition& definition, const std::set<SymbolId>& locals,
                      std::map<SymbolId, FunctionSetId>& aliases) const {
    const Ast& ast = *definition.ast;
    std::vector<NodeId> pending{definition.node}, children;
    // Breadth first: an alias of an alias is known where it stands deeper or later.
    for (size_t at = 0; at < pending.size(); ++at) {
      if (auto assign = ast.If<py::Assign>(pending[at])) {
        auto elements = [&](NodeId node) {
          if (auto tuple = ast.If<py::Tuple>(node)) {
            auto list = ast.List(tuple->elts);
            return std::vector<NodeId>(list.begin(), list.end());
          }
          return std::vector<NodeId>{node};
        };
        std::vector<NodeId> targets = elements(ast.List(assign->targets)[0]), values = elements(assign->value);
        for (size_t i = 0; targets.size() == values.size() && i < targets.size(); ++i) {
          auto name = ast.If<py::Name>(targets[i]);
          if (!name) continue;
          if (FunctionSetId set = Callee(definition, values[i], locals, aliases); set.valid()) aliases[name->id] = set;
        }
      }
      children.clear();
      AppendChildren(ast, pending[at], children);
      pending.insert(pending.end(), children.begin(), children.end());
    }
  }

  const Unit& unit_;
  std::set<FunctionSetId> seen_;
};

bool HoldsSubscript(const Ast& ast, NodeId target) {
  if (ast.Is(target, NodeKind::Subscript)) return true;
  if (auto attribute = ast.If<py::Attribute>(target)) return HoldsSubscript(ast, attribute->value);
  auto any = [&](NodeListId list) {
    auto nodes = ast.List(list);
    return std::any_of(nodes.begin(), nodes.end(), [&](NodeId node) { return HoldsSubscript(ast, node); });
  };
  if (auto tuple = ast.If<py::Tuple>(target)) return any(tuple->elts);
  if (auto list = ast.If<py::List>(target)) return any(list->elts);
  return false;
}

}  // namespace

bool IsDeferrableAtomic(std::string_view builtin) { return IsAmong(kDeferrable, builtin); }
bool IsDirectAtomic(std::string_view builtin) { return IsAmong(kDirectAtomics, builtin); }
bool IsGuardedEffect(std::string_view builtin) { return IsDirectAtomic(builtin) || IsAmong(kOtherEffects, builtin); }

bool UsesAtomicResult(const Unit& unit, const Definition& definition) {
  return definition.ast != nullptr && AtomicResultScan(unit).Scan(definition);
}

bool HasVisibleEffects(const Definition& definition) {
  if (definition.ast == nullptr) return false;
  const Ast& ast = *definition.ast;
  std::vector<NodeId> pending{definition.node};
  while (!pending.empty()) {
    NodeId node = pending.back();
    pending.pop_back();
    if (auto assign = ast.If<py::Assign>(node)) {
      for (NodeId target : ast.List(assign->targets))
        if (HoldsSubscript(ast, target)) return true;
    } else if (auto annotated = ast.If<py::AnnAssign>(node)) {
      if (HoldsSubscript(ast, annotated->target)) return true;
    } else if (auto augmented = ast.If<py::AugAssign>(node)) {
      if (HoldsSubscript(ast, augmented->target)) return true;
    } else if (auto call = ast.If<py::Call>(node)) {
      if (IsGuardedEffect(CalledName(ast, call->func))) return true;
    }
    AppendChildren(ast, node, pending);
  }
  return false;
}

// ---- facts -------------------------------------------------------------------------------------------------------

bool DeterministicFacts::has_counter() const {
  return std::any_of(targets.begin(), targets.end(), [](const DeferredTarget& target) { return target.is_counter(); });
}

std::string DeterministicState::Shown(const ArrayPlace& place) const {
  std::string label(unit_.symbols.Text(place.root));
  for (SymbolId field : place.path) label.append(".").append(unit_.symbols.Text(field));
  return place.adjoint ? "adjoint(" + label + ")" : label;
}

const DeferredTarget* DeterministicState::FindTarget(const ArrayPlace& place, bool counter) const {
  for (const DeferredTarget& target : facts.targets)
    if (target.place == place && target.is_counter() == counter) return &target;
  return nullptr;
}

std::string DeterministicState::CheckAccess(const ArrayPlace& place, const char* how) const {
  for (const DeferredTarget& target : facts.targets)
    if (target.place == place && target.in_forward)
      return Conflict(place, how);
  return {};
}

std::string DeterministicState::Conflict(const ArrayPlace& place, const char* how) const {
  return "the array " + Shown(place) + " has deferred atomic updates and is also " + how;
}

std::string DeterministicState::NoteLoad(const ArrayPlace& place) {
  std::string reason = CheckAccess(place, "read directly");
  if (reason.empty()) facts.loads.insert(place);
  return reason;
}

std::string DeterministicState::NoteStore(const ArrayPlace& place, bool check) {
  std::string reason = check ? CheckAccess(place, "written directly") : std::string();
  if (reason.empty()) facts.stores.insert(place);
  return reason;
}

std::string DeterministicState::NoteDirectAtomic(const ArrayPlace& place) {
  if (FindTarget(place, /*counter=*/true) != nullptr)
    return "the array " + Shown(place) + " gives slots and has other atomic updates";
  std::string reason = CheckAccess(place, "updated by another atomic operation");
  if (reason.empty()) facts.direct_atomics.insert(place);
  return reason;
}

SymbolId DeterministicState::HelperName(const DeferredTarget& target) const {
  std::string label(unit_.symbols.Text(target.place.root));
  for (SymbolId field : target.place.path) label.append(".").append(unit_.symbols.Text(field));
  if (target.place.adjoint) label = "adj_" + label;
  // Runs of what is no word become one underscore; none is left at the ends.
  std::string name;
  for (char c : label) {
    bool word = c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c & 0x80) != 0;
    if (word) name += c;
    else if (name.empty() || name.back() != '\0') name += '\0';
  }
  std::replace(name.begin(), name.end(), '\0', '_');
  size_t begin = name.find_first_not_of('_');
  name = begin == std::string::npos ? "target" : name.substr(begin, name.find_last_not_of('_') - begin + 1);
  const char* kind = target.is_counter() ? "det_counter_" : "det_scatter_";
  return unit_.symbols.Intern(kind + std::to_string(facts.targets.size()) + "_" + name);
}

std::string DeterministicState::NoteTarget(DeferredTarget wanted, const DeferredTarget*& found) {
  const ArrayPlace& place = wanted.place;
  if (wanted.in_forward) {
    if (facts.loads.contains(place)) return Conflict(place, "read directly");
    if (facts.stores.contains(place)) return Conflict(place, "written directly");
  }
  if (!wanted.is_counter() && wanted.in_forward && facts.direct_atomics.contains(place))
    return Conflict(place, "updated by another atomic operation");
  if (FindTarget(place, !wanted.is_counter()) != nullptr)
    return "the array " + Shown(place) + " both gives slots and collects deferred updates";
  if (wanted.is_counter() && facts.direct_atomics.contains(place))
    return "the array " + Shown(place) + " gives slots and has other atomic updates";
  for (DeferredTarget& target : facts.targets) {
    if (target.place != place) continue;
    if (target.family != wanted.family)
      return "the array " + Shown(place) + " has atomic updates of several kinds";
    if (target.value != wanted.value) return "the array " + Shown(place) + " is updated with values of several types";
    target.in_forward |= wanted.in_forward;
    target.in_backward |= wanted.in_backward;
    found = &target;
    return {};
  }
  wanted.helper = HelperName(wanted);
  facts.targets.push_back(std::move(wanted));
  found = &facts.targets.back();
  return {};
}

}  // namespace warpsmith
