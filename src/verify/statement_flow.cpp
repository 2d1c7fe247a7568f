#include "verify/statement_flow.h"

#include <algorithm>
#include <set>

namespace warpsmith {

namespace {

/// Adjoints that read no values of the forward.
bool IsLinear(std::string_view callee) {
  static const std::set<std::string_view> kLinear = {
      "wp::adj_add", "wp::adj_sub", "wp::adj_neg", "wp::adj_pos", "wp::adj_copy", "wp::adj_assign", "wp::adj_load",
      "wp::adj_float", "wp::adj_float16", "wp::adj_float32", "wp::adj_float64", "wp::adj_int", "wp::adj_transpose",
      "wp::adj_trace", "wp::adj_diag", "wp::adj_get_diag", "wp::adj_skew", "wp::adj_spatial_top", "wp::adj_spatial_bottom",
      "wp::adj_transform_get_translation", "wp::adj_transform_get_rotation", "wp::adj_matrix_from_rows",
      "wp::adj_matrix_from_cols", "wp::adj_degrees", "wp::adj_radians", "wp::adj_iter_next", "wp::adj_range"};
  if (kLinear.contains(callee)) return true;
  for (std::string_view type : {"adj_vec_t", "adj_mat_t", "adj_quat_t", "adj_transform_t"})
    if (Contains(callee, type)) return true;
  return false;
}

}  // namespace

bool IsAdjointStatement(const TextStatement& statement) {
  return statement.callee.starts_with("wp::adj_") || statement.callee.starts_with("adj_") || IsAdjointVariable(statement.result);
}

bool ClearsAdjoint(const TextStatement& statement) {
  return IsAdjointVariable(statement.result) && statement.text.ends_with(" = {};");
}

bool WritesArray(std::string_view callee) {
  return callee == "wp::array_store" || callee == "wp::store" || callee.starts_with("wp::atomic_") ||
         callee.starts_with("wp::array_store_slot") || callee.starts_with("wp::array_atomic");
}

bool IsSilent(std::string_view callee) {
  return callee == "assert" || callee == "printf" || callee == "print" || callee == "wp::print";
}

bool MayWriteArrays(const GeneratedText& text, const TextFunction& function, const TextStatement& statement) {
  const std::string_view callee = statement.callee;
  if (statement.kind != TextStatementKind::Call || IsSilent(callee)) return false;
  if (WritesArray(callee)) return true;
  if (callee.starts_with("wp::") || callee.starts_with("builtin_tid") || callee == function.name) return false;
  if (!statement.result.empty() && function.TypeOf(statement.result) == callee) return false;  // makes a struct
  const TextFunction* called = text.Find(TextFunctionKind::Function, callee);
  return called == nullptr || std::any_of(called->statements.begin(), called->statements.end(), [&](const TextStatement& inner) {
    return MayWriteArrays(text, *called, inner);
  });
}

bool IsLoopEdge(const TextFunction& function, size_t at) {
  return at + 1 < function.statements.size() && function.statements[at + 1].kind == TextStatementKind::LoopEnd;
}

bool DrawsRandom(std::string_view callee) {
  return callee.starts_with("wp::rand") ? callee != "wp::rand_init" : callee.starts_with("wp::sample_") || callee == "wp::poisson";
}

bool ChangesInPlace(std::string_view callee) { return Contains(callee, "_inplace"); }

bool IsAccessAdjoint(std::string_view callee) {
  return callee == "wp::adj_address" || callee == "wp::adj_array_store" || callee == "wp::adj_atomic_add" ||
         callee == "wp::adj_atomic_sub" || callee == "wp::adj_view";
}

std::vector<std::string_view> ValuesRead(const TextFunction& function, const TextStatement& statement) {
  std::vector<std::string_view> values;
  if (statement.kind != TextStatementKind::Call || IsLinear(statement.callee)) return values;
  const bool access = IsAccessAdjoint(statement.callee), where = statement.callee == "wp::adj_where";
  for (size_t i = 0; i < statement.arguments.size(); ++i) {
    if (where && i > 0) break;
    if (statement.callee == "wp::adj_extract" && i == 0) continue;
    if (access && i > 0 && function.TypeOf(statement.arguments[i]) != "wp::int32") continue;
    const std::string_view variable = VariableOf(statement.arguments[i]);
    if (!variable.empty() && !IsAdjointVariable(variable)) values.push_back(variable);
  }
  // Lambdas and lists name more than one.
  if (Contains(statement.text, "[&]") || Contains(statement.text, "{"))
    for (std::string_view variable : statement.variables)
      if (!IsAdjointVariable(variable)) values.push_back(variable);
  return values;
}

AdjointEffect EffectOf(const TextFunction& function, const TextStatement& statement) {
  std::vector<std::string_view> adjoints;
  for (std::string_view variable : statement.variables)
    if (IsAdjointVariable(variable) && HasGradient(function.TypeOf(variable))) adjoints.push_back(variable);
  AdjointEffect effect;
  if (!statement.result.empty()) {
    effect.reads = adjoints;
    effect.writes = {VariableOf(statement.result)};
    return effect;
  }
  if (adjoints.empty()) return effect;
  if (statement.callee.starts_with("wp::adj_array_store") && adjoints.size() >= 2) {
    // It reads the array's gradient and clears it; only reads of the array put something there.
    effect.reads = {adjoints.front()};
    effect.writes.assign(adjoints.begin() + 1, adjoints.end());
  } else if (!statement.callee.starts_with("wp::") || Contains(statement.callee, "store") ||
             Contains(statement.callee, "atomic") || ChangesInPlace(statement.callee)) {
    effect.reads = effect.writes = adjoints;
  } else if (statement.callee == "wp::adj_assign") {
    effect.reads = {adjoints.front()};
    effect.writes = {adjoints.back()};
  } else {
    effect.reads = {adjoints.back()};
    effect.writes.assign(adjoints.begin(), adjoints.end() - 1);
  }
  return effect;
}

}  // namespace warpsmith
