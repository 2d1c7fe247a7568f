// The structure of a kernel before it has any text: signature, helpers, and a tree of typed statements. Populating it
// adds expressions and names, and never changes what is here.
#pragma once

#include <cstdint>
#include <vector>

#include "generate/chooser.h"
#include "generate/generate.h"
#include "generate/policy.h"
#include "generate/value_type.h"

namespace warpsmith::generate {

inline constexpr int8_t kNoStruct = -1;
inline constexpr int8_t kNoFunction = -1;

struct FieldPlan {
  ValueType type;
  int8_t nested = kNoStruct;  // a struct defined before
  bool is_array = false;
};

struct StructPlan {
  std::vector<FieldPlan> fields;
};

struct FunctionParameter {
  ValueType type;
  bool is_array = false;  // one-dimensional; only the first parameter may be
  friend constexpr bool operator==(const FunctionParameter&, const FunctionParameter&) = default;
};

struct FunctionPlan {
  std::vector<FunctionParameter> parameters;
  std::vector<ValueType> results;
  uint8_t statements = 1;
  uint8_t budget = 3;
  bool branches = false;      // returns early on some condition
  bool sums = false;          // goes over its array in a loop
  bool annotated = false;     // says what it returns
  uint8_t defaults = 0;       // so many last parameters have a default
  int8_t overload_of = kNoFunction;  // the first function of the same name
};

struct ParameterPlan {
  ArgumentRole role = ArgumentRole::Input;
  ValueType type;
  int8_t struct_index = kNoStruct;
  uint8_t dimensions = 0;  // 0: a value
};

/// A node of the tree in preorder. Blocks (If, loops) run to their End; an If may hold Elif and Else marks.
struct StatementPlan {
  enum class Mark : uint8_t { None, Elif, Else, End };
  StatementKind kind = StatementKind::Let;
  Mark mark = Mark::None;
  ValueType type;
  uint8_t budget = 1;   // operations in its expressions
  uint8_t variant = 0;  // the writer's choice of form
};

struct Skeleton {
  Category category = Category::Arithmetic;
  uint32_t complexity = 1;
  ScalarKind float_kind = ScalarKind::Float32;
  ScalarKind integer_kind = ScalarKind::Int32;
  uint8_t rank = 1;
  bool has_random_state = false;
  std::vector<StructPlan> structs;
  std::vector<FunctionPlan> functions;
  std::vector<ParameterPlan> parameters;
  std::vector<StatementPlan> body;
};

/// Fills `skeleton` (which may hold an earlier kernel's vectors, for their memory).
void PlanSkeleton(const Policy& policy, Category category, uint32_t complexity, Chooser& chooser, Skeleton& skeleton);

}  // namespace warpsmith::generate
