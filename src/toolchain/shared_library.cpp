#include "toolchain/shared_library.h"

#include <dlfcn.h>

#include "toolchain/elf.h"

namespace warpsmith {

Result<SharedLibrary> SharedLibrary::LoadFile(const std::string& path) {
  if (Status status = CheckElfFile(path, ElfKind::SharedLibrary); !status.ok()) return status;
  return Open(path);
}

Result<SharedLibrary> SharedLibrary::LoadByName(const std::string& name) { return Open(name); }

Result<SharedLibrary> SharedLibrary::Open(const std::string& name) {
  SharedLibrary library;
  library.handle_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  library.name_ = name;
  if (library.handle_ == nullptr) {
    const char* reason = dlerror();
    return Status::Error("cannot load " + (reason != nullptr ? std::string(reason) : name));
  }
  return library;
}

void* SharedLibrary::Symbol(const char* name) const { return dlsym(handle_, name); }

}  // namespace warpsmith
