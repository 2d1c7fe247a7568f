// What the toolchain must know of ELF files, 64 bits, little endian (System V ABI, chapters 4 and 5): that a file is
// whole before a library maps it, which would be a crash otherwise, and what one section of an object holds.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace warpsmith {

/// What an ELF file is for.
enum class ElfKind : uint8_t { Object, SharedLibrary };

/// An error unless `bytes` is a whole ELF file of this kind for x86-64: headers, segments and sections lie within it.
/// `name` stands in the message.
Status CheckElf(std::string_view bytes, ElfKind kind, const std::string& name);
/// Likewise for a file, of which only the headers are read.
Status CheckElfFile(const std::string& path, ElfKind kind);

/// The content of a section of an object that CheckElf accepts; empty if there is none of this name.
[[nodiscard]] std::string_view ElfSection(std::string_view object, std::string_view name);

}  // namespace warpsmith
