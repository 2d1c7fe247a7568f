warpsmith_module(lower LINKS unit program)
