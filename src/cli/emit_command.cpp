// warpsmith emit: the text of a module, as Warp would hand it to its compiler.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/warp_folder.h"
#include "compile/cache_layout.h"
#include "compile/compile.h"
#include "unit/snapshot_reader.h"
#include "unit/source_reader.h"

namespace warpsmith {

namespace {

struct EmitOptions {
  std::string input;
  bool snapshot = false;
  std::string device = "cpu";
  int arch = 90;
  int block_dim = 0;
  bool no_backward = false;
  std::string kernel;
  bool keep_going = false;
  std::string output;
  bool cache_layout = false;
  std::string module_name;

  [[nodiscard]] Device target() const { return device == "cuda" ? Device::Cuda : Device::Cpu; }
};

/// "2 errors (1 rejected by Warp, 1 not supported yet)".
std::string CountErrors(const DiagnosticSink& sink) {
  std::string parts;
  uint32_t total = 0;
  auto add = [&](Severity severity, const char* what) {
    uint32_t count = sink.Count(severity);
    if (count == 0) return;
    total += count;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count, what);
  };
  add(Severity::Content, "in the text");
  add(Severity::Rejected, "that Warp rejects too");
  add(Severity::Unsupported, "not supported yet");
  return fmt::format("{} {} ({})", total, total == 1 ? "error" : "errors", parts);
}

std::string KernelNames(const Unit& unit) {
  std::set<std::string> names;
  for (const KernelDefinition& kernel : unit.kernels) names.insert(kernel.key);
  if (names.empty()) return "it has no kernels";
  return fmt::format("it has {}", fmt::join(names, ", "));
}

/// Writes source and metadata under the names that Warp looks for, and prints their paths. The metadata comes last, so
/// that it is never there without the source.
int WriteCache(const EmitOptions& options, const GlobalOptions& global, const Unit& unit, const CompiledModule& module) {
  const ModuleDescription& description = module.description(options.target());
  Result<std::string> name = CacheName(unit, module.hash(options.target()));
  if (!name.ok()) return Fail(global, kExitFellShort, options.input + ": " + name.message());
  std::filesystem::path folder = std::filesystem::path(options.output) / *name;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Fail(global, kExitInputOutput, fmt::format("cannot make {}: {}", folder.string(), error.message()));
  std::string paths;
  auto write = [&](std::string_view extension, const std::string& text) {
    std::string path = (folder / (*name + std::string(extension))).string();
    paths += path + "\n";
    return WriteFileAtomically(path, text);
  };
  Status status = write(SourceExtension(options.target()), EmitModule(description, options.target()));
  if (status.ok()) status = write(".meta", CacheMetadata(description));
  return status.ok() ? WriteOutput(global, paths) : Fail(global, kExitInputOutput, status.message());
}

int WriteModule(const EmitOptions& options, const GlobalOptions& global, const Unit& unit, const CompiledModule& module) {
  if (options.cache_layout) return WriteCache(options, global, unit, module);
  std::string text = EmitModule(module.description(options.target()), options.target());
  if (options.output.empty()) return WriteOutput(global, text);
  if (Status status = WriteFileAtomically(options.output, text); !status.ok())
    return Fail(global, kExitInputOutput, status.message());
  return kExitDone;
}

/// Says what is missing from the text, or why there is none.
void PrintSummary(const EmitOptions& options, const GlobalOptions& global, const DiagnosticSink& sink,
                  const CompiledModule* module) {
  std::string errors = CountErrors(sink);
  if (module == nullptr) return PrintNote(global, errors + "; nothing written");
  std::vector<std::string> missing = module->missing();
  std::sort(missing.begin(), missing.end());
  size_t all = module->kernels().size() + missing.size();
  std::string what = fmt::format("{}; {} of {} kernels cannot be compiled", errors, missing.size(), all);
  if (options.keep_going) return PrintNote(global, fmt::format("{} and are missing: {}", what, fmt::join(missing, ", ")));
  bool useful = missing.size() < all;
  PrintNote(global, what + "; nothing written" + (useful ? " (--keep-going writes the rest)" : ""));
}

/// The input as a unit. An error if it is a snapshot that cannot be used; null, with diagnostics, if it is no Python.
Result<std::unique_ptr<Unit>> ReadInput(const EmitOptions& options, const GlobalOptions& global,
                                        const SourceBuffer& source, const SourceLoader& loader, DiagnosticSink& sink) {
  if (options.snapshot) return ReadSnapshot(source.text(), {.target = options.device}, sink);
  return ReadSource(source,
                    {.module_name = options.module_name, .loader = &loader, .library_folder = FindWarpFolder(global)}, sink);
}

/// The one asked for, or what the module is compiled with: for the CPU only a snapshot, which has options for each
/// target, can say another than Warp's 1.
int32_t BlockDim(const EmitOptions& options, const Unit& unit) {
  if (options.block_dim > 0) return options.block_dim;
  int32_t usual = options.target() == Device::Cpu ? 1 : 256;
  auto found = unit.options.texts.find("block_dim");
  if ((!options.snapshot && options.target() == Device::Cpu) || found == unit.options.texts.end()) return usual;
  long value = std::strtol(found->second.c_str(), nullptr, 10);
  if (value < 1 || value > std::numeric_limits<int32_t>::max()) return usual;
  return static_cast<int32_t>(value);
}

int Emit(const EmitOptions& options, const GlobalOptions& global) {
  // Not canonical: links stay as they are, as in os.path.abspath.
  std::string path = std::filesystem::absolute(options.input).lexically_normal().string();
  Result<SourceBuffer> source = SourceBuffer::FromFile(options.input, path);
  if (!source.ok()) return Fail(global, kExitInputOutput, source.message());
  DiagnosticSink sink(&*source);
  DiskLoader loader;
  Result<std::unique_ptr<Unit>> read = ReadInput(options, global, *source, loader, sink);
  if (!read.ok()) return Fail(global, kExitFellShort, options.input + ": " + read.message());
  std::unique_ptr<Unit> unit = std::move(*read);
  std::unique_ptr<CompiledModule> module;
  bool incomplete = sink.has_errors();
  std::optional<Builtins> builtins;
  if (unit != nullptr && (!incomplete || options.keep_going)) {
    builtins.emplace(unit->types, unit->constants);
    CompileOptions compile;
    if (options.target() == Device::Cuda) compile.architecture = options.arch;
    if (options.no_backward) compile.enable_backward = false;
    compile.block_dim = BlockDim(options, *unit);
    compile.kernel = options.kernel;
    compile.keep_going = true;  // so that the errors of all kernels are shown
    module = CompileUnit(*unit, *builtins, compile, sink);
  }
  PrintDiagnostics(sink, global);
  if (module != nullptr && module->kernels().empty() && module->missing().empty() && !options.kernel.empty()) {
    return Fail(global, kExitFellShort,
                fmt::format("no kernel named {} in {}; {}", options.kernel, options.input, KernelNames(*unit)));
  }
  incomplete = sink.has_errors() || (module != nullptr && !module->missing().empty());
  if (incomplete) PrintSummary(options, global, sink, module.get());
  if (module == nullptr || (incomplete && !options.keep_going)) return kExitFellShort;
  if (module->kernels().empty() && !incomplete)
    PrintNote(global, fmt::format("{0} defines no kernels that can be read without running it: the text is Warp's header alone. Of "
                                  "kernels that importing it makes, `warpsmith snapshot {0} -o FILE` takes a snapshot to emit from.",
                                  options.input));
  if (int code = WriteModule(options, global, *unit, *module); code != kExitDone) return code;
  return incomplete ? kExitFellShort : kExitDone;
}

}  // namespace

