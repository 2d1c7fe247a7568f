warpsmith_module(syntax LINKS diagnostics LIBRARIES fmt::fmt)
