// What parses prints as text that parses to the same tree; what does not has exactly one diagnostic, which renders.
#include "diagnostics/renderer.h"
#include "mutations.h"
#include "seeds.h"
#include "syntax/dump.h"
#include "syntax/parser.h"
#include "syntax/printer.h"
#include "target.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  SourceBuffer source = SourceBuffer::FromText("input.py", std::string(input));
  SymbolTable symbols;
  DiagnosticSink sink(&source);
  Ast ast = Parse(source, symbols, sink);
  Check(ast.root().valid() != sink.has_errors(), "a text parses or has a diagnostic");
  if (!ast.root().valid()) {
    Check(!Render(sink.diagnostics()).empty() && !RenderJson(sink.diagnostics()).empty());
    return;
  }
  std::string dump;
  DumpAst(ast, ast.root(), source, dump);
  SourceBuffer printed = SourceBuffer::FromText("input.py", PrintPython(ast, ast.root()));
  Ast again = Parse(printed, symbols, sink);
  Check(again.root().valid(), "printed text must parse");
  Check(SameTree(ast, ast.root(), again, again.root()), "printed text must parse to the same tree");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds = PythonSeeds();
  for (const char* directory : {"python", "scripts", "tests", "bench"})
    for (std::string& text : FilesOf(directory, ".py")) seeds.push_back(std::move(text));
  return seeds;
}

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return random.Percent(15) ? MutateBytes(input, other, random) : MutatePython(input, other, random);
}

}  // namespace warpsmith::fuzz
