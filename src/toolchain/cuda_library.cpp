#include "toolchain/cuda_library.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <regex>

#include <fmt/format.h>

#include "toolchain/files.h"
#include "toolchain/shared_library.h"

namespace warpsmith {

namespace fs = std::filesystem;

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

/// The lines that include Warp's headers, if the text begins as Warp's do: they alone are compiled outside a child.
std::string Preamble(const std::string& text) {
  static const std::regex kPreamble("(#define WP_NO_BFLOAT16\n)?\n#define WP_TILE_BLOCK_DIM [0-9]+\n#define WP_NO_CRT\n"
                                    "#include \"builtin.h\"\n#include \"deterministic.h\"\n");
  std::smatch match;
  return std::regex_search(text, match, kPreamble, std::regex_constants::match_continuous) ? match.str() : std::string();
}

/// Removes, when the program ends, the folder of this process in which NVRTC keeps precompiled headers. NVRTC removes those
/// that it knows of; a child adds others, of which the parent's NVRTC knows nothing.
class HeaderFolders {
 public:
  HeaderFolders() {
    std::error_code error;
    parent_ = fs::temp_directory_path(error);
  }
  HeaderFolders(const HeaderFolders&) = delete;
  HeaderFolders& operator=(const HeaderFolders&) = delete;
  ~HeaderFolders() {
    const std::string prefix = fmt::format("__nvrtc_auto_pch_{}_", process_);
    std::error_code error;
    if (getpid() != process_) return;
    for (fs::directory_iterator entry(parent_, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (entry->path().filename().string().starts_with(prefix)) fs::remove_all(entry->path(), ignored);
    }
  }

 private:
  fs::path parent_;
  pid_t process_ = getpid();
};

}  // namespace

struct CudaLibrary::Implementation {
  WarpInstallation warp;
  SharedLibrary library;
  size_t (*compile)(const char*, const char*, int, const char*, const char*, int, const char**, bool, int, bool, bool,
                    bool, bool, bool, bool, bool, const char*, const char*, size_t, char**, size_t*, int*) = nullptr;
  int (*nvrtc_version)() = nullptr;

  /// Held while NVRTC works in this process and while a child is forked, so that no child inherits a lock of NVRTC.
  std::mutex mutex;
  enum class Header : uint8_t { Wanted, Made, Failed };
  std::map<std::string, Header> headers;  // by preamble and options, once a compilation with them has succeeded

  static std::string HeaderKey(const std::string& text, const CudaCompileOptions& options) {
    const std::string preamble = options.precompiled_header ? Preamble(text) : std::string();
    if (preamble.empty()) return {};
    return fmt::format("{}{} {} {}{}{}{}{} {}", options.arch, options.arch_suffix, options.optimization, options.debug,
                       options.fast_math, options.fuse_fp, options.verify_fp, options.line_info, preamble);
  }

  /// Whether there is a precompiled header for such texts; makes it the second time that one is compiled, since then it
  /// is known that the options are right, and that it is worth it. The mutex must be held.
  bool HasHeader(const std::string& key, const std::string& text, const CudaCompileOptions& options) {
    auto found = headers.find(key);
    if (found == headers.end()) return false;
    if (found->second == Header::Wanted) {
      static const HeaderFolders folders;
      Result<TemporaryFolder> folder = TemporaryFolder::Make();
      const bool made = folder.ok() && CallHere(Preamble(text), options, folder->path() + "/header.ptx", true) == 0;
      found->second = made ? Header::Made : Header::Failed;
    }
    return found->second == Header::Made;
  }

  int CallHere(const std::string& text, const CudaCompileOptions& options, const std::string& path,
               bool precompiled_header) const {
    const bool verbose = false, time_trace = false;
    return static_cast<int>(compile(text.c_str(), options.input_name.c_str(), options.arch, options.arch_suffix.c_str(),
                                    warp.headers.c_str(), 0, nullptr, options.debug, options.optimization, verbose,
                                    options.verify_fp, options.fast_math, options.fuse_fp, options.line_info, time_trace,
                                    precompiled_header, path.c_str(), nullptr, 0, nullptr, nullptr, nullptr));
  }

  Result<ChildResult> Call(const std::string& text, const CudaCompileOptions& options, const std::string& path) {
    const std::string key = HeaderKey(text, options);
    std::unique_lock lock(mutex);
    const bool precompiled_header = HasHeader(key, text, options);
    Result<ChildResult> child =
        RunInChild([&] { return CallHere(text, options, path, precompiled_header); }, options.limits, {},
                   [&] { lock.unlock(); });
    if (child.ok() && child->succeeded() && !key.empty()) {
      lock.lock();
      headers.emplace(key, Header::Wanted);
    }
    return child;
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
  if (std::string found = version(); found != kWarpVersion)
    return Status::Error(fmt::format("{} is of Warp {}, not {}", warp.cuda_library, found, kWarpVersion));
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
