"""Kernels and functions that were made inside functions, over values that only running the code gives."""

import warp as wp


def make_function(power):
    @wp.func
    def raise_to(x: float):
        result = float(1.0)
        for _ in range(power):
            result *= x
        return result

    return raise_to


def make_kernel(function, bias, dtype):
    offset = dtype(bias)

    @wp.kernel
    def apply(x: wp.array(dtype=float), y: wp.array(dtype=dtype)):
        i = wp.tid()
        y[i] = y[i] * offset + dtype(function(x[i]))

    return apply


KERNELS = [make_kernel(make_function(n), n + 1, d) for n, d in ((2, wp.float32), (3, wp.float64), (20, wp.float16))]
