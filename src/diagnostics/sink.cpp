#include "diagnostics/sink.h"

#include <iterator>

namespace warpsmith {

void DiagnosticSink::RollBack(size_t mark) {
  while (diagnostics_.size() > mark) {
    --counts_[static_cast<size_t>(diagnostics_.back().severity())];
    diagnostics_.pop_back();
  }
}

void DiagnosticSink::Take(DiagnosticSink&& other) {
  for (size_t i = 0; i < std::size(counts_); ++i) counts_[i] += other.counts_[i];
  diagnostics_.insert(diagnostics_.end(), std::make_move_iterator(other.diagnostics_.begin()),
                      std::make_move_iterator(other.diagnostics_.end()));
  other.RollBack(0);
}

}  // namespace warpsmith
