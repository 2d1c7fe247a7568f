// What the tests of this module share: the installed Warp, the texts in testdata, one precompiled header a program.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "toolchain/cpu_library.h"
#include "toolchain/files.h"

namespace warpsmith {

/// The value, which there must be.
template <typename Value>
Value Take(Result<Value> result) {
  Check(result.ok(), result.ok() ? "" : result.message());
  return std::move(*result);
}

inline std::string TestText(const std::string& name) {
  return Take(ReadBytes(std::string(WARPSMITH_SOURCE_DIR "/src/toolchain/testdata/") + name));
}

inline WarpInstallation TestWarp() {
  return Take(FindWarp({.folder = {}, .python = WARPSMITH_SOURCE_DIR "/.venv/bin/python"}));
}

inline std::shared_ptr<CpuLibrary> TestCpuLibrary() { return Take(CpuLibrary::Load(TestWarp())); }

inline CpuCompileOptions TestCompileOptions() {
  static TemporaryFolder cache = Take(TemporaryFolder::Make());
  CpuCompileOptions options;
  options.optimization = 0;
  options.header_cache = cache.path();
  return options;
}

/// `text` with the first `from` made `to`.
inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  Check(at != std::string::npos, "nothing to replace");
  return text.replace(at, from.size(), to);
}

}  // namespace warpsmith
