#include "toolchain/lower_levels.h"

#include <cstdlib>

#include <fmt/format.h>

#include "toolchain/elf.h"
#include "toolchain/files.h"

namespace warpsmith {

namespace {

constexpr const char* kLlvm = "22";  // that of Warp's compiler; the text of IR varies between releases
const std::vector<std::string> kEmbedBitcode = {"-fembed-bitcode=all"};
const ChildLimits kToolLimits{.seconds = 120, .memory_bytes = 0, .output_bytes = uint64_t{1} << 30};

/// The object of the text; a wrong text is an error here.
Result<std::string> MakeObject(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options,
                               const std::vector<std::string>& more_flags) {
  CpuCompileOptions compile = options.compile;
  compile.flags.insert(compile.flags.end(), more_flags.begin(), more_flags.end());
  if (options.debug_lines) {
    compile.flags.push_back("-debug-info-kind=line-tables-only");
    compile.flags.push_back("-fdebug-compilation-dir=.");
  }
  Result<Compilation> compiled = library.Compile(text, compile);
  if (!compiled.ok()) return compiled.status();
  if (!compiled->succeeded) return Status::Error(DescribeErrors(compiled->messages));
  return std::move(compiled->output);
}

Result<std::string> OutputOf(const std::vector<std::string>& argv) {
  Result<ChildResult> child = RunProgram(argv, kToolLimits);
  if (!child.ok()) return child.status();
  if (!child->succeeded())
    return Status::Error(fmt::format("{} {}: {}", argv[0], DescribeEnd(*child, kToolLimits), child->output));
  return std::move(child->output);
}

Result<std::string> FindLlvmProgram(const char* variable_name, std::string_view program, std::string_view what) {
  const char* variable = std::getenv(variable_name);
  if (variable != nullptr && *variable != '\0') {
    if (ProgramExists(variable)) return std::string(variable);
    return Status::Error(fmt::format("${} is {}, which cannot be run", variable_name, variable));
  }
  std::string name = fmt::format("{}-{}", program, kLlvm);
  if (ProgramExists(name)) return name;
  return Status::Error(fmt::format("{} needs {} of LLVM {}: apt-get install llvm-{}", what, program, kLlvm, kLlvm));
}

Result<std::string> IrOfObject(std::string_view object, const std::string& name) {
  std::string_view bitcode = ElfSection(object, ".llvmbc");
  if (bitcode.empty()) return Status::Error("Warp's compiler embedded no LLVM bitcode");
  return DisassembleBitcode(bitcode, name);
}

Result<std::string> Disassemble(const std::string& program, const std::string& object, bool debug_lines) {
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::string path = folder->path() + "/module.o";
  if (Status status = WriteBytes(path, object); !status.ok()) return status;
  std::vector<std::string> argv = {program, "--disassemble", "--reloc", "--no-show-raw-insn"};
  if (debug_lines) argv.push_back("--line-numbers");
  argv.push_back(path);
  Result<std::string> assembly = OutputOf(argv);
  if (!assembly.ok()) return assembly;
  size_t begin = assembly->find("Disassembly of section");  // above it, the file's name
  if (begin == std::string::npos) return Status::Error(program + " found no code in the object");
  return assembly->substr(begin);
}

}  // namespace

Result<std::string> FindLlvmDis() { return FindLlvmProgram("WARPSMITH_LLVM_DIS", "llvm-dis", "LLVM IR"); }

Result<std::string> FindLlvmObjdump() {
  return FindLlvmProgram("WARPSMITH_LLVM_OBJDUMP", "llvm-objdump", "assembly");
}

Result<std::string> DisassembleBitcode(std::string_view bitcode, const std::string& module_name) {
  Result<std::string> program = FindLlvmDis();
  if (!program.ok()) return program.status();
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::string path = folder->path() + "/module.bc";
  if (Status status = WriteBytes(path, bitcode); !status.ok()) return status;
  Result<std::string> text = OutputOf({*program, path, "-o", "-"});
  if (!text.ok()) return text;
  // The first line names the file that was read.
  if (text->starts_with("; ModuleID"))
    text->replace(0, text->find('\n'), fmt::format("; ModuleID = '{}'", module_name));
  return text;
}

Result<LowerLevels> MakeLowerLevels(const CpuLibrary& library, const std::string& text, WantedLevels wanted,
                                    const LowerLevelOptions& options) {
  LowerLevels levels;
  Result<std::string> object =
      MakeObject(library, text, options, wanted.llvm_ir ? kEmbedBitcode : std::vector<std::string>());
  if (!object.ok()) return object.status();
  if (wanted.llvm_ir) {
    Result<std::string> ir = IrOfObject(*object, options.compile.input_name);
    if (!ir.ok()) return ir.status();
    levels.llvm_ir = std::move(*ir);
  }
  if (wanted.assembly) {
    Result<std::string> program = FindLlvmObjdump();
    if (!program.ok()) return program.status();
    Result<std::string> assembly = Disassemble(*program, *object, options.debug_lines);
    if (!assembly.ok()) return assembly.status();
    levels.assembly = std::move(*assembly);
  }
  return levels;
}

Result<std::string> MakeLlvmIr(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options) {
  if (Result<std::string> program = FindLlvmDis(); !program.ok()) return program.status();
  Result<std::string> object = MakeObject(library, text, options, kEmbedBitcode);
  return object.ok() ? IrOfObject(*object, options.compile.input_name) : object;
}

Result<std::string> MakeAssembly(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options) {
  Result<std::string> llvm = FindLlvmObjdump();
  if (!llvm.ok() && !ProgramExists("objdump"))
    return Status::Error("assembly needs objdump: apt-get install binutils");
  Result<std::string> object = MakeObject(library, text, options, {});
  return object.ok() ? Disassemble(llvm.ok() ? *llvm : "objdump", *object, options.debug_lines) : object;
}

}  // namespace warpsmith
