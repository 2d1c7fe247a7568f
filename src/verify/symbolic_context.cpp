#include "verify/symbolic_context.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/words.h"
#include "verify/statement_flow.h"

namespace warpsmith {

namespace {

bool IsPlain(std::string_view argument) {
  return (argument.starts_with("var_") || argument.starts_with("adj_")) && std::all_of(argument.begin(), argument.end(), IsWordCharacter);
}

/// A literal as Warp writes them, "3", "-2.5", "4u", "7ll".
bool ReadNumber(std::string_view text, double& number) {
  const std::string digits(text);
  char* end = nullptr;
  number = std::strtod(digits.c_str(), &end);
  const std::string_view rest = text.substr(static_cast<size_t>(end - digits.c_str()));
  return end != digits.c_str() && (rest.empty() || rest == "u" || rest == "ll" || rest == "ull" || rest == "f");
}

/// Where `part` stands outside of all brackets; npos if nowhere.
size_t FindOutside(std::string_view text, std::string_view part) {
  int depth = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (depth == 0 && text.substr(at).starts_with(part)) return at;
    if (text[at] == '(' || text[at] == '{' || text[at] == '[') ++depth;
    if (text[at] == ')' || text[at] == '}' || text[at] == ']') --depth;
  }
  return std::string_view::npos;
}

/// The text without brackets that enclose it whole.
std::string_view WithoutBrackets(std::string_view text) {
  while (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    int depth = 0;
    size_t at = 0;
    do {
      if (text[at] == '(') ++depth;
      if (text[at] == ')') --depth;
    } while (++at < text.size() && depth > 0);
    if (at != text.size()) break;
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

}  // namespace

std::string_view SymbolicContext::TypeOf(std::string_view variable) const {
  std::string_view type = function_->TypeOf(variable);
  if (type.ends_with(" &")) type.remove_suffix(2);
  return type;
}

ValueId SymbolicContext::Get(std::string_view variable) {
  if (auto found = state_.locals.find(variable); found != state_.locals.end()) return found->second;
  if (auto constant = function_->constants.find(variable); constant != function_->constants.end()) {
    double number = 0;
    if (ReadNumber(constant->second, number)) return values_.Constant(TypeOf(variable), number);
    return Literal(constant->second, TypeOf(variable));
  }
  return variable.starts_with("adj_") ? values_.Zero(TypeOf(variable)) : 0;
}

/// "wp::initializer_array<2,wp::float32>{0.0, 2.5}", or anything else that stands for itself.
ValueId SymbolicContext::Literal(std::string_view text, std::string_view type) {
  const ValueShape shape = ShapeOf(type);
  const size_t open = text.find('{');
  std::vector<ValueId> numbers;
  if (shape.rows > 0 && open != std::string_view::npos && text.ends_with('}'))
    for (std::string_view rest = text.substr(open + 1, text.size() - open - 2); !rest.empty();) {
      const size_t comma = std::min(rest.find(", "), rest.size());
      double number = 0;
      if (!ReadNumber(rest.substr(0, comma), number)) break;
      numbers.push_back(values_.Constant(shape.element, number));
      rest.remove_prefix(std::min(rest.size(), comma + 2));
    }
  if (!numbers.empty() && numbers.size() == shape.count()) return values_.FromNumbers(type, std::move(numbers));
  return values_.Make("literal " + std::string(text), type, {});
}

void SymbolicContext::Assign(std::string_view variable, ValueId value) {
  // What a function changes of the caller's values is not followed.
  if (function_->TypeOf(variable).ends_with('&') && variable.starts_with("var_")) failed_ = true;
  Set(variable, value);
}

ValueId SymbolicContext::Memory(const std::string& name) {
  auto [found, added] = state_.memory.try_emplace(name, 0);
  if (added) found->second = values_.Make("initial " + name, "memory", {});
  return found->second;
}

std::string SymbolicContext::RootOf(std::string_view variable) const {
  std::string root(variable);
  for (int steps = 0; steps < 64; ++steps) {
    auto found = roots_.find(root);
    if (found == roots_.end() || found->second == root) break;
    root = found->second;
  }
  return root;
}

std::string SymbolicContext::ArrayOf(const std::string& root) const {
  auto found = arrays_.find(root);
  return found == arrays_.end() ? std::string() : found->second;
}

std::string SymbolicContext::Skeleton(std::string_view text) {
  std::string skeleton;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    if (end == at) {
      skeleton += text[at++];
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    const bool field = at > 0 && text[at - 1] == '.';
    skeleton += IsPlain(word) && !field && (end == text.size() || text[end] != '(') ? std::string_view("#") : word;
    at = end;
  }
  return skeleton;
}

std::vector<ValueId> SymbolicContext::Read(const std::vector<std::string_view>& variables) {
  std::vector<ValueId> read;
  for (std::string_view variable : variables) read.push_back(Get(variable));
  return read;
}

std::vector<ValueId> SymbolicContext::ReadArguments(const TextStatement& s) {
  std::vector<ValueId> read;
  for (std::string_view argument : s.arguments) {
    if (!argument.starts_with('{') || argument == "{}") {
      read.push_back(Argument(argument));
      continue;
    }
    for (std::string_view variable : VariablesOf(argument)) read.push_back(Get(variable));  // a list
  }
  return read;
}

void SymbolicContext::AppendMemory(const std::vector<std::string_view>& variables, std::vector<ValueId>& to) {
  const bool any = std::any_of(variables.begin(), variables.end(), [&](std::string_view v) {
    const std::string_view type = TypeOf(v);
    return Contains(type, "array_t") || Contains(type, "*") || (!type.starts_with("wp::") && type != "bool" && !type.empty());
  });
  if (!any) return;
  for (const auto& [name, value] : state_.memory) to.push_back(value);
}

ValueId SymbolicContext::Argument(std::string_view text, std::string_view type) {
  if (IsPlain(text)) return Get(text);
  double number = 0;
  if (ReadNumber(text, number)) return values_.Constant(type.empty() ? "literal" : type, number);
  if (text.ends_with("{}")) return values_.Zero(text.substr(0, text.size() - 2));
  if (text.starts_with('(') && text.ends_with(" + 1)") && IsPlain(text.substr(1, text.size() - 6))) {
    const std::string_view variable = text.substr(1, text.size() - 6);
    return values_.Make("wp::add", TypeOf(variable), {Get(variable), values_.Constant(TypeOf(variable), 1)});
  }
  std::vector<ValueId> read = Read(VariablesOf(text));
  AppendMemory(VariablesOf(text), read);
  return values_.Make("expression " + Skeleton(text), type, std::move(read));
}

ValueId SymbolicContext::Condition(std::string_view text) {
  text = WithoutBrackets(text);
  if (size_t at = FindOutside(text, " || "); at != std::string_view::npos) return values_.Or(Condition(text.substr(0, at)), Condition(text.substr(at + 4)));
  if (size_t at = FindOutside(text, " && "); at != std::string_view::npos) return values_.And(Condition(text.substr(0, at)), Condition(text.substr(at + 4)));
  if (text.starts_with('!') && FindOutside(text, " ") == std::string_view::npos) return values_.Not(Condition(text.substr(1)));
  if (text.ends_with(" == false")) return values_.Not(Condition(text.substr(0, text.size() - 9)));
  if (text.starts_with("iter_cmp(") && text.ends_with(") == 0")) return values_.Not(values_.Make("iter_cmp", "bool", Read(VariablesOf(text))));
  for (std::string_view sign : {" <= ", " >= ", " == ", " != ", " < ", " > "}) {
    const size_t at = FindOutside(text, sign);
    if (at == std::string_view::npos) continue;
    const std::string_view left = WithoutBrackets(text.substr(0, at)), right = WithoutBrackets(text.substr(at + sign.size()));
    double number = 0;
    if (!IsPlain(left) || !(IsPlain(right) || ReadNumber(right, number))) break;
    return values_.Compare(sign.substr(1, sign.size() - 2), Get(left), Argument(right, TypeOf(left)));
  }
  if (IsPlain(text)) {
    const ValueId value = Get(text);
    return TypeOf(text) == "bool" ? value : values_.Compare("!=", value, values_.Zero(TypeOf(text)));
  }
  if (text == "true" || text == "false") return values_.Bool(text == "true");
  std::vector<ValueId> read = Read(VariablesOf(text));
  AppendMemory(VariablesOf(text), read);
  return values_.Make("condition " + Skeleton(text), "bool", std::move(read));
}

void SymbolicContext::RunUnknown(const TextStatement& s) {
  std::vector<ValueId> read = Read(s.variables);
  AppendMemory(s.variables, read);
  if (!s.result.empty()) {
    const std::string_view target = VariableOf(s.result);
    if (target.empty()) return void(failed_ = true);
    read.push_back(Get(target));
    return Assign(target, values_.Make("statement " + Skeleton(s.text), TypeOf(target), std::move(read)));
  }
  size_t position = 0;
  for (std::string_view variable : s.variables) {
    if (ChangesInPlace(s.callee) && position > 0) break;
    if (!function_->constants.contains(variable))
      Assign(variable, values_.Make("statement " + Skeleton(s.text) + " " + std::to_string(position), TypeOf(variable), read));
    ++position;
  }
}

}  // namespace warpsmith
