import warp as wp
from .shared import twice, State, make
from several_files.consts import *
import several_files.consts
import several_files.consts as o
from . import FACTOR
late = 7
from .sub import deep
import several_files.sub.deep as dd
@wp.func
def helper(x: float):
    return x + 1.0
sc = make(3)
@wp.kernel
def k(a: wp.array(dtype=State), b: wp.array(dtype=vec5)):
    i = wp.tid()
    s = a[i]
    b[i][0] = twice(s.mass) + helper(TAU) + o.TAU + FACTOR + float(several_files.consts.Kind.B) + sc(1.0)
    b[i][1] = dd.helper(float(late)) + wp.quat_twist_angle(wp.vec3(1.0,0.0,0.0), wp.quat_identity())
