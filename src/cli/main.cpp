// warpsmith: one binary, one file a subcommand.
#include <csignal>
#include <exception>

#include "cli/command.h"
#include "cli/version.h"

int main(int argc, char** argv) {
  using namespace warpsmith;
  std::signal(SIGPIPE, SIG_IGN);
  if (std::optional<int> code = RunPythonCommand(argc, argv)) return *code;
  CLI::App app("Warpsmith turns NVIDIA Warp kernels into checked pairs of Python and compiler output.", "warpsmith");
  app.set_version_flag("--version", std::string(kVersionText));
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions global;
  int exit_code = kExitDone;
  app.add_flag("--json", global.json, "Machine-readable output");
  app.add_option("--python", global.python, "Python interpreter for subcommands that need Warp");
  CommandContext context{app, global, exit_code};
  RegisterEmit(context);
  RegisterGenerate(context);
  RegisterStats(context);
  RegisterPythonCommands(context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return code == 0 ? kExitDone : kExitUsage;
  }
  return exit_code;
}
