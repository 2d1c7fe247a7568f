#include "cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace warpsmith {

namespace {

std::string Duration(double seconds) {
  auto total = static_cast<uint64_t>(seconds + 0.5);
  if (total >= 3600) return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
  return fmt::format("{}:{:02}", total / 60, total % 60);
}

}  // namespace

std::string WithThousands(uint64_t value) {
  std::string digits = std::to_string(value);
  for (auto position = static_cast<int>(digits.size()) - 3; position > 0; position -= 3)
    digits.insert(static_cast<size_t>(position), ",");
  return digits;
}

Progress::Progress(std::string what, uint64_t done, uint64_t total, bool quiet)
    : what_(std::move(what)),
      first_(done),
      total_(total),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() { Finish(); }

void Progress::Update(uint64_t done, const std::string& note) {
  if (quiet_) return;
  auto now = Clock::now();
  auto interval = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  if (now - last_ < interval && done != total_) return;
  last_ = now;
  Print(done, note);
}

void Progress::Print(uint64_t done, const std::string& note) {
  double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  double rate = elapsed > 0 ? static_cast<double>(done - first_) / elapsed : 0.0;
  std::string line = fmt::format("{} of {} {} ({}%), {}/s", WithThousands(done), WithThousands(total_), what_,
                                 total_ == 0 ? 100 : done * 100 / total_, WithThousands(static_cast<uint64_t>(rate)));
  if (done < total_ && rate > 0) line += ", " + Duration(static_cast<double>(total_ - done) / rate) + " left";
  else line += ", " + Duration(elapsed);
  if (!note.empty()) line += ", " + note;
  if (terminal_) {
    winsize size{};  // a line that wraps could not be written over
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) line.resize(std::min<size_t>(line.size(), size.ws_col - 1));
    std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
    line_open_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

void Progress::Finish() {
  if (line_open_) std::fputc('\n', stderr);
  line_open_ = false;
}

}  // namespace warpsmith
