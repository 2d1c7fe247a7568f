warpsmith_module(source LINKS base)
