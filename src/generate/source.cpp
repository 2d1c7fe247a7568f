// The module around a kernel's body: imports, constants, structs, helpers, signature.
#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "generate/generate.h"
#include "generate/vocabulary.h"
#include "generate/writer.h"

namespace warpsmith::generate {
namespace {

constexpr ValueType kInt32{Shape::Scalar, ScalarKind::Int32};
constexpr ValueType kFloat32{Shape::Scalar, ScalarKind::Float32};

std::string_view OneOf(Random& random, std::span<const std::string_view> words) {
  return words[random.Below(static_cast<uint32_t>(words.size()))];
}

}  // namespace

void Writer::WriteConstants() {
  static constexpr std::array<uint32_t, 4> kCumulative{0, 75, 93, 100};
  const uint32_t count = chooser_.Weighted(kCumulative);
  for (uint32_t i = 0; i < count; ++i) {
    const std::string name = Name(ConstantNames());
    const bool wrapped = chooser_.Percent(60);
    ValueType type = chooser_.Percent(65) ? kFloat32 : kInt32;
    if (chooser_.Percent(15)) type = {static_cast<Shape>(static_cast<uint32_t>(Shape::Vec2) + chooser_.Below(3)), ScalarKind::Float32};
    else if (wrapped && skeleton_.float_kind == ScalarKind::Float64) type = {Shape::Scalar, ScalarKind::Float64};
    Put(name + " = ");
    if (wrapped) Put("wp.constant(");
    if (type.shape != Shape::Scalar) WriteCompositeConstant(type);
    else Literal(type.scalar, Hole::PositiveLiteral);
    if (wrapped) Put(")");
    EndLine();
    Leaf& leaf = AddLeaf(type, name);
    leaf.is_constant = true;
  }
  if (count > 0) Put("\n\n");
}

void Writer::WriteCompositeConstant(ValueType type) {
  Put(Spelling(type));
  Put("(");
  for (uint32_t i = 0; i < Length(type.shape); ++i) {
    if (i > 0) Put(", ");
    if (random_.Percent(20)) Put("-");
    Literal(type.scalar, random_.Percent(60) ? Hole::ZeroLiteral : Hole::PositiveLiteral);
  }
  Put(")");
}

void Writer::WriteModuleOptions() {
  if (!chooser_.Percent(context_.policy().module_options)) return;
  Put("wp.set_module_options({");
  if (chooser_.Percent(40)) Put("\"enable_backward\": False");
  else Put("\"max_unroll\": " + std::to_string(2u << random_.Below(5)));
  Put("})\n\n");
}

/// Members are whole numbers that kernels compare with.
void Writer::WriteEnum() {
  const std::string name = Name(EnumNames());
  Put("class " + name + "(IntEnum):\n");
  const uint32_t count = 2 + chooser_.Below(3);
  std::vector<std::string> outer;
  outer.swap(names_);
  for (uint32_t i = 0; i < count; ++i) {
    const std::string member = Name(EnumMembers());
    Put("    " + member + " = " + std::to_string(i) + "\n");
    AddLeaf(kInt32, name + "." + member).is_constant = true;
  }
  names_ = std::move(outer);
  Put("\n\n");
}

/// "vec5 = wp.types.vector(length=5, dtype=float)", if the body has use for it.
void Writer::WriteCustomType() {
  const auto is_custom = [](const StatementPlan& plan) { return plan.kind == StatementKind::Custom; };
  if (std::none_of(skeleton_.body.begin(), skeleton_.body.end(), is_custom)) return;
  custom_length_ = 5 + chooser_.Below(3);
  static constexpr std::array<std::string_view, 3> kNames[] = {{"vec5", "Vec5", "coeffs5"}, {"vec6", "Vec6", "stencil6"}, {"vec7", "Vec7", "weights7"}};
  custom_type_ = Name(kNames[custom_length_ - 5]);
  Put(custom_type_ + " = wp.types.vector(length=" + std::to_string(custom_length_) + ", dtype=");
  ConstructorName({Shape::Scalar, skeleton_.float_kind});
  Put(")\n\n\n");
}

void Writer::WriteArrayType(std::string_view element, uint32_t dimensions) {
  if (dimensions > 1 && random_.Percent(50)) {
    Put("wp.array" + std::to_string(dimensions) + "d(dtype=");
    Put(element);
    return Put(")");
  }
  Put("wp.array(dtype=");
  Put(element);
  if (dimensions > 1) Put(", ndim=" + std::to_string(dimensions));
  Put(")");
}

void Writer::WriteStruct(uint32_t index) {
  const StructPlan& plan = skeleton_.structs[index];
  const std::string name = Name(StructNames());
  Put("@wp.struct\nclass " + name + ":\n");
  field_names_.emplace_back();
  // Names of fields live in a space of their own.
  std::vector<std::string> outer;
  outer.swap(names_);
  for (const FieldPlan& field : plan.fields) {
    Put("    ");
    if (field.nested != kNoStruct) {
      // The name is told from others before its first letter is lowered, so it may meet one of them after.
      std::vector<std::string>& fields = field_names_.back();
      std::string text;
      do {
        text = Name(StructNames());
        text[0] = static_cast<char>(text[0] | 0x20);
      } while (std::find(fields.begin(), fields.end(), text) != fields.end());
      Put(text + ": " + struct_names_[static_cast<size_t>(field.nested)]);
      fields.push_back(std::move(text));
    } else {
      field_names_.back().push_back(Name(field.is_array ? ArrayNames(field.type) : ValueNames(field.type)));
      Put(field_names_.back().back() + ": ");
      const std::string_view spelling = short_types_ ? AlternativeSpelling(field.type) : Spelling(field.type);
      const std::string_view element = field.type.shape == Shape::Scalar ? spelling : Spelling(field.type);
      if (field.is_array) WriteArrayType(element, 1);
      else Put(element);
    }
    EndLine();
  }
  names_ = std::move(outer);
  struct_names_.push_back(name);
  Put("\n\n");
}

void Writer::WriteFunctionParameters(const FunctionPlan& plan) {
  std::vector<std::string>& parameters = function_parameters_.emplace_back();
  for (size_t i = 0; i < plan.parameters.size(); ++i) {
    const auto [type, is_array] = plan.parameters[i];
    const std::string parameter = Name(is_array ? ArrayNames(type) : ValueNames(type));
    parameters.push_back(parameter);
    if (i > 0) Put(", ");
    Put(parameter + ": ");
    if (is_array) {
      Put("wp.array(dtype=");
      ConstructorName(type);
      Put(")");
      AddInput(type, "", static_cast<int16_t>(arrays_.size()));
      arrays_.push_back({parameter, type, 1, ArgumentRole::Input, kNoStruct, kUncovered});
      continue;
    }
    ConstructorName(type);
    if (i + plan.defaults >= plan.parameters.size()) {
      Put(" = ");
      Literal(type.scalar, Hole::PositiveLiteral);
    }
    AddLocal(type, parameter, {});
    NoteInput(leaves_.back());
  }
}

void Writer::WriteFunctionSum(const FunctionPlan& plan) {
  WriteAccumulator(plan.results[0], false);
  const size_t accumulator = leaves_.size() - 1;
  const Leaf sum = leaves_[accumulator];
  const ArrayInScope& array = arrays_.back();
  loops_.push_back({Name(IndexNames()), static_cast<int16_t>(arrays_.size() - 1), 0});
  Line("for " + loops_.back().name + " in range(" + array.name + ".shape[0]):");
  ++indent_;
  BeginLine();
  Put(sum.text + " += ");
  WriteAdded(leaves_[accumulator], sum.type, plan.budget / 2, true);
  EndLine();
  --indent_;
  loops_.pop_back();
}

void Writer::WriteFunction(uint32_t index) {
  const FunctionPlan& plan = skeleton_.functions[index];
  const size_t leaves = leaves_.size();
  const std::string name = plan.overload_of == kNoFunction ? Name(FunctionNames())
                                                           : function_names_[static_cast<size_t>(plan.overload_of)];
  const size_t names = names_.size();
  Put("@wp.func\ndef " + name + "(");
  WriteFunctionParameters(plan);
  Put(")");
  if (plan.annotated) {
    Put(" -> ");
    ConstructorName(plan.results[0]);
  }
  Put(":\n");
  in_function_ = true;
  indent_ = 1;
  Flow result;
  bool is_first = true;
  const auto write_return = [&](int budget) {
    BeginLine();
    Put("return ");
    for (size_t i = 0; i < plan.results.size(); ++i) {
      if (i > 0) Put(", ");
      const Flow part = VaryingExpression(plan.results[i], budget, plan.results.size() > 1 ? 2 : 0);
      result = std::exchange(is_first, false) ? part : Both(result, part);
    }
    EndLine();
  };
  if (plan.branches) {
    Put("    if ");
    Condition(1);
    Put(":\n");
    ++indent_;
    write_return(1);
    --indent_;
  }
  if (plan.sums) WriteFunctionSum(plan);
  for (uint32_t i = 0; i < plan.statements; ++i)
    WriteLet(plan.parameters[chooser_.Below(static_cast<uint32_t>(plan.parameters.size()))].type, plan.budget / 2);
  write_return(plan.budget);
  in_function_ = false;
  indent_ = 0;
  leaves_.resize(leaves);
  names_.resize(names);
  arrays_.clear();
  function_names_.push_back(name);
  result.reaches = result.reaches && !plan.branches;
  function_flows_.push_back(result);
  Put("\n\n");
}

void Writer::AddStructLeaves(uint32_t struct_index, const std::string& prefix, int16_t array) {
  const StructPlan& plan = skeleton_.structs[struct_index];
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    const FieldPlan& field = plan.fields[i];
    const std::string text = prefix + "." + field_names_[struct_index][i];
    if (field.nested != kNoStruct) {
      AddStructLeaves(static_cast<uint32_t>(field.nested), text, array);
    } else if (field.is_array) {
      if (array >= 0) continue;
      arrays_.push_back({text, field.type, 1, ArgumentRole::Input, kNoStruct});
      AddInput(field.type, "", static_cast<int16_t>(arrays_.size() - 1));
    } else {
      AddInput(field.type, text, array);
    }
  }
}

