// Functions of NVIDIA's device libraries that generated CUDA code calls: matrix products (cuBLASDx), solvers
// (cuSolverDx) and Fourier transforms (cuFFTDx). Warp has each built before it writes the text, and names it after what
// it computes, so that most names follow from the arguments. What only the build tells (which alignments cuBLASDx takes,
// how much shared memory a transform wants) comes from a snapshot. On the CPU none of them is used.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "builtins/builtins.h"

namespace warpsmith {

/// The architecture whose libraries serve `architecture`.
[[nodiscard]] int32_t LibraryArchitecture(int32_t architecture);

/// A matrix, as cuBLASDx sees it. `leading_dimension`: elements between its rows, or columns where these are contiguous.
struct GemmOperand {
  TypeId scalar;
  bool row_major = true;
  int64_t leading_dimension = 0;
  bool aligned = false;  // its first element is known to be at a multiple of 16 bytes

  [[nodiscard]] GemmOperand Transposed() const {
    GemmOperand result = *this;
    result.row_major = !row_major;
    return result;
  }
};

/// C = A B, of `rows` by `columns` elements, over `inner` products.
struct Gemm {
  int64_t rows = 0, columns = 0, inner = 0;
  std::array<GemmOperand, 3> operands;  // A, B, C
  bool tf32 = false;

  /// Whether the operands have no gaps.
  [[nodiscard]] bool IsDense() const;
};

/// A function of cuSolverDx. Enumerators as the library numbers them; -1: does not apply.
struct Solver {
  std::string_view name;         // "potrf", "potrs", "trsm"
  int64_t sizes[3] = {0, 0, 1};  // M, N, K
  int side = -1, diagonal = -1;
  bool a_row_major = true, b_row_major = true;
  bool upper = false;
  TypeId scalar;
  bool takes_status = false;  // its second parameter is a status and not a matrix
};

struct Transform {
  int64_t size = 0, elements_per_thread = 0;
  bool inverse = false;
  TypeId scalar;
};

/// Nothing where Warp's build of the function failed; the caller may have another way. Unknown where only a snapshot tells,
/// and this is none, or it does not know the function.
[[nodiscard]] std::optional<LinkFunction> FindGemm(const TypeTable& types, const Gemm& gemm, const LinkTarget& target,
                                                   int32_t block_dim);
[[nodiscard]] LinkFunction FindSolver(const Solver& solver, const LinkTarget& target, int32_t block_dim);
/// The function and the bytes of shared memory that it wants.
[[nodiscard]] std::pair<LinkFunction, int64_t> FindTransform(const Transform& transform, const LinkTarget& target);
/// In place of a product that FindGemm does not find and the caller has no other way for.
[[nodiscard]] LinkFunction UnknownProduct();

}  // namespace warpsmith
