// Compiles a Warp kernel from its Python text, launches it, and asks for gradients. Python is not run: of its
// environment only Warp's native compiler and headers are used.
//
//   cmake --build build/release --target launch_kernel
//   build/release/examples/launch_kernel .venv/bin/python
#include <cstdio>

#include "launch/kernel.h"

using namespace warpsmith;

namespace {

constexpr const char* kSource = R"(import warp as wp

@wp.kernel
def kinetic_energy(v: wp.array(dtype=wp.vec3), mass: float, energy: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(energy, 0, 0.5 * mass * wp.dot(v[i], v[i]))
)";

int Fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  // Warp is looked for in $WARPSMITH_WARP, else beside the interpreter that is given.
  Result<WarpInstallation> warp = FindWarp({.folder = {}, .python = argc > 1 ? argv[1] : ""});
  if (!warp.ok()) return Fail(warp.message());
  Result<std::shared_ptr<CpuLibrary>> library = CpuLibrary::Load(*warp);
  if (!library.ok()) return Fail(library.message());

  // The same code on every machine; kWarpCpuFlags would be the fastest on this one. With a header cache, such as
  // HeaderCacheFolder(), the next module takes a tenth of the time.
  CpuCompileOptions compile;
  compile.optimization = 2;
  Result<KernelModule> module = KernelModule::FromPython(*library, kSource, {.name = "energy"}, compile);
  if (!module.ok()) return Fail(module.message());
  Result<Kernel> kernel = module->Find("kinetic_energy");
  if (!kernel.ok()) return Fail(kernel.message());

  const uint32_t particles[] = {1000}, one[] = {1};
  const bool with_gradient = true;
  Result<HostArray> v = HostArray::Make(3 * sizeof(float), particles, with_gradient);
  Result<HostArray> energy = HostArray::Of<float>(one, with_gradient);
  if (!v.ok() || !energy.ok()) return Fail("out of memory");
  for (float& component : v->values<float>()) component = 2;

  KernelArguments arguments = kernel->NewArguments();
  for (const Status& status : {arguments.SetArray("v", *v), arguments.Set("mass", 0.1f), arguments.SetArray("energy", *energy)})
    if (!status.ok()) return Fail(status.message());

  kernel->Launch(particles, arguments);
  std::printf("energy: %g\n", energy->values<float>()[0]);  // 1000 * 0.5 * 0.1 * 12

  energy->gradients<float>()[0] = 1;  // the gradient of what we ask about
  if (Status status = kernel->LaunchBackward(particles, arguments); !status.ok()) return Fail(status.message());
  std::printf("d energy / d v[0]: %g\n", v->gradients<float>()[0]);  // mass * v
  return v->gradients<float>()[0] == 0.1f * 2 ? 0 : 1;
}
