// Files as inputs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace warpsmith::fuzz {

/// The contents of the files below `folder` whose names end in `extension`, in the order of their paths; none where there is
/// no such folder.
std::vector<std::string> FilesBelow(const std::string& folder, std::string_view extension);

}  // namespace warpsmith::fuzz
