// Builds programs by hand, statement by statement, the way lowering would. For tests only.
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

}  // namespace warpsmith
