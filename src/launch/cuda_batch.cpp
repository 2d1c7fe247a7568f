#include "launch/cuda_batch.h"

#include <map>

#include "launch/batch_text.h"

namespace warpsmith {

namespace {

using Positions = std::vector<size_t>;

class CudaBatch {
 public:
  CudaBatch(const CudaLibrary& library, const std::vector<std::string>& texts, const CudaCompileOptions& options)
      : library_(library), texts_(texts), options_(options), statuses_(texts.size(), Status::Ok()) {}

  Result<std::vector<Status>> Check() {
    // An option that is wrong must not be found out text by text.
    Result<Compilation> nothing = library_.Compile("\n", options_);
    if (!nothing.ok()) return nothing.status();
    std::map<std::string_view, Positions> by_header;
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (CanBeBatched(texts_[i])) by_header[BatchHeader(texts_[i])].push_back(i);
      else CheckAlone(i);
    }
    for (const auto& [header, positions] : by_header) CheckTogether(positions);
    return std::move(statuses_);
  }

 private:
  void CheckAlone(size_t at) {
    Result<Compilation> compiled = library_.Compile(texts_[at], options_);
    if (!compiled.ok()) statuses_[at] = compiled.status();
    else if (!compiled->succeeded) statuses_[at] = Status::Error(DescribeErrors(compiled->messages));
  }

  /// As KernelBatch: without those that the messages are about; in halves where they are about none.
  void CheckTogether(const Positions& positions) {
    if (positions.size() == 1) return CheckAlone(positions[0]);
    std::vector<TextToJoin> together;
    for (size_t at : positions) together.push_back({texts_[at]});
    JoinedTexts joined = JoinTexts(together);
    Result<Compilation> compiled = library_.Compile(joined.text, options_);
    if (compiled.ok() && compiled->succeeded) return;
    SortedOut sorted = SortOut(joined, compiled, positions);
    if (sorted.wrong.empty()) {
      auto middle = positions.begin() + static_cast<std::ptrdiff_t>(positions.size() / 2);
      CheckTogether(Positions(positions.begin(), middle));
      return CheckTogether(Positions(middle, positions.end()));
    }
    if (!sorted.right.empty()) CheckTogether(sorted.right);
    for (size_t at : sorted.wrong) CheckAlone(at);
  }

  const CudaLibrary& library_;
  const std::vector<std::string>& texts_;
  const CudaCompileOptions& options_;
  std::vector<Status> statuses_;
};

}  // namespace

Result<std::vector<Status>> CheckCudaTexts(const CudaLibrary& library, const std::vector<std::string>& texts,
                                           const CudaCompileOptions& options) {
  return CudaBatch(library, texts, options).Check();
}

}  // namespace warpsmith
