// A target as libFuzzer runs it: half of the variants are the target's own, half the library's.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "target.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

std::string_view View(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Puts the variant into `out` unless it does not fit.
size_t Put(const std::string& variant, uint8_t* out, size_t limit) {
  if (variant.size() > limit || variant.empty()) return 0;
  std::memcpy(out, variant.data(), variant.size());
  return variant.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  warpsmith::fuzz::Run(View(data, size));
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  warpsmith::Random random(seed);
  if (random.Percent(20)) return LLVMFuzzerMutate(data, size, max_size);
  std::string input(View(data, size));
  size_t written = Put(warpsmith::fuzz::Mutate(input, input, max_size, random), data, max_size);
  return written != 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* other, size_t other_size,
                                            uint8_t* out, size_t max_size, unsigned int seed) {
  warpsmith::Random random(seed);
  return Put(warpsmith::fuzz::Mutate(View(one, one_size), View(other, other_size), max_size, random), out, max_size);
}
