#include "verify/faults.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace warpsmith {

namespace {

constexpr std::string_view kSelector = "wp_planted_fault";

bool IsIn(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Operations whose value does not change with the order of their first two operands, at equal types.
bool IsCommutative(std::string_view callee) {
  return IsIn(callee, {"wp::add", "wp::min", "wp::max", "wp::dot", "wp::ddot", "wp::cw_mul", "wp::bit_and", "wp::bit_or",
                       "wp::bit_xor", "wp::tensordot"});
}

/// Reverse statements that do not read the operands' values: swapping those changes nothing.
bool IgnoresOperands(std::string_view callee) {
  return IsIn(callee, {"wp::adj_add", "wp::adj_sub", "wp::adj_assign", "wp::adj_copy", "wp::adj_neg", "wp::adj_pos",
                       "wp::adj_outer_sum", "wp::adj_floordiv", "wp::adj_mod"}) ||
         callee.find("adj_vec_t") != std::string_view::npos || callee.find("adj_mat_t") != std::string_view::npos ||
         callee.find("adj_quat_t") != std::string_view::npos || callee.find("adj_transform_t") != std::string_view::npos;
}

bool IsMultiplication(std::string_view callee) { return callee == "wp::mul"; }

/// mul commutes but for matrices and quaternions.
bool MultiplicationCommutes(std::string_view type) {
  return type.find("mat_t") == std::string_view::npos && type.find("quat_t") == std::string_view::npos &&
         type.find("transform_t") == std::string_view::npos;
}

/// A statement with one argument changed, as text.
std::string WithArguments(const TextStatement& statement, const std::vector<std::string>& arguments) {
  std::string text;
  if (!statement.result.empty()) text = fmt::format("{} = ", statement.result);
  text += std::string(statement.callee) + "(";
  for (size_t i = 0; i < arguments.size(); ++i) text += (i == 0 ? "" : ", ") + arguments[i];
  return text + ");";
}

std::vector<std::string> Strings(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

class Planter {
 public:
  Planter(const GeneratedText& text, std::string_view kernel) : text_(text), kernel_(kernel) {}

  /// All places of a kind, each with what it becomes.
  std::vector<Fault> Places(FaultKind kind) const {
    std::vector<Fault> places;
    for (const TextFunction& function : text_.functions) {
      if (function.is_kernel() && function.name != kernel_) continue;
      for (size_t i = 0; i < function.statements.size(); ++i)
        AddPlaces(kind, function, function.statements[i], i >= function.reverse_begin, places);
    }
    return places;
  }

 private:
  void AddPlaces(FaultKind kind, const TextFunction& function, const TextStatement& statement, bool reverse,
                 std::vector<Fault>& places) const {
    auto add = [&](std::string to) {
      if (to == statement.text) return;
      const bool backward = function.kind == TextFunctionKind::KernelBackward || function.kind == TextFunctionKind::FunctionAdjoint;
      places.push_back({kind, statement.line, std::string(statement.text), std::move(to), backward});
    };
    switch (kind) {
      case FaultKind::ZeroedOutput: return AddZeroed(function, statement, add);
      case FaultKind::DroppedAdjoint:
        if (reverse && IsAdjointCall(function, statement)) add("");
        return;
      case FaultKind::SwappedOperands: return AddSwapped(function, statement, add);
      case FaultKind::IndexOffByOne: return AddIndex(function, statement, add);
      case FaultKind::FlippedComparison: return AddFlipped(statement, add);
    }
  }

  /// An adjoint call that may move a gradient: some adjoint among its arguments has one.
  static bool IsAdjointCall(const TextFunction& function, const TextStatement& statement) {
    if (statement.kind != TextStatementKind::Call || !statement.result.empty()) return false;
    if (!statement.callee.starts_with("wp::adj_") && !statement.callee.starts_with("adj_")) return false;
    size_t floats = 0;
    for (std::string_view variable : statement.variables)
      floats += variable.starts_with("adj_") && HasGradient(function.TypeOf(variable));
    return floats >= 2;
  }

  template <typename Add>
  static void AddZeroed(const TextFunction& function, const TextStatement& statement, const Add& add) {
    const bool store = statement.callee == "wp::array_store", update = IsIn(statement.callee, {"wp::atomic_add", "wp::atomic_sub"});
    if (!store && !update) return;
    const std::string_view value = statement.arguments.back(), type = function.TypeOf(value);
    if (type.empty() || type.back() == '*') return;
    std::vector<std::string> arguments = Strings(statement.arguments);
    arguments.back() = fmt::format("{}{{}}", type);
    add(WithArguments(statement, arguments));
  }

  template <typename Add>
  static void AddSwapped(const TextFunction& function, const TextStatement& statement, const Add& add) {
    if (statement.kind != TextStatementKind::Call || statement.arguments.size() < 2) return;
    const bool adjoint = statement.callee.starts_with("wp::adj_");
    if (!adjoint && (statement.result.empty() || statement.callee.starts_with("wp::atomic"))) return;
    if (IsIn(statement.callee, {"wp::address", "wp::adj_address", "wp::adj_array_store", "wp::view", "wp::extract", "wp::adj_extract",
                                "wp::adj_load", "wp::rand_init"})) return;
    if (IsCommutative(statement.callee) || IgnoresOperands(statement.callee)) return;
    const bool where = statement.callee == "wp::where" || statement.callee == "wp::adj_where";
    const size_t first = where ? 1 : 0, second = first + 1;
    if (adjoint && where) return;  // it reads the condition alone
    if (second >= statement.arguments.size()) return;
    const std::string_view a = statement.arguments[first], b = statement.arguments[second];
    if (a == b || !a.starts_with("var_") || !b.starts_with("var_")) return;
    const std::string_view type = function.TypeOf(a);
    if (type.empty() || type != function.TypeOf(b)) return;
    if (adjoint && !HasGradient(type)) return;
    if (IsMultiplication(statement.callee) && MultiplicationCommutes(type)) return;
    std::vector<std::string> arguments = Strings(statement.arguments);
    std::swap(arguments[first], arguments[second]);
    add(WithArguments(statement, arguments));
  }

  template <typename Add>
  static void AddIndex(const TextFunction& function, const TextStatement& statement, const Add& add) {
    if (!IsIn(statement.callee, {"wp::address", "wp::array_store", "wp::atomic_add", "wp::atomic_sub", "wp::atomic_min",
                                 "wp::atomic_max", "wp::adj_address", "wp::adj_array_store"})) return;
    // The indices follow the array; the value of a store is an integer only where the array's elements are.
    const size_t value = IsIn(statement.callee, {"wp::address", "wp::adj_address"}) ? 0 : 1;
    size_t end = 1;
    while (end < statement.arguments.size() && function.TypeOf(statement.arguments[end]) == "wp::int32") ++end;
    const bool adjoint = statement.callee.starts_with("wp::adj_");
    // Of an adjoint, the arguments are followed by the adjoints of the array, the indices and the value.
    const size_t own = adjoint ? statement.arguments.size() / 2 : statement.arguments.size();
    end = std::min(end, own - std::min(own, value));
    for (size_t i = 1; i < end; ++i) {
      std::vector<std::string> arguments = Strings(statement.arguments);
      arguments[i] = fmt::format("({} + 1)", arguments[i]);
      add(WithArguments(statement, arguments));
    }
  }

  template <typename Add>
  static void AddFlipped(const TextStatement& statement, const Add& add) {
    if (statement.kind != TextStatementKind::Assignment || statement.accumulates) return;
    const size_t equals = statement.text.find(" = (");
    if (equals == std::string_view::npos) return;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFlips = {
        {{" < ", " > "}, {" > ", " < "}, {" <= ", " >= "}, {" >= ", " <= "}, {" == ", " != "}, {" != ", " == "}}};
    for (const auto& [from, to] : kFlips) {
      const size_t at = statement.text.find(from, equals);
      if (at == std::string_view::npos) continue;
      std::string text(statement.text);
      // Vectors and matrices have == alone.
      if (from == " == ") return add(text.insert(equals + 3, "!"));
      return add(text.replace(at, from.size(), to));
    }
  }

  const GeneratedText& text_;
  std::string_view kernel_;
};

/// Writes the text that chooses between its lines and the faults.
Result<std::string> WriteChoices(const GeneratedText& text, std::string_view mangled_name, const std::vector<Fault>& faults) {
  const std::string arguments = fmt::format("struct wp_args_{} {{", mangled_name);
  std::string out;
  bool selector = false, field = false, in_arguments = false;
  int entries = 0;
  for (size_t i = 0; i < text.lines.size(); ++i) {
    const std::string_view line = text.lines[i];
    if (line.starts_with(arguments)) in_arguments = true;
    if (in_arguments && line == "};") {
      out += fmt::format("    wp::int32 {};\n", kSelector);
      in_arguments = false;
      field = true;
    }
    for (std::string_view lane : {"forward", "backward"})
      if (line.starts_with(fmt::format("    {}_cpu_{}_dispatch(dim, _wp_args", mangled_name, lane))) {
        out += fmt::format("    {}_number = _wp_args->{};\n", kSelector, kSelector);
        ++entries;
      }
    auto fault = std::find_if(faults.begin(), faults.end(), [&](const Fault& f) { return f.line == i; });
    if (fault != faults.end()) {
      const auto number = fault - faults.begin() + 1;
      out += fmt::format("if ({}_number == {}) {{ {} }} else {{ {} }}", kSelector, number, fault->to, fault->from);
    } else {
      out += line;
    }
    if (i + 1 < text.lines.size()) out += '\n';
    if (!selector && line.starts_with("#define adj_int(")) {
      out += fmt::format("\nstatic int {}_number = 0;\n", kSelector);
      selector = true;
    }
  }
  if (!selector || !field || entries == 0)
    return Status::Error(fmt::format("the text has no kernel {} with entry points as Warp writes them", mangled_name));
  return out;
}

}  // namespace

std::string_view FaultKindName(FaultKind kind) {
  static constexpr std::string_view kNames[] = {"zeroed output", "dropped adjoint", "swapped operands", "index off by one",
                                                "flipped comparison"};
  return kNames[static_cast<size_t>(kind)];
}

Result<PlantedText> PlantFaults(const GeneratedText& text, std::string_view mangled_name, size_t per_kind, Random random) {
  const Planter planter(text, mangled_name);
  PlantedText planted;
  std::set<size_t> taken;
  for (size_t kind = 0; kind < kFaultKinds; ++kind) {
    std::vector<Fault> places = planter.Places(static_cast<FaultKind>(kind));
    for (size_t chosen = 0; chosen < per_kind && !places.empty();) {
      const size_t at = random.Below(static_cast<uint32_t>(places.size()));
      if (taken.insert(places[at].line).second) {
        planted.faults.push_back(std::move(places[at]));
        ++chosen;
      }
      places.erase(places.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  Result<std::string> written = WriteChoices(text, mangled_name, planted.faults);
  if (!written.ok()) return written.status();
  planted.text = std::move(*written);
  return planted;
}

}  // namespace warpsmith
