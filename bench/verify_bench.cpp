// Compiles kernels in batches, launches each forward and backward, and prints where the time went as one JSON object:
// seconds of wall and of processor time (children included) for reading, header, compiling, loading and running.
// usage: verify_bench --warp FOLDER [--compiler warp|clang] [--batch N] [--optimization N] [--instantiations both|generic]
//                     [--ptx ARCH] FILE.py...          with --ptx: the CUDA texts to PTX instead, in batches too
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "launch/batch.h"
#include "launch/cuda_batch.h"
#include "toolchain/clang_program.h"
#include "toolchain/files.h"
#include "unit/source_reader.h"

using namespace warpsmith;

namespace {

struct Options {
  std::string warp, compiler = "warp", instantiations = "generic";
  size_t batch = 200;
  int optimization = 0, ptx = 0;
  std::vector<std::string> files;
};

struct Seconds {
  double wall = 0, processor = 0;
};

double Processor() {
  double sum = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      sum += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  }
  return sum;
}

/// Adds what passes until its end.
class Watch {
 public:
  explicit Watch(Seconds& seconds) : seconds_(seconds) {}
  ~Watch() {
    seconds_.wall += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    seconds_.processor += Processor() - processor_;
  }

 private:
  Seconds& seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double processor_ = Processor();
};

template <typename Value>
Value Take(Result<Value> result) {
  if (result.ok()) return std::move(*result);
  std::fprintf(stderr, "verify_bench: %s\n", result.message().c_str());
  std::exit(1);
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      options.files.push_back(word);
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (word == "--warp") options.warp = value;
    else if (word == "--compiler") options.compiler = value;
    else if (word == "--instantiations") options.instantiations = value;
    else if (word == "--batch") options.batch = std::stoul(value);
    else if (word == "--optimization") options.optimization = std::stoi(value);
    else if (word == "--ptx") options.ptx = std::stoi(value);
  }
  return options;
}

/// All that a launch of a kernel refers to. Extents that the indices of generated kernels respect.
struct Arguments {
  explicit Arguments(const Kernel& kernel) : arguments(kernel.NewArguments()) {
    constexpr uint32_t kExtents[] = {16, 16, 8, 8};
    for (const KernelParameter& parameter : kernel.signature().parameters) {
      if (!parameter.is_array) {
        if (parameter.scalar == "float32")
          for (size_t at = 0; at < parameter.size; at += 4) {
            const float value = 0.75f;
            std::memcpy(arguments.data() + parameter.offset + at, &value, sizeof value);
          }
        continue;
      }
      held.push_back(std::make_unique<HostArray>(
          Take(HostArray::Make(parameter.element_size, {kExtents, parameter.dimensions}, true))));
      if (parameter.scalar == "float32") {
        float next = 0.25f;
        for (float& value : held.back()->values<float>()) value = next, next = next < 1.5f ? next + 0.01f : 0.25f;
        for (float& gradient : held.back()->gradients<float>()) gradient = 1;
      }
      (void)arguments.SetArray(parameter.name, *held.back());
    }
  }
  std::vector<std::unique_ptr<HostArray>> held;
  KernelArguments arguments;
};

/// Launches all kernels of a batch in one child; how many ran.
size_t Run(const KernelBatch& batch) {
  size_t count = 0;
  std::vector<const Kernel*> kernels;
  for (size_t i = 0; i < batch.size(); ++i)
    for (const Kernel& kernel : batch.kernels(i)) kernels.push_back(&kernel);
  while (count < kernels.size()) {
    SharedMemory done = Take(SharedMemory::Allocate(sizeof(size_t)));
    auto work = [&] {
      for (size_t i = count; i < kernels.size(); ++i) {
        Arguments own(*kernels[i]);
        const uint32_t shape[] = {8, 4, 2, 2};
        std::span<const uint32_t> extents(shape, kernels[i]->signature().dimensions);
        kernels[i]->Launch(extents, own.arguments);
        if (kernels[i]->signature().has_backward) (void)kernels[i]->LaunchBackward(extents, own.arguments);
        ++done.as<size_t>()[0];
      }
      return 0;
    };
    Result<ChildResult> child = RunInChild(work, {.seconds = 300});
    count += done.as<size_t>()[0] + (child.ok() && child->succeeded() ? 0 : 1);  // what crashed is passed over
  }
  return count;
}

