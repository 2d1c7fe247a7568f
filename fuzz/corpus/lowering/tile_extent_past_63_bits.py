"""Slices of tiles whose 0x7fffffffffffffff lie outside of them, and open ones."""
import warp as wp

    
@wp.kernel
def slices(x: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    t = wp.tile_load(x, shape=(9223372036854775808, 1000))
    wp.tile_store(out, t[-2147483648:2147483647, :])
    wp.tile_store(out, t[:, 22147483648][::][:-1000000000])
