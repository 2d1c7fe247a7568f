// warpsmith: one binary, one file a subcommand.
#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

#include "cli/command.h"
#include "cli/version.h"

namespace warpsmith {

namespace {

/// Says what is wrong with the command line, and where help is.
int UsageError(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  GlobalOptions global;
  std::string word;  // the first that is no option
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) global.json = true;
    if (word.empty() && argv[i][0] != '-') word = argv[i];
  }
  std::string message = error.what(), help = "warpsmith";
  std::vector<const CLI::App*> commands = app.get_subcommands([](const CLI::App*) { return true; });
  bool known = std::any_of(commands.begin(), commands.end(), [&](const CLI::App* c) { return c->get_name() == word; });
  if (known) help += " " + word;
  else if (!word.empty()) message = "there is no command '" + word + "'";
  else message = "a command is needed";
  while (!message.empty() && message.back() == '\n') message.pop_back();
  std::replace(message.begin(), message.end(), '\n', ' ');
  return Fail(global, kExitUsage, message + "; see " + help + " --help");
}

/// What help calls the values of options: CLI11 knows no more than that they are text or numbers.
void NameValues(CLI::App& app) {
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"--output", "PATH"}, {"--policy", "FILE"}, {"--markdown", "FILE"}, {"--coverage", "DIR"}, {"--python", "PROGRAM"},
      {"--warp", "DIR"},    {"--kernel", "NAME"}, {"--module-name", "NAME"}};
  for (CLI::Option* option : app.get_options()) {
    std::string type = option->get_type_name();
    if (type == "INT" || type == "UINT") option->type_name("N");
    if (option->get_positional()) option->type_name("");
    for (auto [name, value] : kNames)
      if (option->check_name(name)) option->type_name(value);
  }
}

int Main(int argc, char** argv) {
  // Failures to write are errors to report, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  if (std::optional<int> code = RunPythonCommand(argc, argv)) return *code;
  CLI::App app("Warpsmith turns NVIDIA Warp kernels into pairs of Python and the C++ or CUDA that Warp generates.",
               "warpsmith");
  app.set_version_flag("--version", VersionText(), "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.get_formatter()->column_width(32);
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions global;
  int exit_code = kExitDone;
  app.add_flag("--json", global.json, "Machine-readable results and errors");
  app.add_option("--python", global.python, "Python interpreter for commands that need Warp");
  app.add_option("--warp", global.warp, "Folder of the installed warp package");
  app.footer("`warpsmith COMMAND --help` says more about a command.");
  CommandContext context{app, global, exit_code};
  RegisterGenerate(context);
  RegisterEmit(context);
  RegisterStats(context);
  RegisterValidate(context);
  RegisterJudge(context);
  RegisterBuiltins(context);
  RegisterPythonCommands(context);
  NameValues(app);
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) NameValues(*command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return UsageError(app, error, argc, argv);
    return app.exit(error);  // --help, --version
  }
  return exit_code;
}

}  // namespace

}  // namespace warpsmith

int main(int argc, char** argv) { return warpsmith::Main(argc, argv); }
