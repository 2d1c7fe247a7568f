import warp as wp


@wp.kernel
def k(a: wp.array(dtype=float)):
    v = wp.vector(1.0, length=1000000000)
    w = wp.vec3(*v)
