// Inputs to start from, taken from what the tests have already.
#pragma once

#include <string>
#include <vector>

namespace warpsmith::fuzz {

/// The files below DIRECTORY (relative to the checkout) with the extension, in the order of their paths.
std::vector<std::string> FilesOf(const std::string& directory, const std::string& extension);

/// The Python files of goldens, of other tests and of the benches, and some generated kernels.
std::vector<std::string> PythonSeeds();

}  // namespace warpsmith::fuzz
