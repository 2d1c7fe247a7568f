// Subcommands whose work is done by the Python package, because they need a live Warp: snapshot, parity.
#include <array>
#include <cstring>

#include "cli/command.h"

namespace warpsmith {

namespace {

struct PythonCommand {
  const char* name;
  const char* module;
  const char* description;
};

constexpr std::array kCommands = {
    PythonCommand{"snapshot", "warpsmith.snapshot", "Describe a live Warp module as JSON, for emit --snapshot"},
    PythonCommand{"parity", "warpsmith.parity", "Compare generated text with real Warp's, byte for byte"},
};

}  // namespace

void RegisterPythonCommands(CommandContext context) {
  // For `warpsmith --help`; RunPythonCommand takes them before the command line is parsed.
  for (const PythonCommand& command : kCommands) context.app.add_subcommand(command.name, command.description);
}

std::optional<int> RunPythonCommand(int argc, char** argv) {
  GlobalOptions global;
  std::vector<std::string> arguments;
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) arguments.emplace_back("--json");
    else if (std::strcmp(argv[i], "--python") == 0 && i + 1 < argc) global.python = argv[++i];
    else if (std::strncmp(argv[i], "--python=", 9) == 0) global.python = argv[i] + 9;
    else return std::nullopt;
  }
  if (i == argc) return std::nullopt;
  for (const PythonCommand& command : kCommands) {
    if (std::strcmp(argv[i], command.name) != 0) continue;
    // Every word after the subcommand belongs to the Python side, --help included, but for the global --python.
    for (++i; i < argc; ++i) {
      if (std::strcmp(argv[i], "--python") == 0 && i + 1 < argc) global.python = argv[++i];
      else arguments.emplace_back(argv[i]);
    }
    return ExecutePython(global, command.module, arguments);
  }
  return std::nullopt;
}

}  // namespace warpsmith
