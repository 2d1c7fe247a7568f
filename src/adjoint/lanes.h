// From a program to its lanes: the order in which the faces of its statements are printed.
//
// A program has three lanes. The forward lane is the function itself; the replay lane computes its values again at the
// head of the adjoint function; the reverse lane propagates adjoints. A loop stands in the forward lane as its condition
// block, its body and its closing lines, in the replay lane not at all, and in the reverse lane as a loop of its own: the
// condition's forward lane again, zeroed adjoints of the body's variables, the body's replay and reverse lanes.
// The lanes say what is printed and in which order; emit/ decides the text.
#pragma once

#include <cstdint>
#include <vector>

#include "program/program.h"

namespace warpsmith {

enum class Face : uint8_t {
  Forward,       // the statement's forward text
  Replay,        // its replay text
  Reverse,       // its reverse text
  ForwardClose,  // of a loop: jump to the start, end label
  ReverseOpen,   // of a loop: how the reverse iteration begins, before or instead of the condition block
  ZeroAdjoint,   // of a loop: clear the adjoint of `variable`
  ReverseClose,  // of a loop: jump to the start, end label
};

struct LaneEntry {
  StatementId statement;
  VarId variable;  // ZeroAdjoint
  Face face = Face::Forward;
};

using Lane = std::vector<LaneEntry>;

struct Lanes {
  Lane forward, replay, reverse;
};

/// Builds the lanes of `program` in `lanes`, whose storage is reused. Without `with_reverse` only the forward lane.
void BuildLanes(const Program& program, bool with_reverse, Lanes& lanes);

}  // namespace warpsmith
