#include "toolchain/clang_program.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "toolchain/elf.h"
#include "toolchain/files.h"
#include "toolchain/header_cache.h"

namespace warpsmith {

namespace {

constexpr const char* kProgram = "clang-22";
constexpr const char* kInput = "<stdin>";  // as Clang calls it in messages
constexpr const char* kHeaderName = "builtin.pch";

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// The options of code generation and of the language, which a precompiled header shares with what uses it: those that
/// Warp's library gives its compiler.
std::vector<std::string> CommonArguments(const WarpInstallation& warp, const CpuCompileOptions& options) {
  const int32_t optimization = options.debug ? 0 : std::clamp(options.optimization, 0, 3);
  std::vector<std::string> arguments = {"-triple", "x86_64-unknown-linux-gnu", "-I", warp.headers, "-std=c++17",
                                        fmt::format("-O{}", optimization)};
  arguments.insert(arguments.end(), options.flags.begin(), options.flags.end());
  for (const char* argument : {"-target-feature", "+f16c", "-fms-extensions", "-fdeclspec",
                               "-DWP_ENABLE_TILES_IN_STACK_MEMORY"})
    arguments.emplace_back(argument);
  if (options.verify_fp) arguments.emplace_back("-DWP_VERIFY_FP");
  arguments.emplace_back(options.debug ? "-debug-info-kind=standalone" : "-DNDEBUG");
  for (const char* argument : {"-mrelocation-model", "pic", "-mcmodel=small"}) arguments.emplace_back(argument);
  if (optimization >= 2)
    for (const char* argument : {"-vectorize-loops", "-vectorize-slp"}) arguments.emplace_back(argument);
  return arguments;
}

/// What saves time and leaves the code as it is.
constexpr const char* kQuick[] = {"-disable-free", "-clear-ast-before-backend", "-disable-llvm-verifier",
                                  "-discard-value-names", "-Wno-macro-redefined"};

}  // namespace

Result<std::shared_ptr<ClangProgram>> ClangProgram::Find(const WarpInstallation& warp) {
  const std::string given = FromEnvironment("WARPSMITH_CLANG"), program = given.empty() ? kProgram : given;
  if (!ProgramExists(program))
    return Status::Error(given.empty() ? fmt::format("{0} is not installed: apt-get install {0}", kProgram)
                                       : fmt::format("$WARPSMITH_CLANG is {}, which cannot be run", given));
  Result<ChildResult> child = RunProgram({program, "--version"}, {.seconds = 60});
  if (!child.ok()) return child.status();
  constexpr std::string_view kMark = "clang version ";
  size_t at = child->output.find(kMark);
  if (!child->succeeded() || at == std::string::npos) return Status::Error(fmt::format("{} is not Clang", program));
  std::string version = child->output.substr(at + kMark.size());
  version.resize(std::min(version.find_first_not_of("0123456789."), version.size()));
  if (!version.starts_with(std::string(kClangVersion) + "."))
    return Status::Error(fmt::format("{} is Clang {}, and must be {}", program, version, kClangVersion));
  return std::shared_ptr<ClangProgram>(new ClangProgram(warp, program, std::move(version)));
}

Result<std::string> ClangProgram::Header(const CpuCompileOptions& options) const {
  std::vector<std::string> common = CommonArguments(warp_, options);
  std::string key = fmt::format("{} {}\n{} {}\n{}\n", program_, version_, warp_.version, FilesState(warp_.headers),
                                options.block_dim);
  for (const std::string& argument : common) key += argument + "\n";
  return CachedHeader(options.header_cache, key, [&](const std::string& folder) {
    const std::string source = fmt::format("#define WP_TILE_BLOCK_DIM {}\n#define WP_NO_CRT\n#include \"builtin.h\"\n",
                                           options.block_dim);
    std::vector<std::string> argv = {program_, "-cc1", "-emit-pch"};
    argv.insert(argv.end(), common.begin(), common.end());
    argv.insert(argv.end(), {"-x", "c++-header", "-o", folder + "/" + kHeaderName, "-"});
    Result<ChildResult> made = RunProgram(argv, options.limits, source);
    if (!made.ok()) return made.status();
    if (made->succeeded()) return Status::Ok();
    std::string errors = DescribeErrors(ParseCompilerMessages(made->output, kInput));
    return Status::Error(fmt::format("cannot precompile Warp's headers: {}",
                                     errors.empty() ? program_ + " " + DescribeEnd(*made, options.limits) : errors));
  });
}

Status ClangProgram::PrepareHeader(const CpuCompileOptions& options) const { return Header(options).status(); }

Result<Compilation> ClangProgram::Compile(const std::string& text, const CpuCompileOptions& options) const {
  if (std::find(options.flags.begin(), options.flags.end(), "-march=native") != options.flags.end())
    return Status::Error(fmt::format("{} needs a target by name: -march=native is for Warp's own compiler", program_));
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::string object = folder->path() + "/module.o";
  std::vector<std::string> argv = {program_, "-cc1", "-emit-obj", "-main-file-name", options.input_name};
  for (std::string& argument : CommonArguments(warp_, options)) argv.push_back(std::move(argument));
  argv.insert(argv.end(), std::begin(kQuick), std::end(kQuick));
  if (!options.header_cache.empty()) {
    Result<std::string> header = Header(options);
    if (!header.ok()) return header.status();
    argv.insert(argv.end(), {"-include-pch", *header + "/" + kHeaderName});
  }
  argv.insert(argv.end(), {"-x", "c++", "-o", object, "-"});
  Result<ChildResult> child = RunProgram(argv, options.limits, text);
  if (!child.ok()) return child.status();
  Compilation result;
  result.messages = ParseCompilerMessages(child->output, kInput);
  result.log = std::move(child->output);
  if (child->end == ChildEnd::Exited && child->code == 1) {
    if (result.messages.empty()) return Status::Error(fmt::format("{} failed without saying why: {}", program_, result.log));
    return result;
  }
  if (!child->succeeded()) return Status::Error(fmt::format("{} {}", program_, DescribeEnd(*child, options.limits)));
  Result<std::string> output = ReadBytes(object);
  if (!output.ok()) return output.status();
  if (Status status = CheckElf(*output, ElfKind::Object, "the object that " + program_ + " wrote"); !status.ok())
    return status;
  result.succeeded = true;
  result.output = std::move(*output);
  return result;
}

}  // namespace warpsmith
