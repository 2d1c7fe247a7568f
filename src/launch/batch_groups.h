// How a batch is compiled, whatever the compiler: texts of equal headers as one, and around those that are wrong.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "launch/batch_text.h"

namespace warpsmith {

/// Compiles the texts at `positions`, of equal headers, as one. Where that fails, leaves out those that the messages are
/// about; where they are about none, or the compiler crashed, halves the texts. `Work` has
///   TextToJoin Text(size_t at)
///   CpuInstantiations Instantiations()
///   Result<Compilation> Compile(const std::string& joined)
///   void Accept(const std::string& output, const std::vector<size_t>& positions)
///   void CompileAlone(size_t at)     what is wrong then is the text
template <typename Work>
void CompileTogether(Work& work, const std::vector<size_t>& positions) {
  if (positions.size() == 1) return work.CompileAlone(positions[0]);
  std::vector<TextToJoin> together;
  for (size_t at : positions) together.push_back(work.Text(at));
  const JoinedTexts joined = JoinTexts(together, work.Instantiations());
  const Result<Compilation> compiled = work.Compile(joined.text);
  if (compiled.ok() && compiled->succeeded) return work.Accept(compiled->output, positions);
  const SortedOut sorted = SortOut(joined, compiled, positions);
  if (sorted.wrong.empty()) {
    const auto middle = positions.begin() + static_cast<std::ptrdiff_t>(positions.size() / 2);
    CompileTogether(work, {positions.begin(), middle});
    return CompileTogether(work, {middle, positions.end()});
  }
  if (!sorted.right.empty()) CompileTogether(work, sorted.right);
  for (size_t at : sorted.wrong) work.CompileAlone(at);
}

/// Compiles `count` texts, all those together that can be.
template <typename Work>
void CompileInGroups(Work& work, size_t count) {
  std::map<std::string_view, std::vector<size_t>> by_header;
  std::vector<size_t> alone;
  for (size_t i = 0; i < count; ++i) {
    const std::string_view text = work.Text(i).text;
    if (CanBeBatched(text)) by_header[BatchHeader(text)].push_back(i);
    else alone.push_back(i);
  }
  for (const auto& [header, positions] : by_header) CompileTogether(work, positions);
  for (size_t at : alone) work.CompileAlone(at);
}

}  // namespace warpsmith
