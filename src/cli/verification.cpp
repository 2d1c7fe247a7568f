#include "cli/verification.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/progress.h"
#include "cli/warp_folder.h"
#include "diagnostics/renderer.h"
#include "toolchain/clang_program.h"

namespace warpsmith {

namespace {

/// So many failures and missed faults are kept for the summary; all are counted.
constexpr size_t kKept = 200, kShown = 20;

}  // namespace

Result<std::shared_ptr<CpuLibrary>> LoadCpuLibrary(const GlobalOptions& global) {
  Result<WarpInstallation> warp = FindWarpInstallation(global);
  if (!warp.ok()) return warp.status();
  return CpuLibrary::Load(*warp);
}

Result<std::unique_ptr<Verifier>> MakeVerifier(const GlobalOptions& global, VerifyLevel level) {
  Result<std::shared_ptr<CpuLibrary>> library = LoadCpuLibrary(global);
  if (!library.ok()) return library.status();
  VerifyOptions options;
  options.level = level;
  options.compile.optimization = 0;
  options.warp_folder = (*library)->installation().folder;
  options.compile.header_cache = HeaderCacheFolder();
  // The faster compiler, where there is one: results are the same.
  Result<std::shared_ptr<ClangProgram>> clang = ClangProgram::Find((*library)->installation());
  std::shared_ptr<const CpuCompiler> compiler;
  if (clang.ok()) compiler = std::move(*clang);
  return std::make_unique<Verifier>(std::move(*library), std::move(options), std::move(compiler));
}

void VerificationSummary::Add(const Record& record, const Verdict& verdict) {
  ++records_;
  compiled_ += verdict.compiled;
  ran_ += verdict.ran;
  auto& category = categories_[record.category];
  ++category[0];
  for (size_t k = 0; k < kFaultKinds; ++k)
    for (size_t v = 0; v < 3; ++v) faults_[k][v] += verdict.faults[k][v];
  for (size_t s = 0; s < gradients_.size(); ++s) gradients_[s] += verdict.gradients[s];
  if (verdict.ran) ++single_[static_cast<size_t>(verdict.single)];
  for (const std::string& fault : verdict.missed)
    if (missed_.size() < kKept) missed_.push_back(record.name + ": " + fault);
  if (verdict.ok()) return;
  ++failed_;
  ++category[1];
  ++causes_[verdict.cause];
  if (failures_.size() < kKept) failures_.push_back({record.id, record.name, verdict.cause, verdict.detail});
}

std::string VerificationSummary::Text() const {
  std::string text = fmt::format("{} records verified: {} compile, {} run, {} fall short\n", WithThousands(records_),
                                 WithThousands(compiled_), WithThousands(ran_), WithThousands(failed_));
  for (const auto& [cause, count] : causes_) text += fmt::format("  {:<28} {:>9}\n", FailureCauseName(cause), WithThousands(count));
  uint64_t arrays = 0, planted = 0, missed = 0;
  for (uint64_t count : gradients_) arrays += count;
  if (arrays > 0) {
    text += "gradients of arrays\n";
    for (size_t s = 0; s < gradients_.size(); ++s)
      text += fmt::format("  {:<28} {:>9}\n", GradientStatusName(static_cast<GradientStatus>(s)), WithThousands(gradients_[s]));
  }
  std::string table;
  for (size_t k = 0; k < kFaultKinds; ++k) {
    const uint64_t total = faults_[k][0] + faults_[k][1] + faults_[k][2];
    planted += total;
    missed += faults_[k][2];
    table += fmt::format("  {:<20} {:>9} {:>9} {:>11} {:>9} {:>8.2f}%\n", FaultKindName(static_cast<FaultKind>(k)), WithThousands(total),
                         WithThousands(faults_[k][0]), WithThousands(faults_[k][1]), WithThousands(faults_[k][2]),
                         total == 0 ? 0.0 : 100.0 * static_cast<double>(faults_[k][2]) / static_cast<double>(total));
  }
  if (planted > 0) {
    text += fmt::format("  {:<20} {:>9} {:>9} {:>11} {:>9} {:>9}\n", "planted faults", "planted", "killed", "equivalent", "missed", "missed");
    text += table + fmt::format("  {} planted, {:.2f}% missed\n", WithThousands(planted),
                                100.0 * static_cast<double>(missed) / static_cast<double>(planted));
  }
  for (size_t i = 0; i < std::min(failures_.size(), kShown); ++i)
    text += fmt::format("{} ({}): {}: {}\n", failures_[i].id, failures_[i].name, FailureCauseName(failures_[i].cause), failures_[i].detail);
  return text;
}

std::string VerificationSummary::Json() const {
  std::string text = fmt::format("{{\"records\":{},\"compiled\":{},\"ran\":{},\"failed\":{},\"causes\":{{", records_, compiled_, ran_, failed_);
  bool first = true;
  auto key = [&](std::string_view name) {
    text += (first ? "" : ",") + JsonString(name) + ":";
    first = false;
  };
  for (const auto& [cause, count] : causes_) key(FailureCauseName(cause)), text += std::to_string(count);
  text += "},\"categories\":{";
  first = true;
  for (const auto& [category, counts] : categories_)
    key(category), text += fmt::format("{{\"records\":{},\"failed\":{}}}", counts[0], counts[1]);
  text += "},\"gradients\":{";
  first = true;
  for (size_t s = 0; s < gradients_.size(); ++s) key(GradientStatusName(static_cast<GradientStatus>(s))), text += std::to_string(gradients_[s]);
  text += "},\"single_precision\":{";
  first = true;
  for (size_t s = 0; s < single_.size(); ++s) key(FloatAgreementName(static_cast<FloatAgreement>(s))), text += std::to_string(single_[s]);
  text += "},\"faults\":{";
  first = true;
  for (size_t k = 0; k < kFaultKinds; ++k)
    key(FaultKindName(static_cast<FaultKind>(k))),
        text += fmt::format("{{\"killed\":{},\"equivalent\":{},\"missed\":{}}}", faults_[k][0], faults_[k][1], faults_[k][2]);
  text += "},\"missed\":[";
  for (size_t i = 0; i < missed_.size(); ++i) text += (i == 0 ? "" : ",") + JsonString(missed_[i]);
  text += "],\"failures\":[";
  for (size_t i = 0; i < failures_.size(); ++i)
    text += fmt::format("{}{{\"id\":{},\"name\":{},\"cause\":{},\"detail\":{}}}", i == 0 ? "" : ",", JsonString(failures_[i].id),
                        JsonString(failures_[i].name), JsonString(FailureCauseName(failures_[i].cause)), JsonString(failures_[i].detail));
  return text + "]}";
}

}  // namespace warpsmith
