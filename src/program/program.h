// The program: one lowered Python function as typed SSA.
//
// A `Program` is the product of `lower` for one kernel or function, the same for CPU and CUDA, forward and adjoint.
// `adjoint` reads it into lanes (forward, replay, reverse) and `emit` spells the lanes; neither changes it.
//
// Shape. A program is a tree of blocks; only loops open a block (conditionals are guard statements inside one),
// because only a loop's reverse repeats its forward. A block lists its statements in the order in which Warp creates
// them. A statement has up to three faces, one for each lane: its forward text, its replay text, its reverse text.
// The forward lane of a block is the forward faces in order, the replay lane the replay faces in order, and the
// reverse lane the reverse faces in reversed order. Statements that exist in one lane alone (the two ends of a
// guard, say) are statements of their own.
//
// Numbering. Only `lower` numbers variables and labels, in Warp's order of evaluation; nothing here renumbers.
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/small_vector.h"
#include "base/symbols.h"
#include "source/span.h"
#include "types/constant.h"
#include "types/types.h"

namespace warpsmith {

using VarId = Id<struct VarTag>;
using StatementId = Id<struct StatementTag>;
using BlockId = Id<struct BlockTag>;
using OriginId = Id<struct OriginTag>;
using SlotId = Id<struct SlotTag>;
using CallId = Id<struct CallTag>;
using DeferralId = Id<struct DeferralTag>;
using CallContextId = Id<struct CallContextTag>;
using ListId = Id<struct ListTag>;  // a list of VarId, in Program::lists

/// How a variable is spelled. `prefix` is "var" in primal and "adj" in adjoint position.
enum class VariableKind : uint8_t {
  Local,      // PREFIX_<number>, declared in the function's variable list
  Parameter,  // PREFIX_<name>
  Member,     // <base>.<name>: a field of a local struct written in place; the base may be a member too
  Pointer,    // the address of `origin` (no prefix of its own): an argument for a reference parameter
  AdjointPointer,  // the adjoint address of `origin`: what the reverse call of such an argument gets
  AdjointOf,  // adj_<base>: the storage named by wp.adjoint[base]
  AdjointOrigin,  // the adjoint lvalue of `origin`
  Function,   // a function passed by name: PREFIX-less in primal, <namespace>adj_<name> in adjoint position
  Text,           // `name`, spelled as it is in any position
  Materialized,   // a name made up by the generator (`name`), spelled as it is: a view that stands for `origin`
};

struct Variable {
  VariableKind kind = VariableKind::Local;
  TypeId type;
  ConstantId constant;   // set: declared `const` with this value
  uint32_t number = 0;   // Local: position in Program::locals
  SymbolId name;         // Parameter, Member (field), Function (native name), Text, Materialized
  SymbolId function_namespace;  // Function; invalid: none
  VarId base;            // Member, AdjointOf
  /// Provenance of a reference or array descriptor; the address of Pointer; the adjoint view of Materialized (its last
  /// step is a view, its root may be another Materialized).
  OriginId origin;
  SlotId slot;           // set on references that stand for a component of an array element
  int32_t line = -1;     // line of creation, relative to the function's first line; -1 none
  bool is_parameter = false;
};

/// One step from an addressable root towards a nested lvalue.
struct OriginStep {
  enum class Kind : uint8_t { Field, Array, View, Index } kind = Kind::Field;
  SymbolId field;       // Field
  ListId indices;       // Array, View, Index
  TypeId pointer_type;          // valid: the pointer is cast to a pointer to this type
  TypeId adjoint_pointer_type;  // likewise for the adjoint pointer
};

/// A path from an addressable root to a referenced value.
struct Origin {
  VarId root;
  bool root_is_reference_parameter = false;
  SmallVector<OriginStep, 2> steps;
};

/// One access step inside an array element.
struct SlotAccess {
  enum class Kind : uint8_t { Row, Element, Component, Field } kind = Kind::Field;
  VarId first;     // Row, Element, Component
  VarId second;    // Element
  SymbolId field;  // Field
};

/// An evaluated location in an array element: the target of component stores and atomic updates.
struct Slot {
  VarId root;
  ListId indices;
  std::vector<SlotAccess> access;
  TypeId type;
};

// Deterministic modes: updates of arrays are recorded, to be made in order after the launch, and effects wait while a
// kernel only counts.

/// Where an update is recorded, and of which element.
struct Deferral {
  SymbolId helper;  // the parameter that takes the records
  VarId array;
  bool adjoint = false;  // the gradient of `array` is updated
  ListId indices;
  TypeId element;
};

/// What a call is beyond its arguments.
struct CallContext {
  enum class Guard : uint8_t { None, Effect, Store } guard = Guard::None;  // Store: of the forward call alone
  ListId arguments, replay_arguments, reverse_arguments;  // behind the arguments of each
  DeferralId reverse_deferral;  // valid: the reverse call is only made where updates are not deferred
};

/// A parameter that takes records.
struct DeferredParameter {
  SymbolId name;
  TypeId value;
  bool is_counter = false;
};

/// A call of a built-in or a user function. Lists hold the C++ arguments in order.
struct Call {
  std::string_view function_namespace;  // "wp::" for built-ins, "" for user functions; static or interned storage
  SymbolId native_name;                 // without template arguments
  SymbolId template_arguments;          // "<...>" text or invalid
  ListId outputs;
  ListId arguments;          // forward arguments
  ListId adjoint_arguments;  // variables whose adjoints the reverse call receives (before loads)
  bool initializer_list = false;
  bool has_reverse = false;
  bool reverse_has_template_arguments = false;
  bool reverse_has_outputs = false;          // pass the outputs' values to the reverse call
  bool require_original_output = false;
  bool custom_replay = false;  // replay calls replay_NAME
  bool void_result = false;    // outputs is empty; else 1: assigned, n: passed last
  ListId reverse_prelude;      // Materialized views to build before the reverse call, in order
  CallContextId context;       // valid in deterministic modes where there is something to say
};

enum class ReplayMode : uint8_t { Same, Commented, None };

enum class StatementKind : uint8_t {
#define WARPSMITH_STATEMENT(name, faces, description) name,
#include "program/statement_kinds.def"
#undef WARPSMITH_STATEMENT
};

std::string_view StatementKindName(StatementKind kind);

/// In which lanes a statement of this kind has a face: some of 'F', 'P' (replay) and 'R'. Loops have lines of their own
/// in the forward and reverse lanes and bring those of their blocks; see adjoint/lanes.h.
std::string_view StatementFaces(StatementKind kind);

/// A statement. Which of the fields hold something depends on the kind; see statement_kinds.def.
struct Statement {
  StatementKind kind = StatementKind::Comment;
  ReplayMode replay = ReplayMode::Same;
  uint8_t flag = 0;       // kind-specific
  uint16_t depth = 0;     // indentation steps of four spaces
  int32_t line = -1;      // Python line relative to the function's first line
  uint32_t label = 0;     // Return: label number; loops, tests, break, continue: that of the condition block
  VarId a;
  VarId b;
  ListId list;
  SymbolId symbol;
  CallId call;
  OriginId origin;
  SlotId slot;
  DeferralId deferral;
  TypeId type;
  ConstantId constant;
  BlockId condition;  // loops
  BlockId body;       // loops
  int64_t start = 0, stop = 0, step = 0;  // CountedLoop, CountedTest, CountedStart, CountedStep
};

enum class BlockKind : uint8_t { Root, ForCondition, WhileCondition, Body };

struct Block {
  BlockKind kind = BlockKind::Root;
  uint32_t label = 0;
  std::vector<StatementId> statements;
  /// Variables whose adjoints an enclosing reverse iteration zeroes, in Warp's order; an enclosing block also lists
  /// those of the `for` loops it contains (not those of `while` loops).
  std::vector<VarId> variables;
};

/// Something that Warp cannot generate an adjoint for: it refuses the function where its adjoint is asked for.
struct MissingAdjoint {
  enum class Reason : uint8_t {
    ComponentUpdate,      // a component of an array element is overwritten by an augmented assignment
    ReferenceParameters,  // a function with wp.ref parameters is called
  } reason = Reason::ComponentUpdate;
  Span span;
  std::string_view callee;  // ReferenceParameters; interned storage
};

/// A lowered function. Only `lower` fills one; see the top of this file.
struct Program {
  SymbolTable* symbols = nullptr;   // shared with the compilation; outlives the program
  const TypeTable* types = nullptr;
  const ConstantStore* constants = nullptr;

