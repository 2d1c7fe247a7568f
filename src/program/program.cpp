#include "program/program.h"

namespace warpsmith {

std::string_view StatementKindName(StatementKind kind) {
  switch (kind) {
#define WARPSMITH_STATEMENT(name, faces, description) \
  case StatementKind::name:                 \
    return #name;
#include "program/statement_kinds.def"
#undef WARPSMITH_STATEMENT
  }
  InternalError("unknown statement kind");
}

std::string_view StatementFaces(StatementKind kind) {
  static constexpr std::string_view kFaces[] = {
#define WARPSMITH_STATEMENT(name, faces, description) faces,
#include "program/statement_kinds.def"
#undef WARPSMITH_STATEMENT
  };
  auto index = static_cast<size_t>(kind);
  Check(index < std::size(kFaces), "unknown statement kind");
  return kFaces[index];
}

void Program::Reserve(uint32_t variables_expected) {
  variables.reserve(variables_expected);
  locals.reserve(variables_expected);
  statements.reserve(variables_expected * 2);
  calls.reserve(variables_expected);
  list_values_.reserve(size_t{variables_expected} * 4);
  lists_.reserve(size_t{variables_expected} * 2);
}

ListId Program::AddList(std::span<const VarId> values) {
  if (values.empty()) return ListId();
  auto begin = static_cast<uint32_t>(list_values_.size());
  list_values_.insert(list_values_.end(), values.begin(), values.end());
  lists_.emplace_back(begin, static_cast<uint32_t>(values.size()));
  return ListId(static_cast<uint32_t>(lists_.size() - 1));
}

}  // namespace warpsmith
