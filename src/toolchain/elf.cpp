#include "toolchain/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace warpsmith {

namespace {

/// Records are copied out: an object in memory need not be aligned.
template <typename Record>
Record At(std::string_view bytes, uint64_t offset) {
  Record record;
  std::memcpy(&record, bytes.data() + offset, sizeof record);
  return record;
}

/// Whether `count` records of `size` bytes at `offset` lie within `total` bytes.
bool Within(uint64_t offset, uint64_t count, uint64_t size, uint64_t total) {
  return offset <= total && (size == 0 || count <= (total - offset) / size);
}

bool SegmentsWithin(std::string_view bytes, const Elf64_Ehdr& header) {
  if (header.e_phnum == 0) return true;
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return false;
  if (!Within(header.e_phoff, header.e_phnum, sizeof(Elf64_Phdr), bytes.size())) return false;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    auto segment = At<Elf64_Phdr>(bytes, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!Within(segment.p_offset, segment.p_filesz, 1, bytes.size())) return false;
  }
  return true;
}

/// Section count and string section; with very many sections they stand in the first one.
std::pair<uint64_t, uint64_t> SectionCounts(std::string_view bytes, const Elf64_Ehdr& header) {
  uint64_t count = header.e_shnum, strings = header.e_shstrndx;
  if (header.e_shoff == 0 || (count != 0 && strings != SHN_XINDEX)) return {count, strings};
  auto first = At<Elf64_Shdr>(bytes, header.e_shoff);
  return {count != 0 ? count : first.sh_size, strings != SHN_XINDEX ? strings : first.sh_link};
}

bool SectionsWithin(std::string_view bytes, const Elf64_Ehdr& header) {
  if (header.e_shoff == 0) return true;
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return false;
  if (!Within(header.e_shoff, 1, sizeof(Elf64_Shdr), bytes.size())) return false;
  auto [count, strings] = SectionCounts(bytes, header);
  if (!Within(header.e_shoff, count, sizeof(Elf64_Shdr), bytes.size()) || strings >= count) return false;
  for (uint64_t i = 0; i < count; ++i) {
    auto section = At<Elf64_Shdr>(bytes, header.e_shoff + i * sizeof(Elf64_Shdr));
    if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL) continue;
    if (!Within(section.sh_offset, section.sh_size, 1, bytes.size())) return false;
  }
  return true;
}

}  // namespace

Status CheckElf(std::string_view bytes, ElfKind kind, const std::string& name) {
  const bool is_object = kind == ElfKind::Object;
  auto wrong = [&](std::string_view why) { return Status::Error(fmt::format("{} {}", name, why)); };
  if (bytes.empty()) return wrong("is empty");
  if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return wrong(is_object ? "is no object file" : "is no shared library");
  if (bytes.size() < sizeof(Elf64_Ehdr)) return wrong("is truncated");
  auto header = At<Elf64_Ehdr>(bytes, 0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) return wrong("is not for x86-64");
  if (header.e_type != (is_object ? ET_REL : ET_DYN))
    return wrong(is_object ? "is no object file" : "is no shared library");
  if (!SegmentsWithin(bytes, header) || !SectionsWithin(bytes, header)) return wrong("is truncated or damaged");
  return Status::Ok();
}

Status CheckElfFile(const std::string& path, ElfKind kind) {
  auto failed = [&] { return Status::Error(fmt::format("cannot open {}: {}", path, std::strerror(errno))); };
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed();
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    close(file);
    return Status::Error(path + (status.st_size == 0 ? " is empty" : " is no file"));
  }
  const auto size = static_cast<size_t>(status.st_size);
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (mapping == MAP_FAILED) return failed();
  Status result = CheckElf({static_cast<const char*>(mapping), size}, kind, path);
  munmap(mapping, size);
  return result;
}

std::string_view ElfSection(std::string_view object, std::string_view name) {
  auto header = At<Elf64_Ehdr>(object, 0);
  if (header.e_shoff == 0) return {};
  auto [count, strings_index] = SectionCounts(object, header);
  auto section_at = [&](uint64_t index) { return At<Elf64_Shdr>(object, header.e_shoff + index * sizeof(Elf64_Shdr)); };
  auto strings = section_at(strings_index);
  std::string_view names = object.substr(strings.sh_offset, strings.sh_size);
  for (uint64_t i = 0; i < count; ++i) {
    auto section = section_at(i);
    if (section.sh_type == SHT_NOBITS || section.sh_name >= names.size()) continue;
    std::string_view own = names.substr(section.sh_name);
    if (own.substr(0, own.find('\0')) == name) return object.substr(section.sh_offset, section.sh_size);
  }
  return {};
}

}  // namespace warpsmith
