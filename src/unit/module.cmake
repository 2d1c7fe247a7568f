find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(nlohmann_json REQUIRED)
warpsmith_module(unit LINKS syntax builtins LIBRARIES OpenSSL::Crypto nlohmann_json::nlohmann_json)
