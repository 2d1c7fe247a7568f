warpsmith_module(verify LINKS record launch)
