import warp as wp


@wp.kernel
def k(a: wp.array(dtype=float)):
    x = wp.tile_sum(wp)
