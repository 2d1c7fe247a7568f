#include "builtins/link_time.h"

#include <algorithm>

namespace warpsmith {
namespace {

constexpr int64_t kVectorBytes = 16;

struct ScalarCode {
  TypeId type;
  int precision;
  std::string_view cpp_type;
};
constexpr ScalarCode kScalarCodes[] = {{kFloat16Type, 3, "wp::float16"},
                                       {kBfloat16Type, 2, "wp::bfloat16"},
                                       {kFloat32Type, 5, "wp::float32"},
                                       {kFloat64Type, 6, "wp::float64"}};
constexpr int kTf32Precision = 4;

const ScalarCode& CodeOf(TypeId scalar) { return *std::ranges::find(kScalarCodes, scalar, &ScalarCode::type); }

template <typename... Parts>
std::string Join(const Parts&... parts) {
  std::string out;
  auto add = [&](const auto& part) {
    if (!out.empty()) out += '_';
    if constexpr (std::is_convertible_v<decltype(part), std::string_view>)
      out += part;
    else
      out += std::to_string(part);
  };
  (add(parts), ...);
  return out;
}

LinkFunction NotKnown(const std::string& symbol) {
  return {symbol, "", "the result of building " + symbol + ", which only a snapshot of this architecture has"};
}

std::array<int64_t, 3> DenseDimensions(const Gemm& gemm) {
  const auto& [a, b, c] = gemm.operands;
  return {a.row_major ? gemm.inner : gemm.rows, b.row_major ? gemm.columns : gemm.inner,
          c.row_major ? gemm.columns : gemm.rows};
}

// The alignments that Warp declares, in bytes; zeros: none. An operand without gaps whose rows are multiples of 16 bytes
// can be read 16 bytes at a time.
std::array<int64_t, 3> Alignments(const TypeTable& types, const Gemm& gemm) {
  if (!gemm.IsDense()) return {0, 0, 0};
  std::array<int64_t, 3> alignments{}, usual{};
  std::array<int64_t, 3> dimensions = DenseDimensions(gemm);
  for (size_t i = 0; i < alignments.size(); ++i) {
    usual[i] = alignments[i] = SizeInBytes(types, gemm.operands[i].scalar);
    if (gemm.operands[i].aligned && dimensions[i] * usual[i] % kVectorBytes == 0) alignments[i] = kVectorBytes;
  }
  // The library fails to compile some products of 16-bit numbers otherwise.
  if (usual[2] == 2 && alignments[2] == kVectorBytes) alignments[2] = kVectorBytes / 2;
  return alignments == usual ? std::array<int64_t, 3>{} : alignments;
}

std::string GemmName(const Gemm& gemm, int32_t architecture, int32_t block_dim) {
  const auto& [a, b, c] = gemm.operands;
  int a_precision = gemm.tf32 ? kTf32Precision : CodeOf(a.scalar).precision;
  int b_precision = gemm.tf32 ? kTf32Precision : CodeOf(b.scalar).precision;
  constexpr int kRealNumbers = 0;
  std::string name = Join("dot", gemm.rows, gemm.columns, gemm.inner, architecture, block_dim, int{a.row_major},
                          int{b.row_major}, int{c.row_major}, a_precision, b_precision, CodeOf(c.scalar).precision,
                          kRealNumbers);
  if (gemm.IsDense()) return name;
  return Join(name, a.leading_dimension, b.leading_dimension, c.leading_dimension);
}

}  // namespace

int32_t LibraryArchitecture(int32_t architecture) {
  // The bundled libraries know none of these.
  if (architecture == 107) return 103;
  return architecture > 121 ? 120 : architecture;
}

bool Gemm::IsDense() const {
  std::array<int64_t, 3> dense = DenseDimensions(*this);
  for (size_t i = 0; i < dense.size(); ++i)
    if (operands[i].leading_dimension != dense[i]) return false;
  return true;
}

std::optional<LinkFunction> FindGemm(const TypeTable& types, const Gemm& gemm, const LinkTarget& target, int32_t block_dim) {
  std::string name = GemmName(gemm, LibraryArchitecture(target.architecture), block_dim);
  std::string_view a = CodeOf(gemm.operands[0].scalar).cpp_type, b = CodeOf(gemm.operands[1].scalar).cpp_type,
                   c = CodeOf(gemm.operands[2].scalar).cpp_type;
  std::array<int64_t, 3> aligned = Alignments(types, gemm);
  bool narrow = std::ranges::any_of(gemm.operands, [&](const GemmOperand& x) { return SizeInBytes(types, x.scalar) == 2; });
  for (const std::array<int64_t, 3>& alignments : {aligned, {}}) {
    std::string symbol = name + "_al" + Join(alignments[0], alignments[1], alignments[2]) + "_sb1";
    if (target.results != nullptr && !target.results->contains(symbol)) continue;
    // Whether the library takes these alignments shows when it is built; of wide numbers it takes all.
    if (target.results == nullptr && narrow && (alignments[0] != 0 || !gemm.IsDense())) return NotKnown(symbol);
    std::string declaration = "void " + symbol + "(";
    declaration.append(c).append("*, ").append(a).append("*, ").append(b).append("*, ").append(c).append("*, ");
    declaration.append(c).append("*);");
    return LinkFunction{symbol, declaration, ""};
  }
  return std::nullopt;
}

LinkFunction FindSolver(const Solver& solver, const LinkTarget& target, int32_t block_dim) {
  auto optional = [](int value) { return value < 0 ? std::string("x") : std::to_string(value); };
  const ScalarCode& code = CodeOf(solver.scalar);
  std::string symbol = Join(solver.name, solver.sizes[0], solver.sizes[1], solver.sizes[2],
                            LibraryArchitecture(target.architecture), block_dim, int{solver.a_row_major},
                            int{solver.b_row_major}, code.precision, optional(solver.side), optional(solver.diagonal),
                            int{!solver.upper});
  if (target.results != nullptr && !target.results->contains(symbol)) return NotKnown(symbol);
  std::string declaration = "void " + symbol + "(";
  declaration.append(code.cpp_type).append("*, ");
  declaration.append(solver.takes_status ? "int" : code.cpp_type).append("*);");
  return {symbol, declaration, ""};
}

LinkFunction UnknownProduct() { return {"", "", "a product that the snapshot has no function of"}; }

std::pair<LinkFunction, int64_t> FindTransform(const Transform& transform, const LinkTarget& target) {
  bool single = transform.scalar == kFloat32Type;
  std::string symbol = Join("fft", transform.size, transform.elements_per_thread, LibraryArchitecture(target.architecture),
                            transform.inverse ? "inverse" : "forward", CodeOf(transform.scalar).precision);
  auto found = target.results == nullptr ? LinkResults::const_iterator() : target.results->find(symbol);
  if (target.results == nullptr || found == target.results->end()) return {NotKnown(symbol), 0};
  std::string declaration = "void " + symbol + (single ? "(wp::vec2f*, char*);" : "(wp::vec2d*, char*);");
  return {LinkFunction{symbol, declaration, ""}, found->second};
}

}  // namespace warpsmith
