warpsmith_module(diagnostics LINKS source LIBRARIES fmt::fmt)
