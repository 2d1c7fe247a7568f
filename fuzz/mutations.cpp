#include "mutations.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

namespace warpsmith::fuzz {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kNumbers[] = {
    "0",          "1",          "-1",         "2",          "3",   "4",     "5",    "16",   "17",      "255",
    "256",        "1000",       "65536",      "100000",     "1e9", "1e400", "0.5",  "-0.0", "2147483647", "2147483648",
    "4294967296", "1000000000", "0x7fffffffffffffff", "9223372036854775808", "18446744073709551616",
    "1" "000000000000000000000000000000000000000000000000000000000000", "1j", "True", "None", "1e-320", "10**9", "1 << 40"};

constexpr std::string_view kWords[] = {
    "wp",       "tid",     "array",    "dtype",   "ndim",    "vec3",    "mat33",   "quat",    "transform", "range",
    "static",   "func",    "kernel",   "struct",  "Any",     "int",     "float",   "float16", "int8",      "uint64",
    "while",    "for",     "if",       "else",    "return",  "break",   "continue", "pass",   "lambda",    "in",
    "not",      "and",     "or",       "is",      "del",     "global",  "with",    "try",     "yield",     "await",
    "async",    "match",   "case",     "import",  "from",    "as",      "class",   "def",     "assert",    "raise",
    "tile",     "tile_load", "tile_store", "tile_zeros", "tile_matmul", "tile_map", "tile_sum", "tile_fft", "tile_cholesky",
    "tile_view", "tile_reduce", "tile_sort", "shape", "storage", "atomic_add", "where", "select", "vector", "matrix", "length",
    "zeros",    "constant", "types",   "overload", "func_grad", "func_replay", "func_native", "grad", "map", "printf", "print",
    "len",      "min",     "max",      "cross",   "dot",     "normalize", "cast",  "rand_init", "randf", "mesh_query_point",
    "volume_sample", "texture_sample", "hash_grid_query", "indexedarray", "fabricarray", "Mesh", "types.matrix", "T", "x", "i"};

constexpr std::string_view kMarks[] = {"+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^", "~", "<",
                                       ">", "<=", ">=", "==", "!=", "=", "+=", "-=", "*=", "@=", ":=", "->", ".", ",",
                                       ":", ";", "(", ")", "[", "]", "{", "}", "...", "\n", "\\", "\"", "'", "f'", "\"\"\""};

template <typename Range>
std::string_view Pick(const Range& range, Random& random) {
  return range[random.Below(static_cast<uint32_t>(std::size(range)))];
}

uint32_t Index(size_t size, Random& random) { return size == 0 ? 0 : random.Below(static_cast<uint32_t>(size)); }

/// A random part of `text`, of at most `most` bytes.
std::string_view Part(std::string_view text, size_t most, Random& random) {
  size_t begin = Index(text.size(), random);
  return text.substr(begin, 1 + Index(std::min(most, text.size() - begin), random));
}

std::string Repeat(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

/// How often something nests or repeats: mostly little, sometimes beyond every limit.
size_t Depth(Random& random) {
  constexpr std::array<uint32_t, 4> kDepths{3, 20, 300, 3000};
  return 1 + random.Below(kDepths[random.Percent(3) ? 3 : random.Below(3)]);
}

// ---- Python text, as words and lines

struct Word {
  size_t begin, size;
};

/// Names, numbers and marks, without white space.
std::vector<Word> Words(std::string_view text) {
  auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); };
  std::vector<Word> words;
  for (size_t i = 0; i < text.size();) {
    size_t begin = i++;
    if (text[begin] == ' ' || text[begin] == '\n') continue;
    if (is_word(text[begin]))
      while (i < text.size() && is_word(text[i])) ++i;
    words.push_back({begin, i - begin});
  }
  return words;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string Join(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

size_t Indentation(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

/// `word` inside brackets, calls, operators or subscripts of some depth.
std::string Nest(std::string_view word, Random& random) {
  struct Form {
    std::string_view before, after;
  };
  constexpr Form kForms[] = {{"(", ")"},   {"-", ""},         {"", "[0]"},       {"", ".x"},         {"f(", ")"},
                             {"[", "]"},   {"not ", ""},      {"", " + 1"},      {"(", ",)"},        {"wp.sin(", ")"},
                             {"{", "}"},   {"1 if x else ", ""}, {"lambda: ", ""}, {"2 ** ", ""},    {"", "()"},
                             {"wp.static(", ")"}, {"wp.vec3(", ")"}, {"int(", ")"}, {"wp.array(dtype=", ")"}, {"f'{", "}'"}};
  const Form& form = kForms[random.Below(std::size(kForms))];
  size_t depth = Depth(random);
  return Repeat(form.before, depth) + std::string(word) + Repeat(form.after, depth);
}

std::string NewWord(std::string_view old, std::string_view other, Random& random) {
  switch (random.Below(8)) {
    case 0: return std::string(Pick(kNumbers, random));
    case 1: return std::string(Pick(kWords, random));
    case 2: return std::string(Pick(kMarks, random));
    case 3: return "";
    case 4: return Nest(old, random);
    case 5: return std::string(old) + " " + std::string(Pick(kMarks, random)) + " " + std::string(old);
    default: {
      std::vector<Word> words = Words(other);
      if (words.empty()) return "wp.tid()";
      Word word = words[Index(words.size(), random)];
      return std::string(other.substr(word.begin, word.size));
    }
  }
}

std::string ChangeWord(std::string_view input, std::string_view other, Random& random) {
  std::vector<Word> words = Words(input);
  if (words.empty()) return std::string(Pick(kWords, random));
  Word word = words[Index(words.size(), random)];
  if (random.Percent(40)) {  // a number, where the first guess is none
    for (int tries = 0; tries < 20 && !std::isdigit(static_cast<unsigned char>(input[word.begin])); ++tries)
      word = words[Index(words.size(), random)];
    std::string out(input);
    return out.replace(word.begin, word.size, random.Percent(70) ? Pick(kNumbers, random) : Pick(kWords, random));
  }
  std::string_view source = random.Percent(50) ? input : other;
  std::string out(input);
  return out.replace(word.begin, word.size, NewWord(input.substr(word.begin, word.size), source, random));
}

std::string ChangeLine(std::string_view input, std::string_view other, Random& random) {
  std::vector<std::string> lines;
  for (std::string_view line : Lines(input)) lines.emplace_back(line);
  if (lines.empty()) return std::string(other);
  size_t at = Index(lines.size(), random);
  std::string line = lines[at];
  switch (random.Below(6)) {
    case 0: lines.erase(lines.begin() + at); break;
    case 1: lines.insert(lines.begin() + at, line); break;
    case 2: std::swap(lines[at], lines[Index(lines.size(), random)]); break;
    case 3: lines[at] = "    " + line; break;
    case 4: lines[at] = line.substr(std::min<size_t>(Indentation(line), 4)); break;
    default: {
      std::vector<std::string_view> others = Lines(random.Percent(30) ? input : other);
      if (others.empty()) break;
      size_t from = Index(others.size(), random), count = 1 + random.Below(6);
      std::vector<std::string> taken;
      size_t removed = Indentation(others[from]), added = Indentation(line);
      for (size_t i = from; i < std::min(from + count, others.size()); ++i)
        taken.push_back(std::string(added, ' ') +
                        std::string(others[i].substr(std::min(removed, Indentation(others[i])))));
      lines.insert(lines.begin() + at, taken.begin(), taken.end());
    }
  }
  return Join(lines);
}

// ---- JSON

void Collect(Json& node, std::vector<Json*>& out) {
  out.push_back(&node);
  if (node.is_structured())
    for (Json& child : node) Collect(child, out);
}

Json NewValue(Json& document, const Json& old, std::string_view other, Random& random) {
  if (old.is_string() && old.get_ref<const std::string&>().find('\n') != std::string::npos && random.Percent(70))
    return MutatePython(old.get_ref<const std::string&>(), other, random);
  if (old.is_number_integer() && random.Percent(50)) return old.get<int64_t>() / 2 + random.Between(-2, 2);
  switch (random.Below(14)) {
    case 0: return nullptr;
    case 1: return -1;
    case 2: return 0;
    case 3: return 1 + random.Below(8);
    case 4: return 1 << 30;
    case 5: return INT64_MAX;
    case 6: return UINT64_MAX;
    case 7: return random.Percent(50) ? 1e308 : -0.5;
    case 8: return random.Percent(50);
    case 9: return Json::array();
    case 10: return Json::object();
    case 11: return std::string(Pick(kWords, random));
    default: {
      std::vector<Json*> nodes;
      Collect(document, nodes);
      return *nodes[Index(nodes.size(), random)];
    }
  }
}

void ChangeMember(Json& node, Random& random) {
  size_t at = Index(node.size(), random);
  if (node.empty()) return;
  if (node.is_array()) {
    if (random.Percent(50)) return node.erase(at);
    Json copy = node[at];
    return void(node.insert(node.begin() + static_cast<int64_t>(Index(node.size(), random)), copy));
  }
  auto member = std::next(node.begin(), static_cast<int64_t>(at));
  Json value = *member;
  std::string key = member.key();
  if (random.Percent(60)) node.erase(key);
  if (random.Percent(50)) node[std::string(random.Percent(50) ? Pick(kWords, random) : std::string_view(key + "_"))] = value;
}

}  // namespace

std::string MutateBytes(std::string_view input, std::string_view other, Random& random) {
  std::string out(input);
  for (uint32_t left = 1 + random.Below(4); left > 0; --left) {
    size_t at = Index(out.size() + 1, random);
    switch (random.Below(7)) {
      case 0: out.insert(at, 1, static_cast<char>(random.Below(256))); break;
      case 1: out.erase(at, 1 + random.Below(random.Percent(20) ? 400 : 8)); break;
      case 2: out.insert(at, Part(other.empty() ? "\n" : other, 200, random)); break;
      case 3: out.insert(at, Repeat(Part(out.empty() ? "(" : out, 8, random), Depth(random))); break;
      case 4: out.replace(at, std::min<size_t>(1 + random.Below(4), out.size() - at), Pick(kNumbers, random)); break;
      case 5:
        for (size_t i = at; i < std::min(at + 8, out.size()); ++i) out[i] = static_cast<char>(random.Percent(50) ? 0xff : 0);
        break;
      default:
        if (at < out.size()) out[at] = static_cast<char>(out[at] ^ (1 << random.Below(8)));
    }
  }
  return out;
}

std::string MutatePython(std::string_view input, std::string_view other, Random& random) {
  std::string out(input);
  for (uint32_t left = 1 + random.Below(3); left > 0; --left)
    out = random.Percent(65) ? ChangeWord(out, other, random) : ChangeLine(out, other, random);
  return out;
}

std::string MutateJson(std::string_view input, std::string_view other, Random& random) {
  Json document = Json::parse(input, nullptr, false);
  if (document.is_discarded() || random.Percent(3)) return MutateBytes(input, other, random);
  for (uint32_t left = 1 + random.Below(3); left > 0; --left) {
    std::vector<Json*> nodes;
    Collect(document, nodes);
    Json& node = *nodes[Index(nodes.size(), random)];
    if (node.is_structured() && random.Percent(70)) {
      ChangeMember(node, random);
    } else if (random.Percent(3)) {
      for (size_t depth = Depth(random); depth > 0; --depth) node = random.Percent(50) ? Json{node} : Json{{"kind", node}};
    } else {
      Json value = NewValue(document, node, other, random);
      node = std::move(value);
    }
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace warpsmith::fuzz
