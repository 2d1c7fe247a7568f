// A stand-in for libcuda.so.1 that runs on the host: its memory is the host's, a module is its text, and a launch is given
// to a function that the test sets. What the driver would refuse, it refuses.
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>

namespace {

constexpr int kInvalidValue = 1, kInvalidImage = 200, kNotFound = 500, kLaunchFailed = 719;
using LaunchFunction = int (*)(const char* symbol, unsigned grid, unsigned block, unsigned shared, void** parameters);

struct Function {
  std::string name;
  int shared = 48 << 10;
};

LaunchFunction launch_function = nullptr;
int device_count = 1, last_error = 0;
std::set<void*> allocated;

}  // namespace

extern "C" {

void FakeCudaOnLaunch(LaunchFunction function) { launch_function = function; }
void FakeCudaDevices(int count) { device_count = count; }
size_t FakeCudaAllocations() { return allocated.size(); }

int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int* version) { return *version = 13000, 0; }
int cuGetErrorString(int error, const char** text) {
  *text = error == kNotFound ? "named symbol not found" : error == kInvalidImage ? "device kernel image is invalid"
        : error == kLaunchFailed ? "unspecified launch failure" : "invalid argument";
  return 0;
}
int cuDeviceGetCount(int* count) { return *count = device_count, 0; }
int cuDeviceGet(int* device, int ordinal) { return *device = ordinal, 0; }
int cuDeviceGetName(char* name, int size, int) { return std::strncpy(name, "Stand-in", static_cast<size_t>(size)), 0; }
int cuDeviceGetAttribute(int* value, int attribute, int) { return *value = attribute == 75 ? 9 : 0, 0; }
int cuDevicePrimaryCtxRetain(void** context, int) { return *context = &device_count, 0; }
int cuDevicePrimaryCtxRelease_v2(int) { return 0; }
int cuCtxSetCurrent(void* context) { return context == &device_count ? 0 : kInvalidValue; }
int cuCtxSynchronize() {
  int error = last_error;
  last_error = 0;
  return error;
}
int cuModuleLoadData(void** module, const void* image) {
  const char* text = static_cast<const char*>(image);
  if (std::strstr(text, ".entry ") == nullptr) return kInvalidImage;
  *module = new std::string(text);
  return 0;
}
int cuModuleUnload(void* module) { return delete static_cast<std::string*>(module), 0; }
int cuModuleGetFunction(void** function, void* module, const char* name) {
  if (static_cast<std::string*>(module)->find(std::string(".entry ") + name + "(") == std::string::npos) return kNotFound;
  static std::map<std::string, Function> functions;
  *function = &functions.emplace(name, Function{name}).first->second;
  return 0;
}
int cuFuncSetAttribute(void* function, int attribute, int value) {
  if (attribute != 8) return kInvalidValue;
  static_cast<Function*>(function)->shared = value;
  return 0;
}
int cuMemAlloc_v2(unsigned long long* address, size_t size) {
  if (size == 0) return kInvalidValue;
  void* memory = std::malloc(size);
  std::memset(memory, 0x5a, size);  // what is not cleared is not zero
  allocated.insert(memory);
  *address = reinterpret_cast<unsigned long long>(memory);
  return 0;
}
int cuMemFree_v2(unsigned long long address) {
  if (allocated.erase(reinterpret_cast<void*>(address)) == 0) return kInvalidValue;
  std::free(reinterpret_cast<void*>(address));
  return 0;
}
int cuMemsetD8_v2(unsigned long long address, unsigned char value, size_t size) {
  return std::memset(reinterpret_cast<void*>(address), value, size), 0;
}
int cuMemcpyHtoD_v2(unsigned long long address, const void* source, size_t size) {
  return std::memcpy(reinterpret_cast<void*>(address), source, size), 0;
}
int cuMemcpyDtoH_v2(void* out, unsigned long long address, size_t size) {
  return std::memcpy(out, reinterpret_cast<void*>(address), size), 0;
}
int cuLaunchKernel(void* function, unsigned grid, unsigned grid_y, unsigned grid_z, unsigned block, unsigned block_y,
                   unsigned block_z, unsigned shared, void*, void** parameters, void** extra) {
  auto* own = static_cast<Function*>(function);
  if (grid == 0 || grid_y != 1 || grid_z != 1 || block == 0 || block > 1024 || block_y != 1 || block_z != 1 ||
      extra != nullptr || static_cast<int>(shared) > own->shared)
    return kInvalidValue;
  last_error = launch_function != nullptr ? launch_function(own->name.c_str(), grid, block, shared, parameters) : 0;
  return 0;
}

}  // extern "C"
