#include "verify/text_statements.h"

#include <algorithm>

#include "base/words.h"

namespace warpsmith {

namespace {

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool IsVariable(std::string_view word) {
  return (word.starts_with("var_") || word.starts_with("adj_")) && word.size() > 4;
}

/// The variables that `text` names. A word before a parenthesis is a function, one behind a dot a field.
void AppendVariables(std::string_view text, std::vector<std::string_view>& variables) {
  for (size_t at = 0; at < text.size();) {
    if (!IsWordCharacter(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    const bool named = (at == 0 || (text[at - 1] != '.' && text[at - 1] != ':')) && (end == text.size() || text[end] != '(');
    if (named && IsVariable(text.substr(at, end - at))) variables.push_back(text.substr(at, end - at));
    at = end;
  }
}

/// The position of the bracket that closes the one at `open`; npos if there is none.
size_t Closing(std::string_view text, size_t open) {
  int depth = 0;
  for (size_t at = open; at < text.size(); ++at) {
    if (text[at] == '(' || text[at] == '{' || text[at] == '[') ++depth;
    if ((text[at] == ')' || text[at] == '}' || text[at] == ']') && --depth == 0) return at;
  }
  return std::string_view::npos;
}

/// The parts of an argument list, at its own commas: those in brackets and template arguments are not.
std::vector<std::string_view> SplitArguments(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ',';
    if (c == '(' || c == '{' || c == '[' || c == '<') ++depth;
    if (c == ')' || c == '}' || c == ']' || (c == '>' && at > 0 && text[at - 1] != '-')) --depth;
    if (c != ',' || (depth > 0 && at < text.size())) continue;
    if (std::string_view part = Trimmed(text.substr(begin, at - begin)); !part.empty()) parts.push_back(part);
    begin = at + 1;
  }
  return parts;
}

/// "callee(arguments)" whole; false for anything else, such as an expression in parentheses.
bool ReadCall(std::string_view text, TextStatement& statement) {
  const size_t open = text.find('(');
  if (open == std::string_view::npos || open == 0) return false;
  const std::string_view callee = text.substr(0, open);
  if (!IsWordCharacter(callee[0]) || callee.find(' ') < callee.find('<') || Closing(text, open) != text.size() - 1) return false;
  statement.kind = TextStatementKind::Call;
  statement.callee = callee;
  statement.arguments = SplitArguments(text.substr(open + 1, text.size() - open - 2));
  return true;
}

void ReadPlain(std::string_view text, TextStatement& statement) {
  if (!text.ends_with(';')) return;
  text.remove_suffix(1);
  if (text.starts_with("auto ")) text.remove_prefix(5);
  size_t equals = text.find(" = ");
  const size_t plus = text.find(" += ");
  statement.accumulates = plus < equals;
  equals = std::min(equals, plus);
  const bool assigns = equals != std::string_view::npos && text.substr(0, equals).find('(') == std::string_view::npos;
  std::string_view right = text;
  if (assigns) {
    statement.result = Trimmed(text.substr(0, equals));
    right = Trimmed(text.substr(equals + (statement.accumulates ? 4 : 3)));
    statement.kind = TextStatementKind::Assignment;
  }
  AppendVariables(right, statement.variables);
  ReadCall(right, statement);
}

TextStatement ReadStatement(std::string_view text, size_t line) {
  TextStatement statement;
  statement.line = line;
  statement.text = text;
  if (text == "}") {
    statement.kind = TextStatementKind::Close;
  } else if (text.ends_with(":;")) {
    if (text.starts_with("start_")) statement.kind = TextStatementKind::LoopBegin;
    if (text.starts_with("end_")) statement.kind = TextStatementKind::LoopEnd;
  } else if (text.starts_with("if (")) {
    AppendVariables(text, statement.variables);
    statement.kind = text.ends_with('{') ? TextStatementKind::Guard : TextStatementKind::LoopTest;
  } else if (text.starts_with("goto ")) {
    statement.kind = TextStatementKind::Jump;
  } else if (text.starts_with("return")) {
    statement.kind = TextStatementKind::Return;
    AppendVariables(text, statement.variables);
  } else {
    ReadPlain(text, statement);
  }
  return statement;
}

/// Reads one function after another from the lines.
class Reader {
 public:
  explicit Reader(std::string_view text) {
    while (true) {
      const size_t end = text.find('\n');
      result_.lines.push_back(text.substr(0, end));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }

  GeneratedText Read() {
    for (at_ = 0; at_ < result_.lines.size(); ++at_)
      if (Line().starts_with("static ") && Line().ends_with('(')) ReadFunction();
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::string_view Line() const { return result_.lines[at_]; }

  /// The name in "static wp::float32 scale_0(".
  static std::string_view NameOf(std::string_view line) {
    line.remove_suffix(1);
    const size_t space = line.find_last_of(' ');
    return line.substr(space + 1);
  }

  void ReadFunction() {
    TextFunction function;
    function.name = NameOf(Line());
    auto kernel = [&](std::string_view tail, TextFunctionKind kind) {
      if (!function.name.ends_with(tail)) return;
      function.name.remove_suffix(tail.size());
      function.kind = kind;
    };
    if (function.name.starts_with("adj_")) function.kind = TextFunctionKind::FunctionAdjoint;
    kernel("_cpu_kernel_forward", TextFunctionKind::KernelForward);
    kernel("_cpu_kernel_backward", TextFunctionKind::KernelBackward);
    ReadParameters(function);
    bool body = false, reverse = false;
    for (; at_ < result_.lines.size() && Line() != "}"; ++at_) {
      const std::string_view text = Trimmed(Line());
      if (text == "// forward") body = true;
      if (text == "// reverse" && !reverse) {
        body = reverse = true;
        function.reverse_begin = function.statements.size();
      }
      if (text.empty() || text.starts_with("//") || text == "{") continue;
      if (body) function.statements.push_back(ReadStatement(text, at_));
      else ReadDeclaration(text, function);
    }
    if (!body) return;
    if (!reverse) function.reverse_begin = function.statements.size();
    FindBlocks(function);
    result_.functions.push_back(std::move(function));
  }

  void ReadParameters(TextFunction& function) {
    for (++at_; at_ < result_.lines.size() && Line().starts_with("    "); ++at_) {
      std::string_view text = Trimmed(Line());
      const bool last = text.ends_with(')');
      text.remove_suffix(last || text.ends_with(',') ? 1 : 0);
      const size_t space = text.find_last_of(' ');
      if (space == std::string_view::npos) continue;
      const std::string_view name = text.substr(space + 1);
      if (!IsVariable(name)) continue;
      function.types[name] = Trimmed(text.substr(0, space));
      if (name.starts_with("var_")) function.parameters.push_back(name);
      if (last) {
        ++at_;
        break;
      }
    }
  }

  /// "wp::float32 var_0;", "const wp::int32 var_3 = 0;", "wp::float32 adj_1 = {};", "T var_x = _wp_args->x;"
  static void ReadDeclaration(std::string_view text, TextFunction& function) {
    if (!text.ends_with(';')) return;
    text.remove_suffix(1);
    const bool is_constant = text.starts_with("const ");
    if (is_constant) text.remove_prefix(6);
    std::string_view value;
    if (const size_t equals = text.find(" = "); equals != std::string_view::npos) {
      value = text.substr(equals + 3);
      text = text.substr(0, equals);
    }
    if (const size_t brace = text.find('('); brace != std::string_view::npos && !IsVariable(text)) text = text.substr(0, brace);
    const size_t space = text.find_last_of(' ');
    if (space == std::string_view::npos || !IsVariable(text.substr(space + 1))) return;
    const std::string_view name = text.substr(space + 1);
    function.types[name] = Trimmed(text.substr(0, space));
    if (is_constant) function.constants[name] = value;
    if (value.starts_with("_wp_args->")) function.parameters.push_back(name);
  }

  static void FindBlocks(TextFunction& function) {
    std::vector<size_t> guards;
    int32_t loop = -1;
    for (size_t i = 0; i < function.statements.size(); ++i) {
      TextStatement& statement = function.statements[i];
      if (statement.kind == TextStatementKind::Close && !guards.empty()) guards.pop_back();
      if (statement.kind == TextStatementKind::LoopBegin) {
        function.loops.push_back({statement.text.starts_with("start_while"), loop, i, function.statements.size()});
        loop = static_cast<int32_t>(function.loops.size()) - 1;
      }
      statement.guards = guards;
      statement.loop = loop;
      if (statement.kind == TextStatementKind::LoopEnd && loop >= 0) {
        function.loops[static_cast<size_t>(loop)].end = i;
        loop = function.loops[static_cast<size_t>(loop)].parent;
      }
      if (statement.kind == TextStatementKind::Guard) guards.push_back(i);
    }
  }

  GeneratedText result_;
  size_t at_ = 0;
};

}  // namespace

std::string_view TextFunction::TypeOf(std::string_view variable) const {
  auto found = types.find(variable);
  return found == types.end() ? std::string_view() : found->second;
}

const TextFunction* GeneratedText::Find(TextFunctionKind kind, std::string_view name) const {
  for (const TextFunction& function : functions)
    if (function.kind == kind && function.name == name) return &function;
  return nullptr;
}

GeneratedText ReadGeneratedText(std::string_view text) { return Reader(text).Read(); }

TextStatement ReadTextStatement(std::string_view text, size_t line) { return ReadStatement(text, line); }

std::vector<std::string_view> VariablesOf(std::string_view text) {
  std::vector<std::string_view> variables;
  AppendVariables(text, variables);
  return variables;
}

std::string_view VariableOf(std::string_view argument) {
  const std::vector<std::string_view> variables = VariablesOf(argument);
  return variables.empty() ? std::string_view() : variables.front();
}

std::string AdjointName(std::string_view primal) {
  return (primal.starts_with("var_") ? "adj_" : "var_") + std::string(primal.substr(std::min<size_t>(4, primal.size())));
}

bool HasGradient(std::string_view type) {
  constexpr std::string_view kArray = "wp::array_t<";
  if (type.starts_with(kArray)) return HasGradient(type.substr(kArray.size(), type.rfind('>') - kArray.size()));
  if (type.find("float") != std::string_view::npos) return true;
  return !type.starts_with("wp::") && type != "bool" && !type.empty();  // a struct
}

}  // namespace warpsmith
