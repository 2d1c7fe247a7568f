warpsmith_module(builtins LINKS base types LIBRARIES fmt::fmt)
