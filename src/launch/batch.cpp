#include "launch/batch.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

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

  Result<Compilation> CompileText(const std::string& text, const Tools& tools) {
    Stopwatch watch(times.compile);
    ++times.compilations;
    return tools.compiler.Compile(text, tools.options.compile);
  }

  /// Loads an object and takes the entry points of the texts at `positions` from it. `suffix` gives that of each.
  template <typename Suffix>
  void Load(const std::string& object, const Positions& positions, const Tools& tools, Suffix suffix) {
    Stopwatch watch(times.load);
    Result<CpuModule> module = tools.library.LoadObject(object);
    for (size_t i = 0; i < positions.size(); ++i) {
      const size_t at = positions[i];
      statuses[at] = module.ok() ? TakeKernels(*module, at, suffix(i)) : module.status();
    }
    if (module.ok()) modules.push_back(std::move(*module));
  }

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

  /// Compiles one text as it is, in a module of its own. What is wrong then is the text.
  void CompileAlone(size_t at, const Tools& tools) {
    Result<Compilation> compiled =
        CompileText(WithInstantiations({texts[at].text, texts[at].entries}, tools.options.instantiations), tools);
    if (!compiled.ok()) statuses[at] = compiled.status();
    else if (!compiled->succeeded) statuses[at] = Status::Error(DescribeErrors(compiled->messages));
    else Load(compiled->output, {at}, tools, [](size_t) { return std::string(); });
  }

  /// Compiles texts with equal headers. Where that fails, leaves out those that the messages are about; where they are
  /// about none, or the compiler crashed, halves the texts.
  void CompileTogether(const Positions& positions, const Tools& tools) {
    if (positions.size() == 1) return CompileAlone(positions[0], tools);
    std::vector<TextToJoin> together;
    for (size_t at : positions) together.push_back({texts[at].text, texts[at].entries});
    JoinedTexts joined = JoinTexts(together, tools.options.instantiations);
    Result<Compilation> compiled = CompileText(joined.text, tools);
    if (compiled.ok() && compiled->succeeded) return Load(compiled->output, positions, tools, EntrySuffix);
    SortedOut sorted = SortOut(joined, compiled, positions);
    if (sorted.wrong.empty()) {
      auto middle = positions.begin() + static_cast<std::ptrdiff_t>(positions.size() / 2);
      CompileTogether(Positions(positions.begin(), middle), tools);
      return CompileTogether(Positions(middle, positions.end()), tools);
    }
    if (!sorted.right.empty()) CompileTogether(sorted.right, tools);
    for (size_t at : sorted.wrong) CompileAlone(at, tools);
  }

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
  std::map<std::string_view, Positions> by_header;
  Positions alone;
  for (size_t i = 0; i < own->texts.size(); ++i) {
    const std::string& text = own->texts[i].text;
    if (CanBeBatched(text)) by_header[BatchHeader(text)].push_back(i);
    else alone.push_back(i);
  }
  for (const auto& [header, positions] : by_header) own->CompileTogether(positions, tools);
  for (size_t at : alone) own->CompileAlone(at, tools);
  return KernelBatch(std::move(own));
}

}  // namespace warpsmith
