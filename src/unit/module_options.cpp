#include "unit/module_options.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace warpsmith {

void ApplyOptionTexts(ModuleOptions& options) {
  auto flag = [&](const char* name, bool& out) {
    if (auto found = options.texts.find(name); found != options.texts.end())
      out = found->second != "False" && found->second != "0" && found->second != "None";
  };
  flag("enable_backward", options.enable_backward);
  flag("default_grid_stride", options.default_grid_stride);
  flag("strip_hash", options.strip_hash);
  flag("enable_vector_component_overwrites", options.enable_vector_component_overwrites);
  flag("lineinfo", options.line_info);
  flag("line_directives", options.line_directives);
  flag("deterministic", options.deterministic);
  if (auto found = options.texts.find("mode"); found != options.texts.end()) options.mode = found->second;
  if (auto found = options.texts.find("max_unroll"); found != options.texts.end())
    options.max_unroll = static_cast<int32_t>(std::clamp<long long>(std::strtoll(found->second.c_str(), nullptr, 10), INT32_MIN, INT32_MAX));
}

}  // namespace warpsmith
