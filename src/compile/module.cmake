warpsmith_module(compile LINKS lower emit)
