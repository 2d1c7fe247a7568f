warpsmith_module(emit LINKS program adjoint)
