"""Module-level numbers, vectors and matrices, wp.constant, and constants of Warp."""

import warp as wp

N = 4
SCALE = 2.5
BIG = 1 << 33
ON = True
UP = wp.vec3(0.0, 1.0, 0.0)
EYE = wp.mat22(1.0, 0.0, 0.100000, 1.0)
GRAVITY = wp.constant(9.81)
LIMIT = wp.constant(wp.int64(123456789012))
HALF = wp.float16(0.5)
SEED = wp.uint32(42)


class Config:
    width = None
    gain = wp.constant(0.25)


@wp.kernel
def use(a: wp.array(dtype=float), v: wp.array(dtype=wp.vec3), m: wp.array(dtype=wp.mat22), n: wp.array(dtype=wp.int64)):
    i = wp.tid()
    s = float(0.0)
    for j in range(N):
        s += SCALE * float(j)
    if ON:
        s = s + GRAVITY * Config.gain
    a[i] = s + wp.pi + wp.PI * wp.TAU + float(HALF) + wp.inf
    v[i] = UP * s
    m[i] = EYE * 2.0
    n[i] = LIMIT + wp.int64(SEED) + wp.int64(Config.width)


@wp.func
def offset(x: float) -> float:
    return x + SCALE


@wp.kernel
def through_function(a: wp.array(dtype=float)):
    i = wp.tid()
    a[i] = offset(a[i]) - 1.5

