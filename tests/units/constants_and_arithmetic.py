"""Constants made from literals and other constants, and how each enters a hash."""

import enum
import math
from math import pi as PI, sqrt

import numpy as np

import warp as wp
from warp import vec3 as V3

A = 7
B = A * 3 - 2**4 // 3 % 5
C = (A << 3) | 5 ^ 1 & ~2
D = -17 // 5 + -17 % 5
E = 1.5e-3 * A / 2
F = -7.5 // 2.0 + -7.5 % 2.0
G = 2**-3
BIG = 1 << 40
HUGE = 0xFFFFFFFFFFFFFFFF
NEGATIVE = -(1 << 33)
FLAG = A > 3 and not B == 2
CHAIN = 0 < A <= 7
CHOICE = 4.0 if FLAG else 5.0
ROOT = sqrt(2.0) * math.sin(PI / 6.0) + np.pi + math.radians(30.0)
TABLE = {"x": 3, "y": [1, 2, (4, 5.5)]}
PICK = TABLE["y"][2][1] + TABLE["x"] + len(TABLE["y"]) + max(1, 2, 9) + min([3, 2]) + sum([1, 2, 3])
LISTED = [i * i for i in range(6) if i % 2 == 1]
LAST = LISTED[-1]
TYPED = wp.int64(1 << 40)
SMALL = wp.uint8(200)
HALF = wp.float16(1.3)
BRAIN = wp.bfloat16(1.3)
DOUBLE = wp.float64(0.1)
TRUE = wp.bool(True)
VECTOR = wp.constant(wp.vec3(1.0, 2, 3.5))
FILLED = wp.vec4(2.0)
FROM_LIST = wp.vec3([1.0, 2.0, 3.0])
INTS = wp.vec2i(3, 4)
HALVES = wp.vec3h(0.1, 0.2, 0.3)
DOUBLES = wp.vec2d(0.1, 0.2)
MATRIX = wp.mat22(1.0, 2.0, 3.0, 4.0)
QUAT = wp.quat_identity()
FRAME = wp.transform(wp.vec3(1.0, 2.0, 3.0), wp.quat(0.0, 0.0, 0.0, 1.0))
FRAME_DEFAULT = wp.transform()
vec7 = wp.types.vector(length=7, dtype=wp.float32)
mat23 = wp.types.matrix(shape=(2, 3), dtype=float)
SEVEN = vec7(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
INFINITE = float("inf")
TRUNCATED = int(7.9) + round(2.5) + abs(-3)
scalar = wp.float32


class Color(enum.IntEnum):
    RED = 1
    GREEN = enum.auto()
    BLUE = RED + 9


class Bits(enum.IntFlag):
    ONE = enum.auto()
    TWO = enum.auto()
    BOTH = ONE | TWO


class Settings:
    SIZE = wp.constant(32)
    HALF_SIZE = SIZE // 2

    class Inner:
        DEPTH = 3


COLOR = Color.BLUE
if A > 100:
    A_IS = 1
elif A == 7:
    A_IS = 2
else:
    A_IS = 3
for step in range(4):
    TOTAL = step * 10
try:
    TRIED = 1
except ImportError:
    TRIED = 2
A_IS += 5
X0, (X1, X2) = 1, (2.0, 3)


@wp.kernel
def integers(out: wp.array(dtype=int)):
    out[0] = A + B + C + D + NEGATIVE + int(FLAG) + int(CHAIN) + LAST + TRUNCATED + TOTAL + TRIED + A_IS + X0 + X2


@wp.kernel
def reals(out: wp.array(dtype=float)):
    out[0] = E + F + G + CHOICE + ROOT + PICK + wp.pi + wp.PHI + math.pi + np.e + X1 + INFINITE


@wp.kernel
def wide(out: wp.array(dtype=wp.int64)):
    out[0] = wp.int64(BIG) + TYPED
    out[1] = wp.int64(wp.uint64(HUGE))


@wp.kernel
def typed(out: wp.array(dtype=float), d: wp.array(dtype=wp.float64)):
    out[0] = float(SMALL) + float(HALF) + float(BRAIN)
    d[0] = DOUBLE
    if TRUE:
        d[1] = DOUBLE


@wp.kernel
def composites(out: wp.array(dtype=wp.vec3), t: wp.array(dtype=wp.transform)):
    v = VECTOR + FROM_LIST + V3(1.0)
    out[0] = v * FILLED[0] + MATRIX[0, 1] * wp.vec3(float(INTS.x), float(INTS[1]), VECTOR.y)
    out[1] = wp.quat_rotate(QUAT, VECTOR) * SEVEN[3] + vec7(1.0)[2] * VECTOR
    out[2] = wp.vec3(float(HALVES[0]), float(DOUBLES[1]), mat23(0.0)[1, 2])
    t[0] = FRAME * FRAME_DEFAULT
    out[3] = FRAME.p


@wp.kernel
def enums(out: wp.array(dtype=int)):
    out[0] = Color.RED + Color.GREEN * COLOR + int(Bits.BOTH) + Settings.SIZE + Settings.HALF_SIZE
    out[1] = Settings.Inner.DEPTH + Color.BLUE.value + scalar.__hash__ if False else 0
    out[2] = wp.Volume.LINEAR + Bits.TWO


# Later values count: hashes are made when the module is built.
A = 8