void RegisterEmit(CommandContext context) {
  auto options = std::make_shared<EmitOptions>();
  CLI::App* command = context.app.add_subcommand("emit", "Write the C++ or CUDA text of a Python file of Warp kernels");
  command->add_option("FILE", options->input, "Python file, which is read, never run; or a snapshot")->required();
  CLI::Option* snapshot = command->add_flag("--snapshot", options->snapshot, "FILE is what `warpsmith snapshot` wrote");
  command->add_option("-d,--device", options->device, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}).description(""))
      ->capture_default_str();
  command->add_option("--arch", options->arch, "CUDA architecture, such as 90")->check(WholeNumber(1))->capture_default_str();
  command->add_option("--block-dim", options->block_dim, "Threads in a block (default: 1 for cpu, 256 for cuda)")->check(WholeNumber(1));
  command->add_flag("--no-backward", options->no_backward, "Leave out adjoint code");
  CLI::Option* kernel = command->add_option("--kernel", options->kernel, "Only this kernel and what it needs");
  CLI::Option* keep_going =
      command->add_flag("--keep-going", options->keep_going, "Leave out kernels that cannot be compiled, and say which");
  command->add_option("--module-name", options->module_name, "What Python calls the module (default: the file's name)")
      ->excludes(snapshot);
  CLI::Option* output = command->add_option("-o,--output", options->output, "File to write (default: standard output)");
  command
      ->add_flag("--cache-layout", options->cache_layout,
                 "Write source and metadata below the folder -o, under the names that Warp's kernel cache has")
      ->needs(output)
      ->excludes(kernel)
      ->excludes(keep_going);
  command->footer(
      "The text goes to standard output exactly as Warp would hand it to its compiler; errors go to standard error, with\n"
      "--json as one line, an array of diagnostics. Exit codes: 0 done, 1 a kernel cannot be compiled (nothing is written\n"
      "unless --keep-going), 2 wrong usage, 3 a file cannot be read or written.");
  command->callback([options, context] { context.exit_code = Emit(*options, context.global); });
}

}  // namespace warpsmith
