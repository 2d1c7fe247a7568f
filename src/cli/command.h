// What the subcommands share: exit codes, output, errors, the interpreter for those that need Python.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/status.h"
#include "diagnostics/sink.h"
#include "program/module_description.h"

namespace warpsmith {

enum ExitCode : int {
  kExitDone = 0,
  kExitFellShort = 1,   // the work was done and something fell short: a failed check, a rejected input
  kExitUsage = 2,
  kExitInputOutput = 3,
  kExitInterrupted = 130,
};

/// Options of the whole program.
struct GlobalOptions {
  bool json = false;
  std::string python;  // --python
};

/// Prints "warpsmith: error: message" on stderr.
void PrintError(std::string_view message);
/// Prints diagnostics on stderr, or with --json as JSON.
void PrintDiagnostics(const DiagnosticSink& sink, const GlobalOptions& global);
/// Writes `text` to stdout, completely; kExitInputOutput if that fails (a closed pipe, a full disk).
int WriteOutput(std::string_view text);
/// Writes a file whole or not at all: beside, synced, renamed.
Status WriteFileAtomically(const std::string& path, std::string_view text);
/// The Python interpreter: --python, else $WARPSMITH_PYTHON, else the checkout's virtual environment.
Result<std::string> FindPython(const GlobalOptions& global);
/// Replaces this process by `python -m module arguments...` with the project's package on its path. Returns only on
/// failure, with the exit code.
int ExecutePython(const GlobalOptions& global, const std::string& module, const std::vector<std::string>& arguments);
/// Whether stderr is a terminal that shows colours.
[[nodiscard]] bool StderrHasColor();

/// A subcommand registers itself and, when chosen, sets `run` to what is to be done.
struct CommandContext {
  CLI::App& app;
  GlobalOptions& global;
  int& exit_code;
};

void RegisterEmit(CommandContext context);
void RegisterPythonCommands(CommandContext context);
/// Runs the subcommand if it is one of the Python package's; nothing if it is not.
std::optional<int> RunPythonCommand(int argc, char** argv);
void RegisterBuiltins(CommandContext context);
void RegisterGenerate(CommandContext context);
void RegisterStats(CommandContext context);

}  // namespace warpsmith
