# The tables are generated from data/builtins at build time; scripts/export_builtins.py writes the data.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(builtins_data "${CMAKE_SOURCE_DIR}/data/builtins/warp-${WARPSMITH_WARP_VERSION}.json")
set(builtins_generated "${CMAKE_BINARY_DIR}/generated/builtins/tables.h")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/generated/builtins")
add_custom_command(
  OUTPUT "${builtins_generated}"
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/scripts/generate_builtin_tables.py" "${builtins_data}"
          "${builtins_generated}"
  DEPENDS "${builtins_data}" "${CMAKE_SOURCE_DIR}/scripts/generate_builtin_tables.py"
  COMMENT "Generating the tables of built-in functions"
  VERBATIM)
warpsmith_module(builtins LINKS base types LIBRARIES fmt::fmt)
target_sources(ws_builtins PRIVATE "${builtins_generated}")
target_include_directories(ws_builtins PRIVATE "${CMAKE_BINARY_DIR}/generated")

# Real Warp's answers to thousands of calls, and whether the committed table is what the installed Warp gives.
add_executable(builtins_probe "${CMAKE_SOURCE_DIR}/tests/tools/builtins_probe.cpp")
target_link_libraries(builtins_probe PRIVATE ws_builtins)
set(builtins_python "${CMAKE_SOURCE_DIR}/.venv/bin/python")
add_test(NAME builtins_oracle COMMAND "${builtins_python}" "${CMAKE_SOURCE_DIR}/tests/builtins_probe.py"
                                      $<TARGET_FILE:builtins_probe>)
add_test(NAME builtins_table COMMAND "${builtins_python}" "${CMAKE_SOURCE_DIR}/scripts/export_builtins.py" --check)
