// The statements of the reverse, on symbols: what each adds to which adjoint, by the derivatives that Warp gives.
#include <algorithm>
#include <set>

#include "verify/statement_flow.h"
#include "verify/symbolic_context.h"

namespace warpsmith {

namespace {

bool IsPlain(std::string_view argument) { return argument.starts_with("adj_") && VariableOf(argument) == argument; }

/// Reverses that do nothing at all, or nothing to floats.
bool DoesNothing(std::string_view name) {
  static const std::set<std::string_view> kNothing = {"floor", "ceil", "round", "rint", "trunc", "frac", "sign", "step", "nonzero", "floordiv", "int",
                                                      "view", "load", "store", "range", "iter_next", "iter_reverse"};
  return kNothing.contains(name);
}

}  // namespace

void SymbolicContext::RunAdjoint(const TextStatement& s) {
  const bool lists = std::any_of(s.arguments.begin(), s.arguments.end(), [](std::string_view a) { return a.starts_with('{') && a != "{}"; });
  if (lists) {
    // "wp::adj_vec_t({var_1, var_2}, {&adj_1, &adj_2}, adj_3)"
    TextStatement flat = s;
    flat.arguments = s.variables;
    return RunAdjoint(flat);
  }
  if (!s.result.empty()) return RunAdjointAssignment(s);
  if (s.kind != TextStatementKind::Call) return RunUnknown(s);
  if (!s.callee.starts_with("wp::adj_")) return RunAdjointCall(s);
  const std::string_view name = s.callee.substr(8);
  if (DoesNothing(name)) return;
  size_t first = 0;
  while (first < s.arguments.size() && !VariableOf(s.arguments[first]).starts_with("adj_")) ++first;
  if (first == s.arguments.size()) return;
  if (name == "address" || name == "array_store" || name == "atomic_add" || name == "atomic_sub") return RunAdjointOfArray(s, first);
  // Integers in structs have no gradient.
  const bool floats = std::any_of(s.variables.begin(), s.variables.end(), [&](std::string_view v) {
    return IsAdjointVariable(v) && !Contains(TypeOf(v), "array_t") && HasGradient(TypeOf(v));
  });
  if (Contains(name, "store_slot")) return floats ? RunAdjointOfSlot(s) : void();
  if (name == "atomic_min" || name == "atomic_max") return RunAdjointOfExtreme(s, first, floats);
  if (ChangesInPlace(s.callee) && RunAdjointInPlace(s, first)) return;
  if (Contains(s.callee, "store") || Contains(s.callee, "atomic") || ChangesInPlace(s.callee)) return RunUnknownAdjoint(s);
  if (name == "assign" && s.arguments.size() == 4) {
    // Warp's reverse of an assignment moves the gradient and clears it where it was.
    const ValueId moved = Argument(s.arguments[2]);
    Assign(s.arguments[2], values_.Zero(TypeOf(s.arguments[2])));
    return Assign(s.arguments[3], moved);
  }
  if (name == "copy" && s.arguments.size() == 3) {
    AddTo(s.arguments[1], Argument(s.arguments[2]));
    return Assign(s.arguments[2], values_.Zero(TypeOf(s.arguments[2])));
  }
  RunAdjointOfOperation(s, first);
}

void SymbolicContext::RunAdjointAssignment(const TextStatement& s) {
  if (s.result.ends_with(".shape")) return;
  const size_t equals = s.text.find(s.accumulates ? " += " : " = ");
  const std::string_view right = s.text.substr(equals + (s.accumulates ? 4 : 3), s.text.size() - equals - (s.accumulates ? 5 : 4));
  const std::string_view target = VariableOf(s.result), from = VariableOf(right);
  const ValueId before = Get(target);
  const bool clears = ClearsAdjoint(s);
  if (clears && (IsPlain(s.result) || values_.IsZero(before))) return Assign(target, values_.Zero(TypeOf(target)));
  if (!clears && (!IsAdjointVariable(from) || !right.starts_with(from))) return RunUnknown(s);
  if (!clears) {
    ValueId value = Get(from);
    if (!IsPlain(right)) value = values_.Make("part " + std::string(right.substr(from.size())), IsPlain(s.result) ? TypeOf(target) : "", {value});
    if (values_.IsZero(value) && (s.accumulates || values_.IsZero(before))) return;
    if (IsPlain(s.result)) {
      if (s.accumulates) return AddTo(target, value);
      return Assign(target, value);
    }
  }
  RunUnknown(s);
}

void SymbolicContext::AddTo(std::string_view adjoint, ValueId value) {
  if (!HasGradient(TypeOf(adjoint)) || values_.IsZero(value)) return;
  const ValueId before = Get(adjoint);
  Assign(adjoint, values_.IsZero(before) ? value : values_.Make("wp::add", TypeOf(adjoint), {before, value}));
}

void SymbolicContext::RunAdjointOfArray(const TextStatement& s, size_t first_adjoint) {
  const std::string array = ArrayOf(RootOf(VariableOf(s.arguments[0])));
  if (array.empty()) return void(failed_ = true);
  const bool address = s.callee == "wp::adj_address";
  // The indices stand between the array and what is stored.
  std::vector<ValueId> place;
  for (size_t i = 0; i < first_adjoint - (address ? 0 : 1); ++i) place.push_back(Argument(s.arguments[i]));
  const std::string name = "grad " + array;
  place.insert(place.begin(), Memory(name));
  if (address) {
    const std::string_view from = s.arguments.back();
    const ValueId added = Argument(from);
    if (!HasGradient(TypeOf(from)) || values_.IsZero(added)) return;
    place.push_back(added);
    return SetMemory(name, values_.Make("add to gradient", "memory", std::move(place)));
  }
  const bool store = s.callee == "wp::adj_array_store";
  const std::string_view target = s.arguments[s.arguments.size() - (store ? 1 : 2)];
  if (!IsPlain(target)) return void(failed_ = true);
  if (!HasGradient(TypeOf(target))) return;
  const ValueId known = place[0];
  // What has been cleared, and got nothing since, is zero.
  const bool cleared = values_.OperationOf(known) == "clear gradient" && values_.ArgumentsOf(known).size() == place.size() &&
                       std::equal(place.begin() + 1, place.end(), values_.ArgumentsOf(known).begin() + 1);
  if (cleared) return;
  ValueId value = values_.Make("gradient", TypeOf(target), place);
  if (s.callee == "wp::adj_atomic_sub") value = values_.Make("wp::neg", TypeOf(target), {value});
  AddTo(target, value);
  if (store) SetMemory(name, values_.Make("clear gradient", "memory", std::move(place)));
}

/// "wp::adj_atomic_max(var_sums, var_5, var_value, adj_sums, adj_5, adj_value, adj_6)": what was given has the gradient of the
/// array's element where it is that element.
void SymbolicContext::RunAdjointOfExtreme(const TextStatement& s, size_t first_adjoint, bool floats) {
  const std::string array = ArrayOf(RootOf(VariableOf(s.arguments[0])));
  const std::string_view target = s.arguments[s.arguments.size() - 2];
  if (array.empty() || !IsPlain(target)) return RunUnknownAdjoint(s);
  if (!floats || !HasGradient(TypeOf(target))) return;
  std::vector<ValueId> read;
  for (size_t i = 0; i < first_adjoint; ++i) read.push_back(Argument(s.arguments[i]));
  read.push_back(Memory("mem " + array));
  read.push_back(Memory("grad " + array));
  AddTo(target, values_.Make("gradient where equal", TypeOf(target), std::move(read)));
}

/// "wp::adj_add_inplace(var_v, var_1, var_x, adj_v, adj_1, adj_x)": what was put into a vector or matrix has the gradient of
/// its place.
bool SymbolicContext::RunAdjointInPlace(const TextStatement& s, size_t first_adjoint) {
  const std::string_view name = s.callee.substr(0, s.callee.find('<')), whole = s.arguments[first_adjoint], target = s.arguments.back();
  const bool subtracts = name == "wp::adj_sub_inplace";
  if (!subtracts && name != "wp::adj_add_inplace" && name != "wp::adj_assign_inplace") return false;
  const ValueShape shape = ShapeOf(TypeOf(whole)), given = ShapeOf(TypeOf(target));
  if (!IsPlain(whole) || !IsPlain(target) || shape.rows == 0) return false;
  if (!HasGradient(TypeOf(target))) return true;
  std::vector<ValueId> place;
  for (size_t i = 1; i + 1 < first_adjoint; ++i) place.push_back(Argument(s.arguments[i]));
  const std::vector<size_t> places = values_.NumbersAt(shape, place);
  if (places.empty() || places.size() != std::max<size_t>(given.count(), 1)) return false;
  std::vector<ValueId> numbers;
  for (size_t at : places) numbers.push_back(values_.PartOf(Get(whole), at / shape.columns, at % shape.columns));
  const ValueId value = given.rows == 0 ? numbers[0] : values_.FromNumbers(TypeOf(target), std::move(numbers));
  AddTo(target, subtracts ? values_.Make("wp::neg", TypeOf(target), {value}) : value);
  return true;
}

/// "wp::adj_array_store_slot(var_nodes, adj_nodes, adj_5, [&]..., var_0)": of a field of a struct in an array.
void SymbolicContext::RunAdjointOfSlot(const TextStatement& s) {
  const std::string array = ArrayOf(RootOf(VariableOf(s.arguments[0])));
  if (array.empty() || s.arguments.size() < 4 || !IsPlain(s.arguments[2])) return void(failed_ = true);
  const std::string name = "grad " + array, slot = Skeleton(s.text);
  std::vector<ValueId> place = Read(s.variables);
  // The gradient that is read is not one that it is made of.
  std::erase(place, Get(s.arguments[2]));
  place.push_back(Memory(name));
  const ValueId value = values_.Make("gradient " + slot, TypeOf(s.arguments[2]), place);
  SetMemory(name, values_.Make("clear gradient " + slot, "memory", std::move(place)));
  AddTo(s.arguments[2], value);
}

void SymbolicContext::RunAdjointOfOperation(const TextStatement& s, size_t first_adjoint) {
  const std::string_view name = s.callee.substr(8);
  for (size_t i = first_adjoint; i < s.arguments.size(); ++i)
    if (!IsPlain(s.arguments[i])) return RunUnknownAdjoint(s);
  const std::string_view result = s.arguments.back();
  const ValueId from = Get(result);
  if (!HasGradient(TypeOf(result)) || values_.IsZero(from)) return;
  std::vector<ValueId> primals;
  for (size_t i = 0; i < first_adjoint; ++i) primals.push_back(Argument(s.arguments[i]));
  std::vector<ValueId> added;
  for (size_t i = first_adjoint; i + 1 < s.arguments.size(); ++i)
    added.push_back(HasGradient(TypeOf(s.arguments[i])) ? Derivative(name, i - first_adjoint, s, primals, TypeOf(s.arguments[i]), from) : 0);
  for (size_t k = 0; k < added.size(); ++k)
    if (added[k] != 0) AddTo(s.arguments[first_adjoint + k], added[k]);
}

void SymbolicContext::RunUnknownAdjoint(const TextStatement& s) {
  std::vector<ValueId> read = Read(s.variables);
  for (const auto& [name, value] : state_.memory) read.push_back(value);
  const std::string operation = "unknown " + Skeleton(s.text) + " ";
  size_t position = 0;
  bool arrays = false;
  for (std::string_view variable : s.variables) {
    arrays |= Contains(TypeOf(variable), "array_t");
    if (IsAdjointVariable(variable) && HasGradient(TypeOf(variable)))
      Assign(variable, values_.Make(operation + std::to_string(position++), TypeOf(variable), read));
  }
  if (!arrays) return;
  for (auto& [name, value] : state_.memory)
    if (name.starts_with("grad ")) value = values_.Make(operation + name, "memory", read);
}

}  // namespace warpsmith
