// Return rules: from the arguments of a bound call to the types of its results. One function a rule, chosen
// by the enumerator that the generated tables name. A rule that is not written yet is refused as Unsupported.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "builtins/builtins.h"
#include "builtins/tables.h"

namespace warpsmith {

/// What a rule may look at: the bound arguments, its own arguments, and the tables it adds types and
/// constants to.
class RuleContext {
 public:
  RuleContext(TypeTable& types, ConstantStore& constants, const BoundCall& call,
              const builtin_tables::RuleUse& use, PatternCache& patterns, int32_t block_dim = 0,
              const LinkTarget& link_target = {})
      : types(types), constants(constants), call(call), block_dim(block_dim), link_target(link_target), use_(use), patterns_(patterns) {}

  TypeTable& types;
  ConstantStore& constants;
  const BoundCall& call;
  /// Threads of a block, which decides the shape of some tiles.
  const int32_t block_dim;
  const LinkTarget link_target;

  /// Text, or the type that it spells, of an argument of the rule itself.
  [[nodiscard]] std::string_view Text(size_t index) const {
    return builtin_tables::kRuleArguments[use_.first_argument + index].text;
  }
  [[nodiscard]] TypeId Pattern(size_t index) const {
    return patterns_[builtin_tables::kRuleArguments[use_.first_argument + index].pattern];
  }
  [[nodiscard]] size_t argument_count() const { return use_.argument_count; }

  /// Type of the argument bound to a parameter, without an outer reference; invalid if it is absent.
  [[nodiscard]] TypeId Type(std::string_view name) const {
    const BoundArgument* argument = call.Find(name);
    return argument ? StripReference(types, argument->value.type) : TypeId();
  }
  [[nodiscard]] const ArgumentValue* Value(std::string_view name) const {
    const BoundArgument* argument = call.Find(name);
    return argument ? &argument->value : nullptr;
  }
  /// The arguments given for *args; empty if there are none.
  [[nodiscard]] std::span<const ArgumentValue> Variadic() const;
  /// The type given as argument `name` (dtype=...), invalid if there is none.
  [[nodiscard]] TypeId TypeValue(std::string_view name) const {
    const ArgumentValue* value = Value(name);
    return value ? value->type_value : TypeId();
  }
  /// The integer known for an argument.
  [[nodiscard]] std::optional<int64_t> Integer(const ArgumentValue& value) const;
  /// The types of the array indices i, j, k, l that are present.
  [[nodiscard]] SmallVector<const ArgumentValue*, 4> Indices(std::string_view names = "ijkl") const;
  /// Number of elements that a slice of a dimension of `length` elements selects; nothing if it is not known.
  [[nodiscard]] std::optional<int64_t> SliceLength(const ArgumentValue& slice, int64_t length) const;
  [[nodiscard]] std::string Repr(TypeId type) const { return TypeRepr(types, type); }

 private:
  const builtin_tables::RuleUse& use_;
  PatternCache& patterns_;
};

using ResultOrError = BuiltinResult<CallResult>;

/// Whether a rule looks at the types of the arguments alone, as long as these are plain values (no slices, no tiles), and
/// makes no type that is new with each call.
[[nodiscard]] bool FollowsFromTypes(builtin_tables::ResultRule rule);

using ResultRuleFunction = ResultOrError (*)(RuleContext&);
/// The function of a rule; null if it is not written yet.
[[nodiscard]] ResultRuleFunction FindResultRule(builtin_tables::ResultRule rule);
[[nodiscard]] ResultOrError ApplyResultRule(builtin_tables::ResultRule rule, RuleContext& context);

[[nodiscard]] inline ResultOrError Returns(TypeId type) { return CallResult{.types = {type}}; }
[[nodiscard]] inline BuiltinError Reject(std::string message) { return {.message = std::move(message)}; }

/// The one scalar type among the types of `arguments`, their elements' for composites. Nothing if they differ
/// or if there is none.
[[nodiscard]] std::optional<TypeId> InferScalar(const TypeTable& types,
                                                std::span<const ArgumentValue> arguments);

// Rules by family; result_rules.cpp has the rest.
ResultOrError VectorConstructorResult(RuleContext& context);
ResultOrError MatrixConstructorResult(RuleContext& context);
ResultOrError MatrixFromVectorsResult(RuleContext& context);
ResultOrError IdentityMatrixResult(RuleContext& context);
ResultOrError IdentityOfResult(RuleContext& context);
ResultOrError QuaternionConstructorResult(RuleContext& context);
ResultOrError TransformConstructorResult(RuleContext& context);
ResultOrError TransformFromPartsResult(RuleContext& context);
ResultOrError SpatialVectorConstructorResult(RuleContext& context);
ResultOrError ArrayElementReferenceResult(RuleContext& context);
ResultOrError ArrayViewResult(RuleContext& context);
ResultOrError ArrayStoreResult(RuleContext& context);
ResultOrError ArrayFromPointerResult(RuleContext& context);
ResultOrError FixedArrayConstructorResult(RuleContext& context);
ResultOrError AtomicResult(RuleContext& context);
ResultOrError VectorExtractResult(RuleContext& context);
ResultOrError MatrixExtractResult(RuleContext& context);
ResultOrError TupleExtractResult(RuleContext& context);
ResultOrError TextureSampleResult(RuleContext& context);
ResultOrError VolumeValueResult(RuleContext& context);
ResultOrError VolumeValueAndGradientResult(RuleContext& context);
ResultOrError VolumeStoreResult(RuleContext& context);
ResultOrError VolumeIndexedValueResult(RuleContext& context);
ResultOrError VolumeIndexedValueAndGradientResult(RuleContext& context);

/// Rows and columns that indexing a matrix by slices and integers leaves, -1 for an integer index; nothing if
/// a slice is not known.
[[nodiscard]] std::optional<std::vector<int64_t>> MatrixSliceShape(
    const RuleContext& context, TypeId matrix, std::span<const ArgumentValue* const> indices);

}  // namespace warpsmith
