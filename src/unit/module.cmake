find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(nlohmann_json REQUIRED)
warpsmith_module(unit LINKS syntax builtins LIBRARIES OpenSSL::Crypto nlohmann_json::nlohmann_json)

# Names, hashes and signatures against real Warp, which imports the same files.
add_executable(unit_dump "${CMAKE_SOURCE_DIR}/tests/tools/unit_dump.cpp")
target_link_libraries(unit_dump PRIVATE ws_unit)
add_test(NAME unit_oracle COMMAND "${CMAKE_SOURCE_DIR}/.venv/bin/python" "${CMAKE_SOURCE_DIR}/tests/unit_hashes.py"
                                  $<TARGET_FILE:unit_dump>)
