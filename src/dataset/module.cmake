find_package(PyArrow REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_package(Threads REQUIRED)
warpsmith_module(dataset LINKS record LIBRARIES PyArrow::parquet ${ZSTD_LIBRARY} Threads::Threads)

# Another program's view of the files: pyarrow, json and, where it is installed, the Hub's `datasets`.
add_executable(dataset_write_sample src/dataset/tools/write_sample.cpp)
target_link_libraries(dataset_write_sample PRIVATE ws_dataset)
add_test(NAME dataset_other_readers COMMAND ${PYARROW_PYTHON} ${CMAKE_SOURCE_DIR}/tests/dataset_other_readers.py
                                            $<TARGET_FILE:dataset_write_sample>)
