// Many generated texts of one device as one: what the compiler is given for a batch. Only texts, no compiler.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "launch/signature.h"
#include "toolchain/cpu_compiler.h"

namespace warpsmith {

/// Which instantiations of a kernel's CPU template are compiled, where there are two: Warp compiles a kernel over
/// one-dimensional arrays once with their strides known (contiguous arrays) and once without, and chooses at the launch.
/// Both compute the same; leaving one out nearly halves what a kernel costs to compile.
enum class CpuInstantiations : uint8_t {
  Both,     // as Warp
  Generic,  // the one without assumptions, which serves every launch
};

/// Whether `text` begins with the header that Warp gives a module, and what follows can stand beside other texts:
/// brackets, comments and literals are closed, and there are no directives but complete conditions. All that Warp
/// generates can, except with line information or with snippets of C++ that break these rules.
[[nodiscard]] bool CanBeBatched(std::string_view text);

/// The header of a text that can be batched. Texts with equal headers can share a module; whether the header takes
/// bfloat16 in is left out of it, since with bfloat16 it serves all.
[[nodiscard]] std::string_view BatchHeader(std::string_view text);

/// Texts that were joined.
struct JoinedTexts {
  std::string text;
  std::vector<int32_t> first_lines;  // of each text: the line of `text` that holds its first line behind the header

  /// The position of the text that a line of `text` belongs to; -1: none.
  [[nodiscard]] int32_t TextAtLine(int32_t line) const;
};

/// A text to be joined, and which of its entry points are wanted; the others do nothing.
struct TextToJoin {
  std::string_view text;
  KernelEntries entries = KernelEntries::Both;
};

/// Joins texts that can be batched and have equal headers. What a text defines stands in a namespace of its own, and its
/// entry points end in EntrySuffix of its position.
[[nodiscard]] JoinedTexts JoinTexts(std::span<const TextToJoin> texts,
                                    CpuInstantiations instantiations = CpuInstantiations::Both);

/// Texts of a joined one, as positions.
struct SortedOut {
  std::vector<size_t> right, wrong;
};

/// Which of the texts at `positions`, joined in this order, the errors of a compilation are about. None is wrong where they
/// are about no text, or the compiler failed.
[[nodiscard]] SortedOut SortOut(const JoinedTexts& joined, const Result<Compilation>& compiled,
                                const std::vector<size_t>& positions);

/// "_3": behind "_cpu_forward", "_cuda_kernel_backward" and the like.
[[nodiscard]] std::string EntrySuffix(size_t position);

/// `text` with no other instantiations and entry points than those asked for, and all lines where they were.
[[nodiscard]] std::string WithInstantiations(TextToJoin text, CpuInstantiations instantiations);

}  // namespace warpsmith
