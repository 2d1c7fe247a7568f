#include "seeds.h"

#include "files.h"
#include "generate/generate.h"

namespace warpsmith::fuzz {

namespace {

/// The section `=== input.py` of a golden.
std::string GoldenInput(const std::string& golden) {
  constexpr std::string_view kHead = "=== input.py\n";
  size_t begin = golden.find(kHead);
  if (begin == std::string::npos) return "";
  begin += kHead.size();
  size_t end = golden.find("\n=== ", begin);
  return golden.substr(begin, end == std::string::npos ? end : end + 1 - begin);
}

}  // namespace

std::vector<std::string> FilesOf(const std::string& directory, const std::string& extension) {
  return FilesBelow(WARPSMITH_SOURCE_DIR "/" + directory, extension);
}

std::vector<std::string> PythonSeeds() {
  std::vector<std::string> seeds;
  for (const std::string& golden : FilesOf("tests/goldens", ".golden")) seeds.push_back(GoldenInput(golden));
  for (const char* directory : {"tests/snapshots", "tests/units"})
    for (std::string& text : FilesOf(directory, ".py")) seeds.push_back(std::move(text));
  generate::GeneratorContext context;
  for (uint64_t index = 0; index < 30; ++index) seeds.push_back(generate::Generate(context, 1, index).python_source);
  std::erase(seeds, "");
  return seeds;
}

}  // namespace warpsmith::fuzz
