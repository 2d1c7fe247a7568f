// How variables, paths to lvalues and array slots are spelled.
#pragma once

#include "emit/text_buffer.h"
#include "emit/type_spellings.h"
#include "program/program.h"

namespace warpsmith {

/// Writes the names of one program's variables into a buffer.
class VariableWriter {
 public:
  VariableWriter(const Program& program, TypeSpellings& spellings, TextBuffer& out)
      : program_(program), spellings_(spellings), out_(out) {}

  /// The value itself: var_3, var_x, var_3.field.
  void Primal(VarId id) {
    const Variable& variable = program_.variables[id];
    if (variable.kind != VariableKind::Local) return Prefixed(variable, false);
    out_.Append("var_");
    out_.AppendNumber(variable.number);
  }
  /// Its adjoint: adj_3, adj_x, adj_3.field.
  void Adjoint(VarId id) {
    const Variable& variable = program_.variables[id];
    if (variable.kind != VariableKind::Local) return Prefixed(variable, true);
    out_.Append("adj_");
    out_.AppendNumber(variable.number);
  }
  /// The adjoint as an entry of an initialiser list: &adj_3.
  void AdjointAddress(VarId id);

  /// "a, b, c" in primal position.
  void PrimalList(ListId id);
  /// Each entry in primal position behind ", ".
  void PrimalTail(ListId id);

  void OriginLvalue(const Origin& origin, bool adjoint) { Steps(origin, origin.steps.size(), adjoint); }
  void OriginPointer(const Origin& origin, bool adjoint);

  /// .component_ref(var_1).field
  void SlotAccesses(const Slot& slot);
  /// wp::index(root, indices)<accesses>
  void SlotLvalue(const Slot& slot);
  /// [&](auto& _e) -> auto& { return _e<accesses>; }
  void SlotAccessor(const Slot& slot);
  /// The array that holds a slot: a reference to one is dereferenced.
  void SlotRoot(const Slot& slot);
  /// The array descriptor that holds the gradients of a slot's array, found along `origin` (invalid: no path).
  void SlotAdjoint(const Slot& slot, OriginId origin);

 private:
  void Prefixed(VarId id, bool adjoint) { adjoint ? Adjoint(id) : Primal(id); }
  void Prefixed(const Variable& variable, bool adjoint);
  void Label(const Variable& variable);
  void Root(const Origin& origin, bool adjoint);
  void Steps(const Origin& origin, size_t count, bool adjoint);
  void StepHead(const OriginStep& step);
  void StepTail(const OriginStep& step);
  [[nodiscard]] bool SlotAdjointNeedsFallback(const Origin& origin) const;
  [[nodiscard]] TypeId AfterStep(TypeId type, const OriginStep& step) const;

  const Program& program_;
  TypeSpellings& spellings_;
  TextBuffer& out_;
};

}  // namespace warpsmith
