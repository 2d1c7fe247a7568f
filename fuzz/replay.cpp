// NAME_replay [CORPUS] [--seconds S] [--from N] [--write-seeds DIR]
//
// A target without libFuzzer, for every compiler: runs its seeds, the files of CORPUS and, for some seconds, variants of
// both in a fixed order. An input that kills or hangs the process is left in NAME_replay-finding in the working folder.
// --from skips the first N variants. With --write-seeds only writes the seeds as files.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "files.h"
#include "target.h"

namespace warpsmith::fuzz {

namespace {

constexpr size_t kMostBytes = 1 << 16;      // of a variant
constexpr unsigned kMostSeconds = 60;       // of one input
constexpr rlim_t kMostMemory = 4ull << 30;  // where no sanitizer reserves address space

std::string finding_path;
const char* current_data = nullptr;
size_t current_size = 0;
size_t current_number = 0;  // of a variant

extern "C" void KeepInput(int signal_number) {
  int file = open(finding_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file >= 0 && write(file, current_data, current_size) >= 0) {
    char text[300];
    int size = std::snprintf(text, sizeof text, "replay: the input is in %s (variant %zu)\n", finding_path.c_str(), current_number);
    if (write(STDERR_FILENO, text, static_cast<size_t>(size)) < 0) _exit(3);
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void RunOne(const std::string& input) {
  current_data = input.data();
  current_size = input.size();
  alarm(kMostSeconds);
  Run(input);
  alarm(0);
}

void WatchOver(const char* program) {
  finding_path = std::filesystem::path(program).filename().string() + "-finding";
  // A stack overflow must find room for its handler.
  static char stack[1 << 16];
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = KeepInput;
  action.sa_flags = SA_ONSTACK;
  for (int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) sigaction(number, &action, nullptr);
#if !defined(__SANITIZE_ADDRESS__)
  rlimit memory{kMostMemory, kMostMemory};
  setrlimit(RLIMIT_AS, &memory);
#endif
}

int WriteSeeds(const std::string& folder) {
  std::filesystem::create_directories(folder);
  size_t number = 0;
  for (const std::string& seed : Seeds()) {
    std::ofstream file(folder + "/seed-" + std::to_string(number++), std::ios::binary);
    if (!(file << seed).flush()) return std::fprintf(stderr, "replay: cannot write to %s\n", folder.c_str()), 3;
  }
  return 0;
}

size_t RunVariants(const std::vector<std::string>& inputs, double seconds, size_t count) {
  auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!inputs.empty() && std::chrono::steady_clock::now() < end) {
    current_number = count;
    Random random(1, count++);
    auto any = [&]() -> const std::string& { return inputs[random.Below(static_cast<uint32_t>(inputs.size()))]; };
    const std::string &input = any(), &other = any();
    std::string variant = Mutate(input, other, kMostBytes, random);
    if (variant.size() <= kMostBytes) RunOne(variant);
  }
  return count;
}

int Main(int argc, char** argv) {
  std::string corpus, seeds_folder;
  double seconds = 0;
  size_t from = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) seconds = std::atof(argv[++i]);
    else if (std::strcmp(argv[i], "--from") == 0 && i + 1 < argc) from = std::strtoull(argv[++i], nullptr, 10);
    else if (std::strcmp(argv[i], "--write-seeds") == 0 && i + 1 < argc) seeds_folder = argv[++i];
    else corpus = argv[i];
  }
  if (!seeds_folder.empty()) return WriteSeeds(seeds_folder);
  WatchOver(argv[0]);
  std::vector<std::string> inputs = FilesBelow(corpus, "");
  size_t findings = inputs.size();
  for (std::string& seed : Seeds()) inputs.push_back(std::move(seed));
  for (const std::string& input : inputs) RunOne(input);
  size_t variants = RunVariants(inputs, seconds, from);
  std::printf("%zu findings, %zu seeds, %zu variants\n", findings, inputs.size() - findings, variants - from);
  return 0;
}

}  // namespace

}  // namespace warpsmith::fuzz

int main(int argc, char** argv) { return warpsmith::fuzz::Main(argc, argv); }
