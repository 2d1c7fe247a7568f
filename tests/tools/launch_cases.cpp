// Compiles kernels as one batch and launches them on arguments from a file, for tests that compare with real Warp.
// usage: launch_cases CASES.json     (python/warpsmith/launch_parity.py writes it and says what is in it)
#include <cstdio>
#include <fstream>

#include <nlohmann/json.hpp>

#include "diagnostics/renderer.h"
#include "launch/batch.h"
#include "toolchain/clang_program.h"
#include "toolchain/files.h"
#include "unit/snapshot_reader.h"

using namespace warpsmith;
using nlohmann::json;

namespace {

const ChildLimits kLaunchLimits{.seconds = 60};

/// `missing` gets the keys of kernels that are not generated yet.
Result<KernelText> TextOf(const json& item, const std::string& warp_folder, std::vector<std::string>& missing) {
  Result<std::string> content = ReadBytes(item.at("file"));
  if (!content.ok()) return content.status();
  if (item.at("kind") == "source")
    return GenerateKernels(*content, {.name = item.at("name"), .warp_folder = warp_folder, .enable_backward = {}});
  DiagnosticSink sink(nullptr);
  Result<std::unique_ptr<Unit>> unit = ReadSnapshot(*content, {}, sink);
  if (!unit.ok()) return unit.status();
  CompileOptions options;
  options.keep_going = true;
  options.block_dim = 1;
  return KernelsOfUnit(**unit, options, sink, &missing);
}

struct HeldArray {
  HostArray array;
  size_t data = 0, gradient = 0;
  bool has_gradient = false;
};

/// Sets one argument from the bytes of the input.
Status SetArgument(const json& item, const std::string& input, KernelArguments& arguments,
                   const KernelSignature& signature, std::vector<std::unique_ptr<HeldArray>>& held) {
  const std::string name = item.at("name");
  const KernelParameter* parameter = signature.Find(name);
  if (parameter == nullptr) return Status::Error("no argument " + name);
  const size_t at = item.at("data");
  auto bytes = std::as_bytes(std::span(input));
  if (!parameter->is_array) return arguments.SetBytes(name, bytes.subspan(at, parameter->size));
  const std::vector<uint32_t> shape = item.at("shape");
  auto own = std::make_unique<HeldArray>();
  own->data = at;
  own->has_gradient = item.contains("gradient");
  Result<HostArray> made = HostArray::Make(parameter->element_size, shape, own->has_gradient);
  if (!made.ok()) return made.status();
  own->array = std::move(*made);
  const size_t size = own->array.data().size();
  if (at + size > input.size()) return Status::Error("argument " + name + " has another size");
  std::memcpy(own->array.data().data(), input.data() + at, size);
  if (own->has_gradient) {
    own->gradient = item.at("gradient");
    std::memcpy(own->array.gradient().data(), input.data() + own->gradient, size);
  }
  held.push_back(std::move(own));
  return arguments.SetArray(name, held.back()->array);
}

/// The input with what the arrays hold now.
std::string Held(std::string bytes, const std::vector<std::unique_ptr<HeldArray>>& held) {
  for (const auto& own : held) {
    std::memcpy(bytes.data() + own->data, own->array.data().data(), own->array.data().size());
    if (own->has_gradient)
      std::memcpy(bytes.data() + own->gradient, own->array.gradient().data(), own->array.gradient().size());
  }
  return bytes;
}

Status Launch(const json& item, const Kernel& kernel) {
  Result<std::string> input = ReadBytes(item.at("input"));
  if (!input.ok()) return input.status();
  KernelArguments arguments = kernel.NewArguments();
  std::vector<std::unique_ptr<HeldArray>> held;
  for (const json& argument : item.at("arguments"))
    if (Status status = SetArgument(argument, *input, arguments, kernel.signature(), held); !status.ok()) return status;
  const std::vector<uint32_t> shape = item.at("shape");
  std::string output;
  for (bool backward : {false, true}) {
    if (backward && !kernel.signature().has_backward) break;
    auto work = [&] {
      if (!backward) return kernel.Launch(shape, arguments), 0;
      return kernel.LaunchBackward(shape, arguments).ok() ? 0 : 1;
    };
    Result<ChildResult> child = RunInChild(work, kLaunchLimits);
    if (!child.ok()) return child.status();
    if (!child->succeeded()) return Status::Error("the kernel " + DescribeEnd(*child, kLaunchLimits));
    output += Held(*input, held);
  }
  return WriteBytes(item.at("output"), output);
}

Result<KernelBatch> Compile(const json& cases, const std::shared_ptr<CpuLibrary>& library, std::vector<KernelText> texts) {
  BatchOptions options;
  options.compile.optimization = cases.at("optimization");
  options.compile.flags = cases.at("flags").get<std::vector<std::string>>();
  options.compile.header_cache = cases.at("header_cache");
  if (cases.value("instantiations", "both") == "generic") options.instantiations = CpuInstantiations::Generic;
  if (cases.value("compiler", "warp") == "warp") return KernelBatch::Compile(library, std::move(texts), options);
  Result<std::shared_ptr<ClangProgram>> clang = ClangProgram::Find(library->installation());
  if (!clang.ok()) return clang.status();
  return KernelBatch::Compile(library, **clang, std::move(texts), options);
}

Status Run(const json& cases) {
  const std::string warp_folder = cases.at("warp");
  Result<WarpInstallation> warp = OpenWarp(warp_folder);
  if (!warp.ok()) return warp.status();
  Result<std::shared_ptr<CpuLibrary>> library = CpuLibrary::Load(*warp);
  if (!library.ok()) return library.status();
  std::vector<KernelText> texts;
  std::vector<std::string> errors;
  std::vector<std::vector<std::string>> missing;
  for (const json& item : cases.at("texts")) {
    Result<KernelText> text = TextOf(item, warp_folder, missing.emplace_back());
    errors.push_back(text.ok() ? "" : text.message());
    texts.push_back(text.ok() ? std::move(*text) : KernelText{});
  }
  Result<KernelBatch> batch = Compile(cases, *library, std::move(texts));
  if (!batch.ok()) return batch.status();
  const BatchTimes& times = batch->times();
  json results = {{"launches", json::array()},
                  {"times", {{"header", times.header}, {"compile", times.compile}, {"load", times.load}}}};
  for (const json& item : cases.at("launches")) {
    const size_t text = item.at("text");
    Status status = !errors.at(text).empty() ? Status::Error(errors[text]) : batch->status(text);
    const Kernel* found = nullptr;
    if (status.ok())
      for (const Kernel& kernel : batch->kernels(text))
        if (kernel.signature().mangled_name == item.at("kernel")) found = &kernel;
    const bool is_missing = std::find(missing[text].begin(), missing[text].end(), item.at("key")) != missing[text].end();
    if (status.ok() && found != nullptr) status = Launch(item, *found);
    else if (status.ok())
      status = Status::Error(is_missing ? "the text has no such kernel: not supported yet" : "the text has no such kernel");
    results["launches"].push_back(status.ok() ? "" : status.message());
  }
  std::puts(results.dump().c_str());
  return Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "");
  Status status = Run(json::parse(file));
  if (!status.ok()) std::fprintf(stderr, "launch_cases: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
