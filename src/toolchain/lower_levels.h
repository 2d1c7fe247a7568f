// What lies below the CPU text of a module: LLVM IR, before optimisation, and assembly of the object that runs.
//
// The IR is the bitcode that Warp's compiler embeds in the object when asked to; its text form needs llvm-dis of LLVM 22
// (Debian: llvm-22). Assembly is the disassembly of the object by llvm-objdump of LLVM 22 or, where that is not
// installed, by objdump (Debian: binutils, a part of g++'s installation), whose text varies with its version. All are
// optional programs; where one is missing, an error says which package has it.
#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "toolchain/cpu_library.h"

namespace warpsmith {

struct LowerLevelOptions {
  CpuCompileOptions compile;
  /// Adds line tables: `!dbg` locations in the IR, "FILE:LINE" comments in the assembly. They name the lines of the text,
  /// or what its #line directives say, which is the Python source where a module is emitted with them.
  bool debug_lines = false;
};

/// Which levels are wanted of a text.
struct WantedLevels {
  bool llvm_ir = false, assembly = false;
};
struct LowerLevels {
  std::optional<std::string> llvm_ir, assembly;
};

/// Both levels from one compilation, made by programs of LLVM 22 alone.
Result<LowerLevels> MakeLowerLevels(const CpuLibrary& library, const std::string& text, WantedLevels wanted,
                                    const LowerLevelOptions& options);

/// The LLVM IR of the CPU text of a module. Like the assembly, it depends on the machine by the target's flags alone.
Result<std::string> MakeLlvmIr(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options);
/// The assembly of its object.
Result<std::string> MakeAssembly(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options);

/// The text form of LLVM bitcode.
Result<std::string> DisassembleBitcode(std::string_view bitcode, const std::string& module_name);

/// The program that turns bitcode into text: $WARPSMITH_LLVM_DIS, else llvm-dis-22 in $PATH. An error says how to get it.
Result<std::string> FindLlvmDis();
/// Likewise the disassembler: $WARPSMITH_LLVM_OBJDUMP, else llvm-objdump-22.
Result<std::string> FindLlvmObjdump();

}  // namespace warpsmith
