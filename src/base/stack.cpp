#include "base/stack.h"

#include <pthread.h>

#include <cstddef>
#include <cstdint>

namespace warpsmith {

namespace {

/// The address under which the stack is low; 0 if the system does not tell. Stacks grow downwards.
uintptr_t LowAddress() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  bool known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
  pthread_attr_destroy(&attributes);
  constexpr size_t kUsual = size_t{8} << 20;
  if (!known) return 0;
  return reinterpret_cast<uintptr_t>(lowest) + (size > 2 * kUsual ? kUsual : size / 8 * 5);
}

}  // namespace

bool StackIsLow() {
  thread_local const uintptr_t low = LowAddress();
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < low;
}

}  // namespace warpsmith
