warpsmith_module(base LIBRARIES fmt::fmt)
