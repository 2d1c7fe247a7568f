warpsmith_module(program LINKS source builtins)
