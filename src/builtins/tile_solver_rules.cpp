// Factorisations of tiles, and systems of equations with them.
#include "builtins/link_time.h"
#include "builtins/tile_rules.h"

namespace warpsmith {
namespace {

using builtin_tables::DispatchRule;
using builtin_tables::ResultRule;

// As cuSolverDx numbers them.
constexpr int kLeftSide = 0, kNoUnitDiagonal = 1;

std::string NameOf(const RuleContext& context) {
  return std::string(Builtins::Name(Builtins::NameOf(context.call.overload))) + "()";
}

bool UsesLibrary(const RuleContext& context) {
  return context.link_target.architecture != 0 && context.link_target.use_solver;
}

bool IsRowMajor(const RuleContext& context, TypeId tile) {
  return context.types[tile].tile.layout == TileLayout::RowMajor;
}

TypeId SharedCopy(RuleContext& context, TypeId element, TypeId like) {
  TileTraits traits{.storage = TileStorage::Shared, .layout = context.types[like].tile.layout};
  return context.types.NewTile(element, context.types.shape(like), traits, context.types.strides(like));
}

std::optional<BuiltinError> CheckScalars(const RuleContext& context, std::initializer_list<TypeId> tiles) {
  for (TypeId tile : tiles)
    if (TypeId element = context.types[tile].element; element != kFloat32Type && element != kFloat64Type)
      return Reject(NameOf(context) + " arguments must be tiles of float64 or float32");
  return std::nullopt;
}

/// Whether the upper triangle is meant; an error if the argument says neither.
BuiltinResult<bool> IsUpper(const RuleContext& context) {
  std::string_view mode = TextOf(context, "fill_mode");
  if (mode == "upper" || mode == "lower") return mode == "upper";
  return Reject(NameOf(context) + " fill_mode must be the compile-time constant \"lower\" or \"upper\"");
}

// The functions of a call, as arguments: names, or zeros where Warp's own loops do the work.
void AddFunctions(RuleContext& context, size_t count, NativeCall& call) {
  for (size_t i = 0; i < count; ++i) {
    if (i < call.link_functions.size()) call.AddText(call.link_functions[i].symbol);
    else call.arguments.push_back(IntegerConstant(context, 0));
  }
}

void AddSolver(RuleContext& context, const Solver& solver, NativeCall& call) {
  call.link_functions.push_back(FindSolver(solver, context.link_target, context.block_dim));
}

NativeArgument Result(const CallResult& result) { return {{.type = result.types[0], .handle = result.handle}}; }

// ---- Cholesky factors

ResultOrError Cholesky(RuleContext& context, bool in_place) {
  TypeId a = context.Type("A");
  auto shape = context.types.shape(a);
  if (shape.size() != 2) return Reject("tile_cholesky() argument must be a 2D tile");
  if (shape[0] != shape[1]) return Reject("tile_cholesky() argument must be square");
  if (in_place) return CallResult{};
  return Returns(SharedCopy(context, context.types[a].element, a));
}

// The adjoint of a factor takes a product and the solution of a triangular system.
void AddCholeskyAdjoint(RuleContext& context, TypeId out, bool upper, NativeCall& call) {
  TypeId scalar = context.types[out].element;
  int64_t size = context.types.shape(out)[0];
  bool row_major = IsRowMajor(context, out);
  GemmOperand factor{.scalar = scalar, .row_major = row_major, .leading_dimension = size};
  GemmOperand a = upper ? factor : factor.Transposed(), b = upper ? factor.Transposed() : factor;
  auto gemm = FindGemm(context.types, {size, size, size, {a, b, factor}}, context.link_target, context.block_dim);
  call.link_functions.push_back(gemm.value_or(UnknownProduct()));
  Solver triangular{.name = "trsm", .sizes = {size, size, 1}, .side = kLeftSide, .diagonal = kNoUnitDiagonal,
                    .a_row_major = upper == row_major, .b_row_major = row_major, .upper = true, .scalar = scalar};
  AddSolver(context, triangular, call);
}

NativeOrError CholeskyDispatch(RuleContext& context, const CallResult& result, bool in_place) {
  auto upper = IsUpper(context);
  if (!upper) return upper.error();
  TypeId a = context.Type("A");
  context.types.MoveToShared(a);
  if (auto error = CheckScalars(context, {a})) return *error;
  int64_t size = context.types.shape(a)[0];
  NativeCall call;
  if (UsesLibrary(context)) {
    TypeId out = in_place ? a : result.types[0];
    Solver factor{.name = "potrf", .sizes = {size, size, 1}, .a_row_major = IsRowMajor(context, a),
                  .b_row_major = IsRowMajor(context, out), .upper = *upper, .scalar = context.types[a].element,
                  .takes_status = true};
    AddSolver(context, factor, call);
    if (!in_place && context.link_target.enable_backward)
      AddCholeskyAdjoint(context, out, *upper, call);
  }
  AddFunctions(context, in_place ? 1 : 3, call);
  call.arguments.push_back(BoundValue(context, "A"));
  if (!in_place) call.arguments.push_back(Result(result));
  call.template_arguments = *upper ? "<true>" : "<false>";
  return call;
}

// ---- systems of equations

// A system: the names of the matrix and of the right-hand side.
struct System {
  std::string_view matrix, right;
};

ResultOrError Solve(RuleContext& context, System system, bool in_place) {
  TypeId matrix = context.Type(system.matrix), right = context.Type(system.right);
  std::string name = NameOf(context);
  if (!TypesEqual(context.types, context.types[matrix].element, context.types[right].element))
    return Reject(name + " arguments must have the same dtype");
  auto shape = context.types.shape(matrix), right_shape = context.types.shape(right);
  if (shape[0] != shape[1]) return Reject(name + " matrix argument must be square");
  if (right_shape.empty() || right_shape.size() > 2)
    return Reject(name + " right-hand side argument must be a 1D or 2D tile");
  if (right_shape[0] != shape[0])
    return Reject(name + " right-hand side must have the same number of elements as the number of rows of the matrix");
  if (in_place) return CallResult{};
  return Returns(SharedCopy(context, context.types[matrix].element, right));
}

struct SolveKind {
  System system;
  bool triangular = false, upper = false, in_place = false;
  size_t functions = 1;  // that the native function takes
};

BuiltinResult<Solver> SolverOf(const RuleContext& context, const SolveKind& kind, bool upper) {
  TypeId matrix = context.Type(kind.system.matrix), right = context.Type(kind.system.right);
  auto right_shape = context.types.shape(right);
  int64_t size = context.types.shape(matrix)[0], columns = right_shape.size() > 1 ? right_shape[1] : 1;
  Solver solver{.a_row_major = IsRowMajor(context, matrix), .b_row_major = IsRowMajor(context, right), .upper = upper,
                .scalar = context.types[matrix].element};
  if (kind.triangular) {
    solver.name = "trsm";
    solver.side = kLeftSide;
    solver.diagonal = kNoUnitDiagonal;
    std::ranges::copy(std::array<int64_t, 3>{size, columns, 1}, solver.sizes);
  } else {
    solver.name = "potrs";
    std::ranges::copy(std::array<int64_t, 3>{size, size, columns}, solver.sizes);
  }
  return solver;
}

NativeOrError SolveDispatch(RuleContext& context, const CallResult& result, const SolveKind& kind) {
  bool upper = kind.upper;
  if (!kind.triangular) {
    auto mode = IsUpper(context);
    if (!mode) return mode.error();
    upper = *mode;
  }
  TypeId matrix = context.Type(kind.system.matrix), right = context.Type(kind.system.right);
  context.types.MoveToShared(matrix);
  context.types.MoveToShared(right);
  if (auto error = CheckScalars(context, {right, matrix})) return *error;
  NativeCall call;
  if (UsesLibrary(context)) {
    auto solver = SolverOf(context, kind, upper);
    if (!solver) return solver.error();
    AddSolver(context, *solver, call);
    if (kind.functions > 1 && context.link_target.enable_backward) {
      // The adjoint solves the transposed system, in a buffer of its own.
      solver->a_row_major = !solver->a_row_major;
      solver->b_row_major = true;
      solver->upper = true;
      AddSolver(context, *solver, call);
    }
  }
  AddFunctions(context, kind.functions, call);
  call.arguments.push_back(BoundValue(context, kind.system.matrix));
  call.arguments.push_back(BoundValue(context, kind.system.right));
  if (!kind.in_place) call.arguments.push_back(Result(result));
  if (!kind.triangular) call.template_arguments = upper ? "<true>" : "<false>";
  return call;
}

constexpr System kCholesky{"L", "y"}, kLower{"L", "y"}, kUpper{"U", "z"};

// ---- diagonals

ResultOrError DiagonalSum(RuleContext& context) {
  TypeId a = context.Type("a"), d = context.Type("d");
  if (!TypesEqual(context.types, context.types[a].element, context.types[d].element))
    return Reject("tile_diag_add() arguments must have the same dtype");
  auto shape = context.types.shape(a), diagonal = context.types.shape(d);
  if (shape.size() != 2) return Reject("tile_diag_add() argument 'a' must be a 2D tile");
  if (diagonal.size() != 1) return Reject("tile_diag_add() argument 'd' must be a 1D tile");
  if (shape[0] != shape[1]) return Reject("tile_diag_add() 'a' argument must be square");
  if (shape[0] != diagonal[0])
    return Reject("tile_diag_add() 'd' argument must have the same number of elements as the number of rows in 'a'");
  return Returns(SharedCopy(context, context.types[a].element, a));
}

NativeOrError DiagonalSumDispatch(RuleContext& context, const CallResult& result) {
  context.types.MoveToShared(context.Type("a"));
  context.types.MoveToShared(context.Type("d"));
  return NativeCall{.arguments = {BoundValue(context, "a"), BoundValue(context, "d"), Result(result)}};
}

template <bool in_place>
ResultOrError CholeskyResult(RuleContext& context) { return Cholesky(context, in_place); }
template <bool in_place>
NativeOrError CholeskyCall(RuleContext& context, const CallResult& result) { return CholeskyDispatch(context, result, in_place); }
template <const System& system, bool in_place>
ResultOrError SolveResult(RuleContext& context) { return Solve(context, system, in_place); }
template <const SolveKind& kind>
NativeOrError SolveCall(RuleContext& context, const CallResult& result) { return SolveDispatch(context, result, kind); }

constexpr SolveKind kCholeskySolve{.system = kCholesky}, kCholeskySolveInPlace{.system = kCholesky, .in_place = true},
    kLowerSolve{.system = kLower, .triangular = true, .functions = 2},
    kLowerSolveInPlace{.system = kLower, .triangular = true, .in_place = true},
    kUpperSolve{.system = kUpper, .triangular = true, .upper = true},
    kUpperSolveInPlace{.system = kUpper, .triangular = true, .upper = true, .in_place = true};

constexpr ResultRuleRow kResults[] = {
    {ResultRule::TileCholeskyGeneric, CholeskyResult<false>},
    {ResultRule::TileCholeskyInplaceGeneric, CholeskyResult<true>},
    {ResultRule::TileCholeskySolveGeneric, SolveResult<kCholesky, false>},
    {ResultRule::TileCholeskySolveInplaceGeneric, SolveResult<kCholesky, true>},
    {ResultRule::TileLowerSolveGeneric, SolveResult<kLower, false>},
    {ResultRule::TileLowerSolveInplaceGeneric, SolveResult<kLower, true>},
    {ResultRule::TileUpperSolveGeneric, SolveResult<kUpper, false>},
    {ResultRule::TileUpperSolveInplaceGeneric, SolveResult<kUpper, true>},
    {ResultRule::TileDiagAdd, DiagonalSum},
};

constexpr DispatchRuleRow kDispatches[] = {
    {DispatchRule::TileCholeskyGenericLto, CholeskyCall<false>},
    {DispatchRule::TileCholeskyInplaceGenericLto, CholeskyCall<true>},
    {DispatchRule::TileCholeskySolveGenericLto, SolveCall<kCholeskySolve>},
    {DispatchRule::TileCholeskySolveInplaceGenericLto, SolveCall<kCholeskySolveInPlace>},
    {DispatchRule::TileLowerSolveGenericLto, SolveCall<kLowerSolve>},
    {DispatchRule::TileLowerSolveInplaceGenericLto, SolveCall<kLowerSolveInPlace>},
    {DispatchRule::TileUpperSolveGenericLto, SolveCall<kUpperSolve>},
    {DispatchRule::TileUpperSolveInplaceGenericLto, SolveCall<kUpperSolveInPlace>},
    {DispatchRule::TileDiagAddLto, DiagonalSumDispatch},
};

}  // namespace

TileRules TileSolverRules() { return {kResults, kDispatches}; }

}  // namespace warpsmith