void Writer::DeclareParameters(GeneratedKernel& kernel) {
  for (const ParameterPlan& plan : skeleton_.parameters) {
    std::span<const std::string_view> words = ValueNames(plan.type);
    static constexpr std::string_view kSeeds[] = {"seed", "rng_seed", "random_seed"};
    static constexpr std::string_view kStructs[] = {"params", "state", "config", "body", "material", "args", "model", "data"};
    static constexpr std::string_view kStructArrays[] = {"bodies", "contacts", "items", "elements", "nodes", "records", "cells_data"};
    if (plan.role == ArgumentRole::Seed) words = kSeeds;
    else if (plan.role == ArgumentRole::Count) words = CountNames();
    else if (plan.role == ArgumentRole::Atomic) words = AtomicNames();
    else if (plan.struct_index != kNoStruct) words = plan.dimensions > 0 ? std::span<const std::string_view>(kStructArrays) : kStructs;
    else if (plan.role == ArgumentRole::Output && random_.Percent(75)) words = OutputNames();
    else if (plan.dimensions > 0) words = ArrayNames(plan.type);
    const std::string name = Name(words);
    std::string type = plan.struct_index != kNoStruct ? struct_names_[static_cast<size_t>(plan.struct_index)]
                                                      : std::string(RecordSpelling(plan.type));
    if (plan.dimensions > 0) type = "array(dtype=" + type + ", ndim=" + std::to_string(plan.dimensions) + ")";
    kernel.arguments.push_back({name, std::move(type), plan.role});
    if (plan.dimensions > 0) {
      arrays_.push_back({name, plan.type, plan.dimensions, plan.role, plan.struct_index});
      const auto array = static_cast<int16_t>(arrays_.size() - 1);
      if (plan.role != ArgumentRole::Input) continue;
      if (plan.struct_index != kNoStruct) AddStructLeaves(static_cast<uint32_t>(plan.struct_index), "", array);
      else AddInput(plan.type, "", array);
    } else if (plan.struct_index != kNoStruct) {
      AddStructLeaves(static_cast<uint32_t>(plan.struct_index), name, -1);
    } else if (plan.role != ArgumentRole::Seed) {
      AddLocal(plan.type, name, {});
      NoteInput(leaves_.back());
    } else {
      random_state_ = name;  // replaced by the state once the body makes it
    }
  }
}

