// Functions whose parameters of type wp.Function stand for given functions: Warp's specialize_callable_func.
#include "builtins/builtins.h"
#include "unit/hashes.h"
#include "unit/implementation.h"

namespace warpsmith {
namespace {

constexpr size_t kSuffixDigits = 12;

/// The suffix of the native name: it tells apart which functions were given.
std::string Suffix(const Unit& unit, const FunctionDefinition& function,
                   std::span<const std::pair<SymbolId, Object>> arguments) {
  std::string bytes = function.native_name;
  for (const auto& [name, given] : arguments) {
    bytes += unit.symbols.Text(name);
    if (given.kind == ObjectKind::Builtin) {
      std::string_view key = unit.symbols.Text(given.name);
      bytes += key;
      bytes += Builtins::NativeName(Builtins::Find(key));
    } else {
      const FunctionDefinition& target = unit.functions[unit.function_sets[given.function_set].top];
      bytes += target.key + target.native_name;
    }
  }
  return Hex(Sha256(bytes)).substr(0, kSuffixDigits);
}

}  // namespace

FunctionId Unit::Specialize(FunctionId function, std::span<const std::pair<SymbolId, Object>> arguments) {
  std::string native_name = functions[function].native_name + "_callable_" + Suffix(*this, functions[function], arguments);
  auto [found, is_new] = implementation_->specializations.try_emplace({function, native_name});
  if (!is_new) return found->second;
  FunctionDefinition specialization = functions[function];
  specialization.native_name = native_name;
  specialization.first_line = 0;  // as Warp counts the lines of copies
  specialization.function_arguments.assign(arguments.begin(), arguments.end());
  return found->second = functions.Add(std::move(specialization));
}

}  // namespace warpsmith