  std::vector<VarId> parameters;  // in order
  std::vector<VarId> locals;      // by number
  Store<VarId, Variable> variables;
  Store<StatementId, Statement> statements;
  Store<BlockId, Block> blocks;
  Store<OriginId, Origin> origins;
  Store<SlotId, Slot> slots;
  Store<CallId, Call> calls;
  Store<DeferralId, Deferral> deferrals;
  Store<CallContextId, CallContext> call_contexts;
  BlockId root;

  /// Source lines of the function (its dedented source as Warp reads it), for comments; index 0 is the first line,
  /// decorators included. Stripped on use.
  std::vector<std::string_view> source_lines;
  int32_t first_line = 0;        // 1-based line of source_lines[0] in the file: comments say first_line + index
  int32_t definition_line = 0;   // 1-based line of `def` within source_lines

  bool has_return_value = false;        // some `return` was met
  std::vector<VarId> return_variables;  // of the last return met; types decide the signature

  // What Warp records while it walks the function.
  bool uses_scalar_tid = false;
  bool uses_tid = false;
  uint8_t kernel_dimensions = 1;  // of wp.tid(), 1 to 4
  bool has_non_unrolled_constant_loop = false;
  bool uses_grad_call = false;
  std::vector<SymbolId> builtins_called;  // names of the built-in functions the source calls, operators not counted
  std::vector<MissingAdjoint> missing_adjoints;
  std::vector<std::pair<SymbolId, SymbolId>> link_functions;  // of device libraries: symbol and declaration
  uint32_t label_count = 0;
  bool is_deterministic = false;  // it takes a context, and these behind it: counters, then the others
  std::vector<DeferredParameter> deferred_parameters;

  [[nodiscard]] std::span<const VarId> List(ListId id) const {
    if (!id.valid()) return {};
    Check(id.index < lists_.size(), "list out of range");
    auto [begin, count] = lists_[id.index];
    return {list_values_.data() + begin, count};
  }
  ListId AddList(std::span<const VarId> values);
  /// Makes room for a function of about so many variables.
  void Reserve(uint32_t variables_expected);

 private:
  std::vector<VarId> list_values_;
  std::vector<std::pair<uint32_t, uint32_t>> lists_;
};

}  // namespace warpsmith
