"""Options of the whole module."""

import warp as wp

wp.set_module_options({"enable_backward": False, "max_unroll": 9223372036854775808, "fast_math": True})


@wp.func
def twice(x: float):
    return x * 2.0


@wp.kernel
def loops(a: wp.array(dtype=float)):
    i = wp.tid()
    s = float(0.0)
    for j in range(0):
        s += a[j]
    for j in range(8):
        s += twice(a[j])
    a[i] = s


@wp.kernel(enable_backward=True)
def with_backward(a: wp.array(dtype=float)):
    i = wp.tid()
    a[i] = twice(a[i])

