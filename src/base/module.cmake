warpsmith_module(base LIBRARIES fmt::fmt)
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/base/warp_version.cpp" PROPERTIES
                            COMPILE_DEFINITIONS WARPSMITH_WARP_VERSION="${WARPSMITH_WARP_VERSION}")
