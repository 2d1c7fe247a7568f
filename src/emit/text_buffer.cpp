#include "emit/text_buffer.h"

#include <algorithm>

namespace warpsmith {

void TextBuffer::Grow(size_t length) {
  size_t capacity = std::max<size_t>({4096, capacity_ * 2, size_ + length + kSlack});
  auto data = std::make_unique<char[]>(capacity);  // zeroed, so that reading the slack is defined
  if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
  data_ = std::move(data);
  capacity_ = capacity;
}

}  // namespace warpsmith
