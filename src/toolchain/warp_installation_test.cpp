#include "toolchain/warp_installation.h"

#include <cstdlib>
#include <filesystem>

#include "toolchain/cuda_library.h"
#include "toolchain/elf.h"
#include "toolchain/test_support.h"

namespace warpsmith {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like the package, with texts in the place of its libraries.
class WarpInstallationTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ + "/native");
    fs::create_directories(folder_ + "/bin");
    ASSERT_TRUE(WriteBytes(folder_ + "/config.py", std::string("x = 1\nversion: str = \"") + kWarpVersion + "\"\n").ok());
    ASSERT_TRUE(WriteBytes(folder_ + "/native/builtin.h", "").ok());
  }
  TemporaryFolder temporary_ = Take(TemporaryFolder::Make());
  std::string folder_ = temporary_.path() + "/warp";
};

TEST_F(WarpInstallationTest, FindsThePackageThatIsGiven) {
  for (const std::string& given : {folder_, temporary_.path()}) {
    Result<WarpInstallation> warp = FindWarp({.folder = given, .python = {}});
    ASSERT_TRUE(warp.ok()) << warp.message();
    EXPECT_EQ(warp->folder, folder_);
    EXPECT_EQ(warp->version, kWarpVersion);
  }
  Result<WarpInstallation> wrong = FindWarp({.folder = temporary_.path() + "/nothing", .python = {}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.message().find("(--warp) is not the folder of a warp package"), std::string::npos);
}

TEST_F(WarpInstallationTest, FindsThePackageOfTheVariable) {
  setenv("WARPSMITH_WARP", folder_.c_str(), 1);
  Result<WarpInstallation> warp = FindWarp({});
  setenv("WARPSMITH_WARP", "/nowhere", 1);
  Result<WarpInstallation> wrong = FindWarp({});
  unsetenv("WARPSMITH_WARP");
  EXPECT_TRUE(warp.ok());
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.message().find("/nowhere ($WARPSMITH_WARP)"), std::string::npos);
}

TEST_F(WarpInstallationTest, SaysWhatIsMissing) {
  Result<WarpInstallation> nowhere = FindWarp({.folder = {}, .python = temporary_.path() + "/bin/python"});
  ASSERT_FALSE(nowhere.ok());
  EXPECT_NE(nowhere.message().find(std::string("install warp-lang==") + kWarpVersion), std::string::npos);
  fs::remove(folder_ + "/native/builtin.h");
  Result<WarpInstallation> headless = OpenWarp(folder_);
  ASSERT_FALSE(headless.ok());
  EXPECT_NE(headless.message().find("headers are not installed"), std::string::npos);
}

TEST_F(WarpInstallationTest, RefusesAnotherVersion) {
  ASSERT_TRUE(WriteBytes(folder_ + "/config.py", "version: str = \"0.9.2\"\n").ok());
  Result<WarpInstallation> old = OpenWarp(folder_);
  ASSERT_FALSE(old.ok());
  EXPECT_NE(old.message().find(std::string("is Warp 0.9.2, and this program is made for ") + kWarpVersion), std::string::npos);
  ASSERT_TRUE(WriteBytes(folder_ + "/config.py", "\n").ok());
  EXPECT_NE(OpenWarp(folder_).message().find("of an unknown version"), std::string::npos);
}

TEST_F(WarpInstallationTest, RefusesLibrariesThatAreNotWhole) {
  const WarpInstallation real = TestWarp(), warp = *OpenWarp(folder_);
  auto message = [&] { return CpuLibrary::Load(warp).message(); };
  EXPECT_NE(message().find("cannot open"), std::string::npos);
  ASSERT_TRUE(WriteBytes(warp.cpu_library, "").ok());
  EXPECT_NE(message().find("is empty"), std::string::npos);
  ASSERT_TRUE(WriteBytes(warp.cpu_library, "not a library at all").ok());
  EXPECT_NE(message().find("is no shared library"), std::string::npos);
  fs::copy_file(real.cpu_library, warp.cpu_library, fs::copy_options::overwrite_existing);
  fs::resize_file(warp.cpu_library, 1 << 20);
  EXPECT_NE(message().find("is truncated or damaged"), std::string::npos);
  fs::remove(warp.cpu_library);
  fs::copy_file("/lib/x86_64-linux-gnu/libm.so.6", warp.cuda_library);
  Result<std::shared_ptr<CudaLibrary>> other = CudaLibrary::Load(warp);
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.message().find("has no function wp_cuda_compile_program"), std::string::npos);
}

TEST(Elf, FindsSectionsAndDamage) {
  EXPECT_FALSE(CheckElf("", ElfKind::Object, "it").ok());
  EXPECT_EQ(CheckElf("\x7f" "ELF", ElfKind::Object, "it").message(), "it is truncated");
  Result<std::string> library = ReadBytes("/lib/x86_64-linux-gnu/libm.so.6");
  ASSERT_TRUE(library.ok());
  EXPECT_TRUE(CheckElf(*library, ElfKind::SharedLibrary, "it").ok());
  EXPECT_EQ(CheckElf(*library, ElfKind::Object, "it").message(), "it is no object file");
  EXPECT_FALSE(ElfSection(*library, ".text").empty());
  EXPECT_TRUE(ElfSection(*library, ".none").empty());
  // Any prefix is refused or whole; none is read past its end.
  for (size_t size = 0; size < library->size(); size += 997)
    EXPECT_FALSE(CheckElf(std::string_view(*library).substr(0, size), ElfKind::SharedLibrary, "it").ok()) << size;
}

}  // namespace
}  // namespace warpsmith
