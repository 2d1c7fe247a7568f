#include "syntax/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "diagnostics/renderer.h"
#include "syntax/dump.h"
#include "syntax/printer.h"

// The grammar as a whole is compared with CPython's in tests/python_ast.

namespace warpsmith {
namespace {

struct Parsed {
  explicit Parsed(std::string text)
      : source(SourceBuffer::FromText("a.py", std::move(text))), ast(Parse(source, symbols, sink)) {}

  [[nodiscard]] std::string Dump() const {
    std::string out;
    if (ast.root().valid()) DumpAst(ast, ast.root(), source, out, {.include_attributes = false});
    return out;
  }
  [[nodiscard]] NodeId FirstStatement() const { return ast.List(ast.Get<py::Module>(ast.root()).body)[0]; }
  [[nodiscard]] NodeId FirstExpression() const { return ast.Get<py::Expr>(FirstStatement()).value; }
  /// The kind of the only diagnostic.
  [[nodiscard]] std::string_view Error() const {
    return sink.diagnostics().size() == 1 ? NameOf(sink.diagnostics()[0].kind) : "not one diagnostic";
  }

  SourceBuffer source;
  SymbolTable symbols;
  DiagnosticSink sink;
  Ast ast;
};

std::string RoundTrip(const std::string& text) {
  Parsed parsed(text);
  return parsed.ast.root().valid() ? PrintPython(parsed.ast, parsed.ast.root()) : Render(parsed.sink.diagnostics());
}

TEST(Parser, GivesViewsOfNodes) {
  Parsed parsed("x = a + 2\n");
  auto assign = parsed.ast.Get<py::Assign>(parsed.FirstStatement());
  EXPECT_EQ(parsed.ast.NameText(parsed.ast.List(assign.targets)[0]), "x");
  auto sum = parsed.ast.Get<py::BinOp>(assign.value);
  EXPECT_EQ(sum.op, BinaryOperator::Add);
  EXPECT_EQ(parsed.ast.Get<py::Constant>(sum.right).value.int_value(), 2);
  EXPECT_FALSE(parsed.ast.If<py::Name>(sum.right).has_value());
}

TEST(Parser, SpansAreCPythons) {
  Parsed parsed("@d\ndef f(): # c\n  return (a)\n\n");
  NodeId function = parsed.FirstStatement();
  EXPECT_EQ(parsed.source.Text(parsed.ast.SpanOf(function)), "def f(): # c\n  return (a)");
  EXPECT_EQ(parsed.ast.Line(function), 2u);
  auto body = parsed.ast.List(parsed.ast.Get<py::FunctionDef>(function).body);
  EXPECT_EQ(parsed.source.Text(parsed.ast.SpanOf(parsed.ast.Get<py::Return>(body[0]).value)), "a");
}

TEST(Parser, DecodesConstants) {
  Parsed numbers("[0xFF, 1_000, 18446744073709551616, 0x10000000000000000, 1e400, 1.5j]\n");
  EXPECT_EQ(numbers.Dump().substr(24),
            "List(elts=[Constant(value=255), Constant(value=1000), Constant(value=18446744073709551616), "
            "Constant(value=18446744073709551616), Constant(value=inf), Constant(value=1.5j)], ctx=Load()))], "
            "type_ignores=[])");
  Parsed strings(R"(['a\tb' "c" '''d
e''', r'\n', b'\x00\q', u'\u20ac', '\N{EURO SIGN}\N{hyphen-minus}\N{HANGUL SYLLABLE GAG}', '\ud800'])");
  EXPECT_EQ(strings.Dump().substr(24),
            "List(elts=[Constant(value='a\\tbcd\\ne'), Constant(value='\\\\n'), Constant(value=b'\\x00\\\\q'), "
            "Constant(value='\\u20ac', kind='u'), Constant(value='\\u20ac-\\uac01'), Constant(value='\\ud800')], "
            "ctx=Load()))], type_ignores=[])");
}

TEST(Parser, NormalizesIdentifiers) {
  Parsed parsed("ｗｉｄｔｈ = ﬁ = e\xCC\x81\n");
  auto assign = parsed.ast.Get<py::Assign>(parsed.FirstStatement());
  EXPECT_EQ(parsed.ast.NameText(parsed.ast.List(assign.targets)[0]), "width");
  EXPECT_EQ(parsed.ast.NameText(parsed.ast.List(assign.targets)[1]), "fi");
  EXPECT_EQ(parsed.ast.NameText(assign.value), "\xC3\xA9");
}

TEST(Parser, SharesSymbolsBetweenFiles) {
  SymbolTable symbols;
  DiagnosticSink sink;
  SourceBuffer one = SourceBuffer::FromText("a.py", "x"), two = SourceBuffer::FromText("b.py", "y; x");
  Ast first = Parse(one, symbols, sink), second = Parse(two, symbols, sink);
  auto x = first.Get<py::Name>(first.Get<py::Expr>(first.List(first.Get<py::Module>(first.root()).body)[0]).value);
  EXPECT_EQ(symbols.Text(x.id), "x");
  auto body = second.List(second.Get<py::Module>(second.root()).body);
  EXPECT_EQ(second.Get<py::Name>(second.Get<py::Expr>(body[1]).value).id, x.id);
}

TEST(Parser, ReportsOneErrorAtItsPlace) {
  Parsed parsed("a = 1\nb = = 2\nc = )\n");
  EXPECT_FALSE(parsed.ast.root().valid());
  EXPECT_EQ(Render(parsed.sink.diagnostics()),
            "a.py:2:5: error: invalid syntax: expected an expression, found '=' [UnexpectedToken]\n"
            " 2 | b = = 2\n   |     ^\n");
}

TEST(Parser, RefusesWhatIsNotPython) {
  EXPECT_EQ(Parsed("f() = 1").Error(), "InvalidTarget");
  EXPECT_EQ(Parsed("if a:\nb").Error(), "ExpectedIndent");
  EXPECT_EQ(Parsed("  a").Error(), "UnexpectedIndent");
  EXPECT_EQ(Parsed("f(a=1, b)").Error(), "InvalidSyntax");
  EXPECT_EQ(Parsed("f'{a b}'").Error(), "UnexpectedToken");
  EXPECT_EQ(Parsed("f'{}'").Error(), "InvalidFString");
  EXPECT_EQ(Parsed("'\\x1'").Error(), "InvalidEscape");
  EXPECT_EQ(Parsed("'\\N{no such name}'").Error(), "InvalidEscape");
  EXPECT_EQ(Parsed("a = (1,").Error(), "UnclosedBracket");
  EXPECT_EQ(Parsed("with (yield x), (a b): pass").Error(), "UnexpectedToken");
  EXPECT_EQ(Parsed(std::string("a = 1\0", 6)).Error(), "NullByte");
  EXPECT_EQ(Parsed("a = '\xFF'").Error(), "InvalidUtf8");
  EXPECT_EQ(Parsed("# coding: koi8-r\na = '\xFF'").Error(), "UnsupportedEncoding");
  EXPECT_EQ(Parsed("\xEF\xBB\xBF# coding: latin-1\n").Error(), "EncodingConflict");
}

TEST(Parser, TakesLongChainsAndRefusesDeepOnes) {
  std::string chain = "x = a";
  for (int i = 0; i < 900; ++i) chain += " + a";
  EXPECT_TRUE(Parsed(chain).ast.root().valid());
  for (int i = 0; i < 100000; ++i) chain += " + a";
  EXPECT_EQ(Parsed(chain).Error(), "TooDeeplyNested");
  EXPECT_EQ(Parsed(std::string(150, '(') + "a" + std::string(150, ')')).sink.diagnostics().size(), 0u);
  for (const char* piece : {"(", "-", "not ", "lambda:", "a**", "a if b else ", "[a for b in ", "f(", "{"}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += piece;
    EXPECT_EQ(Parsed(deep).Error(), "TooDeeplyNested") << piece;
  }
  std::string blocks;
  for (int i = 0; i < 200; ++i) blocks += std::string(static_cast<size_t>(i), ' ') + "if a:\n";
  EXPECT_EQ(Parsed(blocks).Error(), "TooDeeplyNested");
}

TEST(Parser, TakesManyBranches) {
  std::string text = "if a: pass\n";
  for (int i = 0; i < 900; ++i) text += "elif a: pass\n";
  EXPECT_EQ(RoundTrip(text).substr(0, 15), "if a:\n    pass\n");
}

TEST(Parser, DoesNotTakeSoftKeywordsForKeywords) {
  EXPECT_EQ(Parsed("match = case = _\nmatch[case](_)\nmatch -x\n").sink.diagnostics().size(), 0u);
  Parsed parsed("match (x):\n  case [a, *_]: pass\n");
  EXPECT_EQ(parsed.ast.Kind(parsed.FirstStatement()), NodeKind::Match);
}

TEST(Printer, WritesCanonicalText) {
  EXPECT_EQ(RoundTrip("x=(a+b)*c-(d-e)"), "x = (a + b) * c - (d - e)\n");
  EXPECT_EQ(RoundTrip("x=-a**-b;y=(-a)**b"), "x = -a ** -b\ny = (-a) ** b\n");
  EXPECT_EQ(RoundTrip("@wp.kernel\ndef f(a:wp.array(dtype=float),/,*,b=1)->None:\n  'doc'"),
            "@wp.kernel\ndef f(a: wp.array(dtype=float), /, *, b=1) -> None:\n    'doc'\n");
  EXPECT_EQ(RoundTrip("if a: b\nelif c: d\nelse:\n  e"),
            "if a:\n    b\nelif c:\n    d\nelse:\n    e\n");
  EXPECT_EQ(RoundTrip("a[1:,::2];(1).real;(x:=1);not (a or b) and c"),
            "a[1:, ::2]\n(1).real\n(x := 1)\nnot (a or b) and c\n");
  EXPECT_EQ(RoundTrip("f\"{a['k']!r:>{w}}{{}}\\n\""), "f'{a[\"k\"]!r:>{w}}{{}}\\n'\n");
}

TEST(Printer, PrintsIntegersThatNoDecimalTextMayHave) {
  EXPECT_EQ(RoundTrip("x = 0x1" + std::string(30, '0')), "x = 1329227995784915872903807060280344576\n");
  const std::string huge = "x = 0x1" + std::string(4000, '9') + "\n";  // some 4,800 decimal digits
  EXPECT_EQ(RoundTrip(huge), huge);
}

TEST(Printer, PrintsWhatLoweringMakes) {
  SymbolTable symbols;
  Ast ast(symbols);
  NodeId name = ast.Add(py::Name{symbols.Intern("done"), ExpressionContext::Store}, {});
  NodeId value = ast.Add(py::Constant{ConstantValue::Bool(false)}, {});
  NodeId assign = ast.Add(py::Assign{ast.AddList({name}), value}, {});
  NodeId test = ast.Add(py::Name{symbols.Intern("done"), ExpressionContext::Load}, {});
  NodeId branch = ast.Add(py::If{test, ast.AddList({assign}), ast.AddList(std::span<const NodeId>())}, {});
  EXPECT_EQ(PrintPython(ast, branch), "if done:\n    done = False\n");
}

TEST(Ast, ComparesTreesWithoutPositions) {
  Parsed one("x = (a + 1)\n"), two("x=a+1"), three("x = a + 2\n");
  EXPECT_TRUE(SameTree(one.ast, one.ast.root(), two.ast, two.ast.root()));
  EXPECT_FALSE(SameTree(one.ast, one.ast.root(), three.ast, three.ast.root()));
  std::vector<NodeId> children;
  AppendChildren(one.ast, one.FirstStatement(), children);
  EXPECT_EQ(children.size(), 2u);
}

}  // namespace
}  // namespace warpsmith
