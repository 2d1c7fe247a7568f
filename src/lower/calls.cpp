// Calls: finding the callee, evaluating arguments, choosing the overload, allocating results, and noting the call.
#include <algorithm>
#include <utility>

#include "lower/lowering.h"

namespace warpsmith {

namespace {

bool IsCallable(const Object& object) {
  return object.kind == ObjectKind::Function || object.kind == ObjectKind::Builtin || object.kind == ObjectKind::External;
}

}  // namespace

Value Lowering::ResolveArgument(NodeId node) {
  // Evaluation comes first even where a static object replaces its result: it may make variables.
  size_t mark = sink_.Mark();
  Value value = Eval(node);
  bool evaluation_failed = failed();
  failed_ = false;
  StaticPath resolved = ResolveStatic(node);
  if (failed()) return {};
  if (!resolved.object) {
    failed_ = evaluation_failed;
    return evaluation_failed ? Value() : value;
  }
  if (evaluation_failed) sink_.RollBack(mark);
  return ValueOfObject(resolved.object, node);
}

Object Lowering::CalleeOf(NodeId node, NodeId function_node, TypeId& type_arguments_of, bool& is_gradient) {
  StaticPath resolved = ResolveStatic(function_node);
  if (failed()) return {};
  Object callee = resolved.object;
  if (!callee) {
    Value value = Eval(function_node);
    if (failed()) return {};
    callee = value.object;  // none for a variable
    is_gradient = value.kind == Value::Kind::Grad;
  }
  if (IsCallable(callee) || resolved.path.empty()) return callee;
  if (callee.kind == ObjectKind::Type && IsNative(types_, callee.type)) return callee;
  SymbolId attribute = resolved.path.back();
  Object caller = callee;
  if (caller.kind == ObjectKind::WarpModule || caller.kind == ObjectKind::Namespace) {
    Object found = unit_.Attribute(caller, attribute);
    if (!found && caller.kind == ObjectKind::WarpModule) found = unit_.Builtin(attribute);
    if (!found) {
      Fail(DiagnosticKind::FunctionNotFound, node, ast_.NameText(function_node).empty() ? Text(attribute)
                                                                                          : ast_.NameText(function_node));
      return {};
    }
    if (IsCallable(found)) return found;
    caller = found;
  }
  switch (caller.kind) {
    case ObjectKind::Static:
    case ObjectKind::Grad:
    case ObjectKind::AddressOf: return caller;
    default: break;
  }
  if (caller.kind == ObjectKind::Type && IsComposite(types_, caller.type)) type_arguments_of = caller.type;
  if (Object builtin = unit_.Builtin(attribute)) return builtin;
  if (caller.kind == ObjectKind::Type) {
    if (IsComposite(types_, caller.type)) {
      BuiltinId constructor = context_.builtins().ConstructorOf(caller.type).builtin;
      return unit_.Builtin(Intern(Builtins::Name(constructor)));
    }
    // Python's float and Warp's float32 are one type but call built-ins of different names.
    SymbolId name = caller.name.valid() ? caller.name : Intern(TypeRepr(types_, caller.type));
    if (Object builtin = unit_.Builtin(name)) return builtin;
  }
  if (caller.kind == ObjectKind::Struct) return caller;
  if (caller.kind == ObjectKind::Unknown && !caller.is_foreign()) FailUnresolved(caller, node);
  else Fail(DiagnosticKind::FunctionNotFound, node, Text(attribute));
  return {};
}

Value Lowering::EvalCall(NodeId node, bool result_used, int expected_results) {
  if (failed()) return {};
  SetLine(node);
  auto call = ast_.Get<py::Call>(node);
  if (const Object* known = StaticResult(node)) return ValueOfObject(*known, node);
  TypeId type_arguments_of;
  bool is_gradient = false;
  Object callee = CalleeOf(node, call.func, type_arguments_of, is_gradient);
  if (failed()) return {};
  switch (callee.kind) {
    case ObjectKind::AddressOf: return EvalAddressOf(node);
    case ObjectKind::Static: return EvalDeferredStatic(node);
    case ObjectKind::Grad: return EvalGrad(node);
    case ObjectKind::Function:
    case ObjectKind::Builtin:
    case ObjectKind::External:
    case ObjectKind::Struct: break;
    case ObjectKind::Type:
      if (IsNative(types_, callee.type)) return EvalNativeConstructor(node, callee.type);
      [[fallthrough]];
    default: Fail(DiagnosticKind::FunctionNotFound, node, ast_.NameText(call.func)); return {};
  }
  if (callee.kind == ObjectKind::Builtin) program_.builtins_called.push_back(callee.name);
  bool is_tid = callee.kind == ObjectKind::Builtin && Text(callee.name) == "tid";
  if (is_tid) {
    if (!is_kernel_ && !definition_->is_instance) {
      Fail(DiagnosticKind::TidInFunction, node);
      return {};
    }
    program_.uses_tid = true;
    if (expected_results <= 1) program_.uses_scalar_tid = true;
  }
  Values arguments;
  Nodes argument_nodes;
  std::vector<KeywordValue> keywords;
  if (!EvalArguments(call, arguments, argument_nodes, keywords)) return {};
  if (is_gradient) return AddGradientCall(callee, arguments, keywords, node, argument_nodes);
  if (callee.kind == ObjectKind::Struct) return AddStructConstruction(callee.type, arguments, keywords, node);
  result_used_ = result_used;
  return AddCall(callee, arguments, keywords, type_arguments_of, expected_results, node, argument_nodes);
}

bool Lowering::EvalArguments(const py::Call& call, Values& arguments, Nodes& nodes,
                             std::vector<KeywordValue>& keywords) {
  Nodes positional(ast_.List(call.args));
  Nodes named(ast_.List(call.keywords));
  for (NodeId node : positional) {
    if (ast_.Is(node, NodeKind::Starred)) {
      for (VarId element : UnpackStarred(node)) {
        arguments.push_back(element);
        nodes.push_back(NodeId());
      }
    } else {
      arguments.push_back(ResolveArgument(node));
      nodes.push_back(node);
    }
    if (failed()) return false;
  }
  for (NodeId node : named) {
    auto keyword = ast_.Get<py::Keyword>(node);
    if (!keyword.arg.valid()) {
      Fail(DiagnosticKind::ConstructNotSupported, node, "**kwargs");
      return false;
    }
    keywords.push_back({keyword.arg, ResolveArgument(keyword.value), keyword.value});
    if (failed()) return false;
  }
  return true;
}

ArgumentValue Lowering::ToArgument(const Value& value) {
  ArgumentValue argument;
  switch (value.kind) {
    case Value::Kind::Variable: {
      argument.type = TypeOf(value.var);
      argument.handle = value.var.index;
      argument.is_parameter = var(value.var).is_parameter;
      argument.constant = var(value.var).constant;
      if (elements_.empty()) break;
      if (auto found = elements_.find(value.var.index); found != elements_.end()) argument.elements = found->second;
      break;
    }
    case Value::Kind::Sequence: {
      std::vector<ArgumentValue>& elements = argument_storage_.emplace_back();
      std::vector<TypeId> types;
      for (VarId element : program_.List(value.sequence)) {
        elements.push_back(ToArgument(Value(element)));
        types.push_back(ValueType(element));
      }
      argument.type = types_.Sequence(types);
      argument.elements = elements;
      break;
    }
    case Value::Kind::Object:
      if (value.object.kind == ObjectKind::Builtin) {
        argument.type = kFunctionType;
        argument.function = Builtins::Find(Text(value.object.name));
      } else if (value.object.kind == ObjectKind::Function) {
        argument.type = kFunctionType;
        argument.user_function = value.object.function_set.index;
      } else if (value.object.kind == ObjectKind::Constant) {
        // A number that is known without a variable (a vector's length): dispatch makes one where it needs it.
        argument.type = unit_.constants[value.object.constant].type;
        argument.constant = value.object.constant;
      } else {
        argument.type = value.object.type.valid() ? value.object.type : kVoidType;
        argument.type_value = value.object.type;
        argument.plain_python = value.object.flavor == TypeFlavor::Python;
      }
      break;
    default: argument.type = kVoidType; break;
  }
  return argument;
}

Value Lowering::AddCall(const Object& callee, std::span<const Value> arguments,
                        std::span<const KeywordValue> keywords, TypeId type_arguments_of, int expected_results,
                        NodeId node, std::span<const NodeId> argument_nodes) {
  if (failed()) return {};
  if (callee.kind == ObjectKind::Function)
    return AddUserCall(callee.function_set, arguments, keywords, node, argument_nodes);
  if (callee.kind == ObjectKind::External) return AddExternalCall(callee, arguments, keywords, node);
  Arguments positional;
  for (const Value& argument : arguments) positional.push_back(ToArgument(argument));
  std::vector<KeywordArgument> named;
  for (const KeywordValue& keyword : keywords) named.push_back({Text(keyword.name), ToArgument(keyword.value)});
  std::span<const KeywordArgument> type_arguments;
  if (type_arguments_of.valid()) type_arguments = context_.builtins().ConstructorOf(type_arguments_of).type_arguments;
  return AddBuiltinOverloadCall(Builtins::Find(Text(callee.name)), positional, named, type_arguments, expected_results,
                                node);
}

Value Lowering::AddBuiltinCall(std::string_view name, std::span<const Value> arguments, int expected_results) {
  if (failed()) return {};
  Arguments positional;
  for (const Value& argument : arguments) positional.push_back(ToArgument(argument));
  return AddBuiltinOverloadCall(Builtins::Find(name), positional, {}, {}, expected_results, current_node_);
}

VarId Lowering::AddBuiltin(std::string_view name, std::span<const VarId> arguments) {
  if (failed()) return VarId();
  Arguments positional;
  for (VarId argument : arguments) positional.push_back(ToArgument(Value(argument)));
  return AddBuiltinOverloadCall(Builtins::Find(name), positional, {}, {}, 0, current_node_).var;
}

VarId Lowering::AddBuiltin(std::string_view name, std::initializer_list<VarId> arguments) {
  return AddBuiltin(name, std::span<const VarId>(arguments.begin(), arguments.size()));
}

void Lowering::FailBuiltin(const BuiltinError& error, BuiltinId builtin, NodeId node) {
  if (error.kind == BuiltinError::Kind::Rejected) {
    Fail(DiagnosticKind::CallRejected, node, error.message);
  } else {
    Fail(DiagnosticKind::CallNotSupported, node, std::string(Builtins::Name(builtin)), error.message);
  }
}

bool Lowering::TakeWideConstant(const BoundCall& bound, const OverloadInfo& info, VarId& result) {
  // A literal given to a 64-bit constructor would lose digits on its way through a 32-bit variable, so its variable
  // is given the wide type and the literal is assigned to it.
  TypeId wide = info.value_type;
  if (wide != kFloat64Type && wide != kInt64Type && wide != kUint64Type) return false;
  if (info.native_name != TypeRepr(types_, wide) || bound.present_count() != 1) return false;
  for (const BoundArgument& argument : bound.arguments) {
    if (!argument.present || argument.value.handle == ArgumentValue::kNoHandle || !argument.value.constant.valid())
      continue;
    Constant constant = unit_.constants[argument.value.constant];
    bool number = constant.form == ConstantForm::Int || constant.form == ConstantForm::Bool ||
                  (constant.form == ConstantForm::Float && constant.real == constant.real);
    if (!number) return false;
    result = VarId(argument.value.handle);
    ConstantId cast = unit_.constants.Add(CastConstant(constant, wide));
    var(result).type = wide;
    var(result).constant = ConstantId();
    Statement& assign = AddStatement(StatementKind::AssignConstant);
    assign.a = result;
    assign.constant = cast;
    return true;
  }
  return false;
}

Value Lowering::AddBuiltinOverloadCall(BuiltinId builtin, std::span<const ArgumentValue> positional,
                                       std::span<const KeywordArgument> keywords,
                                       std::span<const KeywordArgument> type_arguments, int expected_results,
                                       NodeId node) {
  Builtins& builtins = context_.builtins();
  bool result_used = std::exchange(result_used_, true), guard_store = std::exchange(guard_store_, false);
  const bool may_be_plain = keywords.empty() && type_arguments.empty() && deterministic_ == nullptr;
  const auto min_outputs = static_cast<uint32_t>(expected_results);
  if (may_be_plain)
    if (const PlainCall* plain = builtins.FindPlain(builtin, positional, min_outputs)) return AddPlainCall(*plain, positional);
  auto overload = builtins.Resolve(builtin, positional, keywords, min_outputs);
  if (!overload) return FailBuiltin(overload.error(), builtin, node), Value();
  auto bound = builtins.Bind(*overload, positional, keywords, type_arguments);
  if (!bound) return FailBuiltin(bound.error(), builtin, node), Value();
  const OverloadInfo& info = builtins.Info(*overload);
  VarId repurposed;
  if (TakeWideConstant(*bound, info, repurposed)) return repurposed;
  bool has_reverse = info.is_differentiable;
  if (!BindFunctionArgument(*bound, has_reverse, node)) return {};
  auto result = builtins.ResultOf(*bound);
  if (!result) return FailBuiltin(result.error(), builtin, node), Value();
  if (result->constant.valid()) return AddConstant(result->constant);
  Variables outputs;
  for (TypeId type : result->types) {
    // A damaged snapshot may give Any to a kernel that is not generic.
    if (!type.valid())
      return Fail(DiagnosticKind::FeatureNotSupported, node, "a part of a value of any type"), Value();
    outputs.push_back(AddVar(type));
  }
  if (!result->elements.empty() && !outputs.empty()) elements_[outputs[0].index] = result->elements;
  if (!outputs.empty()) result->handle = outputs[0].index;
  std::string_view name = Builtins::Name(builtin);
  if (deterministic_ != nullptr) {
    const ArgumentValue* first = bound->arguments.empty() ? nullptr : &bound->arguments[0].value;
    if (first != nullptr && first->handle != ArgumentValue::kNoHandle) NoteArrayAccess(name, VarId(first->handle));
    if (failed()) return {};
    if (std::optional<Value> deferred = DeferAtomic(name, *bound, info, outputs, result_used)) return *deferred;
  }
  auto native = builtins.Dispatch(*bound, *result);
  if (!native) return FailBuiltin(native.error(), builtin, node), Value();
  if (may_be_plain) builtins.NotePlain(builtin, positional, min_outputs, *overload, *result);

  Call call = NewCall(info.native_namespace, info.native_name, info.require_original_output_arg,
                      info.adjoint_uses_template_args || info.has_lto_dispatch);
  if (!native->template_arguments.empty()) call.template_arguments = Intern(native->template_arguments);
  call.initializer_list = native->initializer_list;
  call.reverse_has_outputs = call.reverse_has_outputs || outputs.size() > 1;
  for (const LinkFunction& function : native->link_functions) {
    if (!function.unknown.empty() && !unknown_link_) unknown_link_ = {node, std::string(name), function.unknown};
    if (!function.unknown.empty()) continue;
    program_.link_functions.emplace_back(Intern(function.symbol), Intern(function.declaration));
  }
  Variables originals, forwards;
  for (const NativeArgument& argument : native->arguments)
    originals.push_back(argument.text < 0 ? RegisterArgument(argument) : AddText(native->texts[static_cast<size_t>(argument.text)]));
  for (size_t i = 0; i < originals.size(); ++i)
    forwards.push_back(native->arguments[i].by_reference ? originals[i] : Load(originals[i]));
  if (failed()) return {};
  call.has_reverse = has_reverse && !originals.empty();
  if (deterministic_ != nullptr) {
    GuardEffect(name, result_used, call);
    if (guard_store) ContextOf(call).guard = CallContext::Guard::Store;
    if (name == "address" && !forwards.empty()) {
      call.arguments = program_.AddList(forwards);
      DeferGradient(call, forwards[0]);
    }
  }
  // A guarded store is made again where a kernel is replayed.
  return FinishCall(std::move(call), outputs, forwards, originals, info.skip_replay && !guard_store);
}

Value Lowering::AddPlainCall(PlainCall plain, std::span<const ArgumentValue> positional) {
  Variables outputs, originals, forwards;
  if (plain.result.valid()) outputs.push_back(AddVar(plain.result));
  for (const ArgumentValue& argument : positional) originals.push_back(RegisterArgument({argument}));
  for (size_t i = 0; i < originals.size(); ++i)
    forwards.push_back(i == 0 && plain.first_by_reference ? originals[i] : Load(originals[i]));
  if (failed()) return {};
  Call call = NewCall(plain.native_namespace, plain.native_name, plain.require_original_output_arg,
                      plain.reverse_has_template_arguments);
  call.has_reverse = plain.is_differentiable && !originals.empty();
  return FinishCall(call, outputs, forwards, originals, plain.skip_replay);
}

Call Lowering::NewCall(std::string_view name_space, std::string_view name, bool has_original_output,
                       bool reverse_has_template_arguments) {
  Call call;
  call.function_namespace = name_space;
  call.native_name = Intern(name);
  call.require_original_output = call.reverse_has_outputs = has_original_output;
  call.reverse_has_template_arguments = reverse_has_template_arguments;
  return call;
}

VarId Lowering::AddText(std::string_view text) {
  Variable variable;
  variable.kind = VariableKind::Text;
  variable.type = kStringType;
  variable.name = Intern(text);
  return AddUnnumbered(variable);
}

VarId Lowering::RegisterArgument(const NativeArgument& argument) {
  if (argument.value.handle != ArgumentValue::kNoHandle) return VarId(argument.value.handle);
  return AddVar(argument.value.type, argument.value.constant);
}

Value Lowering::FinishCall(Call call, std::span<const VarId> outputs, std::span<const VarId> forwards,
                           std::span<const VarId> originals, bool comment_replay) {
  auto has_native = [this](VarId id) { return ContainsNative(TypeOf(id)); };
  if (std::any_of(originals.begin(), originals.end(), has_native) || std::any_of(outputs.begin(), outputs.end(), has_native))
    call.has_reverse = false;
  call.outputs = program_.AddList(outputs);
  call.arguments = program_.AddList(forwards);
  call.adjoint_arguments = std::ranges::equal(forwards, originals) ? call.arguments : program_.AddList(originals);
  call.void_result = outputs.empty();
  CallId id = program_.calls.Add(std::move(call));
  Statement& statement = AddStatement(StatementKind::Call);
  statement.call = id;
  if (comment_replay) statement.replay = ReplayMode::Commented;
  if (outputs.empty()) return {};
  if (outputs.size() == 1) return outputs[0];
  return Value::Of(program_.calls[id].outputs);
}

}  // namespace warpsmith
