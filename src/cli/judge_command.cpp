// warpsmith judge: whether other code for a record's kernel compiles and computes the same.
#include <unistd.h>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/open_dataset.h"
#include "cli/verification.h"
#include "diagnostics/renderer.h"
#include "source/source_buffer.h"
#include "verify/judge.h"

namespace warpsmith {

namespace {

struct JudgeCommandOptions {
  std::string record, code;
};

std::string_view VerdictName(JudgeVerdict verdict) {
  static constexpr std::string_view kNames[] = {"same", "does not compile", "no entry points", "differs"};
  return kNames[static_cast<size_t>(verdict)];
}

/// The record in a file, or "DIR:ID" (the id's first digits, or the kernel's name, do). `code` is set to the exit code.
Result<Record> FindRecord(const std::string& argument, ExitCode& code) {
  std::string path = argument, id;
  if (access(path.c_str(), F_OK) != 0) {
    const size_t colon = argument.find_last_of(':');
    path = argument.substr(0, colon);
    if (colon != std::string::npos) id = argument.substr(colon + 1);
  }
  code = kExitInputOutput;
  Result<DatasetReader> reader = OpenDataset(path);
  if (!reader.ok()) return reader.status();
  code = kExitFellShort;
  std::optional<Record> found;
  while (true) {
    Result<std::vector<Record>> records = reader->Next();
    if (!records.ok()) return records.status();
    if (records->empty()) break;
    for (Record& record : *records) {
      const bool wanted = id.empty() || (id.size() >= 4 && record.id.starts_with(id)) || record.name == id;
      if (!wanted || (found && found->device == "cpu")) continue;
      if (id.empty() && found) return Status::Error(path + " holds several records: name one as " + path + ":ID");
      found = std::move(record);
    }
  }
  if (!found) return Status::Error(id.empty() ? path + " holds no record" : fmt::format("{} holds no record {}", path, id));
  return std::move(*found);
}

int RunJudge(const JudgeCommandOptions& options, const GlobalOptions& global) {
  ExitCode code = kExitDone;
  Result<Record> record = FindRecord(options.record, code);
  if (!record.ok()) return Fail(global, code, record.message());
  Result<SourceBuffer> text = SourceBuffer::FromFile(options.code);
  if (!text.ok()) return Fail(global, kExitInputOutput, text.message());
  Result<std::shared_ptr<CpuLibrary>> library = LoadCpuLibrary(global);
  if (!library.ok()) return Fail(global, kExitInputOutput, library.message());
  JudgeOptions judge;
  judge.warp_folder = (*library)->installation().folder;
  judge.compile.optimization = 0;
  judge.compile.header_cache = HeaderCacheFolder();
  judge.compile.input_name = options.code;
  Result<Judgement> judgement = Judge(*library, *record, std::string(text->text()), judge);
  if (!judgement.ok()) return Fail(global, kExitFellShort, judgement.message());
  std::string out;
  if (global.json)
    out = fmt::format("{{\"id\":{},\"name\":{},\"verdict\":{},\"detail\":{}}}\n", JsonString(record->id), JsonString(record->name),
                      JsonString(VerdictName(judgement->verdict)), JsonString(judgement->detail));
  else
    out = fmt::format("{}: {}{}{}\n", record->name, VerdictName(judgement->verdict), judgement->detail.empty() ? "" : ": ",
                      judgement->detail);
  if (int written = WriteOutput(global, out); written != kExitDone) return written;
  return judgement->verdict == JudgeVerdict::Same ? kExitDone : kExitFellShort;
}

}  // namespace

void RegisterJudge(CommandContext context) {
  auto options = std::make_shared<JudgeCommandOptions>();
  CLI::App* command = context.app.add_subcommand("judge", "Judge other code for a record's kernel: does it compile and compute the same?");
  command->add_option("RECORD", options->record, "A record's JSON file, or DIR:ID of a dataset")->required();
  command->add_option("CODE", options->code, "A module text for the CPU whose entry points carry the record's mangled name")->required();
  command->footer(
      "The record must have a check (generate --verify run). Results are compared forward and backward, within the check's\n"
      "tolerances. Exit codes: 0 the same, 1 not, 2 wrong usage, 3 reading failed or there is no Warp.");
  command->callback([options, context] { context.exit_code = RunJudge(*options, context.global); });
}

}  // namespace warpsmith
