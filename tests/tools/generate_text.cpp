// Prints generated kernels as JSON lines: {"name", "category", "complexity", "rank", "python_source"}.
// usage: generate_text COUNT [SEED [START [POLICY]]]; with COUNT negative, only times -COUNT kernels.
//        generate_text --policy prints the default policy, as data/policy/default.json holds it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "generate/generate.h"

namespace {

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '"' || c == '\\') out += '\\', out += c;
    else out += c;
  }
  return out + "\"";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace warpsmith::generate;
  if (argc > 1 && std::string_view(argv[1]) == "--policy") {
    std::fputs(PolicyText(DefaultPolicy()).c_str(), stdout);
    return 0;
  }
  const long long count = argc > 1 ? std::atoll(argv[1]) : 10;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const uint64_t start = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
  Policy policy = DefaultPolicy();
  if (argc > 4) {
    std::ifstream file(argv[4]);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto parsed = ParsePolicy(text);
    if (!parsed.ok()) return std::fprintf(stderr, "%s\n", parsed.message().c_str()), 1;
    policy = *parsed;
  }
  const GeneratorContext context(policy);
  if (count < 0) {
    const auto begin = std::chrono::steady_clock::now();
    size_t bytes = 0;
    for (long long i = 0; i < -count; ++i) bytes += Generate(context, seed, start + static_cast<uint64_t>(i)).python_source.size();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%.0f kernels/s, %.0f bytes a kernel\n", static_cast<double>(-count) / seconds,
                static_cast<double>(bytes) / static_cast<double>(-count));
    return 0;
  }
  for (long long i = 0; i < count; ++i) {
    const GeneratedKernel kernel = Generate(context, seed, start + static_cast<uint64_t>(i));
    std::printf("{\"name\": \"%s\", \"category\": \"%s\", \"complexity\": %u, \"rank\": %u, \"python_source\": %s}\n",
                kernel.name.c_str(), std::string(CategoryName(kernel.category)).c_str(), kernel.complexity,
                kernel.launch_dimensions, Quoted(kernel.python_source).c_str());
  }
  return 0;
}
