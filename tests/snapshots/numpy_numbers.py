"""Constants made of numpy's numbers, which Python spells with the digits that their own precision needs."""

import numpy as np

import warp as wp

EPSILON = wp.constant(wp.float32(np.finfo(np.float32).eps))
LARGEST = wp.float32(np.finfo(np.float32).max)
WIDE = wp.float64(np.float32(-0.1))
TENTH = wp.float32(np.float32(0.1))
LARGE = wp.float32(np.float32(1.0e17))
THREE = wp.float32(np.int32(3))
LIMIT = np.iinfo(np.int32).max
PLAIN = float(np.finfo(np.float64).tiny)


@wp.kernel
def use_limits(x: wp.array(dtype=float), z: wp.array(dtype=wp.float64), n: wp.array(dtype=int)):
    i = wp.tid()
    x[i] = EPSILON + LARGEST * TENTH - LARGE / THREE
    z[i] = WIDE + wp.float64(PLAIN)
    n[i] = LIMIT
