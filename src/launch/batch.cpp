#include "launch/batch.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "launch/batch_groups.h"

namespace warpsmith {

namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time from its making to its end.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() { seconds_ += std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  double& seconds_;
  Clock::time_point begin_ = Clock::now();
};

using Positions = std::vector<size_t>;

}  // namespace

struct KernelBatch::Implementation {
  std::vector<KernelText> texts;
  std::vector<Status> statuses;
  std::vector<std::vector<Kernel>> kernels;  // gone before the modules that they are in
  std::vector<CpuModule> modules;
  BatchTimes times;

  /// What the work needs from outside.
  struct Tools {
    const CpuLibrary& library;
    const CpuCompiler& compiler;
    const BatchOptions& options;
  };

  Status TakeKernels(const CpuModule& module, size_t at, const std::string& suffix) {
    std::vector<Kernel> found;
    for (const KernelSignature& signature : texts[at].kernels) {
      Result<Kernel> kernel = Kernel::FromModule(module, signature, suffix, texts[at].entries);
      if (!kernel.ok()) return kernel.status();
      found.push_back(*kernel);
    }
    kernels[at] = std::move(found);
    return Status::Ok();
  }

  /// The work of batch_groups.h.
  struct Groups {
    Implementation& own;
    const Tools& tools;

    [[nodiscard]] TextToJoin Text(size_t at) const { return {own.texts[at].text, own.texts[at].entries}; }
    [[nodiscard]] CpuInstantiations Instantiations() const { return tools.options.instantiations; }

    Result<Compilation> Compile(const std::string& text) {
      Stopwatch watch(own.times.compile);
      ++own.times.compilations;
      return tools.compiler.Compile(text, tools.options.compile);
    }

    void Accept(const std::string& object, const Positions& positions) { Load(object, positions, EntrySuffix); }

    void CompileAlone(size_t at) {
      Result<Compilation> compiled = Compile(WithInstantiations(Text(at), Instantiations()));
      if (!compiled.ok()) own.statuses[at] = compiled.status();
      else if (!compiled->succeeded) own.statuses[at] = Status::Error(DescribeErrors(compiled->messages));
      else Load(compiled->output, {at}, [](size_t) { return std::string(); });
    }

    /// Loads an object and takes the entry points of the texts at `positions` from it. `suffix` gives that of each.
    template <typename Suffix>
    void Load(const std::string& object, const Positions& positions, Suffix suffix) {
      Stopwatch watch(own.times.load);
      Result<CpuModule> module = tools.library.LoadObject(object);
      for (size_t i = 0; i < positions.size(); ++i) {
        const size_t at = positions[i];
        own.statuses[at] = module.ok() ? own.TakeKernels(*module, at, suffix(i)) : module.status();
      }
      if (module.ok()) own.modules.push_back(std::move(*module));
    }
  };

  /// A compiler that does not work must not be asked about every text.
  Status CheckCompiler(const Tools& tools) {
    Stopwatch watch(times.header);
    if (!tools.options.compile.header_cache.empty()) return tools.compiler.PrepareHeader(tools.options.compile);
    Result<Compilation> compiled = tools.compiler.Compile("static int nothing;\n", tools.options.compile);
    if (!compiled.ok()) return compiled.status();
    return compiled->succeeded ? Status::Ok() : Status::Error(DescribeErrors(compiled->messages));
  }
};

KernelBatch::KernelBatch(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
KernelBatch::KernelBatch(KernelBatch&&) noexcept = default;
KernelBatch& KernelBatch::operator=(KernelBatch&&) noexcept = default;
KernelBatch::~KernelBatch() = default;

size_t KernelBatch::size() const { return implementation_->texts.size(); }
const KernelText& KernelBatch::text(size_t i) const { return implementation_->texts.at(i); }
const Status& KernelBatch::status(size_t i) const { return implementation_->statuses.at(i); }
const std::vector<Kernel>& KernelBatch::kernels(size_t i) const { return implementation_->kernels.at(i); }
const BatchTimes& KernelBatch::times() const { return implementation_->times; }

Result<KernelBatch> KernelBatch::Compile(const std::shared_ptr<CpuLibrary>& library, const CpuCompiler& compiler,
                                         std::vector<KernelText> texts, const BatchOptions& options) {
  auto own = std::make_unique<Implementation>();
  own->texts = std::move(texts);
  own->statuses.assign(own->texts.size(), Status::Ok());
  own->kernels.resize(own->texts.size());
  const Implementation::Tools tools{*library, compiler, options};
  if (Status status = own->CheckCompiler(tools); !status.ok()) return status;
  Implementation::Groups groups{*own, tools};
  CompileInGroups(groups, own->texts.size());
  return KernelBatch(std::move(own));
}

}  // namespace warpsmith
