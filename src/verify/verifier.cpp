#include "verify/verifier.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/batch.h"
#include "toolchain/memory.h"
#include "verify/check.h"
#include "verify/guarded_call.h"
#include "verify/subject.h"

namespace warpsmith {

namespace {

using Json = nlohmann::json;

/// What a child tells its parent: where it is, and one message a record that is done.
struct Mailbox {
  std::atomic<int64_t> record;  // under way; -1: none
  std::atomic<int64_t> fault;   // that is tried; -1: none
  std::atomic<uint64_t> used;   // bytes of messages
  char messages[1];
};
constexpr size_t kMailboxBytes = size_t{256} << 20;  // of address space; pages are taken as they are written

std::string PackVerdict(const Verdict& verdict) {
  Json json = {{"cause", static_cast<int>(verdict.cause)}, {"detail", verdict.detail}, {"ran", verdict.ran},
               {"faults", verdict.faults}, {"gradients", verdict.gradients}, {"single", static_cast<int>(verdict.single)},
               {"missed", verdict.missed}};
  if (verdict.check) json["check"] = *verdict.check;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void UnpackVerdict(std::string_view text, Verdict& verdict) {
  const Json json = Json::parse(text, nullptr, false);
  verdict.cause = static_cast<FailureCause>(json["cause"].get<int>());
  verdict.detail = json["detail"];
  verdict.ran = json["ran"];
  verdict.faults = json["faults"];
  verdict.gradients = json["gradients"];
  verdict.single = static_cast<FloatAgreement>(json["single"].get<int>());
  verdict.missed = json["missed"];
  if (json.contains("check")) verdict.check = json["check"].get<std::string>();
}

/// Fills the verdict with what the run of a record found.
void Conclude(const RunSubject& subject, const RunFinding& finding, const CheckTarget& target, Verdict& verdict) {
  verdict.cause = finding.cause;
  verdict.detail = finding.detail;
  verdict.ran = finding.ran;
  verdict.single = finding.single;
  if (finding.single == FloatAgreement::Differs && finding.cause == FailureCause::None) verdict.cause = FailureCause::SinglePrecision;
  for (size_t i = 0; i < finding.gradients.size(); ++i)
    if (subject.layout.arrays[i].has_floats()) ++verdict.gradients[static_cast<size_t>(finding.gradients[i].status)];
  for (size_t f = 0; f < finding.faults.size(); ++f) {
    const FaultVerdict fault = finding.faults[f].verdict;
    ++verdict.faults[static_cast<size_t>(subject.faults[f].kind)][static_cast<size_t>(fault)];
    if (fault == FaultVerdict::Missed)
      verdict.missed.push_back(fmt::format("{} in line {}: {} -> {}", FaultKindName(subject.faults[f].kind), subject.faults[f].line + 1,
                                           subject.faults[f].from, subject.faults[f].to));
  }
  if (verdict.ran) verdict.check = WriteCheck(subject, finding, target);
}

/// Runs the records of one batch, in as many children as it takes.
class BatchRun {
 public:
  BatchRun(const VerifyOptions& options, std::vector<PreparedRecord>& prepared, std::vector<Verdict>& verdicts)
      : options_(options), prepared_(prepared), verdicts_(verdicts), deadly_(prepared.size()) {
    for (size_t i = 0; i < prepared.size(); ++i)
      if (verdicts[i].compiled) waiting_.push_back(i);
  }

  Status Run() {
    while (!waiting_.empty()) {
      Result<SharedMemory> memory = SharedMemory::Allocate(kMailboxBytes);
      if (!memory.ok()) return memory.status();
      mailbox_ = reinterpret_cast<Mailbox*>(memory->data());
      mailbox_->record = mailbox_->fault = -1;
      ChildLimits limits = options_.run_limits;
      limits.seconds *= static_cast<double>(waiting_.size());
      Result<ChildResult> child = RunInChild([&] { return Work(); }, limits);
      if (!child.ok()) return child.status();
      if (!TakeMessages(*child, limits)) return Status::Error("a child process for launches " + DescribeEnd(*child, limits));
    }
    return Status::Ok();
  }

 private:
  int Work() {
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) dup2(null, STDOUT_FILENO);  // what kernels print
    InstallCallGuards();
    CheckTarget target;
    target.optimization = options_.compile.optimization;
    target.flags.clear();
    for (const std::string& flag : options_.compile.flags) target.flags += (target.flags.empty() ? "" : " ") + flag;
    for (size_t i : waiting_) {
      mailbox_->fault = -1;
      mailbox_->record = static_cast<int64_t>(i);
      RunOptions run;
      run.gradients = options_.level == VerifyLevel::Gradients;
      run.deadly_faults = deadly_[i];
      run.progress = [this](int fault) { mailbox_->fault = fault; };
      const RunSubject& subject = prepared_[i].subject;
      Verdict verdict;
      Conclude(subject, RunRecord(subject, run), target, verdict);
      if (!Send(i, PackVerdict(verdict))) return 0;  // the next child goes on with this record
    }
    mailbox_->record = -1;
    return 0;
  }

  bool Send(size_t record, const std::string& message) {
    const uint64_t header[2] = {record, message.size()};
    const uint64_t used = mailbox_->used;
    if (offsetof(Mailbox, messages) + used + sizeof header + message.size() > kMailboxBytes) return false;
    std::memcpy(mailbox_->messages + used, header, sizeof header);
    std::memcpy(mailbox_->messages + used + sizeof header, message.data(), message.size());
    mailbox_->used = used + sizeof header + message.size();
    return true;
  }

  /// Takes what the child did, and decides what becomes of the record that it ended with. False if it did nothing at all.
  bool TakeMessages(const ChildResult& child, const ChildLimits& limits) {
    const size_t before = waiting_.size();
    for (uint64_t at = 0; at < mailbox_->used;) {
      uint64_t header[2];
      std::memcpy(header, mailbox_->messages + at, sizeof header);
      UnpackVerdict({mailbox_->messages + at + sizeof header, header[1]}, verdicts_[header[0]]);
      std::erase(waiting_, header[0]);
      at += sizeof header + header[1];
    }
    const int64_t record = mailbox_->record, fault = mailbox_->fault;
    if (child.succeeded() || record < 0 || std::find(waiting_.begin(), waiting_.end(), record) == waiting_.end())
      return waiting_.size() < before || waiting_.empty();
    const auto i = static_cast<size_t>(record);
    if (fault >= 0 && deadly_[i].size() < 4) {
      deadly_[i].push_back(static_cast<size_t>(fault));
      return true;
    }
    verdicts_[i].cause = child.end == ChildEnd::TimedOut ? FailureCause::Timeout : FailureCause::Crash;
    verdicts_[i].detail = "the process that ran it " + DescribeEnd(child, limits);
    std::erase(waiting_, i);
    return true;
  }

  const VerifyOptions& options_;
  std::vector<PreparedRecord>& prepared_;
  std::vector<Verdict>& verdicts_;
  std::vector<std::vector<size_t>> deadly_;
  std::vector<size_t> waiting_;
  Mailbox* mailbox_ = nullptr;
};

/// What a text of a record is to it.
enum class Variant : uint8_t { Own, Planted, Wide };

/// Gives the subject its kernel, or the verdict the reason why there is none.
void Assign(Variant variant, const Status& status, const Kernel& kernel, RunSubject& subject, Verdict& verdict) {
  if (variant == Variant::Wide) {
    if (status.ok()) subject.wide = kernel;
    else subject.wide_reason = "its text in double precision does not compile: " + status.message();
    return;
  }
  verdict.compiled = status.ok();
  if (!status.ok()) {
    verdict.cause = FailureCause::Compile;
    verdict.detail = status.message();
    return;
  }
  subject.kernel = kernel;
  if (variant == Variant::Planted) subject.planted = kernel;
}

}  // namespace

std::string Verdict::Summary() const {
  if (!ok()) return fmt::format("{}: {}", FailureCauseName(cause), detail);
  if (!ran) return "compiled";
  return gradients[static_cast<size_t>(GradientStatus::Verified)] > 0 ? "verified" : "ran";
}

Verifier::Verifier(std::shared_ptr<CpuLibrary> library, VerifyOptions options, std::shared_ptr<const CpuCompiler> compiler)
    : library_(std::move(library)), compiler_(std::move(compiler)), options_(std::move(options)) {}
Verifier::~Verifier() = default;

Result<KernelBatch> Verifier::Compile(std::vector<KernelText> texts) const {
  // Where Warp instantiates a kernel twice, once for contiguous arrays, the general one computes the same.
  return KernelBatch::Compile(library_, compiler_ != nullptr ? *compiler_ : *library_, std::move(texts),
                              {options_.compile, CpuInstantiations::Generic});
}

Result<std::vector<Verdict>> Verifier::Verify(std::span<const Record* const> records) const {
  PrepareOptions prepare;
  prepare.variants = options_.level == VerifyLevel::Gradients;
  prepare.faults_per_kind = options_.faults_per_kind;
  prepare.warp_folder = options_.warp_folder;
  std::vector<PreparedRecord> prepared;
  std::vector<Verdict> verdicts(records.size());
  std::vector<KernelText> texts;
  std::vector<std::pair<size_t, Variant>> uses;  // of the texts: by which record, as what
  for (size_t i = 0; i < records.size(); ++i) {
    PreparedRecord& own = prepared.emplace_back(PrepareRecord(*records[i], prepare));
    verdicts[i].cause = own.cause;
    verdicts[i].detail = own.detail;
    if (own.cause != FailureCause::None) continue;
    auto add = [&](std::string text, Variant variant) {
      if (text.empty()) return;
      uses.emplace_back(i, variant);
      texts.push_back({std::move(text), own.text.kernels});
    };
    // The text with faults, none chosen, is the record's: it need not be compiled twice.
    if (own.planted_text.empty()) add(own.text.text, Variant::Own);
    add(std::move(own.planted_text), Variant::Planted);
    add(std::move(own.wide_text), Variant::Wide);
  }
  Result<KernelBatch> batch = Compile(std::move(texts));
  if (!batch.ok()) return batch.status();
  for (size_t u = 0; u < uses.size(); ++u) {
    const auto [i, variant] = uses[u];
    const Status& status = batch->status(u);
    Assign(variant, status, status.ok() ? batch->kernels(u).front() : Kernel(), prepared[i].subject, verdicts[i]);
  }
  if (Status status = BlamePlanting(prepared, verdicts); !status.ok()) return status;
  if (options_.level == VerifyLevel::Compile) return verdicts;
  if (Status status = BatchRun(options_, prepared, verdicts).Run(); !status.ok()) return status;
  return verdicts;
}

/// Of texts with faults that do not compile, tells whether the record's own does.
Status Verifier::BlamePlanting(const std::vector<PreparedRecord>& prepared, std::vector<Verdict>& verdicts) const {
  std::vector<KernelText> texts;
  std::vector<size_t> blamed;
  for (size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i].cause != FailureCause::Compile || prepared[i].subject.faults.empty()) continue;
    blamed.push_back(i);
    texts.push_back(prepared[i].text);
  }
  if (blamed.empty()) return Status::Ok();
  Result<KernelBatch> batch = Compile(std::move(texts));
  if (!batch.ok()) return batch.status();
  for (size_t b = 0; b < blamed.size(); ++b) {
    Verdict& verdict = verdicts[blamed[b]];
    if (batch->status(b).ok()) verdict.cause = FailureCause::Internal;
    verdict.detail = batch->status(b).ok() ? "the text with planted faults does not compile: " + verdict.detail : batch->status(b).message();
  }
  return Status::Ok();
}

}  // namespace warpsmith
