# The module whose texts lie beside: `warpsmith emit two_kernels.py` wrote them.
import warp as wp


@wp.struct
class Settings:
    scale: float
    offset: wp.vec3


@wp.func
def square(x: float):
    return x * x


@wp.kernel
def apply(x: wp.array(dtype=float), settings: Settings, y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[i, j] = square(x[i]) * settings.scale + settings.offset[j]


@wp.kernel
def spread(x: wp.array(dtype=float), y: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    y[i] = wp.vec3(x[i])
