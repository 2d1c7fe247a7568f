// Every operation of operations.def, with every type it can have, against the table of built-ins: a template must
// resolve, and have the type that its row claims.
#include "generate/operations.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

#include "builtins/builtins.h"

namespace warpsmith::generate {
namespace {

/// The type of a Python expression over typed variables ("@3" is variable 3), by the rules of Warp: operators are
/// built-ins, comparisons and both sides of a ternary want equal types.
class Typing {
 public:
  uint32_t Declare(ValueType type) {
    variables_.push_back({.type = TypeByName(types_, RecordSpelling(type)), .handle = 0});
    return static_cast<uint32_t>(variables_.size()) - 1;
  }
  void Clear() { variables_.clear(); }
  TypeId Named(ValueType type) { return TypeByName(types_, RecordSpelling(type)); }
  /// The type, or one that is not valid and a message.
  TypeId TypeOf(std::string_view text) {
    text_ = text;
    at_ = 0;
    error_.clear();
    const ArgumentValue value = Ternary();
    Skip();
    if (at_ != text_.size()) Fail("trailing text");
    return error_.empty() ? StripReference(types_, value.type) : TypeId();
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void Fail(const std::string& message) {
    if (error_.empty()) error_ = message + " at " + std::to_string(at_);
    at_ = text_.size();
  }
  void Skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(std::string_view token) {
    Skip();
    if (text_.substr(at_, token.size()) != token) return false;
    const size_t end = at_ + token.size();
    const bool word = std::isalpha(static_cast<unsigned char>(token.back())) != 0;
    if (word && end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) return false;
    at_ = end;
    return true;
  }
  ArgumentValue Bool() { return {.type = kBoolType, .handle = 0}; }
  void WantEqual(const ArgumentValue& a, const ArgumentValue& b) {
    if (a.type != b.type) Fail(CppType(types_, a.type) + " beside " + CppType(types_, b.type));
  }
  void WantBool(const ArgumentValue& value) {
    if (value.type != kBoolType) Fail("not a bool");
  }

  ArgumentValue Ternary() {
    ArgumentValue value = Or();
    if (!Take("if")) return value;
    WantBool(Or());
    if (!Take("else")) Fail("no else");
    WantEqual(value, Ternary());
    return value;
  }
  ArgumentValue Or() {
    ArgumentValue value = And();
    while (Take("or")) WantBool(value), WantBool(And());
    return value;
  }
  ArgumentValue And() {
    ArgumentValue value = Not();
    while (Take("and")) WantBool(value), WantBool(Not());
    return value;
  }
  ArgumentValue Not() { return Take("not") ? Call("unot", {Not()}) : Comparison(); }
  ArgumentValue Comparison() {
    ArgumentValue value = Binary(0);
    for (bool compared = true, first = true; compared; first = false) {
      compared = Take("<=") || Take(">=") || Take("==") || Take("!=") || Take("<") || Take(">");
      if (!compared) return first ? value : Bool();
      const ArgumentValue other = Binary(0);
      WantEqual(value, other);
      value = other;
    }
    return value;
  }
  struct Operator {
    std::string_view token, builtin, longer;  // not `longer`, which begins alike
  };
  ArgumentValue Binary(size_t level) {
    static const std::vector<std::vector<Operator>> kLevels{
        {{"|", "bit_or", ""}}, {{"^", "bit_xor", ""}}, {{"&", "bit_and", ""}},
        {{"<<", "lshift", ""}, {">>", "rshift", ""}},
        {{"+", "add", ""}, {"-", "sub", ""}},
        {{"//", "floordiv", ""}, {"*", "mul", "**"}, {"@", "mul", ""}, {"/", "div", ""}, {"%", "mod", ""}}};
    if (level == kLevels.size()) return Unary();
    ArgumentValue value = Binary(level + 1);
    for (bool found = true; found;) {
      found = false;
      for (const Operator& candidate : kLevels[level]) {
        Skip();
        // "@3" is a variable and stands where an operand does, never here.
        if (!candidate.longer.empty() && text_.substr(at_, 2) == candidate.longer) continue;
        if (!Take(candidate.token)) continue;
        value = Call(candidate.builtin, {value, Binary(level + 1)});
        found = true;
        break;
      }
    }
    return value;
  }
  ArgumentValue Unary() {
    if (Take("-")) return Call("neg", {Unary()});
    if (Take("+")) return Call("pos", {Unary()});
    if (Take("~")) return Call("invert", {Unary()});
    ArgumentValue value = Atom();
    if (Take("**")) return Call("pow", {value, Unary()});
    return value;
  }
  ArgumentValue Atom() {
    Skip();
    if (at_ == text_.size()) return Fail("nothing where an operand should be"), Bool();
    if (Take("(")) {
      const ArgumentValue value = Ternary();
      if (!Take(")")) Fail("no closing parenthesis");
      return value;
    }
    if (Take("@")) return variables_[Digits()];
    if (std::isdigit(static_cast<unsigned char>(text_[at_]))) return Number();
    Take("wp.");
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (Take("(")) return Arguments(name);
    ArgumentValue type;
    type.type = type.type_value = TypeByName(types_, name);
    if (!type.type.valid()) return Fail("unknown name " + std::string(name)), Bool();
    return type;
  }
  uint32_t Digits() {
    uint32_t number = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])))
      number = number * 10 + static_cast<uint32_t>(text_[at_++] - '0');
    return number;
  }
  ArgumentValue Number() {
    const uint32_t whole = Digits();
    const bool real = at_ < text_.size() && text_[at_] == '.';
    if (real) ++at_, Digits();
    ArgumentValue value{.type = real ? kFloat32Type : kInt32Type, .handle = 0};
    value.constant = constants_.Add(real ? Constant::Float(whole) : Constant::Int(whole));
    return value;
  }
  ArgumentValue Arguments(std::string_view name) {
    std::vector<ArgumentValue> positional;
    std::vector<KeywordArgument> keywords;
    while (error_.empty() && !Take(")")) {
      if (!positional.empty() || !keywords.empty()) Take(",");
      Skip();
      const size_t equals = text_.find('=', at_), end = text_.find_first_of("(), ", at_);
      if (equals < end) {
        const std::string_view keyword = text_.substr(at_, equals - at_);
        at_ = equals + 1;
        keywords.push_back({keyword, Ternary()});
      } else {
        positional.push_back(Ternary());
      }
    }
    // A built-in's name comes first: wp.spatial_vector is a function beside the type.
    const TypeId type = TypeByName(types_, name);
    if (Builtins::Find(name).valid() || !type.valid()) return Call(name, positional, keywords);
    const TypeConstructor constructor = builtins_.ConstructorOf(type);
    return Call(Builtins::Name(constructor.builtin), positional, keywords, constructor.type_arguments);
  }
  ArgumentValue Call(std::string_view name, const std::vector<ArgumentValue>& positional,
                     const std::vector<KeywordArgument>& keywords = {},
                     const std::vector<KeywordArgument>& type_arguments = {}) {
    if (!error_.empty()) return Bool();
    const BuiltinId builtin = Builtins::Find(name);
    if (!builtin.valid()) return Fail("no built-in " + std::string(name)), Bool();
    auto overload = builtins_.Resolve(builtin, positional, keywords);
    if (!overload) return Fail(overload.error().message), Bool();
    auto bound = builtins_.Bind(*overload, positional, keywords, type_arguments);
    if (!bound) return Fail(bound.error().message), Bool();
    auto result = builtins_.ResultOf(*bound);
    if (!result) return Fail(result.error().message), Bool();
    if (result->types.size() != 1) return Fail(std::string(name) + " has not one result"), Bool();
    return {.type = result->types[0], .handle = 0};
  }

  TypeTable types_;
  ConstantStore constants_;
  Builtins builtins_{types_, constants_};
  std::vector<ArgumentValue> variables_;
  std::string_view text_;
  size_t at_ = 0;
  std::string error_;
};

