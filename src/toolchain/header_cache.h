// Precompiled headers, kept from one compilation to the next: one folder a key, whole or not there, shared by processes.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"

namespace warpsmith {

/// The folder in `cache` that holds the header for `key`. If there is none, `make` fills a folder of its own, which then
/// takes the place; where another process was faster, its folder is used. Also removes what nobody used for 30 days.
Result<std::string> CachedHeader(const std::string& cache, const std::string& key,
                                 const std::function<Status(const std::string& folder)>& make);

/// What a precompiled header of the files in `folder` depends on besides their text: the names, sizes and times of all of
/// them. A compiler refuses its header as soon as one of them has another time, as when Warp is installed anew.
std::string FilesState(const std::string& folder);

/// Makes the folder `parent`/header with a link to the header that lies in the folder `cached`.
Result<std::string> LinkHeader(const std::string& cached, const std::string& parent);

/// Removes the header for `key`, so that it is made anew.
void ForgetHeader(const std::string& cache, const std::string& key);

}  // namespace warpsmith
