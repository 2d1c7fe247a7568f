// The parser's state, shared by its source files: expressions, strings, statements, patterns. Private to syntax/.
//
// A parse function is called at the first token of what it parses and leaves the position after its last. On an error
// it reports once and moves the position to the end, where every caller stops; ids are then those of a stand-in node,
// so that callers need not test for failure, and the tree is dropped.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnostics/sink.h"
#include "source/source_buffer.h"
#include "syntax/ast.h"
#include "syntax/literals.h"
#include "syntax/token.h"

namespace warpsmith::syntax {

/// Strengths of binary operators, weakest first.
enum class Precedence : uint8_t { BitOr = 1, BitXor, BitAnd, Shift, Sum, Product };

class Parser {
 public:
  Parser(const SourceBuffer& source, Ast& ast, DiagnosticSink& sink, std::vector<Token> tokens,
         std::optional<Diagnostic> lex_error);

  void ParseModule();
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  using Kind = TokenKind;

  /// Collects the elements of a list on a stack that all lists share.
  class ListBuilder {
   public:
    explicit ListBuilder(Parser& parser) : parser_(parser), begin_(parser.pending_.size()) {}
    ~ListBuilder() { parser_.pending_.resize(begin_); }
    ListBuilder(const ListBuilder&) = delete;
    ListBuilder& operator=(const ListBuilder&) = delete;
    void Add(NodeId id) { parser_.pending_.push_back(id); }
    [[nodiscard]] size_t size() const { return parser_.pending_.size() - begin_; }
    [[nodiscard]] std::span<const NodeId> nodes() const {
      return std::span<const NodeId>(parser_.pending_).subspan(begin_);
    }
    [[nodiscard]] NodeListId Finish() { return parser_.ast_.AddList(nodes()); }

   private:
    Parser& parser_;
    size_t begin_;
  };

  /// Counts nesting; `ok` is false where it goes too deep.
  class DepthGuard {
   public:
    explicit DepthGuard(Parser& parser);
    ~DepthGuard() { --parser_.depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;
    bool ok = true;

   private:
    Parser& parser_;
  };

  struct Saved {
    size_t position;
    bool failed;
    size_t diagnostics;
  };

  // Tokens.
  [[nodiscard]] const Token& Current() const { return tokens_[position_]; }
  [[nodiscard]] const Token& Ahead(size_t count) const {
    return tokens_[std::min(position_ + count, tokens_.size() - 1)];
  }
  [[nodiscard]] bool At(Kind kind) const { return Current().kind == kind; }
  [[nodiscard]] bool AtWord(std::string_view soft_keyword) const { return At(Kind::Name) && Text() == soft_keyword; }
  [[nodiscard]] std::string_view Text() const { return TextOf(Current()); }
  [[nodiscard]] std::string_view TextOf(const Token& token) const { return source_.Text(token.span()); }
  void Advance() { position_ += position_ + 1 < tokens_.size() ? 1 : 0; }
  bool Accept(Kind kind) {
    if (!At(kind)) return false;
    Advance();
    return true;
  }
  /// Consumes a token of this kind, or fails. `purpose` is for the message; the default names the token.
  bool Expect(Kind kind, std::string_view purpose = {});
  [[nodiscard]] Saved Save() const { return {position_, failed_, sink_.Mark()}; }
  void Restore(const Saved& saved);

  // Positions.
  [[nodiscard]] uint32_t PreviousEnd() const;
  /// From the start of `first` to the end of the last token consumed.
  [[nodiscard]] NodePosition From(const Token& first) const {
    return {{first.begin, PreviousEnd()}, first.line};
  }

  // Errors.
  template <typename... Arguments>
  NodeId Fail(DiagnosticKind kind, Span span, Arguments&&... arguments) {
    if (!FailsFirst()) return error_node_;
    sink_.Emit(kind, &source_, span, std::forward<Arguments>(arguments)...);
    return error_node_;
  }
  NodeId FailSyntax(Span span, std::string message) { return Fail(DiagnosticKind::InvalidSyntax, span, std::move(message)); }
  NodeId FailExpected(std::string_view expected);
  /// Enters the failed state; false if it was entered before, or if the lexer's error is the one to report.
  bool FailsFirst();
  /// Left-associative chains make trees higher than the nesting of the text.
  void CountChainLink() { ++chain_links_; }
  void CheckTreeHeight(uint32_t first_node);

  // Names.
  SymbolId Intern(const Token& name);
  SymbolId ExpectName(std::string_view purpose);

  // Expressions (parse_expressions.cpp).
  NodeId ParseExpression();       // expression
  NodeId ParseNamedExpression();  // named_expression
  NodeId ParseStarExpressions();  // star_expressions: perhaps a tuple without parentheses
  NodeId ParseYieldOrStarExpressions();
  NodeId ParseStarExpression();       // star_expression
  NodeId ParseStarNamedExpression();  // star_named_expression
  NodeId ParseYield();
  NodeId ParseLambda();
  NodeId ParseDisjunction();
  NodeId ParseConjunction();
  NodeId ParseInversion();
  NodeId ParseComparison();
  NodeId ParseBinary(Precedence weakest = Precedence::BitOr);
  NodeId ParseUnary();
  NodeId ParsePower();
  NodeId ParsePrimary();
  NodeId ParseAtom();
  NodeId ParseParenthesized();
  NodeId ParseListDisplay();
  NodeId ParseBraces();
  NodeId ParseDictItems(const Token& open, NodeId first_key);
  NodeId ParseSetItems(const Token& open, NodeId first);
  NodeId ParseCall(NodeId function, const Token& first);
  void ParseArguments(ListBuilder& positional, std::vector<NodeId>& keywords, const Token* generator_open);
  NodeId ParsePositionalArgument(const Token* generator_open, bool is_first);
  NodeId ParseKeywordArgument();
  NodeId ParseAwait();
  NodeId ParseSubscript(NodeId value, const Token& first);
  NodeId ParseSlices();
  NodeId ParseSlice();
  NodeId ParseStarred();
  NodeListId ParseComprehensions();
  NodeListId ParseConditions();
  [[nodiscard]] bool AtComprehension() const;
  [[nodiscard]] bool AtExpressionStart() const;
  NodeId ParseNumber();
  template <typename View>
  NodeId MakeComprehension(NodeId element, const Token& open, Kind close);

