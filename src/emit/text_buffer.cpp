#include "emit/text_buffer.h"

#include <algorithm>

namespace warpsmith {

bool MentionsBfloat16(std::string_view text) {
  constexpr std::string_view kWord = "bfloat16";
  constexpr size_t kBlock = 128, kSecond = 6;
  size_t at = 0;
  for (; at + kBlock + kSecond <= text.size(); at += kBlock) {
    const char* block = text.data() + at;
    uint8_t any = 0;
    for (size_t i = 0; i < kBlock; ++i)
      any = static_cast<uint8_t>(any | ((block[i] == kWord[0]) & (block[i + kSecond] == kWord[kSecond])));
    if (any != 0 && text.substr(at, kBlock + kWord.size()).find(kWord) != std::string_view::npos) return true;
  }
  return text.substr(at).find(kWord) != std::string_view::npos;
}

size_t CountNewlines(std::string_view text) {
  constexpr size_t kBlock = 128;  // fewer than a byte can count
  size_t count = 0, at = 0;
  for (; at + kBlock <= text.size(); at += kBlock) {
    uint8_t found = 0;
    for (size_t i = 0; i < kBlock; ++i) found = static_cast<uint8_t>(found + (text[at + i] == '\n'));
    count += found;
  }
  for (; at < text.size(); ++at) count += text[at] == '\n';
  return count;
}

void TextBuffer::Grow(size_t length) {
  size_t capacity = std::max<size_t>({4096, capacity_ * 2, size_ + length + kSlack});
  auto data = std::make_unique<char[]>(capacity);  // zeroed, so that reading the slack is defined
  if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
  data_ = std::move(data);
  capacity_ = capacity;
}

}  // namespace warpsmith
