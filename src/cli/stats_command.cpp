// warpsmith stats: what a dataset holds.
#include "cli/command.h"
#include "cli/open_dataset.h"
#include "dataset/statistics.h"

namespace warpsmith {

namespace {

struct StatsOptions {
  std::string directory;
  std::string markdown;
};

int RunStats(const StatsOptions& options, const GlobalOptions& global) {
  Result<DatasetReader> reader = OpenDataset(options.directory, {.skip_lower_levels = true});
  if (!reader.ok()) return Fail(global, kExitInputOutput, reader.message());
  Result<DatasetStatistics> statistics = ComputeStatistics(*reader);
  // What was opened and cannot be understood is damaged content.
  if (!statistics.ok()) return Fail(global, kExitFellShort, statistics.message());
  if (!options.markdown.empty()) {
    Status status = WriteFileAtomically(options.markdown, StatisticsMarkdown(*statistics));
    if (!status.ok()) return Fail(global, kExitInputOutput, status.message());
  }
  return WriteOutput(global, global.json ? StatisticsJson(*statistics) + "\n" : StatisticsText(*statistics));
}

}  // namespace

void RegisterStats(CommandContext context) {
  auto options = std::make_shared<StatsOptions>();
  CLI::App* command = context.app.add_subcommand("stats", "Count what a dataset holds");
  command->add_option("DIR", options->directory, "Dataset directory, or one of its files")->required();
  command->add_option("--markdown", options->markdown, "Write the statistics to this file, too");
  command->footer("Text for people on standard output, or with --json one JSON object.");
  command->callback([options, context] { context.exit_code = RunStats(*options, context.global); });
}

}  // namespace warpsmith