std::string LiteralText(ScalarKind kind) {
  const std::string number = IsFloat(kind) ? "2.0" : "2";
  if (kind == ScalarKind::Float32 || kind == ScalarKind::Int32) return number;
  return std::string(Spelling({Shape::Scalar, kind})) + "(" + number + ")";
}

/// The template as Writer fills it, with variables for expressions.
std::string Fill(const Operation& operation, const OperationUse& use, Typing& typing) {
  std::string text;
  for (const Piece& piece : operation.pieces) {
    if (piece.hole == Hole::Text) text += piece.text;
    else if (IsExpression(piece.hole)) text += "@" + std::to_string(typing.Declare(HoleType(piece.hole, use)));
    else if (piece.hole == Hole::RandomState) text += "@" + std::to_string(typing.Declare({Shape::Scalar, ScalarKind::UInt32}));
    else if (piece.hole == Hole::PlainInteger) text += "3";
    else if (piece.hole == Hole::Constructor) text += Spelling(use.result);
    else if (piece.hole == Hole::ScalarConstructor) text += Spelling({Shape::Scalar, use.kind});
    else if (piece.hole != Hole::DtypeKeyword) text += LiteralText(use.kind);
    else if (use.kind != ScalarKind::Float32) text += "dtype=" + std::string(Spelling({Shape::Scalar, use.kind}));
  }
  return text;
}

