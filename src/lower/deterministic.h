// Warp's deterministic modes: floating-point updates of arrays are recorded and put in order after the launch, and
// a counter whose old value is used (`slot = wp.atomic_add(counter, 0, 1)`) makes the kernel run twice, first to
// count without any other effect.
//
// What a function updates is known by place: a parameter of the function, and the fields from there to the array.
// Callers map places on their arguments. Where the launch itself matters (how many records a thread makes) nothing is
// kept: it does not show in the text.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/small_vector.h"
#include "builtins/builtins.h"
#include "program/program.h"
#include "unit/unit.h"

namespace warpsmith {

/// An array as a function's callers see it. Only those whose root is a parameter have a place in callers.
struct ArrayPlace {
  SymbolId root;  // a parameter's name, or the number of a local
  std::vector<SymbolId> path;
  bool adjoint = false;  // its gradient is meant

  auto operator<=>(const ArrayPlace&) const = default;
};

/// An array whose updates are deferred: recorded for a later sum, minimum or maximum, or counted.
struct DeferredTarget {
  enum class Family : uint8_t { Add, Min, Max, Counter } family = Family::Add;
  ArrayPlace place;
  SymbolId helper;  // name of the parameter that takes its records
  TypeId value;     // of an element; Counter: its scalar
  bool in_forward = true;
  bool in_backward = false;

  [[nodiscard]] bool is_counter() const { return family == Family::Counter; }
};

/// What a function does to arrays, itself and through what it calls.
struct DeterministicFacts {
  std::vector<DeferredTarget> targets;  // in the order in which they were met
  std::set<ArrayPlace> loads, stores, direct_atomics;
  std::set<ArrayPlace> backward_stores;  // by custom gradients alone
  bool needs_context = false;            // its text mentions det_ctx
  bool consumes_atomic = false;          // it uses what an atomic operation returns, as far as its source shows
  bool has_guarded_effects = false;      // a function that stores, or calls what changes more than arrays
  /// The first side effect that stays as it is but whose result is used: how to name it.
  std::string consumed_effect;
  NodeId consumed_effect_node;

  [[nodiscard]] bool is_deterministic() const { return needs_context || !targets.empty(); }
  [[nodiscard]] bool has_counter() const;
};

/// Where a variable of array or reference type came from.
struct Provenance {
  bool is_tracked = false;  // `root`, `path` say which array it is or belongs to
  SymbolId root;
  std::vector<SymbolId> path;
  TypeId array;     // the array's type where it is not the variable's
  VarId viewed;     // the array of which this is a view
  VarId reduced;    // likewise, of a view by integers alone
  SmallVector<VarId, 4> indices;  // of the view
  bool is_gradient = false;       // it stands for the gradient of `gradient_of`
  SymbolId gradient_of;
  /// Of a struct: its array fields, by path.
  struct Field {
    SymbolId root;
    std::vector<SymbolId> path;
    TypeId array;
  };
  std::map<std::vector<SymbolId>, Field> fields;
};

/// The facts of one function under construction.
class DeterministicState {
 public:
  explicit DeterministicState(Unit& unit) : unit_(unit) {}

  DeterministicFacts facts;

  [[nodiscard]] bool needs_guard() const {
    return facts.has_counter() || facts.consumes_atomic || facts.has_guarded_effects;
  }
  /// Reason why Warp refuses; empty: done. Each notes an access and checks it against those before.
  std::string NoteLoad(const ArrayPlace& place);
  std::string NoteStore(const ArrayPlace& place, bool check);
  std::string NoteDirectAtomic(const ArrayPlace& place);
  /// Finds or makes the target; `wanted.helper` is set by this.
  std::string NoteTarget(DeferredTarget wanted, const DeferredTarget*& found);
  [[nodiscard]] const DeferredTarget* FindTarget(const ArrayPlace& place, bool counter) const;

 private:
  [[nodiscard]] std::string Shown(const ArrayPlace& place) const;
  /// Why `place` cannot be accessed directly; empty if it can.
  [[nodiscard]] std::string CheckAccess(const ArrayPlace& place, const char* how) const;
  [[nodiscard]] std::string Conflict(const ArrayPlace& place, const char* how) const;
  [[nodiscard]] SymbolId HelperName(const DeferredTarget& target) const;

  Unit& unit_;
};

/// Whether the body of `definition`, or of a function that it visibly calls, uses the result of an atomic operation.
[[nodiscard]] bool UsesAtomicResult(const Unit& unit, const Definition& definition);
/// Whether the body stores to a subscript or calls a built-in with an effect beyond recording.
[[nodiscard]] bool HasVisibleEffects(const Definition& definition);

/// wp.atomic_add, _sub, _min, _max: those that may be deferred.
[[nodiscard]] bool IsDeferrableAtomic(std::string_view builtin);
/// Other built-ins whose effects must not happen while a kernel only counts.
[[nodiscard]] bool IsGuardedEffect(std::string_view builtin);
/// Of those, atomic operations on arrays.
[[nodiscard]] bool IsDirectAtomic(std::string_view builtin);

}  // namespace warpsmith
