# The JSON library is header-only.
warpsmith_module(generate LINKS base types builtins LIBRARIES fmt::fmt)
