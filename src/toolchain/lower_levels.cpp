#include "toolchain/lower_levels.h"

#include <cstdlib>

#include <fmt/format.h>

#include "toolchain/elf.h"
#include "toolchain/files.h"

namespace warpsmith {

namespace {

constexpr int kFirstLlvm = 22, kLastLlvm = 29;  // bitcode can be read by its own and later releases
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

}  // namespace

Result<std::string> FindLlvmDis() {
  const char* variable = std::getenv("WARPSMITH_LLVM_DIS");
  if (variable != nullptr && *variable != '\0') {
    if (ProgramExists(variable)) return std::string(variable);
    return Status::Error(fmt::format("$WARPSMITH_LLVM_DIS is {}, which cannot be run", variable));
  }
  for (int version = kFirstLlvm; version <= kLastLlvm; ++version)
    if (std::string name = fmt::format("llvm-dis-{}", version); ProgramExists(name)) return name;
  return Status::Error(fmt::format("LLVM IR needs llvm-dis of LLVM {} or later: apt-get install llvm-{}", kFirstLlvm,
                                   kFirstLlvm));
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

Result<std::string> MakeLlvmIr(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options) {
  if (Result<std::string> program = FindLlvmDis(); !program.ok()) return program.status();
  Result<std::string> object = MakeObject(library, text, options, {"-fembed-bitcode=all"});
  if (!object.ok()) return object.status();
  std::string_view bitcode = ElfSection(*object, ".llvmbc");
  if (bitcode.empty()) return Status::Error("Warp's compiler embedded no LLVM bitcode");
  return DisassembleBitcode(bitcode, options.compile.input_name);
}

Result<std::string> MakeAssembly(const CpuLibrary& library, const std::string& text, const LowerLevelOptions& options) {
  if (!ProgramExists("objdump")) return Status::Error("assembly needs objdump: apt-get install binutils");
  Result<std::string> object = MakeObject(library, text, options, {});
  if (!object.ok()) return object.status();
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::string path = folder->path() + "/module.o";
  if (Status status = WriteBytes(path, *object); !status.ok()) return status;
  std::vector<std::string> argv = {"objdump", "--disassemble", "--reloc", "--no-show-raw-insn"};
  if (options.debug_lines) argv.push_back("--line-numbers");
  argv.push_back(path);
  Result<std::string> assembly = OutputOf(argv);
  if (!assembly.ok()) return assembly;
  size_t begin = assembly->find("Disassembly of section");  // above it, the file's name
  if (begin == std::string::npos) return Status::Error("objdump found no code in the object");
  return assembly->substr(begin);
}

}  // namespace warpsmith
