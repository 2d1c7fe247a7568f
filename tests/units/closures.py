"""Definitions made by functions that the file calls."""

import warp as wp


def make_kernel(scale, offset=1.0, *, square=False):
    factor = scale * 2.0

    @wp.func
    def shape(x: float):
        if wp.static(square):
            return x * x
        return x + offset

    @wp.kernel
    def scaled(a: wp.array(dtype=float)):
        i = wp.tid()
        a[i] = shape(a[i]) * factor + float(scale)

    return scaled


first = make_kernel(2.0)
second = make_kernel(3.0, square=True)
kernels = [make_kernel(float(i), offset=float(i)) for i in range(3)]
table = {}
for dtype in (wp.float32, wp.float64):

    @wp.struct
    class Pair:
        a: dtype
        b: wp.array(dtype=dtype)

    @wp.kernel
    def over(p: Pair):
        p.b[0] = p.a + dtype(1.0)

    table[dtype] = over


def make_lean(n):
    vec = wp.types.vector(length=n, dtype=wp.float32)

    @wp.kernel(enable_backward=False, name=f"lean_{n}" if False else None)
    def lean(a: wp.array(dtype=vec)):
        i = wp.tid()
        a[i] = a[i] + vec(1.0)

    return lean


lean5 = make_lean(5)


def unused(n):
    @wp.kernel
    def never(a: wp.array(dtype=float)):
        a[0] = float(n)

    return never


def add(n):
    def apply(x: float):
        return x + n

    return apply


add_two = wp.func(add(2.0), name="add_two")


@wp.kernel
def use(a: wp.array(dtype=float)):
    a[0] = add_two(a[0])


def plain(x):
    return [x, x + 1][1] if x else 0


SIZE = plain(4)
DOUBLE = (lambda x: x * 2)(SIZE)


@wp.kernel
def sized(a: wp.array(dtype=int)):
    a[0] = SIZE + DOUBLE


def shadow(a, b):
    @wp.func
    def inner():
        return a

    @wp.kernel
    def outer(a: wp.array(dtype=float)):
        b = inner()
        a[0] = b

    return outer


shadowed = shadow(10.0, 7.0)
