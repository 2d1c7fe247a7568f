find_package(PyArrow REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_package(Threads REQUIRED)
warpsmith_module(dataset LINKS record LIBRARIES PyArrow::parquet ${ZSTD_LIBRARY} Threads::Threads)
