#include "toolchain/cuda_library.h"

#include <fmt/format.h>

#include "toolchain/files.h"
#include "toolchain/shared_library.h"

namespace warpsmith {

namespace {

/// NVRTC_ERROR_INVALID_OPTION: of the options given here, only the architecture can be one.
constexpr int kInvalidOption = 5;

/// Puts `version` in the place of the one that `.version` declares.
void DeclareVersion(const std::string& version, std::string& ptx) {
  constexpr std::string_view kDirective = "\n.version ";
  size_t at = ptx.find(kDirective);
  if (at == std::string::npos) return;
  at += kDirective.size();
  ptx.replace(at, ptx.find('\n', at) - at, version);
}

}  // namespace

struct CudaLibrary::Implementation {
  WarpInstallation warp;
  SharedLibrary library;
  size_t (*compile)(const char*, const char*, int, const char*, const char*, int, const char**, bool, int, bool, bool,
                    bool, bool, bool, bool, bool, const char*, const char*, size_t, char**, size_t*, int*) = nullptr;
  int (*nvrtc_version)() = nullptr;

  Result<ChildResult> Call(const std::string& text, const CudaCompileOptions& options, const std::string& path) const {
    auto work = [&] {
      const bool verbose = false, time_trace = false, precompiled_header = false;
      return static_cast<int>(compile(text.c_str(), options.input_name.c_str(), options.arch,
                                      options.arch_suffix.c_str(), warp.headers.c_str(), 0, nullptr, options.debug,
                                      options.optimization, verbose, options.verify_fp, options.fast_math,
                                      options.fuse_fp, options.line_info, time_trace, precompiled_header, path.c_str(),
                                      nullptr, 0, nullptr, nullptr, nullptr));
    };
    return RunInChild(work, options.limits);
  }
};

CudaLibrary::CudaLibrary(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
CudaLibrary::~CudaLibrary() = default;

std::string CudaLibrary::nvrtc_version() const {
  int version = implementation_->nvrtc_version();
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

Result<std::shared_ptr<CudaLibrary>> CudaLibrary::Load(const WarpInstallation& warp) {
  auto own = std::make_unique<Implementation>();
  own->warp = warp;
  Result<SharedLibrary> library = SharedLibrary::LoadFile(warp.cuda_library);
  if (!library.ok()) return library.status();
  own->library = std::move(*library);
  const char* (*version)() = nullptr;
  for (const Status& status :
       {own->library.Find("wp_cuda_compile_program", own->compile), own->library.Find("wp_version", version),
        own->library.Find("wp_nvrtc_version", own->nvrtc_version)})
    if (!status.ok()) return status;
  if (std::string found = version(); found != kPinnedWarpVersion)
    return Status::Error(fmt::format("{} is of Warp {}, not {}", warp.cuda_library, found, kPinnedWarpVersion));
  return std::shared_ptr<CudaLibrary>(new CudaLibrary(std::move(own)));
}

Result<Compilation> CudaLibrary::Compile(const std::string& text, const CudaCompileOptions& options) const {
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  const bool is_ptx = options.output == CudaOutput::Ptx;
  const std::string path = folder->path() + (is_ptx ? "/module.ptx" : "/module.cubin");
  Result<ChildResult> child = implementation_->Call(text, options, path);
  if (!child.ok()) return child.status();
  if (child->end != ChildEnd::Exited)
    return Status::Error(fmt::format("NVRTC {}", DescribeEnd(*child, options.limits)));
  if (child->code == kInvalidOption)
    return Status::Error(fmt::format("NVRTC {} does not know the architecture {}{}", nvrtc_version(), options.arch,
                                     options.arch_suffix));
  Compilation result;
  result.messages = ParseCompilerMessages(child->output, options.input_name);
  result.log = std::move(child->output);
  if (child->code != 0) {
    if (result.messages.empty())
      return Status::Error(fmt::format("NVRTC failed with code {}: {}", child->code, result.log));
    return result;
  }
  Result<std::string> output = ReadBytes(path);
  if (!output.ok()) return output.status();
  result.succeeded = true;
  result.output = std::move(*output);
  if (is_ptx && !result.output.empty() && result.output.back() == '\0') result.output.pop_back();
  if (is_ptx && !options.ptx_version.empty()) DeclareVersion(options.ptx_version, result.output);
  return result;
}

}  // namespace warpsmith
