#include "program/printer.h"

#include <fmt/format.h>

#include <iterator>

namespace warpsmith {
namespace {

class Printer {
 public:
  explicit Printer(const Program& program) : program_(program) {}

  std::string Run() {
    for (VarId id : program_.parameters) Line(1, "parameter {}: {}", Name(id), Type(id));
    for (VarId id : program_.locals) {
      const Variable& variable = program_.variables[id];
      Line(1, "local {}: {}{}", Name(id), Type(id), variable.constant ? " constant " + Value(variable.constant) : "");
    }
    Block(program_.root, "root", 1);
    return std::move(text_);
  }

  std::string Name(VarId id) const;

 private:
  template <typename... Arguments>
  void Line(int depth, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    text_.append(static_cast<size_t>(depth - 1) * 2, ' ');
    fmt::format_to(std::back_inserter(text_), text, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  std::string Type(VarId id) const { return TypeRepr(*program_.types, program_.variables[id].type); }
  std::string Symbol(SymbolId id) const { return id ? std::string(program_.symbols->Text(id)) : std::string(); }
  std::string Value(ConstantId id) const;
  std::string List(ListId id) const;
  std::string Path(OriginId id) const;
  std::string SlotText(SlotId id) const;
  std::string DeferralText(DeferralId id) const;
  std::string CallText(const Call& call) const;
  std::string Operands(const Statement& statement) const;
  void Block(BlockId id, std::string_view title, int depth);
  void Statement(StatementId id, int depth);

  const Program& program_;
  std::string text_;
};

std::string Printer::Name(VarId id) const {
  if (!id) return "-";
  const Variable& variable = program_.variables[id];
  switch (variable.kind) {
    case VariableKind::Local:
      return fmt::format("%{}", variable.number);
    case VariableKind::Parameter:
    case VariableKind::Text:
    case VariableKind::Materialized:
      return Symbol(variable.name);
    case VariableKind::Member:
      return Name(variable.base) + "." + Symbol(variable.name);
    case VariableKind::Pointer:
      return "&" + Path(variable.origin);
    case VariableKind::AdjointPointer:
      return "&adjoint " + Path(variable.origin);
    case VariableKind::AdjointOf:
      return "adjoint " + Name(variable.base);
    case VariableKind::AdjointOrigin:
      return "adjoint " + Path(variable.origin);
    case VariableKind::Function:
      return "function " + Symbol(variable.name);
  }
  InternalError("unknown kind of variable");
}

std::string Printer::Value(ConstantId id) const {
  const Constant& value = (*program_.constants)[id];
  switch (value.form) {
    case ConstantForm::Bool:
      return value.integer ? "True" : "False";
    case ConstantForm::Int:
      return value.text.empty() ? std::to_string(value.integer) : value.text;
    case ConstantForm::Float:
      return fmt::format("{}", value.real);
    case ConstantForm::String:
      return "'" + value.text + "'";
    case ConstantForm::Composite:
    case ConstantForm::Struct: {
      std::string text = "(";
      for (ConstantId element : value.elements) text += (text.size() > 1 ? ", " : "") + Value(element);
      return text + ")";
    }
  }
  InternalError("unknown form of constant");
}

std::string Printer::List(ListId id) const {
  std::string text;
  for (VarId variable : program_.List(id)) text += (text.empty() ? "" : ", ") + Name(variable);
  return text;
}

std::string Printer::Path(OriginId id) const {
  const Origin& origin = program_.origins[id];
  std::string text = (origin.root_is_reference_parameter ? "*" : "") + Name(origin.root);
  for (const OriginStep& step : origin.steps) {
    switch (step.kind) {
      case OriginStep::Kind::Field:
        text += "." + Symbol(step.field);
        break;
      case OriginStep::Kind::View:
        text += ".view[" + List(step.indices) + "]";
        break;
      case OriginStep::Kind::Array:
      case OriginStep::Kind::Index:
        text += "[" + List(step.indices) + "]";
        break;
    }
  }
  return text;
}

std::string Printer::SlotText(SlotId id) const {
  const Slot& slot = program_.slots[id];
  std::string text = Name(slot.root) + "[" + List(slot.indices) + "]";
  for (const SlotAccess& access : slot.access) {
    switch (access.kind) {
      case SlotAccess::Kind::Field:
        text += "." + Symbol(access.field);
        break;
      case SlotAccess::Kind::Element:
        text += ".element[" + Name(access.first) + ", " + Name(access.second) + "]";
        break;
      case SlotAccess::Kind::Row:
        text += ".row[" + Name(access.first) + "]";
        break;
      case SlotAccess::Kind::Component:
        text += ".component[" + Name(access.first) + "]";
        break;
    }
  }
  return text;
}

std::string Printer::DeferralText(DeferralId id) const {
  const Deferral& deferral = program_.deferrals[id];
  return "deferred to " + Symbol(deferral.helper) + " for " + (deferral.adjoint ? "adjoint " : "") +
         Name(deferral.array) + "[" + List(deferral.indices) + "]";
}

std::string Printer::CallText(const Call& call) const {
  std::string text;
  if (call.outputs) text = List(call.outputs) + " = ";
  text += std::string(call.function_namespace) + Symbol(call.native_name) + Symbol(call.template_arguments) + "(" +
          List(call.arguments) + ")";
  if (call.has_reverse) text += " adjoint(" + List(call.adjoint_arguments) + ")";
  if (call.has_reverse && call.reverse_has_outputs) text += " with-outputs";
  if (call.initializer_list) text += " list";
  if (call.custom_replay) text += " custom-replay";
  if (call.context) {
    const CallContext& context = program_.call_contexts[call.context];
    if (context.guard == CallContext::Guard::Effect) text += " guarded";
    if (context.guard == CallContext::Guard::Store) text += " guarded-store";
    if (context.arguments) text += " context(" + List(context.arguments) + ")";
    if (context.reverse_deferral) text += " adjoint " + DeferralText(context.reverse_deferral);
  }
  return text;
}

std::string Printer::Operands(const warpsmith::Statement& statement) const {
  if (statement.kind == StatementKind::Comment) return {};
  if (statement.kind == StatementKind::Call || statement.kind == StatementKind::CallReverse)
    return " " + CallText(program_.calls[statement.call]);
  std::string text;
  if (statement.a) text += " " + Name(statement.a);
  if (statement.b) text += " " + Name(statement.b);
  if (statement.list) text += " (" + List(statement.list) + ")";
  if (statement.symbol) text += " `" + Symbol(statement.symbol) + "`";
  if (statement.constant) text += " " + Value(statement.constant);
  if (statement.slot) text += " slot " + SlotText(statement.slot);
  if (statement.origin) text += " path " + Path(statement.origin);
  if (statement.type) text += " type " + TypeRepr(*program_.types, statement.type);
  if (statement.deferral) text += " " + DeferralText(statement.deferral);
  if (statement.step != 0) text += fmt::format(" range {}:{}:{}", statement.start, statement.stop, statement.step);
  if (statement.flag != 0) text += fmt::format(" flag {}", statement.flag);
  return text;
}

void Printer::Statement(StatementId id, int depth) {
  const warpsmith::Statement& statement = program_.statements[id];
  std::string text = std::string(StatementKindName(statement.kind)) + Operands(statement);
  switch (statement.kind) {
    case StatementKind::Return:
    case StatementKind::Break:
    case StatementKind::Continue:
    case StatementKind::RangeLoop:
    case StatementKind::CountedLoop:
    case StatementKind::WhileLoop:
      text += fmt::format(" label {}", statement.label);
      break;
    default:
      break;
  }
  if (statement.replay == ReplayMode::Commented) text += " replay commented";
  if (statement.replay == ReplayMode::None) text += " replay none";
  Line(depth + statement.depth, "{} <{}>", text, statement.line + program_.first_line);
  if (!statement.condition) return;
  Block(statement.condition, "condition", depth + 1);
  Block(statement.body, "body", depth + 1);
}

void Printer::Block(BlockId id, std::string_view title, int depth) {
  const warpsmith::Block& block = program_.blocks[id];
  std::string variables;
  for (VarId variable : block.variables) variables += " " + Name(variable);
  Line(depth, "{}:{}", title, variables.empty() ? "" : " zeroes" + variables);
  for (StatementId statement : block.statements) Statement(statement, depth + 1);
}

}  // namespace

std::string PrintProgram(const Program& program) { return Printer(program).Run(); }

std::string PrintVariable(const Program& program, VarId id) { return Printer(program).Name(id); }

}  // namespace warpsmith
