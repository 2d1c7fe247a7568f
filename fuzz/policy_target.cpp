// A policy that can be read prints as text that reads as the same policy, and kernels can be made of it.
#include "generate/generate.h"
#include "mutations.h"
#include "seeds.h"
#include "target.h"

namespace warpsmith::fuzz {

void Run(std::string_view input) {
  Result<generate::Policy> policy = generate::ParsePolicy(input);
  if (!policy.ok()) return Check(!policy.message().empty(), "a policy that cannot be read has a reason");
  std::string text = PolicyText(*policy);
  Result<generate::Policy> again = generate::ParsePolicy(text);
  Check(again.ok() && PolicyText(*again) == text && Fingerprint(*again) == Fingerprint(*policy),
        "what was written reads as the same policy");
  generate::GeneratorContext context(*policy);
  for (uint64_t index = 0; index < 4; ++index)
    Check(!generate::Generate(context, input.size(), index).python_source.empty(), "a kernel has text");
}

std::vector<std::string> Seeds() { return FilesOf("data/policy", ".json"); }

std::string Mutate(std::string_view input, std::string_view other, size_t, Random& random) {
  return MutateJson(input, other, random);
}

}  // namespace warpsmith::fuzz
