"""Keys, counters, overloads and replacement of functions and kernels; what hashing finds in bodies."""

from __future__ import annotations

from typing import Any

import warp as wp
import warp.optim

SHADOWED = 3
e = 5
NONE = None


@wp.func
def quat_twist(x: float):
    return x


@wp.func
def f(x: int) -> int:
    return x + 1


@wp.func
def f(x: float, y: float = 2.0) -> float:
    return x + y


@wp.func
def f(x: wp.vec3):
    return x * f(2.0)


@wp.func
def f(x: float, y: float = 2.0) -> float:
    return x - y


@wp.func(inline=True)
def inlined(x: wp.vec3) -> tuple[float, wp.vec3]:
    return x[0], x


@wp.func(name="renamed")
def original(x: Any):
    return x


@wp.func
def recursive(x: int) -> int:
    return recursive_helper(x)


@wp.func
def recursive_helper(x: int) -> int:
    return recursive(x)


class Group:
    @wp.func
    def f(x: float):
        return x

    def other(self):
        pass


@wp.struct
class Inner:
    v: wp.vec3
    n: int


@wp.struct
class Outer:
    inner: Inner
    many: wp.array(dtype=Inner)
    grid: wp.array3d(dtype=wp.mat33)
    flag: bool
    handle: wp.uint64


@wp.kernel
def calls(a: wp.array(dtype=float), o: Outer, out: wp.array2d[wp.vec3], SHADOWED: int):
    i, j = wp.tid()
    x = f(a[i])
    k = f(3)
    v = f(out[i, j])
    g = inlined
    p, q = g(v)
    inner = Inner()
    inner.v = v
    out[i, j] = q * float(k) + Group.f(x) * v + original(v) + quat_twist(float(SHADOWED)) * v
    w = wp.vec3(1.0) + wp.vec3f(2.0)
    y = float(1) + wp.float32(2)
    e = w
    out[j, i] = e.x * w * y
    pi = w
    out[0, 0] = pi * pi.y
    z = wp.min(x, 1.0) + min(x, 2.0)


@wp.kernel
def tid_alias(a: wp.array(dtype=float)):
    t = wp.tid
    u = t
    i, j, k = u()
    a[i] = float(j + k)


@wp.kernel
def twice(a: wp.array(dtype=float)):
    a[0] = 1.0


@wp.kernel
def twice(a: wp.array(dtype=float)):
    a[0] = 2.0


kept = twice


@wp.kernel
def twice(a: wp.array(dtype=float)):
    a[0] = 3.0


@wp.kernel(launch_bounds=(128, 2), grid_stride=False)
def bounded(a: wp.array(dtype=float)) -> None:
    a[0] = 1.0


@wp.kernel(launch_bounds=256, cluster_dim=2, enable_cuda_smem_spilling=True)
def clustered(a: wp.array(dtype=float)):
    a[0] = 1.0


@wp.kernel(cuda_max_registers=64, enable_backward=False, name="own_name", module=None)
def registers(a: wp.array(dtype=float)):
    a[0] = 1.0


@wp.kernel
def generic(a: wp.array(dtype=Any), b: Any):
    a[0] = b


@wp.kernel(module="unique")
def unique(a: wp.array(dtype=float)):
    a[0] = 1.0


@wp.kernel
def statics(a: wp.array(dtype=float)):
    a[0] = float(wp.static(SHADOWED * 2 + 1)) + wp.static(wp.float64(2.0) if False else 3.0)
    a[1] = wp.static(quat_twist)(a[0])
    a[2] = float(wp.static(SHADOWED * 2 + 1))


@wp.kernel
def library(q: wp.array(dtype=wp.quat), t: wp.transform, m: wp.mat44):
    i = wp.tid()
    q[i] = wp.quat_from_euler(wp.quat_to_euler(q[i], 0, 1, 2), 0, 1, 2)
    s = wp.transform_from_matrix(m)
    v, w, x = wp.transform_decompose(m)


wp.set_module_options({"enable_backward": False, "max_unroll": 8})
wp.config.mode = "release"
if __name__ == "__main__":

    @wp.kernel
    def not_on_import(a: wp.array(dtype=float)):
        a[0] = 1.0
