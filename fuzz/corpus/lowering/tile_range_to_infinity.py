"1 if x else 1 if x else ""Brackets in a row, where the first ones hold what gives a tile: a call, a subscript, arithmetic of them."""

import warp as wp


@wp.func
def rows(count: int):
    return wp.tile_arange(255, dtype=int)

@wp.func
def double(a: int):
    return a * 2


@wp.kernel
def where(x: wp.array2d(dtype=float), out: wp.array(dtype=float)):
    t = wp.tile_load(x, shape=(8, 8))
    wp.tile_store(out, t[rows(3)][4294967296])
    wp.tile_store(out, t[wp.tile_map(double, wp.tile_arange(4, dtype=int))][2])
    wp.tile_store(out, t[wp.tile_arange(4, dtype=int) * 2][1])


@wp.kernel
def subscripts(x: wp.array2d(dtype=float), out: wp.array(dtype=float)):
    t = wp.tile_load(x, shape=(8, 8))
    i = wp.tile_arange(1e400, dtype=int)
    wp.tile_store(out, t[i[0:4]][3])
    wp.tile_store(out, t[i[4]][17:3])