void Writer::WriteParameters(const GeneratedKernel& kernel) {
  const size_t count = kernel.arguments.size();
  const bool wrap = count > 5 || random_.Percent(count > 3 ? 50 : 15);
  for (size_t i = 0; i < skeleton_.parameters.size(); ++i) {
    const ParameterPlan& plan = skeleton_.parameters[i];
    if (wrap) Put("\n    ");
    else if (i > 0) Put(" ");
    Put(kernel.arguments[i].name + ": ");
    std::string_view element;
    if (plan.struct_index != kNoStruct) element = struct_names_[static_cast<size_t>(plan.struct_index)];
    else if (plan.type.shape == Shape::Scalar ? short_types_ : suffixed_ && plan.type.shape != Shape::Vec6)
      element = AlternativeSpelling(plan.type);
    else element = Spelling(plan.type);
    if (plan.dimensions > 0) WriteArrayType(element, plan.dimensions);
    else Put(element);
    if (wrap || i + 1 < skeleton_.parameters.size()) Put(",");
  }
  Put(wrap ? "\n):\n" : "):\n");
}

void Writer::WriteThreadIndex() {
  static constexpr std::array<std::array<std::string_view, 4>, 5> kNames{{{"i", "j", "k", "l"},
                                                                          {"tid", "col", "layer", "item"},
                                                                          {"i", "j", "k", "m"},
                                                                          {"row", "col", "slice_id", "batch"},
                                                                          {"x_id", "y_id", "z_id", "w_id"}}};
  const auto& names = kNames[random_.Below(kNames.size())];
  for (uint32_t i = 0; i < skeleton_.rank; ++i) {
    std::string name(names[i]);
    while (std::find(names_.begin(), names_.end(), name) != names_.end()) name += "_idx";
    names_.push_back(name);
    thread_indices_.push_back(name);
  }
  BeginLine();
  for (uint32_t i = 0; i < skeleton_.rank; ++i) Put((i > 0 ? ", " : "") + thread_indices_[i]);
  Put(" = wp.tid()\n");
  Use("tid");
}

