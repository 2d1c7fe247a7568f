// Writes the parts of a module for one device into a buffer: structs, functions, kernels, entry points.
#pragma once

#include "emit/emit.h"

namespace warpsmith {

class ModuleWriter {
 public:
  ModuleWriter(const ModuleDescription& module, Device device, TypeSpellings& spellings, TextBuffer& out, LineMap* map)
      : module_(module), device_(device), spellings_(spellings), out_(out), map_(map), counted_(out.size()) {}

  void Header();
  /// What Warp asserts of the user's own C++ types (native_text.cpp).
  void NativeTypes();
  void LinkFunctions();
  void ConstantParameters();
  void Struct(TypeId type);
  void FunctionForward(const FunctionDescription& function, const SpelledProgram& spelled);
  void FunctionReverse(const FunctionDescription& function, const SpelledProgram& spelled);
  void KernelArguments(const KernelDescription& kernel);
  void KernelForward(const KernelDescription& kernel, const SpelledProgram& spelled);
  void KernelBackward(const KernelDescription& kernel, const SpelledProgram& spelled);
  /// The CPU's task loops and entry points; nothing on CUDA.
  void KernelEntry(const KernelDescription& kernel);

 private:
  enum class FunctionKind : uint8_t { Function, Kernel };

  [[nodiscard]] bool cuda() const { return device_ == Device::Cuda; }

  void Assertion(std::initializer_list<std::string_view> condition, std::initializer_list<std::string_view> message);
  void StructFields(const StructInfo& info);
  void StructConstructors(const StructInfo& info);
  void StructAddition(const StructInfo& info);
  void StructAdjoint(const StructInfo& info, bool with_tiles);
  // What the templates of tiles call for elements that are structs (struct_tile_text.cpp).
  [[nodiscard]] bool HasTiles(const StructInfo& info) const;
  void StructTileMembers(const StructInfo& info);
  void StructTileFunctions(const StructInfo& info);
  void StructShuffle(const StructInfo& info, std::string_view name, std::string_view parameters, std::string_view arguments);
  enum class FieldKind : uint8_t { Array, Struct, Value, Other };
  [[nodiscard]] FieldKind KindOfField(TypeId type) const;
  /// Replaces each '@' of a text by the struct's name.
  void StructLines(std::string_view text, const StructInfo& info);
  [[nodiscard]] bool Accumulates(TypeId type) const;

  void Snippet(const FunctionDescription& function, std::string_view prefix, std::string_view snippet, bool reverse);
  void SnippetParameters(const FunctionDescription& function, bool reverse);
  void SnippetAliases(const FunctionDescription& function, bool reverse);
  void SnippetName(const Program& program, const Variable& parameter);

  void FunctionHead(const FunctionDescription& function, bool adjoint);
  void FunctionParameters(const FunctionDescription& function, bool adjoint);
  void CustomReverseParameters(const FunctionDescription& function);
  void AdjointParameters(const FunctionDescription& function);
  [[nodiscard]] std::string_view ReturnType(const Program& program);
  void AdjointType(TypeId type);
  void ParameterType(const Variable& parameter);
  void TemplateHead(const Program& program);

  void CpuKernel(const KernelDescription& kernel, const SpelledProgram& spelled, bool backward);
  void CpuArraySetup(const KernelDescription& kernel, bool backward);
  void CpuDispatch(const KernelDescription& kernel, bool backward);
  void CudaKernel(const KernelDescription& kernel, const SpelledProgram& spelled, bool backward);
  void ExternalKernel(const KernelDescription& kernel, const SpelledProgram& spelled);
  void LaunchBounds(const CodegenOptions& options);
  void CudaQualifiers(const KernelDescription& kernel, bool backward);
  void CudaParameters(const Program& program, bool backward);
  void CudaProlog(const KernelDescription& kernel, bool backward);
  // Deterministic modes (deterministic_text.cpp).
  void DeferredType(const DeferredParameter& parameter);
  void DeferredKernelParameters(const Program& program);
  void DeferredLocals(const Program& program);
  void DeferredLocalsCuda(const Program& program);
  /// Whether a CPU kernel may specialise coordinates and array strides for packed one-dimensional arrays.
  [[nodiscard]] bool LinearContiguous(const KernelDescription& kernel) const;
  [[nodiscard]] bool IsContiguousArgument(const Variable& parameter) const;

  void ForwardBody(const Program& program, const SpelledProgram& spelled, FunctionKind kind, bool grid_stride);
  void ReverseBody(const Program& program, const SpelledProgram& spelled, FunctionKind kind, bool grid_stride);
  void ArgumentVariables(const Program& program, bool backward);
  void Lines(const SpelledProgram& spelled, const SpelledLines& lines, uint32_t indent, bool grid_stride);
  /// Brings `line_` to the end of what is written.
  void CountLines();
  /// Notes the line about to be written at `line_`, and moves on to the next.
  void MapLine(const SpelledProgram& spelled, const SpelledLine& line);
  void CopyRuns(const SpelledProgram& spelled, const SpelledLines& lines);

  /// The #line directive of the function's `def`, where directives are on.
  void DefinitionDirective(const Program& program, std::string_view path);
  void Template(std::string_view text, const KernelDescription& kernel, bool backward);
  [[nodiscard]] std::string_view Text(SymbolId symbol) const { return module_.symbols->Text(symbol); }
  [[nodiscard]] std::string_view Name(const Program& program, VarId id) const {
    return program.symbols->Text(program.variables[id].name);
  }

  const ModuleDescription& module_;
  Device device_;
  TypeSpellings& spellings_;
  TextBuffer& out_;
  LineMap* map_;
  size_t counted_;     // lines before this offset are in line_
  uint32_t line_ = 1;  // line number at counted_
};

}  // namespace warpsmith
