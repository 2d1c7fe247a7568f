// warpsmith stats: what a dataset holds.
#include <unistd.h>

#include "cli/command.h"
#include "dataset/reader.h"
#include "dataset/statistics.h"

namespace warpsmith {

namespace {

struct StatsOptions {
  std::string directory;
  std::string markdown;
};

int RunStats(const StatsOptions& options, const GlobalOptions& global) {
  if (access(options.directory.c_str(), R_OK) != 0) {
    PrintError("cannot read " + options.directory + ": no such dataset, or no permission");
    return kExitInputOutput;
  }
  Result<DatasetReader> reader = DatasetReader::Open(options.directory, {.skip_lower_levels = true});
  if (!reader.ok()) return PrintError(reader.message()), kExitInputOutput;
  Result<DatasetStatistics> statistics = ComputeStatistics(*reader);
  // What was opened and cannot be understood is damaged content.
  if (!statistics.ok()) return PrintError(statistics.message()), kExitFellShort;
  if (!options.markdown.empty()) {
    Status status = WriteFileAtomically(options.markdown, StatisticsMarkdown(*statistics));
    if (!status.ok()) return PrintError(status.message()), kExitInputOutput;
  }
  return WriteOutput(global.json ? StatisticsJson(*statistics) + "\n" : StatisticsText(*statistics));
}

}  // namespace

void RegisterStats(CommandContext context) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = context.app.add_subcommand("stats", "Count what a dataset holds");
  command->add_option("directory", options->directory, "Dataset directory, or one of its files")->required();
  command->add_option("--markdown", options->markdown, "Write the statistics to this file, too");
  command->callback([options, context] { context.exit_code = RunStats(*options, context.global); });
}

}  // namespace warpsmith
