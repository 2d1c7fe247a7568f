#include "launch/cuda_batch.h"

#include "launch/batch_groups.h"

namespace warpsmith {

namespace {

/// The work of batch_groups.h.
struct CudaBatch {
  const CudaLibrary& library;
  const std::vector<std::string>& texts;
  const CudaCompileOptions& options;
  std::vector<Status> statuses;

  [[nodiscard]] TextToJoin Text(size_t at) const { return {texts[at]}; }
  [[nodiscard]] static CpuInstantiations Instantiations() { return CpuInstantiations::Both; }
  Result<Compilation> Compile(const std::string& text) { return library.Compile(text, options); }
  void Accept(const std::string&, const std::vector<size_t>&) {}

  void CompileAlone(size_t at) {
    Result<Compilation> compiled = Compile(texts[at]);
    if (!compiled.ok()) statuses[at] = compiled.status();
    else if (!compiled->succeeded) statuses[at] = Status::Error(DescribeErrors(compiled->messages));
  }
};

}  // namespace

Result<std::vector<Status>> CheckCudaTexts(const CudaLibrary& library, const std::vector<std::string>& texts,
                                           const CudaCompileOptions& options) {
  // An option that is wrong must not be found out text by text.
  Result<Compilation> nothing = library.Compile("\n", options);
  if (!nothing.ok()) return nothing.status();
  CudaBatch batch{library, texts, options, std::vector<Status>(texts.size(), Status::Ok())};
  CompileInGroups(batch, texts.size());
  return std::move(batch.statuses);
}

}  // namespace warpsmith
