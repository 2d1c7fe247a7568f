#include "generate/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/random.h"
#include "builtins/builtins.h"
#include "generate/chooser.h"

namespace warpsmith::generate {
namespace {

uint64_t HashText(std::string_view text, uint64_t hash = 0) {
  for (char c : text) hash = Mix64(hash ^ static_cast<unsigned char>(c)) + 1;
  return hash;
}

/// The text with names renamed in order of appearance, numbers and docstrings blanked, comments and spaces dropped:
/// what distinctness is measured on. Attributes of `wp` and of values keep their names, fields of structs do not.
std::string Normalized(const std::string& text) {
  static const std::unordered_set<std::string_view> kKept{
      "wp",  "range", "int",  "float", "bool", "False", "None", "True",   "and",   "break", "class", "continue",
      "def", "elif",  "else", "for",   "if",   "import", "in",  "not",    "or",    "pass",  "return", "while", "as"};
  std::unordered_set<std::string> fields;
  for (size_t at = text.find("class "); at != std::string::npos; at = text.find("class ", at + 1)) {
    for (size_t line = text.find('\n', at) + 1; text.compare(line, 4, "    ") == 0; line = text.find('\n', line) + 1)
      fields.insert(text.substr(line + 4, text.find(':', line) - line - 4));
  }
  std::unordered_map<std::string, size_t> names;
  std::string out;
  char previous = 0;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '#') {
      while (text[i] != '\n') ++i;
    } else if (text.compare(i, 3, "\"\"\"") == 0) {
      i = text.find("\"\"\"", i + 3) + 3;
      out += "S ";
    } else if (c == '"') {
      i = text.find('"', i + 1) + 1;
      out += "S ";
    } else if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
      const size_t begin = i;
      while (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_') ++i;
      const std::string name = text.substr(begin, i - begin);
      const bool attribute = previous == '.' && !fields.contains(name);
      if (attribute || kKept.contains(name)) out += name + " ";
      else out += "v" + std::to_string(names.try_emplace(name, names.size()).first->second) + " ";
      previous = 'a';
    } else if (std::isdigit(static_cast<unsigned char>(c))) {
      while (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '.') ++i;
      out += "0 ";
      previous = '0';
    } else {
      if (c != ' ' && c != '\n') out += c, out += ' ', previous = c;
      ++i;
    }
  }
  return out;
}

TEST(Random, PermuteIsABijection) {
  std::set<uint64_t> images;
  for (uint64_t value = 0; value < 4096; ++value) images.insert(Permute(7, 6, value));
  EXPECT_EQ(images.size(), 4096u);
  EXPECT_EQ(*images.rbegin(), 4095u);
}

TEST(Random, BelowIsUniform) {
  Random random(3);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[random.Below(6)];
  for (int count : counts) EXPECT_NEAR(count, 10000, 500);
}

TEST(Random, IsTheSameEverywhere) {
  EXPECT_EQ(Mix64(1), 0x5692161D100B05E5ull);
}

TEST(Chooser, WalksPartEveryTwoPositions) {
  // Choices alone, with skewed weights, tell 20,000 indices apart.
  const uint32_t cumulative[] = {0, 90, 95, 99, 100};
  std::set<std::string> paths;
  for (uint64_t index = 0; index < 20000; ++index) {
    Chooser chooser(5, index);
    std::string path;
    for (int i = 0; !chooser.exhausted(); ++i) {
      ASSERT_LT(i, 2000);
      path += static_cast<char>('a' + (i % 3 ? chooser.Weighted(cumulative) : chooser.Below(5)));
    }
    paths.insert(path);
  }
  EXPECT_EQ(paths.size(), 20000u);
}

