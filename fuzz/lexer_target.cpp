// Tokens cover the text in order, without overlap, and end with End or an error.
#include "mutations.h"
#include "seeds.h"
#include "source/source_buffer.h"
#include "syntax/lexer.h"
#include "target.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  SourceBuffer source = SourceBuffer::FromText("input.py", std::string(input));
  LexResult result = Lex(source);
  Check(!result.tokens.empty() && result.tokens.back().kind == (result.error ? TokenKind::Error : TokenKind::End),
        "a list of tokens must end with what stopped it");
  uint32_t end = 0;
  for (const Token& token : result.tokens) {
    Check(token.begin >= end && token.end >= token.begin && token.end <= source.size(),
          "tokens must follow one another within the text");
    end = token.end;
  }
}

std::vector<std::string> Seeds() { return PythonSeeds(); }

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return random.Percent(50) ? MutateBytes(input, other, random) : MutatePython(input, other, random);
}

}  // namespace warpsmith::fuzz
