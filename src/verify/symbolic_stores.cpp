// What statements of the forward change: elements of arrays, and numbers of vectors and matrices.
#include <algorithm>

#include "verify/statement_flow.h"
#include "verify/symbolic_context.h"

namespace warpsmith {

namespace {

bool IsPlain(std::string_view argument) { return (argument.starts_with("var_") || argument.starts_with("adj_")) && VariableOf(argument) == argument; }

}  // namespace

/// "wp::add_inplace(var_v, var_1, var_x)": the same vector or matrix with some numbers changed.
void SymbolicContext::RunInPlace(const TextStatement& s) {
  const std::string type(TypeOf(s.arguments[0]));
  const ValueShape shape = ShapeOf(type);
  const std::string_view name = s.callee.substr(0, s.callee.find('<'));
  const std::string how = name == "wp::add_inplace" ? "wp::add" : name == "wp::sub_inplace" ? "wp::sub" : "";
  const std::vector<ValueId> arguments = ReadArguments(s);
  const bool known = IsPlain(s.arguments[0]) && shape.rows > 0 && (!how.empty() || name == "wp::assign_inplace");
  const std::vector<size_t> places = known ? values_.NumbersAt(shape, {arguments.begin() + 1, arguments.end() - 1}) : std::vector<size_t>();
  const ValueShape given = ShapeOf(values_.TypeOf(arguments.back()));
  if (places.empty() || places.size() != std::max<size_t>(given.count(), 1)) return RunUnknown(s);
  std::vector<ValueId> numbers;
  for (size_t i = 0; i < shape.count(); ++i) numbers.push_back(values_.PartOf(arguments[0], i / shape.columns, i % shape.columns));
  for (size_t i = 0; i < places.size(); ++i) {
    const ValueId value = given.rows == 0 ? arguments.back() : values_.PartOf(arguments.back(), i);
    numbers[places[i]] = how.empty() ? value : values_.Make(how, shape.element, {numbers[places[i]], value});
  }
  Assign(s.arguments[0], values_.FromNumbers(type, std::move(numbers)));
}

/// What a pointer points to: it depends on the array, or on the local value, as they are now.
ValueId SymbolicContext::Load(const TextStatement& s) {
  std::vector<ValueId> from = ReadArguments(s);
  const std::string_view type = function_->TypeOf(s.result);
  if (values_.OperationOf(from[0]) != "shape") {
    const std::string root = RootOf(VariableOf(s.arguments[0]));
    const std::string array = ArrayOf(root);
    if (!array.empty()) {
      const ValueId known = StoredAt(Memory("mem " + array), from[0]);
      if (known != 0 && values_.TypeOf(known) == type) return known;
      from.push_back(Get(root));
      from.push_back(Memory("mem " + array));
      if (type.starts_with("wp::array_t")) roots_[std::string(s.result)] = root;
    } else {
      from.push_back(Get(root));
      for (const auto& [name, value] : state_.memory) from.push_back(value);
    }
  }
  return values_.Make("wp::load", type, std::move(from));
}

/// What the last store put where a pointer points to; 0 where that was somewhere else.
ValueId SymbolicContext::StoredAt(ValueId memory, ValueId pointer) const {
  if (values_.OperationOf(memory) != "wp::array_store" || values_.OperationOf(pointer) != "wp::address") return 0;
  const std::vector<ValueId>&stored = values_.ArgumentsOf(memory), &place = values_.ArgumentsOf(pointer);
  const bool same = stored.size() == place.size() + 2 && std::equal(place.begin(), place.end(), stored.begin() + 1);
  return same ? stored.back() : 0;
}

void SymbolicContext::RunStore(const TextStatement& s) {
  const std::string array = s.arguments.empty() ? "" : ArrayOf(RootOf(VariableOf(s.arguments[0])));
  if (array.empty() && s.callee == "wp::store") return RunLocalStore(s);
  if (array.empty()) return void(failed_ = true);
  std::vector<ValueId> arguments = ReadArguments(s);
  const std::string name = "mem " + array;
  ValueId before = Memory(name);
  if (!s.result.empty()) {
    std::vector<ValueId> read(arguments.begin(), arguments.end() - 1);
    read.push_back(before);
    Assign(s.result, values_.Make("wp::load", function_->TypeOf(s.result), std::move(read)));
    if ((s.callee == "wp::atomic_add" || s.callee == "wp::atomic_sub") && values_.IsZero(arguments.back())) return;
  }
  if (s.callee == "wp::array_store" || s.callee == "wp::store") return SetMemory(name, StoreOver(before, std::move(arguments), s.callee));
  arguments.insert(arguments.begin(), before);
  SetMemory(name, values_.Make(s.callee, "memory", std::move(arguments)));
}

/// The array without what earlier stores, whether or not they happen, put where `stored` puts something.
ValueId SymbolicContext::Without(ValueId memory, const std::vector<ValueId>& stored, std::string_view operation, int depth) {
  if (depth > 16) return memory;
  std::vector<ValueId> last = values_.ArgumentsOf(memory);
  if (values_.OperationOf(memory) == "choose")
    return values_.Choose(last[0], Without(last[1], stored, operation, depth + 1), Without(last[2], stored, operation, depth + 1));
  if (values_.OperationOf(memory) != operation || last.size() != stored.size() + 1) return memory;
  if (std::equal(last.begin() + 1, last.end() - 1, stored.begin())) return Without(last[0], stored, operation, depth + 1);
  last[0] = Without(last[0], stored, operation, depth + 1);
  return values_.Make(operation, "memory", std::move(last));
}

/// An array with one element stored. A store to the same place hides those before.
ValueId SymbolicContext::StoreOver(ValueId before, std::vector<ValueId> stored, std::string_view operation) {
  before = Without(before, stored, operation, 0);
  stored.insert(stored.begin(), before);
  return values_.Make(operation, "memory", std::move(stored));
}

/// "wp::store(var_51, var_20)" into a part of a local value.
void SymbolicContext::RunLocalStore(const TextStatement& s) {
  const std::string root = RootOf(VariableOf(s.arguments[0]));
  std::vector<ValueId> arguments = ReadArguments(s);
  arguments.push_back(Get(root));
  Assign(root, values_.Make(s.callee, function_->TypeOf(root), std::move(arguments)));
}

}  // namespace warpsmith
