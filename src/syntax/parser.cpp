#include "syntax/parser.h"

#include <cstring>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/encoding.h"
#include "syntax/lexer.h"
#include "syntax/parser_impl.h"

namespace warpsmith {
namespace syntax {
namespace {

constexpr uint32_t kMaxDepth = 1000;         // of recursive descent
constexpr uint32_t kMaxTreeHeight = 1000;    // real Warp's visitor runs into Python's recursion limit before
constexpr uint32_t kHeightCheckLinks = 500;  // trees with fewer chain links are low enough
constexpr size_t kNameCacheSize = 512;

size_t HashName(std::string_view text) {
  uint64_t head = 0;
  std::memcpy(&head, text.data(), std::min<size_t>(text.size(), 8));
  uint64_t tail = static_cast<unsigned char>(text.back()) + 31 * text.size();
  return static_cast<size_t>(((head * 0x9E3779B97F4A7C15u) ^ (tail * 0xC2B2AE3D27D4EB4Fu)) >> 40);
}

}  // namespace

Parser::Parser(const SourceBuffer& source, Ast& ast, DiagnosticSink& sink, std::vector<Token> tokens,
               std::optional<Diagnostic> lex_error)
    : source_(source), ast_(ast), sink_(sink), tokens_(std::move(tokens)), lex_error_(std::move(lex_error)) {
  ast_.Reserve(static_cast<uint32_t>(tokens_.size()));
  error_node_ = ast_.Add(py::Constant{}, {});
  name_cache_.resize(kNameCacheSize);
}

Parser::DepthGuard::DepthGuard(Parser& parser) : parser_(parser) {
  parser_.deepest_ = std::max(parser_.deepest_, ++parser_.depth_);
  if (parser_.depth_ > kMaxDepth) {
    parser_.Fail(DiagnosticKind::TooDeeplyNested, parser_.Current().span(), "code");
    ok = false;
  }
}

bool Parser::FailsFirst() {
  if (failed_) return false;
  failed_ = true;
  bool at_lex_error = At(Kind::Error);
  position_ = tokens_.size() - 1;
  if (!at_lex_error || !lex_error_) return true;
  Diagnostic error = *lex_error_;
  auto emitted = sink_.Emit(error.kind, &source_, error.span);
  emitted.TakeDetails(std::move(error));
  return false;
}

NodeId Parser::FailExpected(std::string_view expected) {
  const Token& token = Current();
  std::string found(Describe(token.kind));
  if (token.kind == Kind::Name) found = fmt::format("'{}'", Text());
  return Fail(DiagnosticKind::UnexpectedToken, token.span(), expected, found);
}

bool Parser::Expect(Kind kind, std::string_view purpose) {
  if (Accept(kind)) return true;
  FailExpected(purpose.empty() ? Describe(kind) : purpose);
  return false;
}

void Parser::Restore(const Saved& saved) {
  position_ = saved.position;
  failed_ = saved.failed;
  sink_.RollBack(saved.diagnostics);
}

uint32_t Parser::PreviousEnd() const {
  size_t index = position_;
  while (index > 0) {
    const Token& token = tokens_[--index];
    if (!IsLayout(token.kind)) return token.end;
  }
  return 0;
}

SymbolId Parser::Intern(const Token& name) {
  std::string_view text = TextOf(name);
  CachedName& cached = name_cache_[HashName(text) % kNameCacheSize];
  if (cached.text == text) return cached.symbol;
  bool ascii = std::none_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) < 0; });
  cached.text = text;
  cached.symbol = ast_.symbols().Intern(ascii ? std::string(text) : NormalizeIdentifier(text));
  return cached.symbol;
}

SymbolId Parser::ExpectName(std::string_view purpose) {
  if (!At(Kind::Name)) {
    FailExpected(purpose);
    return {};
  }
  SymbolId symbol = Intern(Current());
  Advance();
  return symbol;
}

void Parser::CheckTreeHeight(uint32_t first_node) {
  // Children come before their parents, so one pass forward finds every height.
  std::vector<uint32_t> heights(ast_.size() - first_node, 1);
  std::vector<NodeId> children;
  for (uint32_t index = first_node; index < ast_.size(); ++index) {
    children.clear();
    AppendChildren(ast_, NodeId(index), children);
    uint32_t& height = heights[index - first_node];
    for (NodeId child : children) {
      if (child.index >= first_node) height = std::max(height, heights[child.index - first_node] + 1);
    }
    if (height > kMaxTreeHeight) {
      Fail(DiagnosticKind::TooDeeplyNested, ast_.SpanOf(NodeId(index)), "expression");
      return;
    }
  }
}

void Parser::ParseModule() {
  ListBuilder body(*this);
  while (!At(Kind::End) && !failed_) {
    auto first_node = ast_.size();
    chain_links_ = deepest_ = 0;
    ParseStatement(body);
    if (!failed_ && chain_links_ + deepest_ > kHeightCheckLinks) CheckTreeHeight(first_node);
  }
  if (failed_) return;
  ast_.set_root(ast_.Add(py::Module{body.Finish()}, {{0, source_.size()}, 1}));
}

}  // namespace syntax

namespace {

bool CheckText(const SourceBuffer& source, DiagnosticSink& sink) {
  std::string_view text = source.text();
  if (const void* null = std::memchr(text.data(), '\0', text.size())) {
    auto offset = static_cast<uint32_t>(static_cast<const char*>(null) - text.data());
    sink.Emit(DiagnosticKind::NullByte, &source, {offset, offset + 1});
    return false;
  }
  if (!CheckEncodingDeclaration(source, sink)) return false;
  if (auto offset = source.FindInvalidUtf8()) {
    sink.Emit(DiagnosticKind::InvalidUtf8, &source, {*offset, *offset + 1},
              static_cast<unsigned char>(text[*offset]), *offset);
    return false;
  }
  return true;
}

}  // namespace

Ast Parse(const SourceBuffer& source, SymbolTable& symbols, DiagnosticSink& sink) {
  Ast ast(symbols);
  if (!CheckText(source, sink)) return ast;
  LexResult lexed = Lex(source);
  syntax::Parser parser(source, ast, sink, std::move(lexed.tokens), std::move(lexed.error));
  parser.ParseModule();
  return ast;
}

}  // namespace warpsmith
