#include "verify/judge.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "launch/kernel.h"
#include "toolchain/memory.h"
#include "verify/check.h"
#include "verify/guarded_call.h"
#include "verify/subject.h"

namespace warpsmith {

namespace {

constexpr size_t kReplyBytes = 4096;

/// What the child that launches says: the first byte is its outcome, text follows.
enum Outcome : unsigned char { kNothing, kSame, kDiffers, kBroken, kDoesNotCompile, kNoEntryPoints };

/// Launches both kernels on the inputs of the check.
std::string CompareSets(const RunSubject& subject, const StoredCheck& check, const Kernel& candidate, Outcome& outcome) {
  RunFinding reference = RunReference(subject, check.sets);
  outcome = kBroken;
  if (reference.cause != FailureCause::None)
    return fmt::format("the record's own kernel falls short: {}: {}", FailureCauseName(reference.cause), reference.detail);
  for (size_t s = 0; s < reference.sets.size(); ++s)
    if (std::string different = CompareStored(subject, reference.sets[s], check.outputs[s], check.gradients[s]); !different.empty())
      return "the record's own kernel computes something else than its check says, " + different;
  outcome = kDiffers;
  const InputShapes shapes = MakeShapes(subject.key, subject.layout, subject.launch_dimensions);
  Result<LaunchMemory> memory = LaunchMemory::Make(subject.layout, shapes, subject.layout.size);
  if (!memory.ok()) return memory.message();
  for (const SetResult& set : reference.sets) {
    memory->SetInputs(MakeInputs(subject.key, set.set, subject.layout, shapes, subject.recipe));
    if (std::string different = CompareLaunch(*memory, candidate, set); !different.empty())
      return fmt::format("inputs {}: {}", set.set, different);
  }
  outcome = kSame;
  return {};
}

/// Compiles, loads and launches the code in this process: loading may already run what is in it.
std::string JudgeHere(const std::shared_ptr<CpuLibrary>& library, const RunSubject& subject, const StoredCheck& check,
                      KernelText code, const JudgeOptions& options, Outcome& outcome) {
  const std::string name = code.kernels[0].key;
  Result<KernelModule> module = KernelModule::FromText(library, std::move(code), options.compile);
  outcome = kDoesNotCompile;
  if (!module.ok()) return module.message();
  Result<Kernel> kernel = module->Find(name);
  outcome = kNoEntryPoints;
  if (!kernel.ok()) return kernel.message();
  outcome = kBroken;
  InstallCallGuards();
  return CompareSets(subject, check, *kernel, outcome);
}

}  // namespace

Result<Judgement> Judge(const std::shared_ptr<CpuLibrary>& library, const Record& record, const std::string& code,
                        const JudgeOptions& options) {
  if (!record.check) return Status::Error(fmt::format("record {} has no check: verify it first (generate --verify run)", record.name));
  Result<StoredCheck> check = ReadCheck(*record.check);
  if (!check.ok()) return check.status();
  PreparedRecord prepared = PrepareRecord(record, {.variants = false, .faults_per_kind = 0, .warp_folder = options.warp_folder});
  if (prepared.cause != FailureCause::None)
    return Status::Error(fmt::format("record {}: {}: {}", record.name, FailureCauseName(prepared.cause), prepared.detail));
  RunSubject& subject = prepared.subject;
  if (check->seed != subject.key) return Status::Error(fmt::format("the check of record {} is that of another kernel", record.name));
  subject.recipe.indices = check->indices;
  subject.limits = FindGradientLimits(subject.parsed->generated, prepared.text.kernels[0].mangled_name);

  Result<KernelModule> own = KernelModule::FromText(library, prepared.text, options.compile);
  if (!own.ok()) return Status::Error(fmt::format("record {} does not compile: {}", record.name, own.message()));
  Result<Kernel> kernel = own->Find(record.name);
  if (!kernel.ok()) return kernel.status();
  subject.kernel = *kernel;

  Result<SharedMemory> reply = SharedMemory::Allocate(kReplyBytes);
  if (!reply.ok()) return reply.status();
  auto work = [&] {
    Outcome outcome = kNothing;
    const std::string text = JudgeHere(library, subject, *check, {code, prepared.text.kernels}, options, outcome);
    std::memcpy(reply->data() + 1, text.data(), std::min(text.size(), kReplyBytes - 2));
    *reply->data() = static_cast<std::byte>(outcome);
    return 0;
  };
  Result<ChildResult> child = RunInChild(work, options.limits);
  if (!child.ok()) return child.status();
  const std::string text = reinterpret_cast<const char*>(reply->data() + 1);
  switch (static_cast<Outcome>(*reply->data())) {
    case kSame: return Judgement{};
    case kDiffers: return Judgement{JudgeVerdict::Differs, text};
    case kDoesNotCompile: return Judgement{JudgeVerdict::DoesNotCompile, text};
    case kNoEntryPoints: return Judgement{JudgeVerdict::NoEntryPoints, text};
    case kBroken: return Status::Error(text);
    case kNothing: break;
  }
  return Judgement{JudgeVerdict::Differs, "the process that launched it " + DescribeEnd(*child, options.limits)};
}

}  // namespace warpsmith
