// Kernels from a program's own code: Python source text in, functions to launch out, on memory that the program owns.
//
//   auto library = CpuLibrary::Load(*FindWarp({.python = ".venv/bin/python"}));
//   auto module = KernelModule::FromPython(*library, source, {});
//   auto kernel = module->Find("scale");
//   KernelArguments arguments = kernel->NewArguments();
//   arguments.SetArray("x", x);
//   arguments.Set("factor", 2.0f);
//   kernel->Launch({{1024}}, arguments);           // x.values<float>() has the results
//   kernel->LaunchBackward({{1024}}, arguments);   // x.gradients<float>() has the gradients
//
// The text is read, never run: Python is not needed. examples/launch_kernel.cpp is a whole program.
#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/status.h"
#include "launch/signature.h"
#include "toolchain/cpu_library.h"
#include "toolchain/launch.h"

namespace warpsmith {

/// The name of a C++ number in Warp: float32, int64, bool. Float16 values are set as bytes.
template <typename T>
constexpr std::string_view WarpScalarName() {
  if constexpr (std::is_same_v<T, bool>) return "bool";
  else if constexpr (std::is_same_v<T, float>) return "float32";
  else if constexpr (std::is_same_v<T, double>) return "float64";
  else {
    static_assert(std::is_integral_v<T>, "not a number of Warp's");
    constexpr std::string_view names[2][4] = {{"uint8", "uint16", "uint32", "uint64"}, {"int8", "int16", "int32", "int64"}};
    return names[std::is_signed_v<T>][sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3];
  }
}

/// The arguments of one launch. All are zero (arrays: null) until they are set. Fields of structs are set by their path,
/// "settings.scale". Arrays must outlive the launches.
class KernelArguments {
 public:
  explicit KernelArguments(const KernelSignature& signature);

  /// A number; the type must be the parameter's.
  template <typename T>
  Status Set(std::string_view name, T value) {
    return SetNumbers(name, WarpScalarName<T>(), std::as_bytes(std::span(&value, 1)));
  }
  /// A vector, quaternion, transform or matrix (row by row), as its numbers.
  template <typename T>
  Status Set(std::string_view name, std::span<const T> values) {
    return SetNumbers(name, WarpScalarName<T>(), std::as_bytes(values));
  }
  /// Any value as it lies in memory.
  Status SetBytes(std::string_view name, std::span<const std::byte> bytes);
  /// An array of the parameter's element size and dimensions. Its gradient, if it has one, is what LaunchBackward reads
  /// and adds to.
  Status SetArray(std::string_view name, HostArray& array);
  /// As it is: for memory that is not a HostArray.
  Status SetDescriptor(std::string_view name, const ArrayDescriptor& descriptor);

  /// The struct of the arguments, and that of their adjoints, which is zero unless it is written to.
  [[nodiscard]] std::byte* data() { return reinterpret_cast<std::byte*>(arguments_.data()); }
  [[nodiscard]] std::byte* adjoints() { return reinterpret_cast<std::byte*>(adjoints_.data()); }

 private:
  Status SetNumbers(std::string_view name, std::string_view scalar, std::span<const std::byte> bytes);
  Result<const KernelParameter*> Find(std::string_view name, bool is_array) const;
  std::shared_ptr<const KernelSignature> signature_;
  std::vector<uint64_t> arguments_, adjoints_;  // for their alignment
};

/// A module's generated CPU text and what it has.
struct KernelText {
  std::string text;
  std::vector<KernelSignature> kernels;  // in the order of the text
  /// Forward alone costs half to compile. Only batches (launch/batch.h) heed it.
  KernelEntries entries = KernelEntries::Both;
};

struct PythonModuleOptions {
  std::string name = "kernels";  // the module is NAME.py in comments and messages
  std::string warp_folder;       // the warp package, for functions of its library written in Python; empty: none
  std::optional<bool> enable_backward;
  int32_t block_dim = 1;
};

/// Generates the CPU text of a Python module. The error shows the diagnostics, with carets.
Result<KernelText> GenerateKernels(const std::string& python_source, const PythonModuleOptions& options);

/// The text and the signatures of a unit that is read. An error with the diagnostics, which are also in `sink`, if it
/// cannot be compiled. With `unsupported`, kernels that were left out (keep_going) and those whose arguments cannot be made
/// are named there, and have no signature; without, one of the latter is an error.
Result<KernelText> KernelsOfUnit(Unit& unit, const CompileOptions& options, DiagnosticSink& sink,
                                 std::vector<std::string>* unsupported = nullptr);

/// A kernel that can be launched; valid as long as its module.
class Kernel {
 public:
  /// Takes the entry points from a module; their names end in `suffix`. `signature` must stay where it is.
  static Result<Kernel> FromModule(const CpuModule& module, const KernelSignature& signature,
                                   const std::string& suffix = {}, KernelEntries entries = KernelEntries::Both);
  [[nodiscard]] const KernelSignature& signature() const { return *signature_; }
  [[nodiscard]] KernelArguments NewArguments() const { return KernelArguments(*signature_); }
  /// Runs the kernel for every index of `shape`, 1 to 4 extents (checked), in the calling thread. The forward entry point
  /// must be compiled (checked).
  void Launch(std::span<const uint32_t> shape, KernelArguments& arguments) const;
  /// Adds to the gradients of the arrays. An error if the kernel was generated or compiled without backward.
  Status LaunchBackward(std::span<const uint32_t> shape, KernelArguments& arguments) const;

 private:
  const KernelSignature* signature_ = nullptr;
  void* forward_ = nullptr;
  void* backward_ = nullptr;
};

/// A module that is compiled and loaded.
class KernelModule {
 public:
  /// Generates, compiles and loads. Errors are in the Python source, or say what the compiler refused.
  static Result<KernelModule> FromPython(const std::shared_ptr<CpuLibrary>& library, const std::string& python_source,
                                         PythonModuleOptions options, const CpuCompileOptions& compile = {});
  /// Compiles and loads a text, which may be another one than was generated, as long as the entry points are the same.
  static Result<KernelModule> FromText(const std::shared_ptr<CpuLibrary>& library, KernelText text,
                                       const CpuCompileOptions& compile = {});

  [[nodiscard]] const std::string& text() const { return text_->text; }
  [[nodiscard]] const std::vector<KernelSignature>& kernels() const { return text_->kernels; }
  /// The kernel of this name in Python.
  Result<Kernel> Find(std::string_view key) const;

 private:
  KernelModule(std::unique_ptr<KernelText> text, CpuModule module) : text_(std::move(text)), module_(std::move(module)) {}
  std::unique_ptr<KernelText> text_;  // signatures stay where they are
  CpuModule module_;
};

}  // namespace warpsmith
