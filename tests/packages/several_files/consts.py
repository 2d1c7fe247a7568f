import warp as wp
import math
SCALE = wp.constant(2.5)
N = len([1,2,3]) + max(1, 2)
vec5 = wp.types.vector(length=5, dtype=float)
__all__ = ["SCALE", "vec5", "TAU"]
TAU = math.pi * 2
class Kind:
    A = 1
    B = N
