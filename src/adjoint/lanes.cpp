#include "adjoint/lanes.h"

#include <algorithm>

namespace warpsmith {
namespace {

bool IsLoop(StatementKind kind) {
  return kind == StatementKind::RangeLoop || kind == StatementKind::CountedLoop || kind == StatementKind::WhileLoop;
}

bool HasReplay(const Statement& statement) {
  return statement.replay != ReplayMode::None &&
         StatementFaces(statement.kind).find('P') != std::string_view::npos;
}

/// A call of a function with neither arguments nor results has nothing to propagate.
bool HasReverse(const Program& program, const Statement& statement) {
  if (statement.kind == StatementKind::Call) {
    const Call& call = program.calls[statement.call];
    return call.has_reverse && (call.adjoint_arguments.valid() || call.outputs.valid());
  }
  return StatementFaces(statement.kind).find('R') != std::string_view::npos;
}

void AppendForward(const Program& program, BlockId block_id, Lane& lane) {
  for (StatementId id : program.blocks[block_id].statements) {
    const Statement& statement = program.statements[id];
    if (IsLoop(statement.kind)) {
      AppendForward(program, statement.condition, lane);
      AppendForward(program, statement.body, lane);
      lane.push_back({id, VarId(), Face::ForwardClose});
    } else if (StatementFaces(statement.kind).find('F') != std::string_view::npos) {
      lane.push_back({id, VarId(), Face::Forward});
    }
  }
}

void AppendReplay(const Program& program, BlockId block_id, Lane& lane) {
  for (StatementId id : program.blocks[block_id].statements)
    if (HasReplay(program.statements[id])) lane.push_back({id, VarId(), Face::Replay});
}

void AppendReverse(const Program& program, BlockId block_id, Lane& lane);

void AppendLoopReverse(const Program& program, StatementId id, Lane& lane) {
  const Statement& loop = program.statements[id];
  if (loop.kind != StatementKind::WhileLoop) lane.push_back({id, VarId(), Face::ReverseOpen});
  if (loop.kind != StatementKind::CountedLoop) AppendForward(program, loop.condition, lane);
  for (VarId variable : program.blocks[loop.body].variables) lane.push_back({id, variable, Face::ZeroAdjoint});
  AppendReplay(program, loop.body, lane);
  AppendReverse(program, loop.body, lane);
  lane.push_back({id, VarId(), Face::ReverseClose});
}

void AppendReverse(const Program& program, BlockId block_id, Lane& lane) {
  const std::vector<StatementId>& statements = program.blocks[block_id].statements;
  for (auto it = statements.rbegin(); it != statements.rend(); ++it) {
    const Statement& statement = program.statements[*it];
    if (IsLoop(statement.kind)) {
      AppendLoopReverse(program, *it, lane);
    } else if (HasReverse(program, statement)) {
      lane.push_back({*it, VarId(), Face::Reverse});
    }
  }
}

}  // namespace

void BuildLanes(const Program& program, bool with_reverse, Lanes& lanes) {
  lanes.forward.clear();
  lanes.replay.clear();
  lanes.reverse.clear();
  AppendForward(program, program.root, lanes.forward);
  if (!with_reverse) return;
  AppendReplay(program, program.root, lanes.replay);
  AppendReverse(program, program.root, lanes.reverse);
}

}  // namespace warpsmith
