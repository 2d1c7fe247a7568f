// Variables, statements, blocks, lines and the entry point of lowering.
#include "lower/lowering.h"

#include <algorithm>

namespace warpsmith {

const Value* SymbolMap::Find(SymbolId name) const {
  for (const auto& [symbol, value] : entries_)
    if (symbol == name) return &value;
  return nullptr;
}

void SymbolMap::Set(SymbolId name, Value value) {
  for (auto& [symbol, existing] : entries_)
    if (symbol == name) {
      existing = std::move(value);
      return;
    }
  entries_.emplace_back(name, std::move(value));
}

void SymbolMap::Erase(SymbolId name) {
  std::erase_if(entries_, [name](const auto& entry) { return entry.first == name; });
}

Lowering::Lowering(Unit& unit, const Definition& definition, bool is_kernel, const LoweringOptions& options,
                   ModuleContext& context, DiagnosticSink& sink)
    : unit_(unit),
      types_(unit.types),
      definition_(&definition),
      ast_(*definition.ast),
      is_kernel_(is_kernel),
      options_(options),
      context_(context),
      sink_(sink),
      current_node_(definition.node) {}

std::optional<int64_t> Lowering::IntegerConstant(VarId id) const {
  if (!HasConstant(id)) return std::nullopt;
  const Constant& constant = ConstantOf(id);
  if (constant.form != ConstantForm::Int && constant.form != ConstantForm::Bool) return std::nullopt;
  return constant.integer;
}

VarId Lowering::AddVar(TypeId type, ConstantId constant) {
  Variable variable;
  variable.kind = VariableKind::Local;
  variable.type = type;
  variable.constant = constant;
  variable.number = static_cast<uint32_t>(program_.locals.size());
  variable.line = line_;
  VarId id = program_.variables.Add(variable);
  program_.locals.push_back(id);
  current_block().variables.push_back(id);
  return id;
}

VarId Lowering::AddUnnumbered(Variable variable) {
  variable.line = line_;
  return program_.variables.Add(variable);
}

VarId Lowering::AddConstant(Constant constant) {
  TypeId type = constant.type;
  return AddVar(type, unit_.constants.Add(std::move(constant)));
}

VarId Lowering::AddConstant(ConstantId constant) { return AddVar(unit_.constants[constant].type, constant); }

Statement& Lowering::AddStatement(StatementKind kind) {
  if (program_.statements.size() >= options_.most_statements) [[unlikely]]
    Fail(DiagnosticKind::FeatureNotSupported, current_node_,
         "a function of more than " + std::to_string(options_.most_statements) + " statements");
  Statement statement;
  statement.kind = kind;
  statement.depth = depth_;
  statement.line = line_;
  StatementId id = program_.statements.Add(statement);
  current_block().statements.push_back(id);
  return program_.statements[id];
}

void Lowering::SetLine(NodeId node) {
  current_node_ = node;
  if (ast_.Line(node) == 0) return;  // made by a code transformer, which gave it no place
  auto line = static_cast<int32_t>(ast_.Line(node)) - definition_->line_base;
  if (line == line_) return;
  // The directive in front of the comment, where there is one, still names the line before it.
  Statement& comment = AddStatement(StatementKind::Comment);
  comment.line = line;
  line_ = line;
}

BlockId Lowering::BeginBlock(BlockKind kind) {
  Block block;
  block.kind = kind;
  block.label = program_.label_count++;
  BlockId id = program_.blocks.Add(std::move(block));
  block_stack_.push_back(id);
  return id;
}

void Lowering::EndBlock() { block_stack_.pop_back(); }

VarId Lowering::Load(VarId id) {
  if (failed() || !id.valid() || !IsReferenceVar(id)) return id;
  return AddBuiltin("load", {id});
}

std::optional<LoweredFunction> Lowering::Run() {
  program_.symbols = &unit_.symbols;
  program_.types = &unit_.types;
  program_.constants = &unit_.constants;
  program_.source_lines = definition_->source_lines;
  program_.first_line = definition_->first_line;
  size_t expected = ast_.List(ast_.Get<py::FunctionDef>(definition_->node).body).size() * 8;
  program_.Reserve(static_cast<uint32_t>(expected));
  program_.root = program_.blocks.Add(Block());
  program_.blocks[program_.root].statements.reserve(expected);
  program_.blocks[program_.root].variables.reserve(expected);
  block_stack_.push_back(program_.root);
  for (const Parameter& parameter : definition_->parameters) {
    Variable variable;
    variable.kind = VariableKind::Parameter;
    variable.type = IsTuple(types_, parameter.type) ? AnnotatedTuple(*definition_, parameter) : parameter.type;
    variable.name = parameter.name;
    variable.is_parameter = true;
    VarId id = program_.variables.Add(variable);
    if (IsReference(types_, parameter.type)) {
      reference_parameters_.emplace_back(parameter.name, id);
      var(id).origin = OriginOfReferenceParameter(id);
    } else if (IsArray(types_, parameter.type)) {
      var(id).origin = OriginOfLocal(id);
    }
    program_.parameters.push_back(id);
    symbols_.Set(parameter.name, Value(id));
  }
  if (!is_kernel_)
    for (const auto& [name, function] : static_cast<const FunctionDefinition*>(definition_)->function_arguments)
      symbols_.Set(name, Value::Of(function));
  BeginDeterministic();
  EvalFunctionBody();
  if (failed() || !ValidateReturnType()) return std::nullopt;
  EndDeterministic();
  // Only now: what Warp refuses further down counts, not what is missing here.
  if (unknown_link_ && !failed()) Fail(DiagnosticKind::CallNotSupported, unknown_link_->node, unknown_link_->builtin, unknown_link_->reason);
  if (failed()) return std::nullopt;

  // A struct that is only passed through still has to be declared.
  for (VarId id : program_.parameters) {
    TypeId type = TypeOf(id);
    if (IsStruct(types_, type)) context_.BuildStruct(type);
    else if (IsArray(types_, type) && types_[type].family == ArrayFamily::Regular && IsStruct(types_, types_[type].element))
      context_.BuildStruct(types_[type].element);
  }
  LoweredFunction lowered;
  lowered.result.uses_grad_call = program_.uses_grad_call;
  if (deterministic_ != nullptr)
    lowered.result.deterministic = std::make_shared<const DeterministicFacts>(std::move(deterministic_->facts));
  TypeId annotated = definition_->return_type;
  bool several = annotated.valid() && (types_.kind(annotated) == TypeKind::Tuple || types_.kind(annotated) == TypeKind::Sequence);
  if (several) lowered.result.types.assign(types_.elements(annotated).begin(), types_.elements(annotated).end());
  else if (annotated.valid()) lowered.result.types = {annotated};
  else
    for (VarId id : program_.return_variables) lowered.result.types.push_back(TypeOf(id));
  lowered.program = std::move(program_);
  return lowered;
}

std::optional<LoweredFunction> Lower(Unit& unit, const Definition& definition, bool is_kernel,
                                     const LoweringOptions& options, ModuleContext& context, DiagnosticSink& sink) {
  return Lowering(unit, definition, is_kernel, options, context, sink).Run();
}

}  // namespace warpsmith
