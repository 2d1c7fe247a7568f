// A library that is loaded at run time. It stays loaded until the process ends: what it registered, its threads and its
// thread-local state would not survive its removal.
#pragma once

#include <string>

#include "base/status.h"

namespace warpsmith {

class SharedLibrary {
 public:
  SharedLibrary() = default;
  /// Loads the file at `path`, after a check that it is whole: the loader would crash on one that is not.
  static Result<SharedLibrary> LoadFile(const std::string& path);
  /// Loads the library that the system finds under this name, such as libcuda.so.1.
  static Result<SharedLibrary> LoadByName(const std::string& name);

  /// Sets `function` to the symbol `name`; an error if the library has none.
  template <typename Function>
  Status Find(const char* name, Function*& function) const {
    function = reinterpret_cast<Function*>(Symbol(name));
    return function != nullptr ? Status::Ok() : Status::Error(name_ + " has no function " + name);
  }

 private:
  static Result<SharedLibrary> Open(const std::string& name);
  [[nodiscard]] void* Symbol(const char* name) const;
  void* handle_ = nullptr;
  std::string name_;
};

}  // namespace warpsmith