TEST(Operations, HaveTheTypesThatTheBuiltinsGive) {
  const OperationTable table{DefaultPolicy()};
  std::set<std::pair<uint32_t, uint32_t>> uses;  // operation, index of the result type
  for (uint32_t category = 0; category < kCategoryCount; ++category)
    for (uint32_t index = 0; index < kValueTypeCount; ++index) {
      const ValueType type{static_cast<Shape>(index / kScalarKindCount), static_cast<ScalarKind>(index % kScalarKindCount)};
      for (uint16_t operation : table.List(static_cast<Category>(category), type, true).operations) uses.insert({operation, index});
    }
  std::set<uint32_t> seen;
  Typing typing;
  uint32_t checked = 0;
  for (auto [number, index] : uses) {
    seen.insert(number);
    const Operation& operation = table.operation(number);
    OperationUse use{{static_cast<Shape>(index / kScalarKindCount), static_cast<ScalarKind>(index % kScalarKindCount)}};
    for (uint32_t k = 0; k < kScalarKindCount; ++k) {
      use.kind = static_cast<ScalarKind>(k);
      const bool is_bool = use.result.scalar == ScalarKind::Bool;
      if (is_bool ? use.kind != ScalarKind::Bool && operation.scalar_class != ScalarClass::L &&
                        !Fits(operation.scalar_class, use.kind)
                  : use.kind != use.result.scalar)
        continue;
      if (is_bool && (use.kind == ScalarKind::Bool) != (operation.scalar_class == ScalarClass::L)) continue;
      for (uint32_t any = 0; any < 3; ++any) {
        use.vector = static_cast<Shape>(static_cast<uint32_t>(Shape::Vec2) + any);
        use.matrix = static_cast<Shape>(static_cast<uint32_t>(Shape::Mat22) + any);
        typing.Clear();
        const std::string text = Fill(operation, use, typing);
        const TypeId type = typing.TypeOf(text);
        EXPECT_EQ(type, typing.Named(use.result)) << RecordSpelling(use.result) << " of " << RecordSpelling({Shape::Scalar, use.kind}) << ": "
                                                  << text << ": " << typing.error();
        ++checked;
      }
    }
  }
  EXPECT_EQ(seen.size(), table.size());
  EXPECT_GT(checked, 5000u);
}

}  // namespace
}  // namespace warpsmith::generate
