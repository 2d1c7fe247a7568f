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
  std::string warp;    // --warp
};

/// Prints "warpsmith: error: message" on stderr and returns `code`. With --json prints a line with an array of one
/// diagnostic instead; its kind is FellShort, Usage or InputOutput, by the code.
int Fail(const GlobalOptions& global, ExitCode code, std::string_view message);
/// Prints a line on stderr that is no error; nothing with --json.
void PrintNote(const GlobalOptions& global, std::string_view message);
/// Prints diagnostics on stderr in the order of their places, each once; with --json as one line, an array.
void PrintDiagnostics(const DiagnosticSink& sink, const GlobalOptions& global);
/// Writes `text` to stdout, completely; kExitInputOutput if that fails (a closed pipe, a full disk).
int WriteOutput(const GlobalOptions& global, std::string_view text);
/// Writes a file whole or not at all: beside under a name of its own, synced, renamed. Follows links, keeps the mode of
/// a file that exists, and writes straight into what is no regular file (a pipe, /dev/null).
Status WriteFileAtomically(const std::string& path, std::string_view text);
/// The Python interpreter: --python, else $WARPSMITH_PYTHON, else the checkout's virtual environment.
Result<std::string> FindPython(const GlobalOptions& global);
/// Replaces this process by `python -m module arguments...` with the project's package on its path. Returns only on
/// failure, with the exit code.
int ExecutePython(const GlobalOptions& global, const std::string& module, const std::vector<std::string>& arguments);
/// Whether stderr is a terminal that shows colours.
[[nodiscard]] bool StderrHasColor();

/// For options that count: digits alone (a sign would wrap around), at least `least`.
[[nodiscard]] CLI::Validator WholeNumber(uint64_t least);

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
void RegisterValidate(CommandContext context);
void RegisterJudge(CommandContext context);

}  // namespace warpsmith
