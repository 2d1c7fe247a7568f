// Subcommands whose work is done by the Python package, because they need a live Warp: snapshot, parity.
#include "cli/command.h"

namespace warpsmith {

namespace {

void RegisterPassThrough(CommandContext context, const std::string& name, const std::string& module,
                         const std::string& description) {
  CLI::App* command = context.app.add_subcommand(name, description);
  // Every word after the subcommand belongs to the Python side, --help included.
  command->prefix_command();
  command->set_help_flag();
  command->callback([command, context, module] {
    std::vector<std::string> arguments = command->remaining();
    if (context.global.json) arguments.push_back("--json");
    context.exit_code = ExecutePython(context.global, module, arguments);
  });
}

}  // namespace

void RegisterPythonCommands(CommandContext context) {
  RegisterPassThrough(context, "parity", "warpsmith.parity", "Compare generated text with real Warp's, byte for byte");
}

}  // namespace warpsmith