std::string Text(const Seconds& seconds) {
  return fmt::format("{{\"wall\": {:.3f}, \"processor\": {:.3f}}}", seconds.wall, seconds.processor);
}

struct Texts {
  std::vector<KernelText> cpu;
  std::vector<std::string> cuda;
};

Texts Read(const Options& options) {
  Texts texts;
  for (const std::string& file : options.files) {
    const std::string source = Take(ReadBytes(file)), name = std::filesystem::path(file).stem();
    if (options.ptx == 0) {
      texts.cpu.push_back(Take(GenerateKernels(source, {.name = name, .warp_folder = options.warp, .enable_backward = {}})));
      continue;
    }
    SourceBuffer buffer = SourceBuffer::FromText(name + ".py", source);
    DiagnosticSink sink(&buffer);
    std::unique_ptr<Unit> unit = ReadSource(buffer, {.module_name = name, .library_folder = options.warp}, sink);
    Builtins builtins(unit->types, unit->constants);
    std::unique_ptr<CompiledModule> module = CompileUnit(*unit, builtins, {}, sink);
    if (module != nullptr) texts.cuda.push_back(EmitModule(module->description(Device::Cuda), Device::Cuda));
  }
  return texts;
}

int BenchPtx(const Options& options, const WarpInstallation& warp, std::vector<std::string> texts) {
  std::shared_ptr<CudaLibrary> library = Take(CudaLibrary::Load(warp));
  Seconds compile;
  size_t accepted = 0;
  for (size_t begin = 0; begin < texts.size(); begin += options.batch) {
    std::vector<std::string> part(texts.begin() + static_cast<long>(begin),
                                  texts.begin() + static_cast<long>(std::min(begin + options.batch, texts.size())));
    Watch watch(compile);
    for (const Status& status : Take(CheckCudaTexts(*library, part, {.arch = options.ptx}))) accepted += status.ok();
  }
  fmt::print("{{\"kernels\": {}, \"accepted\": {}, \"compile\": {}}}\n", texts.size(), accepted, Text(compile));
  return 0;
}

int Bench(const Options& options, const WarpInstallation& warp, std::vector<KernelText> texts, const Seconds& read) {
  std::shared_ptr<CpuLibrary> library = Take(CpuLibrary::Load(warp));
  std::shared_ptr<ClangProgram> clang = options.compiler == "clang" ? Take(ClangProgram::Find(warp)) : nullptr;
  const CpuCompiler& compiler = clang != nullptr ? static_cast<const CpuCompiler&>(*clang) : *library;
  TemporaryFolder cache = Take(TemporaryFolder::Make());
  BatchOptions batch_options;
  batch_options.compile.optimization = options.optimization;
  batch_options.compile.header_cache = cache.path();
  if (options.instantiations == "generic") batch_options.instantiations = CpuInstantiations::Generic;
  Seconds header, build, run;
  double load = 0;
  size_t accepted = 0, ran = 0;
  {
    Watch watch(header);
    if (Status status = compiler.PrepareHeader(batch_options.compile); !status.ok()) Take(Result<int>(status));
  }
  const size_t count = texts.size();
  for (size_t begin = 0; begin < count; begin += options.batch) {
    std::vector<KernelText> part;
    for (size_t i = begin; i < std::min(begin + options.batch, count); ++i) part.push_back(std::move(texts[i]));
    std::optional<KernelBatch> batch;
    {
      Watch watch(build);
      batch = Take(KernelBatch::Compile(library, compiler, std::move(part), batch_options));
    }
    load += batch->times().load;
    for (size_t i = 0; i < batch->size(); ++i) accepted += batch->status(i).ok();
    Watch watch(run);
    ran += Run(*batch);
  }
  fmt::print("{{\"kernels\": {}, \"accepted\": {}, \"ran\": {}, \"read\": {}, \"header\": {}, \"compile_and_load\": {}, "
             "\"load_wall\": {:.3f}, \"run\": {}}}\n",
             count, accepted, ran, Text(read), Text(header), Text(build), load, Text(run));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = Parse(argc, argv);
  const WarpInstallation warp = Take(OpenWarp(options.warp));
  Seconds read;
  Texts texts;
  {
    Watch watch(read);
    texts = Read(options);
  }
  return options.ptx != 0 ? BenchPtx(options, warp, std::move(texts.cuda)) : Bench(options, warp, std::move(texts.cpu), read);
}
