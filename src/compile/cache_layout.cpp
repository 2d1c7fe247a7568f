#include "compile/cache_layout.h"

#include <map>
#include <nlohmann/json.hpp>

namespace warpsmith {

namespace {

constexpr size_t kHashDigits = 7;

/// A JSON string in ASCII.
std::string AsciiString(const std::string& text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace

Result<std::string> CacheName(const Unit& unit, const Sha256Digest& module_hash) {
  if (unit.name.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
    return Status::Error("the module's name " + AsciiString(unit.name) + " cannot be the name of a file");
  std::string name = "wp_" + unit.name;
  return unit.options.strip_hash ? name : name + "_" + Hex(module_hash).substr(0, kHashDigits);
}

std::string_view SourceExtension(Device device) { return device == Device::Cpu ? ".cpp" : ".cu"; }

std::string CacheMetadata(const ModuleDescription& module) {
  std::map<std::string, uint32_t> entries;  // sorted, as Warp writes them
  for (const KernelDescription& kernel : module.kernels) {
    std::string_view entry = kernel.options.has_external_entry ? "" : "_cuda_kernel_forward";
    entries[kernel.mangled_name + std::string(entry) + "_smem_bytes"] = kernel.shared_memory;
    if (kernel.options.enable_backward)
      entries[kernel.mangled_name + "_cuda_kernel_backward_smem_bytes"] = kernel.shared_memory_backward;
  }
  std::string text = "{";
  for (const auto& [name, bytes] : entries) {
    if (text.size() > 1) text += ", ";
    text += AsciiString(name) + ": " + std::to_string(bytes);
  }
  return text + "}";
}

}  // namespace warpsmith