void Writer::WriteGuard() {
  if (arrays_.empty() || !chooser_.Percent(22)) return;
  const ArrayInScope& array = arrays_[chooser_.Below(static_cast<uint32_t>(arrays_.size()))];
  const uint32_t dimensions = std::min<uint32_t>(array.dimensions, skeleton_.rank);
  BeginLine();
  Put("if ");
  for (uint32_t i = 0; i < dimensions; ++i) {
    if (i > 0) Put(" or ");
    Put(thread_indices_[i] + " >= " + array.name + ".shape[" + std::to_string(i) + "]");
  }
  Put(":\n");
  BeginLine();
  Put("    return\n");
}

void Writer::WriteDecorator() {
  Put("@wp.kernel");
  std::array<uint32_t, 5> cumulative{};
  for (size_t i = 0; i < 4; ++i) cumulative[i + 1] = cumulative[i] + context_.policy().kernel_options[i];
  // Which option is a detail between those that look alike once renamed.
  const std::array<uint32_t, 4> looks{0, cumulative[1], cumulative[2] + cumulative[4] - cumulative[3], cumulative[4]};
  uint32_t form = chooser_.Weighted(looks);
  if (form == 1 && random_.Below(looks[2] - looks[1]) >= cumulative[2] - cumulative[1]) form = 3;
  if (form == 1) Put("(enable_backward=False)");
  if (form == 2) {
    // Not less than the 256 threads of a block.
    const std::string bound = std::to_string(256u << random_.Below(2));
    Put("(launch_bounds=" + (chooser_.Percent(30) ? "(" + bound + ", 2)" : bound) + ")");
  }
  if (form == 3) Put("(grid_stride=False)");
  Put("\n");
}

