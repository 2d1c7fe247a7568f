// Builds programs by hand, statement by statement, the way lowering would. For tests of this module and of those that
// read programs; header only, so that no library holds it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "program/program.h"

namespace warpsmith {

/// What the programs of one module share.
struct TestWorld {
  SymbolTable symbols;
  TypeTable types;
  ConstantStore constants;
};

struct CallOptions {
  bool reverse = false;
  bool outputs_in_reverse = false;
  bool skip_replay = false;
  bool initializer_list = false;
  bool custom_replay = false;
  std::string_view name_space = "wp::";
};

class ProgramBuilder {
 public:
  /// `source` holds the lines of the file; the function starts at `first_line` (from 1).
  ProgramBuilder(TestWorld& world, const std::vector<std::string_view>& source, int32_t first_line);

  Program program;

  VarId Parameter(std::string_view name, TypeId type);
  VarId Local(TypeId type);
  VarId Constant(warpsmith::Constant value);
  VarId Member(VarId base, std::string_view field, TypeId type);
  SymbolId Symbol(std::string_view text) { return world_.symbols.Intern(text); }
  ListId List(std::initializer_list<VarId> values) { return program.AddList(values); }
  OriginId Origin(VarId root, std::initializer_list<std::string_view> fields);
  SlotId Slot(VarId root, std::initializer_list<VarId> indices, std::vector<SlotAccess> access, TypeId type);

  /// Starts a Python line (in the file) and writes its comment.
  void Line(int32_t file_line);
  StatementId Add(Statement statement);
  /// A statement of `kind` on a and b.
  Statement& Add(StatementKind kind, VarId a = VarId(), VarId b = VarId(), uint8_t flag = 0);
  void Call(std::string_view name, std::initializer_list<VarId> outputs, std::initializer_list<VarId> arguments,
            std::initializer_list<VarId> adjoint_arguments, CallOptions options = {});
  void Compare(VarId result, std::string_view operators, std::initializer_list<VarId> values);
  void GuardBegin(VarId condition, bool negated = false);
  void GuardEnd(VarId condition, bool negated = false);
  void Return(std::initializer_list<VarId> values = {});
  void FieldAddress(VarId result, VarId base, std::string_view field, OriginId origin, bool accumulate);

  /// A range loop; returns the variable that iter_next fills.
  VarId BeginFor(VarId range);
  VarId BeginCountedFor(VarId counter, int64_t start, int64_t stop, int64_t step);
  void EndFor();
  /// The statements of the condition follow, then WhileBody.
  void BeginWhile();
  void WhileBody(VarId condition);
  void EndWhile();

 private:
  struct OpenLoop {
    Statement statement;
    BlockId condition, body;
  };
  BlockId OpenBlock(BlockKind kind);
  Block& block() { return program.blocks[open_.back()]; }
  void CloseLoop(bool keep_variables);

