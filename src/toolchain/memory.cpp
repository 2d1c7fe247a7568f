#include "toolchain/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace warpsmith {

namespace {
constexpr size_t kAlignment = 16;
/// Behind a block; takes addresses alone. More than a page, since what misses a small array misses it by more than a page.
constexpr size_t kTrap = size_t{256} << 10;
}  // namespace

Result<SharedMemory> SharedMemory::Allocate(size_t size) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t usable = (size + page - 1) / page * page;
  void* mapping = size > SIZE_MAX - page - kTrap
                      ? MAP_FAILED
                      : mmap(nullptr, usable + kTrap, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return Status::Error(fmt::format("cannot allocate {} bytes: {}", size, std::strerror(ENOMEM)));
  auto* begin = static_cast<std::byte*>(mapping);
  mprotect(begin + usable, kTrap, PROT_NONE);
  SharedMemory memory;
  memory.data_ = begin + (usable - size) / kAlignment * kAlignment;
  memory.size_ = size;
  memory.mapping_ = mapping;
  memory.mapping_size_ = usable + kTrap;
  return memory;
}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapping_, other.mapping_);
  std::swap(mapping_size_, other.mapping_size_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_size_);
}

}  // namespace warpsmith
