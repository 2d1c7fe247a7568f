// ast_dump LIST OUTPUT [--round-trip]
//
// Parses every file named in LIST, one a line, and writes to OUTPUT for each in order a header line "ok BYTES" followed
// by the dump of its tree and a newline, or "error" followed by the rendered diagnostics in the same form. With
// --round-trip each tree is also printed as Python, parsed again and compared; "differs" then takes the place of "ok".
#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "diagnostics/renderer.h"
#include "syntax/dump.h"
#include "syntax/parser.h"
#include "syntax/printer.h"

namespace warpsmith {
namespace {

struct Outcome {
  std::string_view state = "ok";
  std::string text;
};

/// Both dumps, without positions, from shortly before where they part.
std::string Difference(const Ast& ast, const Ast& again, const SourceBuffer& source) {
  std::string before, after;
  DumpAst(ast, ast.root(), source, before, {.include_attributes = false});
  DumpAst(again, again.root(), source, after, {.include_attributes = false});
  size_t at = 0;
  while (at < std::min(before.size(), after.size()) && before[at] == after[at]) ++at;
  size_t begin = at < 100 ? 0 : at - 100;
  return "before " + before.substr(begin, 200) + "\nafter  " + after.substr(begin, 200);
}

Outcome Process(const std::string& path, bool round_trip) {
  Result<SourceBuffer> source = SourceBuffer::FromFile(path);
  if (!source.ok()) return {"error", source.message()};
  SymbolTable symbols;
  DiagnosticSink sink;
  Ast ast = Parse(*source, symbols, sink);
  if (!ast.root().valid()) return {"error", Render(sink.diagnostics())};
  Outcome outcome;
  if (round_trip) {
    SourceBuffer printed = SourceBuffer::FromText(path, PrintPython(ast, ast.root()));
    Ast again = Parse(printed, symbols, sink);
    if (!again.root().valid()) return {"differs", Render(sink.diagnostics())};
    if (!SameTree(ast, ast.root(), again, again.root())) return {"differs", Difference(ast, again, printed)};
  }
  DumpAst(ast, ast.root(), *source, outcome.text);
  return outcome;
}

int Run(const std::string& list_path, const std::string& output_path, bool round_trip) {
  std::ifstream list(list_path);
  std::ofstream output(output_path, std::ios::binary);
  if (!list || !output) {
    std::cerr << "cannot open " << (list ? output_path : list_path) << "\n";
    return 3;
  }
  for (std::string path; std::getline(list, path);) {
    Outcome outcome = Process(path, round_trip);
    output << outcome.state << ' ' << outcome.text.size() << '\n' << outcome.text << '\n';
  }
  return output.flush() ? 0 : 3;
}

}  // namespace
}  // namespace warpsmith

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: ast_dump LIST OUTPUT [--round-trip]\n";
    return 2;
  }
  return warpsmith::Run(argv[1], argv[2], argc > 3 && std::string_view(argv[3]) == "--round-trip");
}
