// What a symbolic run knows at one point of a text, and how two ways to that point are joined.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verify/symbolic_values.h"

namespace warpsmith {

/// Values by name: variables and adjoints of the function that is run, "result", and, for all functions, the arrays'
/// contents and gradients as "mem NAME" and "grad NAME". A name that is missing is not set.
using SymbolicNames = std::map<std::string, ValueId, std::less<>>;

struct SymbolicState {
  SymbolicNames locals, memory;
  ValueId path = 0;   // holds where the run comes here, since the function or the loop's turn began
  bool ended = false; // no way leads on from here: a jump or a return came before
};

/// A state that waits for the label, or for the end of the function, that a jump leads to.
struct WaitingState {
  std::string label;
  SymbolicState state;
};

/// What a name is before anything is assigned, of the type of `like`: adjoints begin as zero.
inline ValueId NotSet(ValueTable& values, const std::string& name, ValueId like) {
  return name.starts_with("adj_") ? values.Zero(values.TypeOf(like)) : 0;
}

/// `then` where the condition holds, name by name.
inline SymbolicNames JoinNames(ValueTable& values, ValueId condition, const SymbolicNames& then, const SymbolicNames& otherwise) {
  SymbolicNames joined = otherwise;
  for (const auto& [name, value] : then) {
    auto [found, missing] = joined.try_emplace(name, 0);
    found->second = values.Choose(condition, value, missing ? NotSet(values, name, value) : found->second);
  }
  for (auto& [name, value] : joined)
    if (!then.contains(name)) value = values.Choose(condition, NotSet(values, name, value), value);
  return joined;
}

}  // namespace warpsmith
