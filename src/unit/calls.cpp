// Calls at a module's top level: type constructors, casts, the few Python functions that constants are made
// with.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "unit/reader.h"
#include "unit/warp_names.h"

namespace warpsmith {

CallArguments Reader::EvaluateArguments(NodeId node) {
  auto call = ast_->Get<py::Call>(node);
  std::vector<NodeId> args(ast_->List(call.args).begin(), ast_->List(call.args).end());
  std::vector<NodeId> keywords(ast_->List(call.keywords).begin(), ast_->List(call.keywords).end());
  CallArguments arguments;
  for (NodeId arg : args) {
    if (auto starred = ast_->If<py::Starred>(arg)) {
      if (auto items = Iterate(Evaluate(starred->value)))
        arguments.positional.insert(arguments.positional.end(), items->begin(), items->end());
      else
        arguments.complete = false;
    } else {
      arguments.positional.push_back(Evaluate(arg));
    }
  }
  for (NodeId keyword : keywords) {
    auto view = ast_->Get<py::Keyword>(keyword);
    Object value = Evaluate(view.value);
    if (view.arg.valid()) {
      arguments.keywords.emplace_back(view.arg, value);
    } else if (IsOpaque(value, OpaqueKind::Mapping)) {
      for (const auto& [key, item] : std::vector(implementation_.mappings[value.detail])) {
        if (key.kind != ObjectKind::Constant || ConstantOf(key).form != ConstantForm::String) continue;
        arguments.keywords.emplace_back(unit_.symbols.Intern(ConstantOf(key).text), item);
      }
    } else {
      arguments.complete = false;
    }
  }
  return arguments;
}

Object Reader::EvaluateCall(NodeId node) {
  auto call = ast_->Get<py::Call>(node);
  if (auto attribute = ast_->If<py::Attribute>(call.func)) {
    Object base = Evaluate(attribute->value);
    if (IsSequence(base) || IsOpaque(base, OpaqueKind::Mapping))
      return IsOpaque(base, OpaqueKind::Mapping) ? CallMappingMethod(node, *attribute, base) : CallListMethod(node, *attribute, base);
  }
  Object callee = Evaluate(call.func);
  CallArguments arguments = EvaluateArguments(node);
  if (IsOpaque(callee, OpaqueKind::Special)) {
    auto special = static_cast<SpecialKind>(callee.detail);
    if (special == SpecialKind::MathFunction) {
      std::vector<double> reals;
      for (const Object& argument : arguments.positional) {
        std::optional<double> real = RealOf(argument);
        if (!real) return Unresolved("a call that only running the code evaluates");
        reals.push_back(*real);
      }
      double result = 0.0;
      std::string_view name = Name(callee.name);
      if (!EvaluateMathFunction(name, reals, result)) return Unresolved("a call that raises");
      bool integral = name == "floor" || name == "ceil" || name == "trunc";
      return integral ? MakeInt(static_cast<Int128>(result)) : MakeFloat(result);
    }
    return CallSpecial(special, arguments, node);
  }
  if (!arguments.complete) return Unresolved("a call with unknown arguments");
  switch (callee.kind) {
    case ObjectKind::Type:
      if (callee.flavor == TypeFlavor::Python) return CallPythonType(callee.type, arguments);
      if (IsScalarOrBool(callee.type)) return ConstructScalar(callee.type, arguments);
      if (IsComposite(unit_.types, callee.type)) return ConstructComposite(callee.type, arguments);
      break;
    case ObjectKind::PythonBuiltin:
      return CallPythonBuiltin(Name(callee.name), arguments);
    case ObjectKind::Builtin:
      if (Name(callee.name) == "quat_identity" && arguments.positional.empty() && arguments.keywords.empty())
        return ConstructComposite(unit_.types.Quaternion(kFloat32Type),
                                  {{MakeFloat(0), MakeFloat(0), MakeFloat(0), MakeFloat(1)}, {}, true});
      if (Name(callee.name) == "transform_identity" && arguments.positional.empty() &&
          arguments.keywords.empty())
        return ConstructComposite(unit_.types.Transform(kFloat32Type),
                                  {{MakeFloat(0), MakeFloat(0), MakeFloat(0), MakeFloat(0), MakeFloat(0),
                                    MakeFloat(0), MakeFloat(1)},
                                   {},
                                   true});
      break;
    case ObjectKind::Namespace:
      // IntEnum(2): the member of that value.
      if (arguments.positional.size() == 1)
        if (auto members = Iterate(callee))
          for (const Object& member : *members)
            if (Equal(member, arguments.positional[0]) == true) return member;
      break;
    case ObjectKind::Unknown:
      if (callee.opaque == OpaqueKind::PythonFunction)
        return CallPythonFunction(PythonFunction(python_functions_[callee.detail]), arguments, node);
      if (callee.opaque == OpaqueKind::Unresolved && callee.type.valid() && arguments.positional.size() == 1)
        return CallNumpyType(callee.type, NumberOf(arguments.positional[0]));
      break;
    default:
      break;
  }
  return Unresolved("the result of a call");
}

Object Reader::MakePythonFunction(NodeId node, SymbolId name) {
  std::string qualified = frames_.back().prefix + (name.valid() ? std::string(Name(name)) : "<lambda>");
  python_functions_.push_back({file_, ast_, node, frames_.back().scope, std::move(qualified)});
  return OpaqueObject(OpaqueKind::PythonFunction, static_cast<uint32_t>(python_functions_.size() - 1),
                      unit_.symbols.Intern("a Python function"));
}

bool Reader::BindArguments(const PythonFunction& function, const CallArguments& arguments, NameTable& names) {
  bool lambda = function.ast->Is(function.node, NodeKind::Lambda);
  NodeId parameters = lambda ? function.ast->Get<py::Lambda>(function.node).args
                             : function.ast->Get<py::FunctionDef>(function.node).args;
  auto view = ast_->Get<py::Arguments>(parameters);
  std::vector<NodeId> nodes;
  for (NodeListId list : {view.posonlyargs, view.args, view.kwonlyargs})
    nodes.insert(nodes.end(), ast_->List(list).begin(), ast_->List(list).end());
  size_t positional = nodes.size() - ast_->List(view.kwonlyargs).size();
  if (arguments.positional.size() > positional && !view.vararg.valid()) return false;
  std::vector<NodeId> defaults(nodes.size());
  auto given = ast_->List(view.defaults);
  for (size_t i = 0; i < given.size(); ++i) defaults[positional - given.size() + i] = given[i];
  auto keyword_given = ast_->List(view.kw_defaults);
  for (size_t i = 0; i < keyword_given.size(); ++i) defaults[positional + i] = keyword_given[i];
  for (size_t i = 0; i < nodes.size(); ++i) {
    SymbolId name = ast_->Get<py::Arg>(nodes[i]).arg;
    Object value;
    for (const auto& [keyword, argument] : arguments.keywords)
      if (keyword == name) value = argument;
    if (i < positional && i < arguments.positional.size()) value = arguments.positional[i];
    if (!value && defaults[i].valid()) value = Evaluate(defaults[i]);
    if (!value) return false;
    names.Set(name, value);
  }
  if (view.vararg.valid()) {
    std::vector<Object> rest;
    for (size_t i = positional; i < arguments.positional.size(); ++i) rest.push_back(arguments.positional[i]);
    names.Set(ast_->Get<py::Arg>(view.vararg).arg, MakeSequence(OpaqueKind::Tuple, std::move(rest)));
  }
  if (view.kwarg.valid()) {
    std::vector<std::pair<Object, Object>> rest;
    for (const auto& keyword : arguments.keywords)
      if (std::none_of(nodes.begin(), nodes.end(), [&](NodeId node) { return ast_->Get<py::Arg>(node).arg == keyword.first; }))
        rest.emplace_back(MakeString(std::string(Name(keyword.first))), keyword.second);
    names.Set(ast_->Get<py::Arg>(view.kwarg).arg, MakeMapping(std::move(rest)));
  }
  return true;
}

Object Reader::CallPythonFunction(const PythonFunction& function, const CallArguments& arguments,
                                  NodeId node) {
  constexpr int kMaxCallDepth = 20;
  Context caller = Enter(function);
  bool lambda = ast_->Is(function.node, NodeKind::Lambda);
  std::vector<NodeId> body;
  if (!lambda) {
    auto list = ast_->List(ast_->Get<py::FunctionDef>(function.node).body);
    body.assign(list.begin(), list.end());
  }
  Object result = Unresolved("the result of a call");
  bool generator = Contains(body, NodeKind::Yield) || Contains(body, NodeKind::YieldFrom);
  bool known = call_depth_ < kMaxCallDepth && !generator;
  if (known) {
    ++call_depth_;
    implementation_.scopes.emplace_back().parent = function.scope;
    ScopeId scope(static_cast<uint32_t>(implementation_.scopes.size() - 1));
    NameTable* names = &implementation_.scopes.back().names;
    frames_.push_back({names, scope, function.qualified_name + ".<locals>."});
    known = BindArguments(function, arguments, *names);
    if (known && lambda) {
      result = Evaluate(ast_->Get<py::Lambda>(function.node).body);
    } else if (known) {
      Flow flow = Execute(body);
      if (flow == Flow::Normal) result = OpaqueObject(OpaqueKind::PythonNone);
      if (flow == Flow::Return) result = returned_;
      if (flow == Flow::Raise) result = Raised("the result of a call that raises");
    }
    frames_.pop_back();
    --call_depth_;
  }
  // Definitions belong to the file of the function, wherever it is called.
  bool hidden = !known && in_main() && MayDefine(function.node);
  Leave(caller);
  if (hidden)
    sink_.Emit(DiagnosticKind::HiddenDefinition, files_.front().source,
               in_main() && ast_ == file_->ast ? ast_->SpanOf(node) : Span(), "in a function that cannot be evaluated");
  return result;
}

Object Reader::CallPythonType(TypeId type, const CallArguments& arguments) {
  if (type == kStringType) {
    std::optional<std::string> text =
        arguments.positional.size() == 1 ? Text(arguments.positional[0]) : std::nullopt;
    return text ? MakeString(*text) : Unresolved("a string");
  }
  if (arguments.positional.empty())
    return type == kInt32Type ? MakeInt(0) : type == kBoolType ? MakeBool(false) : MakeFloat(0.0);
  const Object value = NumberOf(arguments.positional[0]);
  if (type == kBoolType) {
    std::optional<bool> truth = Truth(value);
    return truth ? MakeBool(*truth) : Unresolved("the truth of something unknown");
  }
  if (type == kFloat32Type) {
    if (value.kind == ObjectKind::Constant && ConstantOf(value).form == ConstantForm::String) {
      std::string text = ConstantOf(value).text;
      std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
      bool negative = !text.empty() && text[0] == '-';
      if (negative || (!text.empty() && text[0] == '+')) text.erase(0, 1);
      double sign = negative ? -1.0 : 1.0;
      if (text == "inf" || text == "infinity")
        return MakeFloat(sign * std::numeric_limits<double>::infinity());
      if (text == "nan") return MakeFloat(std::numeric_limits<double>::quiet_NaN());
      return Unresolved("a number given as text");
    }
    std::optional<double> real = RealOf(value);
    return real ? MakeFloat(*real) : Unresolved("a float made of something unknown");
  }
  if (auto integer = IntegerOf(value); integer && arguments.positional.size() == 1) return MakeInt(*integer);
  std::optional<double> real = RealOf(value);
  if (!real || !std::isfinite(*real) || std::fabs(*real) > 1e30 || arguments.positional.size() != 1)
    return Unresolved("an int made of something unknown");
  return MakeInt(static_cast<Int128>(std::trunc(*real)));
}

namespace {
// Python's round(x) and round(x, digits): half to even, on the decimal value for digits.
double RoundHalfEven(double value) { return std::nearbyint(value); }
}  // namespace

Object Reader::CallPythonBuiltin(std::string_view name, const CallArguments& arguments) {
  const auto& positional = arguments.positional;
  auto unknown = [this] { return Unresolved("the result of a call"); };
  if (name == "range") {
    Int128 bounds[3] = {0, 0, 1};
    if (positional.empty() || positional.size() > 3) return unknown();
    for (size_t i = 0; i < positional.size(); ++i) {
      std::optional<Int128> bound = IntegerOf(positional[i]);
      if (!bound) return unknown();
      bounds[positional.size() == 1 ? 1 : i] = *bound;
    }
    if (bounds[2] == 0 || (bounds[1] - bounds[0]) / bounds[2] > 20000) return unknown();
    std::vector<Object> items;
    for (Int128 i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1]; i += bounds[2])
      items.push_back(MakeInt(i));
    return MakeSequence(OpaqueKind::Tuple, std::move(items));
  }
  if (name == "abs" && positional.size() == 1 && IsPlainNumber(positional[0])) {
    if (auto integer = IntegerOf(positional[0])) return MakeInt(*integer < 0 ? -*integer : *integer);
    return MakeFloat(std::fabs(ConstantOf(positional[0]).real));
  }
  if (name == "round" && positional.size() == 1 && IsPlainNumber(positional[0])) {
    if (auto integer = IntegerOf(positional[0])) return MakeInt(*integer);
    double real = ConstantOf(positional[0]).real;
    return std::isfinite(real) ? MakeInt(static_cast<Int128>(RoundHalfEven(real))) : unknown();
  }
  if (name == "pow" && positional.size() == 2)
    return Binary(BinaryOperator::Pow, positional[0], positional[1]);
  if (name == "isinstance" || name == "hasattr" || name == "getattr" || name == "type") return unknown();
  return CallOnSequences(name, arguments);
}

