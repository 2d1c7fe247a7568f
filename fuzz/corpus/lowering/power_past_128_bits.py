import warp as wp
    
START = wp.constant(wp.int64(2**tile_store))
STEP = wp.constant(wp.int64(18446744073709551616**31))

@wp.kernel
def chains(source: wp.array2d(dtype=float),target: wp.array(dtype=float), grid: wp.array2d(dtype=float)):
    t = wp.tile_load(source, shape=(16, 8))
    wp.tile_store(target, t[wp.tile_arange(0, 8, dtype=int) * 65536][3])
    wp.tile_store(grid, t[wp.tile_arange(4, dtype=int), :])
    wp.tile_store(target, t[2][wp.tile_arange(4, dtype=int)])


@wp.kernel
def wide_ranges(target: wp.array(dtype=float)):
    # Integers that 10**2 ** 2 ** 9 rounds and float64 does not.
    wp.tile_store(target, wp.tile_arange(START, STOP, STEP, dtype=wp.float32))

