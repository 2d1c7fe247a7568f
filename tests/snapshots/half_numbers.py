"""A constant made of numpy's half-precision number, whose few digits only a snapshot knows."""

import numpy as np

import warp as wp

SMALLEST_HALF = wp.float16(np.finfo(np.float16).tiny)


@wp.kernel
def use_limit(y: wp.array(dtype=wp.float16)):
    y[wp.tid()] = SMALLEST_HALF
