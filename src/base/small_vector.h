// A vector that keeps its first values in itself: for the short lists of hot paths, which then cost no allocation.
// Only for trivially copyable values. Addresses of elements change when it grows, and when it is moved.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace warpsmith {

template <typename Value, size_t kInline>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

 public:
  using value_type = Value;

  SmallVector() : data_(inline_data()) {}
  SmallVector(std::initializer_list<Value> values) : SmallVector() { append(values.begin(), values.end()); }
  explicit SmallVector(std::span<const Value> values) : SmallVector() { append(values.data(), values.data() + values.size()); }
  SmallVector(const SmallVector& other) : SmallVector() { append(other.begin(), other.end()); }
  SmallVector(SmallVector&& other) noexcept : SmallVector() { Take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) Take(other);
    return *this;
  }
  ~SmallVector() = default;

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Value* data() { return data_; }
  [[nodiscard]] const Value* data() const { return data_; }
  [[nodiscard]] Value* begin() { return data_; }
  [[nodiscard]] Value* end() { return data_ + size_; }
  [[nodiscard]] const Value* begin() const { return data_; }
  [[nodiscard]] const Value* end() const { return data_ + size_; }
  [[nodiscard]] Value& operator[](size_t index) { return data_[index]; }
  [[nodiscard]] const Value& operator[](size_t index) const { return data_[index]; }
  [[nodiscard]] Value& front() { return data_[0]; }
  [[nodiscard]] const Value& front() const { return data_[0]; }
  [[nodiscard]] Value& back() { return data_[size_ - 1]; }
  [[nodiscard]] const Value& back() const { return data_[size_ - 1]; }

  void push_back(Value value) {
    if (size_ == capacity_) Grow(size_ + 1);
    std::construct_at(data_ + size_++, value);
  }
  void append(const Value* first, const Value* last) {
    auto count = static_cast<size_t>(last - first);
    if (count == 0) return;
    if (size_ + count > capacity_) Grow(size_ + count);
    std::uninitialized_copy(first, last, data_ + size_);
    size_ += static_cast<uint32_t>(count);
  }
  void assign(const Value* first, const Value* last) {
    size_ = 0;
    append(first, last);
  }
  void resize(size_t count) {
    if (count > capacity_) Grow(count);
    if (count > size_) std::uninitialized_value_construct(data_ + size_, data_ + count);
    size_ = static_cast<uint32_t>(count);
  }
  void clear() { size_ = 0; }
  void pop_back() { --size_; }
  /// Removes the first `count` values.
  void drop_front(size_t count) {
    std::copy(begin() + count, end(), begin());
    size_ -= static_cast<uint32_t>(count);
  }

 private:
  [[nodiscard]] Value* inline_data() { return reinterpret_cast<Value*>(storage_); }
  void Grow(size_t wanted) {
    size_t capacity = std::max(wanted, size_t{capacity_} * 2);
    auto bytes = std::make_unique_for_overwrite<std::byte[]>(capacity * sizeof(Value));
    auto* values = reinterpret_cast<Value*>(bytes.get());
    std::uninitialized_copy(begin(), end(), values);
    heap_ = std::move(bytes);
    data_ = values;
    capacity_ = static_cast<uint32_t>(capacity);
  }
  void Take(SmallVector& other) noexcept {
    if (other.heap_ == nullptr) return assign(other.begin(), other.end());
    heap_ = std::move(other.heap_);
    data_ = std::exchange(other.data_, other.inline_data());
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, static_cast<uint32_t>(kInline));
  }

  Value* data_;
  uint32_t size_ = 0;
  uint32_t capacity_ = kInline;
  std::unique_ptr<std::byte[]> heap_;
  alignas(Value) std::byte storage_[kInline * sizeof(Value)];
};

}  // namespace warpsmith