void Writer::WriteKernel(GeneratedKernel& kernel) {
  WriteDecorator();
  Put("def " + kernel.name + "(");
  DeclareParameters(kernel);
  WriteParameters(kernel);
  indent_ = 1;
  if (random_.Percent(context_.policy().docstrings)) {
    Put("    \"\"\"");
    std::string verb(OneOf(random_, Verbs()));
    verb[0] = static_cast<char>(verb[0] & ~0x20);
    Put(verb + " the ");
    Put(OneOf(random_, DocstringObjects()));
    Put(".\"\"\"\n");
  }
  WriteThreadIndex();
  WriteGuard();
  if (skeleton_.has_random_state) {
    static constexpr std::string_view kStates[] = {"rng", "state", "rng_state", "rand_state"};
    const std::string seed = random_state_;
    random_state_ = Name(kStates);
    Use("rand_init");
    Line(random_state_ + " = wp.rand_init(" + seed + ", " + thread_indices_[0] + ")");
    in_scope_random_ = true;
  }
  WriteBody();
}

void Writer::WriteModule(uint64_t index, GeneratedKernel& kernel) {
  // One random draw a statement: the order within an expression is the compiler's.
  kernel.name = OneOf(random_, Verbs());
  kernel.name.append("_").append(OneOf(random_, Nouns()));
  kernel.name.append("_").append(std::to_string(index));
  names_ = {kernel.name, "wp"};
  short_types_ = chooser_.Percent(60);
  suffixed_ = chooser_.Percent(12);
  const bool has_enum = chooser_.Percent(context_.policy().enums);
  if (has_enum) Put("from enum import IntEnum\n\n");
  Put("import warp as wp\n\n");
  WriteModuleOptions();
  Put("\n");
  if (has_enum) WriteEnum();
  WriteConstants();
  WriteCustomType();
  for (uint32_t i = 0; i < skeleton_.structs.size(); ++i) WriteStruct(i);
  for (uint32_t i = 0; i < skeleton_.functions.size(); ++i) WriteFunction(i);
  WriteKernel(kernel);
  std::sort(builtins_.begin(), builtins_.end());
  kernel.builtins = std::move(builtins_);
  kernel.launch_dimensions = skeleton_.rank;
  kernel.python_source = std::move(out_);
}

GeneratedKernel Generate(const GeneratorContext& context, uint64_t seed, uint64_t index, const GenerateOptions& options) {
  Check(index < uint64_t{1} << (2 * Chooser::kHalfBits), "index out of range");
  Check(options.min_complexity >= 1 && options.max_complexity <= 5 && options.min_complexity <= options.max_complexity,
        "complexity out of range");
  Chooser chooser(seed, index);
  GeneratedKernel kernel;
  const auto category_count = options.categories.empty() ? kCategoryCount : static_cast<uint32_t>(options.categories.size());
  const auto category = static_cast<uint32_t>(index % category_count);
  kernel.category = options.categories.empty() ? static_cast<Category>(category) : options.categories[category];
  const uint32_t levels = options.max_complexity - options.min_complexity + 1;
  kernel.complexity = options.min_complexity + static_cast<uint32_t>(index / category_count % levels);
  Skeleton skeleton;
  PlanSkeleton(context.policy(), kernel.category, kernel.complexity, chooser, skeleton);
  Writer(context, chooser, skeleton).WriteModule(index, kernel);
  return kernel;
}

}  // namespace warpsmith::generate
