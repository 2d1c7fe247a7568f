// Decorated functions: what Warp's kernel and func decorators make of a def.
#include <algorithm>
#include <cctype>

#include "unit/hashes.h"
#include "unit/reader.h"
#include "unit/source_text.h"

namespace warpsmith {
namespace {

constexpr int64_t kMaxClusterSize = 16;

bool IsIdentifier(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

std::string Reader::KeyOf(std::string_view qualified_name) {
  std::string key;
  for (char c : qualified_name) {
    if (c == '.')
      key += "__";
    else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')
      key += c;
  }
  return key;
}

void Reader::Unavailable(std::string name, NodeId node, std::string reason) {
  if (in_main()) unit_.unavailable.push_back({std::move(name), file_->ast->SpanOf(node), std::move(reason)});
}

void Reader::ExecuteFunctionDef(NodeId node) {
  auto function = ast_->Get<py::FunctionDef>(node);
  std::vector<NodeId> decorators(ast_->List(function.decorator_list).begin(),
                                 ast_->List(function.decorator_list).end());
  std::vector<Object> evaluated;
  evaluated.reserve(decorators.size());
  for (NodeId decorator : decorators) evaluated.push_back(Evaluate(decorator));
  Object value = MakePythonFunction(node, function.name);
  for (size_t i = evaluated.size(); i-- > 0;) value = ApplyDecorator(evaluated[i], decorators[i], value);
  Bind(function.name, value);
}

bool Reader::LooksLikeKernel(NodeId decorator) const {
  if (auto call = ast_->If<py::Call>(decorator)) decorator = call->func;
  if (auto attribute = ast_->If<py::Attribute>(decorator)) return Name(attribute->attr) == "kernel";
  return ast_->NameText(decorator) == "kernel";
}

Object Reader::ApplyDecorator(const Object& decorator, NodeId decorator_node, const Object& value) {
  CallArguments options;
  std::optional<SpecialKind> special;
  if (IsOpaque(decorator, OpaqueKind::Special)) special = static_cast<SpecialKind>(decorator.detail);
  if (IsOpaque(decorator, OpaqueKind::Decorator)) {
    special = decorator_kinds_[decorator.detail];
    options = decorators_[decorator.detail];
  }
  if (special == SpecialKind::SameFunction) return value;
  if (special) return ApplySpecial(*special, options, value);
  if (IsOpaque(decorator, OpaqueKind::PythonFunction))
    return CallPythonFunction(PythonFunction(python_functions_[decorator.detail]), {{value}, {}, true}, decorator_node);
  if (decorator.kind == ObjectKind::PythonBuiltin) return value;  // staticmethod and the like
  // A kernel decorator reached through something unknown, such as a star import, must not lose the kernel
  // silently.
  if (IsOpaque(decorator, OpaqueKind::Unresolved) && LooksLikeKernel(decorator_node) &&
      IsOpaque(value, OpaqueKind::PythonFunction)) {
    const PythonFunction& function = python_functions_[value.detail];
    std::string key = KeyOf(function.name());
    Emit(DiagnosticKind::UnresolvedDefinition, function.node, key,
         "where its decorator comes from is unknown");
    Unavailable(key, function.node, "its decorator is unknown");
  }
  // Whatever it is, it is no number: to a kernel that only gives the same name to a variable of its own it means nothing.
  return OpaqueObject(OpaqueKind::Unresolved, kUnresolvedDefinition,
                      unit_.symbols.Intern("a function with a decorator that only running the code evaluates"));
}

Object Reader::ApplySpecial(SpecialKind special, const CallArguments& options, const Object& value) {
  if (!IsOpaque(value, OpaqueKind::PythonFunction))
    return Unresolved("a definition made of something unknown");
  const PythonFunction function = python_functions_[value.detail];
  if (!function.ast->Is(function.node, NodeKind::FunctionDef))
    return Unresolved("a definition made of a lambda");
  if (function.is_changed) {
    const std::string key = KeyOf(function.name()), reason = "attributes of the function are set to what only running the code computes";
    Emit(DiagnosticKind::UnresolvedDefinition, function.node, key, reason);
    if (special == SpecialKind::Kernel) Unavailable(key, function.node, reason);
    return Unresolved("a definition made of a function that was changed");
  }
  Context caller = Enter(function);
  Object made = Define(special, options, function, value);
  Leave(caller);
  return made;
}

Object Reader::Define(SpecialKind special, const CallArguments& options, const PythonFunction& function,
                      const Object& value) {
  switch (special) {
    case SpecialKind::Kernel:
      return DefineKernel(function, options);
    case SpecialKind::Func:
      return DefineFunction(function, options);
    case SpecialKind::FuncNative:
      return DefineFunction(function, options, true);
    case SpecialKind::FuncGrad:
    case SpecialKind::FuncReplay:
      if (Object refused = DefineCompanion(function, options, special == SpecialKind::FuncGrad)) return refused;
      return value;
    case SpecialKind::Overload:
      return OverloadKernelByStub(function, KeyOf(function.name()));
    default:
      return Unresolved("a function with an unusual decorator");
  }
}

// @wp.overload on a stub that has the name of a generic kernel and concrete annotations.
Object Reader::OverloadKernelByStub(const PythonFunction& function, const std::string& key) {
  if (!in_main()) return KernelElsewhere();
  auto latest = std::find_if(latest_kernels_.begin(), latest_kernels_.end(),
                             [&](uint32_t index) { return unit_.kernels[index].key == key; });
  if (latest == latest_kernels_.end()) {
    Emit(DiagnosticKind::InvalidOverload, function.node, "there is no kernel named " + key);
    return Unresolved("an overload that Warp rejects");
  }
  uint32_t index = *latest;
  std::vector<Annotation> annotations;
  auto arguments = ast_->Get<py::Arguments>(ast_->Get<py::FunctionDef>(function.node).args);
  std::vector<NodeId> parameters;
  for (NodeListId list : {arguments.posonlyargs, arguments.args, arguments.kwonlyargs})
    parameters.insert(parameters.end(), ast_->List(list).begin(), ast_->List(list).end());
  for (NodeId parameter : parameters) {
    NodeId annotation = ast_->Get<py::Arg>(parameter).annotation;
    annotations.push_back(annotation.valid() ? EvaluateAnnotation(annotation) : Annotation());
  }
  AddKernelOverload(index, annotations, function.node);
  return OpaqueObject(OpaqueKind::Kernel, index, unit_.symbols.Intern("a kernel"));
}

void Reader::FillSource(Definition& definition, NodeId node) {
  auto function = ast_->Get<py::FunctionDef>(node);
  uint32_t first = ast_->Line(node);
  if (auto decorators = ast_->List(function.decorator_list); !decorators.empty())
    first = ast_->Line(decorators[0]);
  Span span = ast_->SpanOf(node);
  uint32_t last = file_->source->LineAt(span.end > span.begin ? span.end - 1 : span.begin);
  implementation_.texts.push_back(ExtractSource(*file_->source, first, last));
  definition.source = implementation_.texts.back();
  definition.source_lines = SplitLines(definition.source);
  definition.first_line = static_cast<int32_t>(first);
  definition.line_base = static_cast<int32_t>(first);
}

bool Reader::FillParameters(Definition& definition, NodeId node, std::string& reason) {
  auto function = ast_->Get<py::FunctionDef>(node);
  auto arguments = ast_->Get<py::Arguments>(function.args);
  std::vector<NodeId> nodes;
  for (NodeListId list : {arguments.posonlyargs, arguments.args, arguments.kwonlyargs})
    nodes.insert(nodes.end(), ast_->List(list).begin(), ast_->List(list).end());
  if (arguments.vararg.valid() || arguments.kwarg.valid()) {
    reason = "it takes any number of arguments";
    return false;
  }
  for (NodeId parameter_node : nodes) {
    auto arg = ast_->Get<py::Arg>(parameter_node);
    Parameter parameter;
    parameter.name = arg.arg;
    parameter.span = ast_->SpanOf(parameter_node);
    std::string what = "parameter " + std::string(Name(arg.arg)) + " of " + definition.key;
    if (!arg.annotation.valid()) {
      Emit(DiagnosticKind::UnannotatedParameter, parameter_node, Name(arg.arg), definition.key);
      return false;
    }
    Annotation annotation = EvaluateAnnotation(arg.annotation);
    if (annotation.unresolved) {
      reason = "the annotation of " + what + " needs " + annotation.reason;
      return false;
    }
    if (!annotation.type.valid() || !annotation.reason.empty()) {
      Emit(DiagnosticKind::InvalidAnnotation, arg.annotation, what,
           annotation.none ? "it is None" : annotation.reason);
      return false;
    }
    parameter.type = annotation.type;
    definition.parameters.push_back(parameter);
  }
  // Defaults belong to the last positional parameters, and to keyword-only ones by position.
  std::vector<NodeId> defaults(ast_->List(arguments.defaults).begin(), ast_->List(arguments.defaults).end());
  size_t keyword_only = ast_->List(arguments.kwonlyargs).size();
  size_t positional = nodes.size() - keyword_only;
  for (size_t i = 0; i < defaults.size(); ++i)
    definition.parameters[positional - defaults.size() + i].default_value = Evaluate(defaults[i]);
  std::vector<NodeId> keyword_defaults(ast_->List(arguments.kw_defaults).begin(),
                                       ast_->List(arguments.kw_defaults).end());
  for (size_t i = 0; i < keyword_defaults.size(); ++i)
    if (keyword_defaults[i].valid())
      definition.parameters[positional + i].default_value = Evaluate(keyword_defaults[i]);
  if (function.returns.valid()) {
    Annotation annotation = EvaluateAnnotation(function.returns);
    if (annotation.unresolved) {
      reason = "its return annotation needs " + annotation.reason;
      return false;
    }
    if (!annotation.none && (!annotation.type.valid() || !annotation.reason.empty())) {
      Emit(DiagnosticKind::InvalidAnnotation, function.returns, "the result of " + definition.key,
           annotation.reason);
      return false;
    }
    definition.return_type = annotation.type;
  }
  return true;
}

bool Reader::FillDefinition(Definition& definition, const PythonFunction& function, std::string& reason) {
  definition.name = ast_->Get<py::FunctionDef>(function.node).name;
  definition.ast = function.ast;
  definition.node = function.node;
  definition.buffer = file_->source;
  definition.path = file_->source->path();
  definition.scope = function.scope;
  // Annotations and defaults belong to where the def stands, whoever decorates it.
  bool elsewhere = function.scope != frames_.back().scope;
  if (elsewhere) frames_.push_back({&implementation_.scopes[function.scope.index].names, function.scope, {}});
  bool filled = FillParameters(definition, function.node, reason);
  if (filled) {
    FillSource(definition, function.node);
    if (definition.source.find("static") != std::string_view::npos) FillStatics(definition, function.node);
  }
  if (elsewhere) frames_.pop_back();
  return filled;
}

uint32_t Reader::NextNumber(const std::string& key) {
  // What `import warp` defines comes first of all; no two of its other modules define functions of one key.
  if (file_->preloaded) return preloaded_counts_[key]++;
  if (file_->origin == ModuleFile::Origin::Library) return library_counts_[key]++ + LibraryFunctionCount(key, {});
  return function_counts_[key]++ + LibraryFunctionCount(key, imported_modules_);
}

bool Reader::ReadSnippets(FunctionDefinition& function, const CallArguments& options) {
  std::optional<std::string>* snippets[] = {&function.native_snippet, &function.adjoint_snippet,
                                            &function.replay_snippet};
  auto read = [&](size_t index, const Object& value) {
    if (IsOpaque(value, OpaqueKind::PythonNone)) return true;
    bool is_text = value.kind == ObjectKind::Constant && ConstantOf(value).form == ConstantForm::String;
    if (is_text) *snippets[index] = ConstantOf(value).text;
    return is_text;
  };
  if (!options.complete || options.positional.size() > std::size(snippets)) return false;
  for (size_t i = 0; i < options.positional.size(); ++i)
    if (!read(i, options.positional[i])) return false;
  for (const auto& [keyword, value] : options.keywords) {
    std::string_view name = Name(keyword);
    size_t index = name == "snippet" ? 0 : name == "adj_snippet" ? 1 : 2;
    if (!read(index, value)) return false;
  }
  return function.native_snippet.has_value();
}

Object Reader::DefineFunction(const PythonFunction& python, const CallArguments& options, bool is_native) {
  EnsureModule();
  FunctionDefinition function;
  NodeId node = python.node;
  SymbolId name = ast_->Get<py::FunctionDef>(node).name;
  function.key = KeyOf(python.name());
  bool has_snippets = is_native && ReadSnippets(function, options);
  for (const auto& [keyword, value] : options.keywords) {
    if (is_native) break;
    std::string_view option = Name(keyword);
    bool none = IsOpaque(value, OpaqueKind::PythonNone);
    if (option == "name" && !none) {
      std::optional<std::string> text = Text(value);
      if (!text) return Unresolved("a function whose name is computed");
      function.key = *text;
    } else if (option == "inline" && !none) {
      std::optional<bool> truth = Truth(value);
      if (!truth) return Unresolved("a function whose inline option is computed");
      if (value.kind != ObjectKind::Constant || ConstantOf(value).form != ConstantForm::Bool) {
        Emit(DiagnosticKind::InvalidOption, node, "inline must be a bool or None");
        return Unresolved("a function that Warp rejects");
      }
      function.inline_hint = *truth ? "forceinline" : "noinline";
    }
  }
  std::string reason;
  bool filled = FillDefinition(function, python, reason);
  // The counter runs even for functions that nobody can call here.
  uint32_t number = NextNumber(function.key);
  if (is_native && !has_snippets) {
    Unavailable(function.key, node, "its native code cannot be resolved without running code");
    return Unresolved("a native function whose code is computed");
  }
  if (!filled) {
    if (reason.empty()) return Unresolved("a function that Warp rejects");
    Unavailable(function.key, node, reason);
    return Unresolved(reason);
  }
  function.native_name = function.key + "_" + std::to_string(number);
  for (const Parameter& parameter : function.parameters)
    function.generic =
        function.generic || AnnotationCode(unit_.types, parameter.type).find('?') != std::string::npos;
  FunctionId id = unit_.functions.Add(std::move(function));
  return Overload(id, name);
}

namespace {
std::string Signature(const TypeTable& types, const FunctionDefinition& function) {
  std::string signature;
  for (const Parameter& parameter : function.parameters) {
    if (!signature.empty() || &parameter != &function.parameters.front()) signature += '_';
    signature += AnnotationCode(types, parameter.type);
  }
  return signature;
}
}  // namespace

// The overload that a gradient belongs to: its parameters are those of the function, and the adjoints of what
// it returns. Invalid if there is none, or if only the types of results would tell.
FunctionId Reader::GradientTarget(FunctionSetId set, const FunctionDefinition& gradient) {
  FunctionId target;
  for (FunctionId id : unit_.function_sets[set].overloads) {
    const FunctionDefinition& function = unit_.functions[id];
    bool fits = function.parameters.size() <= gradient.parameters.size();
    for (size_t i = 0; fits && i < function.parameters.size(); ++i)
      fits = TypesEqual(unit_.types, gradient.parameters[i].type, function.parameters[i].type);
    TypeId returned = function.return_type;
    if (fits && returned.valid()) {
      size_t results = unit_.types.kind(returned) == TypeKind::Tuple ? unit_.types.elements(returned).size() : 1;
      fits = function.parameters.size() + results == gradient.parameters.size();
    }
    if (!fits) continue;
    if (target.valid()) return FunctionId();
    target = id;
  }
  return target;
}

Object Reader::DefineCompanion(const PythonFunction& python, const CallArguments& options, bool is_gradient) {
  EnsureModule();
  std::string_view what = is_gradient ? "gradient" : "replay";
  FunctionDefinition companion;
  companion.key = KeyOf(python.name());
  std::string own_key = companion.key, reason = "the function it belongs to is unknown";
  const Object* forward = !options.positional.empty() ? &options.positional[0]
                          : !options.keywords.empty() ? &options.keywords[0].second
                                                      : nullptr;
  bool known = forward != nullptr && forward->kind == ObjectKind::Function;
  if (!known || !FillDefinition(companion, python, reason)) {
    if (!reason.empty()) Emit(DiagnosticKind::UnresolvedDefinition, python.node, own_key, reason);
    return Unresolved("a custom gradient or replay that cannot be resolved");
  }
  FunctionSetId set = forward->function_set;
  FunctionId target;
  if (is_gradient) {
    target = GradientTarget(set, companion);
  } else {
    std::vector<TypeId> types;
    for (const Parameter& parameter : companion.parameters) types.push_back(parameter.type);
    // Warp takes the annotated result of a replay for one more parameter.
    if (companion.return_type.valid()) types.push_back(companion.return_type);
    target = unit_.ResolveOverload(set, types, {});
  }
  if (!target.valid() || unit_.functions[target].generic) {
    Emit(DiagnosticKind::InvalidOverload, python.node,
         "there is no overload of " + unit_.function_sets[set].key + " that the " + std::string(what) + " " + own_key +
             " could belong to");
    return Unresolved("a function that Warp rejects");
  }
  FunctionDefinition& function = unit_.functions[target];
  companion.set = function.set;
  companion.inline_hint = function.inline_hint;
  companion.is_gradient = is_gradient;
  companion.is_replay = !is_gradient;
  if (is_gradient) {
    companion.key = function.key;
    companion.native_name = function.native_name;
    companion.gradient_input_count = static_cast<int32_t>(function.parameters.size());
  } else {
    companion.key = "replay_" + function.key;
    companion.native_name = companion.key + "_" + std::to_string(NextNumber(companion.key));
  }
  (is_gradient ? function.gradient : function.replay) = unit_.functions.Add(std::move(companion));
  return Object();
}

// A function of the same name in the same scope becomes an overload of it; one of the signature that the name
// had last replaces it.
Object Reader::Overload(FunctionId id, SymbolId name) {
  FunctionDefinition& function = unit_.functions[id];
  std::string signature = Signature(unit_.types, function);
  const Object* bound = frames_.back().names->Find(name);
  FunctionSet overloads;
  overloads.key = function.key;
  Object object;
  object.kind = ObjectKind::Function;
  if (bound == nullptr || bound->kind != ObjectKind::Function) {
    overloads.overloads.push_back(id);
    overloads.top = id;
    object.function_set = unit_.function_sets.Add(std::move(overloads));
    function.set = object.function_set;
    return object;
  }
  FunctionSet& existing = unit_.function_sets[bound->function_set];
  bool replaces_top = Signature(unit_.types, unit_.functions[existing.top]) == signature;
  auto replace = [&](std::vector<FunctionId>& list) {
    for (FunctionId& other : list)
      if (Signature(unit_.types, unit_.functions[other]) == signature) {
        other = id;
        return;
      }
    list.push_back(id);
  };
  if (replaces_top) {
    // A new object: whoever holds the old one keeps calling the old overloads.
    overloads.overloads = existing.overloads;
    replace(overloads.overloads);
    overloads.top = id;
    object.function_set = unit_.function_sets.Add(std::move(overloads));
  } else {
    replace(existing.overloads);
    object.function_set = bound->function_set;
  }
  function.set = object.function_set;
  return object;
}

// The module of another file is not the one that is read.
Object Reader::KernelElsewhere() {
  return OpaqueObject(OpaqueKind::WarpObject, 0, unit_.symbols.Intern("a kernel of another module"));
}

Object Reader::DefineKernel(const PythonFunction& function, const CallArguments& options) {
  if (!in_main()) return KernelElsewhere();
  EnsureModule();
  KernelDefinition kernel;
  NodeId node = function.node;
  kernel.key = KeyOf(function.name());
  bool other_module = false;
  if (!ReadKernelOptions(kernel, options, node, other_module)) {
    Unavailable(kernel.key, node, "its options cannot be resolved without running code");
    return Unresolved("a kernel with computed options");
  }
  if (other_module) {
    Unavailable(kernel.key, node, "it belongs to a module of its own");
    return Unresolved("a kernel of another module");
  }
  std::string reason;
  if (!FillDefinition(kernel, function, reason)) {
    if (!reason.empty()) Emit(DiagnosticKind::UnresolvedDefinition, node, kernel.key, reason);
    Unavailable(kernel.key, node, reason.empty() ? "Warp rejects it" : reason);
    return Unresolved("a kernel that cannot be resolved");
  }
  if (kernel.return_type.valid()) {
    kernel.has_return_annotation = true;
    kernel.return_code = AnnotationCode(unit_.types, kernel.return_type);
    kernel.return_type = TypeId();
  }
  for (const Parameter& parameter : kernel.parameters)
    kernel.generic = kernel.generic || IsGeneric(unit_.types, parameter.type);
  auto index = static_cast<uint32_t>(unit_.kernels.size());
  // A later kernel of the same key takes the place of an earlier one.
  std::erase_if(latest_kernels_, [&](uint32_t other) { return unit_.kernels[other].key == kernel.key; });
  latest_kernels_.push_back(index);
  SymbolId label = unit_.symbols.Intern("a kernel");
  unit_.kernels.push_back(std::move(kernel));
  return OpaqueObject(OpaqueKind::Kernel, index, label);
}

bool Reader::ReadKernelOptions(KernelDefinition& kernel, const CallArguments& options, NodeId node,
                               bool& other_module) {
  bool has_bounds = false;
  if (!options.complete) return false;
  auto refuse = [&](std::string message) {
    Emit(DiagnosticKind::InvalidOption, node, std::move(message));
    return false;
  };
  for (const auto& [keyword, value] : options.keywords) {
    std::string option(Name(keyword));
    if (IsOpaque(value, OpaqueKind::PythonNone)) continue;
    if (option == "module") {
      other_module = true;
      continue;
    }
    if (option == "module_options") continue;
    std::optional<std::string> text = Text(value);
    std::optional<bool> truth = Truth(value);
    std::optional<Int128> integer = IntegerOf(value);
    if (!text) return false;
    bool is_bool = value.kind == ObjectKind::Constant && ConstantOf(value).form == ConstantForm::Bool;
    if (option == "name") {
      if (!IsIdentifier(*text)) return refuse("name must be a valid C++ identifier");
      kernel.key = *text;
    } else if (option == "enable_backward") {
      kernel.enable_backward = truth;
      kernel.options[option] = *text;
    } else if (option == "grid_stride") {
      kernel.grid_stride = truth;
      kernel.options[option] = truth.value_or(false) ? "True" : "False";
    } else if (option == "launch_bounds") {
      has_bounds = true;
      std::vector<Object> bounds =
          IsSequence(value) ? implementation_.sequences[value.detail] : std::vector{value};
      for (const Object& bound : bounds) {
        std::optional<Int128> number = IntegerOf(bound);
        if (!number) return false;
        kernel.launch_bounds.push_back(static_cast<int32_t>(*number));
      }
      kernel.options[option] = *text;
    } else if (option == "cuda_max_registers") {
      if (!integer || is_bool || *integer < 1) return refuse("cuda_max_registers must be a positive int");
      kernel.cuda_max_registers = static_cast<int32_t>(*integer);
      kernel.options[option] = *text;
    } else if (option == "enable_cuda_smem_spilling") {
      if (!is_bool) return refuse("enable_cuda_smem_spilling must be a bool");
      if (*truth) kernel.options[option] = "True";
      if (*truth) kernel.enable_cuda_smem_spilling = true;
    } else if (option == "cluster_dim") {
      if (!integer || is_bool || *integer < 1 || *integer > kMaxClusterSize)
        return refuse("cluster_dim must be an int from 1 to 16");
      kernel.cluster_dim = static_cast<int32_t>(*integer);
      kernel.options[option] = *text;
    } else if (option == "entry_point_abi") {
      if (*text != "warp" && *text != "external_constant_params")
        return refuse("entry_point_abi must be 'warp' or 'external_constant_params'");
      kernel.has_external_entry = *text != "warp";
      if (kernel.has_external_entry) kernel.options[option] = *text;
    } else {
      return refuse("unknown kernel option " + option);
    }
  }
  if (kernel.cuda_max_registers && has_bounds)
    return refuse("cuda_max_registers and launch_bounds cannot be specified together");
  if (kernel.has_external_entry && kernel.enable_backward.value_or(true))
    return refuse("entry_point_abi='external_constant_params' requires enable_backward=False");
  return true;
}

}  // namespace warpsmith
