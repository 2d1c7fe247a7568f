// Answers calls of built-in functions, one a line, for tests/builtins_probe.py to compare with real Warp.
//
//   input:   NAME <tab> MIN_OUTPUTS <tab> TYPE_ARGUMENTS_OF or - <tab> argument ... <tab> keyword=argument
//   ... argument: v:TYPE (variable)  i:5, d:1.5, b:1, s:text (constants)  t:TYPE, p:TYPE (a type; spelled as
//   Python's)
//             F (a built-in function)  S(start/stop/step) (slice)  T(argument/argument) (tuple)
//             TYPE as in data/builtins, ref<TYPE>, and `struct`
//   output:  namespace::native flags | result types | native arguments | template arguments | initializer
//   list
#include <fmt/format.h>

#include <charconv>
#include <deque>
#include <iostream>
#include <string>

#include "builtins/builtins.h"
#include "builtins/pattern.h"

namespace warpsmith {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (size_t begin = 0;;) {
    size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

class Probe {
 public:
  Probe() : builtins_(types_, constants_) {
    structure_ = types_.DeclareStruct("S", {{"x", kFloat32Type}});
    types_.structure(structure_).native_name = "STRUCT";
  }

  std::string Answer(std::string_view line) {
    std::vector<std::string_view> fields = Split(line, '\t');
    fields.resize(5);
    next_handle_ = 0;
    lists_.clear();
    BuiltinId builtin = Builtins::Find(fields[0]);
    if (!builtin) return "no such built-in";
    std::vector<ArgumentValue> positional;
    for (std::string_view text : Split(fields[3], ' ')) positional.push_back(Parse(text));
    std::vector<KeywordArgument> keywords, type_arguments;
    for (std::string_view text : Split(fields[4], ' ')) {
      size_t equals = text.find('=');
      keywords.push_back({text.substr(0, equals), Parse(text.substr(equals + 1))});
    }
    if (fields[2] != "-") type_arguments = builtins_.ConstructorOf(ParseType(fields[2])).type_arguments;
    auto overload = builtins_.Resolve(builtin, positional, keywords,
                                      static_cast<uint32_t>(std::stoi(std::string(fields[1]))));
    if (!overload) return Error(overload.error());
    auto call = builtins_.Bind(*overload, positional, keywords, type_arguments);
    if (!call) return Error(call.error());
    auto result = builtins_.ResultOf(*call);
    if (!result) return Error(result.error());
    if (result->constant) return "constant " + Describe({.constant = result->constant});
    auto native = builtins_.Dispatch(*call, *result);
    if (!native) return Error(native.error());
    return Describe(*overload, *result, *native);
  }

 private:
  static std::string Error(const BuiltinError& error) {
    return error.kind == BuiltinError::Kind::Rejected ? "rejected " + error.message
                                                      : "unsupported " + error.message;
  }

  TypeId ParseType(std::string_view text) {
    if (text == "struct") return structure_;
    if (text.starts_with("ref<")) return types_.Reference(ParseType(text.substr(4, text.size() - 5)));
    if (size_t position = text.find("<struct,"); position != std::string_view::npos) {
      TypeInfo info =
          types_[ParseType(fmt::format("{}<int8,{}", text.substr(0, position), text.substr(position + 8)))];
      if (info.family != ArrayFamily::Fixed) return types_.Array(structure_, info.dimensions, info.family);
      int64_t shape[] = {info.rows};
      return types_.FixedArray(structure_, shape);
    }
    if (text.starts_with("fixedarray<")) {
      TypeId pattern = ParseTypePattern(types_, text);
      int64_t shape[] = {types_[pattern].dimensions};
      return types_.FixedArray(types_[pattern].element, shape);
    }
    TypeId type = ParseTypePattern(types_, text);
    Check(type.valid(), fmt::format("bad type {}", text));
    return type;
  }

  ArgumentValue ParseList(std::string_view text) {
    std::vector<ArgumentValue> elements;
    for (std::string_view part : Split(text.substr(2, text.size() - 3), '/')) elements.push_back(Parse(part));
    std::vector<TypeId> types;
    for (const ArgumentValue& element : elements) types.push_back(StripReference(types_, element.type));
    lists_.push_back(std::move(elements));
    return {.type = text[0] == 'S' ? kSliceType : types_.Tuple(types),
            .handle = next_handle_++,
            .elements = lists_.back()};
  }

  ArgumentValue Constant(warpsmith::Constant constant) {
    TypeId type = constant.type;
    return {.type = type, .handle = next_handle_++, .constant = constants_.Add(std::move(constant))};
  }

  ArgumentValue Parse(std::string_view text) {
    if (text == "F") return {.type = kFunctionType, .function = Builtins::Find("sin")};
    if (text[1] == '(') return ParseList(text);
    std::string rest(text.substr(2));
    switch (text[0]) {
      case 'i':
        return Constant(warpsmith::Constant::Int(std::stoll(rest)));
      case 'd':
        return Constant(warpsmith::Constant::Float(std::stod(rest)));
      case 'b':
        return Constant(warpsmith::Constant::Bool(rest == "1"));
      case 's':
        return Constant(warpsmith::Constant::String(rest, kStringType));
      case 't':
        return {.type = ParseType(rest), .type_value = ParseType(rest)};
      case 'p':
        return {.type = ParseType(rest), .type_value = ParseType(rest), .plain_python = true};
      default:
        return {.type = ParseType(rest), .handle = next_handle_++};
    }
  }

  std::string Describe(const ArgumentValue& value) {
    if (value.function) return "F";
    if (value.handle != ArgumentValue::kNoHandle) return fmt::format("a{}", value.handle);
    if (value.type_value) return "t:" + CppTemplateArgument(types_, value.type_value);
    if (!value.constant) return "?";
    const warpsmith::Constant& constant = constants_[value.constant];
    std::string text = constant.form == ConstantForm::Float       ? fmt::format("{}", constant.real)
                       : constant.form == ConstantForm::String    ? constant.text
                       : constant.form == ConstantForm::Composite ? "composite"
                                                                  : fmt::format("{}", constant.integer);
    return fmt::format("c:{}:{}{}", CppType(types_, constant.type), text, constant.typed ? ":typed" : "");
  }

  std::string Describe(OverloadId overload, const CallResult& result, const NativeCall& native) {
    const OverloadInfo& info = builtins_.Info(overload);
    std::string out = fmt::format("{}{} {:d}{:d}{:d}{:d} |", info.native_namespace, info.native_name,
                                  info.is_differentiable, info.skip_replay, info.require_original_output_arg,
                                  info.adjoint_uses_template_args);
    for (TypeId type : result.types) {
      out += ' ';
      out += CppType(types_, type);
      if (IsArray(types_, type)) out += fmt::format("/{}", types_[type].dimensions);
    }
    out += " |";
    for (const NativeArgument& argument : native.arguments) {
      out += argument.by_reference ? " &" : " ";
      out += Describe(argument.value);
    }
    return out + fmt::format(" | {} | {:d}", native.template_arguments, native.initializer_list);
  }

  TypeTable types_;
  ConstantStore constants_;
  Builtins builtins_;
  TypeId structure_;
  uint32_t next_handle_ = 0;
  std::deque<std::vector<ArgumentValue>> lists_;
};

}  // namespace
}  // namespace warpsmith

int main() {
  std::ios::sync_with_stdio(false);
  warpsmith::Probe probe;
  std::string line;
  while (std::getline(std::cin, line)) std::cout << probe.Answer(line) << '\n';
}
