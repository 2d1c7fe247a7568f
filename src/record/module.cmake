find_package(nlohmann_json REQUIRED)
find_library(XXHASH_LIBRARY xxhash REQUIRED)
warpsmith_module(record LINKS base LIBRARIES nlohmann_json::nlohmann_json ${XXHASH_LIBRARY})
