#include "unit/hashes.h"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "builtins/builtins.h"
#include "unit/constant_bytes.h"
#include "unit/implementation.h"
#include "unit/references.h"

namespace warpsmith {
namespace {

// An OpenSSL context; making one costs more than hashing a kernel.
class Sha256Context {
 public:
  Sha256Context() : context_(EVP_MD_CTX_new()), algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
    Check(context_ != nullptr && algorithm_ != nullptr, "no SHA-256");
  }
  ~Sha256Context() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha256Context(const Sha256Context&) = delete;
  Sha256Context& operator=(const Sha256Context&) = delete;
  Sha256Digest Hash(std::string_view bytes) {
    Sha256Digest digest;
    bool done = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1 &&
                EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1;
    Check(done, "SHA-256 failed");
    return digest;
  }

 private:
  EVP_MD_CTX* context_;
  EVP_MD* algorithm_;
};

void Append(std::string& out, const Sha256Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

// Hashes of one request: functions are hashed once, and not again while they are being hashed.
class Hasher {
 public:
  Hasher(const Unit& unit, std::span<const DeferredStatics> deferred)
      : unit_(unit),
        deferred_(deferred),
        functions_(deferred.empty() ? &unit.implementation().function_hashes : &own_functions_) {}

  Sha256Digest Kernel(const KernelDefinition& kernel) {
    std::string bytes = kernel.key;
    for (const auto& [option, text] : kernel.options) bytes += option + ":" + text;
    Append(bytes, Adjoint(kernel));
    if (kernel.has_return_annotation) bytes += "return:" + kernel.return_code;
    return Sha256(bytes);
  }

  [[nodiscard]] const HashFacts& facts() const { return facts_; }

 private:
  using FunctionHash = Unit::Implementation::FunctionHash;

  void NoteUnknown(const UnknownMention& unknown) {
    if (facts_.certain()) facts_.unknown = unknown;
  }

  void Add(const HashFacts& facts) {
    NoteUnknown(facts.unknown);
    if (facts.without_hash != nullptr) facts_.without_hash = facts.without_hash;
  }

  Sha256Digest Function(FunctionSetId id) {
    if (id.index >= functions_->size()) functions_->resize(unit_.function_sets.size());
    if (const auto& known = (*functions_)[id.index]) {
      Add(known->facts);
      return known->digest;
    }
    in_progress_.push_back(id);
    HashFacts before = std::exchange(facts_, {});
    const FunctionSet& set = unit_.function_sets[id];
    std::string bytes = unit_.functions[set.top].key;
    std::vector<std::pair<std::string, FunctionId>> overloads;
    for (FunctionId overload : set.overloads)
      overloads.emplace_back(Signature(unit_.functions[overload]), overload);
    std::sort(overloads.begin(), overloads.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [signature, overload] : overloads) {
      const FunctionDefinition& function = unit_.functions[overload];
      Append(bytes, Adjoint(function));
      for (FunctionId companion : {function.gradient, function.replay})
        if (companion.valid()) Append(bytes, Adjoint(unit_.functions[companion]));
      for (const auto& snippet : {function.replay_snippet, function.native_snippet, function.adjoint_snippet})
        bytes += snippet.value_or("");
      bytes += function.inline_hint;
    }
    Sha256Digest digest = Sha256(bytes);
    (*functions_)[id.index] = FunctionHash{digest, facts_};
    Add(std::exchange(facts_, before));
    std::erase(in_progress_, id);
    return digest;
  }

  std::string Signature(const FunctionDefinition& function) const {
    std::string signature;
    for (size_t i = 0; i < function.parameters.size(); ++i) {
      if (i != 0) signature += '_';
      signature += AnnotationCode(unit_.types, function.parameters[i].type);
    }
    return signature;
  }

  void AppendFunction(std::string& bytes, const Object& function) {
    if (function.kind == ObjectKind::Builtin) {
      Append(bytes, BuiltinFunction(unit_.symbols.Text(function.name)));
    } else if (std::find(in_progress_.begin(), in_progress_.end(), function.function_set) ==
               in_progress_.end()) {
      Append(bytes, Function(function.function_set));
    }
  }

  // Its key and native name. The one built-in whose adjoint takes template arguments in the pinned release has two
  // overloads.
  static Sha256Digest BuiltinFunction(std::string_view key) {
    std::string bytes = "builtin" + std::string(key);
    if (key == "tile_sum") return Sha256(bytes + "tile_sum(('tile_sum_axis', True), ('tile_sum', False))");
    return Sha256(bytes.append(Builtins::NativeName(Builtins::Find(key))));
  }

  void AppendStatic(std::string& bytes, const Definition& definition, const std::string& text, const Object& value) {
    bytes += text;
    if (value.kind != ObjectKind::Constant) return AppendFunction(bytes, value);
    if (unit_.constants[value.constant].form == ConstantForm::String) facts_.without_hash = &definition;
    AppendConstantBytes(unit_, value.constant, bytes);
  }

  void AppendStruct(std::string& bytes, TypeId type) const {
    if (IsArray(unit_.types, type)) type = unit_.types[type].element;
    if (!type.valid() || !IsStruct(unit_.types, type)) return;
    const Digest* digest = unit_.implementation().StructHash(unit_.types[type].structure);
    if (digest != nullptr) Append(bytes, *digest);
  }

  Sha256Digest Adjoint(const Definition& definition) {
    std::string bytes;
    bytes.reserve(definition.source.size() + 512);
    bytes = definition.source;
    for (const Parameter& parameter : definition.parameters) {
      bytes += unit_.symbols.Text(parameter.name);
      bytes += ':';
      bytes += AnnotationCode(unit_.types, parameter.type);
      AppendStruct(bytes, parameter.type);
    }
    if (definition.return_type.valid()) {
      bytes += "return:" + AnnotationCode(unit_.types, definition.return_type);
      AppendStruct(bytes, definition.return_type);
    }
    References references = CollectReferences(unit_, definition);
    if (references.unknown.valid()) NoteUnknown({&definition, references.unknown});
    if (definition.has_unresolved_statics && deferred_.empty()) NoteUnknown({&definition, {}});
    if (in_progress_.empty())
      unit_.implementation().kernel_dimensions.emplace_back(&definition, references.kernel_dimensions);
    for (const auto& [name, constant] : references.constants) {
      bytes += name;
      AppendConstantBytes(unit_, constant, bytes);
    }
    for (const auto& [text, value] : definition.static_results) AppendStatic(bytes, definition, text, value);
    for (const DeferredStatics& deferred : deferred_)
      if (deferred.definition == &definition)
        for (const auto& [text, value] : deferred.results) AppendStatic(bytes, definition, text, value);
    for (const Object& type : references.types) bytes += AnnotationCode(unit_.types, type.type);
    for (const Object& function : references.functions) AppendFunction(bytes, function);
    return Sha256(bytes);
  }

  const Unit& unit_;
  HashFacts facts_;
  std::span<const DeferredStatics> deferred_;
  // What is deferred belongs to one request; without it, hashes serve all kernels of the unit.
  std::vector<std::optional<FunctionHash>> own_functions_;
  std::vector<std::optional<FunctionHash>>* functions_;
  std::vector<FunctionSetId> in_progress_;
};

// Options that are the same whatever the file says, as Python's str() spells their values.
constexpr std::pair<std::string_view, std::string_view> kDefaultOptions[] = {
    {"block_dim", "256"},
    {"compile_time_trace", "False"},
    {"cpu_compiler_flags",
     "-march=native -mllvm=-inline-threshold=9000 -mllvm=-inline-cold-callsite-threshold=3000 "
     "-mllvm=-slp-recursion-max-depth=4"},
    {"cuda_output", "None"},
    {"default_grid_stride", "True"},
    {"deterministic", "0"},
    {"deterministic_max_records", "0"},
    {"enable_backward", "True"},
    {"enable_mathdx_fft", "True"},
    {"enable_mathdx_gemm", "True"},
    {"enable_mathdx_solver", "True"},
    {"enable_tiles_in_stack_memory", "True"},
    {"enable_vector_component_overwrites", "False"},
    {"extra_build_dependencies", "()"},
    {"extra_cpu_include_dirs", "()"},
    {"extra_cpu_preamble", ""},
    {"extra_cuda_include_dirs", "()"},
    {"extra_cuda_preamble", ""},
    {"fast_math", "False"},
    {"fuse_fp", "True"},
    {"line_directives", "True"},
    {"lineinfo", "False"},
    {"llvm_cuda", "False"},
    {"max_unroll", "16"},
    {"mode", "release"},
    {"optimization_level", "None"},
    {"strip_hash", "False"},
    {"use_precompiled_headers", "True"},
    {"verify_autograd_array_access", "False"},
    {"verify_fp", "False"},
};

}  // namespace

Sha256Digest Sha256(std::string_view bytes) {
  thread_local Sha256Context context;
  return context.Hash(bytes);
}

std::string Hex(const Sha256Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (unsigned char byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string AnnotationCode(const TypeTable& types, TypeId type) {
  if (types.kind(type) != TypeKind::Tuple) return TypeCode(types, type);
  std::span<const TypeId> elements = types.elements(type);
  std::string code = "tpl" + std::to_string(elements.size());
  for (TypeId element : elements) code += AnnotationCode(types, element);
  return code;
}

Sha256Digest HashKernel(const Unit& unit, const KernelDefinition& kernel,
                        std::span<const DeferredStatics> deferred, HashFacts* facts) {
  Hasher hasher(unit, deferred);
  Sha256Digest digest = hasher.Kernel(kernel);
  if (facts != nullptr) *facts = hasher.facts();
  return digest;
}

std::string MangledName(const Unit& unit, const KernelDefinition& kernel, const Sha256Digest& hash) {
  return unit.options.strip_hash ? kernel.key : kernel.key + "_" + Hex(hash).substr(0, 8);
}

Sha256Digest HashModule(const Unit& unit, std::span<const Sha256Digest> kernels, int block_dim,
                        bool enable_backward) {
  std::string bytes;
  bytes.reserve(1024 + kernels.size() * sizeof(Sha256Digest));
  for (const Sha256Digest& kernel : kernels) Append(bytes, kernel);
  auto append = [&](std::string_view option, std::string_view text) {
    bytes += option;
    bytes += ':';
    if (option == "block_dim") bytes += std::to_string(block_dim);
    else if (option == "enable_backward" && enable_backward != unit.options.enable_backward)
      bytes += enable_backward ? "True" : "False";
    else bytes += text;
  };
  // Both lists are sorted by name; what the module says replaces the default.
  auto own = unit.options.texts.begin();
  for (const auto& [option, text] : kDefaultOptions) {
    for (; own != unit.options.texts.end() && own->first < option; ++own) append(own->first, own->second);
    bool replaced = own != unit.options.texts.end() && own->first == option;
    append(option, replaced ? std::string_view(own->second) : text);
    if (replaced) ++own;
  }
  for (; own != unit.options.texts.end(); ++own) append(own->first, own->second);
  return Sha256(bytes);
}

}  // namespace warpsmith
