// What the body of a definition refers to outside it, as Warp finds it before it compiles: by a breadth-first
// walk over names, attributes, calls and assignments, without looking at types. Private to unit/.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "unit/unit.h"

namespace warpsmith {

struct References {
  std::vector<std::pair<std::string, ConstantId>> constants;  // dotted name as written
  std::vector<Object> types;                                  // constructors that are called
  std::vector<Object> functions;                              // user functions that are called or bound
  int kernel_dimensions = 1;
  NodeId unknown;  // the first that is mentioned and that only running the code would make known; invalid: none is
};

[[nodiscard]] References CollectReferences(const Unit& unit, const Definition& definition);

}  // namespace warpsmith
