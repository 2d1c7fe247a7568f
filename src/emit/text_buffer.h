// One growing buffer of text. Appending is a bounds check and a copy; nothing is allocated until the buffer grows, and
// `Clear` keeps the storage. Literals are copied with their length known to the compiler.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace warpsmith {

/// Newlines in `text`, counted so that the compiler makes vector instructions of the inner loop.
[[nodiscard]] size_t CountNewlines(std::string_view text);

/// Whether `text` holds "bfloat16". It hardly ever does, so that two letters are looked for in many places at once,
/// likewise.
[[nodiscard]] bool MentionsBfloat16(std::string_view text);

class TextBuffer {
 public:
  /// Bytes that may be read or written past the end: lines are copied in whole chunks.
  static constexpr size_t kSlack = 64;

  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
  [[nodiscard]] std::string_view view(size_t begin, size_t length) const { return {data_.get() + begin, length}; }
  [[nodiscard]] std::string str() const { return std::string(view()); }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] const char* data() const { return data_.get(); }
  void Clear() { size_ = 0; }
  void Truncate(size_t size) { size_ = size; }

  void Append(std::string_view text) {
    if (text.empty()) return;
    Reserve(text.size());
    std::memcpy(data_.get() + size_, text.data(), text.size());
    size_ += text.size();
  }
  template <size_t kLength>
  void Append(const char (&literal)[kLength]) {
    Reserve(kLength);
    std::memcpy(data_.get() + size_, literal, kLength - 1);
    size_ += kLength - 1;
  }
  void Append(char c) {
    Reserve(1);
    data_[size_++] = c;
  }
  template <typename Integer>
  void AppendNumber(Integer value) {
    Reserve(24);
    if constexpr (std::is_unsigned_v<Integer>) {
      if (value < 100) {  // most numbers of variables and lines
        if (value >= 10) data_[size_++] = static_cast<char>('0' + value / 10);
        data_[size_++] = static_cast<char>('0' + value % 10);
        return;
      }
    }
    size_ = static_cast<size_t>(std::to_chars(data_.get() + size_, data_.get() + size_ + 24, value).ptr - data_.get());
  }
  void AppendSpaces(size_t count) {
    Reserve(count);
    std::memset(data_.get() + size_, ' ', count);
    size_ += count;
  }
  /// `spaces` spaces (at most 16), `length` bytes from `line` and a newline. At least kSlack bytes past the end of `line`
  /// must be readable, as in the storage of another TextBuffer.
  void AppendLine(size_t spaces, const char* line, size_t length) {
    Reserve(spaces + length + 1);
    char* out = data_.get() + size_;
    std::memset(out, ' ', 16);
    out += spaces;
    for (size_t copied = 0; copied < length; copied += 32) std::memcpy(out + copied, line + copied, 32);
    out[length] = '\n';
    size_ += spaces + length + 1;
  }
  /// Removes `length` bytes at `begin`.
  void Erase(size_t begin, size_t length) {
    std::memmove(data_.get() + begin, data_.get() + begin + length, size_ - begin - length);
    size_ -= length;
  }
  /// Makes room for `length` more bytes.
  void Reserve(size_t length) {
    if (size_ + length + kSlack > capacity_) [[unlikely]] Grow(length);
  }

 private:
  void Grow(size_t length);

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace warpsmith
