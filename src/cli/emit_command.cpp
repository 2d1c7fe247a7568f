// warpsmith emit: the text of a module, as Warp would hand it to its compiler.
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include "cli/command.h"
#include "compile/compile.h"
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
};

int Emit(const EmitOptions& options, const GlobalOptions& global) {
  if (options.snapshot) {
    PrintError("reading snapshots is not supported yet");
    return kExitFellShort;
  }
  // Not canonical: links stay as they are, as in os.path.abspath.
  std::string path = std::filesystem::absolute(options.input).lexically_normal().string();
  Result<SourceBuffer> source = SourceBuffer::FromFile(options.input, path);
  if (!source.ok()) {
    PrintError(source.message());
    return kExitInputOutput;
  }
  DiagnosticSink sink(&*source);
  std::unique_ptr<Unit> unit = ReadSource(*source, {}, sink);
  std::unique_ptr<CompiledModule> module;
  bool incomplete = sink.has_errors();
  if (unit != nullptr && (!incomplete || options.keep_going)) {
    Builtins builtins(unit->types, unit->constants);
    CompileOptions compile;
    if (options.no_backward) compile.enable_backward = false;
    if (options.block_dim > 0) compile.block_dim = options.block_dim;
    compile.kernel = options.kernel;
    compile.keep_going = options.keep_going;
    module = CompileUnit(*unit, builtins, compile, sink);
  }
  PrintDiagnostics(sink, global);
  if (module == nullptr) return kExitFellShort;
  if (!options.kernel.empty() && module->kernels().empty()) {
    PrintError("no kernel named " + options.kernel + " in " + options.input);
    return kExitFellShort;
  }
  for (const std::string& key : module->missing()) PrintError("kernel " + key + " is missing from the text");
  Device device = options.device == "cuda" ? Device::Cuda : Device::Cpu;
  std::string text = EmitModule(module->description(device), device);
  if (options.output.empty()) {
    int written = WriteOutput(text);
    if (written != kExitDone) return written;
  } else if (Status status = WriteFileAtomically(options.output, text); !status.ok()) {
    PrintError(status.message());
    return kExitInputOutput;
  }
  return incomplete || !module->missing().empty() ? kExitFellShort : kExitDone;
}

}  // namespace

void RegisterEmit(CommandContext context) {
  auto options = std::make_shared<EmitOptions>();
  CLI::App* command = context.app.add_subcommand("emit", "Write the C++ or CUDA text of a Python file of Warp kernels");
  command->add_option("input", options->input, "Python file, or with --snapshot a module snapshot")->required();
  command->add_flag("--snapshot", options->snapshot, "The input is a module snapshot");
  command->add_option("-d,--device", options->device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
  command->add_option("--arch", options->arch, "CUDA architecture, such as 90")->capture_default_str();
  command->add_option("--block-dim", options->block_dim, "Threads in a block (default: 1 for cpu, 256 for cuda)")->check(CLI::PositiveNumber);
  command->add_flag("--no-backward", options->no_backward, "Leave out adjoint code");
  command->add_option("--kernel", options->kernel, "Only this kernel and what it needs");
  command->add_flag("--keep-going", options->keep_going, "Leave out kernels that cannot be compiled, and say which");
  command->add_option("-o,--output", options->output, "File to write (default: standard output)");
  command->callback([options, context] { context.exit_code = Emit(*options, context.global); });
}

}  // namespace warpsmith
