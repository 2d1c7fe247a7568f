import warp as wp
from . import consts
@wp.func
def helper(x: float):
    return x * consts.SCALE
@wp.func
def twice(x: float):
    return helper(x) + helper(x)
@wp.struct
class State:
    pos: wp.vec3
    mass: float
@wp.kernel
def own(a: wp.array(dtype=float)):
    a[0] = 1.0
def make(n):
    @wp.func
    def scaled(x: float):
        return x * float(n)
    return scaled
