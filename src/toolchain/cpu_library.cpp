#include "toolchain/cpu_library.h"

#include <atomic>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>

#include "toolchain/elf.h"
#include "toolchain/files.h"
#include "toolchain/header_cache.h"
#include "toolchain/shared_library.h"

namespace warpsmith {

namespace {

/// wp_cpu_block_runtime_api of native/cpu_block_runtime.h.
struct BlockRuntime {
  int (*thread_index)();
  int (*active_count)();
  int (*first_active_lane)();
  void (*tile_sync)();
  int (*run_block)(int, int, void (*)(void*, size_t, int, void*), void*, size_t, void*);
};

/// The runtime of blocks of one thread.
int Zero() { return 0; }
int One() { return 1; }
void Nothing() {}
int RunOneLane(int, int, void (*lane)(void*, size_t, int, void*), void* dim, size_t block, void* arguments) {
  lane(dim, block, 0, arguments);
  return 1;
}
const BlockRuntime kOneLane = {Zero, One, Zero, Nothing, RunOneLane};

/// Held while the library works in this process and while a child is forked, so that no child inherits a lock of the
/// library that nobody in it will release. One for all: the library is one a process, however often it is loaded.
std::mutex& LibraryMutex() {
  static std::mutex mutex;
  return mutex;
}

constexpr std::string_view kRetryMarker = "retrying without precompiled headers";

}  // namespace

struct CpuLibrary::Implementation {
  WarpInstallation warp;
  std::string llvm_version;
  SharedLibrary library;
  int (*compile)(const char*, const char*, const char*, const char*, bool, bool, bool, bool, const char**, int, bool,
                 bool, const char*, int) = nullptr;
  int (*load)(const void*, size_t, const char*, bool) = nullptr;
  uint64_t (*lookup)(const char*, const char*) = nullptr;
  int (*unload)(const char*) = nullptr;
  int (*set_block_runtime)(const BlockRuntime*) = nullptr;
  const char* (*host_cpu_name)() = nullptr;
  const char* (*host_cpu_features)() = nullptr;

  Status FindFunctions() {
    const char* (*version)() = nullptr;
    const char* (*llvm)() = nullptr;
    for (const Status& status :
         {library.Find("wp_compile_cpp", compile), library.Find("wp_load_obj_from_bytes", load),
          library.Find("wp_lookup", lookup), library.Find("wp_unload_obj", unload),
          library.Find("wp_llvm_set_cpu_block_runtime", set_block_runtime),
          library.Find("wp_get_host_cpu_name", host_cpu_name),
          library.Find("wp_get_host_cpu_features", host_cpu_features),
          library.Find("wp_warp_clang_version", version), library.Find("wp_llvm_version", llvm)})
      if (!status.ok()) return status;
    if (std::string found = version(); found != kWarpVersion)
      return Status::Error(fmt::format("{} is of Warp {}, not {}", warp.cpu_library, found, kWarpVersion));
    llvm_version = llvm();
    return Status::Ok();
  }

  /// The library's mutex must be held.
  Status BindBlockRuntime(bool with_blocks) {
    static bool has_blocks = false;  // of the process: nobody takes them away from who asked first
    if (has_blocks) return Status::Ok();
    const BlockRuntime* runtime = &kOneLane;
    if (with_blocks) {
      Result<SharedLibrary> loaded = SharedLibrary::LoadFile(warp.cuda_library);
      if (!loaded.ok()) return loaded.status();
      const BlockRuntime* (*get)() = nullptr;
      if (Status status = loaded->Find("wp_cpu_block_runtime_get_api", get); !status.ok()) return status;
      runtime = get();
    }
    if (set_block_runtime(runtime) == 0) return Status::Error(warp.cpu_library + " refuses the block runtime");
    has_blocks = with_blocks;
    return Status::Ok();
  }

  /// One call of the compiler, in a child. With `header_folder`, uses the precompiled header there, or makes it.
  Result<ChildResult> Call(const std::string& text, const CpuCompileOptions& options, const std::string& output,
                           const std::string& header_folder) const {
    std::vector<const char*> flags;
    for (const std::string& flag : options.flags) flags.push_back(flag.c_str());
    flags.push_back(nullptr);
    auto work = [&] {
      const bool with_header = !header_folder.empty();
      return compile(text.c_str(), options.input_name.c_str(), warp.headers.c_str(), output.c_str(), options.debug,
                     options.verify_fp, options.fuse_fp, true, flags.data(), options.optimization, false, with_header,
                     with_header ? header_folder.c_str() : nullptr, options.block_dim) == 0
                 ? 0
                 : 1;
    };
    // A wrong text is found with the header; there is no need to hear it again without.
    auto stop = [&](std::string_view log) {
      return log.find(kRetryMarker) != std::string_view::npos &&
             log.find(options.input_name + ":") != std::string_view::npos;
    };
    std::unique_lock lock(LibraryMutex());
    return RunInChild(work, options.limits, stop, [&] { lock.unlock(); });
  }

