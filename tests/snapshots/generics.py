"""Generic functions and kernels, whose instances exist once the module was built."""

from typing import Any

import warp as wp


@wp.func
def twice(x: Any):
    return x + x


@wp.func
def dot_all(a: wp.types.vector(Any, float), b: wp.types.vector(Any, float)):
    return wp.dot(a, b) + twice(a[0])


@wp.kernel
def generic(x: wp.array(dtype=Any), factor: Any):
    i = wp.tid()
    x[i] = twice(x[i]) * factor


wp.overload(generic, [wp.array(dtype=float), float])
wp.overload(generic, {"x": wp.array(dtype=wp.vec3d), "factor": wp.float64})


@wp.kernel
def concrete(x: wp.array(dtype=wp.vec2), y: wp.array(dtype=float), n: wp.array(dtype=wp.int64)):
    i = wp.tid()
    y[i] = dot_all(x[i], twice(x[i])) + float(twice(n[i]))
