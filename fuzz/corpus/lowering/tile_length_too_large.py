"""len() of a tile in wp.static(), which only lowering knows."""

import warp as wp


@wp.kernel
def kernel(a: wp.array2d(dtype=float), out: wp.array(dtype=int)):
    x = wp.tile_load(a, shape=(1099511627776, 8))
    for i in range(wp.static(len(x))):
        out[i] = wp.static(len(x) * 2)

