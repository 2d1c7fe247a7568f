// The parts of a symbolic run (symbolic_run.h) that look at one statement: names, arguments, conditions, and the statements
// of the reverse.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verify/symbolic_state.h"
#include "verify/text_statements.h"

namespace warpsmith {

class SymbolicContext {
 protected:
  explicit SymbolicContext(ValueTable& values) : values_(values) {}
  ~SymbolicContext() = default;

  /// The call of the adjoint of a function of the module.
  virtual void RunAdjointCall(const TextStatement& s) = 0;

  /// A statement of the reverse: in symbolic_adjoint.cpp.
  void RunAdjoint(const TextStatement& s);
  /// A statement that no rule knows: whatever it may write is an operation of its own on all that it names.
  void RunUnknown(const TextStatement& s);

  [[nodiscard]] std::string_view TypeOf(std::string_view variable) const;
  /// Constants are their numbers, adjoints begin as zero.
  ValueId Get(std::string_view variable);
  void Set(std::string_view name, ValueId value) { state_.locals[std::string(name)] = value; }
  void Assign(std::string_view variable, ValueId value);
  ValueId Memory(const std::string& name);
  void SetMemory(const std::string& name, ValueId value) { state_.memory[name] = value; }

  ValueId Literal(std::string_view text, std::string_view type);
  /// What a pointer points to: it depends on the array, or on the local value, as they are now.
  ValueId Load(const TextStatement& s);
  void RunStore(const TextStatement& s);
  /// An array with one element stored. A store to the same place hides those before.
  ValueId StoreOver(ValueId before, std::vector<ValueId> stored, std::string_view operation = "wp::array_store");
  /// "wp::add_inplace(var_v, var_1, var_x)".
  void RunInPlace(const TextStatement& s);

  /// An argument, or the right side of an assignment of type `type`.
  ValueId Argument(std::string_view text, std::string_view type = {});
  ValueId Condition(std::string_view text);
  std::vector<ValueId> Read(const std::vector<std::string_view>& variables);
  std::vector<ValueId> ReadArguments(const TextStatement& s);
  /// The contents of the arrays among some variables.
  void AppendMemory(const std::vector<std::string_view>& variables, std::vector<ValueId>& to);

  /// The variable that a pointer, a view or a loaded array belongs to.
  [[nodiscard]] std::string RootOf(std::string_view variable) const;
  /// The kernel's parameter that a root stands for; empty where it is a local value.
  [[nodiscard]] std::string ArrayOf(const std::string& root) const;

  /// The text with its variables left out.
  static std::string Skeleton(std::string_view text);

  ValueTable& values_;
  SymbolicState state_;
  const TextFunction* function_ = nullptr;
  std::map<std::string, std::string> roots_, arrays_;
  bool failed_ = false;

 private:
  ValueId Without(ValueId memory, const std::vector<ValueId>& stored, std::string_view operation, int depth);
  [[nodiscard]] ValueId StoredAt(ValueId memory, ValueId pointer) const;
  void RunLocalStore(const TextStatement& s);
  void RunAdjointAssignment(const TextStatement& s);
  void RunAdjointOfArray(const TextStatement& s, size_t first_adjoint);
  void RunAdjointOfSlot(const TextStatement& s);
  void RunAdjointOfExtreme(const TextStatement& s, size_t first_adjoint, bool floats);
  bool RunAdjointInPlace(const TextStatement& s, size_t first_adjoint);
  void RunAdjointOfOperation(const TextStatement& s, size_t first_adjoint);
  void RunUnknownAdjoint(const TextStatement& s);
  /// What operation `name` adds to the adjoint of its argument `k`, given the adjoint `from` of its result.
  ValueId Derivative(std::string_view name, size_t k, const TextStatement& s, const std::vector<ValueId>& primals, std::string_view type, ValueId from);
  bool ScalarDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  bool CompositeDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  bool SlopeOf(std::string_view name, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  bool TransformDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  bool AffineDerivative(std::string_view name, size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  ValueId RotatedDerivative(std::string_view name, size_t k, ValueId rotation, ValueId vector, ValueId from);
  bool MadeOfParts(size_t k, const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  bool PartsTaken(const std::vector<ValueId>& primals, std::string_view type, ValueId from, ValueId& found);
  /// A composite of the numbers that `number(i)` gives.
  template <typename NumberAt>
  ValueId MakeNumbers(std::string_view type, const NumberAt& number);
  ValueId ProductDerivative(std::string_view name, size_t k, ValueId other, std::string_view type, ValueId from);
  void AddTo(std::string_view adjoint, ValueId value);
};

}  // namespace warpsmith
