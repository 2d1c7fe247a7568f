"""Functions that take tiles, by annotation and as generic functions, and functions that are applied to tiles."""

from typing import Any

import warp as wp

ROWS = 16


def make(factor):
    @wp.func
    def scaled(x: float):
        return x * wp.static(factor)

    @wp.kernel
    def apply(x: wp.array(dtype=float)):
        t = wp.tile_load(x, shape=ROWS)
        wp.tile_store(x, wp.tile_map(scaled, t))

    return apply


kernel = make(2.0)


@wp.func
def doubled(t: wp.tile[float, ROWS]):
    return t + t


@wp.func
def total(t: Any):
    return wp.tile_sum(t)


@wp.func
def first(t: wp.tile[float]):
    return t[0]


@wp.func
def push(stack: wp.tile_stack(capacity=8, dtype=int), value: int):
    return wp.tile_stack_push(stack, value, True)


@wp.kernel
def calls(x: wp.array(dtype=float), n: wp.array(dtype=int)):
    t = wp.tile_load(x, shape=ROWS)
    wp.tile_store(x, doubled(t))
    wp.tile_store(x, total(t))
    x[1] = first(t)
    stack = wp.tile_stack(capacity=8, dtype=int)
    n[0] = push(stack, 1)
