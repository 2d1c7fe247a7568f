warpsmith_module(adjoint LINKS program)