  TestWorld& world_;
  std::vector<BlockId> open_;
  std::vector<OpenLoop> loops_;
  uint16_t depth_ = 0;
  int32_t line_ = -1;
};

inline ProgramBuilder::ProgramBuilder(TestWorld& world, const std::vector<std::string_view>& source, int32_t first_line)
    : world_(world) {
  program.symbols = &world.symbols;
  program.types = &world.types;
  program.constants = &world.constants;
  program.source_lines.assign(source.begin() + (first_line - 1), source.end());
  program.first_line = first_line;
  program.root = OpenBlock(BlockKind::Root);
}

inline BlockId ProgramBuilder::OpenBlock(BlockKind kind) {
  Block block;
  block.kind = kind;
  if (kind != BlockKind::Root) block.label = program.label_count++;
  open_.push_back(program.blocks.Add(std::move(block)));
  return open_.back();
}

inline VarId ProgramBuilder::Parameter(std::string_view name, TypeId type) {
  Variable variable;
  variable.kind = VariableKind::Parameter;
  variable.name = Symbol(name);
  variable.type = type;
  variable.is_parameter = true;
  program.parameters.push_back(program.variables.Add(variable));
  return program.parameters.back();
}

inline VarId ProgramBuilder::Local(TypeId type) {
  Variable variable;
  variable.type = type;
  variable.number = static_cast<uint32_t>(program.locals.size());
  variable.line = line_;
  program.locals.push_back(program.variables.Add(variable));
  block().variables.push_back(program.locals.back());
  return program.locals.back();
}

inline VarId ProgramBuilder::Constant(warpsmith::Constant value) {
  VarId id = Local(value.type);
  program.variables[id].constant = world_.constants.Add(std::move(value));
  return id;
}

inline VarId ProgramBuilder::Member(VarId base, std::string_view field, TypeId type) {
  Variable variable;
  variable.kind = VariableKind::Member;
  variable.base = base;
  variable.name = Symbol(field);
  variable.type = type;
  return program.variables.Add(variable);
}

inline OriginId ProgramBuilder::Origin(VarId root, std::initializer_list<std::string_view> fields) {
  warpsmith::Origin origin;
  origin.root = root;
  for (std::string_view field : fields) {
    OriginStep step;
    step.field = Symbol(field);
    origin.steps.push_back(step);
  }
  return program.origins.Add(std::move(origin));
}

inline SlotId ProgramBuilder::Slot(VarId root, std::initializer_list<VarId> indices, std::vector<SlotAccess> access,
                            TypeId type) {
  warpsmith::Slot slot;
  slot.root = root;
  slot.indices = List(indices);
  slot.access = std::move(access);
  slot.type = type;
  return program.slots.Add(std::move(slot));
}

inline StatementId ProgramBuilder::Add(Statement statement) {
  statement.depth = depth_;
  statement.line = line_;
  StatementId id = program.statements.Add(statement);
  block().statements.push_back(id);
  return id;
}

inline Statement& ProgramBuilder::Add(StatementKind kind, VarId a, VarId b, uint8_t flag) {
  Statement statement;
  statement.kind = kind;
  statement.a = a;
  statement.b = b;
  statement.flag = flag;
  return program.statements[Add(statement)];
}

inline void ProgramBuilder::Line(int32_t file_line) {
  line_ = file_line - program.first_line;
  Add(StatementKind::Comment);
}

inline void ProgramBuilder::Call(std::string_view name, std::initializer_list<VarId> outputs,
                          std::initializer_list<VarId> arguments, std::initializer_list<VarId> adjoint_arguments,
                          CallOptions options) {
  warpsmith::Call call;
  call.function_namespace = options.name_space;
  call.native_name = Symbol(name);
  call.outputs = List(outputs);
  call.arguments = List(arguments);
  call.adjoint_arguments = List(adjoint_arguments);
  call.has_reverse = options.reverse;
  call.reverse_has_outputs = options.outputs_in_reverse;
  call.initializer_list = options.initializer_list;
  call.custom_replay = options.custom_replay;
  call.void_result = outputs.size() == 0;
  CallId id = program.calls.Add(call);
  Statement& statement = Add(StatementKind::Call);
  statement.call = id;
  if (options.skip_replay) statement.replay = ReplayMode::Commented;
}

inline void ProgramBuilder::Compare(VarId result, std::string_view operators, std::initializer_list<VarId> values) {
  ListId list = List(values);
  Statement& statement = Add(StatementKind::Compare, result);
  statement.list = list;
  statement.symbol = Symbol(operators);
}

inline void ProgramBuilder::GuardBegin(VarId condition, bool negated) {
  Add(StatementKind::GuardBegin, condition, VarId(), negated);
  ++depth_;
}

inline void ProgramBuilder::GuardEnd(VarId condition, bool negated) {
  --depth_;
  Add(StatementKind::GuardEnd);
  Add(StatementKind::GuardReverse, condition, VarId(), negated);
}

inline void ProgramBuilder::Return(std::initializer_list<VarId> values) {
  ListId list = List(values);
  Statement& statement = Add(StatementKind::Return);
  statement.list = list;
  statement.label = program.label_count++;
  program.has_return_value = true;
  program.return_variables.assign(values.begin(), values.end());
}

inline void ProgramBuilder::FieldAddress(VarId result, VarId base, std::string_view field, OriginId origin, bool accumulate) {
  Statement& statement = Add(StatementKind::FieldAddress, result, base, accumulate);
  statement.symbol = Symbol(field);
  statement.origin = origin;
}

inline VarId ProgramBuilder::BeginFor(VarId range) {
  OpenLoop loop;
  loop.statement.kind = StatementKind::RangeLoop;
  loop.statement.a = range;
  loop.condition = OpenBlock(BlockKind::ForCondition);
  loop.statement.label = block().label;
  Add(StatementKind::LoopStart).label = loop.statement.label;
  ++depth_;
  Add(StatementKind::RangeTest, range).label = loop.statement.label;
  VarId value = Local(kInt32Type);
  Call("iter_next", {value}, {range}, {range});
  loop.body = OpenBlock(BlockKind::Body);
  loops_.push_back(loop);
  return value;
}

inline VarId ProgramBuilder::BeginCountedFor(VarId counter, int64_t start, int64_t stop, int64_t step) {
  OpenLoop loop;
  Statement& outer = loop.statement;
  outer.kind = StatementKind::CountedLoop;
  outer.a = counter;
  outer.start = start, outer.stop = stop, outer.step = step;
  auto add = [&](StatementKind kind, VarId a, VarId b) {
    Statement statement = outer;
    statement.kind = kind;
    statement.a = a, statement.b = b;
    Add(statement);
  };
  add(StatementKind::CountedStart, counter, VarId());
  loop.condition = OpenBlock(BlockKind::ForCondition);
  outer.label = block().label;
  add(StatementKind::LoopStart, VarId(), VarId());
  ++depth_;
  add(StatementKind::CountedTest, counter, VarId());
  outer.b = Local(kInt32Type);
  add(StatementKind::Copy, outer.b, counter);
  add(StatementKind::CountedStep, counter, VarId());
  loop.body = OpenBlock(BlockKind::Body);
  loops_.push_back(loop);
  return outer.b;
}

inline void ProgramBuilder::CloseLoop(bool keep_variables) {
  OpenLoop loop = loops_.back();
  loops_.pop_back();
  open_.pop_back();
  open_.pop_back();
  --depth_;
  loop.statement.condition = loop.condition;
  loop.statement.body = loop.body;
  Add(loop.statement);
  if (!keep_variables) return;
  for (BlockId inner : {loop.condition, loop.body}) {
    std::vector<VarId> variables = program.blocks[inner].variables;
    block().variables.insert(block().variables.end(), variables.begin(), variables.end());
  }
}

inline void ProgramBuilder::EndFor() { CloseLoop(true); }

inline void ProgramBuilder::BeginWhile() {
  OpenLoop loop;
  loop.statement.kind = StatementKind::WhileLoop;
  loop.condition = OpenBlock(BlockKind::WhileCondition);
  loop.statement.label = block().label;
  Add(StatementKind::LoopStart, VarId(), VarId(), 1).label = loop.statement.label;
  loops_.push_back(loop);
}

inline void ProgramBuilder::WhileBody(VarId condition) {
  Add(StatementKind::WhileTest, condition).label = loops_.back().statement.label;
  loops_.back().body = OpenBlock(BlockKind::Body);
  ++depth_;
}

inline void ProgramBuilder::EndWhile() { CloseLoop(false); }

}  // namespace warpsmith
