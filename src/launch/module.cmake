warpsmith_module(launch LINKS compile toolchain)
