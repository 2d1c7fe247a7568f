// Compiles a unit as `emit` does, for the targets that have one, and checks the programs it made.
#pragma once

#include "compile/compile.h"
#include "diagnostics/renderer.h"
#include "program/verifier.h"

namespace warpsmith::fuzz {

inline void CheckProgram(const Program* program, const std::string& name) {
  if (program == nullptr) return;
  std::vector<std::string> faults = VerifyProgram(*program);
  Check(faults.empty(), faults.empty() ? "" : name + ": " + faults.front());
}

/// Both texts of the module, and every program in it verified.
inline void CompileAndEmit(Unit& unit, DiagnosticSink& sink) {
  Builtins builtins(unit.types, unit.constants);
  CompileOptions options;
  options.architecture = 90;
  options.keep_going = true;
  options.most_statements = 1 << 13;  // loops in loops unroll to texts that would take all the time
  std::unique_ptr<CompiledModule> module = CompileUnit(unit, builtins, options, sink);
  if (module == nullptr) {
    Check(sink.has_errors(), "a module that cannot be compiled has a diagnostic");
    return;
  }
  for (const FunctionDescription& function : module->description(Device::Cpu).functions) CheckProgram(function.program, function.native_name);
  for (const KernelDescription& kernel : module->description(Device::Cpu).kernels) CheckProgram(kernel.program, kernel.mangled_name);
  for (Device device : {Device::Cpu, Device::Cuda})
    Check(!EmitModule(module->description(device), device).empty(), "a module has text");
}

inline void RenderAll(const DiagnosticSink& sink) {
  if (!sink.diagnostics().empty())
    Check(!Render(sink.diagnostics()).empty() && !RenderJson(sink.diagnostics()).empty(), "diagnostics have text");
}

}  // namespace warpsmith::fuzz
