import typing
import warp as wp


@wp.func
def f(g: typing.Any, x: float):
    return g(x)


@wp.kernel
def k(a: wp.array(dtype=float)):
    b = f(wp.a, a[0])
    c = f(None, a[0])
