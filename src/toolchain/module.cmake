warpsmith_module(toolchain LINKS base LIBRARIES fmt::fmt ${CMAKE_DL_LIBS})
