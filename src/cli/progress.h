// Progress of a long run on stderr: one line that is rewritten on a terminal, a plain line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace warpsmith {

class Progress {
 public:
  /// `what`: plural of the things counted, e.g. "kernels". `done` of `total` were there before this run.
  Progress(std::string what, uint64_t done, uint64_t total, bool quiet);
  ~Progress();
  /// Shows the state, at most ten times a second on a terminal.
  void Update(uint64_t done, const std::string& note = {});
  /// Ends the line on a terminal. Called by the destructor too.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;
  void Print(uint64_t done, const std::string& note);

  std::string what_;
  uint64_t first_, total_;
  bool quiet_, terminal_, line_open_ = false;
  Clock::time_point start_, last_;
};

/// 1234567 as "1,234,567".
[[nodiscard]] std::string WithThousands(uint64_t value);

}  // namespace warpsmith
