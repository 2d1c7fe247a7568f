warpsmith_module(types LINKS base LIBRARIES fmt::fmt)