// len, min, max, sum, zip and the like.
Object Reader::CallOnSequences(std::string_view name, const CallArguments& arguments) {
  const auto& positional = arguments.positional;
  auto unknown = [this] { return Unresolved("the result of a call"); };
  std::vector<std::vector<Object>> lists;
  for (const Object& argument : positional) {
    auto items = Iterate(argument);
    if (items) lists.push_back(std::move(*items));
  }
  bool iterable = lists.size() == positional.size();
  if (name == "len" && positional.size() == 1 && iterable)
    return MakeInt(static_cast<Int128>(lists[0].size()));
  if (name == "min" || name == "max") {
    std::vector<Object> items = positional.size() == 1 && iterable ? lists[0] : positional;
    if (items.empty() || !arguments.keywords.empty()) return unknown();
    Object best = items[0];
    if (!RealOf(best)) return unknown();
    for (size_t i = 1; i < items.size(); ++i) {
      auto better = Compare(name == "min" ? CompareOperator::Lt : CompareOperator::Gt, items[i], best);
      if (!better) return unknown();
      if (*better) best = items[i];
    }
    return best;
  }
  if (!iterable) return unknown();
  if (name == "sum" && positional.size() == 1) {
    Object total = MakeInt(0);
    for (const Object& item : lists[0]) total = Binary(BinaryOperator::Add, total, item);
    return total;
  }
  if ((name == "tuple" || name == "list") && positional.size() <= 1)
    return MakeSequence(name == "tuple" ? OpaqueKind::Tuple : OpaqueKind::List,
                        lists.empty() ? std::vector<Object>() : lists[0]);
  if (name == "dict" && positional.empty()) {
    std::vector<std::pair<Object, Object>> items;
    for (const auto& [key, value] : arguments.keywords)
      items.emplace_back(MakeString(std::string(Name(key))), value);
    return MakeMapping(std::move(items));
  }
  if (name == "reversed" && positional.size() == 1) {
    std::reverse(lists[0].begin(), lists[0].end());
    return MakeSequence(OpaqueKind::List, std::move(lists[0]));
  }
  if (name == "enumerate" && positional.size() == 1) {
    std::vector<Object> pairs;
    for (size_t i = 0; i < lists[0].size(); ++i)
      pairs.push_back(MakeSequence(OpaqueKind::Tuple, {MakeInt(static_cast<Int128>(i)), lists[0][i]}));
    return MakeSequence(OpaqueKind::List, std::move(pairs));
  }
  if (name == "zip" && !lists.empty()) {
    size_t length = lists[0].size();
    for (const auto& list : lists) length = std::min(length, list.size());
    std::vector<Object> rows;
    for (size_t i = 0; i < length; ++i) {
      std::vector<Object> row;
      for (const auto& list : lists) row.push_back(list[i]);
      rows.push_back(MakeSequence(OpaqueKind::Tuple, std::move(row)));
    }
    return MakeSequence(OpaqueKind::List, std::move(rows));
  }
  if (name == "all" || name == "any") {
    for (const Object& item : lists.empty() ? std::vector<Object>() : lists[0]) {
      std::optional<bool> truth = Truth(item);
      if (!truth) return unknown();
      if (*truth == (name == "any")) return MakeBool(name == "any");
    }
    return MakeBool(name == "all");
  }
  return unknown();
}

}  // namespace warpsmith
