// Dispatch rules: which arguments of a bound call the native function receives, in which order, and its
// template arguments. One function a rule; a rule that is not written yet is refused as Unsupported.
#pragma once

#include "builtins/builtins.h"
#include "builtins/result_rules.h"
#include "builtins/tables.h"

namespace warpsmith {

using DispatchRuleFunction = BuiltinResult<NativeCall> (*)(RuleContext&, const CallResult&);
/// The function of a rule; null if it is not written yet.
[[nodiscard]] DispatchRuleFunction FindDispatchRule(builtin_tables::DispatchRule rule);
[[nodiscard]] BuiltinResult<NativeCall> ApplyDispatchRule(builtin_tables::DispatchRule rule,
                                                          RuleContext& context, const CallResult& result);
/// Whether the arguments of the native call are written as a braced list.
[[nodiscard]] bool UsesInitializerList(builtin_tables::InitializerListRule rule, const RuleContext& context,
                                       const CallResult& result);

}  // namespace warpsmith