TEST(Generate, IsAPureFunctionOfSeedAndIndex) {
  const GeneratorContext context;
  uint64_t hash = 0;
  for (uint64_t index = 0; index < 1000; ++index) hash = HashText(Generate(context, 0, index).python_source, hash);
  EXPECT_EQ(hash, 6356848398672069036ull) << "the text of kernels changed: raise kGeneratorVersion and record the new hash";
  std::array<std::string, 2> texts;
  std::array<std::thread, 2> threads;
  for (size_t t = 0; t < 2; ++t)
    threads[t] = std::thread([&, t] {
      for (uint64_t index = 0; index < 100; ++index) texts[t] += Generate(context, 9, t ? index : 99 - index).name + "\n";
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(texts[0].begin(), texts[0].end(), '\n'), 100);
  EXPECT_NE(Generate(context, 0, 1).python_source, Generate(context, 1, 1).python_source);
}

TEST(Generate, CoversCategoriesAndComplexities) {
  const GeneratorContext context;
  std::set<std::pair<Category, uint32_t>> seen;
  std::set<std::string> names;
  std::set<std::string_view> builtins;
  for (uint64_t index = 0; index < 5000; ++index) {
    const GeneratedKernel kernel = Generate(context, 0, index);
    seen.insert({kernel.category, kernel.complexity});
    names.insert(kernel.name);
    builtins.insert(kernel.builtins.begin(), kernel.builtins.end());
    ASSERT_NE(kernel.python_source.find("def " + kernel.name + "("), std::string::npos);
    ASSERT_FALSE(kernel.arguments.empty());
  }
  EXPECT_EQ(seen.size(), kCategoryCount * 5);
  EXPECT_EQ(names.size(), 5000u);
  // Every operation's built-in appears, and every name is one of Warp's.
  for (std::string_view name : context.operations().builtin_names()) EXPECT_TRUE(builtins.contains(name)) << name;
  for (std::string_view name : builtins) EXPECT_TRUE(Builtins::Find(name).valid()) << name;
}

TEST(Generate, StructuresAreDistinct) {
  const GeneratorContext context;
  std::unordered_set<uint64_t> seen;
  for (uint64_t index = 0; index < 20000; ++index)
    seen.insert(HashText(Normalized(Generate(context, 1, index).python_source)));
  EXPECT_EQ(seen.size(), 20000u);
}

TEST(Generate, TheSmallestKernelsAreDistinctToo) {
  const GeneratorContext context;
  std::unordered_set<uint64_t> seen;
  const GenerateOptions options{{Category::Arithmetic}, 1, 1};
  for (uint64_t index = 0; index < 20000; ++index)
    seen.insert(HashText(Normalized(Generate(context, 0, index, options).python_source)));
  EXPECT_EQ(seen.size(), 20000u);
}

TEST(Generate, FieldsOfAStructHaveDifferentNames) {
  // A nested struct's name begins with a capital until it becomes the name of a field.
  const std::string source = Generate(GeneratorContext(), 0, 7186).python_source;
  size_t count = 0;
  for (size_t at = source.find("\n    cell: "); at != std::string::npos; at = source.find("\n    cell: ", at + 1)) ++count;
  EXPECT_LE(count, 1u) << source;
}

TEST(Generate, OptionsSelect) {
  const GeneratorContext context;
  const GenerateOptions options{{Category::Matrix, Category::Struct}, 2, 3};
  std::set<std::pair<Category, uint32_t>> seen;
  for (uint64_t index = 0; index < 40; ++index) {
    const GeneratedKernel kernel = Generate(context, 0, index, options);
    seen.insert({kernel.category, kernel.complexity});
    if (kernel.category == Category::Struct) {
      EXPECT_NE(kernel.python_source.find("@wp.struct"), std::string::npos);
    }
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST(Policy, FileHoldsTheDefaults) {
  std::ifstream file(WARPSMITH_SOURCE_DIR "/data/policy/default.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, PolicyText(DefaultPolicy()));
  auto parsed = ParsePolicy(text);
  ASSERT_TRUE(parsed.ok()) << parsed.message();
  EXPECT_EQ(Fingerprint(*parsed), Fingerprint(DefaultPolicy()));
}

TEST(Policy, OverridesInPartAndChangesTheFingerprint) {
  auto parsed = ParsePolicy(R"({"categories": {"math": {"operations": {"random": 0}}}, "comment_percent": 50})");
  ASSERT_TRUE(parsed.ok()) << parsed.message();
  EXPECT_EQ(parsed->comments, 50u);
  EXPECT_EQ(parsed->profiles[static_cast<size_t>(Category::Math)].groups[static_cast<size_t>(Group::Random)], 0u);
  EXPECT_NE(Fingerprint(*parsed), Fingerprint(DefaultPolicy()));
}

TEST(Policy, RefusesWhatCannotBe) {
  for (std::string_view text : {"", "[]", "{\"unknown\": 1}", "{\"comment_percent\": 101}", "{\"comment_percent\": -1}",
                                "{\"comment_percent\": \"x\"}", "{\"float_kinds\": [1, 2]}", "{\"float_kinds\": [0, 0, 0]}",
                                "{\"categories\": {\"none\": {}}}", "{\"categories\": {\"math\": {\"shapes\": {\"vec9\": 1}}}}",
                                "{\"categories\": {\"math\": {\"statements\": {\"let\": 0}}}}",
                                "{\"statement_limits\": [1, 2, 3, 4, 100000]}"})
    EXPECT_FALSE(ParsePolicy(text).ok()) << text;
}

}  // namespace
}  // namespace warpsmith::generate
