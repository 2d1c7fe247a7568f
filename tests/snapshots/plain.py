"""Names of every kind that a module's own text gives."""

import math
from enum import IntEnum

import warp as wp

SCALE = wp.constant(2.5)
WHOLE = wp.float32(3)  # spelled as the integer that it is
LOSS = wp.constant(wp.float64(-7))
BIG = wp.constant(wp.uint64(2**64 - 1))
OFFSET = wp.vec3(1.0, -0.0, 3.0)
TURN = wp.quat(0.0, 0.0, 0.0, 1.0)
BASIS = wp.mat22(1.0, 2.0, 3.0, 4.0)


class Mode(IntEnum):
    FAST = 1
    SLOW = 2


class Settings:
    gain = 0.25

    class inner:
        count = 3


@wp.struct
class Cell:
    centre: wp.vec3
    weights: wp.array(dtype=wp.float64)


@wp.struct
class Grid:
    cell: Cell
    count: int


@wp.func
def blend(a: float, b: float, t: float = 0.5) -> float:
    return a * (1.0 - t) + b * t


@wp.func
def pair(x: wp.vec3):
    return wp.length(x), x * SCALE


@wp.kernel
def use_names(grid: Grid, out: wp.array(dtype=wp.vec3), flags: wp.array2d(dtype=wp.uint64)):
    i = wp.tid()
    length, scaled = pair(grid.cell.centre + OFFSET)
    if grid.count == Mode.SLOW:
        scaled = wp.quat_rotate(TURN, scaled) * blend(length, math.pi)
    for _ in range(Settings.inner.count):
        scaled = scaled * Settings.gain
    flags[i, 0] = BIG
    grid.cell.weights[i] = grid.cell.weights[i] * LOSS
    scaled = scaled * WHOLE
    plane = BASIS * wp.vec2(scaled[0], scaled[1])
    out[i] = wp.vec3(plane[0], plane[1], wp.float32(grid.cell.weights[i]))


@wp.kernel(enable_backward=False, launch_bounds=(128, 2))
def options(x: wp.array(dtype=float)):
    i = wp.tid()
    x[i] = wp.quat_to_rpy(TURN)[0]


EMPTY = wp.types.vector(length=0, dtype=float)


@wp.kernel
def compares_nothing(q: wp.array(dtype=wp.vec4), out: wp.array(dtype=bool)):
    i = wp.tid()
    value = q[i]
    out[i] = value[4:] == EMPTY()
