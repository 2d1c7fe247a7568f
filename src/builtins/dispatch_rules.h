// Dispatch rules: which arguments of a bound call the native function receives, in which order, and its
// template arguments. One function a rule; a rule that is not written yet is refused as Unsupported.
#pragma once

#include "builtins/builtins.h"
#include "builtins/result_rules.h"
#include "builtins/tables.h"

namespace warpsmith {

/// Writes "<3, wp::float32>" bit by bit.
class TemplateArguments {
 public:
  void Add(int64_t value) { Append(std::to_string(value)); }
  void Add(const TypeTable& types, TypeId type) { Append(CppTemplateArgument(types, type)); }
  void Add(std::string_view text) { Append(text); }
  void Add(bool value) { Append(value ? "true" : "false"); }
  void Add(std::span<const int64_t> values) {
    for (int64_t value : values) Add(value);
  }
  [[nodiscard]] std::string Take() {
    if (!text_.empty()) text_ += '>';
    return std::move(text_);
  }

 private:
  void Append(std::string_view text) {
    text_ += text_.empty() ? "<" : ", ";
    text_ += text;
  }
  std::string text_;
};

/// Constants given to a typed constructor become new constants of its scalar type.
void CastScalarConstants(RuleContext& context, TypeId scalar, NativeArguments& arguments);
/// How a type given as an argument is written among template arguments.
[[nodiscard]] std::string SpellTypeArgument(const RuleContext& context, const ArgumentValue& value);

using DispatchRuleFunction = BuiltinResult<NativeCall> (*)(RuleContext&, const CallResult&);
/// The function of a rule; null if it is not written yet.
[[nodiscard]] DispatchRuleFunction FindDispatchRule(builtin_tables::DispatchRule rule);
[[nodiscard]] BuiltinResult<NativeCall> ApplyDispatchRule(builtin_tables::DispatchRule rule,
                                                          RuleContext& context, const CallResult& result);
/// Whether the arguments of the native call are written as a braced list.
[[nodiscard]] bool UsesInitializerList(builtin_tables::InitializerListRule rule, const RuleContext& context,
                                       const CallResult& result);

}  // namespace warpsmith