  // Targets (parse_targets.cpp).
  enum class TargetUse : uint8_t { Assign, AugAssign, Annotate, Delete, Loop, With, Named };
  NodeId ParseTargetList(Kind before);  // star_targets: `a, *b` in for loops
  void MakeTarget(NodeId id, TargetUse use);
  void CheckTarget(NodeId id, TargetUse use, bool inside_sequence);
  [[nodiscard]] std::string DescribeExpression(NodeId id) const;

  // Parameters (parse_parameters.cpp).
  struct ParameterLists;
  NodeId ParseParameters(Kind close, bool annotated);
  void ParseStarParameter(ParameterLists& lists, bool annotated, Kind close);
  void ParsePlainParameter(ParameterLists& lists, bool annotated);
  NodeId ParseParameter(bool annotated, bool allow_star_annotation);

  // Strings (parse_strings.cpp).
  struct FormattedState;
  NodeId ParseStrings();
  NodeId ParsePlainStrings(size_t count);
  NodeId ParseFormattedStrings(size_t count);
  bool DecodePiece(Span piece, const StringLiteral& literal, std::string& out);
  void ParseFormattedBody(FormattedState& state, uint32_t& at, uint32_t end, int level);
  bool ScanFormattedLiteral(FormattedState& state, uint32_t& at, uint32_t end, int level);
  void ParseReplacementField(FormattedState& state, uint32_t& at, uint32_t end, int level);
  uint32_t ScanReplacementExpression(uint32_t begin, uint32_t end);
  NodeId ParseEmbeddedExpression(const FormattedState& state, Span range);
  int32_t ParseConversion(uint32_t& at, uint32_t end);
  void FlushFormattedText(FormattedState& state);

  // Statements (parse_statements.cpp, parse_compound.cpp).
  void ParseStatement(ListBuilder& out);
  void ParseSimpleStatements(ListBuilder& out);
  NodeId ParseSimpleStatement();
  NodeId ParseExpressionStatement();
  NodeId ParseAssignment(const Token& first, NodeId value);
  NodeId ParseAugmentedAssignment(NodeId target, BinaryOperator op);
  NodeId ParseAnnotatedAssignment(const Token& first, NodeId target);
  NodeId ParseReturn();
  NodeId ParseRaise();
  NodeId ParseDelete();
  NodeId ParseAssert();
  NodeId ParseImport();
  NodeId ParseImportFrom();
  NodeId ParseImportAliases();
  SymbolId ParseDottedName();
  SymbolListId ParseNameList();
  NodeListId ParseBlock(std::string_view what, const Token& header);
  NodeId ParseIf();
  NodeListId ParseElse(std::string_view what);
  NodeId ParseWhile();
  NodeId ParseFor(const Token& first, bool is_async);
  NodeId ParseWith(const Token& first, bool is_async);
  bool ParseParenthesizedWithItems(ListBuilder& items);
  NodeId ParseWithItem();
  NodeId ParseTry();
  NodeId ParseExceptHandler(bool& is_star, bool is_first);
  NodeId ParseDecorated();
  NodeId ParseFunction(const Token& first, bool is_async, NodeListId decorators);
  NodeId ParseClass(NodeListId decorators);
  NodeId ParseAsync(NodeListId decorators, bool decorated);

  // Match statements (parse_patterns.cpp).
  [[nodiscard]] bool AtMatchStatement() const;
  NodeId ParseMatch();
  NodeId ParseMatchCase();
  NodeId ParseOpenPattern();  // patterns: perhaps a sequence without brackets
  NodeId ParsePattern();      // as_pattern or or_pattern
  NodeId ParseOrPattern();
  NodeId ParseClosedPattern();
  NodeId ParseMaybeStarPattern();
  NodeId ParseGroupOrSequencePattern();
  NodeId ParseMappingPattern();
  void ParseMappingItem(ListBuilder& keys, std::vector<NodeId>& patterns, SymbolId& rest);
  NodeId ParseNameOrClassPattern();
  NodeId ParseClassPattern(NodeId cls);
  NodeId ParseLiteralPatternValue();
  NodeId ParseSignedNumber();

  const SourceBuffer& source_;
  Ast& ast_;
  DiagnosticSink& sink_;
  std::vector<Token> tokens_;
  std::optional<Diagnostic> lex_error_;
  size_t position_ = 0;
  bool failed_ = false;
  NodeId error_node_;
  std::vector<NodeId> pending_;
  std::vector<CompareOperator> pending_operators_;
  std::string text_buffer_;
  uint32_t depth_ = 0;
  uint32_t deepest_ = 0;
  uint32_t chain_links_ = 0;

  // The symbols of names met before, by hash of their text: most names repeat.
  struct CachedName {
    std::string_view text;
    SymbolId symbol;
  };
  std::vector<CachedName> name_cache_;
};

}  // namespace warpsmith::syntax
