warpsmith_module(diagnostics LINKS source LIBRARIES fmt::fmt nlohmann_json::nlohmann_json)
