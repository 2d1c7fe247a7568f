// How Warp names and describes what it keeps of a module in its kernel cache: a folder NAME with NAME.cpp or NAME.cu,
// NAME.meta, and what its compilers make of the source. Nothing is written here.
#pragma once

#include <string>

#include "base/status.h"
#include "program/module_description.h"
#include "unit/hashes.h"
#include "unit/unit.h"

namespace warpsmith {

/// The name of the folder and, without extension, of the files in it: the module's name and the first digits of its hash
/// (the name alone where the module strips hashes). An error if that is no file name, as a hostile snapshot may have it.
[[nodiscard]] Result<std::string> CacheName(const Unit& unit, const Sha256Digest& module_hash);

/// `.cpp` or `.cu`.
[[nodiscard]] std::string_view SourceExtension(Device device);

/// The content of the .meta file: bytes of shared memory by entry point, as Python's json writes them.
[[nodiscard]] std::string CacheMetadata(const ModuleDescription& module);

}  // namespace warpsmith
