"""Functions that are given to functions: captured ones, built-in ones, and those of wp.static()."""

from typing import Any

import warp as wp


def make_kernel(function, builtin, limit):
    @wp.func
    def bounded(x: float):
        return builtin(x, limit)

    @wp.func
    def apply(f: wp.Function, x: Any):
        return f(x)

    @wp.func
    def weighted(f: wp.Function, x: float):
        result = float(0.0)
        for i in range(3):
            result += wp.static([1.0, 2.0, 4.0][i]) * f(x)
        return result

    @wp.kernel
    def mapped(x: wp.array(dtype=float), y: wp.array(dtype=float)):
        i = wp.tid()
        op = bounded
        y[i] = apply(op, x[i]) + apply(wp.static(function), x[i]) + weighted(wp.sin, x[i]) + weighted(function, x[i])

    return mapped


@wp.func
def square(x: float) -> float:
    return x * x


KERNELS = [make_kernel(square, wp.max, 0.5), make_kernel(square, wp.min, 1.5)]
