// Content hashes, as Warp computes them: of structs, functions, kernels and modules. They name kernels and
// structs in the generated text and decide the order of kernels in it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "unit/unit.h"

namespace warpsmith {

using Sha256Digest = std::array<unsigned char, 32>;

[[nodiscard]] Sha256Digest Sha256(std::string_view bytes);
[[nodiscard]] std::string Hex(const Sha256Digest& digest);

/// The code of an annotated type in hashes and signatures: Warp's type code, in which an annotated tuple[...]
/// is not spelled as the type of a tuple value is.
[[nodiscard]] std::string AnnotationCode(const TypeTable& types, TypeId type);

/// Results of wp.static() calls that were found while the module was lowered, by definition: expression and
/// value. Warp hashes a kernel after they are known.
struct DeferredStatics {
  const Definition* definition = nullptr;
  std::vector<std::pair<std::string, Object>> results;
};

/// What makes a hash uncertain, in the kernel or in a function that it calls: a name or attribute that only running code
/// would make known, or, without a node, the result of a wp.static().
struct UnknownMention {
  const Definition* definition = nullptr;  // null: everything is known
  NodeId node;
};

/// What there is to say about a hash besides its value.
struct HashFacts {
  UnknownMention unknown;  // the first mention that is not known; where there is one, the hash may be another than Warp's
  /// A kernel, or a function that it mentions, of which a wp.static() expression gives text: Warp has no hash for it.
  const Definition* without_hash = nullptr;

  [[nodiscard]] bool certain() const { return unknown.definition == nullptr; }
};

/// Warp's hash of a kernel's content.
[[nodiscard]] Sha256Digest HashKernel(const Unit& unit, const KernelDefinition& kernel,
                                      std::span<const DeferredStatics> deferred = {}, HashFacts* facts = nullptr);
/// The key and the first eight digits of the hash, or the key alone where the module strips hashes.
[[nodiscard]] std::string MangledName(const Unit& unit, const KernelDefinition& kernel,
                                      const Sha256Digest& hash);
/// Warp's hash of the module: of its kernels, given sorted and without duplicates, and of its options.
/// `block_dim` and `enable_backward` are those compiled with, which may be others than the module's own.
[[nodiscard]] Sha256Digest HashModule(const Unit& unit, std::span<const Sha256Digest> kernels, int block_dim,
                                      bool enable_backward);

/// Dimensions of the launch that a kernel expects: how many values its calls of wp.tid() are unpacked to, at
/// least 1.
[[nodiscard]] int KernelDimensions(const Unit& unit, const Definition& kernel);

}  // namespace warpsmith