  /// All that the precompiled header depends on.
  [[nodiscard]] std::string HeaderKey(const CpuCompileOptions& options) const {
    std::string key = fmt::format("{} {}\n{}\n{} {} {} {}\n", warp.version, FilesState(warp.headers),
                                  warp.headers, options.optimization, options.debug, options.verify_fp, options.block_dim);
    for (const std::string& flag : options.flags) {
      key += flag + "\n";
      if (flag == "-march=native") key += fmt::format("{} {}\n", host_cpu_name(), host_cpu_features());
    }
    return key;
  }

  /// The folder with the precompiled header for `options`, made if there is none.
  Result<std::string> Header(const CpuCompileOptions& options) const {
    return CachedHeader(options.header_cache, HeaderKey(options), [&](const std::string& folder) {
      Result<ChildResult> made = Call("#include \"builtin.h\"\n", options, "/dev/null", folder);
      if (!made.ok()) return made.status();
      if (made->succeeded()) return Status::Ok();
      std::string errors = DescribeErrors(ParseCompilerMessages(made->output, options.input_name));
      return Status::Error(fmt::format("cannot precompile Warp's headers: {}",
                                       errors.empty() ? "the compiler " + DescribeEnd(*made, options.limits) : errors));
    });
  }
};

CpuLibrary::CpuLibrary(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
CpuLibrary::~CpuLibrary() = default;

const WarpInstallation& CpuLibrary::installation() const { return implementation_->warp; }
const std::string& CpuLibrary::llvm_version() const { return implementation_->llvm_version; }

Result<std::shared_ptr<CpuLibrary>> CpuLibrary::Load(const WarpInstallation& warp, bool with_blocks) {
  auto implementation = std::make_unique<Implementation>();
  implementation->warp = warp;
  Result<SharedLibrary> library = SharedLibrary::LoadFile(warp.cpu_library);
  if (!library.ok()) return library.status();
  implementation->library = std::move(*library);
  if (Status status = implementation->FindFunctions(); !status.ok()) return status;
  std::lock_guard lock(LibraryMutex());
  if (Status status = implementation->BindBlockRuntime(with_blocks); !status.ok()) return status;
  return std::shared_ptr<CpuLibrary>(new CpuLibrary(std::move(implementation)));
}

Status CpuLibrary::PrepareHeader(const CpuCompileOptions& options) const {
  return implementation_->Header(options).status();
}

Result<Compilation> CpuLibrary::Compile(const std::string& text, const CpuCompileOptions& options) const {
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  std::string header_folder;
  if (!options.header_cache.empty()) {
    Result<std::string> cached = implementation_->Header(options);
    if (!cached.ok()) return cached.status();
    // The library removes a header that does not serve: it may remove this link to it.
    Result<std::string> linked = LinkHeader(*cached, folder->path());
    if (!linked.ok()) return linked.status();
    header_folder = *linked;
  }
  const std::string path = folder->path() + "/module.o";
  Result<ChildResult> child = implementation_->Call(text, options, path, header_folder);
  if (!child.ok()) return child.status();
  Compilation result;
  result.messages = ParseCompilerMessages(child->output, options.input_name);
  result.log = std::move(child->output);
  if (child->end == ChildEnd::Stopped || (child->end == ChildEnd::Exited && child->code == 1)) {
    if (result.messages.empty()) return Status::Error("the CPU compiler failed without saying why: " + result.log);
    return result;
  }
  if (!child->succeeded())
    return Status::Error(fmt::format("the CPU compiler {}", DescribeEnd(*child, options.limits)));
  Result<std::string> object = ReadBytes(path);
  if (!object.ok()) return object.status();
  if (Status status = CheckElf(*object, ElfKind::Object, "the object that the CPU compiler wrote"); !status.ok())
    return status;
  result.succeeded = true;
  result.output = std::move(*object);
  if (!header_folder.empty() && result.log.find(kRetryMarker) != std::string::npos)
    ForgetHeader(options.header_cache, implementation_->HeaderKey(options));  // what was kept is damaged
  return result;
}

Result<CpuModule> CpuLibrary::LoadObject(std::string_view object) const {
  if (Status status = CheckElf(object, ElfKind::Object, "the object"); !status.ok()) return status;
  static std::atomic<uint64_t> count{0};
  std::string name = fmt::format("warpsmith_{}", count.fetch_add(1));
  std::lock_guard lock(LibraryMutex());
  if (implementation_->load(object.data(), object.size(), name.c_str(), false) != 0)
    return Status::Error("Warp's loader refuses the object");
  return CpuModule(shared_from_this(), std::move(name));
}

CpuModule& CpuModule::operator=(CpuModule&& other) noexcept {
  if (this == &other) return *this;
  Unload();
  library_ = std::move(other.library_);
  name_ = std::move(other.name_);
  return *this;
}

CpuModule::~CpuModule() { Unload(); }

void CpuModule::Unload() {
  if (library_ == nullptr) return;
  std::lock_guard lock(LibraryMutex());
  library_->implementation_->unload(name_.c_str());
  library_ = nullptr;
}

Result<void*> CpuModule::Find(const std::string& symbol) const {
  std::lock_guard lock(LibraryMutex());
  uint64_t address = library_->implementation_->lookup(name_.c_str(), symbol.c_str());
  if (address == 0) return Status::Error(fmt::format("the object has no function {}", symbol));
  return reinterpret_cast<void*>(address);
}

}  // namespace warpsmith
